(define pairs (list (cons 1 2)))

(vector-ref (vector 1 2 3) 0 1)
