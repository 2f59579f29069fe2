;; status: 1
;; output: 
(import (scheme base) (scheme write) (scheme process-context))
(import (no such library))
(display "after")
