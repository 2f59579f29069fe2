(guard (e (#t
           (vector-ref e 0)))
  (raise 'symbol))
