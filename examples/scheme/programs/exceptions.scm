;; exceptions.scm: raise, guard and handlers, alone and inside each other.
;;
;; Reads two numbers: how many records are checked, and the depth at which an exception is raised.

(define record-count (read))
(define depth (read))

(define (show . things)
  (for-each display things)
  (newline))

;; ---- guard: the clauses are those of cond, about the object that was raised ----

(define (classify thunk)
  (guard (e ((symbol? e) (list 'symbol e))
            ((and (number? e) (negative? e)) 'negative)
            ((and (pair? e) (pair? (car e)) (assq 'code e)) => cdr)
            ((and (pair? e) (memq 'lucky e)))
            ((string? e) (string-append "text: " e))
            ((error-object? e) (cons (error-object-message e) (error-object-irritants e))))
    (thunk)))

(show "no exception: " (classify (lambda () 'fine)))
(show "symbol: " (classify (lambda () (raise 'oops))))
(show "number: " (classify (lambda () (raise -1))))
(show "arrow: " (classify (lambda () (raise '((text . "not found") (code . 404))))))
(show "test alone: " (classify (lambda () (raise '(very lucky number)))))
(show "text: " (classify (lambda () (raise "a string"))))
(show "error: " (classify (lambda () (error "bad things happened:" 1 'two "three"))))

;; No clause holds: the object goes on to the guard outside, as it is.
(define odd-object (vector 1 2 3))
(show "passed on: " (guard (e (#t (eq? e odd-object))) (classify (lambda () (raise odd-object)))))
(show "two levels: " (guard (outer (#t (list 'outer outer)))
                       (guard (inner ((number? inner) (raise (list 'again inner))))
                         (raise 42))))
(show "else: " (guard (e (else (list 'caught e))) (+ 1 (raise 'in-the-middle))))
(show "body of a guard: " (guard (e (#t 'never)) (define a 1) (define b 2) (+ a b)))
(show "raised by a clause's test: " (guard (e (#t (list 'second e)))
                                      (guard (e ((raise 'from-test) 'never)) (raise 'first))))

;; ---- the library's own errors are objects as well ----

(define (caught? thunk) (guard (e (#t (error-object? e))) (thunk) 'not-caught))
(show "mistakes: " (map caught? (list (lambda () (car 5))
                                      (lambda () (vector-ref (vector 1 2) 2))
                                      (lambda () (+ 1 'one))
                                      (lambda () ('not-a-procedure 1))
                                      (lambda () ((lambda (x) x)))
                                      (lambda () (quotient 1 0))
                                      (lambda () (string-ref "abc" 10))
                                      (lambda () undefined-variable))))

;; ---- handlers: they run where the exception is raised, and may let it go on from there ----

(show "continued: " (with-exception-handler
                     (lambda (e) (* e 10))
                     (lambda () (+ 1 (raise-continuable 4)))))

;; A handler runs with the handlers outside its own.
(show "handlers in turn: " (with-exception-handler
                            (lambda (e) (list 'outer e))
                            (lambda ()
                              (with-exception-handler
                               (lambda (e) (list 'inner (raise-continuable (list 'from-inner e))))
                               (lambda () (raise-continuable 'start))))))

(show "escape from a handler: " (call/cc (lambda (k)
                                           (with-exception-handler
                                            (lambda (e) (k (list 'escaped e)))
                                            (lambda () (+ 1 (raise 'trouble)))))))

;; A guard inside a handler's extent is met first; what it does not want goes to the handler, and back into the
;; body.
(show "through a guard: " (with-exception-handler
                           (lambda (e) 100)
                           (lambda ()
                             (+ 1 (guard (e ((string? e) 'never))
                                    (+ 10 (raise-continuable 'number-please)))))))

;; A default for what is missing, chosen by the caller, used deep inside.
(define prices '((tea . 3) (cake . 5)))
(define (price item)
  (let ((entry (assq item prices)))
    (if entry (cdr entry) (raise-continuable (list 'no-price item)))))
(define (bill items) (apply + (map price items)))
(show "bill: " (with-exception-handler (lambda (e) 1) (lambda () (bill '(tea water cake bread)))))

;; ---- cleaning up: the action is done whether the body returns or raises; the exception goes on ----

(define open-files 0)
(define most-open 0)
(define (with-file proc)
  (set! open-files (+ open-files 1))
  (set! most-open (max most-open open-files))
  (let ((result (guard (e (#t (set! open-files (- open-files 1)) (raise e)))
                  (proc open-files))))
    (set! open-files (- open-files 1))
    result))

(let* ((both (with-file (lambda (a) (with-file (lambda (b) (+ a b))))))
       (failed (guard (e ((symbol? e) e))
                 (with-file (lambda (a) (with-file (lambda (b) (raise 'disk-full))))))))
  (show "files: " both " " failed ", left open: " open-files ", most: " most-open))

;; ---- many exceptions: records are checked, the bad ones are counted by what is wrong with them ----

(define seed 5)
(define (random-below! n)
  (set! seed (modulo (* seed 16807) 2147483647))
  (modulo seed n))

(define (check-record age name)
  (cond ((not (number? age)) (raise 'no-age))
        ((> age 120) (error "too old" name age))
        ((string=? name "") (raise "no name"))
        (else 'good)))

(define tallies (list (cons 'good 0) (cons 'no-age 0) (cons 'error 0) (cons 'text 0)))
(define (tally! kind) (let ((entry (assq kind tallies))) (set-cdr! entry (+ (cdr entry) 1))))
(do ((i 0 (+ i 1))) ((= i record-count))
  (tally! (guard (e ((symbol? e) e)
                    ((error-object? e) (if (equal? (error-object-irritants e) '("someone" 130)) 'error 'wrong))
                    ((string? e) 'text))
            (case (random-below! 10)
              ((0) (check-record 'unknown "someone"))
              ((1) (check-record 130 "someone"))
              ((2) (check-record 50 ""))
              (else (check-record (random-below! 100) "someone"))))))
(show "records: " tallies ", all counted: " (= record-count (apply + (map cdr tallies))))

;; ---- from deep inside; each level has a guard of its own, which adds its number and passes the exception on ----

(define (dive n)
  (if (= n 0)
      (raise '())
      (guard (e ((list? e) (raise (cons n e))))
        (+ 1 (dive (- n 1))))))
(show "levels passed: " (guard (e ((list? e) (list (length e) (car e)))) (dive depth)))
