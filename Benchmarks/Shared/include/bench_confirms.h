#ifndef BENCH_CONFIRMS_H
#define BENCH_CONFIRMS_H

#include <stdbool.h>
#include <stdint.h>

/// Which tags of a channel are settled, when they settle in any order, singly or by `multiple`.
struct bench_confirms {
    uint64_t floor;   ///< every tag up to this one is settled
    uint64_t mask;    ///< slots - 1
    uint8_t *settled; ///< by tag & mask, for tags above the floor
};

/// For at most `slots` (a power of two) tags between the oldest open one and the newest.
void bench_confirms_open(struct bench_confirms *confirms, uint64_t slots);

/// Settles one tag or all up to it. `each` is called once for every tag that was open, in ascending order; it may be NULL.
void bench_confirms_settle(struct bench_confirms *confirms, uint64_t tag, bool multiple,
    void (*each)(void *context, uint64_t tag), void *context);

#endif
