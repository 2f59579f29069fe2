;; The line is that of the call, not of the procedure.
(define (add a b)
  (+ a b))

(define (use x)
  (let ((y (* x 2)))
    (add y)))

(use 1)
