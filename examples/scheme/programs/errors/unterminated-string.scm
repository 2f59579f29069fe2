(display "ends here")
(define text "this one
goes on and on
