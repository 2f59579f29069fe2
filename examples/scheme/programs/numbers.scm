;; numbers.scm: exact numbers of any size, which own memory outside the heap: digits of pi, factorials, ratios, primes.
;;
;; Reads six numbers: digits of pi, n of n!, the index of a Fibonacci number, terms of the harmonic series, the
;; largest exponent of a Mersenne prime, digits of a square root.

(define pi-digits (read))
(define factorial-of (read))
(define fibonacci-index (read))
(define terms (read))
(define largest-exponent (read))
(define root-digits (read))

(define (show . things)
  (for-each display things)
  (newline))

(define (digits n) (string-length (number->string n)))

;; The beginning, the end and the count of the digits of a number that is too long to show.
(define (summary n)
  (let* ((s (number->string n)) (l (string-length s)))
    (if (<= l 40)
        s
        (string-append (substring s 0 15) "..." (substring s (- l 15) l) " (" (number->string l) " digits)"))))

(define (digit-sum n)
  (let loop ((n n) (sum 0))
    (if (zero? n) sum (loop (quotient n 10) (+ sum (remainder n 10))))))

;; ---- the ends of the fixnums ----

(define edges (list (expt 2 61) (expt 2 62) (expt 2 63) (expt 2 64)))
(show "around the edges: "
      (map (lambda (x) (list (- x 1) (- x) (quotient (* x x) x) (= (+ x 1) (- (+ x 2) 1)))) edges))
(show "back again: " (map (lambda (x) (- x (- x 7))) edges) " " (eqv? (expt 2 62) (* (expt 2 31) (expt 2 31)))
      " " (equal? (list 1/3 (expt 10 20)) (list (/ 2 6) (* (expt 10 10) (expt 10 10)))))
(show "signs: " (map (lambda (n d) (list (quotient n d) (remainder n d) (modulo n d)))
                     (list (expt 10 20) (- (expt 10 20)) (expt 10 20) (- (expt 10 20)))
                     (list (+ (expt 10 10) 3) (+ (expt 10 10) 3) (- -3 (expt 10 10)) (- -3 (expt 10 10)))))

;; ---- pi: digit by digit with a spigot, and at once with Machin's formula ----

(define (spigot count)                  ; Gibbons: the state is a linear fractional transformation
  (let loop ((q 1) (r 0) (t 1) (k 1) (n 3) (l 3) (left count) (out '()))
    (cond ((zero? left) (reverse out))
          ((< (- (+ (* 4 q) r) t) (* n t))
           (loop (* 10 q)
                 (* 10 (- r (* n t)))
                 t
                 k
                 (- (quotient (* 10 (+ (* 3 q) r)) t) (* 10 n))
                 l
                 (- left 1)
                 (cons n out)))
          (else
           (loop (* q k)
                 (* (+ (* 2 q) r) l)
                 (* t l)
                 (+ k 1)
                 (quotient (+ (* q (+ (* 7 k) 2)) (* r l)) (* t l))
                 (+ l 2)
                 left
                 out)))))

(define (arctan-of-inverse x unity)
  (let ((square (* x x)))
    (let loop ((power (quotient unity x)) (n 1) (sum 0) (sign 1))
      (if (zero? power)
          sum
          (loop (quotient power square) (+ n 2) (+ sum (* sign (quotient power n))) (- sign))))))

(define (machin count)
  (let ((unity (expt 10 (+ count 10))))
    (quotient (* 4 (- (* 4 (arctan-of-inverse 5 unity)) (arctan-of-inverse 239 unity)))
              (expt 10 11))))

(define (digits->number list)
  (let loop ((list list) (n 0)) (if (null? list) n (loop (cdr list) (+ (* n 10) (car list))))))

(define by-spigot (digits->number (spigot pi-digits)))
(show "pi: " (summary by-spigot) ", both ways: " (= by-spigot (machin pi-digits)))

;; ---- factorials, Fibonacci numbers ----

(define (product low high)
  (if (= low high)
      low
      (let ((middle (quotient (+ low high) 2)))
        (* (product low middle) (product (+ middle 1) high)))))

(define (factorial n) (let loop ((i 2) (p 1)) (if (> i n) p (loop (+ i 1) (* p i)))))

(define big (factorial factorial-of))
(show factorial-of "!: " (summary big) ", sum " (digit-sum big) ", both ways: " (= big (product 1 factorial-of)))
(show "undone: " (let loop ((n big) (i 2)) (if (= n 1) (- i 1) (loop (quotient n i) (+ i 1)))))

(define (matrix-times a b)
  (apply (lambda (a11 a12 a21 a22)
           (apply (lambda (b11 b12 b21 b22)
                    (list (+ (* a11 b11) (* a12 b21)) (+ (* a11 b12) (* a12 b22))
                          (+ (* a21 b11) (* a22 b21)) (+ (* a21 b12) (* a22 b22))))
                  b))
         a))

(define (matrix-power m n)
  (cond ((= n 0) '(1 0 0 1))
        ((odd? n) (matrix-times m (matrix-power m (- n 1))))
        (else (let ((half (matrix-power m (quotient n 2)))) (matrix-times half half)))))

(define (fibonacci n) (cadr (matrix-power '(1 1 1 0) n)))

;; All of them are kept until the end, when their sum is one less than another of them.
(define (fibonacci-list n)
  (let loop ((i 0) (a 0) (b 1) (out '())) (if (> i n) out (loop (+ i 1) b (+ a b) (cons a out)))))

(show "fibonacci: " (summary (fibonacci fibonacci-index)))
(define all (fibonacci-list (quotient fibonacci-index 10)))
(show "a list of them: " (length all) ", "
      (= (apply + all) (- (fibonacci (+ 2 (quotient fibonacci-index 10))) 1)) ", gcd "
      (gcd (fibonacci 120) (fibonacci 90)) " = " (fibonacci 30) ", lcm " (lcm (fibonacci 60) (fibonacci 64)))

;; ---- ratios ----

(define (harmonic n) (let loop ((i 1) (sum 0)) (if (> i n) sum (loop (+ i 1) (+ sum (/ 1 i))))))

(define h (harmonic terms))
(show "harmonic: " (summary (numerator h)) " / " (summary (denominator h)))
(show "about " (/ (round (* 1000000000 h)) 1000000000) ", as a flonum "
      (exact (round (* 1000000 (inexact h)))) "e-6")
(show "telescoped: " (let loop ((i 1) (sum 0)) (if (> i terms) sum (loop (+ i 1) (+ sum (/ 1 (* i (+ i 1))))))))

(define (bernoulli n)                   ; the triangle of Akiyama and Tanigawa
  (let ((row (make-vector (+ n 1) 0)))
    (do ((m 0 (+ m 1))) ((> m n) (vector-ref row 0))
      (vector-set! row m (/ 1 (+ m 1)))
      (do ((j m (- j 1))) ((< j 1))
        (vector-set! row (- j 1) (* j (- (vector-ref row (- j 1)) (vector-ref row j))))))))

(show "bernoulli: " (map bernoulli '(0 1 2 4 10 20 30)))
(show "rounded: " (map (lambda (x) (list (floor x) (ceiling x) (truncate x) (round x))) '(7/2 -7/2 5/2 -1/3 22/7)))
(show "compared: " (< 1/3 0.3333333333333333) " " (> 1/3 0.3333333333333333) " " (= 1/4 0.25) " "
      (= (expt 2 53) (inexact (+ (expt 2 53) 1))) " " (= (+ (expt 2 53) 1) (inexact (expt 2 53))) " "
      (exact 0.1) " " (rationalize (exact 0.3) 1/10))

;; ---- modular powers, primes ----

(define (power-modulo base exponent modulus)
  (let loop ((b (modulo base modulus)) (e exponent) (result 1))
    (cond ((zero? e) result)
          ((odd? e) (loop (modulo (* b b) modulus) (quotient e 2) (modulo (* result b) modulus)))
          (else (loop (modulo (* b b) modulus) (quotient e 2) result)))))

(define (prime? n)                      ; Miller and Rabin
  (define (witness? a)
    (let find ((d (- n 1)) (s 0))
      (if (even? d)
          (find (quotient d 2) (+ s 1))
          (let loop ((x (power-modulo a d n)) (i 0))
            (cond ((or (= x (- n 1)) (and (= i 0) (= x 1))) #f)
                  ((= i (- s 1)) #t)
                  (else (loop (modulo (* x x) n) (+ i 1))))))))
  (let loop ((bases '(2 3 5 7 11 13)))
    (cond ((null? bases) #t)
          ((= n (car bases)) #t)
          ((zero? (modulo n (car bases))) #f)
          ((witness? (car bases)) #f)
          (else (loop (cdr bases))))))

(define (mersenne-prime? p)             ; Lucas and Lehmer
  (let ((m (- (expt 2 p) 1)))
    (let loop ((s 4) (i 2))
      (if (= i p) (zero? s) (loop (modulo (- (* s s) 2) m) (+ i 1))))))

(show "mersenne primes: "
      (let loop ((p largest-exponent) (out '()))
        (if (< p 3) out (loop (- p 1) (if (and (prime? p) (mersenne-prime? p)) (cons p out) out)))))
(show "the next prime after 10^30: 10^30 + "
      (let loop ((n (+ (expt 10 30) 1))) (if (prime? n) (- n (expt 10 30)) (loop (+ n 2)))))
(show "fermat: " (power-modulo 3 (- (expt 2 127) 2) (- (expt 2 127) 1)) " "
      (power-modulo 123456789 (expt 10 20) (+ (expt 10 21) 117)))

;; ---- roots ----

(define (newton n)
  (let loop ((x (expt 10 (quotient (+ (digits n) 1) 2))))
    (let ((y (quotient (+ x (quotient n x)) 2))) (if (< y x) (loop y) x))))

(define two (* 2 (expt 100 root-digits)))
(show "root of 2: " (summary (newton two)))
(call-with-values
  (lambda () (exact-integer-sqrt two))
  (lambda (root rest) (show "the same: " (= root (newton two)) " " (= two (+ (* root root) rest)))))
(show "exact: " (sqrt (expt 10 60)) " " (sqrt 16/9) " " (expt 2/3 7) " " (expt 2/3 -7) " " (exact (floor 1e25)))

;; ---- text ----

(show "read back: "
      (let loop ((n (factorial 60)) (radix '(2 8 10 16)))
        (or (null? radix)
            (and (= n (string->number (number->string n (car radix)) (car radix)))
                 (= (/ n 7919) (string->number (number->string (/ n 7919) (car radix)) (car radix)))
                 (loop (- (* n n) 1) (cdr radix))))))
(show (number->string (expt 3 50) 16) " " (number->string (expt 7 30) 2) " " #e1.25 " " #x-ff/10 " " #e1e25)
