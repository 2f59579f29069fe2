;; lru.scm: a cache that forgets what was used least recently: a table and a doubly linked list of entries. Old
;; entries are made to point at new ones all the time, which is the write barrier's work.
;;
;; Reads three numbers: the cache's capacity, how many requests are made, how many different keys there are.

(define capacity (read))
(define request-count (read))
(define key-range (read))

(define (show . things)
  (for-each display things)
  (newline))

;; ---- the list: an entry is #(newer older key value); one more entry stands between the two ends ----

(define (make-entry key value) (vector #f #f key value))
(define (newer e) (vector-ref e 0))
(define (older e) (vector-ref e 1))
(define (entry-key e) (vector-ref e 2))
(define (entry-value e) (vector-ref e 3))
(define (link! a b)                     ; b becomes the next older one of a
  (vector-set! a 1 b)
  (vector-set! b 0 a))

(define (make-ring)
  (let ((ring (make-entry 'ring 'ring)))
    (link! ring ring)
    ring))
(define (unlink! e) (link! (newer e) (older e)))
(define (put-first! ring e)
  (link! e (older ring))
  (link! ring e))

;; ---- the cache: #(table ring hits misses evicted) ----

(define (make-cache) (vector (make-eq-hashtable) (make-ring) 0 0 0))
(define (table c) (vector-ref c 0))
(define (ring c) (vector-ref c 1))
(define (count! c i) (vector-set! c i (+ 1 (vector-ref c i))))

(define (cache-get! c key compute)
  (let ((e (hashtable-ref (table c) key #f)))
    (if e
        (begin
          (count! c 2)
          (unlink! e)
          (put-first! (ring c) e)
          (entry-value e))
        (let ((fresh (make-entry key (compute key))))
          (count! c 3)
          (when (= (hashtable-size (table c)) capacity)
            (let ((oldest (newer (ring c))))
              (unlink! oldest)
              (hashtable-delete! (table c) (entry-key oldest))
              (count! c 4)))
          (hashtable-set! (table c) key fresh)
          (put-first! (ring c) fresh)
          (entry-value fresh)))))

;; The keys from the newest to the oldest, by the links in one direction, and back by those in the other.
(define (keys-along step c)
  (let loop ((e (step (ring c))) (keys '()))
    (if (eq? e (ring c)) (reverse keys) (loop (step e) (cons (entry-key e) keys)))))

;; ---- a plain model to compare with: an association list, the newest first ----

(define model '())
(define (without key list)
  (cond ((null? list) '())
        ((eqv? key (car (car list))) (cdr list))
        (else (cons (car list) (without key (cdr list))))))
(define (first-few n list)
  (if (or (= n 0) (null? list)) '() (cons (car list) (first-few (- n 1) (cdr list)))))
(define (model-get! key compute)
  (let* ((entry (assv key model)) (value (if entry (cdr entry) (compute key))))
    (set! model (first-few capacity (cons (cons key value) (without key model))))
    value))

;; ---- requests: small keys are asked for more often than large ones ----

(define seed 11)
(define (random-below! n)
  (set! seed (modulo (* seed 16807) 2147483647))
  (modulo seed n))
(define (next-key!) (random-below! (+ 1 (random-below! key-range))))
(define (compute key) (list key (* key key)))
(define (right? key value) (and (= key (car value)) (= (* key key) (cadr value))))

(define cache (make-cache))
(define (request! i wrong)
  (if (= i request-count)
      wrong
      (let ((key (next-key!)))
        (request! (+ i 1) (if (right? key (cache-get! cache key compute)) wrong (+ wrong 1))))))

(show "wrong answers: " (request! 0 0))
(show "hits: " (vector-ref cache 2) ", misses: " (vector-ref cache 3) ", evicted: " (vector-ref cache 4))
(define forwards (keys-along older cache))
(show "entries: " (length forwards) ", table agrees: " (= (length forwards) (hashtable-size (table cache)))
      ", both ways agree: " (equal? forwards (reverse (keys-along newer cache))))
(show "newest five: " (first-few 5 forwards))

;; A short run against the model, from two equal starting points.
(set! cache (make-cache))
(define short-run (quotient request-count 100))
(define (agree? i)
  (or (= i short-run)
      (let ((key (next-key!)))
        (and (equal? (cache-get! cache key compute) (model-get! key compute))
             (agree? (+ i 1))))))
(show "agrees with the model: " (agree? 0) " " (equal? (map car model) (keys-along older cache)))
