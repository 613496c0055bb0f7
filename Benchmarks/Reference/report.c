#include "reference.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

struct counts counts;

static uint64_t first_cpu_ns, first_ns;

void report_first_ack(void) {
    first_cpu_ns = bench_cpu_ns(getpid());
    first_ns = bench_now_ns();
}

void report_print(uint64_t acked) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"acks\":%llu,\"posts\":%llu,\"events\":%llu,\"returned\":%llu,\"cpuMicroseconds\":%llu,"
           "\"microseconds\":%llu,\"maxRSSKilobytes\":%ld,\"voluntarySwitches\":%ld,\"involuntarySwitches\":%ld}\n",
        (unsigned long long)acked, (unsigned long long)counts.posts, (unsigned long long)counts.events,
        (unsigned long long)counts.returned_clear,
        acked ? (unsigned long long)(bench_cpu_ns(getpid()) - first_cpu_ns) / 1000 : 0,
        acked ? (unsigned long long)(bench_now_ns() - first_ns) / 1000 : 0, usage.ru_maxrss, usage.ru_nvcsw,
        usage.ru_nivcsw);
}
