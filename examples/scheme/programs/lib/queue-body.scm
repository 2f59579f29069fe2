(define-record-type <queue> (new-queue first last) queue? (first first set-first!) (last last set-last!))

(define (make-queue)
  (set! made (+ made 1))
  (new-queue '() '()))

(define (queue-empty? q) (null? (first q)))
(define (has-more? q) (not (queue-empty? q)))

(define (add! q x)
  (let ((cell (list x)))
    (if (queue-empty? q) (set-first! q cell) (set-cdr! (last q) cell))
    (set-last! q cell)))

(define (queue-take! q)
  (let ((x (car (first q))))
    (set-first! q (cdr (first q)))
    x))
