;; generators.scm: trees that are walked by re-entrant continuations: two at a time for the same fringe, merged in
;; order, and filtered in a pipe. Each item is a copy of a piece of the stack, taken and put back.
;;
;; Reads two numbers: the depth of the trees, and the items that go through the pipe.

(define depth (read))
(define pipe-items (read))

(define (show . things)
  (for-each display things)
  (newline))

;; (walk yield) visits everything; the generator gives the next item at each call, then END forever.
(define end (list 'end))
(define (make-generator walk)
  (define return #f)
  (define (next)
    (walk (lambda (item)
            (call/cc (lambda (rest) (set! next (lambda () (rest #f))) (return item)))))
    (set! next (lambda () (return end)))
    (return end))
  (lambda () (call/cc (lambda (k) (set! return k) (next)))))

(define (left-tree n low) (if (= n 0) low (cons (left-tree (- n 1) low) (left-tree (- n 1) (+ low (expt 2 (- n 1)))))))
(define (leaves tree) (if (pair? tree) (append (leaves (car tree)) (leaves (cdr tree))) (list tree)))
(define (list->comb l) (if (null? (cdr l)) (car l) (cons (car l) (list->comb (cdr l)))))
(define (tree-generator tree)
  (make-generator (lambda (yield) (let walk ((t tree)) (if (pair? t) (begin (walk (car t)) (walk (cdr t)))
                                                         (yield t))))))
(define (same-fringe? a b)
  (let ((a (tree-generator a)) (b (tree-generator b)))
    (let loop ()
      (let* ((x (a)) (y (b))) (cond ((eq? x end) (eq? y end)) ((eqv? x y) (loop)) (else #f))))))
(define tree (left-tree depth 1))
(define comb (list->comb (leaves tree)))
(show "same fringe: " (same-fringe? tree comb) " " (same-fringe? comb tree))
(show "other fringe: " (same-fringe? tree (left-tree depth 2)) " " (same-fringe? tree (left-tree (- depth 1) 1)))

;; ---- a pipe: numbers, those that are odd, their squares, sums of pairs ----

(define (counter n) (make-generator (lambda (yield) (do ((i 0 (+ i 1))) ((= i n)) (yield i)))))
(define (stage source use)
  (make-generator
    (lambda (yield) (let loop () (let ((x (source))) (unless (eq? x end) (use x yield) (loop)))))))
(define (total source) (let loop ((sum 0) (n 0)) (let ((x (source)))
                                                   (if (eq? x end) (list n sum) (loop (+ sum x) (+ n 1))))))
(define odds (stage (counter pipe-items) (lambda (x yield) (when (odd? x) (yield x)))))
(define squares (stage odds (lambda (x yield) (yield (* x x)))))
(define twice (stage squares (lambda (x yield) (yield x) (yield (- x)))))
(show "piped: " (total squares))
(show "twice: " (total (stage (counter (quotient pipe-items 4)) (lambda (x yield) (yield x) (yield (* 2 x))))))
(show "at the end: " (total twice))

;; ---- two streams merged in order ----

(define (merge a b)
  (make-generator
    (lambda (yield)
      (let loop ((x (a)) (y (b)))
        (cond ((and (eq? x end) (eq? y end)) #f)
              ((or (eq? y end) (and (not (eq? x end)) (<= x y))) (yield x) (loop (a) y))
              (else (yield y) (loop x (b))))))))
(define (ordered? source)
  (let loop ((last 0) (n 0)) (let ((x (source))) (if (eq? x end) n (and (<= last x) (loop x (+ n 1)))))))
(show "merged: " (ordered? (merge (tree-generator tree)
                             (stage (tree-generator comb) (lambda (x yield) (yield (* 3 x)))))))
