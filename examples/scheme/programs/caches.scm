;; caches.scm: caches that hold nothing alive: what is known of a tree in a weak table beside it, equal trees made one
;; by a table of weak references, and values that are made again when they have gone. Nothing is ever deleted by the
;; program; the collector has to, or the tables grow without bounds.
;; env: TENURE_HEAP_MAX=16M
;;
;; Reads three numbers: the trees that are made, the depth of each, and the lookups in the cache of pages. What depends
;; on when something was collected is not printed.

(define tree-count (read))
(define depth (read))
(define lookups (read))

(define (show . things)
  (for-each display things)
  (newline))

(define seed 161)
(define (random-below! n)
  (set! seed (modulo (* seed 16807) 2147483647))
  (modulo seed n))

;; ---- what is known of an object, in a table beside it ----

(define sizes (make-weak-hash-table))   ; pair -> the leaves below it
(define computed 0)
(define most 0)
(define (size tree)
  (cond ((not (pair? tree)) 1)
        ((hash-table-ref/default sizes tree #f))
        (else
         (let ((n (+ (size (car tree)) (size (cdr tree)))))
           (set! computed (+ computed 1))
           (hash-table-set! sizes tree n)
           n))))
(define (full-tree depth) (if (= depth 0) 'leaf (cons (full-tree (- depth 1)) (full-tree (- depth 1)))))
(define favourite (full-tree depth))
(define leaves 0)
(do ((i 0 (+ i 1))) ((= i tree-count))
  (let ((tree (cons (full-tree depth) favourite)))
    (set! leaves (+ leaves (size tree) (size tree)))
    (set! most (max most (hash-table-count sizes)))))
(define inner (- (expt 2 depth) 1))     ; pairs in a tree of the favourite's depth
(show "leaves: " leaves ", computed: " (= computed (+ inner (* tree-count (+ inner 1)))))
(define all (* tree-count (+ inner 1)))
(show "entries, of " all " in all: " (if (or (< most all) (< all 10000)) "never all at once" most))
(gc)
(show "left: " (= (hash-table-count sizes) inner) ", the favourite: " (size favourite))
(set! favourite #f)
(gc)
(show "and without it: " (hash-table-count sizes))

;; ---- equal trees become one: buckets of weak references, by what is in the pair ----

(define buckets (make-vector 1021 '()))
(define names (make-weak-hash-table))   ; a number for each pair that is unique
(define last-name 0)
(define (name-of x)
  (if (pair? x)
      (hash-table-ref names x)
      (+ 1 (case x ((a) 0) ((b) 1) ((c) 2) (else 3)))))
(define (unique-cons a d)
  (let ((index (modulo (+ (* 31 (name-of a)) (* 17 (name-of d))) 1021)))
    (let loop ((refs (vector-ref buckets index)))
      (if (null? refs)
          (let ((new (cons a d)))
            (set! last-name (+ last-name 4))
            (hash-table-set! names new last-name)
            (vector-set! buckets index (cons (weak-ref new) (alive (vector-ref buckets index))))
            new)
          (let ((found (weak-ref-value (car refs))))
            (if (and found (eq? (car found) a) (eq? (cdr found) d))
                found
                (loop (cdr refs))))))))
(define (alive refs)
  (cond ((null? refs) '())
        ((weak-ref-value (car refs)) (cons (car refs) (alive (cdr refs))))
        (else (alive (cdr refs)))))
(define (all-alive) (apply + (map (lambda (refs) (length (alive refs))) (vector->list buckets))))

(define (random-tree depth)
  (if (= depth 0)
      (vector-ref #(a b c d) (random-below! 4))
      (unique-cons (random-tree (- depth 1)) (random-tree (- depth 1)))))
(define (copy tree) (if (pair? tree) (unique-cons (copy (car tree)) (copy (cdr tree))) tree))
(define kept '())
(define same 0)
(do ((i 0 (+ i 1))) ((= i (quotient tree-count 2)))
  (let ((tree (random-tree (min depth 5))))
    (when (eq? tree (copy tree)) (set! same (+ same 1)))
    (when (< i 3) (set! kept (cons tree kept)))))
(show "the copy is the tree itself: " (= same (quotient tree-count 2)))
(define (pairs tree seen) (if (or (not (pair? tree)) (memq tree seen)) seen
                              (pairs (cdr tree) (pairs (car tree) (cons tree seen)))))
(gc)
(define expected (length (let loop ((l kept) (seen '())) (if (null? l) seen (loop (cdr l) (pairs (car l) seen))))))
(show "alive with three trees: " (= (all-alive) expected))
(set! kept '())
(gc)
(show "and with none: " (all-alive) " " (hash-table-count names))

;; ---- pages that are made when they are wanted, and made again when they have gone ----

(define pages (make-vector 500 (weak-ref #f)))
(define made 0)
(define (page number)
  (or (weak-ref-value (vector-ref pages number))
      (let ((new (make-vector 200 number)))
        (set! made (+ made 1))
        (vector-set! pages number (weak-ref new))
        new)))
(define recent (make-vector 20 #f))     ; these are held
(define sum 0)
(do ((i 0 (+ i 1))) ((= i lookups))
  (let ((p (page (random-below! 500))))
    (vector-set! recent (modulo i 20) p)
    (set! sum (+ sum (vector-ref p (modulo i 200))))))
(show "sum: " sum ", made " (if (<= 1 made lookups) "when wanted" made))
(gc)
(define (different l)
  (cond ((null? l) 0)
        ((memq (car l) (cdr l)) (different (cdr l)))
        (else (+ 1 (different (cdr l))))))
(show "pages left: "
      (= (different (vector->list recent))
         (apply + (map (lambda (ref) (if (weak-ref-value ref) 1 0)) (vector->list pages)))))
