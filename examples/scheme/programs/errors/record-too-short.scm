(define-record-type point (make-point x))
