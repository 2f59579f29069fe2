;; status: 1
;; output: before
(import (scheme base) (scheme write) (scheme process-context))
(display "before")
(newline)
(error "nobody catches this" 1 2)
(display "after")
