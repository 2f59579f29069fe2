;; A name that nobody has defined.
(define (area radius)
  (* pie radius radius))

(display (area 2))
