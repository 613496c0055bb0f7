// A Twilio that answers "create message" and nothing else: one thread, one epoll set, keep-alive HTTP/1.1.
// It notes when each POST was read, by the message id in the StatusCallback, in a file that the harness maps.

#include "mock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define DESCRIPTORS 8192

static struct connection *connections[DESCRIPTORS];
static struct bench_log *arrivals;
static int epoll_set;
static uint64_t generations;

static void close_connection(struct connection *c) {
    close(c->fd);
    c->fd = -1;
    c->generation = 0;
}

static bool send_whole(struct connection *c, const char *bytes, size_t length) {
    // An answer is far smaller than an empty socket buffer, and there is one at a time: short means broken.
    if (send(c->fd, bytes, length, MSG_NOSIGNAL) == (ssize_t)length) return true;
    close_connection(c);
    return false;
}

static bool send_created(struct connection *c) {
    size_t length;
    const char *bytes = answer_created(&length);
    if (!send_whole(c, bytes, length)) return false;
    atomic_fetch_add_explicit(&arrivals->answers, 1, memory_order_relaxed);
    return true;
}

/// Takes whole requests from the buffer until one waits for its answer.
static void serve(struct connection *c) {
    struct request request;
    while (!c->waiting && c->used > 0) {
        enum request_state state = request_read(c->buffer, c->used, &request);
        if (state == REQUEST_PARTIAL) {
            if (request.expects_continue && request.head_length == c->used)
                send_whole(c, "HTTP/1.1 100 Continue\r\n\r\n", 25);
            return;
        }
        char id[128] = "";
        if (state == REQUEST_BAD ||
            (request.is_create && !callback_id(request.body, request.body_length, id, sizeof id))) {
            atomic_fetch_add_explicit(&arrivals->faults, 1, memory_order_relaxed);
            close_connection(c);
            return;
        }
        size_t taken = request.head_length + request.body_length;
        memmove(c->buffer, c->buffer + taken, c->used - taken);
        c->used -= (uint32_t)taken;
        if (!request.is_create) {
            size_t length;
            const char *bytes = request.is_list ? answer_empty_list(&length) : answer_not_found(&length);
            if (!send_whole(c, bytes, length)) return;
            continue;
        }
        uint64_t now = bench_now_ns();
        log_arrival(arrivals, now, id);
        uint64_t delay = atomic_load_explicit(&arrivals->delay_us, memory_order_relaxed) * 1000;
        if (delay == 0) {
            if (!send_created(c)) return;
        } else {
            c->waiting = true;
            due_push((struct due){now + delay, c->generation, c->fd});
        }
    }
}

static void answer_due(uint64_t now) {
    const struct due *due;
    while ((due = due_first()) != NULL && due->at_ns <= now) {
        struct connection *c = connections[due->fd];
        bool alive = c->fd >= 0 && c->generation == due->generation;
        due_pop();
        if (!alive) continue;
        c->waiting = false;
        if (send_created(c)) serve(c);
    }
}

static void readable(struct connection *c) {
    if (c->fd < 0) return;
    ssize_t n = recv(c->fd, c->buffer + c->used, REQUEST_LIMIT - c->used, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
        close_connection(c);
        return;
    }
    c->used += (uint32_t)n;
    serve(c);
}

static void accept_all(int listener) {
    int fd, on = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (fd >= DESCRIPTORS) bench_die("mock: more than %d connections", DESCRIPTORS);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (connections[fd] == NULL && (connections[fd] = malloc(sizeof(struct connection))) == NULL)
            bench_die("mock: out of memory");
        struct connection *c = connections[fd];
        c->fd = fd;
        c->used = 0;
        c->waiting = false;
        c->generation = ++generations;
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(epoll_set, EPOLL_CTL_ADD, fd, &event);
    }
}

static int listen_on(uint16_t port, uint16_t *bound) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, length) != 0 || listen(fd, 4096) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        bench_die("mock: 127.0.0.1:%d: %s", port, strerror(errno));
    *bound = ntohs(address.sin_port);
    return fd;
}

/// Until the next answer is due; NULL: for ever. Exact, because rounding would hand the answers out in bunches.
static struct timespec *wait_time(struct timespec *t) {
    const struct due *due = due_first();
    if (due == NULL) return NULL;
    uint64_t now = bench_now_ns(), wait = due->at_ns > now ? due->at_ns - now : 0;
    *t = (struct timespec){(time_t)(wait / 1000000000ull), (long)(wait % 1000000000ull)};
    return t;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: bench-mock-api PORT LOGFILE CAPACITY   (port 0: any; prints the port)\n");
        return 64;
    }
    uint16_t port;
    int listener = listen_on((uint16_t)bench_number("PORT", argv[1]), &port);
    arrivals = log_open(argv[2], bench_number("CAPACITY", argv[3]));
    answer_prepare();
    const sigset_t *waiting = bench_handle_stop();
    epoll_set = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event events[256], event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(epoll_set, EPOLL_CTL_ADD, listener, &event);
    printf("%d\n", port);
    fflush(stdout);
    while (!bench_stopping) {
        struct timespec t;
        int n = epoll_pwait2(epoll_set, events, 256, wait_time(&t), waiting);
        for (int i = 0; i < n; i++) {
            if (events[i].data.fd == listener) accept_all(listener);
            else readable(connections[events[i].data.fd]);
        }
        if (due_first() != NULL) answer_due(bench_now_ns());
    }
    return 0;
}
