;; 2-lexical.scm: R7RS 2, lexical conventions: identifiers, comments, labels, the case directives.
(import (scheme base) (scheme read) (scheme write) (scheme process-context))
(include "check.scm")

(define (read-from string) (read (open-input-string string)))
(define (read-all string)
  (let ((port (open-input-string string)))
    (let loop ((all '()))
      (let ((datum (read port)))
        (if (eof-object? datum) (reverse all) (loop (cons datum all)))))))

;; ---- 2.1 identifiers ----
(define |a variable| 1)
(define <=>?!$%&*/:^_~ 4)
(define ->x 5)
(define .. 6)
(check |a variable| => 1)
(check (let ((... 2)) ...) => 2)
(check (let ((+ -) (- +)) (list (+ 1 2) (- 1 2))) => '(-1 3))
(check <=>?!$%&*/:^_~ => 4)
(check ->x => 5)
(check .. => 6)
(check (symbol->string '|foo bar|) => "foo bar")
(check (eq? '|foo| 'foo) => #t)
(check (eq? 'a 'A) => #f)
(check (symbol->string '|\x41;b|) => "Ab")
(check (symbol->string '|a\|b|) => "a|b")
(check (symbol->string '|a\tb\nc|) => "a\tb\nc")
(check (symbol->string '||) => "")
(check (symbol? '+soup+) => #t)
(check (map symbol? '(+ - ... -- -a +.a .a.b a.b |1|)) => '(#t #t #t #t #t #t #t #t #t))
(check (map number? (read-all "+5 -5 .5 -.5 +.5 5.")) => '(#t #t #t #t #t #t))
(check (symbol->string 'λ) => "λ")

;; ---- 2.2 whitespace and comments ----
(check '(1 ; the rest of a line
         2) => '(1 2))
(check '(1 #| a block |# 2) => '(1 2))
(check '(1 #| a #| nested |# block |# 2) => '(1 2))
(check '(1 #|
 of some
 lines |# 2) => '(1 2))
(check '(1 #;2 3) => '(1 3))
(check '(1 #;(2 (3 "4)" #\))) 5) => '(1 5))
(check '(1 #; 2 3) => '(1 3))
(check '(1 #;#;2 3 4) => '(1 4))
(check '(1 #;2) => '(1))
(check '(1 . #;2 (3)) => '(1 3))
(check '#(1 #;2 3) => '#(1 3))
(check (read-all "; nothing\n#| at |# #;all") => '())
(check (read-all "#|a|# 1 #|b|#2") => '(1 2))
(check (read-all "#|| |#1 #|a|b#||||#|# 2") => '(1 2))
(check (read-all "a;b\nc") => '(a c))
(check (read-all "(a)(b)\"c\"#(d)") => '((a) (b) "c" #(d)))
(check (read-all "\t1\r\n\x0c;2 ") => '(1 2))

;; ---- 2.1 the case directives ----
(check (read-all "ABC #!fold-case ABC DeF #!no-fold-case GHI") => '(ABC abc def GHI))
(check (read-all "#!fold-case (A #!no-fold-case B) |C| #!fold-case |C|") => '((a B) C C))
(check (read-all "#!fold-case #\\A \"A\"") => '(#\A "A"))

;; ---- 2.3 other notations ----
(check (list #t #f #true #false) => '(#t #f #t #f))
(check (map boolean? (read-all "#t #f #true #false #T #F")) => '(#t #t #t #t #t #t))
(check ''a => '(quote a))
(check '`(a ,b ,@c) => '(quasiquote (a (unquote b) (unquote-splicing c))))
(check (read-from "'a") => (list 'quote 'a))
(check (read-from "' a") => (list 'quote 'a))
(check (read-from "`(a ,b ,@c)")
       => (list 'quasiquote (list 'a (list 'unquote 'b) (list 'unquote-splicing 'c))))
(check '(a . b) => (cons 'a 'b))
(check '(a . (b . (c . ()))) => '(a b c))
(check '(a b . c) => (cons 'a (cons 'b 'c)))
(check (quote #(1 #(2))) => (vector 1 (vector 2)))
(check #(1 2) => (vector 1 2))
(check #u8(0 255) => (bytevector 0 255))
(check #u8() => (bytevector))
(check "a\x3bb;b" => (string #\a (integer->char 955) #\b))
(check "a\
        b" => "ab")
(check "a   \
        b" => "a   b")
(check "\a\b\t\n\r\"\\\|" => (list->string (map integer->char '(7 8 9 10 13 34 92 124))))
(check (string-length "line
break") => 10)
(check (map char->integer '(#\a #\A #\( #\space #\newline #\tab #\null #\backspace))
       => '(97 65 40 32 10 9 0 8))
(check (map char->integer '(#\return #\delete #\escape #\alarm #\x41 #\x #\x3bb #\λ))
       => '(13 127 27 7 65 120 955 955))
(check '(#\;) => (list (integer->char 59)))
(check (list #xff #b101 #o17 #d10 #e1.5 #i1 #x-1A) => (list 255 5 15 10 (/ 3 2) 1.0 -26))
(check (list #e1e3 #x#e10 #e#x10 #i#b11) => (list 1000 16 16 3.0))

;; ---- 2.4 datum labels ----
;; guile differs: it has no labels.
(check (let ((x '#0=(a b . #0#))) (list (car x) (cadr x) (eq? x (cddr x)))) => '(a b #t))
;; guile differs: it has no labels.
(check (let ((x '(#1=(1) #1#))) (eq? (car x) (cadr x))) => #t)
;; guile differs: it has no labels.
(check (let ((x (read-from "#2=#(1 #2#)"))) (eq? x (vector-ref x 1))) => #t)
;; guile differs: it has no labels.
(check (let ((x (read-from "#0=(1 #1=(2 #0# . #1#))")))
         (let ((inner (cadr x))) (list (car inner) (eq? (cadr inner) x) (eq? (cddr inner) inner))))
       => '(2 #t #t))
;; guile differs: it has no labels.
(check (let ((x (read-from "(#10=\"s\" #10# #11=#() #11#)")))
         (list (eq? (car x) (cadr x)) (eq? (list-ref x 2) (list-ref x 3)))) => '(#t #t))
;; guile differs: it has no labels.
(check (equal? (read-from "#0=(a . #0#)") (read-from "#0=(a a . #0#)")) => #t)

(check-report "2 lexical conventions")
