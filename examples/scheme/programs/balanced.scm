;; balanced.scm: two balanced search trees that are never changed, only rebuilt along a path: red-black trees
;; after Okasaki, and AVL trees with removal. Old versions stay good: versions share what they have in common.
;;
;; Reads two numbers: how many keys go into each tree, and how many versions of the AVL tree are kept.

(define key-count (read))
(define version-count (read))

(define (show . things)
  (for-each display things)
  (newline))

(define seed 7)
(define (random-below! n)
  (set! seed (modulo (* seed 16807) 2147483647))
  (modulo seed n))

;; ---- red-black: a node is #(colour left key right), the empty tree '() ----

(define (node colour left key right) (vector colour left key right))
(define (colour t) (vector-ref t 0))
(define (left t) (vector-ref t 1))
(define (key t) (vector-ref t 2))
(define (right t) (vector-ref t 3))
(define (red? t) (and (vector? t) (eq? (colour t) 'red)))

;; A black node with a red child and a red grandchild becomes a red node with two black children.
(define (balance c l k r)
  (define (build a x b y d z e)
    (node 'red (node 'black a x b) y (node 'black d z e)))
  (cond ((not (eq? c 'black)) (node c l k r))
        ((and (red? l) (red? (left l)))
         (build (left (left l)) (key (left l)) (right (left l)) (key l) (right l) k r))
        ((and (red? l) (red? (right l)))
         (build (left l) (key l) (left (right l)) (key (right l)) (right (right l)) k r))
        ((and (red? r) (red? (left r)))
         (build l k (left (left r)) (key (left r)) (right (left r)) (key r) (right r)))
        ((and (red? r) (red? (right r)))
         (build l k (left r) (key r) (left (right r)) (key (right r)) (right (right r))))
        (else (node c l k r))))

(define (rb-insert tree new)
  (define (insert t)
    (cond ((null? t) (node 'red '() new '()))
          ((< new (key t)) (balance (colour t) (insert (left t)) (key t) (right t)))
          ((> new (key t)) (balance (colour t) (left t) (key t) (insert (right t))))
          (else t)))
  (let ((t (insert tree)))
    (node 'black (left t) (key t) (right t))))

;; The number of black nodes on each path, or an error if the paths differ or a red node has a red child.
(define (black-height t)
  (if (null? t)
      1
      (let ((l (black-height (left t))) (r (black-height (right t))))
        (cond ((not (= l r)) (error "paths differ at key" (key t)))
              ((and (red? t) (or (red? (left t)) (red? (right t)))) (error "two red nodes at key" (key t)))
              ((red? t) l)
              (else (+ l 1))))))

(define (rb-size t) (if (null? t) 0 (+ 1 (rb-size (left t)) (rb-size (right t)))))

(define (build-from next)
  (let loop ((i 0) (tree '()))
    (if (= i key-count) tree (loop (+ i 1) (rb-insert tree (next i))))))

(define ascending (build-from (lambda (i) i)))
(define scrambled (build-from (lambda (i) (modulo (* i 7919) 1000003))))
(show "red-black, ascending keys: " (rb-size ascending) " keys, black height " (black-height ascending))
(show "red-black, scrambled keys: " (rb-size scrambled) " keys, valid: " (> (black-height scrambled) 1))

;; ---- AVL: a node is #(height left key right); left, key and right are as above ----

(define (height t) (if (null? t) 0 (vector-ref t 0)))
(define (make l k r) (vector (+ 1 (max (height l) (height r))) l k r))

;; A node whose sides may differ by two, put right.
(define (rotate l k r)
  (cond ((> (height l) (+ (height r) 1))
         (if (>= (height (left l)) (height (right l)))
             (make (left l) (key l) (make (right l) k r))
             (let ((m (right l)))
               (make (make (left l) (key l) (left m)) (key m) (make (right m) k r)))))
        ((> (height r) (+ (height l) 1))
         (if (>= (height (right r)) (height (left r)))
             (make (make l k (left r)) (key r) (right r))
             (let ((m (left r)))
               (make (make l k (left m)) (key m) (make (right m) (key r) (right r))))))
        (else (make l k r))))

(define (avl-insert t new)
  (cond ((null? t) (make '() new '()))
        ((< new (key t)) (rotate (avl-insert (left t) new) (key t) (right t)))
        ((> new (key t)) (rotate (left t) (key t) (avl-insert (right t) new)))
        (else t)))

(define (smallest t) (if (null? (left t)) (key t) (smallest (left t))))

(define (avl-remove t old)
  (cond ((null? t) t)
        ((< old (key t)) (rotate (avl-remove (left t) old) (key t) (right t)))
        ((> old (key t)) (rotate (left t) (key t) (avl-remove (right t) old)))
        ((null? (left t)) (right t))
        ((null? (right t)) (left t))
        (else (let ((next (smallest (right t))))
                (rotate (left t) next (avl-remove (right t) next))))))

;; True when every node has the right height, its sides differ by at most one, and keys lie between the bounds.
(define (avl-valid? t low high)
  (or (null? t)
      (and (< low (key t) high)
           (= (height t) (+ 1 (max (height (left t)) (height (right t)))))
           (<= (abs (- (height (left t)) (height (right t)))) 1)
           (avl-valid? (left t) low (key t))
           (avl-valid? (right t) (key t) high))))

(define (avl-size t) (if (null? t) 0 (+ 1 (avl-size (left t)) (avl-size (right t)))))

(define full
  (let loop ((i 0) (tree '()))
    (if (= i key-count) tree (loop (+ i 1) (avl-insert tree (random-below! 1000000))))))
(show "AVL: valid " (avl-valid? full -1 1000000) ", height at most 1.5 times the best: "
      (let loop ((best 0) (nodes 1))
        (if (> nodes (avl-size full)) (<= (* 2 (height full)) (* 3 best)) (loop (+ best 1) (* nodes 2)))))

;; Versions: each lacks the root of the one before. The list holds (size . tree), the newest first.
(define versions
  (let loop ((i 0) (all (list (cons (avl-size full) full))))
    (if (= i version-count)
        all
        (let ((newest (cdr (car all))))
          (loop (+ i 1)
                (cons (cons (- (car (car all)) 1) (avl-remove newest (key newest))) all))))))
(gc)
(define (good? version)
  (and (= (avl-size (cdr version)) (car version)) (avl-valid? (cdr version) -1 1000000)))
(show "versions kept: " (length versions) ", all good: " (= (length versions) (length (filter good? versions))))
