;; fft.scm: the fast Fourier transform, in place over vectors of floats, and recursively over lists of pairs. Old
;; vectors into which new floats are stored all the time.
;;
;; Reads two numbers: the logarithm of the length, and how often it is transformed to and fro.

(define log-size (read))
(define turns (read))
(define size (expt 2 log-size))
(define pi (* 4 (atan 1.0)))

(define (show . things)
  (for-each display things)
  (newline))

(define (swap! v i j) (let ((x (vector-ref v i))) (vector-set! v i (vector-ref v j)) (vector-set! v j x)))
(define (reverse-bits! v)
  (let loop ((i 0) (j 0))
    (when (< i size)
      (when (< i j) (swap! v i j))
      (loop (+ i 1)
            (let carry ((j j) (bit (quotient size 2)))
              (if (and (> bit 0) (>= j bit)) (carry (- j bit) (quotient bit 2)) (+ j bit)))))))
(define (transform! re im sign)
  (reverse-bits! re)
  (reverse-bits! im)
  (do ((half 1 (* 2 half))) ((= half size))
    (do ((k 0 (+ k 1))) ((= k half))
      (let* ((angle (/ (* sign (* pi k)) half)) (c (cos angle)) (s (sin angle)))
        (do ((i k (+ i (* 2 half)))) ((>= i size))
          (let* ((j (+ i half)) (a (vector-ref re i)) (b (vector-ref im i)) (x (vector-ref re j)) (y (vector-ref im j))
                 (u (- (* c x) (* s y))) (v (+ (* c y) (* s x))))
            (vector-set! re i (+ a u))
            (vector-set! im i (+ b v))
            (vector-set! re j (- a u))
            (vector-set! im j (- b v))))))))

(define (signal i) (inexact (- (modulo (* i i 7) 23) 11)))
(define re (make-vector size 0.0))
(define im (make-vector size 0.0))
(do ((i 0 (+ i 1))) ((= i size)) (vector-set! re i (signal i)))
(do ((turn 0 (+ turn 1))) ((= turn turns))
  (transform! re im -1)
  (transform! re im 1)
  (do ((i 0 (+ i 1))) ((= i size))
    (vector-set! re i (/ (vector-ref re i) size))
    (vector-set! im i (/ (vector-ref im i) size))))
(define (near? a b) (< (abs (- a b)) 1e-6))
(show "to and fro: "
      (let loop ((i 0)) (or (= i size) (and (near? (vector-ref re i) (signal i)) (near? (vector-ref im i) 0.0)
                                         (loop (+ i 1))))))

;; ---- recursively, over lists of pairs (RE . IM) ----

(define (every-other l) (if (null? l) '() (cons (car l) (every-other (cddr l)))))
(define (fft l n)
  (if (= n 1)
      l
      (let* ((half (quotient n 2)) (even (fft (every-other l) half))
             (odd (fft (every-other (cdr (append l (list #f)))) half)))
        (let loop ((k 0) (even even) (odd odd) (low '()) (high '()))
          (if (= k half)
              (append (reverse low) (reverse high))
              (let* ((angle (/ (* -2 (* pi k)) n)) (c (cos angle)) (s (sin angle)) (x (car (car odd)))
                     (y (cdr (car odd)))
                     (u (- (* c x) (* s y))) (v (+ (* c y) (* s x))) (a (car (car even))) (b (cdr (car even))))
                (loop (+ k 1) (cdr even) (cdr odd) (cons (cons (+ a u) (+ b v)) low)
                  (cons (cons (- a u) (- b v)) high))))))))
(define by-list (fft (let loop ((i (- size 1)) (l '())) (if (< i 0) l (loop (- i 1) (cons (cons (signal i) 0.0) l))))
                  size))
(transform! re im -1)
(show "both ways: "
      (let loop ((i 0) (l by-list))
        (or (= i size) (and (< (abs (- (vector-ref re i) (car (car l)))) 1e-4) (loop (+ i 1) (cdr l))))))
