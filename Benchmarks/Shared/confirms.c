#include "bench_confirms.h"
#include "bench_shared.h"

#include <stdlib.h>

void bench_confirms_open(struct bench_confirms *confirms, uint64_t slots) {
    *confirms = (struct bench_confirms){.mask = slots - 1, .settled = calloc(slots, 1)};
    if (confirms->settled == NULL) bench_die("out of memory");
}

void bench_confirms_settle(struct bench_confirms *confirms, uint64_t tag, bool multiple,
    void (*each)(void *context, uint64_t tag), void *context) {
    if (tag <= confirms->floor) return;
    if (tag - confirms->floor > confirms->mask) bench_die("a confirm for a tag that is too far ahead");
    for (uint64_t t = multiple ? confirms->floor + 1 : tag; t <= tag; t++) {
        uint8_t *settled = &confirms->settled[t & confirms->mask];
        if (*settled) continue;
        *settled = 1;
        if (each != NULL) each(context, t);
    }
    while (confirms->settled[(confirms->floor + 1) & confirms->mask]) {
        confirms->floor++;
        confirms->settled[confirms->floor & confirms->mask] = 0;
    }
}
