;; deriv.scm: symbolic derivatives, as they come and simplified, by a dispatch on the operator and by a table of
;; procedures. New trees that share with old ones, and die in the next turn.
;;
;; Reads one number: how often the derivatives are made.

(define turns (read))

(define (show . things)
  (for-each display things)
  (newline))

(define (deriv a)
  (if (pair? a)
      (case (car a)
        ((+) (cons '+ (map deriv (cdr a))))
        ((-) (cons '- (map deriv (cdr a))))
        ((*) (list '* a (cons '+ (map (lambda (f) (list '/ (deriv f) f)) (cdr a)))))
        ((/) (list '- (list '/ (deriv (cadr a)) (car (cddr a)))
                   (list '/ (cadr a) (list '* (car (cddr a)) (car (cddr a)) (deriv (car (cddr a)))))))
        (else (error "no derivative for" (car a))))
      (if (eq? a 'x) 1 0)))

;; ---- binary sums and products, simplified as they are made ----

(define (sum a b)
  (cond ((eqv? a 0) b) ((eqv? b 0) a) ((and (number? a) (number? b)) (+ a b)) (else (list '+ a b))))
(define (product a b)
  (cond ((or (eqv? a 0) (eqv? b 0)) 0) ((eqv? a 1) b) ((eqv? b 1) a)
        ((and (number? a) (number? b)) (* a b))
        (else (list '* a b))))
(define rules
  (list (cons '+ (lambda (a b) (sum (derive a) (derive b))))
        (cons '* (lambda (a b) (sum (product (derive a) b) (product a (derive b)))))))
(define (derive e)
  (cond ((number? e) 0)
        ((symbol? e) (if (eq? e 'x) 1 0))
        (else (apply (cdr (assq (car e) rules)) (cdr e)))))
(define (value e x)
  (cond ((number? e) e)
        ((symbol? e) x)
        (else ((if (eq? (car e) '+) + *) (value (cadr e) x) (value (car (cddr e)) x)))))

(define term '(+ (* 3 x x) (* a x x) (* b x) 5))
(define polynomial '(+ (* 3 (* x (* x x))) (+ (* 7 (* x x)) (+ x 5))))
(define (repeat n thunk) (let loop ((i 1)) (let ((result (thunk))) (if (>= i n) result (loop (+ i 1))))))
(show "derivative: " (repeat turns (lambda () (deriv term))))
(show "simplified: " (repeat turns (lambda () (derive polynomial))))
(show "second: " (repeat (quotient turns 2) (lambda () (derive (derive polynomial)))))
(show "values: " (map (lambda (x) (value (derive polynomial) x)) '(0 1 2 -3)))
