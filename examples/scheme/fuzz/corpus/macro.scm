(define-syntax swap! (syntax-rules () ((_ a b) (let ((t a)) (set! a b) (set! b t)))))
(let ((x 1) (y 2)) (swap! x y) (list x y))
