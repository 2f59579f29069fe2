(define (f x)
  (cond
    ((> x 1)
     (if))
    (else 2)))
