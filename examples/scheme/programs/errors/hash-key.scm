(define table (make-eq-hashtable))
(hashtable-set! table 'a 1)
(hashtable-update! table 'b (lambda (n) (+ n 1)) "none")
