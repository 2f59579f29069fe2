(define (give-up why)
  (raise why))

(define (go)
  (give-up 'tired))
(go)
