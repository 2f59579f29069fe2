(define b (bytevector 1 2 3))
(bytevector-u8-set! b 0 256)
