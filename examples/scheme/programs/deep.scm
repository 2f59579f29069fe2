;; deep.scm: recursion that goes as deep as memory allows, and loops that run for ever in no space at all.
;;
;; Reads two numbers: the depth of the recursions, and the turns of the loops.

(define depth (read))
(define turns (read))

(define (show . things)
  (for-each display things)
  (newline))

;; ---- deep: every call waits for the result of the next ----

(define (count-down n) (if (= n 0) 0 (+ 1 (count-down (- n 1)))))
(show "count down: " (count-down depth))
(show "and again: " (= depth (count-down depth)))

(define (numbers low high) (if (> low high) '() (cons low (numbers (+ low 1) high))))
(define (sum list) (if (null? list) 0 (+ (car list) (sum (cdr list)))))
(define long-list (numbers 1 depth))
(show "sum of a list: " (= (sum long-list) (quotient (* depth (+ depth 1)) 2)))

;; The same with a library procedure that calls back, nested: map inside map inside map ...
(define (nest n) (if (= n 0) '() (list (nest (- n 1)))))
(define (nesting tree) (if (null? tree) 0 (+ 1 (apply max (map nesting tree)))))
(show "nested lists: " (nesting (nest (quotient depth 10))))

;; Frames hold on to what they need: each one makes a pair, looks at it after its own call has returned, when
;; collections have moved it, and sees what the deeper calls have done to the pair that they were given.
(define (keep n given)
  (if (= n 0)
      (begin (gc) (set-cdr! given 0) 0)
      (let* ((mine (list n))
             (deeper (keep (- n 1) mine)))
        (set-cdr! given n)
        (+ deeper (if (and (= (car mine) n) (= (cdr mine) (- n 1))) 1 0)))))
(define (check-keep n)
  (let* ((first (list 'first)) (good (keep n first)))
    (list (- n good) (cdr first))))
(show "frames keep their own: " (equal? (check-keep depth) (list 0 depth)))

;; Two procedures that call each other, one of them not in tail position.
(define (ping n) (if (= n 0) '() (cons 'ping (pong (- n 1)))))
(define (pong n) (if (= n 0) '() (ping (- n 1))))
(show "ping and pong: " (length (ping depth)))

;; Out of the deep in one leap, by a continuation and by an exception; then the stack is used again.
(define (leap-by-continuation)
  (call/cc (lambda (out)
             (let dive ((n depth)) (if (= n 0) (out 'surfaced) (+ 1 (dive (- n 1))))))))
(define (leap-by-exception)
  (guard (e ((symbol? e) e))
    (let dive ((n depth)) (if (= n 0) (raise 'rescued) (+ 1 (dive (- n 1)))))))
(show "leaps: " (leap-by-continuation) " " (leap-by-exception) " " (leap-by-continuation) " "
      (= depth (count-down depth)))

;; A continuation that was taken deep down is entered again and again; each time all the calls return anew.
(define (return-often times)
  (let ((saved #f) (returns 0))
    (define (dive n) (if (= n 0) (call/cc (lambda (k) (set! saved k) 0)) (+ 1 (dive (- n 1)))))
    (let ((result (dive (quotient depth 10))))
      (set! returns (+ returns 1))
      (if (< returns times) (saved returns) (list returns (- result (quotient depth 10)))))))
(show "returns from below: " (return-often 4))

;; Ackermann's procedure, whose calls nest in a way that no loop replaces.
(define (ackermann m n)
  (cond ((= m 0) (+ n 1))
        ((= n 0) (ackermann (- m 1) 1))
        (else (ackermann (- m 1) (ackermann m (- n 1))))))
(show "ackermann: " (ackermann 2 3) " " (ackermann 2 (quotient depth 10000)))

;; ---- flat: tail calls need no stack, in whatever form they come ----

(define (is-even? n) (if (= n 0) #t (is-odd? (- n 1))))
(define (is-odd? n) (if (= n 0) #f (is-even? (- n 1))))
(show "even by turns: " (is-even? turns))

(define (spin n)                        ; through cond, and, or, when, case, let, begin and apply
  (cond ((= n 0) 'stopped)
        ((= 0 (modulo n 3)) (and #t (spin (- n 1))))
        ((= 1 (modulo n 3)) (or #f (apply spin (list (- n 1)))))
        (else (let ((next (- n 1)))
                (when #t
                  (case 'tail
                    ((tail) (begin 'ignored (spin next)))
                    (else 'never)))))))
(show "spinning: " (spin turns))

(define (pass-on n k) (if (= n 0) (k 'arrived) (pass-on (- n 1) (lambda (x) (k x)))))
(show "a chain of " depth " closures: " (pass-on depth (lambda (x) x)))

(define (bounce n) (if (= n 0) 'landed (call/cc (lambda (k) (bounce (- n 1))))))
(show "tail calls in call/cc: " (bounce (quotient turns 10)))
