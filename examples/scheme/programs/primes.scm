;; primes.scm: primes by six ways: a sieve of lists, a sieve in a vector, trial division by the primes found so far,
;; an incremental sieve with a table, a wheel of filters as closures, and Fermat's test. Garbage of every age.
;;
;; Reads two numbers: the limits for the slow ways and for the fast ones.

(define small-limit (read))
(define large-limit (read))

(define (show . things)
  (for-each display things)
  (newline))

(define (sum l) (let loop ((l l) (s 0)) (if (null? l) s (loop (cdr l) (+ s (car l))))))
(define (report name primes) (show name ": " (length primes) " primes, sum " (sum primes)))

;; ---- a sieve of lists: each prime makes a new list of what it does not divide ----

(define (numbers low high) (if (> low high) '() (cons low (numbers (+ low 1) high))))
(define (without-multiples p l)
  (cond ((null? l) '())
        ((= 0 (remainder (car l) p)) (without-multiples p (cdr l)))
        (else (cons (car l) (without-multiples p (cdr l))))))
(define (list-sieve l)
  (if (null? l)
      '()
      (let ((p (car l)))
        (if (> (* p p) small-limit) l (cons p (list-sieve (without-multiples p (cdr l))))))))
(report "lists" (list-sieve (numbers 2 small-limit)))

;; ---- Eratosthenes's sieve in a vector ----

(define (vector-sieve limit)
  (let ((prime? (make-vector (+ limit 1) #t)))
    (let loop ((i 2) (primes '()))
      (cond ((> i limit) (reverse primes))
            ((vector-ref prime? i)
             (do ((j (* i i) (+ j i))) ((> j limit)) (vector-set! prime? j #f))
             (loop (+ i 1) (cons i primes)))
            (else (loop (+ i 1) primes))))))
(report "vector" (vector-sieve large-limit))

;; ---- trial division by the primes so far, in a list that grows at its end ----

(define (trial-division limit)
  (let* ((primes (list 2)))
    (let loop ((n 3) (last primes))
      (if (> n limit)
          primes
          (let try ((p primes))
            (cond ((or (null? p) (> (* (car p) (car p)) n))
                   (let ((new (list n)))
                     (set-cdr! last new)
                     (loop (+ n 2) new)))
                  ((= 0 (remainder n (car p))) (loop (+ n 2) last))
                  (else (try (cdr p)))))))))
(report "trial" (trial-division large-limit))

;; ---- an incremental sieve: a table from the next composites to the primes that meet there ----

(define (table-sieve limit)
  (let ((composites (make-eqv-hashtable)))
    (define (put-off! p n)
      (hashtable-set! composites n (cons p (hashtable-ref composites n '()))))
    (let loop ((n 2) (primes '()))
      (if (> n limit)
          (reverse primes)
          (let ((factors (hashtable-ref composites n #f)))
            (if factors
                (begin
                  (hashtable-delete! composites n)
                  (for-each (lambda (p) (put-off! p (+ n p))) factors)
                  (loop (+ n 1) primes))
                (begin
                  (put-off! n (* n n))
                  (loop (+ n 1) (cons n primes)))))))))
(report "table" (table-sieve small-limit))

;; ---- a chain of filters: each prime adds a closure ----

(define (closure-sieve limit)
  (let loop ((n 2) (composite? (lambda (n) #f)) (primes '()))
    (cond ((> n limit) (reverse primes))
          ((composite? n) (loop (+ n 1) composite? primes))
          (else
           (let ((before composite?) (p n))
             (loop (+ n 1)
                   (lambda (m) (or (= 0 (remainder m p)) (before m)))
                   (cons p primes)))))))
(report "closures" (closure-sieve (quotient small-limit 10)))

;; ---- Fermat's test with two bases (the few composites that pass both are those that it prints too many) ----

(define (power-modulo base exponent m)
  (let loop ((base base) (e exponent) (result 1))
    (cond ((= e 0) result)
          ((odd? e) (loop (modulo (* base base) m) (quotient e 2) (modulo (* result base) m)))
          (else (loop (modulo (* base base) m) (quotient e 2) result)))))
(define (fermat? n) (and (= 2 (power-modulo 2 n n)) (= 3 (power-modulo 3 n n))))
(report "Fermat" (let loop ((n 5) (l '())) (if (> n small-limit) (reverse l)
                                             (loop (+ n 2) (if (fermat? n) (cons n l) l)))))
