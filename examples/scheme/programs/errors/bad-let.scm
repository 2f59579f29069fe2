(define (f x)
  (let ((y x)
        (z))
    (+ y z)))
