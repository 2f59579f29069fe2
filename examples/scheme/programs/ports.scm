;; ports.scm: files and strings as ports, textual and binary; their errors.
;;
;; Reads the name of a file to make and delete again, how many lines it gets, and how many ports are left open.

(define name (string-append (read) "." (number->string (current-jiffy)))) ; one run beside another
(define line-count (read))
(define left-open (read))

(define (show . things)
  (for-each display things)
  (newline))

;; The message of what thunk raises, with a word for its kind.
(define (failure thunk)
  (guard (e ((file-error? e) (list 'file (error-object-message e)))
            ((read-error? e) (list 'read (error-object-message e)))
            ((error-object? e) (list 'error (error-object-message e))))
    (thunk)
    'none))

;; ---- a file is written, line by line, and read again in several ways ----

(call-with-output-file name
  (lambda (port)
    (do ((i 0 (+ i 1))) ((= i line-count))
      (write (list i (number->string i) (integer->char (+ 955 (modulo i 9)))) port)
      (newline port))))

(define (count-lines port)
  (let loop ((n 0) (longest 0))
    (let ((line (read-line port)))
      (if (eof-object? line) (list n longest) (loop (+ n 1) (max longest (string-length line)))))))
(show "lines: " (call-with-input-file name count-lines))

(define (sum-of-data)
  (let loop ((sum 0) (chars '()))
    (let ((datum (read)))
      (if (eof-object? datum)
          (list sum (list->string (reverse (list-tail (reverse (map char-upcase (reverse chars)))
                                                      (max 0 (- (length chars) 9))))))
          (loop (+ sum (car datum) (string->number (cadr datum))) (cons (caddr datum) chars))))))
(show "data: " (with-input-from-file name sum-of-data))

(define (count-characters port)
  (let loop ((n 0)) (if (eof-object? (peek-char port)) n (begin (read-char port) (loop (+ n 1))))))
(define (count-bytes port)
  (let loop ((n 0)) (if (eof-object? (peek-u8 port)) n (begin (read-u8 port) (loop (+ n 1))))))
(define characters (call-with-input-file name count-characters))
(define bytes (call-with-port (open-binary-input-file name) count-bytes))
(show "characters: " characters ", bytes more: " (- bytes characters))

(define (read-all read-some port)
  (let loop ((parts '()))
    (let ((part (read-some port))) (if (eof-object? part) (reverse parts) (loop (cons part parts))))))
(define text
  (apply string-append (call-with-input-file name (lambda (p) (read-all (lambda (p) (read-string 100 p)) p)))))
(define blob
  (apply bytevector-append
         (call-with-port (open-binary-input-file name)
           (lambda (p) (read-all (lambda (p) (read-bytevector 64 p)) p)))))
(show "the same: " (= (string-length text) characters) (= (bytevector-length blob) bytes)
      (string=? (utf8->string blob) text) (equal? (string->utf8 text) blob))

;; ---- the current port is another one for a while, however that while ends ----

(define k-again #f)
(show "inner: " (call-with-output-string
                  (lambda (port)
                    (with-output-to-file name (lambda () (display "in the file") (write-string " only" port))))))
(show "file: " (call-with-input-file name read-line))
;; Such a port stays open, and what it holds is written when it is collected, whenever that is: each has its own file.
(define lost (string-append name ".lost"))
(define left (string-append name ".left"))
(show "after an error: " (failure (lambda () (with-output-to-file lost (lambda () (display "lost") (car 1))))))
(show "after an escape: " (call/cc (lambda (k) (with-output-to-file left (lambda () (display "kept") (k 'escaped))))))

;; ---- bytes that are no UTF-8 stand for themselves ----

(call-with-port (open-binary-output-file name)
  (lambda (port)
    (write-u8 #xff port)
    (write-bytevector (bytevector #xce #xbb #x41 #xe2 #x82 #x0a #xc0 #x80) port)))
(show "odd bytes: " (map char->integer (string->list (call-with-input-file name (lambda (p) (read-string 100 p))))))

;; ---- ports in memory ----

(define input (open-input-string "one (two . 3) \"four\\x21;\"\nrest of it\nlast"))
(let* ((a (read input)) (b (read input)) (c (read input)) (d (read-char input)) (e (read-line input))
       (f (char-ready? input)) (g (read-string 2 input)) (h (read-line input)) (i (read-line input)))
  (write (list a b c d e f g h i))
  (newline))
(define output (open-output-string))
(write 'sym output)
(write-char #\space output)
(write-string "0123456789" output 3 5)
(write #\a output)
(show "text: " (get-output-string output) ", open: " (output-port-open? output))
(close-port output)
(show "closed: " (output-port-open? output) ", still there: " (string-length (get-output-string output)))
(define byte-input (open-input-bytevector (bytevector 1 2 3 4 5)))
(define buffer (make-bytevector 4 0))
(let* ((a (peek-u8 byte-input)) (b (read-u8 byte-input)) (c (read-bytevector! buffer byte-input 1 3))
       (d (read-bytevector 10 byte-input)) (e (read-bytevector! buffer byte-input)))
  (write (list a b c buffer d e))
  (newline))
(define kinds (list input output byte-input (current-input-port) (current-output-port) (current-error-port) 'none))
(show "kinds: " (map (lambda (test) (map (lambda (p) (if (test p) 1 0)) kinds)) (list port? input-port? output-port?)))
(show "kinds: " (map (lambda (p) (list (textual-port? p) (binary-port? p))) (list input byte-input)))

;; ---- what fails ----

(define closed (open-input-string "x"))
(close-input-port closed)
(close-port closed)
(for-each (lambda (thunk) (show "failure: " (failure thunk)))
          (list (lambda () (open-input-file "no/such/file"))
                (lambda () (open-output-file "no/such/directory/file"))
                (lambda () (delete-file "no/such/file"))
                (lambda () (read (open-input-string "(1 . ")))
                (lambda () (read (open-input-string "#\\nosuchname")))
                (lambda () (read (open-input-string ")")))
                (lambda () (read-char closed))
                (lambda () (read-u8 input))
                (lambda () (write-u8 1 (open-output-string)))
                (lambda () (write-u8 256 (open-output-bytevector)))
                (lambda () (write 1 input))
                (lambda () (read-string -1 input))
                (lambda () (get-output-string input))
                (lambda () (open-input-string 'symbol))
                (lambda () (close-output-port input))
                (lambda () (read-char (open-input-file ".")))))

;; ---- ports that nobody closes: the collector does, which writes what they hold; even when no more can be opened ----

(define (forget-output text) (write-string text (open-output-file name)))
(forget-output "written by the collector")
(gc)
(show "flushed: " (call-with-input-file name read-line))
(for-each delete-file (list lost left))
(define (forget-ports n)
  (if (> n 0)
      (begin (read-char (open-input-file name))
             (forget-ports (- n 1)))))
(forget-ports left-open)
(show "there: " (file-exists? name) (begin (delete-file name) (file-exists? name)))
