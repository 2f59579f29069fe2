(define-syntax two (syntax-rules () ((_ a b) (+ a b))))
(two 1 2)
(two 1)
