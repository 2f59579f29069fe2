(define v (make-vector 3 0))
(do ((i 0 (+ i 1)))
    ((> i 3))
  (vector-set! v
               i
               (* i i)))
