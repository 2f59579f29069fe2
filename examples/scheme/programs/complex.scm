;; complex.scm: the Mandelbrot set once more (mandelbrot.scm), with complex numbers: each step makes two of
;; them, of three objects. At the end some points are iterated with exact numbers, which do not drift.
;;
;; Reads two numbers: the width of the picture, and the most steps.

(define width (read))
(define most-steps (read))

(define (show . things)
  (for-each display things)
  (newline))

(define (steps c)
  (let loop ((z 0) (n 0))
    (if (or (= n most-steps) (> (magnitude z) 2.0))
        n
        (loop (+ (* z z) c) (+ n 1)))))

(define (point x y)
  (+ (make-rectangular (/ (* 3.0 x) width) (/ (* 6.0 y) width)) -2.25-1.5i))

(define total 0)
(define (row y)
  (let ((line (make-string width #\space)))
    (do ((x 0 (+ x 1))) ((= x width) line)
      (let ((n (steps (point x y))))
        (set! total (+ total n))
        (string-set! line x (cond ((= n most-steps) #\#) ((> n 8) #\+) ((> n 4) #\.) (else #\-)))))))
(do ((y 0 (+ y 1))) ((= y (quotient width 2))) (show (row y)))
(show "steps: " total)

;; Orbits of single points: of the first four they come back exactly.
(define (orbit c n)
  (let loop ((z 0) (n n) (seen '()))
    (if (= n 0)
        (reverse seen)
        (loop (+ (* z z) c) (- n 1) (cons z seen)))))
(for-each (lambda (c) (show c ": " (orbit c 6))) '(+i -i -2 -1 1/2+1/3i))
(show (exact? (list-ref (orbit 1/4+1/2i 8) 7)))

;; Numbers as keys, by eqv? and within lists: which of the second list are among the first?
(define (found make keys others)
  (let ((table (make)))
    (for-each (lambda (key) (hashtable-set! table key #t)) keys)
    (map (lambda (key) (hashtable-ref table key #f)) others)))
(show (found make-eqv-hashtable '(1+i 1.5-i 1/2+1/3i) (list (+ 1 +i) (- 1.5 +i) (/ 3+2i 6) 1-i 1.0+i 1 +i)))
(show (found make-equal-hashtable '((1+i) #(2.5-i)) (list (list (+ 1 +i)) (vector (- 2.5 +i)) '(1-i))))
