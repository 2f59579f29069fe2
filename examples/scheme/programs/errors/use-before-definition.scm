(define (f)
  (define a
    (* b 2))
  (define b 1)
  a)
(f)
