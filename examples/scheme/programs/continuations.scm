;; continuations.scm: call/cc used for early exit, re-entry and generators. (backtracking.scm has more of it.)
;;
;; Reads two numbers: the depth of the trees that generators walk, and how often a continuation is re-entered.

(define tree-depth (read))
(define re-entries (read))

(define (show . things)
  (for-each display things)
  (newline))

;; ---- early exit, also out of a loop that a library procedure runs ----

(define (find-first wanted? list)
  (call/cc (lambda (return)
             (for-each (lambda (item) (when (wanted? item) (return item))) list)
             #f)))
(show "first negative: " (find-first negative? '(3 1 -4 1 -5)) ", first zero: " (find-first zero? '(3 1 4)))

;; Multiplies a list; a zero jumps out over all the pending multiplications.
(define (product list)
  (call/cc (lambda (return)
             (let loop ((rest list))
               (cond ((null? rest) 1)
                     ((= 0 (car rest)) (return 'zero))
                     (else (* (car rest) (loop (cdr rest)))))))))
(show "products: " (product '(1 2 3 4 5)) " " (product '(1 2 0 4 5)))

;; ---- re-entry: the same continuation is used many times, with its variables as they are then ----

(define (count-by-re-entry limit)
  (let ((again #f) (visits 0) (sum 0))
    (let ((n (+ 1 (call/cc (lambda (k) (set! again k) 0)))))
      (set! visits (+ visits 1))
      (set! sum (+ sum n))
      (if (< n limit) (again n) (list visits sum)))))
(show "re-entered: " (count-by-re-entry re-entries))

;; A continuation that is taken in the middle of an argument list, and used after that call has returned.
(define (twice-over)
  (let* ((saved #f)
         (results '())
         (value (list 1 (call/cc (lambda (k) (set! saved k) 2)) 3)))
    (set! results (cons value results))
    (if (< (length results) 3)
        (saved (* 10 (cadr value)))
        results)))
(show "argument list: " (twice-over))

;; ---- generators: the walk and its user take turns, each inside its own recursion ----

(define (make-generator walk)           ; (walk yield) visits everything; returns a procedure for the next item
  (define return #f)
  (define (start)
    (walk (lambda (item)
            (call/cc (lambda (rest)
                       (set! resume (lambda () (rest #f)))
                       (return item)))))
    (set! resume (lambda () (return 'done)))
    (resume))
  (define resume start)
  (lambda ()
    (call/cc (lambda (k) (set! return k) (resume)))))

(define (tree-walker tree)
  (lambda (yield)
    (let walk ((t tree))
      (if (pair? t)
          (begin (walk (car t)) (walk (cdr t)))
          (yield t)))))

(define (same-fringe? a b)
  (let ((next-a (make-generator (tree-walker a))) (next-b (make-generator (tree-walker b))))
    (let loop ((matched 0))
      (let ((x (next-a)) (y (next-b)))
        (cond ((not (eqv? x y)) (list 'differ 'after matched))
              ((eqv? x 'done) (list 'same matched 'leaves))
              (else (loop (+ matched 1))))))))

;; Leaves 1 .. 2^depth in order; the second shape has the same leaves on another tree.
(define (bushy low high)
  (if (= low high)
      low
      (let ((middle (quotient (+ low high) 2)))
        (cons (bushy low middle) (bushy (+ middle 1) high)))))
(define (lopsided low high)
  (if (= low high) low (cons low (lopsided (+ low 1) high))))
(define leaves (do ((i 0 (+ i 1)) (n 1 (* n 2))) ((= i tree-depth) n)))
(show "same fringe: " (same-fringe? (bushy 1 leaves) (cons (bushy 1 (quotient leaves 2))
                                                           (bushy (+ (quotient leaves 2) 1) leaves))))
(show "lopsided: " (same-fringe? (bushy 1 16) (lopsided 1 16)))
(show "another fringe: " (same-fringe? (bushy 1 leaves) (bushy 1 (- leaves 1))))

(define next-of-list (make-generator (lambda (yield) (for-each yield '(x y z)))))
(let* ((first (next-of-list)) (second (next-of-list)) (third (next-of-list)) (fourth (next-of-list)))
  (show "over for-each: " first " " second " " third " " fourth))
