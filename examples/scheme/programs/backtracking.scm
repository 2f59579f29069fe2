;; backtracking.scm: call/cc as a way to go back in time (choices that are taken again when a later test fails),
;; and as a way to take turns (coroutines).
;;
;; Reads three numbers: the hypotenuse of a Pythagorean triple, the words of the sentences that are parsed, the
;; turns of each coroutine.

(define hypotenuse (read))
(define sentence-length (read))
(define turns (read))

(define (show . things)
  (for-each display things)
  (newline))

;; ---- backtracking: `choose` returns each of its choices in turn, whenever a later `require` fails ----

(define untried '())                    ; continuations, the latest choice first
(define (fail)
  (if (null? untried)
      (error "no choice is left")
      (let ((next (car untried)))
        (set! untried (cdr untried))
        (next #f))))
(define (require condition) (unless condition (fail)))
(define (choose choices)
  (call/cc (lambda (return)
             (let try ((rest choices))
               (if (null? rest)
                   (fail)
                   (begin
                     (call/cc (lambda (next)
                                (set! untried (cons next untried))
                                (return (car rest))))
                     (try (cdr rest))))))))
(define (range low high) (if (> low high) '() (cons low (range (+ low 1) high))))

(define (triple limit)
  (let* ((a (choose (range 1 limit))) (b (choose (range a limit))))
    (require (= (+ (* a a) (* b b)) (* limit limit)))
    (list a b limit)))
(show "triple: " (triple hypotenuse))

;; All results of a thunk that makes choices: each is noted, then the next one is asked for.
(define (all-of thunk)
  (let ((results '()))
    (call/cc (lambda (done)
               (set! untried (list done))
               (let ((result (thunk)))
                 (set! results (cons result results))
                 (fail))))
    (reverse results)))
(show "choices: " (all-of (lambda () (let* ((x (choose '(1 2 3))) (y (choose '(a b)))) (cons x y)))))

;; Parses a sentence in every possible way: noun {preposition noun}, where each preposition joins what is on its
;; left to what is on its right.
(define (parses words)
  (define (phrase start size)
    (if (= size 1)
        (list-ref words start)
        (let* ((left-size (choose (odd-numbers 1 (- size 2))))
               (left (phrase start left-size))
               (right (phrase (+ start left-size 1) (- size left-size 1))))
          (list left (list-ref words (+ start left-size)) right))))
  (all-of (lambda () (phrase 0 (length words)))))
(define (odd-numbers low high) (if (> low high) '() (cons low (odd-numbers (+ low 2) high))))
(define (sentence n) (if (= n 1) '(man) (append '(man with) (sentence (- n 2)))))
(show "parses: " (parses '(man on hill with telescope)))
(show "parses of " sentence-length " words: " (length (parses (sentence sentence-length))))

(define (distinct? list)
  (or (null? list) (and (not (memv (car list) (cdr list))) (distinct? (cdr list)))))
(define (dwellings)                     ; who lives on which floor? A puzzle from the textbooks
  (set! untried '())
  (let* ((floors '(1 2 3 4 5)) (baker (choose floors)) (cooper (choose floors)))
    (require (not (= baker 5)))
    (require (not (= cooper 1)))
    (let ((fletcher (choose '(2 3 4))) (miller (choose floors)))
      (require (> miller cooper))
      (require (not (= (abs (- fletcher cooper)) 1)))
      (let ((smith (choose floors)))
        (require (not (= (abs (- smith fletcher)) 1)))
        (require (distinct? (list baker cooper fletcher miller smith)))
        (list baker cooper fletcher miller smith)))))
(show "dwellings: " (dwellings))

;; ---- coroutines: a queue of continuations, served in turn ----

(define ready '())
(define (spawn! thunk) (set! ready (append ready (list thunk))))
(define (pass) (call/cc (lambda (k) (spawn! (lambda () (k #f))) (next-coroutine))))
(define finish #f)
(define (next-coroutine)
  (if (null? ready)
      (finish 'all-done)
      (let ((thunk (car ready)))
        (set! ready (cdr ready))
        (thunk)
        (next-coroutine))))

(define trace '())
(define switches 0)
(define (worker name)
  (lambda ()
    (let loop ((i 0))
      (when (< i turns)
        (when (< i 3) (set! trace (cons name trace)))
        (set! switches (+ switches 1))
        (pass)
        (loop (+ i 1))))))
(for-each (lambda (name) (spawn! (worker name))) '(a b c))
(let ((result (call/cc (lambda (k) (set! finish k) (next-coroutine)))))
  (show "coroutines: " result " " (reverse trace) " " switches " turns"))
