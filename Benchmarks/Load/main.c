// Publishes send requests (all at once, or in an open loop at a rate) and does the small things that the harness
// needs of the broker while a run is on.

#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage(void) {
    fputs("usage: bench-load publish CLASS APP PREFIX COUNT RATE [LOGFILE]   (RATE 0: as fast as the broker confirms)\n"
          "       bench-load control                                       (commands on standard input)\n"
          "BENCH_AMQP_URL names the broker.\n",
        stderr);
    return 64;
}

int main(int argc, char **argv) {
    const char *url = getenv("BENCH_AMQP_URL");
    if (argc < 2 || url == NULL) return usage();
    if (strcmp(argv[1], "control") == 0 && argc == 2) {
        control_run(url);
        return 0;
    }
    if (strcmp(argv[1], "publish") != 0 || argc < 7 || argc > 8) return usage();
    struct load load = {
        .url = url,
        .class = argv[2],
        .app = argv[3],
        .prefix = argv[4],
        .count = bench_number("COUNT", argv[5]),
        .rate = bench_number("RATE", argv[6]),
        .log = argc == 8 ? argv[7] : NULL,
    };
    if (strcmp(load.class, "transactional") != 0 && strcmp(load.class, "promotional") != 0) return usage();
    load_publish(&load);
    return 0;
}
