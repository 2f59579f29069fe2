;; queens.scm: the n queens, three times: all solutions by lists that are filtered, the number of solutions by
;; backtracking over vectors, and the first solution by continuations. Short lists by the million, most of them dead
;; at once; vectors that stay.
;;
;; Reads two numbers: the board's size for all solutions, and for the count.

(define size (read))
(define count-size (read))

(define (show . things)
  (for-each display things)
  (newline))

;; ---- all solutions, as lists of columns, the last row first ----

(define (numbers low high) (if (> low high) '() (cons low (numbers (+ low 1) high))))
(define (safe? column placed)
  (let loop ((placed placed) (distance 1))
    (or (null? placed)
        (and (not (= (car placed) column))
             (not (= (abs (- (car placed) column)) distance))
             (loop (cdr placed) (+ distance 1))))))
(define (flat-map f list) (apply append (map f list)))
(define (solutions n)
  (let ((columns (numbers 1 n)))
    (let place ((row 0) (boards (list '())))
      (if (= row n)
          boards
          (place (+ row 1)
                 (flat-map (lambda (board)
                             (let try ((columns columns))
                               (cond ((null? columns) '())
                                     ((safe? (car columns) board)
                                      (cons (cons (car columns) board) (try (cdr columns))))
                                     (else (try (cdr columns))))))
                           boards))))))
(define all (solutions size))
(show size " queens: " (length all) " solutions, the first " (car all))

;; A solution turned upside down is a solution.
(show "closed under reversal: " (let loop ((rest all)) (or (null? rest)
                                                         (and (member (reverse (car rest)) all) (loop (cdr rest))))))

;; ---- the count, with vectors that say which columns and diagonals are taken ----

(define (count-solutions n)
  (let ((column (make-vector n #f))
        (rising (make-vector (* 2 n) #f))
        (falling (make-vector (* 2 n) #f)))
    (define (mark! row c taken)
      (vector-set! column c taken)
      (vector-set! rising (+ row c) taken)
      (vector-set! falling (+ (- row c) n) taken))
    (let place ((row 0))
      (if (= row n)
          1
          (let try ((c 0) (count 0))
            (cond ((= c n) count)
                  ((or (vector-ref column c) (vector-ref rising (+ row c)) (vector-ref falling (+ (- row c) n)))
                   (try (+ c 1) count))
                  (else
                   (mark! row c #t)
                   (let ((below (place (+ row 1))))
                     (mark! row c #f)
                     (try (+ c 1) (+ count below))))))))))
(show count-size " queens: " (count-solutions count-size) " solutions")

;; ---- the first solution: every choice is a continuation to come back to ----

(define (first-solution n)
  (let ((untried '()))
    (define (retry)
      (let ((k (car untried)))
        (set! untried (cdr untried))
        (k #f)))
    (define (choose low high)
      (call/cc
        (lambda (return)
          (let try ((c low))
            (if (> c high)
                (retry)
                (begin
                  (call/cc (lambda (k) (set! untried (cons k untried)) (return c)))
                  (try (+ c 1))))))))
    (let place ((row 0) (board '()))
      (if (= row n)
          (reverse board)
          (let ((column (choose 1 n)))
            (if (safe? column board)
                (place (+ row 1) (cons column board))
                (retry)))))))
(show "by continuations: " (first-solution size))
