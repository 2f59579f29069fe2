;; closures.scm: procedures that remember. Counters, accounts, Church numerals, streams, continuation passing.
;;
;; Reads four numbers: how often a counter counts, the size of the numbers in the Church arithmetic, how many
;; primes and how many Hamming numbers the streams yield.

(define count-limit (read))
(define church-size (read))
(define prime-count (read))
(define hamming-count (read))

(define (show . things)
  (for-each display things)
  (newline))

;; ---- state: each counter has a variable of its own; two closures may share one ----

(define (make-counter)
  (let ((n 0))
    (lambda () (set! n (+ n 1)) n)))

(define a (make-counter))
(define b (make-counter))
(do ((i 1 (+ i 1))) ((= i count-limit)) (a))
(b)
(show "two counters: " (a) " " (b))

(define (make-account balance)
  (define (withdraw amount)
    (if (> amount balance)
        'refused
        (begin (set! balance (- balance amount)) balance)))
  (define (deposit amount) (set! balance (+ balance amount)) balance)
  (lambda (message . arguments)
    (case message
      ((balance) balance)
      ((withdraw) (apply withdraw arguments))
      ((deposit) (apply deposit arguments))
      (else 'unknown))))

(define account (make-account 100))
(let* ((first (account 'withdraw 70)) (second (account 'withdraw 70)) (third (account 'deposit 50)))
  (show "account: " first " " second " " third " " (account 'balance) " " (account 'audit)))

;; Each turn of the loop makes a variable of its own: the closures do not see each other's.
(define adders
  (do ((i 0 (+ i 1)) (adders '() (cons (lambda (x) (+ x i)) adders))) ((= i 5) adders)))
(show "adders: " (map (lambda (add) (add 100)) adders))

;; ---- procedures out of procedures ----

(define (compose . procs)
  (if (null? procs)
      (lambda (x) x)
      (let ((rest (apply compose (cdr procs))))
        (lambda (x) ((car procs) (rest x))))))
(define (curry proc . first) (lambda rest (apply proc (append first rest))))
(define (repeated proc n) (if (= n 0) (lambda (x) x) (compose proc (repeated proc (- n 1)))))
(show "composed: " ((compose (curry * 3) (curry + 1) abs) -4) ", repeated: " ((repeated (curry * 2) 20) 1))

;; Recursion without a name.
(define (fix f)
  ((lambda (x) (x x))
   (lambda (x) (f (lambda (arg) ((x x) arg))))))
(show "factorials: " (map (fix (lambda (self) (lambda (n) (if (= n 0) 1 (* n (self (- n 1)))))))
                          '(0 1 5 10 15)))

;; ---- Church numerals: the number n is "apply f n times" ----

(define zero (lambda (f) (lambda (x) x)))
(define (successor n) (lambda (f) (lambda (x) (f ((n f) x)))))
(define (add n m) (lambda (f) (lambda (x) ((n f) ((m f) x)))))
(define (multiply n m) (lambda (f) (n (m f))))
(define (power n m) (m n))
(define (predecessor n)
  (lambda (f)
    (lambda (x)
      (((n (lambda (g) (lambda (h) (h (g f))))) (lambda (u) x)) (lambda (u) u)))))
(define (church->number n) ((n (lambda (k) (+ k 1))) 0))
(define (number->church k) (if (= k 0) zero (successor (number->church (- k 1)))))

(define two (number->church 2))
(define size (number->church church-size))
(show "church: " (church->number (add two size)) " " (church->number (multiply size size)) " "
      (church->number (power two size)) " " (church->number (predecessor (power size two))))

;; ---- streams: a pair of an item and a promise, which computes its value at most once ----

(define (promise thunk)
  (let ((done #f) (value #f))
    (lambda ()
      (unless done
        (set! value (thunk))
        (set! done #t)
        (set! thunk #f))                ; what the thunk held on to may go
      value)))
(define (stream-rest s) ((cdr s)))

(define (integers-from n) (cons n (promise (lambda () (integers-from (+ n 1))))))
(define (stream-filter keep? s)
  (if (keep? (car s))
      (cons (car s) (promise (lambda () (stream-filter keep? (stream-rest s)))))
      (stream-filter keep? (stream-rest s))))
(define (stream-map proc s)
  (cons (proc (car s)) (promise (lambda () (stream-map proc (stream-rest s))))))
(define (stream-ref s n) (if (= n 0) (car s) (stream-ref (stream-rest s) (- n 1))))
(define (stream-take s n)
  (if (= n 0) '() (cons (car s) (stream-take (stream-rest s) (- n 1)))))

(define (sieve s)
  (let ((prime (car s)))
    (cons prime
          (promise (lambda ()
                     (sieve (stream-filter (lambda (n) (not (= 0 (modulo n prime))))
                                           (stream-rest s))))))))
(define primes (sieve (integers-from 2)))
(show "primes: " (stream-take primes 10) " ... " (stream-ref primes (- prime-count 1)))

;; The numbers whose only prime factors are 2, 3 and 5, defined by themselves.
(define (merge-streams s t)
  (cond ((< (car s) (car t)) (cons (car s) (promise (lambda () (merge-streams (stream-rest s) t)))))
        ((> (car s) (car t)) (cons (car t) (promise (lambda () (merge-streams s (stream-rest t))))))
        (else (cons (car s) (promise (lambda () (merge-streams (stream-rest s) (stream-rest t))))))))
(define (scale s factor) (stream-map (lambda (x) (* x factor)) s))
(define hamming
  (cons 1 (promise (lambda ()
                     (merge-streams (scale hamming 2)
                                    (merge-streams (scale hamming 3) (scale hamming 5)))))))
(show "hamming: " (stream-take hamming 12) " ... " (stream-ref hamming (- hamming-count 1)))

;; ---- continuation passing: the rest of the computation as a chain of closures ----

(define (fib/k n k)
  (if (< n 2)
      (k n)
      (fib/k (- n 1) (lambda (x) (fib/k (- n 2) (lambda (y) (k (+ x y))))))))
(show "fibonacci: " (map (lambda (n) (fib/k n (lambda (x) x))) (list 1 2 church-size)))
