;; graphs.scm: searches in graphs: breadth first, depth first (components, a topological order), Dijkstra's shortest
;; paths, all shortest paths after Floyd and Warshall. Vectors of lists that stay and become old, queues and heaps
;; that come and go.
;;
;; Reads two numbers: the nodes of the sparse graphs, and those of the dense one.

(define node-count (read))
(define dense-count (read))

(define (show . things)
  (for-each display things)
  (newline))

(define seed 12345)
(define (random-below! n)
  (set! seed (modulo (* seed 48271) 2147483647))
  (modulo seed n))

;; ---- a graph is a vector of lists of edges (NODE . LENGTH) ----

(define (random-graph nodes edges)
  (let ((graph (make-vector nodes '())))
    (do ((i 0 (+ i 1))) ((= i edges) graph)
      (let ((a (random-below! nodes)) (b (random-below! nodes)) (length (+ 1 (random-below! 100))))
        (vector-set! graph a (cons (cons b length) (vector-ref graph a)))
        (vector-set! graph b (cons (cons a length) (vector-ref graph b)))))))
(define graph (random-graph node-count (* 2 node-count)))

;; ---- breadth first: the distance of each node, by whole layers ----

(define (breadth-first graph start)
  (let ((distance (make-vector (vector-length graph) #f)))
    (vector-set! distance start 0)
    (let layer ((nodes (list start)) (d 1) (sizes '(1)))
      (let next ((nodes nodes) (found '()))
        (if (pair? nodes)
            (let visit-edges ((edges (vector-ref graph (car nodes))) (found found))
              (cond ((null? edges) (next (cdr nodes) found))
                    ((vector-ref distance (car (car edges))) (visit-edges (cdr edges) found))
                    (else (vector-set! distance (car (car edges)) d)
                          (visit-edges (cdr edges) (cons (car (car edges)) found)))))
            (if (null? found)
                (reverse sizes)
                (layer found (+ d 1) (cons (length found) sizes))))))))
(show "layers: " (breadth-first graph 0))
(show "centre: "
      (let loop ((i 0) (best #f) (least node-count))
        (if (= i (quotient node-count 20))
            (list best least)
            (let ((layers (length (breadth-first graph (* i 20)))))
              (if (and (> layers 3) (< layers least)) (loop (+ i 1) (* i 20) layers) (loop (+ i 1) best least))))))

;; ---- depth first: connected components ----

(define (components graph)
  (let ((seen (make-vector (vector-length graph) #f)))
    (define (visit node)
      (if (vector-ref seen node)
          0
          (begin
            (vector-set! seen node #t)
            (let loop ((edges (vector-ref graph node)) (size 1))
              (if (null? edges) size (loop (cdr edges) (+ size (visit (car (car edges))))))))))
    (let loop ((i 0) (sizes '()))
      (if (= i (vector-length graph))
          (sort sizes >)
          (let ((size (visit i))) (loop (+ i 1) (if (= size 0) sizes (cons size sizes))))))))
(define sizes (components graph))
(show "components: " (length sizes) ", the largest " (car sizes))

;; A directed graph without cycles: edges go from small to large numbers, which are shuffled names.
(define (topological-order graph)
  (let ((seen (make-vector (vector-length graph) #f)))
    (let loop ((i 0) (order '()))
      (if (= i (vector-length graph))
          order
          (loop (+ i 1)
                (let visit ((node i) (order order))
                  (if (vector-ref seen node)
                      order
                      (begin
                        (vector-set! seen node #t)
                        (let visit-edges ((edges (vector-ref graph node)) (order order))
                          (if (null? edges) (cons node order)
                            (visit-edges (cdr edges) (visit (car edges) order))))))))))))
(define directed
  (let ((names (make-vector node-count 0)) (dag (make-vector node-count '())))
    (do ((i 0 (+ i 1))) ((= i node-count)) (vector-set! names i i))
    (do ((i (- node-count 1) (- i 1))) ((= i 0))
      (let* ((j (random-below! (+ i 1))) (t (vector-ref names i)))
        (vector-set! names i (vector-ref names j))
        (vector-set! names j t)))
    (do ((i 0 (+ i 1))) ((= i (* 3 node-count)) dag)
      (let ((a (random-below! node-count)) (b (random-below! node-count)))
        (if (< a b)
            (let ((from (vector-ref names a)))
              (vector-set! dag from (cons (vector-ref names b) (vector-ref dag from)))))))))
(define (in-order? graph order)
  (let ((place (make-vector node-count 0)))
    (let loop ((i 0) (order order))
      (when (pair? order) (vector-set! place (car order) i) (loop (+ i 1) (cdr order))))
    (let nodes ((a 0))
      (or (= a node-count)
          (let visit-edges ((edges (vector-ref graph a)))
            (if (null? edges)
                (nodes (+ a 1))
                (and (< (vector-ref place a) (vector-ref place (car edges))) (visit-edges (cdr edges)))))))))
(show "topological: " (in-order? directed (topological-order directed)))

;; ---- Dijkstra, with a pairing heap of (DISTANCE NODE . HEAPS) ----

(define (heap-merge a b)
  (cond ((null? a) b)
        ((null? b) a)
        ((< (car a) (car b)) (cons (car a) (cons (cadr a) (cons b (cddr a)))))
        (else (cons (car b) (cons (cadr b) (cons a (cddr b)))))))
(define (merge-pairs heaps)
  (cond ((null? heaps) '())
        ((null? (cdr heaps)) (car heaps))
        (else (heap-merge (heap-merge (car heaps) (cadr heaps)) (merge-pairs (cddr heaps))))))
(define (shortest-paths graph start)
  (let ((distance (make-vector (vector-length graph) #f)))
    (let loop ((heap (list 0 start)) (reached 0) (total 0) (farthest 0))
      (if (null? heap)
          (list reached total farthest)
          (let ((d (car heap)) (node (cadr heap)) (rest (merge-pairs (cddr heap))))
            (if (vector-ref distance node)
                (loop rest reached total farthest)
                (begin
                  (vector-set! distance node d)
                  (let visit-edges ((edges (vector-ref graph node)) (heap rest))
                    (cond ((null? edges) (loop heap (+ reached 1) (+ total d) d))
                          ((vector-ref distance (car (car edges))) (visit-edges (cdr edges) heap))
                          (else (visit-edges (cdr edges)
                                       (heap-merge (list (+ d (cdr (car edges))) (car (car edges))) heap))))))))))))
(show "shortest paths: "
      (let loop ((i 0) (results '())) (if (= i 4) (reverse results)
                                        (loop (+ i 1) (cons (shortest-paths graph i) results)))))

;; ---- Floyd and Warshall ----

(define (all-shortest n)
  (let ((rows (make-vector n #f)))
    (do ((i 0 (+ i 1))) ((= i n))
      (vector-set! rows i (make-vector n 1000000))
      (vector-set! (vector-ref rows i) i 0)
      (do ((k 0 (+ k 1))) ((= k 3)) (vector-set! (vector-ref rows i) (random-below! n) (+ 1 (random-below! 50)))))
    (do ((k 0 (+ k 1))) ((= k n))
      (let ((row-k (vector-ref rows k)))
        (do ((i 0 (+ i 1))) ((= i n))
          (let* ((row (vector-ref rows i)) (to-k (vector-ref row k)))
            (do ((j 0 (+ j 1))) ((= j n))
              (let ((through (+ to-k (vector-ref row-k j))))
                (if (< through (vector-ref row j)) (vector-set! row j through))))))))
    (let sum ((i 0) (total 0))
      (if (= i n)
          total
          (sum (+ i 1)
               (let row ((j 0) (total total))
                 (if (= j n)
                     total
                     (row (+ j 1) (let ((d (vector-ref (vector-ref rows i) j)))
                                    (if (< d 1000000) (+ total d) total))))))))))
(show "all pairs: " (all-shortest dense-count))
