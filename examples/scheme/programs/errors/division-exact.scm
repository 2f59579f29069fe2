(let loop ((n 3))
  (/ 12 n)
  (loop (- n 1)))
