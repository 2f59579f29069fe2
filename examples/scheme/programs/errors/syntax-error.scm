(define-syntax only-names
  (syntax-rules () ((_ x) (syntax-error "expected a name" x))))
(only-names 'y)
