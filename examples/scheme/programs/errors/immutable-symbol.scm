(define name (symbol->string 'abc))
(string-set! name 0 #\A)
(string-set! 'abc 0 #\A)
