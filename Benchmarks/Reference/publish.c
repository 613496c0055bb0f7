#include "reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW 131072 // more tags than can be open: two for each of 2 × 16384 prefetched messages

static amqp_connection_state_t connection;
static struct bench_confirms confirms;
static struct message *waiting[WINDOW]; ///< by tag
static uint64_t last_tag;
static bool corked;

int publish_open(const struct settings *settings) {
    connection = bench_connect(settings->amqp_url);
    bench_confirms_open(&confirms, WINDOW);
    amqp_channel_open(connection, 1);
    bench_expect(connection, "open channel");
    amqp_confirm_select(connection, 1);
    bench_expect(connection, "confirm mode");
    return amqp_get_sockfd(connection);
}

static void publish(
    struct message *m, const char *exchange, const char *key, const char *id, const char *body, size_t length) {
    amqp_table_entry_t header = {.key = amqp_cstring_bytes("traceparent"),
        .value = {.kind = AMQP_FIELD_KIND_UTF8,
            .value.bytes = amqp_cstring_bytes("00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")}};
    amqp_basic_properties_t properties = {
        ._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG |
            AMQP_BASIC_TYPE_FLAG | AMQP_BASIC_APP_ID_FLAG | AMQP_BASIC_HEADERS_FLAG,
        .content_type = amqp_cstring_bytes("application/cloudevents+json; charset=UTF-8"),
        .headers = {1, &header},
        .delivery_mode = 2,
        .message_id = amqp_cstring_bytes(id),
        .type = amqp_cstring_bytes("switchboard.message.accepted.v1"),
        .app_id = amqp_cstring_bytes("switchboard"),
    };
    int status = amqp_basic_publish(connection, 1, amqp_cstring_bytes(exchange), amqp_cstring_bytes(key), 1, 0,
        &properties, (amqp_bytes_t){length, (void *)body});
    if (status != AMQP_STATUS_OK) bench_die("reference: publish: %s", amqp_error_string2(status));
    waiting[++last_tag % WINDOW] = m;
    m->unconfirmed++;
    counts.events++;
}

void publish_accepted(struct message *m) {
    char key[128], id[ID_LIMIT], body[8192];
    if (!corked) bench_cork(amqp_get_sockfd(connection), corked = true);
    snprintf(key, sizeof key, "message.accepted.sms.%s.%s", m->lane == TRANSACTIONAL ? "transactional" : "promotional",
        m->app);
    size_t length = event_write(m, false, id, body, sizeof body);
    publish(m, "events", key, id, body, length);
    length = event_write(m, true, id, body, sizeof body);
    publish(m, "events.clear", key, id, body, length);
}

static void confirmed(void *context, uint64_t tag) {
    (void)context;
    struct message *m = waiting[tag % WINDOW];
    if (--m->unconfirmed == 0) consume_ack(m);
}

static void take_method(const amqp_method_t *method) {
    if (method->id == AMQP_BASIC_ACK_METHOD) {
        const amqp_basic_ack_t *ack = method->decoded;
        bench_confirms_settle(&confirms, ack->delivery_tag, ack->multiple, confirmed, NULL);
    } else if (method->id == AMQP_BASIC_RETURN_METHOD) {
        const amqp_basic_return_t *returned = method->decoded;
        if (returned->exchange.len != 12 || memcmp(returned->exchange.bytes, "events.clear", 12) != 0)
            bench_die("reference: no queue took an event");
        counts.returned_clear++;
    } else {
        bench_die("reference: the broker refused an event or closed the channel");
    }
}

void publish_readable(void) {
    amqp_frame_t frame;
    struct timeval none = {0, 0};
    int status;
    while ((status = amqp_simple_wait_frame_noblock(connection, &frame, &none)) == AMQP_STATUS_OK) {
        if (frame.frame_type == AMQP_FRAME_METHOD)
            take_method(&frame.payload.method); // else a returned event's content
    }
    if (status != AMQP_STATUS_TIMEOUT) bench_die("reference: confirms: %s", amqp_error_string2(status));
    amqp_maybe_release_buffers(connection);
}

void publish_flush(void) {
    if (corked) bench_cork(amqp_get_sockfd(connection), corked = false);
}

void publish_close(void) { bench_close(connection); }
