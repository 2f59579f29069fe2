;; winders.scm: dynamic-wind as a maze: rooms inside of rooms, whose doors keep count, and continuations that leap from
;; any room into any other. Long lists of closures which every leap walks along; stacks that are copied.
;;
;; Reads two numbers: the depth of the maze, and the leaps.

(define depth (read))
(define leaps (read))

(define (show . things)
  (for-each display things)
  (newline))

(define seed 99)
(define (random-below! n)
  (set! seed (modulo (* seed 16807) 2147483647))
  (modulo seed n))

(define doors 0)                        ; doors that have been gone through
(define inside '())                     ; the rooms that are open, the innermost first
(define rooms '())                      ; pairs (NAME . CONTINUATION)
(define (in-room name thunk)
  (dynamic-wind
    (lambda () (set! doors (+ doors 1)) (set! inside (cons name inside)))
    thunk
    (lambda ()
      (unless (eq? (car inside) name) (error "the wrong room is left" name inside))
      (set! doors (+ doors 1))
      (set! inside (cdr inside)))))

;; Two rooms in each room. In each, a continuation is kept; what it is given is the number of leaps that are left.
(define (build name depth)
  (in-room name
    (lambda ()
      (let ((left (call/cc (lambda (k) (set! rooms (cons (cons name k) rooms)) #f))))
        (when left
          (unless (equal? (car inside) name) (error "in the wrong room" name inside))
          (leap left)))
      (when (> depth 0)
        (build (* 2 name) (- depth 1))
        (build (+ 1 (* 2 name)) (- depth 1))))))
(define table #f)
(define finish #f)
(define visits 0)
(define (leap left)
  (if (= left 0)
      (finish 'out)
      (let ((room (vector-ref table (random-below! (vector-length table)))))
        (set! visits (+ visits (car room)))
        ((cdr room) (- left 1)))))

(build 1 depth)
(set! table (list->vector rooms))
(show "rooms: " (vector-length table) ", doors: " doors ", open: " inside)
(show "leaps: " (call/cc (lambda (k) (set! finish k) (leap leaps))))
(show "doors: " doors ", names: " visits ", open: " inside)

;; Errors leave rooms as well.
(define (escape n) (in-room n (lambda () (if (= n 0) (raise 'top) (escape (- n 1))))))
(show "by exceptions: "
      (let loop ((i 0) (caught 0))
        (if (= i (quotient leaps 10))
            caught
            (loop (+ i 1) (+ caught (guard (e ((eq? e 'top) 1)) (escape (* 2 depth)))))))
      ", doors: " doors ", open: " inside)
