;; expressions.scm: arithmetic expressions as text: made at random, cut into tokens, parsed by precedence, evaluated,
;; simplified, compiled to a stack machine's code that is run, and written again with no parentheses too many. Short
;; strings and small trees, which live for one round.
;;
;; Reads two numbers: the rounds, and the operators of an expression.

(define rounds (read))
(define size (read))

(define (show . things)
  (for-each display things)
  (newline))

(define seed 2024)
(define (random-below! n)
  (set! seed (modulo (* seed 16807) 2147483647))
  (modulo seed n))

;; ---- trees: a number, a variable (a symbol), or (OPERATOR LEFT RIGHT) ----

(define (random-tree n)
  (if (= n 0)
      (if (= 0 (random-below! 3)) (vector-ref #(x y z) (random-below! 3)) (random-below! 10))
      (let ((left (random-below! n)))
        (let* ((a (random-tree left)) (b (random-tree (- n left 1))))
          (list (vector-ref #(+ - * + * -) (random-below! 6)) a b)))))

(define (precedence operator) (if (eq? operator '*) 2 1))

;; Writes with as few parentheses as may be: the right side of - needs them also at its own precedence.
(define (tree->string tree)
  (let ((port (open-output-string)))
    (let put ((tree tree) (least 0))
      (cond ((pair? tree)
             (let* ((p (precedence (car tree))) (parentheses? (< p least)))
               (if parentheses? (write-char #\( port))
               (put (cadr tree) p)
               (write-char #\space port)
               (display (car tree) port)
               (write-char #\space port)
               (put (car (cddr tree)) (+ p 1))
               (if parentheses? (write-char #\) port))))
            (else (display tree port))))
    (get-output-string port)))

;; ---- tokens: numbers, symbols, and characters for the rest ----

(define (tokens string)
  (let ((end (string-length string)))
    (define (digit? i) (and (< i end) (char-numeric? (string-ref string i))))
    (define (letter? i) (and (< i end) (char-alphabetic? (string-ref string i))))
    (define (span of? i) (if (of? i) (span of? (+ i 1)) i))
    (let loop ((i 0) (found '()))
      (cond ((= i end) (reverse found))
            ((char=? (string-ref string i) #\space) (loop (+ i 1) found))
            ((digit? i)
             (let ((j (span digit? i))) (loop j (cons (string->number (substring string i j)) found))))
            ((letter? i)
             (let ((j (span letter? i))) (loop j (cons (string->symbol (substring string i j)) found))))
            (else (loop (+ i 1) (cons (string-ref string i) found)))))))

;; ---- the parser: each procedure takes tokens and gives the tree and the tokens that are left to a continuation ----

(define (operator-of token)
  (case token ((#\+) '+) ((#\-) '-) ((#\*) '*) (else #f)))
(define (parse tokens)
  (parse-expression tokens 1 (lambda (tree rest) (if (null? rest) tree (error "tokens are left" rest)))))
(define (parse-expression tokens least return)
  (parse-primary tokens
    (lambda (left rest)
      (let more ((left left) (rest rest))
        (let ((operator (and (pair? rest) (operator-of (car rest)))))
          (if (and operator (>= (precedence operator) least))
              (parse-expression (cdr rest) (+ (precedence operator) 1)
                (lambda (right rest) (more (list operator left right) rest)))
              (return left rest)))))))
(define (parse-primary tokens return)
  (cond ((null? tokens) (error "an operand is missing"))
        ((eqv? (car tokens) #\()
         (parse-expression (cdr tokens) 1
           (lambda (tree rest)
             (if (and (pair? rest) (eqv? (car rest) #\)))
                 (return tree (cdr rest))
                 (error "a parenthesis is missing")))))
        ((char? (car tokens)) (error "an operand was expected" (car tokens)))
        (else (return (car tokens) (cdr tokens)))))

;; ---- values modulo a prime, so that they stay small: directly, and by a stack machine ----

(define (reduce-number n) (modulo n 1000003))
(define (apply-operator operator a b)
  (reduce-number (case operator ((+) (+ a b)) ((-) (- a b)) (else (* a b)))))
(define (value tree env)
  (cond ((number? tree) tree)
        ((symbol? tree) (cdr (assq tree env)))
        (else (apply-operator (car tree) (value (cadr tree) env) (value (car (cddr tree)) env)))))
(define (code tree rest)
  (if (pair? tree)
      (code (cadr tree) (code (car (cddr tree)) (cons (list 'apply (car tree)) rest)))
      (cons (list (if (number? tree) 'constant 'load) tree) rest)))
(define (execute code env)
  (let step ((code code) (stack '()))
    (if (null? code)
        (car stack)
        (let ((operand (cadr (car code))))
          (step (cdr code)
                (case (car (car code))
                  ((constant) (cons operand stack))
                  ((load) (cons (cdr (assq operand env)) stack))
                  (else (cons (apply-operator operand (cadr stack) (car stack)) (cddr stack)))))))))

(define (simplify tree)
  (if (not (pair? tree))
      tree
      (let* ((operator (car tree)) (a (simplify (cadr tree))) (b (simplify (car (cddr tree)))))
        (cond ((and (number? a) (number? b)) (apply-operator operator a b))
              ((and (eq? operator '*) (or (eqv? a 0) (eqv? b 0))) 0)
              ((and (eq? operator '*) (eqv? a 1)) b)
              ((and (eq? operator '*) (eqv? b 1)) a)
              ((and (eq? operator '+) (eqv? a 0)) b)
              ((and (memq operator '(+ -)) (eqv? b 0)) a)
              ((and (eq? operator '-) (equal? a b)) 0)
              (else (list operator a b))))))
(define (tree-size tree) (if (pair? tree) (+ 1 (+ (tree-size (cadr tree)) (tree-size (car (cddr tree))))) 1))

;; ---- rounds ----

(define (round-trip i)
  (let* ((tree (random-tree size))
         (text (tree->string tree))
         (parsed (parse (tokens text)))
         (env (list (cons 'x (random-below! 1000)) (cons 'y (random-below! 1000)) (cons 'z i)))
         (simple (simplify parsed))
         (result (value parsed env)))
    (unless (equal? text (tree->string parsed)) (error "written differently" text))
    (unless (equal? tree parsed) (error "parsed differently" text))
    (unless (= result (execute (code parsed '()) env) (value simple env)) (error "values differ" text))
    (list result (string-length text) (- (tree-size parsed) (tree-size simple)))))
(define (total rounds)
  (let loop ((i 0) (sums '(0 0 0)))
    (if (= i rounds) sums (loop (+ i 1) (map + sums (round-trip i))))))
(show "an expression: " (tree->string (parse (tokens "(1+2)*(x-(y-3))-((z))*4"))))
(show "its code: " (length (code (parse (tokens "1+2*x-(y-3)")) '())))
(show "sums of values, lengths, savings: " (total rounds))
(show "mistakes: "
      (map (lambda (text) (guard (e (#t (error-object-message e))) (parse (tokens text))))
           '("1+" "(1" "1 2" "*" "()" "1+2)")))
