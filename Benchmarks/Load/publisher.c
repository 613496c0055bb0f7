#include "load.h"

#include <sys/time.h>

void publisher_open(struct publisher *p, const char *url) {
    *p = (struct publisher){.connection = bench_connect(url)};
    bench_confirms_open(&p->confirms, 2 * PUBLISHER_WINDOW);
    amqp_channel_open(p->connection, 1);
    bench_expect(p->connection, "open channel");
    amqp_confirm_select(p->connection, 1);
    bench_expect(p->connection, "confirm mode");
}

void publisher_publish(struct publisher *p, const char *exchange, const char *key,
    const amqp_basic_properties_t *properties, const char *body, size_t length) {
    int status = amqp_basic_publish(p->connection, 1, amqp_cstring_bytes(exchange), amqp_cstring_bytes(key), 1, 0,
        properties, (amqp_bytes_t){length, (void *)body});
    if (status != AMQP_STATUS_OK) bench_die("load: publish: %s", amqp_error_string2(status));
    p->published++;
}

void publisher_take_confirms(struct publisher *p, bool wait) {
    amqp_frame_t frame;
    for (;;) {
        struct timeval timeout = {wait ? 30 : 0, 0};
        int status = amqp_simple_wait_frame_noblock(p->connection, &frame, &timeout);
        if (status == AMQP_STATUS_TIMEOUT && !wait) break;
        if (status != AMQP_STATUS_OK) bench_die("load: waiting for confirms: %s", amqp_error_string2(status));
        if (frame.frame_type != AMQP_FRAME_METHOD) continue;
        if (frame.payload.method.id == AMQP_BASIC_ACK_METHOD) {
            amqp_basic_ack_t *ack = frame.payload.method.decoded;
            bench_confirms_settle(&p->confirms, ack->delivery_tag, ack->multiple, NULL, NULL);
            wait = false;
        } else if (frame.payload.method.id == AMQP_BASIC_NACK_METHOD) {
            bench_die("load: the broker refused a message");
        } else if (frame.payload.method.id == AMQP_BASIC_RETURN_METHOD) {
            bench_die("load: no queue took a message");
        } else if (frame.payload.method.id == AMQP_CHANNEL_CLOSE_METHOD) {
            amqp_channel_close_t *close = frame.payload.method.decoded;
            bench_die("load: channel closed: %.*s", (int)close->reply_text.len, (char *)close->reply_text.bytes);
        }
    }
    amqp_maybe_release_buffers(p->connection);
}
