;; status: 8
;; output: 
(import (scheme base) (scheme write) (scheme process-context))
(with-exception-handler (lambda (e) (exit 8)) (lambda () (error "to the handler")))
