/* bench/stopped.c: runs a program, and stops it for OFF milliseconds after each ON milliseconds of running, as a busy
 * neighbour or a container's quota does. Prints its time, to be compared with that of a run without stops (OFF = 0).
 *
 *     stopped ON OFF PROGRAM [ARGUMENT...] */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void wait_for(long milliseconds) {
    struct timespec t = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec * 1e-6; }

int main(int argc, char **argv) {
    if (argc < 4) return fputs("stopped ON OFF PROGRAM [ARGUMENT...]\n", stderr), 2;
    long on = atol(argv[1]), off = atol(argv[2]);
    pid_t child = fork();
    if (!child) execvp(argv[3], argv + 3), _exit(127);
    struct rusage used;
    int status = 0;
    while (wait4(child, &status, off ? WNOHANG : 0, &used) == 0) {
        wait_for(on);
        kill(child, SIGSTOP);
        wait_for(off);
        kill(child, SIGCONT);
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status)) return fputs("stopped: the program failed\n", stderr), 1;
    printf("stopped: %ld ms of %ld: %.3f s cpu, peak %.1f MiB\n", off, on + off,
           seconds(used.ru_utime) + seconds(used.ru_stime), (double)used.ru_maxrss / 1024);
    return 0;
}
