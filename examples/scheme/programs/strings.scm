;; strings.scm: text. Building, turning round, ciphers, palindromes, a tokenizer with a calculator, and long
;; strings.
;;
;; Reads three numbers: how many lines are enciphered, how many terms the calculator adds up, how often a string
;; is doubled.

(define line-count (read))
(define term-count (read))
(define doublings (read))

(define (show . things)
  (for-each display things)
  (newline))

;; ---- building blocks ----

(define (string-reverse-of s) (list->string (reverse (string->list s))))
(define (string-map-of proc s) (list->string (map proc (string->list s))))
(define (join strings between)
  (if (null? strings)
      ""
      (fold-left (lambda (all s) (string-append all between s)) (car strings) (cdr strings))))

(define (split s separator)
  (let loop ((start 0) (i 0) (parts '()))
    (cond ((= i (string-length s)) (reverse (cons (substring s start i) parts)))
          ((char=? (string-ref s i) separator) (loop (+ i 1) (+ i 1) (cons (substring s start i) parts)))
          (else (loop start (+ i 1) parts)))))

(define pangram "The quick brown fox jumps over the lazy dog")
(show "reversed: " (string-reverse-of pangram))
(show "words: " (length (split pangram #\space)) ", joined: " (join (reverse (split pangram #\space)) "_"))
(show "upper case: " (string-map-of char-upcase pangram))
(show "compared: " (string=? "abc" (substring "xabcx" 1 4)) " " (string<? "abc" "abd") " " (string<? "b" "abc"))
(write (list "a \"quoted\" word" "back\\slash" #\a #\space "" (string->symbol "symbol")))
(newline)

(define (palindrome? s)
  (let ((letters (filter char-alphabetic? (string->list (string-map-of char-upcase s)))))
    (equal? letters (reverse letters))))
(show "palindromes: " (map palindrome? '("A man, a plan, a canal: Panama" "Almost, tsomla" "Not at all")))

;; ---- Caesar's cipher, and its breaking by the most frequent letter ----

(define (shift-letter c by)
  (define (turn base)
    (integer->char (+ base (modulo (+ (- (char->integer c) base) by) 26))))
  (cond ((and (char>=? c #\a) (char<=? c #\z)) (turn 97))
        ((and (char>=? c #\A) (char<=? c #\Z)) (turn 65))
        (else c)))
(define (caesar s by) (string-map-of (lambda (c) (shift-letter c by)) s))

(define secret (caesar "We meet where the three trees were felled" 7))
(show "secret: " secret)

(define (most-frequent s)
  (let ((counts (make-vector 26 0)))
    (for-each (lambda (c)
                (when (and (char>=? c #\a) (char<=? c #\z))
                  (let ((i (- (char->integer c) 97)))
                    (vector-set! counts i (+ 1 (vector-ref counts i))))))
              (string->list s))
    (let loop ((i 1) (best 0))
      (cond ((= i 26) best)
            ((> (vector-ref counts i) (vector-ref counts best)) (loop (+ i 1) i))
            (else (loop (+ i 1) best))))))
(show "broken: " (caesar secret (- 4 (most-frequent secret))))

(define (same-after-cipher? i)
  (let ((line (string-append "Line number " (number->string i) ": " pangram)))
    (string=? line (caesar (caesar line (modulo i 26)) (- 0 (modulo i 26))))))
(show "lines enciphered and back: "
      (let loop ((i 0) (good 0))
        (if (= i line-count) good (loop (+ i 1) (if (same-after-cipher? i) (+ good 1) good)))))

;; ---- a tokenizer, and a calculator that reads its tokens ----

(define (tokenize s)
  (define end (string-length s))
  (define (scan i good?)                ; the first place from i on that is not good
    (if (and (< i end) (good? (string-ref s i))) (scan (+ i 1) good?) i))
  (let loop ((i 0) (tokens '()))
    (if (= i end)
        (reverse tokens)
        (let ((c (string-ref s i)))
          (cond ((char-whitespace? c) (loop (+ i 1) tokens))
                ((char-numeric? c)
                 (let ((j (scan i char-numeric?)))
                   (loop j (cons (string->number (substring s i j)) tokens))))
                ((char-alphabetic? c)
                 (let ((j (scan i char-alphabetic?)))
                   (loop j (cons (string->symbol (substring s i j)) tokens))))
                (else (loop (+ i 1) (cons c tokens))))))))

(define (calculate s)
  (define tokens (tokenize s))
  (define (peek) (if (null? tokens) 'end (car tokens)))
  (define (next!) (let ((token (peek))) (set! tokens (cdr tokens)) token))
  (define (factor)
    (let ((token (next!)))
      (cond ((number? token) token)
            ((eqv? token #\-) (- 0 (factor)))
            ((eqv? token #\() (let ((value (sum))) (next!) value))
            ((eq? token 'square) (let ((value (factor))) (* value value)))
            (else (error "unexpected token" token)))))
  (define (chain operand operators)     ; operand {operator operand}
    (let loop ((value (operand)))
      (let ((operator (assv (peek) operators)))
        (if operator
            (begin (next!) (loop ((cdr operator) value (operand))))
            value))))
  (define (term) (chain factor (list (cons #\* *) (cons #\/ quotient))))
  (define (sum) (chain term (list (cons #\+ +) (cons #\- -))))
  (sum))

(write (tokenize "area = 12*(height - 3)"))
(newline)
(show "calculated: " (map calculate '("1 + 2 * 3" "(1 + 2) * 3" "square(7) - 100 / 7 / 2" "-(2 - 10) * -1")))
(define long-sum
  (join (let loop ((i term-count) (terms '()))
          (if (= i 0) terms (loop (- i 1) (cons (number->string i) terms))))
        " + "))
(show "a sum of " (string-length long-sum) " characters: " (calculate long-sum))

;; ---- long strings: each is made from the one before ----

(define (double s n) (if (= n 0) s (double (string-append s s) (- n 1))))
(define long (double "ab" doublings))
(define (count-char c s)
  (let loop ((i 0) (n 0))
    (if (= i (string-length s)) n (loop (+ i 1) (if (char=? (string-ref s i) c) (+ n 1) n)))))
(show "doubled: " (string-length long) " characters, " (count-char #\b long) " of them b, the middle "
      (substring long (- (quotient (string-length long) 2) 2) (+ (quotient (string-length long) 2) 2)))
