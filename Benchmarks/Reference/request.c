#include "reference.h"

#include <stdio.h>
#include <string.h>

/// The first byte after `"name":` .
static const char *value_of(const char *json, size_t length, const char *name) {
    char pattern[64];
    int n = snprintf(pattern, sizeof pattern, "\"%s\":", name);
    const char *at = memmem(json, length, pattern, (size_t)n);
    return at == NULL ? NULL : at + n;
}

bool json_string(const char *json, size_t length, const char *name, char *to, size_t capacity) {
    const char *at = value_of(json, length, name), *end = json + length;
    if (at == NULL || at == end || *at != '"') return false;
    size_t written = 0;
    for (at++; at < end && *at != '"'; at++) {
        char c = *at;
        if (c == '\\') {
            if (++at == end || *at == 'u') return false;
            c = *at == 'n' ? '\n' : *at == 't' ? '\t' : *at;
        }
        if (written + 1 >= capacity) return false;
        to[written++] = c;
    }
    to[written] = '\0';
    return at < end;
}

/// A flat object, copied as it stands.
static void json_object(const char *json, size_t length, const char *name, char *to, size_t capacity) {
    const char *at = value_of(json, length, name);
    const char *end = at == NULL ? NULL : memchr(at, '}', (size_t)(json + length - at));
    size_t size = end == NULL ? 0 : (size_t)(end + 1 - at);
    if (size == 0 || size >= capacity) {
        at = "{}";
        size = 2;
    }
    memcpy(to, at, size);
    to[size] = '\0';
}

void request_read(struct message *m) {
    if (!json_string(m->body, m->body_length, "to", m->to, sizeof m->to) ||
        !json_string(m->body, m->body_length, "body", m->text, sizeof m->text))
        bench_die("reference: a send request without \"to\" and \"body\"");
    if (!json_string(m->body, m->body_length, "id", m->recipient_id, sizeof m->recipient_id)) m->recipient_id[0] = '\0';
    json_object(m->body, m->body_length, "metadata", m->metadata, sizeof m->metadata);
}
