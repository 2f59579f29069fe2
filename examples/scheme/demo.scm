;; demo.scm: a short tour of the interpreter, and at its end what the collector has done meanwhile.

(define (show . things) (for-each display things) (newline))

;; ---- recursion, lists: how many ways to place n queens ----
(define (queens n)
  (define (safe? row others)
    (let loop ((others others) (distance 1))
      (or (null? others)
          (and (not (= (car others) row))
               (not (= (abs (- (car others) row)) distance))
               (loop (cdr others) (+ distance 1))))))
  (let place ((column 0) (rows '()))
    (if (= column n)
        1
        (fold-left + 0 (map (lambda (row) (if (safe? row rows) (place (+ column 1) (cons row rows)) 0))
                            (iota n))))))
(show "8 queens: " (queens 8) " ways, 9 queens: " (queens 9))

;; ---- call/cc: a generator walks a tree, and stops wherever it is asked to ----
(define (tree->generator tree)
  (define return #f)
  (define (resume)
    (let walk ((t tree))
      (cond ((pair? t) (walk (car t)) (walk (cdr t)))
            ((not (null? t))
             (call/cc (lambda (rest) (set! resume (lambda () (rest #f))) (return t))))))
    (return 'end))
  (lambda () (call/cc (lambda (k) (set! return k) (resume)))))
(define (same-fringe? a b)
  (let ((next-a (tree->generator a)) (next-b (tree->generator b)))
    (let loop ()
      (let ((x (next-a)) (y (next-b)))
        (and (eqv? x y) (or (eq? x 'end) (loop)))))))
(show "same leaves: " (same-fringe? '((1 2) (3 (4 5))) '(1 (2 (3 4)) 5)) " "
      (same-fringe? '((1 2) (3 (4 5))) '(1 (2 (4 3)) 5)))

;; ---- hash tables: objects are found by identity, although the collector moves them ----
(define words '(the cat saw the dog and the dog saw the bird))
(define counts (make-eq-hashtable))
(for-each (lambda (word) (hashtable-update! counts word (lambda (n) (+ n 1)) 0)) words)
(show "words: " (sort (hashtable->alist counts) (lambda (a b) (> (cdr a) (cdr b)))))
(define pairs (map (lambda (i) (cons i i)) (iota 50000)))
(define squares (make-eq-hashtable))
(for-each (lambda (p) (hashtable-set! squares p (* (car p) (car p)))) pairs)
(gc)
(show "after a full collection: " (apply + (map (lambda (p) (hashtable-ref squares p 0)) pairs)))

;; ---- garbage: many short-lived trees, and a deep recursion ----
(define (make-tree depth) (if (= depth 0) '() (cons (make-tree (- depth 1)) (make-tree (- depth 1)))))
(define (count tree) (if (null? tree) 1 (+ (count (car tree)) (count (cdr tree)))))
(define long-lived (make-tree 16))
(show "leaves: " (let loop ((i 0) (sum 0)) (if (= i 60) sum (loop (+ i 1) (+ sum (count (make-tree 14)))))))
(define (deep n) (if (= n 0) 0 (+ 1 (deep (- n 1)))))
(show "a million deep: " (deep 1000000))

;; ---- errors are objects that a program can catch ----
(define (try thunk) (guard (e ((error-object? e) (cons (error-object-message e) (error-object-irritants e)))) (thunk)))
(show "caught: " (try (lambda () (vector-ref (vector 1 2 3) 3))) ", " (try (lambda () (error "my own:" 'x 1.5))))
(show "still there: " (count long-lived) " leaves")
(newline)
(gc-summary)
