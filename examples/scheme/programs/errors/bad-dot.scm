(define pair '(1 . 2))
(define wrong '(1 . 2 3))
