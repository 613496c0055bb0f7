#ifndef REFERENCE_H
#define REFERENCE_H

#include "bench_confirms.h"
#include "bench_shared.h"

#include <curl/curl.h>

/// What a message needs while it passes through. Everything is bounded: the traffic is the benchmark's own.
#define BODY_LIMIT 2048
#define ID_LIMIT 64
#define ANSWER_LIMIT 4096

enum lane { TRANSACTIONAL, PROMOTIONAL, LANES };

/// One delivery, from arrival to its ack. `next` links the waiting and the free.
struct message {
    struct message *next;
    uint64_t tag; ///< delivery tag on its lane's channel
    enum lane lane;
    uint8_t unconfirmed; ///< events that are published and not confirmed
    char id[ID_LIMIT];
    char app[40], purpose[40];
    char to[ID_LIMIT];
    char text[1024];    ///< the decoded body
    char metadata[512]; ///< raw JSON object
    char recipient_id[ID_LIMIT];
    char sid[ID_LIMIT], status[24];
    size_t body_length;
    char body[BODY_LIMIT];
};

struct settings {
    const char *amqp_url, *api_url, *account_sid, *token, *from, *public_url;
    unsigned slots;    ///< most POSTs at once
    unsigned reserved; ///< of them, promotional may never take so many
    unsigned prefetch; ///< per lane
    uint64_t count;    ///< ends after so many acks; 0: on SIGTERM
    bool ack_multiple; ///< one ack for all that are done in a row, instead of one each
};
struct settings settings_read(int argc, char **argv);

/// FIFO of waiting messages.
struct line {
    struct message *first, *last;
};
void line_push(struct line *line, struct message *message);
struct message *line_pop(struct line *line);
struct message *message_new(void);
void message_free(struct message *message);

/// request.c: finds the fields of a send request; ends the process if it is not one.
void request_read(struct message *message);
/// The string value of `"name":"` in a JSON text, unescaped (not \u). False: there is none, or it does not fit.
bool json_string(const char *json, size_t length, const char *name, char *to, size_t capacity);

/// consume.c: deliveries into the lanes' lines; acks back.
int consume_open(const struct settings *settings, struct line lines[LANES]);
void consume_readable(void);
void consume_ack(struct message *message);
/// Sends what this turn's acks and publishes held back.
void consume_flush(void);
uint64_t consume_acked(void);
/// An orderly end: a socket that is closed with unread bytes in it would take the last acks along.
void consume_close(void);

/// api.c: POSTs by libcurl's multi interface on the same epoll set.
void api_open(const struct settings *settings, int epoll_set);
bool api_has_slot(enum lane lane);
void api_start(struct message *message);
void api_event(int fd, uint32_t events);
/// Milliseconds until libcurl wants to be called; -1: no time set.
int api_timeout(void);
/// Runs libcurl's timers and hands every finished message on to `publish_accepted`.
void api_turn(void);

/// form.c: the create call's form. Returns its length.
size_t form_write(const struct settings *settings, const struct message *message, char *to, size_t capacity);

/// event.c: the accepted event. `clear` adds address and text. Returns its length; the id is the same for both.
size_t event_write(const struct message *message, bool clear, char *id, char *to, size_t capacity);

/// publish.c: both events of a message, and what the broker says to them.
int publish_open(const struct settings *settings);
void publish_accepted(struct message *message);
void publish_readable(void);
void publish_flush(void);
void publish_close(void);

/// report.c: CPU from the first ack on, and the figures as one JSON line.
void report_first_ack(void);
void report_print(uint64_t acked);
struct counts {
    uint64_t posts, returned_clear, events;
};
extern struct counts counts;

#endif
