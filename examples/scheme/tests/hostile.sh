#!/bin/sh
# hostile.sh: programs that mean harm. Each must end by itself, with status 0 or 1, and with 1 a line that says why.
#
#     hostile.sh INTERPRETER
#
# Prints a line for each failure, then "N inputs, N failed"; exits with 1 when anything failed.
set -u

arguments=INTERPRETER
. "$(dirname "$0")/../testing.sh"
cd "$work" || exit 2

results=$work/results # a line for each input

# hostile STATUS NAME: runs what comes on standard input; STATUS is 0, 1, or any of them: 01.
hostile() {
    cat >input.scm
    timeout -k 5 "${PROGRAM_TIMEOUT:-120}" "$interpreter" --no-files input.scm </dev/null >out 2>err
    status=$?
    case $1 in *$status*) ;; *) status="$status, not $1" ;; esac
    case $status in
    0) echo passed >>"$results" && return ;;
    1) [ "$(wc -l <err)" -eq 1 ] && grep -q '^input.scm' err && echo passed >>"$results" && return ;;
    esac
    echo failed >>"$results"
    echo "FAILED $2: exit status $status: $(head -c 300 err)"
}

# many TEXT COUNT: the text so many times, on one line.
many() { awk -v text="$1" -v n="$2" 'BEGIN { for (i = 0; i < n; i++) printf("%s", text) }'; }

# ---- nesting ----
for open in '(' '#(' "'" '`' '`,' '#;' '#0=(' '(quote ' '(lambda () ' '(let () ' '(if ' '(begin ' \
    '(define-syntax x '; do
    many "$open" 100000 | hostile 1 "100000 times $open"
done
{ many '(' 100000; many ')' 100000; } | hostile 1 'nested lists'
{ printf "(write '"; many '(' 1500; many ')' 1500; printf ')'; } | hostile 0 'lists nested as deep as may be'
many '#| ' 1000000 | hostile 1 'nested comments'
echo "(define (f n) (if (= n 0) '() (list (f (- n 1))))) (define l (f 1000000)) (write (equal? l (f 1000000)))" |
    hostile 0 'data nested a million deep'
echo "(define (f n) (if (= n 0) '() (list (f (- n 1))))) (eval (f 1000000))" | hostile 1 'an expression a million deep'
echo '(define (f) (+ 1 (f))) (f)' | hostile 1 'endless recursion'
echo '(define-syntax f (syntax-rules () ((_ x) (f (x x))))) (f 1)' | hostile 1 'an endless macro'
echo '(define-syntax f (syntax-rules () ((_) (f)))) (f)' | hostile 1 'an endless macro that does not grow'

# ---- what does not end ----
# shellcheck disable=SC1003 # backslashes
for text in '(' '"' '"\' '"\x41' '|' '|\' '#|' '#\' '#' '(1 . ' '#(1 ' '#u8(1 ' '#;' "'" ',@' '#!' '#0=' '"\x;' \
    '(1 . 2 3' ')' '#u8(256)' '#\xD800' '"\xDFFF;"' '#0#' '#0=#0#' '#<x>' '#!eof' '#\nosuch' '. 1' '(. 1)' \
    '(1 .)' '#u8(a)' '"\q"' '#99999999999999=1'; do
    printf '%s' "$text" | hostile 01 "unterminated or malformed: $text"
done

# ---- cycles ----
echo "'#0=(1 . #0#)" | hostile 0 'a cyclic constant'
echo '#0=(display . #0#)' | hostile 1 'a cyclic call'
echo '(let #0=((x 1) . #0#) x)' | hostile 1 'cyclic bindings'
echo '#0=(begin . #0#)' | hostile 1 'a cyclic body'
echo '(lambda #0=(x . #0#) x)' | hostile 1 'cyclic parameters'
echo '(cond . #0=((#f 1) . #0#))' | hostile 1 'cyclic clauses'
echo '`#0=(1 ,(+ 1 1) . #0#)' | hostile 01 'a cyclic template'
echo '(define #0=(#0# . #0#) 1)' | hostile 1 'a cyclic name'
echo '(define-values #0=(a #0# . #0#) (values))' | hostile 1 'cyclic names'
echo '(define (f) (set! #0=(#0# #(#0#) . #0#) 1))' | hostile 1 'a cyclic assignment'
echo '(cond-expand #0=(#0# . #0#))' | hostile 1 'cyclic features'
echo '(define-record-type #0=(#0# . #0#) #0# #0# #0#)' | hostile 1 'a cyclic type'
echo "(write '#0=(1 #(#0#) . #0#)) (display '#1=#(#1#)) (write (equal? '#0=(1 . #0#) '#1=(1 1 . #1#)))" |
    hostile 0 'printing and comparing cycles'
echo "(length '#0=(1 . #0#))" | hostile 1 'the length of a cycle'
echo "(list-copy '#0=(1 . #0#))" | hostile 1 'a copy of a cycle'
echo "(map cons '#0=(1 . #0#) '(1 2))" | hostile 0 'map over a cycle and a list'
echo "(apply + '#0=(1 . #0#))" | hostile 1 'a cycle of arguments'

# ---- length ----
{ printf "(write (string-length (symbol->string '"; many x 1000000; printf ')))'; } |
    hostile 0 'a symbol of a million characters'
{ printf '(write (string-length "'; many x 1000000; printf '"))'; } | hostile 0 'a string of a million characters'
many 7 100000 | hostile 0 'a number of 100000 digits'
{ printf '(+ '; many '1 ' 100000; printf ')'; } | hostile 01 'a call of 100000 arguments'
{ printf "(length '("; many '1 ' 1000000; printf '))'; } | hostile 0 'a list of a million'
{ many '(define (f x) (+ x 1)) ' 20000; } | hostile 0 'many definitions'

# ---- bytes ----
printf '(write "\377\376\200\300\300")(write (quote \360\237\230))' | hostile 0 'no UTF-8'
printf '(write 1)\000(write 2)' | hostile 01 'a zero byte'
head -c 100000 "$interpreter" | hostile 01 'the interpreter itself'

# ---- numbers ----
for e in '(expt 7 (expt 7 70))' '(exact->inexact (expt 7 1000000))' '(exact (/ 1. 0))' '(exact +nan.0)' \
    '(string->number "1e999999999999")' '#e1e999999999' '1e-999999999999' '(make-vector (expt 2 70) 0)' \
    '(make-string 1e10)' '(vector-ref (vector 1) (expt 2 64))' '(quotient 1 0)' '(/ 0 0)' '(modulo 5 0.0)' \
    '(expt 0 -1)' '(exact->inexact 1/3)' '(number->string 1/3 1)' '(number->string 10 37)' '(sqrt -1)' '(log 0)' \
    '(atan 0 0)' '(exact-integer-sqrt -1)' '(exact-integer-sqrt (expt 10 1000))' '(* (expt 2 62) 2)' \
    '(- (expt -2 62) 1)' '(abs (- (expt 2 62)))' '(quotient (- (expt 2 62)) -1)' '(integer->char -1)' \
    '(integer->char 55296)' '(integer->char 1114112)' '(make-bytevector -1)' '(list-tail (list) 1)' \
    '(string-ref "" 0)' '(substring "abc" 2 1)' '(rationalize 1/3 +inf.0)' '(gcd 1/2)' '(exact-rational? 1)' \
    '(number->string +nan.0 2)'; do
    echo "(write $e)" | hostile 01 "$e"
done
for e in 1@ 1+2 @1 1@2@3 1+-i 1/0+i 1@1/0 '#e1@+inf.0' '#e+inf.0+i' '#i' '#x1@2i' \
    1e999999999999+1e-999999999999i '#e1e999999999+i' '#e1e99999999999i' 1e400+1e400i '(exact 1e400+i)' \
    '(expt 1+i 1000000000000)' '(expt 1/2+1/3i (- (expt 10 30)))' '(expt 0 -1+i)' '(expt 0.0+0.0i 0.0+0.0i)' \
    '(expt +i (expt 7 1000))' '(expt 1.5+i (expt 7 1000))' '(expt 2 (make-rectangular (expt 7 1000) 1))' \
    '(sqrt (make-rectangular (expt 7 100000) (expt 7 -100000)))' \
    '(log (make-rectangular (expt 7 100000) (expt 7 -100000)))' \
    '(exp (make-rectangular (expt 7 1000) (expt 7 1000)))' '(atan +i)' '(atan -i)' '(atan 1 +i)' '(log 0 -1)' \
    '(log -1 1)' '(/ 1+i 0.0)' '(make-polar +inf.0 +nan.0)' '(make-rectangular 1+i 1)' '(asin +inf.0)' \
    '(acos -inf.0+nan.0i)' '(number->string +nan.0+inf.0i 2)' '(make-vector 1+i 0)' '(list-tail (list 1 2) +i)' \
    '(exact-rational? 1+i)' '(angle 0.0+0.0i)' '(number->string (expt 7/3+i 3000) 7)'; do
    echo "(write $e)" | hostile 01 "$e"
done

# ---- control ----
cat <<'END' | hostile 1 'an error in a handler in a dynamic-wind'
(dynamic-wind
  (lambda () 1)
  (lambda () (with-exception-handler (lambda (e) (car e))
               (lambda () (dynamic-wind void (lambda () (raise 'x)) (lambda () (car 2))))))
  (lambda () (vector-ref (vector) 0)))
END
cat <<'END' | hostile 1 'handlers that raise for ever'
(define (f) (with-exception-handler (lambda (e) (f)) (lambda () (raise 'again)))) (f)
END
cat <<'END' | hostile 1 'an error in an after, on the way out'
(call/cc (lambda (k) (dynamic-wind void (lambda () (k 1)) (lambda () (error "after")))))
END
cat <<'END' | hostile 1 'a continuation that is re-entered after its port was closed'
(define k #f)
(define n 0)
(define port (open-input-string "abc"))
(call-with-port port (lambda (p) (call/cc (lambda (c) (set! k c))) (read-char p)))
(set! n (+ n 1))
(if (< n 3) (k #f))
END
echo '(define k #f) (define n 0) (map (lambda (x) (call/cc (lambda (c) (set! k c) x))) (list 1 2 3))
    (set! n (+ n 1)) (if (< n 1000) (k n))' |
    hostile 0 'map re-entered'
echo '(define k #f) (sort (list 3 1 2) (lambda (a b) (call/cc (lambda (c) (set! k c) (< a b)))))
    (if k (let ((c k)) (set! k #f) (c #t)))' |
    hostile 0 'sort re-entered'
echo '(define l (list)) (let loop () (set! l (cons (make-vector 1000 0) l)) (loop))' |
    TENURE_HEAP_MAX=64M hostile 1 'all the memory'
echo '(let loop ((s "x")) (loop (string-append s s)))' | TENURE_HEAP_MAX=64M hostile 1 'a string that doubles'
echo '(let loop ((n 3)) (loop (* n n)))' | TENURE_HEAP_MAX=64M hostile 1 'a number that squares'
echo '(open-input-file "/etc/passwd")' | hostile 1 'a file, with --no-files'
echo '(raise (list 1 2))' | hostile 1 'an object that is no condition'
echo '(error)' | hostile 1 'an error without a message'
echo '(error (quote #0=(1 . #0#)) (quote #1=#(#1#)))' | hostile 1 'an error with cyclic irritants'
echo '(with-exception-handler (lambda (e) 1) (lambda () (raise 2)))' | hostile 1 'a handler that returns'

failed=$(grep -c failed "$results")
echo "$(grep -c . "$results") inputs, $failed failed"
[ "$failed" -eq 0 ]
