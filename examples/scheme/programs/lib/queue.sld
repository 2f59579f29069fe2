;; Queues: a record, a macro, and a variable that only the library can set.
(define-library (lib queue)
  (export make-queue queue? (rename add! queue-add!) queue-take! queue-empty? while-not-empty queues-made)
  (import (scheme base))
  (include "queue-body.scm")
  (begin
    (define made 0)
    (define (queues-made) made)
    (define-syntax while-not-empty
      (syntax-rules ()
        ((_ (x queue) body ...)
         (let loop ()
           (if (has-more? queue)
               (let ((x (queue-take! queue))) body ... (loop)))))))))
