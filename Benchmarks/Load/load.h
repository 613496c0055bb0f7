#ifndef LOAD_H
#define LOAD_H

#include "bench_confirms.h"
#include "bench_shared.h"

/// What is published: `count` requests of one class, ids `<prefix>-<number>`.
struct load {
    const char *url;
    const char *class; ///< transactional or promotional
    const char *app;   ///< the broker's user: second word of the key, and `user_id`
    const char *prefix;
    uint64_t count;
    uint64_t rate;   ///< messages per second; 0: as fast as the broker confirms
    const char *log; ///< NULL, or a file that gets one `bench_record` per message: the time it was meant to be sent
};

/// Publishes to `send`, mandatory and confirmed; returns when all is confirmed.
void load_publish(const struct load *load);

/// Composes the body of message `number`; returns its length.
size_t load_request(const struct load *load, uint64_t number, char *to, size_t capacity);

/// A channel in confirm mode. It ends the process at the first nack, return or closed channel.
struct publisher {
    amqp_connection_state_t connection;
    uint64_t published;
    struct bench_confirms confirms;
};
void publisher_open(struct publisher *p, const char *url);
void publisher_publish(struct publisher *p, const char *exchange, const char *key,
    const amqp_basic_properties_t *properties, const char *body, size_t length);

#define PUBLISHER_WINDOW 1024 ///< most messages that may be unconfirmed

/// Takes what confirms have come; with `wait` at least one. Confirmed so far: `confirms.floor`.
void publisher_take_confirms(struct publisher *p, bool wait);

/// Answers commands on standard input with one JSON line each, until `quit`:
/// `depth Q…`, `purge Q…`, `bind QUEUE EXCHANGE KEY`, `unbind QUEUE EXCHANGE KEY`.
void control_run(const char *url);

#endif
