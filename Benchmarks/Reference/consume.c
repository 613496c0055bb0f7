#include "reference.h"

#include <stdio.h>
#include <string.h>

static amqp_connection_state_t connection;
static struct line *lines;
static bool corked, multiple;
static uint64_t acked;

/// Done deliveries of each lane, and the tag up to which the broker knows.
static struct bench_confirms done[LANES];
static uint64_t told[LANES];

/// The delivery that is being assembled; frames of one channel's content never mix with another's on one connection.
static struct message *partial[LANES];

static amqp_channel_t channel_of(enum lane lane) { return (amqp_channel_t)(lane + 1); }

static void subscribe(enum lane lane, const char *queue, unsigned prefetch) {
    amqp_basic_qos(connection, channel_of(lane), 0, (uint16_t)prefetch, 0);
    bench_expect(connection, "prefetch");
    amqp_basic_consume(
        connection, channel_of(lane), amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
    bench_expect(connection, queue);
}

int consume_open(const struct settings *settings, struct line lanes[LANES]) {
    lines = lanes;
    multiple = settings->ack_multiple;
    connection = bench_connect(settings->amqp_url);
    for (enum lane lane = 0; lane < LANES; lane++) {
        bench_confirms_open(&done[lane], 65536);
        amqp_channel_open(connection, channel_of(lane));
        bench_expect(connection, "open channel");
    }
    subscribe(TRANSACTIONAL, "send.transactional", settings->prefetch);
    subscribe(PROMOTIONAL, "send.promotional", settings->prefetch);
    return amqp_get_sockfd(connection);
}

/// `<class>.<app>.<purpose>`
static void read_key(struct message *m, amqp_bytes_t key) {
    const char *start = key.bytes, *end = start + key.len;
    const char *first = memchr(start, '.', key.len);
    const char *second = first == NULL ? NULL : memchr(first + 1, '.', (size_t)(end - first - 1));
    if (second == NULL) bench_die("reference: a routing key without three words");
    snprintf(m->app, sizeof m->app, "%.*s", (int)(second - first - 1), first + 1);
    snprintf(m->purpose, sizeof m->purpose, "%.*s", (int)(end - second - 1), second + 1);
}

static void begin(enum lane lane, const amqp_basic_deliver_t *deliver) {
    struct message *m = partial[lane] = message_new();
    m->tag = deliver->delivery_tag;
    m->lane = lane;
    m->body_length = 0;
    read_key(m, deliver->routing_key);
}

static void take_head(struct message *m, const amqp_frame_t *frame) {
    const amqp_basic_properties_t *properties = frame->payload.properties.decoded;
    amqp_bytes_t id = properties->message_id;
    if (!(properties->_flags & AMQP_BASIC_MESSAGE_ID_FLAG) || id.len >= sizeof m->id ||
        frame->payload.properties.body_size == 0 || frame->payload.properties.body_size > BODY_LIMIT)
        bench_die("reference: a delivery that is not the benchmark's");
    memcpy(m->id, id.bytes, id.len);
    m->id[id.len] = '\0';
}

static void take_frame(const amqp_frame_t *frame) {
    enum lane lane = (enum lane)(frame->channel - 1);
    if (frame->frame_type == AMQP_FRAME_METHOD && frame->payload.method.id == AMQP_BASIC_DELIVER_METHOD) {
        begin(lane, frame->payload.method.decoded);
    } else if (frame->frame_type == AMQP_FRAME_METHOD) {
        bench_die("reference: the broker closed or cancelled the consumer");
    } else if (frame->frame_type == AMQP_FRAME_HEADER) {
        take_head(partial[lane], frame);
    } else if (frame->frame_type == AMQP_FRAME_BODY) {
        // One frame: BODY_LIMIT is far below the frame size.
        struct message *m = partial[lane];
        m->body_length = frame->payload.body_fragment.len;
        memcpy(m->body, frame->payload.body_fragment.bytes, m->body_length);
        request_read(m);
        line_push(&lines[lane], m);
    }
}

void consume_readable(void) {
    amqp_frame_t frame;
    struct timeval none = {0, 0};
    int status;
    while ((status = amqp_simple_wait_frame_noblock(connection, &frame, &none)) == AMQP_STATUS_OK) take_frame(&frame);
    if (status != AMQP_STATUS_TIMEOUT) bench_die("reference: consuming: %s", amqp_error_string2(status));
    amqp_maybe_release_buffers(connection);
}

static void send_ack(enum lane lane, uint64_t tag, bool up_to) {
    if (!corked) bench_cork(amqp_get_sockfd(connection), corked = true);
    int status = amqp_basic_ack(connection, channel_of(lane), tag, up_to);
    if (status != AMQP_STATUS_OK) bench_die("reference: ack: %s", amqp_error_string2(status));
}

void consume_ack(struct message *message) {
    if (acked++ == 0) report_first_ack();
    if (multiple) bench_confirms_settle(&done[message->lane], message->tag, false, NULL, NULL);
    else send_ack(message->lane, message->tag, false);
    message_free(message);
}

void consume_flush(void) {
    for (enum lane lane = 0; multiple && lane < LANES; lane++) {
        if (done[lane].floor == told[lane]) continue;
        told[lane] = done[lane].floor;
        send_ack(lane, told[lane], true);
    }
    if (corked) bench_cork(amqp_get_sockfd(connection), corked = false);
}

uint64_t consume_acked(void) { return acked; }

void consume_close(void) { bench_close(connection); }
