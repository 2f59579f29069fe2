;; A port is closed, and read from again.
(define port (open-input-string "text"))
(close-port port)
(read-char port)
