/* io/interrupt.c: owns SIGINT. The handler does only what a signal handler may do: it counts, and calls
 * tn_interrupt, which sets the word that the VM polls at calls and loops anyway. So an interrupt costs nothing until
 * it comes, and the VM raises it there as a condition. */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>

#include "base/error.h"
#include "io/interrupt.h"

enum { PATIENCE = 3 };

static volatile sig_atomic_t pending; /* signals that nobody has noticed yet */
static tn_mutator *volatile polled;
static struct sigaction before;

static void on_signal(int number) {
    if (++pending > PATIENCE) { /* whatever runs does not poll: the next one ends the process */
        signal(number, SIG_DFL);
        return;
    }
    tn_mutator *m = polled;
    if (m) tn_interrupt(m);
}

void interrupt_open(Vm *vm) {
    struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: a read that waits ends */
    sigemptyset(&action.sa_mask);
    pending = 0;
    polled = vm->m;
    if (sigaction(SIGINT, NULL, &before) == 0 && before.sa_handler != SIG_IGN) sigaction(SIGINT, &action, NULL);
}

void interrupt_close(void) {
    if (!polled) return;
    if (before.sa_handler != SIG_IGN) sigaction(SIGINT, &before, NULL);
    polled = NULL;
}

bool interrupt_pending(void) {
    return pending != 0;
}

Value fail_interrupted(Vm *vm) {
    (void)tn_interrupted(vm->m); /* taken, for what waits for input has noticed without a poll */
    pending = 0;
    return fail_at(vm, C_INTERRUPT, 0, 0, "interrupted");
}
