;; pidigits.scm: digits of pi by a spigot of four big integers, 2 to a large power, and factorials by parts. Numbers
;; that are objects of growing size, and garbage as soon as the next ones are there.
;;
;; Reads two numbers: the digits, and the argument of the factorial.

(define digit-count (read))
(define factorial-size (read))

(define (show . things)
  (for-each display things)
  (newline))

(define (pi-digits count)
  (let loop ((q 1) (r 0) (t 1) (k 1) (n 3) (l 3) (left count) (digits '()))
    (cond ((= left 0) (reverse digits))
          ((< (- (+ (* 4 q) r) t) (* n t))
           (loop (* 10 q) (* 10 (- r (* n t))) t k
                 (- (quotient (* 10 (+ (* 3 q) r)) t) (* 10 n)) l (- left 1) (cons n digits)))
          (else
           (loop (* q k) (* (+ (* 2 q) r) l) (* t l) (+ k 1)
                 (quotient (+ (* q (+ (* 7 k) 2)) (* r l)) (* t l)) (+ l 2) left digits)))))
(define digits (pi-digits digit-count))
(show "pi: " (apply string-append (map number->string digits)))

(define (product low high)
  (if (= low high) low (let ((middle (quotient (+ low high) 2))) (* (product low middle) (product (+ middle 1) high)))))
(define (factorial n) (if (= n 0) 1 (* n (factorial (- n 1)))))
(define f (factorial factorial-size))
(show "both factorials: " (= f (product 1 factorial-size)))
(define (digit-sum n) (let loop ((n n) (sum 0)) (if (= n 0) sum (loop (quotient n 10) (+ sum (remainder n 10))))))
(show "sum of digits: " (digit-sum f) ", length: " (string-length (number->string f)))
(show "read back: " (= f (string->number (number->string f))))
