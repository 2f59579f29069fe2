(define out (open-output-string))
(write-u8 1 out)
