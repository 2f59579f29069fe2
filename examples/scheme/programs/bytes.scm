;; bytes.scm: bytevectors: a sieve, a codec, and records packed into bytes.
;;
;; Reads the sieve's size, the length of a text, and how many records are packed.

(define sieve-size (read))
(define text-length (read))
(define record-count (read))

(define (show . things)
  (for-each display things)
  (newline))

;; ---- the procedures of the standard ----

(define b (bytevector 1 2 3 4 5))
(write (list b (bytevector) (make-bytevector 3 7) '#u8(0 255) (bytevector-length b) (bytevector-u8-ref b 4)))
(newline)
(write (list (bytevector? b) (bytevector? "no") (equal? b '#u8(1 2 3 4 5)) (equal? b '#u8(1 2 3 4)) (eqv? b b)))
(newline)
(bytevector-u8-set! b 0 200)
(write (list b (bytevector-copy b) (bytevector-copy b 2) (bytevector-copy b 1 3) (bytevector-append b '#u8() b)))
(newline)
(bytevector-copy! b 1 b 0 3)
(write b)
(bytevector-copy! b 0 b 2)
(write b)
(bytevector-copy! b 2 (bytevector 9 8 7) 1 2)
(write b)
(newline)
(write (list (utf8->string '#u8(65 206 187 240 159 152 128)) (utf8->string '#u8(65 66 67) 1 2)
             (string->utf8 "aλ") (string->utf8 "aλb" 1) (string->utf8 "aλb" 1 2)))
(newline)

(define (refused? thunk) (guard (e ((error-object? e) #t)) (thunk) #f))
(show "refused: "
      (map refused? (list (lambda () (bytevector-u8-ref b 5)) (lambda () (bytevector-u8-ref b -1))
                          (lambda () (bytevector-u8-set! b 0 256)) (lambda () (bytevector 1 -1))
                          (lambda () (make-bytevector -1)) (lambda () (bytevector-copy b 3 2))
                          (lambda () (bytevector-copy! b 3 '#u8(1 2 3))) (lambda () (bytevector-append b "x"))
                          (lambda () (utf8->string '#u8(1) 2)) (lambda () (read (open-input-string "#u8(1 300)"))))))

;; ---- a sieve of bytes ----

(define (primes n)
  (let ((composite (make-bytevector (+ n 1) 0)))
    (let loop ((i 2) (count 0))
      (cond ((> i n) count)
            ((= 1 (bytevector-u8-ref composite i)) (loop (+ i 1) count))
            (else (do ((j (* i i) (+ j i))) ((> j n)) (bytevector-u8-set! composite j 1))
                  (loop (+ i 1) (+ count 1)))))))
(show "primes: " (primes sieve-size))

;; ---- runs of equal bytes, written as count and byte, and back ----

(define (pack bytes)
  (let ((out (open-output-bytevector)) (n (bytevector-length bytes)))
    (let loop ((i 0))
      (if (< i n)
          (let run ((j (+ i 1)))
            (if (and (< j n) (< (- j i) 255) (= (bytevector-u8-ref bytes i) (bytevector-u8-ref bytes j)))
                (run (+ j 1))
                (begin (write-u8 (- j i) out)
                       (write-u8 (bytevector-u8-ref bytes i) out)
                       (loop j))))
          (get-output-bytevector out)))))
(define (unpack bytes)
  (let ((in (open-input-bytevector bytes)) (out (open-output-bytevector)))
    (let loop ()
      (let ((count (read-u8 in)))
        (if (eof-object? count)
            (get-output-bytevector out)
            (begin (write-bytevector (make-bytevector count (read-u8 in)) out) (loop)))))))
(define seed 1)
(define (random-below! n)
  (set! seed (modulo (* seed 16807) 2147483647))
  (modulo seed n))
(define text
  (let ((out (open-output-string)))
    (let loop ((left text-length))
      (if (> left 0)
          (let ((n (min left (+ 1 (random-below! 20)))))
            (write-string (make-string n (integer->char (+ 945 (random-below! 24)))) out)
            (loop (- left n)))))
    (get-output-string out)))
(define utf8 (string->utf8 text))
(define doubled (let ((out (open-output-bytevector)))
                  (do ((i 0 (+ i 1))) ((= i (bytevector-length utf8)))
                    (write-u8 (quotient (bytevector-u8-ref utf8 i) 16) out))
                  (get-output-bytevector out)))
(define packed (pack doubled))
(show "text: " (string-length text) " characters, " (bytevector-length utf8) " bytes, packed "
      (bytevector-length packed))
(show "back: " (equal? (unpack packed) doubled) (string=? text (utf8->string utf8)))

;; ---- records of six bytes in a list of blocks, found by their content ----

(define (number->bytes n) (bytevector (quotient n 65536) (modulo (quotient n 256) 256) (modulo n 256)))
(define (bytes->number b at)
  (+ (* 65536 (bytevector-u8-ref b at)) (* 256 (bytevector-u8-ref b (+ at 1))) (bytevector-u8-ref b (+ at 2))))
(define index (make-equal-hashtable))
(define records
  (let loop ((i 0) (l '()))
    (if (= i record-count)
        l
        (let ((key (number->bytes (modulo (* i 7919) 16777216))))
          (hashtable-set! index key i)
          (loop (+ i 1) (cons (bytevector-append key (number->bytes i)) l))))))
(define all (apply bytevector-append records))
(show "records: " (bytevector-length all) " bytes, " (hashtable-size index) " keys")
(define (check at good)
  (if (= at (bytevector-length all))
      good
      (check (+ at 6)
             (if (eqv? (hashtable-ref index (bytevector-copy all at (+ at 3)) #f) (bytes->number all (+ at 3)))
                 (+ good 1)
                 good))))
(show "found: " (check 0 0))
