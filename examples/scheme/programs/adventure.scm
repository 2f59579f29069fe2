;; adventure.scm: a game of rooms, things and a player who wanders by chance; all of it is in association lists that
;; are rebuilt at every change. Symbols as keys, short lists that are copied over and over.
;;
;; Reads one number: the moves.

(define moves (read))

(define (show . things)
  (for-each display things)
  (newline))

(define seed 1001)
(define (random-below! n)
  (set! seed (modulo (* seed 16807) 2147483647))
  (modulo seed n))
(define (pick! l) (list-ref l (random-below! (length l))))

(define (get alist key) (let ((entry (assq key alist))) (if entry (cdr entry) (error "no such key" key))))
(define (put alist key value)
  (cond ((null? alist) (list (cons key value)))
        ((eq? (car (car alist)) key) (cons (cons key value) (cdr alist)))
        (else (cons (car alist) (put (cdr alist) key value)))))
(define (without x l) (cond ((null? l) '()) ((eq? x (car l)) (cdr l)) (else (cons (car l) (without x (cdr l))))))

(define exits
  '((hall (north . library) (east . kitchen) (down . cellar))
    (library (south . hall) (up . attic))
    (kitchen (west . hall) (down . cellar))
    (cellar (up . hall) (east . tunnel))
    (tunnel (west . cellar) (north . garden))
    (garden (south . tunnel) (west . library))
    (attic (down . library))))
(define start
  '((place . hall) (carried) (score . 0) (log)
    (things (hall lamp) (library book map) (kitchen knife bread) (cellar rope) (tunnel coin) (garden rose)
      (attic key))))

(define (note state . words) (let ((log (get state 'log)))
                               (put state 'log (cons words (if (> (length log) 9) '() log)))))
(define (things-here state) (get (get state 'things) (get state 'place)))
(define (set-things-here state l) (put state 'things (put (get state 'things) (get state 'place) l)))
(define (go state)
  (let ((way (pick! (get exits (get state 'place)))))
    (note (put state 'place (cdr way)) 'go (car way))))
(define (take state)
  (let ((here (things-here state)))
    (if (or (null? here) (> (length (get state 'carried)) 3))
        (go state)
        (let* ((thing (pick! here)) (state (set-things-here state (without thing here))))
          (note (put (put state 'carried (cons thing (get state 'carried))) 'score (+ 1 (get state 'score))) 'take
            thing)))))
(define (drop state)
  (let ((carried (get state 'carried)))
    (if (null? carried)
        (go state)
        (let* ((thing (pick! carried)) (state (set-things-here state (cons thing (things-here state)))))
          (note (put state 'carried (without thing carried)) 'drop thing)))))
(define commands (list (cons 'go go) (cons 'take take) (cons 'drop drop)))
(define (play state n) (if (= n 0) state (play ((get commands (pick! '(go go take drop))) state) (- n 1))))

(define final (play start moves))
(show "place: " (get final 'place) ", carried: " (get final 'carried) ", score: " (get final 'score))
(show "log: " (get final 'log))
(show "things: " (get final 'things))
(show "none is lost: " (= 9 (apply + (length (get final 'carried)) (map length (map cdr (get final 'things))))))
