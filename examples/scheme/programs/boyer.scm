;; boyer.scm: a theorem prover after Boyer and Moore's. Terms are rewritten by lemmas that are matched one way, until
;; they consist of "if" alone; then a tautology checker walks through the cases. Terms are trees that share, and most
;; live only as long as it takes to rewrite them once more.
;;
;; Reads two numbers: the links of the chain of implications that is proved, and how often it is proved.

(define links (read))
(define turns (read))

(define (third l) (car (cddr l)))
(define (fourth l) (car (cdr (cddr l))))

(define (show . things)
  (for-each display things)
  (newline))

;; ---- lemmas: (equal LEFT RIGHT); each operator's lemmas are in an association list that grows at its front ----

(define lemmas '())
(define (lemmas-of operator)
  (let ((entry (assq operator lemmas)))
    (if entry (cdr entry) '())))
(define (add-lemma! left right)
  (let ((entry (assq (car left) lemmas)))
    (if entry
        (set-cdr! entry (append (cdr entry) (list (cons left right))))
        (set! lemmas (cons (list (car left) (cons left right)) lemmas)))))
(for-each (lambda (l) (add-lemma! (cadr l) (third l)))
  '((equal (and p q) (if p (if q (t) (f)) (f)))
    (equal (or p q) (if p (t) (if q (t) (f))))
    (equal (not p) (if p (f) (t)))
    (equal (implies p q) (if p (if q (t) (f)) (t)))
    (equal (iff p q) (and (implies p q) (implies q p)))
    (equal (if (if a b c) d e) (if a (if b d e) (if c d e)))
    (equal (plus (plus x y) z) (plus x (plus y z)))
    (equal (plus (zero) x) x)
    (equal (times x (plus y z)) (plus (times x y) (times x z)))
    (equal (times (times x y) z) (times x (times y z)))
    (equal (append (append x y) z) (append x (append y z)))
    (equal (append (nil) x) x)
    (equal (reverse (append a b)) (append (reverse b) (reverse a)))
    (equal (length (append a b)) (plus (length a) (length b)))
    (equal (length (reverse a)) (length a))
    (equal (difference x x) (zero))
    (equal (difference (plus x y) x) y)
    (equal (equal (plus a b) (plus a c)) (equal b c))
    (equal (lessp (plus x y) (plus x z)) (lessp y z))
    (equal (member x (append a b)) (or (member x a) (member x b)))
    (equal (member x (reverse a)) (member x a))
    (equal (greaterp x y) (lessp y x))
    (equal (lesseqp x y) (not (lessp y x)))
    (equal (greatereqp x y) (not (lessp x y)))
    (equal (even (plus x x)) (t))
    (equal (equal x x) (t))))

;; ---- matching one way: symbols of the pattern are variables, the same variable must match equal terms ----

(define (match pattern term bindings)   ; bindings, or #f
  (cond ((symbol? pattern)
         (let ((bound (assq pattern bindings)))
           (cond ((not bound) (cons (cons pattern term) bindings))
                 ((equal? (cdr bound) term) bindings)
                 (else #f))))
        ((and (pair? term) (eq? (car pattern) (car term))) (match-all (cdr pattern) (cdr term) bindings))
        (else #f)))
(define (match-all patterns terms bindings)
  (cond ((null? patterns) (and (null? terms) bindings))
        ((null? terms) #f)
        (else (let ((more (match (car patterns) (car terms) bindings)))
                (and more (match-all (cdr patterns) (cdr terms) more))))))

(define (substitute bindings term)
  (if (symbol? term)
      (let ((bound (assq term bindings))) (if bound (cdr bound) term))
      (cons (car term) (map (lambda (t) (substitute bindings t)) (cdr term)))))

(define rewrites 0)
(define (rewrite term)
  (set! rewrites (+ rewrites 1))
  (if (symbol? term)
      term
      (let ((term (cons (car term) (map rewrite (cdr term)))))
        (let try ((rest (lemmas-of (car term))))
          (if (null? rest)
              term
              (let ((bindings (match (car (car rest)) term '())))
                (if bindings
                    (rewrite (substitute bindings (cdr (car rest))))
                    (try (cdr rest)))))))))

;; ---- the tautology checker ----

(define (tautology? term true false)
  (cond ((or (equal? term '(t)) (member term true)) #t)
        ((or (equal? term '(f)) (member term false)) #f)
        ((and (pair? term) (eq? (car term) 'if))
         (let ((test (cadr term)) (then (third term)) (else (fourth term)))
           (cond ((or (equal? test '(t)) (member test true)) (tautology? then true false))
                 ((or (equal? test '(f)) (member test false)) (tautology? else true false))
                 (else (and (tautology? then (cons test true) false)
                            (tautology? else true (cons test false)))))))
        (else #f)))
(define (prove term) (tautology? (rewrite term) '() '()))

;; ---- theorems ----

;; From a0 to an by n implications, where each letter stands for a term.
(define terms
  '((lessp (plus a (plus b c)) (plus a d))
    (equal (append (append p q) (reverse (append r s))) (nil))
    (member v (append (reverse p) q))
    (even (times a (plus b c)))))
(define (term i) (list-ref terms (modulo i 4)))
(define (chain n)
  (define (premises i)
    (let ((link (list 'implies (term i) (term (+ i 1)))))
      (if (= i (- n 1)) link (list 'and link (premises (+ i 1))))))
  (list 'implies (premises 0) (list 'implies (term 0) (term n))))

(show "chain: " (let loop ((i 0) (good #t)) (if (= i turns) good (loop (+ i 1) (and good (prove (chain links)))))))
(show "broken chain: " (prove (list 'implies (chain 1) (list 'implies (term 1) (term 3)))))
(show "converse: " (prove '(implies (implies x y) (implies y x))))
(show "cases: " (prove '(implies (and x (or y z)) (or (and x y) (and x z)))))
(show "arithmetic: " (prove '(equal (difference (plus a (plus b c)) a) (plus b c))))
(show "lists: " (prove '(implies (member x (reverse (append a b))) (or (member x b) (member x a)))))
(show "rewrites: " rewrites)
