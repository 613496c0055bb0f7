#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void sleep_until(uint64_t ns) {
    struct timespec t = {(time_t)(ns / 1000000000ull), (long)(ns % 1000000000ull)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR) {
    }
}

static FILE *open_log(const char *path) {
    if (path == NULL) return NULL;
    FILE *file = fopen(path, "wb");
    if (file == NULL) bench_die("load: %s: %s", path, strerror(errno));
    return file;
}

/// `meant` is when the message should have left: if this program or the broker is late, the delay counts.
static void publish_one(
    struct publisher *publisher, const struct load *load, uint64_t number, uint64_t meant, FILE *log) {
    char id[48], key[128], body[1024];
    size_t length = load_request(load, number, body, sizeof body);
    snprintf(id, sizeof id, "%s-%06llu", load->prefix, (unsigned long long)number);
    snprintf(key, sizeof key, "%s.%s.%s", load->class, load->app, load->class[0] == 't' ? "order-shipped" : "spring");
    amqp_basic_properties_t properties = {
        ._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG |
            AMQP_BASIC_USER_ID_FLAG,
        .content_type = amqp_cstring_bytes("application/json"),
        .delivery_mode = 2,
        .message_id = amqp_cstring_bytes(id),
        .user_id = amqp_cstring_bytes(load->app),
    };
    publisher_publish(publisher, "send", key, &properties, body, length);
    if (log == NULL) return;
    struct bench_record record = {.ns = meant};
    memcpy(record.id, id, strlen(id));
    if (fwrite(&record, sizeof record, 1, log) != 1) bench_die("load: cannot write the log");
}

/// As fast as the broker confirms, with a full window.
static void publish_at_once(struct publisher *publisher, const struct load *load, FILE *log) {
    int fd = amqp_get_sockfd(publisher->connection);
    for (uint64_t number = 0; number < load->count;) {
        uint64_t room = PUBLISHER_WINDOW - (publisher->published - publisher->confirms.floor);
        bench_cork(fd, true);
        for (; room > 0 && number < load->count; room--, number++)
            publish_one(publisher, load, number, bench_now_ns(), log);
        bench_cork(fd, false);
        publisher_take_confirms(publisher, true);
    }
}

/// Open loop: message n leaves at n / rate, whatever the consumer does.
static void publish_at_rate(struct publisher *publisher, const struct load *load, FILE *log) {
    uint64_t start = bench_now_ns() + 1000000;
    for (uint64_t number = 0; number < load->count; number++) {
        uint64_t meant = start + (uint64_t)((double)number * 1e9 / (double)load->rate);
        if (bench_now_ns() < meant) {
            publisher_take_confirms(publisher, false);
            sleep_until(meant);
        }
        while (publisher->published - publisher->confirms.floor >= PUBLISHER_WINDOW)
            publisher_take_confirms(publisher, true);
        publish_one(publisher, load, number, meant, log);
    }
}

void load_publish(const struct load *load) {
    struct publisher publisher;
    FILE *log = open_log(load->log);
    publisher_open(&publisher, load->url);
    uint64_t start = bench_now_ns();
    if (load->rate == 0) publish_at_once(&publisher, load, log);
    else publish_at_rate(&publisher, load, log);
    while (publisher.confirms.floor < publisher.published) publisher_take_confirms(&publisher, true);
    printf("{\"published\":%llu,\"seconds\":%.3f}\n", (unsigned long long)load->count,
        (double)(bench_now_ns() - start) / 1e9);
    if (log != NULL && fclose(log) != 0) bench_die("load: cannot write the log");
    bench_close(publisher.connection);
}
