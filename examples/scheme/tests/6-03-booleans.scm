;; 6-03-booleans.scm: R7RS 6.3, booleans.
(import (scheme base) (scheme write) (scheme process-context))
(include "check.scm")

(check (list #t #f '#f) => (list #true #false #false))
(check (map not (list #t 3 (list 3) #f '() (list) 'nil 0 "" (vector))) => '(#f #f #f #t #f #f #f #f #f #f))
(check (map boolean? (list #f #t 0 '() 'f "" #\f)) => '(#t #t #f #f #f #f #f))
(check (boolean=? #t #t) => #t)
(check (boolean=? #t #f) => #f)
(check (boolean=? #f #f #f) => #t)
(check (boolean=? #f #f #t) => #f)
(check-error (boolean=? 1 #t))
(check (eq? (not 1) (not 2)) => #t)

(check-report "6.3 booleans")
