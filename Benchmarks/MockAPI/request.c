#include "mock.h"

#include <string.h>
#include <strings.h>

static bool header_is(const char *line, size_t length, const char *name, const char **value, size_t *value_length) {
    size_t n = strlen(name);
    if (length <= n || line[n] != ':' || strncasecmp(line, name, n) != 0) return false;
    const char *start = line + n + 1, *end = line + length;
    while (start < end && *start == ' ') start++;
    *value = start;
    *value_length = (size_t)(end - start);
    return true;
}

/// False: not a number that fits a request.
static bool read_length(const char *text, size_t length, size_t *out) {
    size_t value = 0;
    if (length == 0 || length > 6) return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') return false;
        value = value * 10 + (size_t)(text[i] - '0');
    }
    *out = value;
    return true;
}

enum request_state request_read(const char *buffer, size_t used, struct request *out) {
    memset(out, 0, sizeof *out);
    const char *end = memmem(buffer, used, "\r\n\r\n", 4);
    if (end == NULL) return used == REQUEST_LIMIT ? REQUEST_BAD : REQUEST_PARTIAL;
    out->head_length = (size_t)(end - buffer) + 4;
    out->body = buffer + out->head_length;
    const char *line_end = memmem(buffer, out->head_length, "\r\n", 2);
    size_t first = (size_t)(line_end - buffer);
    out->is_create =
        first > 5 && memcmp(buffer, "POST ", 5) == 0 && memmem(buffer, first, "/Messages.json ", 15) != NULL;
    out->is_list = first > 4 && memcmp(buffer, "GET ", 4) == 0 && memmem(buffer, first, "/Messages.json?", 15) != NULL;
    for (const char *line = line_end + 2; line < end; line = line_end + 2) {
        line_end = memmem(line, (size_t)(end + 2 - line), "\r\n", 2);
        const char *value;
        size_t length, line_length = (size_t)(line_end - line);
        if (header_is(line, line_length, "Content-Length", &value, &length)) {
            if (!read_length(value, length, &out->body_length)) return REQUEST_BAD;
        } else if (header_is(line, line_length, "Transfer-Encoding", &value, &length)) {
            return REQUEST_BAD; // nobody who is measured here sends chunks
        } else if (header_is(line, line_length, "Expect", &value, &length)) {
            out->expects_continue = true;
        }
    }
    if (out->head_length + out->body_length > REQUEST_LIMIT) return REQUEST_BAD;
    return used >= out->head_length + out->body_length ? REQUEST_COMPLETE : REQUEST_PARTIAL;
}
