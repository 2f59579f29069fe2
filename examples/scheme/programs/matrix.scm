;; matrix.scm: matrices of exact numbers and of floats, as vectors of rows and as lists of lists: products, powers,
;; transposition. Floats by the million, a few of which stay.
;;
;; Reads two numbers: the size of the matrices, and the exponent of the powers.

(define size (read))
(define exponent (read))

(define (show . things)
  (for-each display things)
  (newline))

(define (make-matrix n f)
  (let ((rows (make-vector n #f)))
    (do ((i 0 (+ i 1))) ((= i n) rows)
      (let ((row (make-vector n 0)))
        (vector-set! rows i row)
        (do ((j 0 (+ j 1))) ((= j n)) (vector-set! row j (f i j)))))))
(define (at m i j) (vector-ref (vector-ref m i) j))
(define (product a b)
  (let ((n (vector-length a)))
    (make-matrix n (lambda (i j)
                     (let ((row (vector-ref a i)))
                       (let loop ((k 0) (sum 0))
                         (if (= k n) sum (loop (+ k 1) (+ sum (* (vector-ref row k) (at b k j)))))))))))
(define (trace m) (let loop ((i 0) (sum 0)) (if (= i (vector-length m)) sum (loop (+ i 1) (+ sum (at m i i))))))
(define (transpose-lists m) (apply map list m))
(define (product-lists a b)
  (let ((columns (transpose-lists b)))
    (map (lambda (row) (map (lambda (column) (apply + (map * row column))) columns)) a)))

(define exact-one (make-matrix size (lambda (i j) (- (modulo (+ (* 7 i) (* 3 j)) 10) 4))))
(define float-one (make-matrix size (lambda (i j) (/ (inexact (at exact-one i j)) 4.0))))
(define (power m n) (if (= n 1) m (product m (power m (- n 1)))))
(show "exact: " (trace (power exact-one exponent)))
(show "floats: " (exact (* (trace (power float-one 2)) 16)))
(define (lists m) (map vector->list (vector->list m)))
(show "lists: " (equal? (product-lists (lists exact-one) (lists exact-one)) (lists (product exact-one exact-one))))
