#include "mock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct bench_log *log_open(const char *path, uint64_t capacity) {
    size_t size = sizeof(struct bench_log) + capacity * sizeof(struct bench_record);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, (off_t)size) != 0) bench_die("mock: %s: %s", path, strerror(errno));
    struct bench_log *log = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (log == MAP_FAILED) bench_die("mock: %s: %s", path, strerror(errno));
    close(fd);
    log->capacity = capacity;
    log->magic = BENCH_LOG_MAGIC;
    return log;
}

void log_arrival(struct bench_log *log, uint64_t ns, const char *id) {
    uint64_t index = atomic_load_explicit(&log->posts, memory_order_relaxed);
    if (index == log->capacity) {
        atomic_fetch_add_explicit(&log->faults, 1, memory_order_relaxed);
        return;
    }
    struct bench_record *record = (struct bench_record *)(log + 1) + index;
    record->ns = ns;
    strncpy(record->id, id, sizeof record->id - 1); // pads with zeros; the file was zero, so the last byte is
    if (index + 1 == atomic_load_explicit(&log->watched_post, memory_order_relaxed)) {
        atomic_store(&log->watched_cpu_ns, bench_cpu_ns((int)atomic_load(&log->watched_pid)));
        atomic_store(&log->watched_at_ns, ns);
    }
    atomic_store_explicit(&log->posts, index + 1, memory_order_release);
}
