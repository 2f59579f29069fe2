;; fib.scm: the plainest recursions: Fibonacci's numbers with exact numbers, with floats and with closures that add;
;; Ackermann's function. Calls above all; the floats are garbage at once.
;;
;; Reads three numbers: the arguments of the exact and of the inexact function, and Ackermann's second one.

(define exact-size (read))
(define float-size (read))
(define depth (read))

(define (show . things)
  (for-each display things)
  (newline))

(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(define (fibfp n) (if (< n 2.0) n (+ (fibfp (- n 1.0)) (fibfp (- n 2.0)))))
(define (fib-cps n k)
  (if (< n 2) (k n) (fib-cps (- n 1) (lambda (a) (fib-cps (- n 2) (lambda (b) (k (+ a b))))))))
(define (ack m n)
  (cond ((= m 0) (+ n 1))
        ((= n 0) (ack (- m 1) 1))
        (else (ack (- m 1) (ack m (- n 1))))))
(define (sum-of-fibs n) (let loop ((i 0) (sum 0)) (if (= i n) sum (loop (+ i 1) (+ sum (fib i))))))

(show "fib: " (fib exact-size))
(show "fibfp: " (exact (fibfp (inexact float-size))))
(show "by continuations: " (fib-cps float-size (lambda (n) n)))
(show "sum: " (= (sum-of-fibs float-size) (- (fib (+ float-size 1)) 1)))
(show "ack: " (ack 2 (* 20 depth)) " " (ack 3 (quotient depth 2)))
