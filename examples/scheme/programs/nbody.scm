;; nbody.scm: stars that attract each other, as records of floats: a cluster made by chance is watched for a while, then
;; time runs backward, and all stars must be where they were. Every step makes floats by the thousand, of which those
;; that are stored into the stars, which are old, live until the next step.
;;
;; Reads two numbers: the stars, and the steps.

(import (scheme base) (scheme inexact) (scheme read) (scheme write))

(define star-count (read))
(define steps (read))

(define (show . things)
  (for-each display things)
  (newline))

(define seed 2718)
(define (random-float! low high)
  (set! seed (modulo (* seed 16807) 2147483647))
  (+ low (* (- high low) (/ (inexact seed) 2147483647.0))))

;; A number with three decimals, so that nothing depends on the last digits.
(define (decimals x)
  (let ((thousandths (exact (round (* (abs x) 1000)))))
    (string-append (if (and (< x 0) (> thousandths 0)) "-" "")
                   (number->string (quotient thousandths 1000)) "."
                   (substring (number->string (+ 1000 (modulo thousandths 1000))) 1 4))))

(define-record-type star
  (make-star mass x y z vx vy vz ax ay az)
  star?
  (mass mass)
  (x x set-x!) (y y set-y!) (z z set-z!)
  (vx vx set-vx!) (vy vy set-vy!) (vz vz set-vz!)
  (ax ax set-ax!) (ay ay set-ay!) (az az set-az!))

(define (random-star)
  (make-star (random-float! 0.5 2.0)
             (random-float! -10.0 10.0) (random-float! -10.0 10.0) (random-float! -10.0 10.0)
             (random-float! -0.1 0.1) (random-float! -0.1 0.1) (random-float! -0.1 0.1)
             0.0 0.0 0.0))
(define stars
  (let loop ((i 0) (l '())) (if (= i star-count) l (loop (+ i 1) (cons (random-star) l)))))

(define (for-each-pair proc list)
  (unless (null? list)
    (for-each (lambda (other) (proc (car list) other)) (cdr list))
    (for-each-pair proc (cdr list))))
(define (total of) (apply + (map of stars)))

;; Softened, so that no two stars throw each other out when they meet.
(define softening 0.25)
(define (distance-squared a b)
  (+ softening (square (- (x b) (x a))) (square (- (y b) (y a))) (square (- (z b) (z a)))))

(define (pull! star dx dy dz strength)
  (set-ax! star (+ (ax star) (* dx strength)))
  (set-ay! star (+ (ay star) (* dy strength)))
  (set-az! star (+ (az star) (* dz strength))))
(define (attract!)
  (for-each (lambda (s) (set-ax! s 0.0) (set-ay! s 0.0) (set-az! s 0.0)) stars)
  (for-each-pair
    (lambda (a b)
      (let* ((d2 (distance-squared a b))
             (strength (/ 1.0 (* d2 (sqrt d2))))
             (dx (- (x b) (x a))) (dy (- (y b) (y a))) (dz (- (z b) (z a))))
        (pull! a dx dy dz (* (mass b) strength))
        (pull! b dx dy dz (- (* (mass a) strength)))))
    stars))

;; The leapfrog: half a step of speed, a step of place, half a step of speed. It runs backward as it runs forward.
(define (accelerate! dt)
  (for-each (lambda (s)
              (set-vx! s (+ (vx s) (* dt (ax s))))
              (set-vy! s (+ (vy s) (* dt (ay s))))
              (set-vz! s (+ (vz s) (* dt (az s)))))
            stars))
(define (move! dt)
  (for-each (lambda (s)
              (set-x! s (+ (x s) (* dt (vx s))))
              (set-y! s (+ (y s) (* dt (vy s))))
              (set-z! s (+ (z s) (* dt (vz s)))))
            stars))
(define (run! count dt)
  (do ((i 0 (+ i 1))) ((= i count))
    (accelerate! (/ dt 2))
    (move! dt)
    (attract!)
    (accelerate! (/ dt 2))))

(define (energy)
  (let ((potential 0.0))
    (for-each-pair (lambda (a b)
                     (set! potential (- potential (/ (* (mass a) (mass b)) (sqrt (distance-squared a b))))))
                   stars)
    (+ potential (total (lambda (s) (* 0.5 (mass s) (+ (square (vx s)) (square (vy s)) (square (vz s)))))))))
(define (momentum) (map (lambda (v) (total (lambda (s) (* (mass s) (v s))))) (list vx vy vz)))
(define (places) (map (lambda (s) (list (x s) (y s) (z s))) stars))
(define (farthest from to)              ; how far a star is from where it was, at most
  (apply max (map (lambda (a b) (apply max (map (lambda (p q) (abs (- p q))) a b))) from to)))

(attract!)
(define start (places))
(define energy-before (energy))
(define momentum-before (momentum))
(show "mass: " (decimals (total mass)) ", energy: " (decimals energy-before))
(show "momentum: " (map decimals momentum-before))
(run! steps 0.01)
(define drift (abs (/ (- (energy) energy-before) energy-before)))
(show "the energy stays: " (< drift 0.001))
(show "the momentum stays: " (map (lambda (a b) (< (abs (- a b)) 1e-9)) (momentum) momentum-before))
(show "the stars have moved: " (> (farthest start (places)) 0.001))
(for-each (lambda (s) (set-vx! s (- (vx s))) (set-vy! s (- (vy s))) (set-vz! s (- (vz s)))) stars)
(run! steps 0.01)
(show "and back: " (< (farthest start (places)) 1e-6))
