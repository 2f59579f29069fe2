;; status: 1
;; output: 
(define-library (hidden) (export visible) (import (scheme base)) (begin (define visible 1) (define invisible 2)))
(import (scheme base) (scheme write) (hidden))
(display invisible)
