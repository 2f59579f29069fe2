;; records.scm: record types, parameters and case-lambda at work: a bank whose accounts are records, with a log that is
;; a parameter, and a tree of records that is built and rebuilt.
;;
;; Stresses objects with a tail of values of several sizes, old records that get young fields, and procedures that are
;; objects of their own. Reads three numbers: accounts, transfers, and nodes of the tree.

(define accounts (read))
(define transfers (read))
(define nodes (read))

(define (show . things)
  (for-each (lambda (x) (write x) (display " ")) things)
  (newline))

(define-record-type <account>
  (make-account id balance)
  account?
  (history account-history set-account-history!)
  (balance account-balance set-account-balance!)
  (id account-id))

(define-record-type entry (make-entry from to amount) entry? (from entry-from) (to entry-to) (amount entry-amount))
(define-record-type <nothing> (make-nothing) nothing?)

(show (make-account 1 2) (make-entry 1 2 3) (make-nothing) account?)
(show (account? (make-account 1 2)) (account? (make-nothing)) (account? 5) (procedure? account-id))
(show (equal? (make-nothing) (make-nothing)) (let ((a (make-account 1 2))) (equal? (list a) (list a))))
(show (guard (e ((error-object? e) (list (error-object-message e) (error-object-irritants e)))) (account-id 'nobody)))
(show (guard (e ((error-object? e) (error-object-message e))) (set-account-balance! (make-nothing) 5)))

;; ---- a bank ----

(define seed 42)
(define (random n)
  (set! seed (remainder (+ (* seed 1103515245) 12345) 2147483648))
  (remainder (quotient seed 65536) n))

(define depth-of-log (make-parameter 4 (lambda (n) (if (< n 0) 0 n))))

(define (keep-first l n)
  (if (or (= n 0) (null? l)) '() (cons (car l) (keep-first (cdr l) (- n 1)))))

(define add-to-history!
  (case-lambda
    ((account entry) (add-to-history! account entry (depth-of-log)))
    ((account entry depth)
     (set-account-history! account (keep-first (cons entry (or (account-history account) '())) depth)))))

(define bank (make-vector accounts #f))
(do ((i 0 (+ i 1))) ((= i accounts)) (vector-set! bank i (make-account i 100)))

(define (transfer!)
  (let* ((from (vector-ref bank (random accounts)))
         (to (vector-ref bank (random accounts)))
         (entry (make-entry (account-id from) (account-id to) (random 50))))
    (set-account-balance! from (- (account-balance from) (entry-amount entry)))
    (set-account-balance! to (+ (account-balance to) (entry-amount entry)))
    (add-to-history! from entry)
    (add-to-history! to entry)))

(define (run n) (if (> n 0) (begin (transfer!) (run (- n 1)))))
(run (quotient transfers 2))
(parameterize ((depth-of-log 2)) (run (- transfers (quotient transfers 2))))

(define (total f)
  (let loop ((i 0) (sum 0))
    (if (= i accounts) sum (loop (+ i 1) (+ sum (f (vector-ref bank i)))))))
(show (total account-balance) (total (lambda (a) (length (or (account-history a) '())))))
(show (vector-ref bank 0))

;; ---- a tree of records: each insertion makes a new path ----

(define-record-type tree (make-tree key left right) tree? (key tree-key) (left tree-left) (right tree-right))

(define (insert t k)
  (cond ((not t) (make-tree k #f #f))
        ((< k (tree-key t)) (make-tree (tree-key t) (insert (tree-left t) k) (tree-right t)))
        ((> k (tree-key t)) (make-tree (tree-key t) (tree-left t) (insert (tree-right t) k)))
        (else t)))
(define (size t) (if t (+ 1 (size (tree-left t)) (size (tree-right t))) 0))
(define (keys t rest) (if t (keys (tree-left t) (cons (tree-key t) (keys (tree-right t) rest))) rest))
(define (sorted? l) (or (null? l) (null? (cdr l)) (and (< (car l) (cadr l)) (sorted? (cdr l)))))

(define whole (let loop ((n nodes) (t #f)) (if (= n 0) t (loop (- n 1) (insert t (random 100000))))))
(show (size whole) (sorted? (keys whole '())))

;; ---- parameters and continuations: what is bound follows the control ----

(define level (make-parameter 0))
(define (nested n)
  (if (= n 0) (level) (+ (level) (parameterize ((level (+ (level) 1))) (nested (- n 1))))))
(show (nested 50) (level))
(define resume #f)
(define visits '())
(define (visit)
  (parameterize ((level 'inside))
    (call/cc (lambda (k) (set! resume k)))
    (set! visits (cons (level) visits)))
  (set! visits (cons (level) visits))
  (if (< (length visits) 6) (resume 'again)))
(visit)
(show visits)
(show (guard (e (#t (list e (level)))) (parameterize ((level 'doomed)) (raise (level)))))

;; ---- a type of its own for each call ----

(define (make-kind)
  (define-record-type kind (make-it value) it? (value it-value))
  (list make-it it? it-value))
(define one (make-kind))
(define two (make-kind))
(define thing ((car one) 'thing))
(show ((cadr one) thing) ((cadr two) thing) ((caddr one) thing))
