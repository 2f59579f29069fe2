;; search.scm: strings searched for in a long text: naively, after Knuth, Morris and Pratt, and after Horspool, and
;; words counted in a table. A string of some size that stays, and small ones that come and go.
;;
;; Reads two numbers: the length of the text, and how often each way searches.

(define size (read))
(define turns (read))

(define (show . things)
  (for-each display things)
  (newline))

(define seed 5)
(define (random-below! n)
  (set! seed (modulo (* seed 16807) 2147483647))
  (modulo seed n))
(define text
  (let ((s (make-string size #\space)))
    (do ((i 0 (+ i 1))) ((= i size) s) (string-set! s i (string-ref "aababb ab" (random-below! 9))))))

;; Each way gives the number of places where the pattern is found.
(define (naive pattern)
  (let ((m (string-length pattern)))
    (let loop ((i 0) (found 0))
      (if (> (+ i m) size)
          found
          (loop (+ i 1)
                (let same ((j 0))
                  (cond ((= j m) (+ found 1))
                        ((char=? (string-ref text (+ i j)) (string-ref pattern j)) (same (+ j 1)))
                        (else found))))))))
(define (knuth-morris-pratt pattern)
  (let* ((m (string-length pattern)) (back (make-vector (+ m 1) 0)))
    (define (advance c k)               ; how much is matched after c, when k characters were
      (cond ((and (< k m) (char=? c (string-ref pattern k))) (+ k 1))
            ((= k 0) 0)
            (else (advance c (vector-ref back k)))))
    (do ((i 1 (+ i 1))) ((= i m)) (vector-set! back (+ i 1) (advance (string-ref pattern i) (vector-ref back i))))
    (let loop ((i 0) (k 0) (found 0))
      (if (= i size)
          found
          (let ((k (advance (string-ref text i) k))) (loop (+ i 1) k (if (= k m) (+ found 1) found)))))))
(define (horspool pattern)
  (let* ((m (string-length pattern)) (skip (make-vector 128 m)))
    (do ((i 0 (+ i 1))) ((>= i (- m 1))) (vector-set! skip (char->integer (string-ref pattern i)) (- m i 1)))
    (let loop ((end (- m 1)) (found 0))
      (if (>= end size)
          found
          (loop (+ end (vector-ref skip (char->integer (string-ref text end))))
                (let same ((j (- m 1)) (i end))
                  (cond ((< j 0) (+ found 1))
                        ((char=? (string-ref text i) (string-ref pattern j)) (same (- j 1) (- i 1)))
                        (else found))))))))
(define patterns '("ab" "abba" "aabaab" "ab ab ab" "bbbbbbbbbb"))
(define (repeat way) (let loop ((i 1)) (let ((counts (map way patterns))) (if (= i turns) counts (loop (+ i 1))))))
(define by-naive (repeat naive))
(show "found: " by-naive)
(show "all agree: " (equal? by-naive (repeat knuth-morris-pratt)) " " (equal? by-naive (repeat horspool)))

(define words (make-equal-hashtable))
(let loop ((i 0) (start 0))
  (when (<= i size)
    (if (or (= i size) (char=? (string-ref text i) #\space))
        (let ((word (substring text start i)))
          (hashtable-set! words word (+ 1 (hashtable-ref words word 0)))
          (loop (+ i 1) (+ i 1)))
        (loop (+ i 1) start))))
(show "words: " (hashtable-size words) ", ab: " (hashtable-ref words "ab" 0) ", none: " (hashtable-ref words "" 0))
