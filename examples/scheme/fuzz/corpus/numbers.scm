(expt 7 100) (/ 3 4) (exact->inexact 1/3) (sqrt 16) (number->string 255 16) (string->number "#e1.5") (exact-integer-sqrt 17)
(sqrt -4) (* 1+2i 1/2-i) (expt 1.5-i 3) (log -1) 1@2 (number->string +inf.0-i 8) (string->number "#x-a/b+i") (make-polar 2 1/3) (= 1+i 1.0+1.0i)
(1@-inf.0 +inf.0@1e400 -nan.0 +nan.0-inf.0i)
