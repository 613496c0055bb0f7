#include "mock.h"

#define CAPACITY 65536 // more than descriptors, and each has at most one answer due (plus those of closed ones)

static struct due ring[CAPACITY];
static uint64_t head, tail;

void due_push(struct due due) {
    if (tail - head == CAPACITY) bench_die("mock: more than %d answers wait", CAPACITY);
    ring[tail++ % CAPACITY] = due;
}

const struct due *due_first(void) { return head == tail ? NULL : &ring[head % CAPACITY]; }

void due_pop(void) { head++; }
