(define prices '(1 2.5 "3"))
(define (total l)
  (if (null? l)
      0
      (+ (car l) (total (cdr l)))))
(total prices)
