;; floats.scm: flonums: arithmetic on them, comparing and printing.
;;
;; Reads five numbers: the width of the picture of the Mandelbrot set, its rows, the most iterations for a point
;; of it, the steps of the planets, the intervals of the integrals.

(define columns (read))
(define rows (read))
(define most-iterations (read))
(define steps (read))
(define intervals (read))

(define (show . things)
  (for-each display things)
  (newline))

;; A number with a fixed count of decimals, so that nothing depends on how the last digits are printed.
(define (decimals x digits)
  (let* ((scale (let loop ((i 0) (s 1)) (if (= i digits) s (loop (+ i 1) (* s 10)))))
         (scaled (exact (round (* (abs x) scale))))
         (fraction (number->string (modulo scaled scale))))
    (string-append (if (and (< x 0) (> scaled 0)) "-" "")
                   (number->string (quotient scaled scale))
                   "."
                   (let pad ((s fraction))
                     (if (< (string-length s) digits) (pad (string-append "0" s)) s)))))

;; ---- the basics ----

(show "printed: " 0.5 " " -1.25 " " 100.0 " " 1e3 " " (/ 1 4.0) " " (* 2 0.5) " " (exact->inexact 3))
(show "rounded: " (map (lambda (x) (list (floor x) (ceiling x) (round x) (truncate x))) '(2.5 -2.5 3.7)))
(show "exact: " (exact (floor 2.7)) " " (exact (round 3.5)) " " (exact (round 4.5)) " " (exact (truncate -9.99)))
(show "mixed: " (= 1 1.0) " " (eqv? 1 1.0) " " (< 1 1.5 2) " " (max 1 2.5) " " (exact? 1) " " (inexact? 1.0))
(show "roots: " (sqrt 16) " " (sqrt 2.25) " " (decimals (sqrt 2) 9))
(show "odd ones: " (let ((infinity (/ 1.0 0.0)))
                     (list (> infinity 1e300) (= infinity (* 2 infinity))
                           (let ((nan (- infinity infinity))) (= nan nan)))))

;; ---- the Mandelbrot set as text ----

(define (escape-time cr ci)
  (let loop ((zr 0.0) (zi 0.0) (n 0))
    (let ((r2 (* zr zr)) (i2 (* zi zi)))
      (if (or (= n most-iterations) (> (+ r2 i2) 4.0))
          n
          (loop (+ (- r2 i2) cr) (+ (* 2.0 zr zi) ci) (+ n 1))))))

(define (shade n)
  (cond ((= n most-iterations) #\#)
        ((> n 6) #\+)
        ((> n 3) #\.)
        (else #\-)))

(do ((row 0 (+ row 1))) ((= row rows))
  (show (list->string
         (let loop ((column (- columns 1)) (line '()))
           (if (< column 0)
               line
               (let ((cr (- (/ (* 3.0 column) columns) 2.1))
                     (ci (- (/ (* 2.4 row) (- rows 1)) 1.2)))
                 (loop (- column 1) (cons (shade (escape-time cr ci)) line))))))))

;; ---- the Sun and four planets: a body is #(x y z vx vy vz mass); units are AU, days * 365.24, solar masses ----

(define days 365.24)
(define solar-mass 39.47841760435743)
(define (body x y z vx vy vz mass)
  (vector x y z (* vx days) (* vy days) (* vz days) (* mass solar-mass)))
(define bodies
  (list (body 0.0 0.0 0.0 0.0 0.0 0.0 1.0)
        (body 4.84143144246472090 -1.16032004402742839 -0.103622044471123109 0.00166007664274403694
              0.00769901118419740425 -0.0000690460016972063023 0.000954791938424326609)
        (body 8.34336671824457987 4.12479856412430479 -0.403523417114321381 -0.00276742510726411115
              0.00499852801234917238 0.0000230417297573763929 0.000285885980666130812)
        (body 12.8943695621391310 -15.1111514016986312 -0.223307578892655734 0.00296460137564761618
              0.00237847173959480950 -0.0000296589568540237556 0.0000436624404335156298)
        (body 15.3796971148509165 -25.9193146099879641 0.179258772950371181 0.00268067772490389322
              0.00162824170038242295 -0.0000951592254519715870 0.0000515138902046611451)))

(define (add! b i amount) (vector-set! b i (+ (vector-ref b i) amount)))
(define (difference a b i) (- (vector-ref a i) (vector-ref b i)))

;; The Sun gets the momentum that makes the total zero.
(for-each (lambda (i)
            (vector-set! (car bodies) i
                         (- 0.0 (/ (apply + (map (lambda (b) (* (vector-ref b i) (vector-ref b 6))) (cdr bodies)))
                                   solar-mass))))
          '(3 4 5))

(define (for-each-pair proc list)
  (unless (null? list)
    (for-each (lambda (other) (proc (car list) other)) (cdr list))
    (for-each-pair proc (cdr list))))

(define (distance-squared a b)
  (let ((dx (difference a b 0)) (dy (difference a b 1)) (dz (difference a b 2)))
    (+ (* dx dx) (* dy dy) (* dz dz))))

(define (energy)
  (let ((total 0.0))
    (for-each (lambda (b)
                (let ((vx (vector-ref b 3)) (vy (vector-ref b 4)) (vz (vector-ref b 5)))
                  (set! total (+ total (* 0.5 (vector-ref b 6) (+ (* vx vx) (* vy vy) (* vz vz)))))))
              bodies)
    (for-each-pair (lambda (a b)
                     (set! total (- total (/ (* (vector-ref a 6) (vector-ref b 6)) (sqrt (distance-squared a b))))))
                   bodies)
    total))

(define (advance! dt)
  (for-each-pair
   (lambda (a b)
     (let* ((d2 (distance-squared a b))
            (pull (/ dt (* d2 (sqrt d2))))
            (pull-a (* (vector-ref b 6) pull))
            (pull-b (* (vector-ref a 6) pull)))
       (for-each (lambda (i)
                   (let ((d (difference a b i)))
                     (add! a (+ i 3) (- 0.0 (* d pull-a)))
                     (add! b (+ i 3) (* d pull-b))))
                 '(0 1 2))))
   bodies)
  (for-each (lambda (b)
              (for-each (lambda (i) (add! b i (* dt (vector-ref b (+ i 3))))) '(0 1 2)))
            bodies))

(show "energy of the planets: " (decimals (energy) 9))
(do ((i 0 (+ i 1))) ((= i steps)) (advance! 0.01))
(show "after " steps " steps: " (decimals (energy) 9))

;; ---- numeric integration (Simpson's rule), and a sum that loses digits unless it is done with care ----

(define (integrate f low high)
  (let ((h (/ (- high low) (* 2.0 intervals))))
    (let loop ((i 1) (sum (+ (f low) (f high))))
      (if (= i (* 2 intervals))
          (/ (* sum h) 3)
          (loop (+ i 1) (+ sum (* (if (even? i) 2 4) (f (+ low (* i h))))))))))
(show "pi: " (decimals (integrate (lambda (x) (/ 4 (+ 1 (* x x)))) 0 1) 6)
      ", a parabola's area: " (decimals (integrate (lambda (x) (* x x)) 0 3) 4))

(define (kahan-sum x count)             ; adds up x `count` times, and keeps what is lost
  (let loop ((i 0) (sum 0.0) (lost 0.0))
    (if (= i count)
        sum
        (let* ((item (- x lost)) (next (+ sum item)))
          (loop (+ i 1) next (- (- next sum) item))))))
(show "a tenth, added up: " (= (kahan-sum 0.1 intervals) (* 0.1 intervals)))
