;; Says what it is told, and how often it has been loaded: once.
(define-library (lib text report)
  (cond-expand
    ((and r7rs (library (scheme write)) (not no-such-feature)) (import (scheme base) (scheme write)))
    (else (import (no such library))))
  (include-library-declarations "report-exports.scm")
  (include-ci "report-body.scm")
  (begin (display "report is ready") (newline)))
