;; status: 0
;; output: before
(import (scheme base) (scheme write) (scheme process-context))
(display "before")
(newline)
(exit)
(display "after")
