(define args '(1 2 . 3))
(display
 (apply + args))
