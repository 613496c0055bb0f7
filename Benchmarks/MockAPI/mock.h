#ifndef MOCK_H
#define MOCK_H

#include "bench_shared.h"

#define REQUEST_LIMIT 16384

/// One keep-alive connection; it reads nothing more while an answer is due.
struct connection {
    int fd;              ///< -1: free
    uint32_t used;       ///< bytes in `buffer`
    bool waiting;        ///< an answer is due
    uint64_t generation; ///< tells a reused descriptor from the one that waited
    char buffer[REQUEST_LIMIT];
};

/// What was read of a request's head.
struct request {
    bool is_create; ///< POST …/Messages.json
    bool is_list;   ///< GET …/Messages.json?…
    bool expects_continue;
    size_t head_length; ///< including the empty line
    size_t body_length;
    const char *body; ///< inside the connection's buffer
};

enum request_state { REQUEST_PARTIAL, REQUEST_COMPLETE, REQUEST_BAD };

/// Looks for one whole request at the start of the buffer.
enum request_state request_read(const char *buffer, size_t used, struct request *out);

/// The message id: the `id` of the query of the form's StatusCallback, both percent-decoded. False: there is none.
bool callback_id(const char *form, size_t length, char *id, size_t capacity);

/// Maps the log file, new and empty, for `capacity` records.
struct bench_log *log_open(const char *path, uint64_t capacity);

/// Notes an arrival, and the watched process's CPU time if this is the watched one.
void log_arrival(struct bench_log *log, uint64_t ns, const char *id);

/// Prepares the answers; the SIDs are random from here on.
void answer_prepare(void);

/// A 201 of about 850 bytes with a new SID. The bytes belong to this module until the next call.
const char *answer_created(size_t *length);

/// A list without messages: a bridge asks for it before promotional messages may go.
const char *answer_empty_list(size_t *length);

/// A 404 in Twilio's shape.
const char *answer_not_found(size_t *length);

/// Answers that are due later, in order of their time: every answer waits equally long, so a ring suffices.
struct due {
    uint64_t at_ns;
    uint64_t generation;
    int fd;
};
void due_push(struct due due);
const struct due *due_first(void);
void due_pop(void);

#endif
