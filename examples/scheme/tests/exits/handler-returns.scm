;; status: 1
;; output: handled
(import (scheme base) (scheme write) (scheme process-context))
(with-exception-handler
  (lambda (e) (display "handled") (newline) 'ignored)
  (lambda () (raise 'oops)))
(display "after")
