;; Recursion that never ends and is no tail call.
(define (count n)
  (+ 1 (count (+ n 1))))

(count 0)
