;; lattice.scm: counts the monotone maps between two lattices, which are made as powers of a small one. Deep recursion
;; over procedures that make procedures; lists that live as long as one branch of the search.
;;
;; Reads three numbers: how many of Dedekind's numbers are counted, and the exponents of the lattice that is mapped and
;; of the one that it is mapped into.

(define dedekind (read))
(define from-power (read))
(define to-power (read))

(define (show . things)
  (for-each display things)
  (newline))

;; A lattice is a list of elements and a procedure that compares: less, more, equal, or uncomparable.
(define (make-lattice elements compare) (cons elements compare))
(define elements-of car)
(define compare-of cdr)

(define two
  (make-lattice '(low high)
                (lambda (a b) (cond ((eq? a b) 'equal) ((eq? a 'low) 'less) (else 'more)))))

;; Lists of equal length, compared element by element.
(define (compare-lists compare)
  (define (both a b)
    (cond ((eq? a 'equal) b)
          ((or (eq? b 'equal) (eq? a b)) a)
          (else 'uncomparable)))
  (lambda (a b)
    (let loop ((a a) (b b) (so-far 'equal))
      (cond ((null? a) so-far)
            ((eq? so-far 'uncomparable) so-far)
            (else (loop (cdr a) (cdr b) (both so-far (compare (car a) (car b)))))))))

(define (power base n)
  (define (all n)
    (if (= n 0)
        '(())
        (let ((smaller (all (- n 1))))
          (apply append (map (lambda (e) (map (lambda (l) (cons e l)) smaller)) (elements-of base))))))
  (make-lattice (all n) (compare-lists (compare-of base))))

;; Takes each element in turn and maps it to whatever agrees with what has been mapped so far.
(define (count-maps from to)
  (let ((compare-from (compare-of from)) (compare-to (compare-of to)))
    (define (agrees? element image mapped)
      (let loop ((mapped mapped))
        (or (null? mapped)
            (let ((known (compare-from element (car (car mapped)))))
              (and (or (eq? known 'uncomparable)
                       (let ((images (compare-to image (cdr (car mapped)))))
                         (or (eq? images 'equal) (eq? images known))))
                   (loop (cdr mapped)))))))
    (let count ((rest (elements-of from)) (mapped '()))
      (if (null? rest)
          1
          (let try ((images (elements-of to)) (total 0))
            (cond ((null? images) total)
                  ((agrees? (car rest) (car images) mapped)
                   (try (cdr images) (+ total (count (cdr rest) (cons (cons (car rest) (car images)) mapped)))))
                  (else (try (cdr images) total))))))))

(show "into itself: " (count-maps (power two 2) (power two 2)))
(show "Dedekind's numbers: "
      (let loop ((n 0)) (if (> n dedekind) '() (cons (count-maps (power two n) two) (loop (+ n 1))))))
(show "2^" from-power " into 2^" to-power ": " (count-maps (power two from-power) (power two to-power)))
(show "a lattice of lattices: " (count-maps (power (power two 1) 2) (power (power two 2) 1)))
