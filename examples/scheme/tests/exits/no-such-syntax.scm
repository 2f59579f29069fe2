;; status: 1
;; output: 
(import (scheme base) (scheme write) (scheme process-context))
(let ((x 1) y) x)
