;; appendix-a.scm: R7RS appendix A: every library of the standard is there, with every procedure that it shall export.
;; (Names of syntax are used all over the suite.)
(import (scheme base) (scheme eval) (scheme write) (scheme process-context))
(include "check.scm")

;; Checks that the library exports each name, and that it is a procedure there.
(define (check-names library . names)
  (for-each
    (lambda (name)
      (run-check (list 'exported-by library name)
                 (lambda () (procedure? (eval name (environment (list 'only library name)))))
                 (lambda () #t)))
    names))

(check-names '(scheme base)
  '* '+ '- '/ '< '<= '= '> '>= 'abs 'append 'apply 'assoc 'assq 'assv 'binary-port? 'boolean=? 'boolean? 'bytevector
  'bytevector-append 'bytevector-copy 'bytevector-copy! 'bytevector-length 'bytevector-u8-ref 'bytevector-u8-set!
  'bytevector? 'caar 'cadr 'call-with-current-continuation 'call-with-port 'call-with-values 'call/cc 'car 'cdar 'cddr
  'cdr 'ceiling 'char->integer 'char-ready? 'char<=? 'char<? 'char=? 'char>=? 'char>? 'char? 'close-input-port
  'close-output-port 'close-port 'complex? 'cons 'current-error-port 'current-input-port 'current-output-port
  'denominator 'dynamic-wind 'eof-object 'eof-object? 'eq? 'equal? 'eqv? 'error 'error-object-irritants
  'error-object-message 'error-object? 'even? 'exact 'exact-integer-sqrt 'exact-integer? 'exact? 'expt 'features
  'file-error? 'floor 'floor-quotient 'floor-remainder 'floor/ 'flush-output-port 'for-each 'gcd 'get-output-bytevector
  'get-output-string 'inexact 'inexact? 'input-port-open? 'input-port? 'integer->char 'integer? 'lcm 'length 'list
  'list->string 'list->vector 'list-copy 'list-ref 'list-set! 'list-tail 'list? 'make-bytevector 'make-list
  'make-parameter 'make-string 'make-vector 'map 'max 'member 'memq 'memv 'min 'modulo 'negative? 'newline 'not 'null?
  'number->string 'number? 'numerator 'odd? 'open-input-bytevector 'open-input-string 'open-output-bytevector
  'open-output-string 'output-port-open? 'output-port? 'pair? 'peek-char 'peek-u8 'positive? 'procedure? 'quotient
  'raise 'raise-continuable 'rational? 'rationalize 'read-bytevector 'read-bytevector! 'read-char 'read-error?
  'read-line 'read-string 'read-u8 'real? 'remainder 'reverse 'round 'set-car! 'set-cdr! 'square 'string 'string->list
  'string->number 'string->symbol 'string->utf8 'string->vector 'string-append 'string-copy 'string-copy! 'string-fill!
  'string-for-each 'string-length 'string-map 'string-ref 'string-set! 'string<=? 'string<? 'string=? 'string>=?
  'string>? 'string? 'substring 'symbol->string 'symbol=? 'symbol? 'textual-port? 'truncate 'truncate-quotient
  'truncate-remainder 'truncate/ 'u8-ready? 'utf8->string 'values 'vector 'vector->list 'vector->string 'vector-append
  'vector-copy 'vector-copy! 'vector-fill! 'vector-for-each 'vector-length 'vector-map 'vector-ref 'vector-set!
  'vector? 'with-exception-handler 'write-bytevector 'write-char 'write-string 'write-u8 'zero?)
(check-names '(scheme char)
  'char-alphabetic? 'char-ci<=? 'char-ci<? 'char-ci=? 'char-ci>=? 'char-ci>? 'char-downcase 'char-foldcase
  'char-lower-case? 'char-numeric? 'char-upcase 'char-upper-case? 'char-whitespace? 'digit-value 'string-ci<=?
  'string-ci<? 'string-ci=? 'string-ci>=? 'string-ci>? 'string-downcase 'string-foldcase 'string-upcase)
(check-names '(scheme cxr)
  'caaaar 'caaadr 'caaar 'caadar 'caaddr 'caadr 'cadaar 'cadadr 'cadar 'caddar 'cadddr 'caddr 'cdaaar 'cdaadr 'cdaar
  'cdadar 'cdaddr 'cdadr 'cddaar 'cddadr 'cddar 'cdddar 'cddddr 'cdddr)
(check-names '(scheme eval) 'environment 'eval)
(check-names '(scheme file)
  'call-with-input-file 'call-with-output-file 'delete-file 'file-exists? 'open-binary-input-file
  'open-binary-output-file 'open-input-file 'open-output-file 'with-input-from-file 'with-output-to-file)
(check-names '(scheme inexact) 'acos 'asin 'atan 'cos 'exp 'finite? 'infinite? 'log 'nan? 'sin 'sqrt 'tan)
(check-names '(scheme lazy) 'force 'make-promise 'promise?)
(check-names '(scheme load) 'load)
(check-names '(scheme process-context)
  'command-line 'emergency-exit 'exit 'get-environment-variable 'get-environment-variables)
(check-names '(scheme read) 'read)
(check-names '(scheme repl) 'interaction-environment)
(check-names '(scheme time) 'current-jiffy 'current-second 'jiffies-per-second)
(check-names '(scheme write) 'display 'write 'write-shared 'write-simple)

;; A library does not export what is another's.
(define (exports? library name) (guard (e (#t #f)) (eval name (environment (list 'only library name))) #t))
(check (map (lambda (l n) (exports? l n))
            '((scheme base) (scheme base) (scheme base) (scheme write) (scheme char) (scheme base))
            '(display caddr char-upcase car list sqrt))
       => '(#f #f #f #f #f #f))

;; The syntax of each library, where eval can show it.
(define (value-of expression . libraries) (eval expression (apply environment libraries)))
(check (value-of '((case-lambda ((a) a)) 1) '(only (scheme case-lambda) case-lambda)) => 1)
(check (value-of '(force (delay 1)) '(scheme lazy)) => 1)
(check (value-of '(force (delay-force (delay 2))) '(scheme lazy)) => 2)
(check (value-of '(let () (define-record-type r (mk a) r? (a ra)) (define-values (x) (mk 3)) (ra x)) '(scheme base))
       => 3)
(check (value-of '(let*-values (((a) (values 1))) (parameterize () (unless #f (when #t a)))) '(scheme base)) => 1)
(check (value-of '(guard (e (else e)) (raise (quasiquote (1 (unquote 2))))) '(scheme base)) => '(1 2))
(check (value-of '(letrec* ((a 1)) (do () (#t (case a ((1) 'one) (else 'other))))) '(scheme base)) => 'one)
(check (value-of '(let-syntax ((m (syntax-rules () ((_) 4)))) (letrec-syntax () (m))) '(scheme base)) => 4)
(check (value-of '(cond-expand (r7rs 5) (else 6)) '(scheme base)) => 5)

(check-report "A standard libraries")
