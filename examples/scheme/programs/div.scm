;; div.scm: divides the length of a list by two, iteratively and recursively; the numbers are lists. New lists that
;; are dropped by the next turn, and a stack that is deep each time.
;;
;; Reads two numbers: the length of the list, and the turns.

(define size (read))
(define turns (read))

(define (show . things)
  (for-each display things)
  (newline))

(define (make n) (let loop ((i 0) (l '())) (if (= i n) l (loop (+ i 1) (cons '() l)))))
(define (iterative-div2 l)
  (let loop ((l l) (half '())) (if (null? l) half (loop (cddr l) (cons (car l) half)))))
(define (recursive-div2 l) (if (null? l) '() (cons (car l) (recursive-div2 (cddr l)))))
(define (repeat proc l)
  (let loop ((i 0) (sum 0)) (if (= i turns) sum (loop (+ i 1) (+ sum (length (proc l)))))))
(define numbers (make size))
(show "iterative: " (repeat iterative-div2 numbers))
(show "recursive: " (repeat recursive-div2 numbers))
(show "both ways: " (equal? (iterative-div2 numbers) (recursive-div2 numbers)))
