;; mandelbrot.scm: the Mandelbrot set in characters, and the number of steps until points leave it. Nothing but floats
;; that die at once.
;;
;; Reads two numbers: the width of the picture, and the most steps.

(define width (read))
(define most-steps (read))

(define (show . things)
  (for-each display things)
  (newline))

(define (steps cx cy)
  (let loop ((x 0.0) (y 0.0) (n 0))
    (let ((xx (* x x)) (yy (* y y)))
      (if (or (= n most-steps) (> (+ xx yy) 4.0))
          n
          (loop (+ (- xx yy) cx) (+ (* 2.0 (* x y)) cy) (+ n 1))))))
(define total 0)
(define (row y)
  (let ((line (make-string width #\space)))
    (do ((x 0 (+ x 1))) ((= x width) line)
      (let ((n (steps (- (/ (* 3.0 x) width) 2.25) (- (/ (* 6.0 y) width) 1.5))))
        (set! total (+ total n))
        (string-set! line x (cond ((= n most-steps) #\#) ((> n 8) #\+) ((> n 4) #\.) (else #\-)))))))
(do ((y 0 (+ y 1))) ((= y (quotient width 2))) (show (row y)))
(show "steps: " total)
