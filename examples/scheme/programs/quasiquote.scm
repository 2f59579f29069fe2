;; quasiquote.scm: expressions as data. Templates, symbolic differentiation, and a compiler to closures.
;;
;; Reads three numbers: the order of the derivatives, the terms of the polynomial, and how often it is evaluated.

(define order (read))
(define term-count (read))
(define evaluations (read))

(define (show . things)
  (for-each display things)
  (newline))
(define (print x) (write x) (newline))

;; ---- templates ----

(define n 5)
(define items '(a b c))
(print `(n is ,n and next is ,(+ n 1)))
(print `(items: ,@items end))
(print `(,@items . tail))
(print `((nested ,n (deeper ,(list n n)) ,@(reverse items)) ,@'()))
(print `#(vector ,n ,@items))
(print `(1 . ,n))
(print `,n)
(print (let ((name 'x) (value 3)) `(let ((,name ,value)) (* ,name ,name))))
(print `("text" #\c 1.5 #t ,@(map (lambda (x) (* x x)) '(1 2 3))))

;; Inner templates keep their unquotes; only those of the outer level are filled in.
(define nested `(outer ,n `(inner ,(stays ,n))))
(print (list (car nested) (cadr nested) (length nested)))
(define inner (cadr (caddr nested)))                ; (inner (unquote (stays 5)))
(print (list (car inner) (equal? (cadr inner) (list 'unquote (list 'stays 5)))))

;; What is constant in a template may be shared, what is filled in is fresh.
(define (pair-up a b) `(,a ,b))
(print (list (eq? (pair-up 1 2) (pair-up 1 2)) (equal? (pair-up 1 2) (pair-up 1 2))))

;; ---- symbolic algebra: expressions of +, *, ^ with two operands each, numbers and variables ----

(define (make-sum a b)
  (cond ((and (number? a) (number? b)) (+ a b))
        ((eqv? a 0) b)
        ((eqv? b 0) a)
        ((equal? a b) (make-product 2 a))
        (else `(+ ,a ,b))))

(define (make-product a b)
  (cond ((and (number? a) (number? b)) (* a b))
        ((or (eqv? a 0) (eqv? b 0)) 0)
        ((eqv? a 1) b)
        ((eqv? b 1) a)
        ((number? b) (make-product b a))
        ((and (number? a) (pair? b) (eq? (car b) '*) (number? (cadr b)))
         (make-product (* a (cadr b)) (caddr b)))
        (else `(* ,a ,b))))

(define (make-power base exponent)
  (cond ((= exponent 0) 1)
        ((= exponent 1) base)
        (else `(^ ,base ,exponent))))

(define (derive x variable)
  (cond ((number? x) 0)
        ((symbol? x) (if (eq? x variable) 1 0))
        (else
         (let ((a (cadr x)) (b (caddr x)))
           (case (car x)
             ((+) (make-sum (derive a variable) (derive b variable)))
             ((*) (make-sum (make-product a (derive b variable)) (make-product b (derive a variable))))
             ((^) (make-product (make-product b (make-power a (- b 1))) (derive a variable)))
             (else (error "unknown operator" (car x))))))))

(print (derive '(+ (* 3 (^ x 2)) (+ (* 5 x) 7)) 'x))
(print (derive '(* x (* y (+ x 3))) 'x))
(print (derive '(^ (+ (^ x 2) 1) 3) 'x))
(print (derive '(* x (* y (+ x 3))) 'y))

(define (repeat proc times x) (if (= times 0) x (repeat proc (- times 1) (proc x))))
(define (derivative x times) (repeat (lambda (y) (derive y 'x)) times x))
(print (derivative '(^ x 5) 3))
(print (derivative '(^ x 5) 6))

;; ---- a compiler: an expression becomes a closure of x, made of the closures of its parts ----

(define (compile x)
  (cond ((number? x) (lambda (value) x))
        ((symbol? x) (lambda (value) value))
        (else
         (let ((a (compile (cadr x))) (b (compile (caddr x))))
           (case (car x)
             ((+) (lambda (value) (+ (a value) (b value))))
             ((*) (lambda (value) (* (a value) (b value))))
             (else (lambda (value) (power (a value) (b value)))))))))

(define (power base exponent) (if (= exponent 0) 1 (* base (power base (- exponent 1)))))

;; A sum of powers, and its derivatives of a product with (x + 1): sizes grow with the order.
(define (polynomial terms)
  (if (= terms 1) 'x `(+ (^ x ,terms) ,(polynomial (- terms 1)))))
(define expression `(* (+ x 1) ,(polynomial term-count)))
(define (size x) (if (pair? x) (+ 1 (size (car x)) (size (cdr x))) 1))

(let loop ((i 0) (x expression))
  (show "derivative " i ": size " (size x) ", at 1: " ((compile x) 1))
  (when (< i order) (loop (+ i 1) (derive x 'x))))

;; Evaluated again and again; every tenth time the derivative is taken and compiled anew.
(define (fresh) (compile (derive expression 'x)))
(show "evaluated " evaluations " times: "
      (let loop ((i 0) (sum 0) (compiled #f))
        (if (= i evaluations)
            sum
            (let ((proc (if (= 0 (modulo i 10)) (fresh) compiled)))
              (loop (+ i 1) (modulo (+ sum (proc (modulo i 4))) 1000003) proc)))))
