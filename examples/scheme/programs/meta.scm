;; meta.scm: a compiler of a subset of Scheme to closures, with variables found by their address at compile time. The
;; programs that it runs: Fibonacci numbers, a merge sort, and counting by continuation passing. Closures of the
;; compiler grow old, their frames are vectors that die young unless a closure of the program keeps them.
;;
;; Reads three numbers: the argument of the Fibonacci function, the length of the lists sorted, and the queens.

(define fib-size (read))
(define sort-size (read))
(define board-size (read))

(define (show . things)
  (for-each display things)
  (newline))

;; ---- globals: an association list of boxes. Locals: a frame is #(PARENT VALUE ...) ----

(define globals '())
(define (global-box name)
  (let ((entry (assq name globals)))
    (if entry
        entry
        (let ((new (cons name 'unbound)))
          (set! globals (cons new globals))
          new))))
(define (define-primitive! name proc) (set-cdr! (global-box name) proc))

;; (address NAME SCOPE FOUND MISSING): SCOPE is a list of lists of names, the innermost first.
(define (address name scope found missing)
  (let loop ((scope scope) (depth 0))
    (if (null? scope)
        (missing)
        (let in-frame ((names (car scope)) (index 1))
          (cond ((null? names) (loop (cdr scope) (+ depth 1)))
                ((eq? (car names) name) (found depth index))
                (else (in-frame (cdr names) (+ index 1))))))))
(define (frame-at frame depth) (if (= depth 0) frame (frame-at (vector-ref frame 0) (- depth 1))))

;; ---- the compiler: (compile EXPRESSION SCOPE) returns a procedure of a frame ----

(define (compile x scope)
  (cond ((symbol? x) (compile-reference x scope))
        ((not (pair? x)) (lambda (frame) x))
        (else
         (case (car x)
           ((quote) (let ((value (cadr x))) (lambda (frame) value)))
           ((if) (compile-if (map (lambda (part) (compile part scope)) (cdr x))))
           ((lambda) (compile-lambda (cadr x) (cddr x) scope))
           ((begin) (compile-body (cdr x) scope))
           ((set! define) (compile-assignment (cadr x) (compile (car (cddr x)) scope) scope))
           ((let) (compile (cons (cons 'lambda (cons (map car (cadr x)) (cddr x))) (map cadr (cadr x))) scope))
           ((cond) (compile (cond->if (cdr x)) scope))
           (else (compile-call (compile (car x) scope) (map (lambda (a) (compile a scope)) (cdr x))))))))

(define (cond->if clauses)
  (cond ((null? clauses) #f)
        ((eq? (car (car clauses)) 'else) (cons 'begin (cdr (car clauses))))
        (else (list 'if (car (car clauses)) (cons 'begin (cdr (car clauses))) (cond->if (cdr clauses))))))

(define (compile-reference name scope)
  (address name scope
    (lambda (depth index)
      (case depth
        ((0) (lambda (frame) (vector-ref frame index)))
        ((1) (lambda (frame) (vector-ref (vector-ref frame 0) index)))
        (else (lambda (frame) (vector-ref (frame-at frame depth) index)))))
    (lambda () (let ((box (global-box name))) (lambda (frame) (cdr box))))))

(define (compile-assignment name value scope)
  (address name scope
    (lambda (depth index) (lambda (frame) (vector-set! (frame-at frame depth) index (value frame))))
    (lambda () (let ((box (global-box name))) (lambda (frame) (set-cdr! box (value frame)))))))

(define (compile-if parts)
  (let ((test (car parts)) (then (cadr parts)) (else (if (pair? (cddr parts)) (car (cddr parts)) (lambda (frame) #f))))
    (lambda (frame) (if (test frame) (then frame) (else frame)))))

(define (compile-body body scope)
  (let ((first (compile (car body) scope)))
    (if (null? (cdr body))
        first
        (let ((rest (compile-body (cdr body) scope)))
          (lambda (frame) (first frame) (rest frame))))))

;; Procedures are those of the host, so that primitives and compiled ones are called alike.
(define (compile-lambda names body scope)
  (let ((body (compile-body body (cons names scope))))
    (case (length names)
      ((0) (lambda (frame) (lambda () (body (vector frame)))))
      ((1) (lambda (frame) (lambda (a) (body (vector frame a)))))
      ((2) (lambda (frame) (lambda (a b) (body (vector frame a b)))))
      (else (lambda (frame) (lambda args (body (apply vector frame args))))))))

(define (compile-call proc args)
  (case (length args)
    ((0) (lambda (frame) ((proc frame))))
    ((1) (let ((a (car args))) (lambda (frame) ((proc frame) (a frame)))))
    ((2) (let ((a (car args)) (b (cadr args))) (lambda (frame) ((proc frame) (a frame) (b frame)))))
    (else (lambda (frame) (apply (proc frame) (map (lambda (a) (a frame)) args))))))

(define (run program) (let loop ((p program) (last #f)) (if (null? p) last (loop (cdr p) ((compile (car p) '()) #f)))))

(for-each (lambda (entry) (define-primitive! (car entry) (cdr entry)))
          (list (cons '+ +) (cons '- -) (cons '* *) (cons '= =) (cons '< <) (cons 'car car) (cons 'cdr cdr)
                (cons 'cons cons) (cons 'null? null?) (cons 'remainder remainder) (cons 'not not)))

;; ---- programs ----

(define library
  '((define fib (lambda (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))))
    (define map1 (lambda (f l) (if (null? l) '() (cons (f (car l)) (map1 f (cdr l))))))
    (define append2 (lambda (a b) (if (null? a) b (cons (car a) (append2 (cdr a) b)))))
    (define range (lambda (low high) (if (< high low) '() (cons low (range (+ low 1) high)))))
    (define fold (lambda (f seed l) (if (null? l) seed (fold f (f (car l) seed) (cdr l)))))
    (define shuffle (lambda (n seed) (if (= n 0) '() (cons seed
                                                       (shuffle (- n 1) (remainder (+ (* seed 421) 54773) 259200))))))
    (define filter1 (lambda (f l) (cond ((null? l) '()) ((f (car l)) (cons (car l) (filter1 f (cdr l))))
                                    (else (filter1 f (cdr l))))))
    (define quick
      (lambda (l)
        (if (null? l)
            '()
            (let ((p (car l)))
              (append2 (quick (filter1 (lambda (x) (< x p)) (cdr l)))
                       (cons p (quick (filter1 (lambda (x) (not (< x p))) (cdr l)))))))))
    (define abs1 (lambda (n) (if (< n 0) (- 0 n) n)))
    (define safe?
      (lambda (c board d)
        (cond ((null? board) #t)
              ((= c (car board)) #f)
              ((= d (abs1 (- c (car board)))) #f)
              (else (safe? c (cdr board) (+ d 1))))))
    (define queens
      (lambda (n k board solved)
        (if (= k 0)
            (solved board)
            (fold (lambda (c total) (if (safe? c board 1) (+ total (queens n (- k 1) (cons c board) solved)) total))
                  0
                  (range 1 n)))))
    (define make-counter (lambda () (let ((n 0)) (lambda () (begin (set! n (+ n 1)) n)))))))
(run library)
(show "fib: " (run (list (list 'fib fib-size))))
(show "sorted: " (let ((l (run (list (list 'quick (list 'shuffle sort-size 1))))))
                   (list (length l) (car l) (apply <= l))))
(show "queens: " (run (list (list 'queens board-size board-size ''() '(lambda (board) 1)))))
(show "counter: " (run '((define c (make-counter)) (c) (c) (let ((d (make-counter))) (begin (d) (+ (* 10 (c)) (d)))))))
(show "squares: " (run '((map1 (lambda (x) (* x x)) (range 1 10)))))
