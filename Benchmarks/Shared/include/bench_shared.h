#ifndef BENCH_SHARED_H
#define BENCH_SHARED_H

#include <amqp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Nanoseconds of CLOCK_MONOTONIC: one clock for all processes of a run.
uint64_t bench_now_ns(void);

/// Nanoseconds of CPU (user and system, all threads) that a process has used, 0 if it is gone.
uint64_t bench_cpu_ns(int pid);

/// Prints one line to standard error and ends the process with code 1.
_Noreturn void bench_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/// Set once SIGTERM or SIGINT has come.
extern volatile sig_atomic_t bench_stopping;

/// From here on these signals only set `bench_stopping`, and only while the thread waits with the returned mask
/// (in epoll_pwait), so that none slips in between the look at the flag and the wait.
const sigset_t *bench_handle_stop(void);

/// The value of a numeric option; anything else than digits ends the process with code 64.
uint64_t bench_number(const char *option, const char *text);

/// A connection that is logged in, or the end of the process. Heartbeats are off: a run is short and watched.
amqp_connection_state_t bench_connect(const char *url);

/// Closes it in order and frees it.
void bench_close(amqp_connection_state_t connection);

/// Ends the process if the last call that waited for an answer failed.
void bench_expect(amqp_connection_state_t connection, const char *doing);

/// Holds back small segments (on) or lets them go (off).
void bench_cork(int fd, bool on);

/// The mock API's log, a file that the mock and the harness map. `harness/mock.py` reads the same layout.
/// The counters fill one cache line of their own; records follow at 128 bytes.
struct bench_log {
    uint64_t magic;
    uint64_t capacity;               ///< records that fit
    _Atomic uint64_t posts;          ///< records that are complete
    _Atomic uint64_t answers;        ///< 201 answers sent
    _Atomic uint64_t faults;         ///< requests that were not a message create, and log overruns
    _Atomic uint64_t delay_us;       ///< set by the harness: from a request's last byte to its answer
    _Atomic uint64_t watched_pid;    ///< set by the harness: whose CPU time is read ...
    _Atomic uint64_t watched_post;   ///< ... when `posts` reaches this number (counted from 1)
    _Atomic uint64_t watched_cpu_ns; ///< the answer
    _Atomic uint64_t watched_at_ns;  ///< when that was
    uint64_t unused[6];
};

#define BENCH_LOG_MAGIC 0x31474f4c48434e42ull // "BNCHLOG1"

/// When something happened to the message with this id (cut to fit, zero padded).
struct bench_record {
    uint64_t ns;
    char id[56];
};

_Static_assert(sizeof(struct bench_log) == 128, "the harness reads this layout");
_Static_assert(sizeof(struct bench_record) == 64, "the harness reads this layout");

#endif
