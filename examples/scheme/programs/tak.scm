;; tak.scm: Takeuchi's function in four manners: with numbers, with lists as numbers, in continuation-passing style,
;; and with a continuation that is captured at every call. What they stress: calls alone; reading old lists; closures
;; that die young; copies of the stack that die young.
;;
;; Reads five numbers: x, y and z, and the first two arguments for the last manner (the third is their difference).

(define x (read))
(define y (read))
(define z (read))
(define cx (read))
(define cy (read))

(define (show . things)
  (for-each display things)
  (newline))

;; ---- with numbers ----

(define (tak x y z)
  (if (not (< y x))
      z
      (tak (tak (- x 1) y z) (tak (- y 1) z x) (tak (- z 1) x y))))
(show "tak: " (tak x y z))

;; ---- with lists: a number is the length of a list, and one is taken away by cdr ----

(define (count-list n) (if (= n 0) '() (cons n (count-list (- n 1)))))
(define (shorter? a b)
  (cond ((null? b) #f)
        ((null? a) #t)
        (else (shorter? (cdr a) (cdr b)))))
(define (takl x y z)
  (if (not (shorter? y x))
      z
      (takl (takl (cdr x) y z) (takl (cdr y) z x) (takl (cdr z) x y))))
(show "takl: " (length (takl (count-list x) (count-list y) (count-list z))))

;; ---- in continuation-passing style: what remains to be done is a closure on the heap ----

(define (cpstak x y z)
  (define (tak x y z k)
    (if (not (< y x))
        (k z)
        (tak (- x 1) y z
             (lambda (a)
               (tak (- y 1) z x
                    (lambda (b)
                      (tak (- z 1) x y
                           (lambda (c) (tak a b c k)))))))))
  (tak x y z (lambda (result) result)))
(show "cpstak: " (cpstak x y z))

;; ---- by continuations: every result is given to the continuation of its own call ----

(define (ctak x y z)
  (define (tak k x y z)
    (if (not (< y x))
        (k z)
        (call/cc
          (lambda (k)
            (tak k
                 (call/cc (lambda (k) (tak k (- x 1) y z)))
                 (call/cc (lambda (k) (tak k (- y 1) z x)))
                 (call/cc (lambda (k) (tak k (- z 1) x y))))))))
  (call/cc (lambda (k) (tak k x y z))))
(show "ctak: " (ctak cx cy (- cx cy)))
