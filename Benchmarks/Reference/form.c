#include "reference.h"

#include <string.h>

struct form {
    char *to;
    size_t used, capacity;
};

static const char plain[256] = {
    ['-'] = 1, ['.'] = 1, ['_'] = 1, ['~'] = 1, ['0' ... '9'] = 1, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1};

static void raw(struct form *form, const char *text) {
    size_t length = strlen(text);
    if (form->used + length > form->capacity) bench_die("reference: a form does not fit");
    memcpy(form->to + form->used, text, length);
    form->used += length;
}

static void encoded(struct form *form, const char *text) {
    static const char digits[] = "0123456789ABCDEF";
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        if (form->used + 3 > form->capacity) bench_die("reference: a form does not fit");
        if (plain[*at]) {
            form->to[form->used++] = (char)*at;
        } else {
            form->to[form->used++] = '%';
            form->to[form->used++] = digits[*at >> 4];
            form->to[form->used++] = digits[*at & 15];
        }
    }
}

static void pair(struct form *form, const char *name, const char *value) {
    raw(form, name);
    encoded(form, value);
}

/// The callback's URL as the contract writes it, encoded once as a URL and once more as a form value. The ids,
/// app names and purposes of the benchmark hold only characters that a query leaves alone.
static void callback(struct form *form, const struct settings *s, const struct message *m) {
    raw(form, "&StatusCallback=");
    encoded(form, s->public_url);
    encoded(form, "/twilio/status?id=");
    encoded(form, m->id);
    encoded(form, "&app=");
    encoded(form, m->app);
    encoded(form, m->lane == TRANSACTIONAL ? "&class=transactional" : "&class=promotional");
    encoded(form, "&purpose=");
    encoded(form, m->purpose);
    encoded(form, "&account=default&sender=default&attempt=1&rid=");
    encoded(form, m->recipient_id);
    encoded(form, "&campaign=bench&part=p1#rc=3&rp=all&ct=2000&rt=4000");
}

size_t form_write(const struct settings *s, const struct message *m, char *to, size_t capacity) {
    struct form form = {to, 0, capacity};
    pair(&form, "To=", m->to);
    pair(&form, "&From=", s->from);
    pair(&form, "&Body=", m->text);
    callback(&form, s, m);
    return form.used;
}
