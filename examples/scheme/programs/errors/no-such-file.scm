;; A file that is not there.
(define port (open-input-file "no/such/file"))
(display "unreachable")
