;; 6-05-symbols.scm: R7RS 6.5, symbols.
(import (scheme base) (scheme write) (scheme process-context))
(include "check.scm")

(define (written x) (let ((port (open-output-string))) (write x port) (get-output-string port)))

(check (map symbol? (list 'foo (car '(a b)) "bar" 'nil '() #f #\a 1)) => '(#t #t #f #t #f #f #f #f))
(check (symbol=? 'a 'a) => #t)
(check (symbol=? 'a 'a 'b) => #f)
(check (symbol=? 'a 'a (string->symbol "a")) => #t)
(check-error (symbol=? 'a "a"))
(check (map symbol->string '(flying-fish Martin |a b|)) => '("flying-fish" "Martin" "a b"))
(check (symbol->string (string->symbol "Malvina")) => "Malvina")
(check (eq? 'mISSISSIppi (string->symbol "mISSISSIppi")) => #t)
(check (eq? 'bitBlt (string->symbol "bitBlt")) => #t)
(check (eq? 'LollyPop (string->symbol (symbol->string 'LollyPop))) => #t)
(check (string=? "K. Harper, M.D." (symbol->string (string->symbol "K. Harper, M.D."))) => #t)
(check (eq? (string->symbol "λx") 'λx) => #t)
(check (let* ((s (string #\a #\b)) (sym (string->symbol s))) (string-set! s 0 #\z) (symbol->string sym)) => "ab")
(check (string->symbol "") => '||)
(check-error (symbol->string "a"))
(check-error (string->symbol 'a))
(check (let loop ((i 0))
         (if (= i 1000)
             #t
             (let ((name (string-append "symbol-" (number->string i))))
               (and (eq? (string->symbol name) (string->symbol (string-copy name))) (loop (+ i 1))))))
       => #t)
(check (map written '(abc + ... -> a.b)) => '("abc" "+" "..." "->" "a.b"))
;; guile differs: it writes #{}#.
(check (written (string->symbol "a b")) => "|a b|")
;; guile differs: it writes #{}#.
(check (written (string->symbol "")) => "||")
;; guile differs: it writes #{}#.
(check (written (string->symbol "a|b")) => "|a\\|b|")
;; guile differs: it writes #{}#.
(check (map written (map string->symbol '("." "a(b" "#a" "a;b" "a'"))) => '("|.|" "|a(b|" "|#a|" "|a;b|" "|a'|"))

(check-report "6.5 symbols")
