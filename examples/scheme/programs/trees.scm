;; trees.scm: trees that are built, changed and dropped: what a generational collector is made for.
;;
;; Reads four numbers: the depth of the deepest short-lived tree, the keys of a search tree, how many of them are
;; removed again, the depth of a tree with many children.

(define max-depth (read))
(define key-count (read))
(define remove-count (read))
(define rose-depth (read))

(define (show . things)
  (for-each display things)
  (newline))

(define seed 2024)
(define (random-below! n)
  (set! seed (modulo (* seed 16807) 2147483647))
  (modulo seed n))

;; ---- perfect binary trees, as in the Computer Language Benchmarks Game: a node is a pair ----

(define (make-tree depth)
  (if (= depth 0)
      (cons '() '())
      (cons (make-tree (- depth 1)) (make-tree (- depth 1)))))

(define (count-nodes tree)
  (if (null? (car tree))
      1
      (+ 1 (count-nodes (car tree)) (count-nodes (cdr tree)))))

(define min-depth 2)
(show "stretch tree of depth " (+ max-depth 1) ": " (count-nodes (make-tree (+ max-depth 1))))
(define long-lived (make-tree max-depth))

(define (power-of-two n) (if (= n 0) 1 (* 2 (power-of-two (- n 1)))))

(do ((depth min-depth (+ depth 2)))
    ((> depth max-depth))
  (let ((times (power-of-two (- max-depth depth))))
    (let loop ((i 0) (total 0))
      (if (< i times)
          (loop (+ i 1) (+ total (count-nodes (make-tree depth))))
          (show times " trees of depth " depth ": " total)))))

(show "long-lived tree of depth " max-depth ": " (count-nodes long-lived))

;; ---- a search tree that is changed in place: a node is a vector #(key left right) ----
;; Each insertion stores a new node into an old one.

(define (make-node key) (vector key #f #f))
(define (node-key node) (vector-ref node 0))
(define (child-slot node key) (if (< key (node-key node)) 1 2))

;; Returns the tree; `added` counts keys that were new.
(define added 0)
(define (insert! tree key)
  (if (not tree)
      (begin (set! added (+ added 1)) (make-node key))
      (let walk ((node tree))
        (if (= key (node-key node))
            tree
            (let* ((slot (child-slot node key)) (child (vector-ref node slot)))
              (if child
                  (walk child)
                  (begin
                    (set! added (+ added 1))
                    (vector-set! node slot (make-node key))
                    tree)))))))

;; Joins two trees, all keys of the first below all of the second. A coin decides which goes on top, so that many
;; joins do not make the tree lopsided.
(define (join! low high)
  (cond ((not low) high)
        ((not high) low)
        ((= 0 (random-below! 2))
         (vector-set! low 2 (join! (vector-ref low 2) high))
         low)
        (else
         (vector-set! high 1 (join! low (vector-ref high 1)))
         high)))

(define (remove! tree key)
  (cond ((not tree) #f)
        ((= key (node-key tree)) (join! (vector-ref tree 1) (vector-ref tree 2)))
        (else (let ((slot (child-slot tree key)))
                (vector-set! tree slot (remove! (vector-ref tree slot) key))
                tree))))

;; In order, without building intermediate lists.
(define (tree->list tree)
  (let walk ((node tree) (rest '()))
    (if node
        (walk (vector-ref node 1)
              (cons (node-key node) (walk (vector-ref node 2) rest)))
        rest)))

(define (height tree)
  (if tree (+ 1 (max (height (vector-ref tree 1)) (height (vector-ref tree 2)))) 0))

(define (increasing? list)
  (or (null? list) (null? (cdr list)) (and (< (car list) (cadr list)) (increasing? (cdr list)))))

(define keys
  (let loop ((i 0) (keys '()))
    (if (= i key-count) keys (loop (+ i 1) (cons (random-below! 10000000) keys)))))

(define search-tree (fold-left insert! #f keys))
(define in-order (tree->list search-tree))
(show "search tree: " added " keys, in order: " (increasing? in-order)
      ", all there: " (= added (length in-order))
      ", height " (height search-tree))

(define removed
  (let loop ((i 0) (rest keys) (tree search-tree))
    (if (= i remove-count)
        tree
        (loop (+ i 1) (cdr rest) (remove! tree (car rest))))))
(show "after removing " remove-count ": " (length (tree->list removed)) " keys, in order: "
      (increasing? (tree->list removed)))

;; ---- a tree with any number of children: (value child ...), mapped and folded ----

(define (grow depth value)
  (if (= depth 0)
      (list value)
      (cons value
            (let loop ((i depth) (children '()))
              (if (= i 0)
                  children
                  (loop (- i 1) (cons (grow (- depth 1) (+ (* value 10) i)) children)))))))

(define (map-tree proc tree)
  (cons (proc (car tree)) (map (lambda (child) (map-tree proc child)) (cdr tree))))

(define (fold-tree proc tree)
  (proc (car tree) (map (lambda (child) (fold-tree proc child)) (cdr tree))))

(define rose (grow rose-depth 0))
(show "small rose tree: " (grow 2 0))
(show "nodes: " (fold-tree (lambda (value results) (apply + 1 results)) rose)
      ", leaves: " (fold-tree (lambda (value results) (if (null? results) 1 (apply + results))) rose)
      ", sum of the values mod 9: "
      (modulo (fold-tree (lambda (value results) (apply + value results))
                         (map-tree (lambda (value) (modulo value 9)) rose))
              9))
