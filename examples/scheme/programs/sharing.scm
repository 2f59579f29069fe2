;; sharing.scm: data with cycles and shared parts: written with labels, read back, compared.
;;
;; Reads the length of a ring and the depth of a tower of shared pairs.

(define ring-length (read))
(define depth (read))

(define (show . things)
  (for-each display things)
  (newline))
(define (written datum) (call-with-output-string (lambda (port) (write datum port))))
(define (written-shared datum) (call-with-output-string (lambda (port) (write-shared datum port))))
(define (read-back text) (read (open-input-string text)))

;; ---- write labels cycles only, write-shared all that is shared, write-simple nothing ----

(define shared (list 1 2))
(define twice (list shared shared (vector shared)))
(write twice) (newline)
(write-shared twice) (newline)
(write-simple twice) (newline)
(define circle (list 'a 'b 'c))
(set-cdr! (cddr circle) circle)
(write circle) (newline)
(display circle) (newline)
(write-shared (list circle circle)) (newline)
(define own (vector 1 2 3))
(vector-set! own 1 own)
(vector-set! own 2 (list 'x own))
(write own) (newline)
(show "write-simple: " (guard (e (#t (error-object-message e))) (write-simple circle)))

;; ---- read understands labels ----

(define literal '#0=(a #1=#(b #0#) . #1#))
(write literal) (newline)
(show "literal: " (eq? literal (vector-ref (cadr literal) 1)) (eq? (cadr literal) (cddr literal)))
(for-each (lambda (text) (write (read-back text)) (newline))
          '("#0=(1 . #0#)" "(#0=(1 2) #0# #0#)" "#5=#(#5# #6=(#5# #6#))" "(#1=a #1# #2=\"s\" #2#)"
            "(#0=#u8(1 2) . #0#)" "'#0=(quote #0#)"))
(for-each (lambda (text)
            (show text " " (guard (e ((read-error? e) (error-object-message e))) (read-back text))))
          '("#0=#0#" "(#1# 2)" "#0=" "#0" "(#0=1 #0=2)" "#99999999999=1"))

;; ---- other syntax of data ----

(define odd-symbols
  (list (string->symbol "") (string->symbol "A b") (string->symbol "1+") '|a\x3bb;| '|\|| (string->symbol "#x")
        (string->symbol "+i") (string->symbol "-") '... '->x (string->symbol ".") (string->symbol "é")))
(write odd-symbols) (newline)
(show "symbols come back: " (equal? odd-symbols (read-back (written odd-symbols))))
(define odd-characters (map integer->char '(0 7 8 9 10 13 27 32 127 40 59 120 955 128 8203 173)))
(write odd-characters) (newline)
(show "characters come back: " (equal? odd-characters (read-back (written odd-characters))))
(define odd-string (list->string (append odd-characters (list #\" #\\))))
(show "strings come back: " (equal? odd-string (read-back (written odd-string))))
(write (read-back "(1 #;(hidden #;twice) #| a #| nested |# comment |# 2 #;3 . #;4 5)")) (newline)
(write (read-back "(#!fold-case ABC #\\SPACE |ABC| \"ABC\" #!no-fold-case ABC #\\A)")) (newline)
(write (read-back "\"one \\   \n    line\\ttab \\x41;\"")) (newline)
(write '(quote (quasiquote (a (unquote b) (unquote-splicing c))))) (newline)

;; ---- a ring: walked, written, read back; equal? ends on cycles ----

(define (make-ring n)
  (let ((first (list 0)))
    (let loop ((i 1) (last first))
      (if (= i n)
          (begin (set-cdr! last first) first)
          (begin (set-cdr! last (list i)) (loop (+ i 1) (cdr last)))))))
(define (ring-size ring) (let loop ((l (cdr ring)) (n 1)) (if (eq? l ring) n (loop (cdr l) (+ n 1)))))
(define ring (make-ring ring-length))
(define again (read-back (written ring)))
(show "ring: " (string-length (written ring)) " characters, " (ring-size again) " pairs, equal: " (equal? ring again))
(show "the same in two rounds: " (equal? '#0=(1 2 . #0#) '#1=(1 2 1 2 . #1#)))
(show "not the same: " (equal? ring (make-ring (+ ring-length 1))))
(show "list?: " (list? ring) (list? '(1 2)) (list? '(1 . 2)))

;; ---- a tower in which every pair is used twice: 2^depth leaves, depth pairs ----

(define (tower n) (let loop ((i 0) (t 'leaf)) (if (= i n) t (loop (+ i 1) (cons t t)))))
(define text (written-shared (tower depth)))
(show "tower: " (string-length text) " characters")
(define copy (read-back text))
(show "back: " (let loop ((t copy) (n 0))
                 (cond ((symbol? t) n) ((eq? (car t) (cdr t)) (loop (car t) (+ n 1))) (else 'bad))))
(show "text again: " (string=? text (written-shared copy)))
