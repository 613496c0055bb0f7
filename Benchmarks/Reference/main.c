// The yardstick: what one C thread over the same libraries does with the same job and nothing besides.
// Consume, POST, publish both events with confirms, ack. No policy, no ledger, no retry: anything unusual ends it.

#include "reference.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

static void add(int epoll_set, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll_set, EPOLL_CTL_ADD, fd, &event);
}

static void start_waiting(struct line lines[LANES]) {
    for (enum lane lane = 0; lane < LANES; lane++)
        while (lines[lane].first != NULL && api_has_slot(lane)) api_start(line_pop(&lines[lane]));
}

/// A stop lets what was posted finish: its events and its ack are still due.
static bool finished(const struct settings *settings) {
    uint64_t acked = consume_acked();
    return (settings->count != 0 && acked >= settings->count) || (bench_stopping && acked == counts.posts);
}

int main(int argc, char **argv) {
    struct settings settings = settings_read(argc, argv);
    const sigset_t *waiting = bench_handle_stop();
    struct line lines[LANES] = {{0}};
    int epoll_set = epoll_create1(EPOLL_CLOEXEC);
    api_open(&settings, epoll_set);
    int publish_fd = publish_open(&settings);
    add(epoll_set, publish_fd);
    int consume_fd = consume_open(&settings, lines);
    add(epoll_set, consume_fd);
    consume_readable(); // what came with the answers to `consume` will not make the socket readable again
    struct epoll_event events[512];
    while (!finished(&settings)) {
        if (!bench_stopping) start_waiting(lines);
        int n = epoll_pwait(epoll_set, events, 512, api_timeout(), waiting);
        if (n < 0 && errno != EINTR) bench_die("reference: epoll: %s", strerror(errno));
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == consume_fd) consume_readable();
            else if (fd == publish_fd) publish_readable();
            else api_event(fd, events[i].events);
        }
        api_turn();
        publish_flush();
        consume_flush();
    }
    report_print(consume_acked());
    consume_close();
    publish_close();
    return 0;
}
