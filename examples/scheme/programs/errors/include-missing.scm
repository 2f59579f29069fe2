(include "not-there.scm")
