;; lists.scm: lists as data. Sorts a list in two ways, runs a queue, makes permutations, and places queens on a
;; chess board.
;;
;; Reads three numbers: how many numbers to sort, how many things to permute, the size of the board.

(define sort-size (read))
(define permute-size (read))
(define board-size (read))

(define (show . things)
  (for-each display things)
  (newline))

;; Pseudo-random numbers ("minimal standard" generator): the same in every run, and products stay small.
(define seed 42)
(define (random-below! n)
  (set! seed (modulo (* seed 16807) 2147483647))
  (modulo seed n))

(define (random-list length limit)
  (let loop ((i 0) (result '()))
    (if (= i length)
        result
        (loop (+ i 1) (cons (random-below! limit) result)))))

;; ---- sorting: each procedure takes the order as an argument and leaves its list alone ----

(define (quick-sort list before?)
  (if (null? list)
      '()
      (let ((pivot (car list)))
        (append (quick-sort (filter (lambda (x) (before? x pivot)) (cdr list)) before?)
                (cons pivot
                      (quick-sort (filter (lambda (x) (not (before? x pivot))) (cdr list)) before?))))))

;; Stable: of two equal items the one that came first stays first.
(define (merge-sort list before?)
  (define (merge a b)
    (cond ((null? a) b)
          ((null? b) a)
          ((before? (car b) (car a)) (cons (car b) (merge a (cdr b))))
          (else (cons (car a) (merge (cdr a) b)))))
  (define (take-sorted n rest)
    (if (= n 1)
        (cons (car rest) '())
        (let ((half (quotient n 2)))
          (merge (take-sorted half rest)
                 (take-sorted (- n half) (list-tail rest half))))))
  (if (null? list) '() (take-sorted (length list) list)))

(define (sorted? list before?)
  (or (null? list)
      (null? (cdr list))
      (and (not (before? (cadr list) (car list)))
           (sorted? (cdr list) before?))))

(define numbers (random-list sort-size 1000000))
(define ascending (merge-sort numbers <))
(show "sorting " sort-size " numbers")
(show "merge sort: " (sorted? ascending <) ", smallest " (car ascending))
(show "quick sort agrees: " (equal? ascending (quick-sort numbers <)))
(show "backwards agrees: " (equal? (reverse ascending) (merge-sort numbers >)))
(show "sum is kept: " (= (apply + numbers) (fold-left + 0 ascending)))

(show "words: " (merge-sort '("pear" "fig" "apple" "quince" "date") string<?))

;; Stability: sort (key . position) by the key alone; equal keys must keep their positions in order.
(define tagged
  (let loop ((keys (random-list (quotient sort-size 10) 7)) (position 0))
    (if (null? keys)
        '()
        (cons (cons (car keys) position) (loop (cdr keys) (+ position 1))))))
(define by-key (merge-sort tagged (lambda (a b) (< (car a) (car b)))))
(show "stable: " (sorted? by-key (lambda (a b)
                                   (or (< (car a) (car b))
                                       (and (= (car a) (car b)) (< (cdr a) (cdr b)))))))

;; ---- a queue, changed in place: (first-pair . last-pair); each new last pair hangs on one that may be old ----

(define (enqueue! queue item)
  (let ((end (list item)))
    (if (null? (car queue)) (set-car! queue end) (set-cdr! (cdr queue) end))
    (set-cdr! queue end)))
(define (dequeue! queue)
  (let ((item (car (car queue))))
    (set-car! queue (cdr (car queue)))
    item))

(define queue (list '()))
(for-each (lambda (n) (enqueue! queue (list n))) numbers)
(define (round-trip! times)             ; takes the first item, puts a fresh one with the same number at the end
  (unless (= times 0)
    (enqueue! queue (list (car (dequeue! queue))))
    (round-trip! (- times 1))))
(round-trip! (* 3 sort-size))
(show "queue after three rounds: " (equal? numbers (map car (car queue))))

;; ---- permutations ----

(define (without item list)
  (cond ((null? list) '())
        ((eqv? (car list) item) (cdr list))
        (else (cons (car list) (without item (cdr list))))))

(define (permutations list)
  (if (null? list)
      '(())
      (apply append
             (map (lambda (first)
                    (map (lambda (rest) (cons first rest))
                         (permutations (without first list))))
                  list))))

(define (iota-from low high)
  (if (> low high) '() (cons low (iota-from (+ low 1) high))))

(show "permutations of (a b c): " (permutations '(a b c)))
(define all (permutations (iota-from 1 permute-size)))
(show "of " permute-size " numbers: " (length all) ", last " (list-ref all (- (length all) 1)))
;; Every number stands in front equally often, so the first ones add up to a known sum.
(show "sum of the first ones: " (fold-left (lambda (sum p) (+ sum (car p))) 0 all))

;; ---- queens: a solution is the list of the rows, the last column first ----

(define (safe? row distance placed)
  (or (null? placed)
      (let ((other (car placed)))
        (and (not (= other row))
             (not (= (abs (- other row)) distance))
             (safe? row (+ distance 1) (cdr placed))))))

(define (queens size)
  (let place ((column 1) (placed '()))
    (if (> column size)
        (list (reverse placed))
        (let try ((row size) (solutions '()))
          (cond ((= row 0) solutions)
                ((safe? row 1 placed)
                 (try (- row 1) (append (place (+ column 1) (cons row placed)) solutions)))
                (else (try (- row 1) solutions)))))))

(define solutions (queens board-size))
(show (length solutions) " ways to place " board-size " queens, the first is " (car solutions))
(for-each (lambda (row)
            (let loop ((column 1))
              (when (<= column board-size)
                (display (if (= column row) "Q" "."))
                (loop (+ column 1))))
            (newline))
          (car solutions))
