;; status: 4
;; output: 1 2 -2 -1
(import (scheme base) (scheme write) (scheme process-context))
(dynamic-wind
  (lambda () (display "1 "))
  (lambda ()
    (dynamic-wind (lambda () (display "2 ")) (lambda () (map exit '(4 5))) (lambda () (display "-2 "))))
  (lambda () (display "-1") (newline)))
