;; status: 6
;; output: 
(import (scheme base) (scheme write) (scheme process-context))
(guard (e (#t (display "caught"))) (exit 6))
