;; status: 1
;; output: 
(import (scheme base) (scheme write) (scheme process-context))
(display this-variable-is-not-defined)
