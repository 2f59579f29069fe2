;; status: 1
;; output: 
(import (scheme base) (scheme write) (scheme process-context))
(raise 'a-symbol)
