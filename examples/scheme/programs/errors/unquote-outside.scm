(define x 1)
(display `(a ,x))
(display ',x)
(display ,x)
