;; No clause wants it, so it goes on, and the line is still that of the raise.
(define (risky n)
  (if (> n 1)
      (raise 'unlucky)
      n))

(guard (e ((string? e) 'a-string)
          ((number? e) 'a-number))
  (risky 1)
  (risky 2))
