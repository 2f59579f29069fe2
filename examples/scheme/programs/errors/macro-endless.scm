(define-syntax again (syntax-rules () ((_ x) (again x))))
(again 1)
