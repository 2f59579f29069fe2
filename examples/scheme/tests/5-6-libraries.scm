;; 5-6-libraries.scm: R7RS 5.6, libraries, defined in the file that imports them.
(define-library (test stack)
  (export make-stack push! pop! (rename stack-empty? empty?) size)
  (import (scheme base))
  (begin
    (define-record-type stack (new-stack items) stack? (items stack-items set-stack-items!))
    (define made 0)
    (define (make-stack) (set! made (+ made 1)) (new-stack '()))
    (define (push! s x) (set-stack-items! s (cons x (stack-items s))))
    (define (pop! s)
      (if (stack-empty? s) (error "empty stack" s))
      (let ((x (car (stack-items s)))) (set-stack-items! s (cdr (stack-items s))) x)))
  (begin
    (define (stack-empty? s) (null? (stack-items s)))
    (define (size s) (length (stack-items s)))))

(define-library (test counter)
  (export next! current counter-limit with-current)
  (import (scheme base))
  (begin
    (define count 0)
    (define counter-limit 3)
    (define (next!) (set! count (+ count 1)) count)
    (define (current) count)
    (define-syntax with-current (syntax-rules () ((_ name body) (let ((name (secret))) body))))
    (define (secret) (* 100 count))))

;; Imports of a library of the same file, under another name; a macro that is exported; a loop macro.
(define-library (test user 1)
  (export count-twice repeat (rename my-car first) swap!)
  (import (scheme base) (prefix (test counter) c:))
  (begin
    (define (count-twice) (c:next!) (c:next!))
    (define (my-car x) (car x))
    (define-syntax repeat
      (syntax-rules () ((_ n body ...) (let loop ((i 0)) (if (< i n) (begin body ... (loop (+ i 1))))))))
    (define-syntax swap! (syntax-rules () ((_ a b) (let ((t a)) (set! a b) (set! b t)))))))

(define-library (test conditional)
  (export which feature)
  (import (scheme base))
  (cond-expand
    ((library (scheme write)) (begin (define which 'has-write)))
    (else (begin (define which 'no-write))))
  (cond-expand
    (r7rs (import (only (scheme char) char-upcase)) (begin (define feature (char-upcase #\a))))
    (else (begin (define feature #f)))))

(define-library (test shadow)
  (export (rename my-list list))
  (import (except (scheme base) list))
  (begin (define (my-list . x) (cons 'shadow x))))

(define-library (test order)
  (export log)
  (import (scheme base))
  (begin (define log '()))
  (begin (set! log (cons 'one log)) (set! log (cons 'two log))))

(define-library (test nothing)
  (export)
  (import (scheme base))
  (begin))

(import (scheme base) (scheme write) (scheme process-context))
(import (test stack))
(import (only (test counter) next! current with-current) (rename (test counter) (counter-limit limit) (next! again!)))
(import (test user 1) (test conditional) (prefix (test shadow) shadow-) (test order) (test nothing))
(include "check.scm")

(check (let ((s (make-stack))) (push! s 1) (push! s 2) (list (pop! s) (size s) (empty? s))) => '(2 1 #f))
(check (empty? (make-stack)) => #t)
(check-error (pop! (make-stack)))
(check-error new-stack)
(check-error stack-items)
(check-error made)
(check-error secret)
(check limit => 3)
(check (begin (next!) (current)) => 1)
(check (begin (again!) (current)) => 2)
(check (begin (count-twice) (current)) => 4)
(check (with-current n (list n)) => '(400))
(check (let ((secret 5)) (with-current n (+ n secret))) => 405)
(check (let ((n 0)) (repeat 5 (set! n (+ n 1))) n) => 5)
(check (let ((i 10) (loop 0)) (repeat 3 (set! loop (+ loop i))) loop) => 30)
(check (let ((t 1) (u 2)) (swap! t u) (list t u)) => '(2 1))
(check (let ((let 1) (set! 2)) (swap! let set!) (list let set!)) => '(2 1))
(check (first '(a b)) => 'a)
(check (list which feature) => '(has-write #\A))
(check (shadow-list 1 2) => '(shadow 1 2))
(check (list 1 2) => '(1 2))
(check log => '(two one))
;; A name of the program does not reach into a library.
(define count 1000)
(check (begin (next!) (list count (current))) => '(1000 5))
(define (stack-empty? s) 'mine)
(check (empty? (make-stack)) => #t)

(check-report "5.6 libraries")
