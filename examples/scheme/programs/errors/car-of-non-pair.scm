(define (sum list)
  (if (null? list)
      0
      (+ (car list)
         (sum (cdr list)))))
(sum '(1 2 . 3))
