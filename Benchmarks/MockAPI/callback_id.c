#include "mock.h"

#include <string.h>

static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Decodes %XX and + until the end of the input or of the output; returns what was written.
static size_t decode(const char *from, size_t length, char *to, size_t capacity) {
    size_t written = 0;
    for (size_t i = 0; i < length && written < capacity; i++) {
        int high, low;
        if (from[i] == '%' && i + 2 < length && (high = hex(from[i + 1])) >= 0 && (low = hex(from[i + 2])) >= 0) {
            to[written++] = (char)(high << 4 | low);
            i += 2;
        } else {
            to[written++] = from[i] == '+' ? ' ' : from[i];
        }
    }
    return written;
}

/// The raw value of `name` among `name=value` pairs joined by '&'.
static const char *field(const char *pairs, size_t length, const char *name, size_t name_length, size_t *value_length) {
    const char *end = pairs + length;
    for (const char *pair = pairs; pair < end;) {
        const char *next = memchr(pair, '&', (size_t)(end - pair));
        if (next == NULL) next = end;
        if ((size_t)(next - pair) > name_length && pair[name_length] == '=' && memcmp(pair, name, name_length) == 0) {
            *value_length = (size_t)(next - pair) - name_length - 1;
            return pair + name_length + 1;
        }
        pair = next + 1;
    }
    return NULL;
}

bool callback_id(const char *form, size_t length, char *id, size_t capacity) {
    char url[4096];
    size_t raw_length, id_length;
    const char *raw = field(form, length, "StatusCallback", 14, &raw_length);
    if (raw == NULL) return false;
    size_t url_length = decode(raw, raw_length, url, sizeof url);
    const char *fragment = memchr(url, '#', url_length);
    if (fragment != NULL) url_length = (size_t)(fragment - url);
    const char *query = memchr(url, '?', url_length);
    if (query == NULL) return false;
    query++;
    raw = field(query, url_length - (size_t)(query - url), "id", 2, &id_length);
    if (raw == NULL) return false;
    id[decode(raw, id_length, id, capacity - 1)] = '\0';
    return id[0] != '\0';
}
