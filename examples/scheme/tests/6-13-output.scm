;; 6-13-output.scm: R7RS 6.13.3, output: write, display, labels for what is shared or circular.
(import (scheme base) (scheme cxr) (scheme read) (scheme write) (scheme process-context))
(include "check.scm")

(define (to-string writer object) (let ((port (open-output-string))) (writer object port) (get-output-string port)))
(define (written object) (to-string write object))
(define (shared object) (to-string write-shared object))
(define (simple object) (to-string write-simple object))
(define (displayed object) (to-string display object))

(check (read (open-input-string (written '(unquote @z)))) => '(unquote @z))
(check (map written '(a 1 "s" #\a () #t #f (1 2) (1 . 2) #(1 2) (1 (2 . 3) . 4)))
       => '("a" "1" "\"s\"" "#\\a" "()" "#t" "#f" "(1 2)" "(1 . 2)" "#(1 2)" "(1 (2 . 3) . 4)"))
(check (map displayed '(a 1 "s\"" #\a () #t #f ("x" #\y) #("z"))) => '("a" "1" "s\"" "a" "()" "#t" "#f" "(x y)" "#(z)"))
(check (map simple '((1 "a" #\b) #(x))) => '("(1 \"a\" #\\b)" "#(x)"))
(check (written ''a) => (written (list 'quote 'a)))
(check (read (open-input-string (written '(quote a)))) => '(quote a))
(check (read (open-input-string (written '`(a ,b ,@c)))) => '`(a ,b ,@c))
(check (map written (list "a\\b\"c" "λ" "")) => '("\"a\\\\b\\\"c\"" "\"λ\"" "\"\""))
(check (displayed "λ \"quoted\"") => "λ \"quoted\"")
;; guile differs: it writes #{}#.
(check (displayed '|a b|) => "a b")
(check (displayed #\λ) => "λ")
(check (written '(1 () ((2)) #())) => "(1 () ((2)) #())")
(check (displayed '(1 . (2 . (3 . ())))) => "(1 2 3)")

;; What write gives, read takes: the same again.
(define (survives? object) (equal? object (read (open-input-string (written object)))))
(check (map survives? (list 'a '|a b| "x\ny\t\"z\"\\" #\space #\newline #\x7f #\null #\λ 1.5 -1/2 1e100 #u8(1 2)
                        '(a . b) '#(1 #(2)) '() "λ"))
       => (make-list 16 #t))
(check (map survives? (map integer->char '(0 7 8 9 10 13 27 32 34 39 40 59 92 124 127 160 955 128512)))
       => (make-list 18 #t))
(check (map survives? (map (lambda (n) (string #\a (integer->char n) #\b)) '(0 7 8 9 10 13 27 32 34 92 127 160 955)))
       => (make-list 13 #t))
;; guile differs: it writes #{}#.
(check (map survives? (map string->symbol '("a" "A" "a b" "" "." ".." "1" "+1" "-" "--" "a|b" "a\\b" "#x" "x#" "(" "λ"
                                            "a\nb" "+i" "-inf.0" ",x" ";")))
       => (make-list 21 #t))

;; ---- labels ----
(define (circle . items) (let ((l (list-copy items))) (set-cdr! (list-tail l (- (length l) 1)) l) l))
;; guile differs: it writes no labels by itself.
(check (written (circle 1 2)) => "#0=(1 2 . #0#)")
;; guile differs: the same.
(check (displayed (circle 'a)) => "#0=(a . #0#)")
;; guile differs: the same.
(check (shared (circle 1 2)) => "#0=(1 2 . #0#)")
(check (let ((x (list 1))) (written (list x x))) => "((1) (1))")
;; guile differs: the same.
(check (let ((x (list 1))) (shared (list x x))) => "(#0=(1) #0#)")
(check (let ((x (list 1))) (simple (list x x))) => "((1) (1))")
;; guile differs: the same.
(check (let ((v (vector 1 2))) (vector-set! v 1 v) (written v)) => "#0=#(1 #0#)")
;; guile differs: the same.
(check (let ((x (list 1 2))) (set-car! x x) (written x)) => "#0=(#0# 2)")
(check (shared '(a a b)) => "(a a b)")
;; guile differs: the same.
(check (let* ((a (list 'a)) (b (list 'b a))) (shared (list a b b))) => "(#0=(a) #1=(b #0#) #1#)")
;; guile differs: the same.
(check (let* ((tail (list 3)) (l (list (cons 1 tail) (cons 2 tail)))) (shared l)) => "((1 . #0=(3)) (2 . #0#))")
;; guile differs: it has no labels.
(check (let* ((x (circle 1 2 3)) (y (read (open-input-string (written x))))) (list (equal? x y) (eq? y (cdddr y))))
       => '(#t #t))
;; guile differs: the same.
(check (let* ((l (list 1 2)) (v (read (open-input-string (shared (vector l l (cdr l)))))))
         (list v (eq? (vector-ref v 0) (vector-ref v 1)) (eq? (cdr (vector-ref v 0)) (vector-ref v 2))))
       => '(#((1 2) (1 2) (2)) #t #t))

;; ---- other output ----
(check (let ((p (open-output-string))) (newline p) (write-char #\a p) (write-string "bc" p) (newline p)
         (get-output-string p)) => "\nabc\n")
(check (let ((p (open-output-string))) (write-string "abcdef" p 2) (write-string "abcdef" p 1 3) (write-string "" p)
         (get-output-string p)) => "cdefbc")
(check-error (write-string "abc" (open-output-string) 4))
(check-error (write-string 'abc (open-output-string)))
(check-error (write-char "a" (open-output-string)))
(check-error (write 1 'port))
(check (let ((p (open-output-string))) (flush-output-port p) (write 1 p) (flush-output-port p) (get-output-string p))
       => "1")
(check (let loop ((n (large 100000)) (l '())) (if (= n 0) (string-length (written l)) (loop (- n 1) (cons 1 l))))
       => (+ (* 2 (large 100000)) 1))
(check (let loop ((n (large 20000)) (l '())) (if (= n 0) (string-length (written l)) (loop (- n 1) (list l))))
       => (+ (* 2 (large 20000)) 2))
(check (string? (written car)) => #t)
(check (string? (written (current-output-port))) => #t)
(check (string? (written (eof-object))) => #t)
(check (string? (written (let () (define-record-type r (make-r x) r? (x r-x)) (make-r 1)))) => #t)
(check (string? (written (make-parameter 1))) => #t)

(check-report "6.13 output")
