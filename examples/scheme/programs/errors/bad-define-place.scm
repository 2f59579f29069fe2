(define (f x)
  (if x
      (define y 1))
  y)
