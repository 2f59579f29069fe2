;; check.scm: what every file of the conformance suite includes after its imports.
;;
;;     (check EXPRESSION => EXPECTED)      EXPRESSION must have a value that is equal? to that of EXPECTED
;;     (check-true EXPRESSION)             EXPRESSION must not be #f
;;     (check-error EXPRESSION)            EXPRESSION must raise an error object
;;     (check-report NAME)                 the last form of a file
;;
;; The expectations have been compared with those of Guile 3. A line ";; guile differs" stands before a check where
;; Guile does not do what the standard says, or cannot read it.
;;
;;     (large N)                           a size: N, or a hundredth of it where SMALL_CHECKS is set, which is for modes
;;                                         that collect at every allocation
;;
;; A check goes by the text of its own expression. An expression that raises fails its check, and the file goes on.

(define (large n) (if (get-environment-variable "SMALL_CHECKS") (quotient n 100) n))

(define checks 0)
(define failures 0)

(define (check-failed expression . details)
  (set! failures (+ failures 1))
  (display "FAILED ")
  (write expression)
  (for-each display details)
  (newline))

;; In writing: an error object by its message and irritants, anything else as it is.
(define (in-writing outcome)
  (let ((port (open-output-string)) (object (cdr outcome)))
    (display (car outcome) port)
    (display " " port)
    (if (error-object? object)
        (begin
          (display (error-object-message object) port)
          (display " " port)
          (write (error-object-irritants object) port))
        (write object port))
    (get-output-string port)))

;; A pair: (value . VALUE), or (raised . OBJECT).
(define (outcome-of thunk)
  (call-with-current-continuation
    (lambda (return)
      (with-exception-handler
        (lambda (object) (return (cons 'raised object)))
        (lambda () (cons 'value (thunk)))))))

(define (run-check expression thunk expected-thunk)
  (set! checks (+ checks 1))
  (let ((got (outcome-of thunk)) (expected (outcome-of expected-thunk)))
    (if (not (and (eq? (car got) 'value) (eq? (car expected) 'value) (equal? (cdr got) (cdr expected))))
        (check-failed expression ": " (in-writing got) ", expected " (in-writing expected)))))

(define (run-check-true expression thunk)
  (set! checks (+ checks 1))
  (let ((got (outcome-of thunk)))
    (if (not (and (eq? (car got) 'value) (cdr got)))
        (check-failed expression ": " (in-writing got) ", expected a true value"))))

(define (run-check-error expression thunk)
  (set! checks (+ checks 1))
  (let ((got (outcome-of thunk)))
    (if (not (and (eq? (car got) 'raised) (error-object? (cdr got))))
        (check-failed expression ": " (in-writing got) ", expected an error"))))

(define-syntax check
  (syntax-rules ()
    ((_ expression arrow expected)
     (run-check 'expression (lambda () expression) (lambda () expected)))))

(define-syntax check-true
  (syntax-rules ()
    ((_ expression) (run-check-true 'expression (lambda () expression)))))

(define-syntax check-error
  (syntax-rules ()
    ((_ expression) (run-check-error 'expression (lambda () expression)))))

;; The values of an expression as a list.
(define-syntax values-of
  (syntax-rules ()
    ((_ expression) (call-with-values (lambda () expression) list))))

(define (check-report name)
  (display name)
  (display ": ")
  (display checks)
  (display " checks, ")
  (display failures)
  (display " failed")
  (newline)
  (if (> failures 0) (exit 1)))
