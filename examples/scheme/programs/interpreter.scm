;; interpreter.scm: a Scheme in Scheme. An evaluator for a small subset, which runs programs given as lists, among
;; them an evaluator of its own (three levels in all).
;;
;; Reads three numbers: the arguments of the evaluated Fibonacci procedure, of the count of primes, and of the
;; inner evaluator's factorial.

(define fib-size (read))
(define prime-limit (read))
(define inner-size (read))

(define (show . things)
  (for-each display things)
  (newline))

;; ---- environments: a list of frames; a frame is a pair (names . values), changed in place by define ----

(define (extend names values env) (cons (cons names values) env))

;; Calls (found cell) with the pair whose car is the variable's value.
(define (lookup name env found)
  (if (null? env)
      (error "unbound variable" name)
      (let loop ((names (car (car env))) (values (cdr (car env))))
        (cond ((null? names) (lookup name (cdr env) found))
              ((eq? name (car names)) (found values))
              (else (loop (cdr names) (cdr values)))))))

(define (define! name value env)
  (let ((frame (car env)))
    (set-car! env (cons (cons name (car frame)) (cons value (cdr frame))))
    name))

;; ---- the evaluator: a compound procedure is #(parameters body environment) ----

(define (evaluate x env)
  (cond ((symbol? x) (lookup x env car))
        ((not (pair? x)) x)
        (else
         (case (car x)
           ((quote) (cadr x))
           ((if) (if (evaluate (cadr x) env)
                     (evaluate (caddr x) env)
                     (if (null? (cdddr x)) #f (evaluate (car (cdddr x)) env))))
           ((lambda) (vector (cadr x) (cddr x) env))
           ((set!) (let ((value (evaluate (caddr x) env)))
                     (lookup (cadr x) env (lambda (cell) (set-car! cell value)))))
           ((define) (if (pair? (cadr x))
                         (define! (car (cadr x)) (vector (cdr (cadr x)) (cddr x) env) env)
                         (define! (cadr x) (evaluate (caddr x) env) env)))
           ((begin) (evaluate-body (cdr x) env))
           ((let) (evaluate-body (cddr x)
                                 (extend (map car (cadr x))
                                         (map (lambda (binding) (evaluate (cadr binding) env)) (cadr x))
                                         env)))
           ((cond) (evaluate-clauses (cdr x) env))
           (else (apply-procedure (evaluate (car x) env)
                                  (map (lambda (argument) (evaluate argument env)) (cdr x))))))))

(define (evaluate-body body env)
  (if (null? (cdr body))
      (evaluate (car body) env)
      (begin (evaluate (car body) env)
             (evaluate-body (cdr body) env))))

(define (evaluate-clauses clauses env)
  (cond ((null? clauses) #f)
        ((or (eq? (car (car clauses)) 'else) (evaluate (car (car clauses)) env))
         (evaluate-body (cdr (car clauses)) env))
        (else (evaluate-clauses (cdr clauses) env))))

(define (apply-procedure proc arguments)
  (if (vector? proc)
      (evaluate-body (vector-ref proc 1) (extend (vector-ref proc 0) arguments (vector-ref proc 2)))
      (apply proc arguments)))

;; A fresh global environment with some of the host's own procedures.
(define (make-globals)
  (extend '(+ - * = < modulo quotient car cdr cons list null? pair? eq? not error symbol? number? cadr caddr)
          (list + - * = < modulo quotient car cdr cons list null? pair? eq? not error symbol? number? cadr caddr)
          '()))

(define (run program) (evaluate-body program (make-globals)))

;; ---- programs ----

(show "sum: " (run '((+ 1 (* 2 3)))))
(show "closures: " (run '((define (adder n) (lambda (x) (set! n (+ n 1)) (+ x n)))
                          (define add (adder 10))
                          (add 1)
                          (add 1)
                          (list (add 1) ((adder 20) 1)))))

(define fib-program
  `((define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
    (fib ,fib-size)))
(show "fibonacci of " fib-size ": " (run fib-program))

(define primes-program
  `((define (divides? d n) (= 0 (modulo n d)))
    (define (prime? n d)
      (cond ((< n (* d d)) 'yes)
            ((divides? d n) (quote #f))
            (else (prime? n (+ d 1)))))
    (define (count from to so-far)
      (if (< to from)
          so-far
          (count (+ from 1) to (if (prime? from 2) (+ so-far 1) so-far))))
    (count 2 ,prime-limit 0)))
(show "primes up to " prime-limit ": " (run primes-program))

(define sort-program
  '((define (insert x l) (if (null? l) (list x) (if (< x (car l)) (cons x l) (cons (car l) (insert x (cdr l))))))
    (define (sort l) (if (null? l) l (insert (car l) (sort (cdr l)))))
    (let ((numbers (quote (3 1 4 1 5 9 2 6)))) (sort numbers))))
(show "sorted: " (run sort-program))

;; ---- the third level: an evaluator for lambda terms with numbers, run by the evaluator above ----

(define inner-evaluator
  '((define (look name env)
      (if (eq? name (car (car env))) (cdr (car env)) (look name (cdr env))))
    (define (ev x env)
      (cond ((number? x) x)
            ((symbol? x) (look x env))
            ((eq? (car x) 'fun) (lambda (value) (ev (caddr x) (cons (cons (cadr x) value) env))))
            ((eq? (car x) 'zero?) (= 0 (ev (cadr x) env)))
            ((eq? (car x) 'choose) (if (ev (cadr x) env) (ev (caddr x) env) (ev (cadr (cdr (cdr x))) env)))
            ((eq? (car x) 'times) (* (ev (cadr x) env) (ev (caddr x) env)))
            ((eq? (car x) 'minus) (- (ev (cadr x) env) (ev (caddr x) env)))
            (else ((ev (car x) env) (ev (cadr x) env)))))))

(define factorial-term                  ; through a fixed-point combinator: the terms have no names for themselves
  `(((fun f ((fun x (f (fun v ((x x) v)))) (fun x (f (fun v ((x x) v))))))
     (fun self (fun n (choose (zero? n) 1 (times n (self (minus n 1)))))))
    ,inner-size))
(show "three levels, factorial of " inner-size ": "
      (run (append inner-evaluator `((ev ',factorial-term '())))))

;; An error inside the evaluated program reaches the host's guard.
(show "error: " (guard (e (#t (list (error-object-message e) (error-object-irritants e))))
                  (run '((define x 1) (+ x y)))))
