;; destruct.scm: lists that are taken apart and put together again in place: reversal, merge sort, rings, queues, with
;; set-car! and set-cdr! only. Every store may make an old pair point to a young one.
;;
;; Reads two numbers: the length of the lists, and how often they are worked on.

(define size (read))
(define turns (read))

(define (show . things)
  (for-each display things)
  (newline))

(define seed 1)
(define (random-below! n)
  (set! seed (modulo (* seed 16807) 2147483647))
  (modulo seed n))

;; ---- reversal in place ----

(define (reverse! list)
  (let loop ((list list) (done '()))
    (if (null? list)
        done
        (let ((rest (cdr list)))
          (set-cdr! list done)
          (loop rest list)))))

(define numbers (let loop ((i size) (l '())) (if (= i 0) l (loop (- i 1) (cons i l)))))
(define turned (let loop ((i 0) (l numbers)) (if (= i turns) l (loop (+ i 1) (reverse! l)))))
(show "reversed " turns " times: " (car turned) " ... " (list-ref turned (- size 1)))

;; ---- merge sort that only changes cdrs ----

(define (merge! a b)
  (let ((head (list #f)))
    (let loop ((a a) (b b) (last head))
      (cond ((null? a) (set-cdr! last b))
            ((null? b) (set-cdr! last a))
            ((<= (car a) (car b)) (set-cdr! last a) (loop (cdr a) b a))
            (else (set-cdr! last b) (loop a (cdr b) b))))
    (cdr head)))
(define (cut! list n)                   ; cuts after n pairs; returns the rest
  (if (= n 1)
      (let ((rest (cdr list))) (set-cdr! list '()) rest)
      (cut! (cdr list) (- n 1))))
(define (sort! list n)
  (if (< n 2)
      list
      (let* ((half (quotient n 2)) (rest (cut! list half)))
        (merge! (sort! list half) (sort! rest (- n half))))))
(define (ascending? l) (or (null? l) (null? (cdr l)) (and (<= (car l) (cadr l)) (ascending? (cdr l)))))
(define (random-list n) (let loop ((i 0) (l '())) (if (= i n) l (loop (+ i 1) (cons (random-below! 100000) l)))))
(define (sum l) (let loop ((l l) (s 0)) (if (null? l) s (loop (cdr l) (+ s (car l))))))
(define (sort-and-check i)
  (let* ((l (random-list size)) (before (sum l)) (sorted (sort! l size)))
    (and (ascending? sorted) (= before (sum sorted)) (= size (length sorted)))))
(show "sorted: " (let loop ((i 0)) (or (= i (quotient turns 20)) (and (sort-and-check i) (loop (+ i 1))))))

;; ---- a ring: Josephus's problem, where every third leaves ----

(define (ring n)
  (let ((first (list 1)))
    (let loop ((i 2) (last first))
      (if (> i n)
          (begin (set-cdr! last first) last)
          (let ((new (list i))) (set-cdr! last new) (loop (+ i 1) new))))))
(define (last-one n)
  (let loop ((p (ring n)) (left n))
    (if (= left 1)
        (car p)
        (let ((before (cddr p)))
          (set-cdr! before (cddr before))
          (loop before (- left 1))))))
(show "the last of " size ": " (last-one size))

;; ---- a table of lists of lists, in which cells are moved from one list to another, as in Gabriel's benchmark ----

(define (make-row i) (let loop ((j 0) (l '())) (if (= j 10) l (loop (+ j 1) (cons (list i j) l)))))
(define rows (let loop ((i 9) (l '())) (if (< i 0) l (loop (- i 1) (cons (make-row i) l)))))
(define (move-cell! from to)            ; the second cell of one row becomes the second of another
  (let ((cell (cdr from)))
    (when (pair? (cdr cell))
      (set-cdr! from (cdr cell))
      (set-cdr! cell (cdr to))
      (set-cdr! to cell)
      (set-car! cell (cons (length to) (car cell)))
      (when (> (length (car cell)) 12) (set-cdr! (cddr (car cell)) (list 'cut))))))
(do ((i 0 (+ i 1))) ((= i (* 20 turns)))
  (let ((from (list-ref rows (random-below! 10))) (to (list-ref rows (random-below! 10))))
    (unless (eq? from to) (move-cell! from to))))
(show "cells: " (sum (map length rows)) " in rows of " (map length rows))
(show "labels: " (sum (map (lambda (row) (sum (map length row))) rows)))

;; ---- queues with a pointer to the end ----

(define (make-queue) (let ((head (list 'head))) (cons head head)))
(define (enqueue! q x) (let ((new (list x))) (set-cdr! (cdr q) new) (set-cdr! q new)))
(define (dequeue! q)
  (let ((first (cdr (car q))))
    (set-cdr! (car q) (cdr first))
    (when (null? (cdr first)) (set-cdr! q (car q)))
    (car first)))
(define queue (make-queue))
(define (rotate n total)
  (if (= n 0)
      total
      (begin
        (enqueue! queue (list n))
        (enqueue! queue (list n n))
        (let ((a (dequeue! queue)))
          (when (> (length a) 1) (enqueue! queue (cdr a)))
          (rotate (- n 1) (+ total (car a)))))))
(show "queue: " (rotate (* 30 turns) 0) ", left " (length (cdr (car queue))))
