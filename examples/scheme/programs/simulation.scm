;; simulation.scm: customers at the counters of a bank, as records, driven by a heap of events. Records of every age
;; that point at each other; a vector that is a heap; queues.
;;
;; Reads one number: the customers.

(define customers (read))

(define (show . things)
  (for-each display things)
  (newline))

(define seed 777)
(define (random-below! n)
  (set! seed (modulo (* seed 16807) 2147483647))
  (modulo seed n))

(define-record-type event (make-event time action) event? (time event-time) (action event-action))
(define-record-type customer (make-customer arrival patience counter) customer?
  (arrival customer-arrival)
  (patience customer-patience)
  (counter customer-counter set-customer-counter!))
(define-record-type counter (make-counter busy waiting served) counter?
  (busy counter-busy set-counter-busy!)
  (waiting counter-waiting set-counter-waiting!)
  (served counter-served set-counter-served!))

;; ---- the heap of events: a leftist heap of records ----

(define-record-type node (make-node rank event left right) node?
  (rank node-rank) (event node-event) (left node-left) (right node-right))
(define (rank n) (if (node? n) (node-rank n) 0))
(define (join event a b) (if (>= (rank a) (rank b)) (make-node (+ 1 (rank b)) event a b)
                           (make-node (+ 1 (rank a)) event b a)))
(define (merge a b)
  (cond ((not (node? a)) b)
        ((not (node? b)) a)
        ((<= (event-time (node-event a)) (event-time (node-event b)))
         (join (node-event a) (node-left a) (merge (node-right a) b)))
        (else (join (node-event b) (node-left b) (merge a (node-right b))))))
(define agenda #f)
(define (at! time action) (set! agenda (merge (make-node 1 (make-event time action) #f #f) agenda)))
(define (run now)
  (if (node? agenda)
      (let ((next (node-event agenda)))
        (set! agenda (merge (node-left agenda) (node-right agenda)))
        ((event-action next) (event-time next))
        (run (event-time next)))
      now))

;; ---- the bank ----

(define counters (vector (make-counter #f '() 0) (make-counter #f '() 0) (make-counter #f '() 0)))
(define waited 0)
(define gone 0)
(define (shortest)
  (let loop ((i 1) (best (vector-ref counters 0)))
    (if (= i 3)
        best
        (let ((c (vector-ref counters i)))
          (loop (+ i 1) (if (< (length (counter-waiting c)) (length (counter-waiting best))) c best))))))
(define (serve! c who now)
  (set-counter-busy! c who)
  (set! waited (+ waited (- now (customer-arrival who))))
  (at! (+ now 5 (random-below! 20)) (lambda (now) (finish! c now))))
(define (finish! c now)
  (set-counter-busy! c #f)
  (set-counter-served! c (+ 1 (counter-served c)))
  (let next ((queue (counter-waiting c)))
    (set-counter-waiting! c queue)
    (when (pair? queue)
      (set-counter-waiting! c (cdr queue))
      (if (> (- now (customer-arrival (car queue))) (customer-patience (car queue)))
          (begin (set! gone (+ gone 1)) (next (cdr queue)))
          (serve! c (car queue) now)))))
(define (arrive! left)
  (lambda (now)
    (let ((who (make-customer now (+ 10 (random-below! 60)) #f)) (c (shortest)))
      (set-customer-counter! who c)
      (if (counter-busy c)
          (set-counter-waiting! c (append (counter-waiting c) (list who)))
          (serve! c who now))
      (when (> left 1) (at! (+ now 1 (random-below! 7)) (arrive! (- left 1)))))))
(at! 0 (arrive! customers))
(define end (run 0))
(define served (map counter-served (vector->list counters)))
(show "closed at " end ", served " served ", gone " gone)
(show "mean wait: " (quotient waited (apply + served)))
(show "all accounted for: " (= customers (+ gone (apply + served))))
