#include "bench_shared.h"

volatile sig_atomic_t bench_stopping;

static void stop(int signal) {
    (void)signal;
    bench_stopping = 1;
}

const sigset_t *bench_handle_stop(void) {
    static sigset_t waiting, ends;
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, &waiting);
    sigdelset(&waiting, SIGTERM);
    sigdelset(&waiting, SIGINT);
    return &waiting;
}
