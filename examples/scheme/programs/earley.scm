;; earley.scm: a parser after Earley for any grammar without empty rules: a chart of items for each place in the input,
;; from which the parses are counted and, if they are few, built. Small records that stay as long as the chart, and are
;; looked up in tables by what they are.
;;
;; Reads two numbers: the words of the ambiguous sum, and how often the sentences are parsed.

(define sum-words (read))
(define rounds (read))

(define (show . things)
  (for-each display things)
  (newline))

;; A grammar is a list of rules (NAME SYMBOL ...); a symbol that has no rules of its own stands for itself.
(define sums
  '((sum sum + sum)
    (sum n)))
(define sentences
  '((sentence noun-phrase verb-phrase)
    (noun-phrase determiner nominal) (noun-phrase noun-phrase prepositional)
    (nominal noun) (nominal adjective nominal)
    (verb-phrase verb) (verb-phrase verb noun-phrase) (verb-phrase verb-phrase prepositional)
    (prepositional preposition noun-phrase)
    (determiner the) (determiner a)
    (noun man) (noun park) (noun telescope) (noun dog) (noun bench)
    (adjective old) (adjective green)
    (verb saw) (verb slept)
    (preposition in) (preposition with) (preposition on)))

(define (rules-of grammar name)
  (let loop ((g grammar) (found '()))
    (cond ((null? g) (reverse found))
          ((eq? (caar g) name) (loop (cdr g) (cons (car g) found)))
          (else (loop (cdr g) found)))))

;; An item: a rule, what is still to come of it, and where it began.
(define-record-type item
  (make-item rule rest start)
  item?
  (rule item-rule)
  (rest item-rest)
  (start item-start))

;; A set: the items that end at one place, in the order in which they came.
(define-record-type item-set
  (make-set queue last known)
  item-set?
  (queue set-queue)
  (last set-last set-last!)
  (known set-known))
(define (new-set)
  (let ((head (list 'head)))
    (make-set head head (make-equal-hashtable))))
(define (add! set rule rest start)
  (let ((key (list (length rest) start rule)))
    (unless (hashtable-contains? (set-known set) key)
      (hashtable-set! (set-known set) key #t)
      (set-cdr! (set-last set) (list (make-item rule rest start)))
      (set-last! set (cdr (set-last set))))))

;; The chart of a list of words: a vector of sets.
(define (parse grammar top words)
  (let* ((input (list->vector words))
         (length (vector-length input))
         (chart (make-vector (+ length 1) #f)))
    (define (predict! set name place)
      (for-each (lambda (rule) (add! set rule (cdr rule) place)) (rules-of grammar name)))
    (define (complete! set done)
      (for-each (lambda (waiting)
                  (let ((rest (item-rest waiting)))
                    (when (and (pair? rest) (eq? (car rest) (car (item-rule done))))
                      (add! set (item-rule waiting) (cdr rest) (item-start waiting)))))
                (cdr (set-queue (vector-ref chart (item-start done))))))
    (define (work! item place)
      (let ((rest (item-rest item)) (set (vector-ref chart place)))
        (cond ((null? rest) (complete! set item))
              ((assq (car rest) grammar) (predict! set (car rest) place))
              ((and (< place length) (eq? (vector-ref input place) (car rest)))
               (add! (vector-ref chart (+ place 1)) (item-rule item) (cdr rest) (item-start item))))))
    (do ((i 0 (+ i 1))) ((> i length)) (vector-set! chart i (new-set)))
    (predict! (vector-ref chart 0) top 0)
    (do ((i 0 (+ i 1))) ((> i length) chart)
      (let loop ((queue (set-queue (vector-ref chart i))))
        (unless (null? (cdr queue))     ; grows while it is walked
          (work! (cadr queue) i)
          (loop (cdr queue)))))))

(define (finished chart name from to)
  (let loop ((items (cdr (set-queue (vector-ref chart to)))) (found '()))
    (cond ((null? items) found)
          ((and (null? (item-rest (car items)))
                (eq? name (car (item-rule (car items))))
                (= from (item-start (car items))))
           (loop (cdr items) (cons (item-rule (car items)) found)))
          (else (loop (cdr items) found)))))

;; Walks the parses backward from the ends of the rules. COMBINE makes one parse's value from those of its parts, and
;; TOGETHER makes the value of all parses of a name between two places.
(define (fold-parses grammar chart words top leaf combine together)
  (define input (list->vector words))
  (define known (make-equal-hashtable))
  (define (of-symbol symbol from to)
    (cond ((not (assq symbol grammar))
           (if (and (= to (+ from 1)) (eq? symbol (vector-ref input from))) (list (leaf symbol)) '()))
          ((hashtable-ref known (list symbol from to) #f))
          (else
           (let ((value (together (apply append (map (lambda (rule) (of-rule rule from to))
                                                     (finished chart symbol from to))))))
             (hashtable-set! known (list symbol from to) value)
             value))))
  (define (of-rule rule from to)
    (map (lambda (parts) (combine (car rule) parts)) (of-parts (cdr rule) from to)))
  (define (of-parts symbols from to)    ; lists of values
    (if (null? symbols)
        (if (= from to) '(()) '())
        (let loop ((middle (- to (length (cdr symbols)))) (found '()))
          (if (<= middle from)
              found
              (loop (- middle 1)
                    (append (cross (of-symbol (car symbols) from middle)
                                   (if (or (null? (cdr symbols)) (pair? (of-symbol (car symbols) from middle)))
                                       (of-parts (cdr symbols) middle to)
                                       '()))
                            found))))))
  (of-symbol top 0 (vector-length input)))
(define (cross firsts rests)
  (apply append (map (lambda (first) (map (lambda (rest) (cons first rest)) rests)) firsts)))

(define (count-parses grammar top words)
  (let ((counts (fold-parses grammar (parse grammar top words) words top
                             (lambda (word) 1)
                             (lambda (name counts) (apply * counts))
                             (lambda (counts) (if (null? counts) '() (list (apply + counts)))))))
    (if (null? counts) 0 (car counts))))
(define (trees grammar top words)
  (fold-parses grammar (parse grammar top words) words top (lambda (word) word) cons (lambda (trees) trees)))

;; ---- sums: their parses are Catalan's numbers ----

(define (sum-of n) (if (= n 1) '(n) (cons 'n (cons '+ (sum-of (- n 1))))))
(define (catalan n) (if (= n 0) 1 (quotient (* 2 (- (* 2 n) 1) (catalan (- n 1))) (+ n 1))))
(let ((count (count-parses sums 'sum (sum-of sum-words))))
  (show "parses of a sum of " sum-words ": " count " " (= count (catalan (- sum-words 1)))))
(show "of one that has no end: " (count-parses sums 'sum (append (sum-of sum-words) '(+))))
(show "of four: " (trees sums 'sum (sum-of 4)))

;; ---- sentences ----

(define texts
  '((the dog slept)
    (the old man saw the dog)
    (the man saw the dog with a telescope)
    (the man on the bench saw the green old dog in the park with a telescope)
    (man the saw)))
(for-each (lambda (text) (show (count-parses sentences 'sentence text) ": " text)) texts)
(for-each (lambda (tree) (show tree)) (trees sentences 'sentence '(a man saw the dog on the bench)))
(show "in all: "
      (let loop ((i 0) (sum 0))
        (if (= i rounds)
            sum
            (loop (+ i 1) (+ sum (length (trees sentences 'sentence (list-ref texts (modulo i 5)))))))))
