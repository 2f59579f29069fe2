(define l (list 1 2))
(set-cdr! (cdr l) l)
(error "a ring:" l)
