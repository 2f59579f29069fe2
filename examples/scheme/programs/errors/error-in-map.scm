;; The failing call is inside of a procedure of the system: the line is that of the program's own call.
(define rows '((1 2) (3) 4))

(define (firsts rows)
  (map car rows))

(display (firsts rows))
