;; paraffins.scm: counts and builds the paraffins of each size (trees of carbon atoms with four neighbours at most),
;; from radicals that are shared by all which contain them. A structure that grows and stays, and is never changed.
;;
;; Reads two numbers: the size of the largest paraffins, and how often all of it is done.

(define largest (read))
(define rounds (read))

(define (show . things)
  (for-each display things)
  (newline))

;; ---- radicals: 'h, or a carbon with three radicals: #(RADICAL RADICAL RADICAL). Lists of them by size ----

;; Calls (f a b c) for all sizes a <= b <= c that sum up to n, and appends the lists that it returns.
(define (three-partitions n f)
  (let loop-a ((a (quotient n 3)) (results '()))
    (if (< a 0)
        results
        (let loop-b ((b (quotient (- n a) 2)) (results results))
          (if (< b a)
              (loop-a (- a 1) results)
              (loop-b (- b 1) (f a b (- n a b) results)))))))

;; All lists that follow: (remaining list list) gives every choice of an item, with the items from there on.
(define (radicals-up-to n)
  (let ((radicals (make-vector (+ n 1) '())))
    (vector-set! radicals 0 (list 'h))
    (do ((size 1 (+ size 1))) ((> size n) radicals)
      (vector-set! radicals size
        (three-partitions (- size 1)
          (lambda (a b c results)
            (let loop-a ((as (vector-ref radicals a)) (results results))
              (if (null? as)
                  results
                  (let loop-b ((bs (if (= a b) as (vector-ref radicals b))) (results results))
                    (if (null? bs)
                        (loop-a (cdr as) results)
                        (let loop-c ((cs (if (= b c) bs (vector-ref radicals c))) (results results))
                          (if (null? cs)
                              (loop-b (cdr bs) results)
                              (loop-c (cdr cs) (cons (vector (car as) (car bs) (car cs)) results))))))))))))))

;; ---- paraffins: around a bond (two radicals of half the size each), or around a carbon (four smaller ones) ----

(define (bond-centred n radicals)
  (if (odd? n)
      '()
      (let ((halves (vector-ref radicals (quotient n 2))))
        (let loop-a ((as halves) (results '()))
          (if (null? as)
              results
              (let loop-b ((bs as) (results results))
                (if (null? bs)
                    (loop-a (cdr as) results)
                    (loop-b (cdr bs) (cons (cons (car as) (car bs)) results)))))))))

;; Choices with repetition, without regard to order, counted by sizes of equal parts.
(define (choose count from)
  (cond ((= count 1) from)
        ((= count 2) (quotient (* from (+ from 1)) 2))
        ((= count 3) (quotient (* from (* (+ from 1) (+ from 2))) 6))
        (else (quotient (* (* from (+ from 1)) (* (+ from 2) (+ from 3))) 24))))
(define (carbon-centred-count n radicals)
  (let ((limit (quotient (- n 1) 2)))
    (define (count-of size) (length (vector-ref radicals size)))
    (define (from size parts left)      ; parts of at least that size
      (cond ((= parts 0) (if (= left 0) 1 0))
            ((or (> size limit) (> (* size parts) left)) 0)
            (else
             (let loop ((equal-parts 0) (ways 0))
               (if (> equal-parts parts)
                   ways
                   (loop (+ equal-parts 1)
                         (+ ways
                            (* (if (= equal-parts 0) 1 (choose equal-parts (count-of size)))
                               (from (+ size 1) (- parts equal-parts) (- left (* size equal-parts)))))))))))
    (from 0 4 (- n 1))))

;; The longest chain of carbons from the root, and the longest one that leads through the bond in the middle.
(define (depth radical)
  (if (eq? radical 'h)
      0
      (+ 1 (max (depth (vector-ref radical 0)) (depth (vector-ref radical 1)) (depth (vector-ref radical 2))))))
(define (chain bond) (+ (depth (car bond)) (depth (cdr bond))))
(define (histogram measure size things)
  (let ((counts (make-vector (+ size 1) 0)))
    (for-each (lambda (thing) (let ((n (measure thing))) (vector-set! counts n (+ 1 (vector-ref counts n))))) things)
    counts))

(define (carbons radical)
  (if (eq? radical 'h)
      0
      (+ 1 (+ (carbons (vector-ref radical 0)) (+ (carbons (vector-ref radical 1)) (carbons (vector-ref radical 2)))))))

;; One round builds all radicals, counts the paraffins of each size, and measures the bond-centred ones of the largest.
(define (round-of largest)
  (let* ((half (quotient largest 2)) (radicals (radicals-up-to half)))
    (define (right-size? size)
      (let loop ((l (vector-ref radicals size)))
        (or (null? l) (and (= size (carbons (car l))) (loop (cdr l))))))
    (define (count n) (+ (length (bond-centred n radicals)) (carbon-centred-count n radicals)))
    (list (cons 'radicals (map length (vector->list radicals)))
          (list 'sizes-are-right (let loop ((i 0)) (or (> i half) (and (right-size? i) (loop (+ i 1))))))
          (cons 'paraffins (let loop ((n 1)) (if (> n largest) '() (cons (count n) (loop (+ n 1))))))
          (list 'depths (histogram depth half (vector-ref radicals half)))
          (list 'chains (histogram chain (* 2 half) (bond-centred (* 2 half) radicals))))))

(define first-round (round-of largest))
(for-each (lambda (line) (show (car line) ": " (cdr line))) first-round)
(show "all rounds say so: "
      (let loop ((i 1)) (or (>= i rounds) (and (equal? (round-of largest) first-round) (loop (+ i 1))))))
