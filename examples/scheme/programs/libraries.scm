;; libraries.scm: libraries in this file and in files of their own, import sets, environments, and (eval) in them.
;;
;; Stresses environments, which are hash tables of cells that code refers to directly, and compilation at run time:
;; environments are made and dropped by the hundred. Reads two numbers: items that go through a queue, and how many
;; environments are made.

(define-library (numbers)
  (export (rename next! fresh) current double)
  (import (scheme base))
  (begin
    (define current 0)
    (define (next!) (set! current (+ current 1)) current)
    (define-syntax double (syntax-rules () ((_ e) (twice (lambda () e)))))
    (define (twice thunk) (let* ((a (thunk)) (b (thunk))) (list a b)))))

(define-library (shapes)
  (export area)
  (import (scheme base) (prefix (numbers) n:))
  (begin (define (area . sides) (cons (n:fresh) (apply * sides)))))

(import (scheme base) (scheme read) (scheme eval) (only (scheme write) display)
        (prefix (only (lib queue) make-queue queue-add! queues-made) q:)
        (except (lib queue) queue-add! make-queue queues-made)
        (rename (numbers) (fresh new-number))
        (shapes)
        (lib text report))

(define items (read))
(define environments (read))

;; ---- names ----

(report (new-number) (double (new-number)) (area 2 3) (new-number))
(report (guard (e (#t (list (error-object-message e) (error-object-irritants e)))) (queue-add! 1)))
(let ((twice 'mine) (lambda 'yours)) (report (double 1) twice lambda))
(define (square x) (list x x))
(report (square 3))

;; ---- a library's macro refers to what the library does not export ----

(define q (q:make-queue))
(define (fill n) (if (> n 0) (begin (q:queue-add! q n) (fill (- n 1)))))
(fill items)
(let ((sum 0) (has-more? 'not-this))
  (while-not-empty (x q) (set! sum (+ sum x)))
  (report sum (queue-empty? q) (queue? q) (q:queues-made)))

;; ---- environments ----

(define base (environment '(scheme base)))
(report (eval '(let loop ((i 0)) (if (< i 10) (loop (+ i 1)) (* i i))) base))
(report (guard (e (#t 'not-there)) (eval '(display 1) base)))
(report (eval '(cons (add 1 2) (- 5 1)) (environment '(rename (only (scheme base) + - cons) (+ add)))))
(eval '(define private 7) base)
(report (eval '(+ private 1) base) (guard (e (#t 'unbound)) (eval 'private (environment '(scheme base)))))

(define (make-many n sum)
  (if (= n 0)
      sum
      (let ((e (environment '(only (scheme base) define + lambda) '(numbers))))
        (eval '(define (f x) (+ x current)) e)
        (make-many (- n 1) (+ sum (eval '(f 1) e))))))
(define before (new-number))
(report (make-many environments 0))
(report (cond-expand ((library (lib queue)) 'queue) (else 'none))
        (cond-expand ((library (no queue)) 'queue) (else 'none)))
