(define newline-character #\newline)
(define other
  #\nwline)
