;; 6-02-numerals.scm: R7RS 6.2.7 and 7.1.1, the numbers' lexemes: what the reader and string->number take, and what
;; number->string gives.
(import (scheme base) (scheme read) (scheme write) (scheme process-context))
(include "check.scm")

(define (same-number? a b) (if (and (real? a) (real? b)) (or (eqv? a b) (and (not (= a a)) (not (= b b)))) (eqv? a b)))
(define (written x) (let ((port (open-output-string))) (write x port) (get-output-string port)))

;; ---- string->number ----
(check (string->number "100") => 100)
(check (string->number "100" 16) => 256)
(check (string->number "1e2") => 100.0)
(check (map string->number '("0" "-0" "+0" "007" "-12" "+12")) => '(0 0 0 7 -12 12))
(check (map string->number '("1.5" "-1.5" ".5" "-.5" "+.5" "1." "1.e2" ".5e1" "1e-2" "1E3" "1e+2"))
       => '(1.5 -1.5 .5 -.5 .5 1.0 100.0 5.0 .01 1000.0 100.0))
(check (map string->number '("1/2" "-6/4" "+3/9" "0/5" "10/5")) => '(1/2 -3/2 1/3 0 2))
(check (map string->number '("#xff" "#XFF" "#b-101" "#o777" "#d12" "#x-1/2")) => '(255 255 -5 511 12 -1/2))
(check (map string->number '("#e1.5" "#i1/2" "#e1e2" "#x#e-ff" "#i#xff" "#e.25" "#i5"))
       => '(3/2 0.5 100 -255 255.0 1/4 5.0))
(check (map string->number '("+inf.0" "-inf.0")) => '(+inf.0 -inf.0))
(check (let ((n (string->number "+nan.0"))) (= n n)) => #f)
(check (map string->number '("" "." "-" "+" "..." "a" "1a" "1 " " 1" "1/2/3" "1.2.3" "--1" "+-1" "1e" "e1" "1e1.5"
                             "#xg"))
       => '(#f #f #f #f #f #f #f #f #f #f #f #f #f #f #f #f #f))
(check (map string->number '("1/0" "/2" "1/" "1/-2" "1.5/2" "#b12" "#o8" "#" "#e" "#x" "inf" "nan.0" "+inf" "#e#e1"
                             "#x#x1"))
       => '(#f #f #f #f #f #f #f #f #f #f #f #f #f #f #f))
(check (string->number "ff" 16) => 255)
(check (string->number "FF" 16) => 255)
(check (string->number "101" 2) => 5)
(check (string->number "777" 8) => 511)
(check (string->number "102" 2) => #f)
(check (string->number "#b101" 16) => 5)
(check (string->number "1e2" 16) => 482)
(check (string->number "-a/b" 16) => -10/11)
(check (string->number "#d10" 2) => 10)
(check (string->number "1.5" 10) => 1.5)
(check (map string->number '("+INF.0" "-Inf.0" "1E2" "#E1.5" "#I1")) => '(+inf.0 -inf.0 100.0 3/2 1.0))

;; Reading floats exactly: halves round to even, huge and tiny exponents.
(check (string->number "9007199254740993") => 9007199254740993)
(check (string->number "9007199254740993.0") => 9007199254740992.0)
;; guile differs: out of its range.
(check (string->number "1e400") => +inf.0)
;; guile differs: out of its range.
(check (string->number "-1e400") => -inf.0)
;; guile differs: out of its range.
(check (string->number "1e-400") => 0.0)
(check (string->number "4.9406564584124654e-324") => 5e-324)
(check (string->number "1.7976931348623157e308") => 1.7976931348623157e308)
(check (string->number "2.2250738585072011e-308") => 2.2250738585072011e-308)
(check (= (string->number "0.1") (/ 1.0 10.0)) => #t)
(check (eqv? (string->number "-0.0") (- 0.0)) => #t)
(check (string->number "123456789012345678901234567890") => 123456789012345678901234567890)
(check (string->number "#e1e30") => 1000000000000000000000000000000)
(check (string->number "#e1.1") => 11/10)
(check (string->number "#e-1.25e-2") => -1/80)
(check (string->number "000000000000000000000000000001") => 1)

;; ---- number->string ----
(check (map number->string '(0 -1 10 255 100000000000000000000)) => '("0" "-1" "10" "255" "100000000000000000000"))
(check (map (lambda (r) (number->string 255 r)) '(2 8 10 16)) => '("11111111" "377" "255" "ff"))
(check (map (lambda (r) (number->string -255 r)) '(2 8 10 16)) => '("-11111111" "-377" "-255" "-ff"))
(check (number->string 1/3) => "1/3")
(check (number->string -10/11 16) => "-a/b")
(check (number->string 0 2) => "0")
(check (map number->string '(1.5 -1.5 100.0 123.456)) => '("1.5" "-1.5" "100.0" "123.456"))
(check (map number->string '(+inf.0 -inf.0 0.0 -0.0)) => '("+inf.0" "-inf.0" "0.0" "-0.0"))
(check (number->string (- +inf.0 +inf.0)) => (number->string +nan.0))
(check (number->string +nan.0) => "+nan.0")
(check (number->string 3.0) => "3.0")
(check (number->string -4611686018427387905) => "-4611686018427387905")
(check-error (number->string 'a))
(check-error (string->number 5))
(check-error (number->string 10 1))

;; What is written is read back as the same number.
(define (round-trips? n) (same-number? n (string->number (number->string n))))
(define (round-trips-in? n radix) (eqv? n (string->number (number->string n radix) radix)))
(check (map round-trips? (list .1 .2 .3 (/ 1.0 3.0) 1e23 1e22 9.5367431640625e-7 5e-324 1.7976931348623157e308
                           2.2250738585072014e-308))
       => '(#t #t #t #t #t #t #t #t #t #t))
(check (map round-trips? (list 123456789.125 -1e100 1e-100 4.35 0.1e-5 100.0 (+ .1 .2) +nan.0 -inf.0 -0.0))
       => '(#t #t #t #t #t #t #t #t #t #t))
(check (let loop ((i 0) (x 1.0) (good #t)) (if (= i 300) good (loop (+ i 1) (* x -1.37) (and good (round-trips? x)))))
       => #t)
(check (let loop ((i 0) (x 1.0) (good #t)) (if (= i 300) good (loop (+ i 1) (/ x 3.7) (and good (round-trips? x)))))
       => #t)
(check (let loop ((i 0) (x 1) (good #t))
         (if (= i 100)
             good
             (loop (+ i 1) (- (* x 37)) (and good (round-trips-in? x 2) (round-trips-in? x 8) (round-trips-in? x 10)
                                          (round-trips-in? x 16)))))
       => #t)
(check (let loop ((i 1) (x 1/3) (good #t)) (if (= i 40) good
                                             (loop (+ i 1) (* x (/ (- 5) 7))
                                               (and good (round-trips? x) (round-trips-in? x 16))))) => #t)

;; ---- the reader and the writer ----
(check (read (open-input-string "(1 -1 +1 1. .1 1/2 #xA #e0.5 1e1)")) => '(1 -1 1 1.0 .1 1/2 10 1/2 10.0))
(check (map written '(1 -1/2 1.0 100000000000000000000 +inf.0)) => '("1" "-1/2" "1.0" "100000000000000000000" "+inf.0"))
(check (map symbol? (read (open-input-string "(+ - ... -> +a -. .a +.a -a1 +i2)"))) => '(#t #t #t #t #t #t #t #t #t #t))
(check (map written '(1e10 12345678901234567890.0 0.000001 0.1))
       => (map number->string '(1e10 12345678901234567890.0 0.000001 0.1)))
;; guile differs: it writes #{}#.
(check (written '|1|) => "|1|")
;; guile differs: it writes #{}#.
(check (written (string->symbol "+5")) => "|+5|")
;; guile differs: it writes #{}#.
(check (written (string->symbol ".5")) => "|.5|")
;; guile differs: it writes #{}#.
(check (written (string->symbol "-1/2")) => "|-1/2|")

(check-report "6.2.7 numerals")
