(define a 1)

(define b (+ a 1)))
