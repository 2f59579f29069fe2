;; macros.scm: syntax-rules, from plain rewriting to macros that compute while the program is compiled.
;;
;; Stresses the compiler's own data in the heap: aliases, patterns, lists of matches; (eval) compiles anew each time.
;; Reads two numbers: how often each use is compiled, and how often compiled loops run.

(define compiles (read))
(define turns (read))

(define (show . things)
  (for-each (lambda (x) (write x) (display " ")) things)
  (newline))

;; ---- rewriting ----

(define-syntax swap!
  (syntax-rules () ((_ a b) (let ((tmp a)) (set! a b) (set! b tmp)))))

(define-syntax while
  (syntax-rules ()
    ((_ test body ...) (let again () (when test body ... (again))))))

(define-syntax for
  (syntax-rules (in from to)
    ((_ x in list body ...) (for-each (lambda (x) body ...) list))
    ((_ x from a to b body ...) (do ((x a (+ x 1))) ((> x b)) body ...))))

(define-syntax my-or
  (syntax-rules ()
    ((_) #f)
    ((_ e) e)
    ((_ e rest ...) (let ((t e)) (if t t (my-or rest ...))))))

(let ((tmp 1) (other 2))
  (swap! tmp other)
  (show tmp other))
(let ((sum 0) (i 0))
  (while (< i turns) (set! sum (+ sum i)) (set! i (+ i 1)))
  (for x from 1 to turns (set! sum (- sum x)))
  (for x in '(1 2 3) (set! sum (+ sum x)))
  (show sum))

;; ---- hygiene: what is around a use does not change what the macro means, nor the other way round ----

(let ((t 5) (if list) (let 'nothing)) (show (my-or #f t)))
(define-syntax choose
  (syntax-rules () ((_ c a b) (cond (c a) (else b)))))
(show (let ((else #f)) (choose #f 1 2)) (let ((=> #f)) (cond (#t => 'ok))))
(show (let ((x 'outer))
        (let-syntax ((m (syntax-rules () ((_) x))))
          (let ((x 'inner)) (m)))))
(define-syntax literal
  (syntax-rules (key) ((_ key) 'key) ((_ other) 'other)))
(show (literal key) (literal lock) (let ((key 1)) (literal key)))

(define tmp 'mine)
(define-syntax define-counter
  (syntax-rules ()
    ((_ name start) (begin (define tmp start) (define (name) (set! tmp (+ tmp 1)) tmp)))))
(define-counter next 10)
(define-counter after 20)
(next)
(show (next) (after) tmp)
(let ()
  (define-counter inner 30)
  (define-counter inside 40)
  (inner)
  (show (inner) (inside)))

;; ---- patterns ----

(define-syntax parts
  (syntax-rules ()
    ((_ (a b ...) ...) '((b ... a) ...))
    ((_ a . b) '(a b))))
(show (parts (1 2 3) (4)) (parts 1 . 2))
(define-syntax ends
  (syntax-rules () ((_ first middle ... last) '(last middle ... first)) ((_ _) 'one)))
(show (ends 1 2 3 4) (ends 1 2) (ends 1))
(define-syntax unvector
  (syntax-rules () ((_ #(a (b ...) ...)) '(a b ... ... #((b ...) ...)))))
(show (unvector #(1 (2 3) () (4))))
(define-syntax dots
  (syntax-rules ::: () ((_ (x y :::) :::) '((x ::: ...) (y ::: :::)))))
(show (dots (1 2 3) (4 5)))
(define-syntax quasi
  (syntax-rules () ((_ x) `(x ,x ,@(list x 'y) #(z ,x) (nested . ,x)))))
(show (quasi (+ 1 2)))

;; ---- macros that define macros ----

(define-syntax define-alias
  (syntax-rules ()
    ((_ new old) (define-syntax new (syntax-rules () ((_ x (... ...)) (old x (... ...))))))))
(define-alias until-false my-or)
(show (until-false #f #f 3))
(let ()
  (define-alias both and)
  (define (later) (both 1 (helper)))
  (define (helper) 'helped)
  (show (later)))

;; ---- a computation: a list of n marks is sorted out by rewriting alone ----

(define-syntax split
  (syntax-rules (a b)
    ((_ () xs ys) '(xs ys))
    ((_ (a . rest) xs (y ...)) (split rest (a . xs) (y ...)))
    ((_ (b . rest) xs (y ...)) (split rest xs (y ... b)))))
(show (split (a b a a b) () ()))
(define-syntax mutual
  (syntax-rules ()
    ((_ n) (letrec-syntax ((even? (syntax-rules () ((_) #t) ((_ x . r) (odd? . r))))
                           (odd? (syntax-rules () ((_) #f) ((_ x . r) (even? . r)))))
             (list (even? n n n n) (odd? n n))))))
(show (mutual 1))

;; ---- many compilations ----

(define forms
  '((let ((a 1) (b 2)) (swap! a b) (list a b))
    (my-or #f (my-or #f #f) 7)
    (let ((n 0)) (while (< n 10) (set! n (+ n 3))) n)
    (split (a b a b a b a b) () ())
    (parts (x y z) (u v w) (p q))
    (let () (define-counter c 5) (c) (c))))
(define (compile-all n)
  (let loop ((i 0) (last #f))
    (if (< i n)
        (loop (+ i 1) (map (lambda (form) (eval form (interaction-environment))) forms))
        last)))
(show (compile-all compiles))
