;; The place is that of the data, not of the program.
(define port (open-input-string "(ok)\n(not closed"))
(read port)
(read port)
