/* start/prelude.c: the part of the system that is written in Scheme: everything that calls procedures, so that a
 * continuation that is captured inside of it is complete (vm/vm.c). One string is one definition; start.c compiles
 * them at start-up. Programs may not use names that begin with %. */
#include "start/start.h"

const char *const prelude_text[] = {
    /* ---- dynamic-wind, exceptions ---- */
    "(define (%rewind k value)"
    "  (let ((to (%continuation-winders k)))"
    "    (define (common a b)"
    "      (let loop ((a a) (b b) (na (length a)) (nb (length b)))"
    "        (cond ((eq? a b) a) ((> na nb) (loop (cdr a) b (- na 1) nb))"
    "              ((> nb na) (loop a (cdr b) na (- nb 1))) (else (loop (cdr a) (cdr b) (- na 1) (- nb 1))))))"
    "    (let ((base (common (%winders) to)))"
    "      (let out ((l (%winders)))"
    "        (if (not (eq? l base)) (begin (%set-winders! (cdr l)) ((cdr (car l))) (out (cdr l)))))"
    "      (let in ((l to))"
    "        (if (not (eq? l base)) (begin (in (cdr l)) ((car (car l))) (%set-winders! l)))))"
    "    (%throw k value)))",

    "(define (dynamic-wind before thunk after)"
    "  (before)"
    "  (%set-winders! (cons (cons before after) (%winders)))"
    "  (let ((result (thunk)))"
    "    (%set-winders! (cdr (%winders)))"
    "    (after)"
    "    result))",

    "(define (with-exception-handler handler thunk)"
    "  (if (not (procedure? handler)) (error \"with-exception-handler: expected a procedure\" handler))"
    "  (let ((outer (%handlers)))"
    "    (%set-handlers! (cons handler outer))"
    "    (let ((result (thunk)))"
    "      (%set-handlers! outer)"
    "      result)))",

    "(define (%raise object)" /* the VM calls it when something has been raised */
    "  (let ((handlers (%handlers)))"
    "    (%set-handlers! (cdr handlers))"
    "    ((car handlers) object)"
    "    (%set-handlers! (cdr handlers))"
    "    (error \"an exception handler has returned\" object)))",

    "(define (raise-continuable object)"
    "  (let ((handlers (%handlers)))"
    "    (if (null? handlers)"
    "        (raise object)"
    "        (begin"
    "          (%set-handlers! (cdr handlers))"
    "          (let ((result ((car handlers) object)))"
    "            (%set-handlers! handlers)"
    "            result)))))",

    "(define (%reraise object line)"
    "  (%set-raised-line! line)"
    "  (if (null? (%handlers)) (%raise-again object) (raise-continuable object)))",

    "(define (%guard-else thunk clauses)"
    "  ((%call/ec"
    "     (lambda (escape)"
    "       (let ((result (with-exception-handler"
    "                       (lambda (object) (escape (lambda () (clauses object))))"
    "                       thunk)))"
    "         (lambda () result))))))",

    /* If no clause holds, the object is raised again in the place where it was raised; that takes a full continuation,
       which is a copy of the stack, so not when what has run out is memory or the stack. */
    "(define (%guard thunk clauses)"
    "  ((%call/ec"
    "     (lambda (escape)"
    "       (let ((result"
    "               (with-exception-handler"
    "                 (lambda (object)"
    "                   (let ((line (%raised-line)))"
    "                     (if (or (out-of-memory? object) (stack-overflow? object))"
    "                         (escape (lambda () (clauses object (lambda () (%raise-again object)))))"
    "                         ((call/cc"
    "                            (lambda (back)"
    "                              (escape"
    "                                (lambda ()"
    "                                  (clauses object"
    "                                           (lambda () (back (lambda () (%reraise object line)))))))))))))"
    "                 thunk)))"
    "         (lambda () result))))))",

    "(define (call-with-values producer consumer) (%apply-values consumer (producer)))",
    "(define (call-with-escape-continuation f) (call/cc f))",
    "(define (exit . code)"
    "  (let out ((l (%winders)))"
    "    (if (pair? l) (begin (%set-winders! (cdr l)) ((cdr (car l))) (out (cdr l)))))"
    "  (apply %exit code))",

    /* ---- promises ---- */
    "(define (%delay thunk) (%make-promise (cons #f thunk)))",
    "(define (make-promise value) (if (promise? value) value (%make-promise (cons #t value))))",
    "(define (force promise)"
    "  (if (not (promise? promise))"
    "      promise"
    "      (let ((state (%promise-state promise)))"
    "        (if (car state)"
    "            (cdr state)"
    "            (let* ((next ((cdr state))) (state (%promise-state promise)))"
    "              (if (not (car state))"
    "                  (let ((other (%promise-state next)))"
    "                    (set-car! state (car other))"
    "                    (set-cdr! state (cdr other))"
    "                    (%promise-set! next state)))"
    "              (force promise))))))",

    /* ---- lists ---- */
    "(define (%cars lists)" /* #f when a list has ended */
    "  (let loop ((l lists) (r '()))"
    "    (cond ((null? l) (reverse r)) ((pair? (car l)) (loop (cdr l) (cons (car (car l)) r))) (else #f))))",
    "(define (%cdrs lists)"
    "  (let loop ((l lists) (r '())) (if (null? l) (reverse r) (loop (cdr l) (cons (cdr (car l)) r)))))",

    "(define (map f l . more)"
    "  (if (null? more)"
    "      (let loop ((l l) (r '()))"
    "        (if (pair? l) (loop (cdr l) (cons (f (car l)) r)) (reverse r)))"
    "      (let loop ((ls (cons l more)) (r '()))"
    "        (let ((cars (%cars ls)))"
    "          (if cars (loop (%cdrs ls) (cons (apply f cars) r)) (reverse r))))))",

    "(define (for-each f l . more)"
    "  (if (null? more)"
    "      (let loop ((l l)) (if (pair? l) (begin (f (car l)) (loop (cdr l)))))"
    "      (let loop ((ls (cons l more)))"
    "        (let ((cars (%cars ls)))"
    "          (if cars (begin (apply f cars) (loop (%cdrs ls))))))))",

    "(define (append-map f . ls) (apply append (apply map f ls)))",
    "(define (filter f l)"
    "  (let loop ((l l) (r '()))"
    "    (if (pair? l) (loop (cdr l) (if (f (car l)) (cons (car l) r) r)) (reverse r))))",
    "(define (remove f l) (filter (lambda (x) (not (f x))) l))",
    "(define (delete x l) (filter (lambda (y) (not (equal? x y))) l))",
    "(define (partition f l)"
    "  (let loop ((l l) (a '()) (b '()))"
    "    (cond ((null? l) (values (reverse a) (reverse b)))"
    "          ((f (car l)) (loop (cdr l) (cons (car l) a) b))"
    "          (else (loop (cdr l) a (cons (car l) b))))))",
    "(define (find f l) (cond ((null? l) #f) ((f (car l)) (car l)) (else (find f (cdr l)))))",
    "(define (any f l) (cond ((null? l) #f) ((f (car l))) (else (any f (cdr l)))))",
    "(define (every f l)"
    "  (let loop ((l l) (last #t)) (if (null? l) last (let ((v (f (car l)))) (if v (loop (cdr l) v) #f)))))",
    "(define (fold-left f seed l . more)"
    "  (if (null? more)"
    "      (let loop ((s seed) (l l)) (if (pair? l) (loop (f s (car l)) (cdr l)) s))"
    "      (let loop ((s seed) (ls (cons l more)))"
    "        (let ((cars (%cars ls))) (if cars (loop (apply f s cars) (%cdrs ls)) s)))))",
    "(define (fold-right f seed l . more)"
    "  (if (null? more)"
    "      (let loop ((s seed) (l (reverse l))) (if (pair? l) (loop (f (car l) s) (cdr l)) s))"
    "      (let loop ((s seed) (ls (map reverse (cons l more))))"
    "        (let ((cars (%cars ls))) (if cars (loop (apply f (append cars (list s))) (%cdrs ls)) s)))))",
    "(define (fold f seed l) (let loop ((s seed) (l l)) (if (pair? l) (loop (f (car l) s) (cdr l)) s)))",
    "(define (reduce f seed l)"
    "  (if (null? l) seed (let loop ((s (car l)) (l (cdr l))) (if (pair? l) (loop (f (car l) s) (cdr l)) s))))",
    "(define (member x l . same)"
    "  (if (null? same)"
    "      (%member x l)"
    "      (let loop ((l l)) (cond ((null? l) #f) (((car same) x (car l)) l) (else (loop (cdr l)))))))",
    "(define (assoc x l . same)"
    "  (if (null? same)"
    "      (%assoc x l)"
    "      (let loop ((l l)) (cond ((null? l) #f) (((car same) x (car (car l))) (car l)) (else (loop (cdr l)))))))",

    /* ---- sorting: stable, of lists and vectors, with the arguments in either order ---- */
    "(define (%merge less? a b)"
    "  (let loop ((a a) (b b) (r '()))"
    "    (cond ((null? a) (append-reverse r b))"
    "          ((null? b) (append-reverse r a))"
    "          ((less? (car b) (car a)) (loop a (cdr b) (cons (car b) r)))"
    "          (else (loop (cdr a) b (cons (car a) r))))))",
    "(define (%sort less? l n)"
    "  (cond ((= n 0) '())"
    "        ((= n 1) (list (car l)))"
    "        (else (let ((h (quotient n 2)))"
    "                (%merge less? (%sort less? l h) (%sort less? (list-tail l h) (- n h)))))))",
    "(define (sort a b)"
    "  (let ((less? (if (procedure? a) a b)) (data (if (procedure? a) b a)))"
    "    (if (vector? data)"
    "        (list->vector (%sort less? (vector->list data) (vector-length data)))"
    "        (%sort less? data (length data)))))",
    "(define (list-sort a b) (sort a b))",
    "(define (vector-sort a b) (sort a b))",

    /* ---- vectors, strings, tables ---- */
    "(define (vector-map f v . more)"
    "  (if (null? more)"
    "      (let loop ((i 0) (r '()))"
    "        (if (< i (vector-length v)) (loop (+ i 1) (cons (f (vector-ref v i)) r)) (list->vector (reverse r))))"
    "      (list->vector (apply map f (vector->list v) (map vector->list more)))))",
    "(define (vector-for-each f v . more)"
    "  (if (null? more)"
    "      (let loop ((i 0)) (if (< i (vector-length v)) (begin (f (vector-ref v i)) (loop (+ i 1)))))"
    "      (apply for-each f (vector->list v) (map vector->list more))))",
    "(define (string-for-each f s . more) (apply for-each f (string->list s) (map string->list more)))",
    "(define (string-map f s . more) (list->string (apply map f (string->list s) (map string->list more))))",
    "(define (hashtable-update! table key f . default)"
    "  (hashtable-set! table key (f (hashtable-ref table key (if (pair? default) (car default) #f)))))",
    "(define (hashtable->alist table)"
    "  (%table-entries table))",
    "(define (hashtable-walk table f)"
    "  (for-each (lambda (entry) (f (car entry) (cdr entry))) (%table-entries table)))",
    "(define (call-with-output-string f) (let ((port (open-output-string))) (f port) (get-output-string port)))",

    /* ---- ports ---- */
    "(define (%with-port number port thunk)" /* calls thunk with the port as the current one */
    "  (let ((swap (lambda () (let ((now (%current-port number))) (%set-current-port! number port) (set! port now)))))"
    "    (dynamic-wind swap thunk swap)))",
    "(define (call-with-port port f) (let ((result (f port))) (close-port port) result))",
    "(define (call-with-input-file name f) (call-with-port (open-input-file name) f))",
    "(define (call-with-output-file name f) (call-with-port (open-output-file name) f))",
    "(define (with-input-from-file name thunk)"
    "  (call-with-port (open-input-file name) (lambda (port) (%with-port 0 port thunk))))",
    "(define (with-output-to-file name thunk)"
    "  (call-with-port (open-output-file name) (lambda (port) (%with-port 1 port thunk))))",
    "(define (with-input-from-string text thunk) (%with-port 0 (open-input-string text) thunk))",
    "(define (with-output-to-string thunk)"
    "  (let ((port (open-output-string))) (%with-port 1 port thunk) (get-output-string port)))",

    /* ---- hash tables by the names of SRFI 69 ---- */
    "(define (make-hash-table . options)"
    "  (let ((same (if (pair? options) (car options) equal?)))"
    "    (cond ((or (eq? same equal?) (eq? same string=?)) (make-equal-hashtable))"
    "          ((eq? same eq?) (make-eq-hashtable))"
    "          ((or (eq? same eqv?) (eq? same =) (eq? same char=?)) (make-eqv-hashtable))"
    "          (else (error \"make-hash-table: expected eq?, eqv?, equal? or string=?\" same)))))",
    "(define %missing (list 'missing))",
    "(define (hash-table-ref table key . more)" /* [failure [success]] */
    "  (let ((value (hashtable-ref table key %missing)))"
    "    (cond ((not (eq? value %missing)) (if (and (pair? more) (pair? (cdr more))) ((car (cdr more)) value) value))"
    "          ((and (pair? more) (car more)) ((car more)))"
    "          (else (error \"hash-table-ref: no such key\" key)))))",
    "(define (hash-table-update! table key f . more)"
    "  (hashtable-set! table key"
    "    (let ((value (hashtable-ref table key %missing)))"
    "      (f (cond ((not (eq? value %missing)) value)"
    "               ((and (pair? more) (car more)) ((car more)))"
    "               (else (error \"hash-table-update!: no such key\" key)))))))",
    "(define (hash-table-update!/default table key f default)"
    "  (hashtable-set! table key (f (hashtable-ref table key default))))",
    "(define (hash-table-keys table) (map car (%table-entries table)))",
    "(define (hash-table-values table) (map cdr (%table-entries table)))",
    "(define (hash-table-walk table f) (for-each (lambda (entry) (f (car entry) (cdr entry))) (%table-entries table)))",
    "(define (hash-table-fold table f seed)"
    "  (let loop ((l (%table-entries table)) (seed seed))"
    "    (if (null? l) seed (loop (cdr l) (f (car (car l)) (cdr (car l)) seed)))))",
    "(define (alist->hash-table alist . options)"
    "  (let ((table (apply make-hash-table options)))"
    "    (for-each (lambda (entry)"
    "                (if (not (hashtable-contains? table (car entry)))"
    "                    (hashtable-set! table (car entry) (cdr entry))))"
    "              alist)"
    "    table))",

    /* ---- numbers ---- */
    "(define (%simplest low high)" /* of the ratios between two positive ones: by continued fractions */
    "  (let ((whole (floor low)))"
    "    (cond ((= whole low) whole)"
    "          ((< whole (floor high)) (+ whole 1))"
    "          (else (+ whole (/ 1 (%simplest (/ 1 (- high whole)) (/ 1 (- low whole)))))))))",
    "(define (rationalize x y)"
    "  (cond ((and (exact? x) (exact? y))"
    "         (let ((low (- x (abs y))) (high (+ x (abs y))))"
    "           (cond ((positive? low) (%simplest low high))"
    "                 ((negative? high) (- (%simplest (- high) (- low))))"
    "                 (else 0))))"
    "        ((or (nan? x) (nan? y) (and (infinite? x) (infinite? y))) +nan.0)"
    "        ((infinite? x) x)"
    "        ((infinite? y) 0.0)"
    "        (else (inexact (rationalize (exact x) (exact y))))))",

    /* ---- parameters, libraries, environments ---- */
    "(define (make-parameter value . converter)"
    "  (if (pair? converter)"
    "      (%make-parameter ((car converter) value) (car converter))"
    "      (%make-parameter value #f)))",
    "(define (%parameterize bindings thunk)"
    "  (let ((cells (map (lambda (b)"
    "                      (let ((convert (%parameter-converter (car b))))"
    "                        (cons (car b) (if convert (convert (cdr b)) (cdr b)))))"
    "                    bindings)))"
    "    (define (swap!) (for-each (lambda (b) (set-cdr! b (%parameter-swap! (car b) (cdr b)))) cells))"
    "    (dynamic-wind swap! thunk swap!)))",
    "(define (%start-library library) (let ((thunk (%library-thunk! library))) (if thunk (thunk))))",
    "(define (environment . sets) (let ((e (%make-environment))) (eval (cons 'import sets) e) e))",
    "(define (scheme-report-environment version) (environment '(scheme r5rs)))",
    "(define (null-environment version) (environment '(scheme r5rs)))",
    "(define (load name . place)"
    "  (let* ((place (if (pair? place) (car place) (interaction-environment))) (source (%open-source name place)))"
    "    (let loop ()"
    "      (let ((thunk (%next-thunk source place)))"
    "        (if thunk (begin (thunk) (loop)))))))",
    NULL,
};
