(expt 7 100) (/ 3 4) (exact->inexact 1/3) (sqrt 16) (number->string 255 16) (string->number "#e1.5") (exact-integer-sqrt 17)
