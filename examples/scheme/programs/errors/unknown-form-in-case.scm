(define (kind x)
  (case x
    ((1 2 3) 'small)
    (else 'large)
    ((4) 'four)))
