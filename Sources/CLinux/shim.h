// The Linux calls that Swift's Glibc module leaves out.
#ifndef SWITCHBOARD_CLINUX_H
#define SWITCHBOARD_CLINUX_H

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <pthread.h>
#include <time.h>

// Enumerators in C, which Swift would import with an awkward type each.
static const unsigned int linux_epollin = EPOLLIN;
static const unsigned int linux_epollout = EPOLLOUT;
static const unsigned int linux_epollerr = EPOLLERR;
static const unsigned int linux_epollhup = EPOLLHUP;
static const unsigned int linux_epollrdhup = EPOLLRDHUP;

/// Nanoseconds of CLOCK_MONOTONIC.
static inline unsigned long long linux_monotonic_nanoseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (unsigned long long)t.tv_sec * 1000000000ULL + (unsigned long long)t.tv_nsec;
}

/// Starts a detached thread with a stack of `stack_bytes`; 0, or the error number of pthread_create(3).
static inline int linux_start_thread(size_t stack_bytes, void *(*body)(void *), void *context) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int code = pthread_create(&thread, &attributes, body, context);
    pthread_attr_destroy(&attributes);
    return code;
}

/// Names the calling thread (the first 15 bytes), as top(1) and gdb(1) show it.
int pthread_setname_np(pthread_t thread, const char *name);
static inline void linux_name_thread(const char *name) {
    char shortened[16] = {0};
    for (int i = 0; i < 15 && name[i] != 0; i++) { shortened[i] = name[i]; }
    pthread_setname_np(pthread_self(), shortened);
}

#endif
