;; 6-14-system.scm: R7RS 6.14, the system: load, files, the command line, the environment, time, features. What exit
;; does to the process is checked by run-tests.sh with the programs in exits/.
(import (scheme base) (scheme file) (scheme load) (scheme time) (scheme write) (scheme process-context) (scheme repl)
  (scheme eval))
(include "check.scm")

(check (pair? (command-line)) => #t)
(check (string? (car (command-line))) => #t)
(check (get-environment-variable "NO_SUCH_VARIABLE_OF_THE_TESTS") => #f)
(check (string? (get-environment-variable "PATH")) => #t)
(check (let ((all (get-environment-variables))) (and (list? all) (string? (caar all)) (string? (cdar all)))) => #t)
(check (cdr (assoc "PATH" (get-environment-variables))) => (get-environment-variable "PATH"))
(check-error (get-environment-variable 'PATH))
(check (let ((t (current-second))) (and (real? t) (> t 1.6e9))) => #t)
(check (let* ((a (current-jiffy)) (b (current-jiffy))) (and (exact-integer? a) (<= a b))) => #t)
(check (let ((n (jiffies-per-second))) (and (exact-integer? n) (> n 0))) => #t)
(check (let* ((a (current-jiffy))) (let loop ((i 0)) (if (< i 10000) (loop (+ i 1))))
         (< (- (current-jiffy) a) (* 60 (jiffies-per-second)))) => #t)
(check (and (memq 'r7rs (features)) #t) => #t)
(check (let ((all (features))) (and (list? all) (let every ((l all))
                                                  (or (null? l) (and (symbol? (car l)) (every (cdr l))))))) => #t)
(check (map (lambda (f) (and (memq f (features)) #t)) '(exact-closed ratios full-unicode)) => '(#t #t #t))

(define name (string-append "/tmp/tenure-scheme-load-" (number->string (current-jiffy)) ".scm"))
(call-with-output-file name
  (lambda (p)
    (write '(define loaded-value 41) p)
    (write '(define (loaded-f x) (+ x loaded-value)) p)
    (write '(set! loaded-value (+ loaded-value 1)) p)))
(check (begin (load name (interaction-environment)) (eval '(loaded-f 1) (interaction-environment))) => 43)
(check (begin (delete-file name) (file-exists? name)) => #f)
(check-error (load name))
(check-error (load 'name))

;; exit runs the `after`s of all extents that are open: here it is not called, but it is a procedure like others.
(check (map procedure? (list exit emergency-exit)) => '(#t #t))

(check-report "6.14 system interface")
