;; ratios.scm: arithmetic with exact ratios: Bernoulli's numbers, the inverse of Hilbert's matrix by elimination, ratios
;; as sums of unit fractions, continued fractions, and Newton's method that keeps every digit. Numbers that grow until
;; they own memory outside the heap, and die young.
;;
;; Reads three numbers: how many of Bernoulli's numbers, the size of the matrix, and the fractions that are taken apart.

(import (scheme base) (scheme read) (scheme write))

(define bernoulli-count (read))
(define matrix-size (read))
(define fractions (read))

(define (show . things)
  (for-each display things)
  (newline))

;; ---- Bernoulli's numbers, by the triangle of Akiyama and Tanigawa ----

(define (bernoulli n)
  (let ((row (make-vector (+ n 1) 0)))
    (do ((m 0 (+ m 1))) ((> m n) (vector-ref row 0))
      (vector-set! row m (/ 1 (+ m 1)))
      (do ((j m (- j 1))) ((= j 0))
        (vector-set! row (- j 1) (* j (- (vector-ref row (- j 1)) (vector-ref row j))))))))
(show "Bernoulli: " (map bernoulli '(0 1 2 4 6 8 10 12)))
(show "the odd ones: " (map bernoulli '(3 5 7 9)))
(let ((b (bernoulli bernoulli-count)))
  (show "number " bernoulli-count ": " (string-length (number->string (abs (numerator b)))) " digits over "
        (denominator b)))
;; Von Staudt and Clausen: the sum of a Bernoulli number and of 1/p for the primes p with p-1 | n is an integer.
(define (prime? n)
  (let loop ((d 2)) (cond ((> (* d d) n) (> n 1)) ((= 0 (modulo n d)) #f) (else (loop (+ d 1))))))
(define (staudt n)
  (let loop ((p 2) (sum (bernoulli n)))
    (if (> p (+ n 1))
        (integer? sum)
        (loop (+ p 1) (if (and (prime? p) (= 0 (modulo n (- p 1)))) (+ sum (/ 1 p)) sum)))))
(show "von Staudt: " (map staudt '(2 4 6 8 10 12 14 16)))

;; ---- Hilbert's matrix: its inverse consists of integers, which floats would miss ----

(define (make-matrix n entry)
  (let ((rows (make-vector n #f)))
    (do ((i 0 (+ i 1))) ((= i n) rows)
      (vector-set! rows i (make-vector n 0))
      (do ((j 0 (+ j 1))) ((= j n))
        (vector-set! (vector-ref rows i) j (entry i j))))))
(define (at m i j) (vector-ref (vector-ref m i) j))
(define (add-row! m to from factor)
  (let ((a (vector-ref m to)) (b (vector-ref m from)))
    (do ((j 0 (+ j 1))) ((= j (vector-length a)))
      (vector-set! a j (+ (vector-ref a j) (* factor (vector-ref b j)))))))
(define (scale-row! m i factor)
  (vector-set! m i (vector-map (lambda (x) (* x factor)) (vector-ref m i))))
(define (inverse m)                     ; m must not need its rows exchanged
  (let* ((n (vector-length m))
         (a (vector-map vector-copy m))
         (b (make-matrix n (lambda (i j) (if (= i j) 1 0)))))
    (do ((i 0 (+ i 1))) ((= i n) b)
      (let ((factor (/ 1 (at a i i))))
        (scale-row! a i factor)
        (scale-row! b i factor))
      (do ((k 0 (+ k 1))) ((= k n))
        (unless (= k i)
          (let ((factor (- (at a k i))))
            (add-row! a k i factor)
            (add-row! b k i factor)))))))
(define (product a b)
  (let ((n (vector-length a)))
    (make-matrix n (lambda (i j)
                     (do ((k 0 (+ k 1)) (sum 0 (+ sum (* (at a i k) (at b k j))))) ((= k n) sum))))))
;; The sum of the inverse is the size squared.
(define hilbert (make-matrix matrix-size (lambda (i j) (/ 1 (+ i j 1)))))
(define unhilbert (inverse hilbert))
(define entries (apply append (map vector->list (vector->list unhilbert))))
(show "integers: " (not (memv #f (map exact-integer? entries)))
      ", the largest: " (string-length (number->string (apply max entries))) " digits"
      ", their sum: " (apply + entries))
(show "times the matrix: "
      (equal? (product hilbert unhilbert) (make-matrix matrix-size (lambda (i j) (if (= i j) 1 0)))))

;; ---- ratios as sums of unit fractions, by taking the largest one each time ----

(define (unit-fractions x)
  (if (= x 0)
      '()
      (let ((d (ceiling (/ 1 x))))
        (cons d (unit-fractions (- x (/ 1 d)))))))
(show "4/13: " (unit-fractions 4/13) ", 5/121: " (length (unit-fractions 5/121)) " fractions, the last over "
      (string-length (number->string (list-ref (unit-fractions 5/121) 4))) " digits")

(define seed 4711)
(define (random-below! n)
  (set! seed (modulo (* seed 16807) 2147483647))
  (modulo seed n))
(define longest 0)
(define right 0)
(do ((i 0 (+ i 1))) ((= i fractions))
  (let* ((d (+ 2 (random-below! 60)))
         (x (/ (+ 1 (random-below! (- d 1))) d))
         (parts (unit-fractions x)))
    (set! longest (max longest (length parts)))
    (when (= x (apply + (map / parts))) (set! right (+ right 1)))))
(show "taken apart and added up: " (= right fractions) ", at most " longest)

;; ---- continued fractions ----

(define (terms x)
  (let ((whole (floor x)))
    (if (= x whole) (list whole) (cons whole (terms (/ 1 (- x whole)))))))
(define (from-terms l) (if (null? (cdr l)) (car l) (+ (car l) (/ 1 (from-terms (cdr l))))))
(show "415/93: " (terms 415/93) ", -7/3: " (terms -7/3) ", pi: " (terms 3141592653/1000000000))
(define (repeat x n) (if (= n 0) '() (cons x (repeat x (- n 1)))))
(let ((golden (from-terms (repeat 1 fractions))))
  (show "of ones: " (= (length (terms golden)) (max 1 (- fractions 1)))
        ", " (= (abs (- (* golden golden) golden 1)) (/ 1 (square (denominator golden))))))
(show "simplest near pi: " (rationalize 355/113 1/100) " " (rationalize (exact 3.14159) 1/100000))

;; ---- Newton's method for a square root, with all digits ----

(define (newton x steps)
  (let loop ((guess 1) (i 0)) (if (= i steps) guess (loop (/ (+ guess (/ x guess)) 2) (+ i 1)))))
(let ((root (newton 2 11)))
  (show "the root of 2: " (quotient (* (numerator root) (expt 10 40)) (denominator root))
        ", its digits: " (string-length (number->string (denominator root)))))
