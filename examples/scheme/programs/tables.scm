;; tables.scm: hash tables and symbols. Keys are compared by identity while the collector moves them about.
;;
;; Reads four numbers: the keys of an eq table, the argument of the memoised procedures, the words to count, the
;; temporary symbols.

(define key-count (read))
(define memo-size (read))
(define word-count (read))
(define symbol-count (read))

(define (show . things)
  (for-each display things)
  (newline))

(define (all? good? list) (or (null? list) (and (good? (car list)) (all? good? (cdr list)))))
(define (sum list) (fold-left + 0 list))

;; ---- an eq table whose keys are fresh pairs: they all look alike, and they all move ----

(define table (make-eq-hashtable))
(define keys
  (let loop ((i 0) (keys '()))
    (if (= i key-count)
        keys
        (let ((key (list 'key)))
          (hashtable-set! table key i)
          (loop (+ i 1) (cons key keys))))))      ; the latest first, so the values fall

(define (values-fall? keys)
  (let loop ((keys keys) (expected (- key-count 1)))
    (or (null? keys)
        (and (eqv? (hashtable-ref table (car keys) 'missing) expected)
             (loop (cdr keys) (- expected 1))))))

(show "eq table: " (hashtable-size table) " keys, found: " (values-fall? keys))
(show "an equal key is another key: " (hashtable-ref table (list 'key) 'missing))
(gc)
(show "after a collection: " (values-fall? keys) " " (hashtable-contains? table (car keys)))

;; Every other key goes; the rest must be found as before, and the ones that went must not.
(let loop ((rest keys) (odd #t))
  (unless (null? rest)
    (when odd (hashtable-delete! table (car rest)))
    (loop (cdr rest) (not odd))))
(define (every-other list)
  (if (or (null? list) (null? (cdr list))) '() (cons (cadr list) (every-other (cddr list)))))
(define kept (every-other keys))
(show "half deleted: " (hashtable-size table) " left, found: "
      (all? (lambda (key) (hashtable-contains? table key)) kept)
      ", latest gone: " (not (hashtable-contains? table (car keys))))

;; The table's own keys are the very same objects.
(define (vector->sum v proc)
  (let loop ((i 0) (total 0))
    (if (= i (vector-length v)) total (loop (+ i 1) (+ total (proc (vector-ref v i)))))))
(show "keys as a vector: " (vector-length (hashtable-keys table)) ", sum of their values agrees: "
      (= (vector->sum (hashtable-keys table) (lambda (key) (hashtable-ref table key 0)))
         (sum (map (lambda (key) (hashtable-ref table key 0)) kept))))

;; Values are replaced and updated in place, while fresh objects come and go.
(for-each (lambda (key) (hashtable-set! table key (list 0))) kept)
(do ((round 1 (+ round 1))) ((> round 3))
  (for-each (lambda (key)
              (hashtable-update! table key (lambda (old) (cons round old)) '()))
            kept))
(show "updated: " (all? (lambda (key) (equal? (hashtable-ref table key #f) '(3 2 1 0))) kept))

;; ---- remembered results: numbers, then lists, as keys ----

(define fib
  (let ((known (make-eq-hashtable)))
    (lambda (n)
      (or (hashtable-ref known n #f)
          (let ((value (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))))
            (hashtable-set! known n value)
            value)))))
(show "fibonacci of 80: " (fib 80))

;; Paths on a grid, modulo a prime: equal keys are different pairs each time.
(define paths-known (make-equal-hashtable))
(define (paths x y)
  (if (or (= x 0) (= y 0))
      1
      (let ((key (cons x y)))
        (or (hashtable-ref paths-known key #f)
            (let ((value (modulo (+ (paths (- x 1) y) (paths x (- y 1))) 1000007)))
              (hashtable-set! paths-known key value)
              value)))))
(let ((count (paths memo-size memo-size)))
  (show "paths on a grid of " memo-size ": " count ", " (hashtable-size paths-known) " remembered"))

;; ---- counting words: strings as keys, equal by their text ----

(define seed 99)
(define (random-below! n)
  (set! seed (modulo (* seed 16807) 2147483647))
  (modulo seed n))
(define syllables (vector "ta" "ri" "mo" "ne" "lu"))
(define (random-word)
  (let* ((first (vector-ref syllables (random-below! 5))) (second (vector-ref syllables (random-below! 5))))
    (string-append first second)))
(define counts (make-equal-hashtable))
(do ((i 0 (+ i 1))) ((= i word-count))
  (hashtable-update! counts (random-word) (lambda (n) (+ n 1)) 0))
(define total (vector->sum (hashtable-keys counts) (lambda (word) (hashtable-ref counts word 0))))
(show "words: " word-count " counted: " total ", different: " (hashtable-size counts)
      ", tari: " (hashtable-ref counts (string-append "ta" "ri") 0)
      ", lulu: " (hashtable-ref counts (string-append "lu" "lu") 0))

;; ---- symbols are one object for each name, as long as anybody can tell ----

(define (name i) (string->symbol (string-append "temporary-" (number->string i))))
(define held (list (name 1) (name 5) (name 9)))
(define noted (make-eq-hashtable))
(for-each (lambda (symbol) (hashtable-set! noted symbol (symbol->string symbol))) held)
(define (make-many)                     ; most of these die at once; the names can then be made anew
  (let loop ((i 0) (same 0))
    (if (= i symbol-count)
        same
        (loop (+ i 1) (if (eq? (name i) (name i)) (+ same 1) same)))))
(show "temporary symbols: " (make-many))
(gc)
(show "again: " (make-many))
(show "held ones are the same: " (all? (lambda (i) (memq (name i) held)) '(1 5 9)) " "
      (eq? (name 5) 'temporary-5) " " (hashtable-ref noted (name 9) 'missing) " "
      (hashtable-ref noted (name 2) 'missing))
