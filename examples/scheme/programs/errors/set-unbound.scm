(define counter 0)
(set! counter (+ counter 1))
(set! conter (+ counter 1))
