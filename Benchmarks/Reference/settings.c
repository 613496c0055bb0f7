#include "reference.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *needed(const char *name) {
    const char *value = getenv(name);
    if (value != NULL && *value != '\0') return value;
    fprintf(stderr, "%s is not set\n", name);
    exit(64);
}

struct settings settings_read(int argc, char **argv) {
    struct settings s = {.slots = 256, .reserved = 2};
    static const struct option options[] = {{"slots", 1, 0, 's'}, {"reserved", 1, 0, 'r'}, {"prefetch", 1, 0, 'p'},
        {"count", 1, 0, 'n'}, {"ack-multiple", 0, 0, 'm'}, {0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) switch (option) {
            case 's': s.slots = (unsigned)bench_number("--slots", optarg); break;
            case 'r': s.reserved = (unsigned)bench_number("--reserved", optarg); break;
            case 'p': s.prefetch = (unsigned)bench_number("--prefetch", optarg); break;
            case 'n': s.count = bench_number("--count", optarg); break;
            case 'm': s.ack_multiple = true; break;
            default: exit(64);
        }
    if (s.prefetch == 0) s.prefetch = 2 * s.slots;
    if (s.slots == 0 || s.slots > 4096 || s.reserved >= s.slots || s.prefetch > 16384) {
        fprintf(stderr, "--slots 1-4096, --reserved below it, --prefetch up to 16384\n");
        exit(64);
    }
    s.amqp_url = needed("SWITCHBOARD_WORKER_AMQP_URL");
    s.api_url = needed("TWILIO_API_BASE_URL");
    s.account_sid = needed("TWILIO_ACCOUNT_SID");
    s.token = needed("TWILIO_AUTH_TOKEN");
    s.from = needed("TWILIO_DEFAULT_FROM_NUMBER");
    s.public_url = needed("SWITCHBOARD_PUBLIC_URL");
    return s;
}
