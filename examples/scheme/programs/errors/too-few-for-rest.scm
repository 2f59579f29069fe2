(define (at-least-two a b . more)
  (list a b more))
(at-least-two 1 2)
(at-least-two
 1)
