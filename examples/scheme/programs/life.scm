;; life.scm: Conway's Game of Life on a torus. Every generation is a new world made of fresh vectors; the old one
;; is dropped, and a history of past worlds is kept in a hash table to find out when the game repeats itself.
;;
;; Reads two numbers: the side of the world (at least 8), and the generations that a random world is watched.

(define side (read))
(define generations (read))

(define (show . things)
  (for-each display things)
  (newline))

;; A world is a vector of rows; a row is a vector of 0 (dead) and 1 (alive).
(define (make-world alive?)
  (let ((world (make-vector side '())))
    (do ((i 0 (+ i 1))) ((= i side) world)
      (let ((row (make-vector side 0)))
        (do ((j 0 (+ j 1))) ((= j side))
          (when (alive? i j) (vector-set! row j 1)))
        (vector-set! world i row)))))

(define (cell world i j) (vector-ref (vector-ref world (modulo i side)) (modulo j side)))

(define around '((-1 . -1) (-1 . 0) (-1 . 1) (0 . -1) (0 . 1) (1 . -1) (1 . 0) (1 . 1)))
(define (neighbours world i j)
  (fold-left (lambda (sum step) (+ sum (cell world (+ i (car step)) (+ j (cdr step))))) 0 around))

(define (next world)
  (make-world (lambda (i j)
                (case (neighbours world i j)
                  ((3) #t)
                  ((2) (= 1 (cell world i j)))
                  (else #f)))))

(define (run world n) (if (= n 0) world (run (next world) (- n 1))))

(define (population world)
  (fold-left (lambda (sum row) (apply + sum (vector->list row))) 0 (vector->list world)))

(define (row->string row)
  (list->string (map (lambda (x) (if (= x 1) #\o #\.)) (vector->list row))))
(define (print-world world)
  (for-each (lambda (row) (show (row->string row))) (vector->list world)))

(define (pattern cells) (make-world (lambda (i j) (member (list i j) cells))))

;; ---- patterns whose fate is known ----

(define block (pattern '((1 1) (1 2) (2 1) (2 2))))
(define blinker (pattern '((2 1) (2 2) (2 3))))
(define glider (pattern '((0 1) (1 2) (2 0) (2 1) (2 2))))

(show "block stays: " (equal? block (next block)))
(show "blinker turns: " (not (equal? blinker (next blinker))) ", and turns back: " (equal? blinker (run blinker 2)))

;; After four generations a glider is one cell further down and to the right: after 4 * side it is home again.
(define (moved world)
  (make-world (lambda (i j) (= 1 (cell world (- i 1) (- j 1))))))
(show "glider flies: " (equal? (moved glider) (run glider 4)))
(show "glider is home: " (equal? glider (run glider (* 4 side))))
(print-world (run glider 6))

;; ---- a random world: watched until it repeats itself or time is up ----

(define seed 4)
(define (random-below! n)
  (set! seed (modulo (* seed 16807) 2147483647))
  (modulo seed n))

(define soup (make-world (lambda (i j) (= 0 (random-below! 3)))))
(define (world->string world)
  (fold-left (lambda (text row) (string-append text (row->string row))) "" (vector->list world)))

(define history (make-equal-hashtable))     ; a world as a string -> its generation
(define (watch world generation)
  (let* ((text (world->string world)) (before (hashtable-ref history text #f)))
    (cond (before
           (show "generation " generation " is the same as " before ", " (population world) " alive"))
          ((= generation generations)
           (show "still changing after " generation ", " (population world) " alive"))
          (else
           (hashtable-set! history text generation)
           (watch (next world) (+ generation 1))))))

(show "random world: " (population soup) " alive")
(watch soup 0)
(show "worlds remembered: " (hashtable-size history))
