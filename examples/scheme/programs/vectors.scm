;; vectors.scm: arrays, small and large, that are changed in place: sieve, matrices, heapsort, shortest paths.
;;
;; Reads four numbers: the limit of the sieve, the size of the matrices, the numbers to sort, the side of the
;; maze.

(define sieve-limit (read))
(define matrix-size (read))
(define sort-size (read))
(define maze-side (read))

(define (show . things)
  (for-each display things)
  (newline))

(define seed 31)
(define (random-below! n)
  (set! seed (modulo (* seed 16807) 2147483647))
  (modulo seed n))

;; ---- the sieve of Eratosthenes ----

(define (count-primes limit)
  (let ((composite (make-vector (+ limit 1) #f)))
    (let loop ((n 2) (count 0))
      (cond ((> n limit) count)
            ((vector-ref composite n) (loop (+ n 1) count))
            (else
             (do ((multiple (* n n) (+ multiple n))) ((> multiple limit))
               (vector-set! composite multiple #t))
             (loop (+ n 1) (+ count 1)))))))
(show "primes up to " sieve-limit ": " (count-primes sieve-limit))

;; ---- matrices: vectors of rows ----

(define (make-matrix size proc)
  (let ((rows (make-vector size '())))
    (do ((i 0 (+ i 1))) ((= i size) rows)
      (let ((row (make-vector size 0)))
        (do ((j 0 (+ j 1))) ((= j size)) (vector-set! row j (proc i j)))
        (vector-set! rows i row)))))
(define (element m i j) (vector-ref (vector-ref m i) j))
(define (multiply a b)
  (let ((size (vector-length a)))
    (make-matrix size
                 (lambda (i j)
                   (do ((k 0 (+ k 1))
                        (sum 0 (+ sum (* (element a i k) (element b k j)))))
                       ((= k size) (modulo sum 10007)))))))
(define (power m n)
  (cond ((= n 1) m)
        ((even? n) (power (multiply m m) (quotient n 2)))
        (else (multiply m (power m (- n 1))))))

(define m (make-matrix matrix-size (lambda (i j) (modulo (+ (* 3 i) (* 7 j) 1) 11))))
(show "matrices: " (equal? (multiply (multiply m m) m) (multiply m (multiply m m))) " "
      (equal? (power m 5) (multiply (power m 2) (power m 3))))
(show "fibonacci by matrices: " (element (power (vector (vector 1 1) (vector 1 0)) 20) 0 1))

;; ---- heapsort of a vector of pairs (key . label), and the queue it is made of ----

(define (swap! v i j)
  (let ((x (vector-ref v i)))
    (vector-set! v i (vector-ref v j))
    (vector-set! v j x)))
(define (key v i) (car (vector-ref v i)))

(define (sift-down! v i end before?)
  (let ((left (+ (* 2 i) 1)))
    (when (< left end)
      (let ((child (if (and (< (+ left 1) end) (before? (key v (+ left 1)) (key v left))) (+ left 1) left)))
        (when (before? (key v child) (key v i))
          (swap! v i child)
          (sift-down! v child end before?))))))
(define (sift-up! v i before?)
  (let ((parent (quotient (- i 1) 2)))
    (when (and (> i 0) (before? (key v i) (key v parent)))
      (swap! v i parent)
      (sift-up! v parent before?))))

(define (heap-sort! v)
  (let ((size (vector-length v)))
    (do ((i (- (quotient size 2) 1) (- i 1))) ((< i 0)) (sift-down! v i size >))
    (do ((end (- size 1) (- end 1))) ((< end 1) v)
      (swap! v 0 end)
      (sift-down! v 0 end >))))

(define (keys-rise? v)
  (let loop ((i 1))
    (or (>= i (vector-length v))
        (and (<= (key v (- i 1)) (key v i)) (loop (+ i 1))))))
(define to-sort (make-vector sort-size '()))
(do ((i 0 (+ i 1))) ((= i sort-size))
  (vector-set! to-sort i (cons (random-below! 1000) i)))
(heap-sort! to-sort)
(show "heapsort: " (keys-rise? to-sort) ", labels kept: "
      (= (fold-left (lambda (sum entry) (+ sum (cdr entry))) 0 (vector->list to-sort))
         (quotient (* sort-size (- sort-size 1)) 2)))

;; ---- shortest paths in a maze of random costs, cell by cell, the nearest first (Dijkstra) ----

(define cells (* maze-side maze-side))
(define costs (make-vector cells 0))
(do ((i 0 (+ i 1))) ((= i cells)) (vector-set! costs i (+ 1 (random-below! 9))))

(define (distances-from start)
  (define distance (make-vector cells #f))
  (define queue (make-vector (* 4 cells) #f))
  (define queued 0)
  (define (offer! far cell)
    (let ((known (vector-ref distance cell)))
      (when (or (not known) (< far known))
        (vector-set! distance cell far)
        (vector-set! queue queued (cons far cell))
        (sift-up! queue queued <)
        (set! queued (+ queued 1)))))
  (define (nearest!)
    (let ((entry (vector-ref queue 0)))
      (set! queued (- queued 1))
      (vector-set! queue 0 (vector-ref queue queued))
      (vector-set! queue queued #f)
      (sift-down! queue 0 queued <)
      entry))
  (define (step! far cell) (offer! (+ far (vector-ref costs cell)) cell))
  (offer! 0 start)
  (let loop ()
    (when (> queued 0)
      (let* ((entry (nearest!)) (far (car entry)) (cell (cdr entry)) (column (modulo cell maze-side)))
        (when (= far (vector-ref distance cell))
          (when (> column 0) (step! far (- cell 1)))
          (when (< column (- maze-side 1)) (step! far (+ cell 1)))
          (when (>= cell maze-side) (step! far (- cell maze-side)))
          (when (< cell (- cells maze-side)) (step! far (+ cell maze-side)))))
      (loop)))
  distance)

;; The way back costs the same but for the two ends.
(define there (vector-ref (distances-from 0) (- cells 1)))
(define back (vector-ref (distances-from (- cells 1)) 0))
(show "shortest path: " there ", and back: "
      (= (- there (vector-ref costs (- cells 1))) (- back (vector-ref costs 0))))
