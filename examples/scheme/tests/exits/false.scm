;; status: 1
;; output: before
(import (scheme base) (scheme write) (scheme process-context))
(display "before")
(newline)
(exit #f)
