#include "reference.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/// RFC 3339 with milliseconds; the date part is written anew once a second.
static const char *now_text(void) {
    static char text[40];
    static time_t second;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    if (t.tv_sec != second) {
        struct tm parts;
        second = t.tv_sec;
        gmtime_r(&second, &parts);
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000Z", &parts);
    }
    unsigned ms = (unsigned)(t.tv_nsec / 1000000) % 1000;
    text[20] = (char)('0' + ms / 100);
    text[21] = (char)('0' + ms / 10 % 10);
    text[22] = (char)('0' + ms % 10);
    return text;
}

/// Text as the inside of a JSON string. Only what the request reader unescapes needs to be escaped again.
static void escape(const char *text, char *to, size_t capacity) {
    size_t used = 0;
    for (; *text != '\0' && used + 3 < capacity; text++) {
        char c = *text == '\n' ? 'n' : *text == '\t' ? 't' : *text;
        if (c != *text || c == '"' || c == '\\') to[used++] = '\\';
        to[used++] = c;
    }
    to[used] = '\0';
}

static const char decision[] =
    "{\"outcome\":\"allow\",\"reasons\":[],\"passed\":[\"number.e164\",\"number.country\",\"opt-out\",\"consent\","
    "\"content.length\","
    "\"content.links\",\"quiet-hours\",\"cap.daily\",\"guard.velocity\",\"expiry\"],\"notRun\":[],\"facts\":{\"zones\":"
    "[\"America/New_York\"],"
    "\"zoneSource\":\"area-code\",\"jurisdictions\":[\"US\"],\"consent\":\"granted\",\"sentIn24h\":0,\"segments\":1,"
    "\"encoding\":\"GSM-7\"},"
    "\"redactions\":[],\"policy\":{\"name\":\"default\",\"revision\":"
    "\"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",\"timeZones\":\"2025b\"}}";

size_t event_write(const struct message *m, bool clear, char *id, char *to, size_t capacity) {
    const char *time = now_text();
    char address[ID_LIMIT + 16] = "", text[1100] = "";
    snprintf(id, ID_LIMIT, "ev-%s-accepted-1", m->id);
    if (clear) {
        char escaped[1024];
        escape(m->text, escaped, sizeof escaped);
        snprintf(address, sizeof address, ",\"address\":\"%s\"", m->to);
        snprintf(text, sizeof text, ",\"body\":\"%s\"", escaped);
    }
    int length = snprintf(to, capacity,
        "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/switchboard/"
        "default\",\"type\":\"switchboard.message.accepted.v1\","
        "\"subject\":\"%s\",\"time\":\"%s\",\"datacontenttype\":\"application/json\",\"data\":{"
        "\"messageId\":\"%s\",\"app\":\"%s\",\"class\":\"%s\",\"purpose\":\"%s\",\"channel\":\"sms\",\"account\":"
        "\"default\","
        "\"sender\":\"default\",\"status\":\"accepted\",\"isFinal\":false,\"rank\":10,\"attempt\":1,"
        "\"provider\":{\"name\":\"twilio\",\"sid\":\"%s\",\"status\":\"%s\"},"
        "\"recipient\":{\"token\":\"ph_k1_0123456789abcdef0123456789abcdef\",\"masked\":\"+1********%s\",\"country\":"
        "\"US\",\"id\":\"%s\"%s},"
        "\"metadata\":%s,\"occurredAt\":\"%s\",\"segments\":1,\"encoding\":\"GSM-7\"%s,\"decision\":%s}}",
        id, m->id, time, m->id, m->app, m->lane == TRANSACTIONAL ? "transactional" : "promotional", m->purpose, m->sid,
        m->status, strlen(m->to) > 2 ? m->to + strlen(m->to) - 2 : "", m->recipient_id, address, m->metadata, time,
        text, decision);
    if (length < 0 || (size_t)length >= capacity) bench_die("reference: an event does not fit");
    return (size_t)length;
}
