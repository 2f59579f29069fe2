(define (parse text)
  (or (string->number text)
      (error "not a number:" text)))

(guard (outer ((symbol? outer) 'no))
  (guard (inner ((string? inner) 'no))
    (parse "12")
    (parse "12o")))
