(define (outer x)
  (define (inner y)
    (+ 1
       (y x)))
  (inner (* x 2)))

(display (outer 21))
