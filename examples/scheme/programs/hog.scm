;; hog.scm: takes more memory than it may have, is told so, drops what it had, and goes on; the memory goes back.
;; env: TENURE_HEAP_MAX=24M
;;
;; Reads three numbers: how often each way of hoarding is tried, the length of the vectors that are hoarded (short
;; ones make many small objects), the size of the structure that is built afterwards.

(define rounds (read))
(define item-size (read))
(define small-size (read))

(define (show . things)
  (for-each display things)
  (newline))

(define megabyte 1048576)
(define (stat name) (cdr (assq name (gc-stats))))

;; ---- ways to hoard: none of them ever ends by itself ----

(define (hoard-list)
  (let loop ((kept '()))
    (loop (cons (make-vector item-size 0) kept))))

(define (hoard-tree)                    ; every new node goes on top, with a fresh item on its side
  (let loop ((tree '()))
    (loop (vector tree (make-vector item-size tree)))))

(define (hoard-old-to-new)              ; the list grows at its end: the oldest part leads to the newest
  (let ((first (list 'first)))
    (let loop ((last first))
      (set-cdr! last (list (make-vector item-size 0)))
      (loop (cdr last)))))

(define (hoard-table)
  (let ((table (make-eq-hashtable)))
    (let loop ((i 0))
      (hashtable-set! table i (make-vector item-size i))
      (loop (+ i 1)))))

(define (hoard-text)
  (let loop ((text "more and "))
    (loop (string-append text text))))

(define (hoard-at-once)                 ; one request that could never be met
  (make-vector (* 64 megabyte) 0))

(define ways
  (list (cons 'list hoard-list)
        (cons 'tree hoard-tree)
        (cons 'old-to-new hoard-old-to-new)
        (cons 'table hoard-table)
        (cons 'text hoard-text)
        (cons 'at-once hoard-at-once)))

;; ---- what must work after memory has run out: a structure that is built, changed, and checked ----

(define (squares n) (if (= n 0) '() (cons (list n (* n n)) (squares (- n 1)))))
(define (all-right? list n)
  (if (= n 0)
      (null? list)
      (and (equal? (car list) `(,n ,(* n n))) (all-right? (cdr list) (- n 1)))))
(define (goes-on?)
  (let ((list (squares small-size)) (table (make-equal-hashtable)))
    (for-each (lambda (entry) (hashtable-set! table (number->string (car entry)) entry)) list)
    (and (all-right? list small-size)
         (= (hashtable-size table) small-size)
         (eq? (hashtable-ref table (number->string small-size) #f) (car list)))))

;; ---- one try: 'caught, or what else happened ----

(define (try hoard)
  (guard (e ((out-of-memory? e) 'caught)
            (else (list 'something-else e)))
    (hoard)))

;; The inner guard does not want it, the outer one does; the clean-up in between is done.
(define cleaned-up 0)
(define (try-through-guards hoard)
  (guard (outer ((out-of-memory? outer) 'caught-outside))
    (guard (middle (#t (set! cleaned-up (+ cleaned-up 1)) (raise middle)))
      (guard (inner ((symbol? inner) 'caught-too-early))
        (hoard)))))

(define treasure (squares small-size))      ; lives through everything
(gc)
(define committed-before (stat 'committed))
(define live-before (stat 'live))
(show "before: most of the limit is free: " (< committed-before (* 16 megabyte)))

;; The memory in use when the exception arrives is measured where it is raised, while the hoard is still held.
(define most-used 0)
(define (measured hoard)
  (lambda ()
    (with-exception-handler
     (lambda (e)
       (set! most-used (max most-used (stat 'used)))
       (raise e))
     hoard)))

(do ((round 1 (+ round 1))) ((> round rounds))
  (for-each (lambda (way)
              (show "round " round ", " (car way) ": " (try (cdr way)) ", goes on: " (goes-on?)))
            ways))

(show "through guards: " (try-through-guards hoard-list) ", cleaned up: " cleaned-up ", goes on: " (goes-on?))
(show "measured: " (try (measured hoard-tree)) ", more than half of the limit was in use: "
      (> most-used (* 12 megabyte)))

;; ---- the data is dropped, the memory is given back ----

(gc)
(define committed-after (stat 'committed))
(show "nothing was lost: " (all-right? treasure small-size))
(show "live data as before: " (< (abs (- (stat 'live) live-before)) (quotient megabyte 2)))
(show "memory went back: " (< committed-after (+ committed-before (* 2 megabyte))) " "
      (<= committed-after most-used))
