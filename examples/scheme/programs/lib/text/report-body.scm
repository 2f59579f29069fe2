(DEFINE (Report . Things)
  (FOR-EACH (LAMBDA (X) (WRITE X) (DISPLAY " ")) Things)
  (NEWLINE))
