;; status: 5
;; output: in
(import (scheme base) (scheme write) (scheme process-context))
(dynamic-wind
  (lambda () (display "in") (newline) (flush-output-port))
  (lambda () (emergency-exit 5))
  (lambda () (display "out") (newline)))
