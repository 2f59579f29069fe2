(display "first")
(quote (1 #3# 2))
