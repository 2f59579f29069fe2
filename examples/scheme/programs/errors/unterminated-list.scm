(define a 1)
(define (f x)
  (let ((y 2))
    (+ x y))

(define b 2)
