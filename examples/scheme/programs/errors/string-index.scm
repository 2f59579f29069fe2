(define word "häuser")     ; six characters, whatever the bytes
(string-ref word 5)
(string-ref word 6)
