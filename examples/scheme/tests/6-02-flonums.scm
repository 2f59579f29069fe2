;; 6-02-flonums.scm: R7RS 6.2, flonums of every magnitude: some interpreters hold the usual ones in a word and all
;; others in memory, and no program may see a difference.
(import (scheme base) (scheme inexact) (scheme read) (scheme write) (scheme process-context))
(include "check.scm")

;; The powers of two from the least flonum to the greatest, of both signs, with a neighbour.
(define (for-all-exponents first last good?)
  (let loop ((e first) (power (inexact (expt 2 first))) (bad '()))
    (cond ((> e last) (reverse bad))
          ((and (good? e power) (good? e (- power)) (good? e (* power 1.75)) (good? e (* power -1.0625)))
           (loop (+ e 1) (* power 2.0) bad))
          (else (loop (+ e 1) (* power 2.0) (cons e bad))))))

(define (same? x y)
  (and (eqv? x y) (equal? x y) (= x y) (not (< x y)) (not (> x y)) (<= x y) (>= x y)))

(check (for-all-exponents -1069 1022 (lambda (e x) (same? x (/ (* x 0.5) 0.5)))) => '())
(check (for-all-exponents -1070 1022 (lambda (e x) (same? x (inexact (exact x))))) => '())
(check (for-all-exponents -1070 1022 (lambda (e x) (same? x (- (- x))))) => '())
(check (for-all-exponents -1070 1022 (lambda (e x) (and (not (= x (* x 1.5))) (not (eqv? x (- x)))))) => '())
(check (for-all-exponents -1070 1022 (lambda (e x) (= x (exact x)))) => '())
(check (for-all-exponents -140 -110 (lambda (e x) (same? x (string->number (number->string x))))) => '())
(check (for-all-exponents 120 140 (lambda (e x) (same? x (string->number (number->string x))))) => '())
(check (for-all-exponents -140 -110 (lambda (e x) (same? (abs x) (sqrt (* x x))))) => '())
(check (for-all-exponents 120 140 (lambda (e x) (same? (abs x) (sqrt (* x x))))) => '())
(check (for-all-exponents 120 140 (lambda (e x) (same? x (read (open-input-string (number->string x)))))) => '())

;; Around the powers of two at which flonums of single precision end.
(define (neighbours x)
  (let ((step (* x (expt 2. -52))))
    (list (- x (/ step 2)) x (+ x step))))
(define (ordered? l) (and (apply < l) (apply > (map - l)) (not (memv #t (map eqv? l (cdr l))))))
(check (map (lambda (e) (ordered? (neighbours (expt 2. e)))) '(-128 -127 -126 -1 0 1 127 128 129))
       => '(#t #t #t #t #t #t #t #t #t))
(check (map exact (neighbours (expt 2. -127)))
       => (list (- (expt 2 -127) (expt 2 -180)) (expt 2 -127) (+ (expt 2 -127) (expt 2 -179))))
(check (map exact (neighbours (expt 2. 128)))
       => (list (- (expt 2 128) (expt 2 75)) (expt 2 128) (+ (expt 2 128) (expt 2 76))))

;; Zeros, infinities and what is no number.
(check (map (lambda (x) (eqv? x 0.0)) (list 0.0 (- 0.0) -0.0 (* 1 0.0) (+ -0.0 0.0) (- 1.5 1.5)))
       => '(#t #f #f #t #t #t))
(check (list (eqv? -0.0 (- 0.0)) (eqv? -0.0 (* -1.0 0.0)) (= 0.0 -0.0) (< -0.0 0.0)) => '(#t #t #t #f))
(check (list (/ 1.0 0.0) (/ -1.0 0.0) (/ 1.0 -0.0) (* 1e300 1e300) (* 1e-300 1e-300) (- (* 1e-300 1e-300)))
       => '(+inf.0 -inf.0 -inf.0 +inf.0 0.0 -0.0))
(check (let ((x (- +inf.0 +inf.0))) (list (nan? x) (= x x) (< x x) (>= x 0.0) (eqv? x x)))
       => '(#t #f #f #f #t))
(check (map (lambda (x) (and (nan? x) (eqv? x +nan.0) (equal? x +nan.0) (memv x '(1.5 +nan.0)) #t))
            (list (- +inf.0 +inf.0) (* 0.0 +inf.0) (/ 0.0 0.0) (- +nan.0) (string->number "-nan.0") (sin +inf.0)
                  (sqrt -nan.0)))
       => '(#t #t #t #t #t #t #t))

(check-report "6.2 flonums")
