#!/bin/sh
# interrupts.sh: programs that would not end, and are interrupted (SIGINT) once they have printed a line.
#
#     interrupts.sh INTERPRETER
#
# Each must end within INTERRUPT_SECONDS of the signal (20: it takes no time, but a machine may be busy), with the
# status that it should, and print what it should after its first line. INTERRUPT_SIZE is the length of the list that
# is sorted (300000); slow modes want less. Prints a line for each failure, then "N programs, N failed"; exits with 1
# when anything failed, and with 77 (skipped) where SIGINT is ignored, as it is for what a script has put into the
# background.
set -u

arguments=INTERPRETER
. "$(dirname "$0")/../testing.sh"
cd "$work" || exit 2
seconds=${INTERRUPT_SECONDS:-20}
sh -c 'kill -INT $$; exit 0' && { echo "SIGINT is ignored here: nothing can be tested"; exit 77; }
mkfifo lines || exit 2

programs=0
failed=0

# Waits for the first line, interrupts, and keeps what comes then; a program that goes on for too long is killed.
watch() {
    read -r _ || return
    kill -INT "$(cat pid)"
    (sleep "$seconds" && kill -KILL "$(cat pid)") </dev/null >/dev/null 2>&1 &
    cat >rest
    kill $! 2>/dev/null
}

# interrupted STATUS OUTPUT NAME: runs what comes on standard input, after a line is printed.
interrupted() {
    { cat && echo; } >input.scm
    programs=$((programs + 1))
    : >rest
    watch <lines &
    timeout 240 sh -c 'echo $$ >pid; exec "$0" input.scm' "$interpreter" >lines 2>err </dev/null
    status=$?
    wait $!
    if [ $status -eq "$1" ] && [ "$(cat rest)" = "$2" ]; then return; fi
    failed=$((failed + 1))
    echo "FAILED $3: $(ended $status "$seconds"), expected $1; printed '$(head -c 200 rest)', $(head -c 200 err)"
}

ready='(define (ready) (display "ready") (newline) (flush-output-port))'

interrupted 130 '' 'an endless loop' <<END
$ready (ready) (let loop () (loop))
END
interrupted 130 '' 'an endless loop of calls of primitives' <<END
$ready (ready) (let loop ((x 0)) (car (list x)) (vector-length (make-vector 3 x)) (loop (+ x 1)))
END
interrupted 130 '' 'garbage without end' <<END
$ready (ready) (let loop ((x '())) (loop (cons 1 2)))
END
interrupted 130 '' 'lists that grow and go, without end' <<END
$ready (ready)
(let loop ((n 0) (x '())) (if (= n 1000) (loop 0 '()) (loop (+ n 1) (cons (make-string 10 #\x) x))))
END
interrupted 130 '' 'sorts of a long list' <<END
$ready
(define (numbers n seed l) (if (= n 0) l (numbers (- n 1) (modulo (* seed 16807) 2147483647) (cons seed l))))
(define l (numbers ${INTERRUPT_SIZE:-300000} 1 '()))
(ready) (let loop () (sort l <) (loop))
END
interrupted 130 '' 'deep recursions' <<END
$ready (define (f n) (if (= n 0) 0 (+ 1 (f (- n 1)))))
(ready) (let loop () (f 1000000) (loop))
END
interrupted 130 '' 'large numbers' <<END
$ready (ready) (let loop ((n 1000)) (expt 3 n) (loop (+ 1 (modulo n 20000))))
END
interrupted 130 '' 'map and apply' <<END
$ready (define l (vector->list (make-vector 1000 1)))
(ready) (let loop () (apply + (map (lambda (x) (* x 2)) l)) (loop))
END
interrupted 130 '' 'output to a string' <<END
$ready (define v (make-vector 10000 '(a "b" #\c 1.5)))
(ready) (let loop () (write v (open-output-string)) (loop))
END
interrupted 130 '' 'continuations that are re-entered' <<END
$ready (define k #f) (ready) (let () (call/cc (lambda (c) (set! k c))) (k #f))
END
interrupted 130 '' 'dynamic-wind' <<END
$ready
(ready) (let loop () (dynamic-wind (lambda () #f) (lambda () (vector 1 2)) (lambda () #f)) (loop))
END
interrupted 7 'caught' 'a guard that ends the program' <<END
$ready (guard (e ((interrupt? e) (display "caught") (exit 7))) (ready) (let loop () (loop)))
END
interrupted 0 'inner outer go on' 'a guard around two dynamic-winds, after which the program goes on' <<END
$ready
(guard (e ((interrupt? e) (display "go on")))
  (dynamic-wind (lambda () #f)
    (lambda ()
      (dynamic-wind (lambda () #f)
        (lambda () (ready) (let loop ((l '())) (loop (list 1))))
        (lambda () (display "inner "))))
    (lambda () (display "outer "))))
END
interrupted 130 '' 'a guard that wants something else' <<END
$ready (guard (e ((string? e) (display "no")) ((error-object? e) (if (interrupt? e) (raise e)) (display "error")))
  (ready) (let loop () (loop)))
END
interrupted 3 'handler' 'a handler' <<END
$ready
(with-exception-handler
  (lambda (e) (display (if (interrupt? e) "handler" "other")) (exit 3))
  (lambda () (ready) (let loop () (loop))))
END
echo "$programs programs, $failed failed"
[ $failed -eq 0 ]
