;; weak.scm: weak references and tables with weak keys: what they let go, and when.
;;
;; Reads how many keys are made, every how many of them one is kept, and how often those are looked up.

(define key-count (read))
(define keep-every (read))
(define rounds (read))

(define (show . things)
  (for-each display things)
  (newline))

;; ---- weak references ----

(define kept (list 'kept))
(define kept-ref (weak-ref kept))
(define lost-ref (weak-ref (list 'lost)))
(gc)
(show "references: " (weak-ref-value kept-ref) " " (weak-ref-value lost-ref) " " (weak-ref-value lost-ref 'gone))
(show "the same: " (eq? kept (weak-ref-value kept-ref)) (weak-ref? kept-ref) (weak-ref? kept))
(show "immediates: " (map (lambda (x) (weak-ref-value (weak-ref x))) '(5 #\a #t ())))
(define refs
  (let loop ((i 0) (l '())) (if (= i key-count) l (loop (+ i 1) (cons (weak-ref (vector i)) l)))))
(define held (let loop ((l refs) (i 0) (h '()))
               (cond ((null? l) h)
                     ((= 0 (modulo i keep-every)) (loop (cdr l) (+ i 1) (cons (weak-ref-value (car l)) h)))
                     (else (loop (cdr l) (+ i 1) h)))))
(gc)
(define (alive) (apply + (map (lambda (r) (if (weak-ref-value r) 1 0)) refs)))
(show "alive: " (= (alive) (length (filter vector? held))))
(set! held #f)
(gc)
(show "alive: " (alive))

;; ---- a table with weak keys: entries go with their keys ----

(define table (make-weak-hash-table))
(define keys
  (let loop ((i 0) (kept '()))
    (if (= i key-count)
        (reverse kept)
        (let ((key (list i)))
          (hash-table-set! table key (* i i))
          (loop (+ i 1) (if (= 0 (modulo i keep-every)) (cons key kept) kept))))))
(gc)
(show "entries: " (hash-table-count table) " of " key-count ", kept " (length keys))
(define (found-in-one-round)
  (let loop ((l keys) (found 0))
    (cond ((null? l) found)
          ((eqv? (hash-table-ref table (car l)) (* (caar l) (caar l))) (loop (cdr l) (+ found 1)))
          (else (loop (cdr l) found)))))
(show "found: " (let loop ((i 1) (found (found-in-one-round)))
                  (if (= i rounds) found (loop (+ i 1) (min found (found-in-one-round))))))
(show "by eq?: " (hash-table-ref/default table (list 0) 'none))
(show "in order: " (equal? keys (hash-table-keys table)))
(show "sum: " (apply + (hash-table-values table)) " " (hash-table-fold table (lambda (k v sum) (+ v sum)) 0))
(hash-table-delete! table (car keys))
(show "deleted: " (hash-table-exists? table (car keys)) " " (hash-table-count table))
(hash-table-set! table (car keys) 'again)
(hash-table-set! table (car keys) 'again2)
(show "again: " (hash-table-ref table (car keys)) " " (hash-table-count table))
(define copy (hash-table-copy table))
(set! keys (list (car keys)))
(gc)
(show "after: " (hash-table->alist table) (hash-table->alist copy))
(hash-table-set! table 'symbol 1)
(hash-table-set! table 42 2)
(gc)
(show "immediates and names: " (hash-table->alist table))
(hash-table-clear! table)
(show "cleared: " (hash-table-count table))

;; ---- a cache: what nobody uses any more costs nothing for long, though nobody deletes it ----

(define cache (make-weak-hash-table))
(define (cached key)
  (hash-table-ref cache key (lambda () (let ((v (make-vector 100 key))) (hash-table-set! cache key 'made) v))))
(do ((i 0 (+ i 1))) ((= i key-count)) (cached (list i)))
(gc)
(show "cache: " (hash-table-count cache))

;; A value that refers to its key keeps it: the table holds the values, and there are no ephemerons.
(define self (make-weak-hash-table))
(let ((key (list 'self))) (hash-table-set! self key (vector key)))
(gc)
(show "kept by its own value: " (hash-table-count self))

;; ---- the tables of SRFI 69 ----

(define words (make-hash-table string=?))
(for-each (lambda (w) (hash-table-update! words w (lambda (n) (+ n 1)) (lambda () 0))) '("a" "b" "a" "c" "a" "b"))
(hash-table-update!/default words "d" (lambda (n) (* n 2)) 21)
(show "words: " (hash-table->alist words) " " (hash-table-keys words) (hash-table-values words))
(show "ref: " (hash-table-ref words "a") (hash-table-ref words "x" (lambda () 'none))
      (hash-table-ref words "a" #f list))
(show "errors: " (guard (e (#t (error-object-message e))) (hash-table-ref words "x")))
(hash-table-walk words (lambda (k v) (if (odd? v) (hash-table-delete! words k))))
(show "walked: " (hash-table->alist words))
(show "from a list: " (hash-table->alist (alist->hash-table '((x . 1) (y . 2) (x . 3)) eq?)))
