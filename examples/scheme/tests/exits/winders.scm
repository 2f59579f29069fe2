;; status: 3
;; output: in out
(import (scheme base) (scheme write) (scheme process-context))
(dynamic-wind
  (lambda () (display "in "))
  (lambda () (exit 3))
  (lambda () (display "out") (newline)))
