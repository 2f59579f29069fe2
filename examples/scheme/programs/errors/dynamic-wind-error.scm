(dynamic-wind
  (lambda () #t)
  (lambda ()
    (list-ref '(1 2 3)
              3))
  (lambda () #t))
