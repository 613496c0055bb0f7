#include "mock.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define PLACEHOLDER "SM00000000000000000000000000000000"
#define ACCOUNT "AC0123456789abcdef0123456789abcdef"

static const char created_body[] =
    "{\"account_sid\":\"" ACCOUNT "\",\"api_version\":\"2010-04-01\","
    "\"body\":\"Your order has left our house and arrives on Tuesday between nine and noon.\","
    "\"date_created\":\"Tue, 24 Nov 2026 05:01:45 +0000\",\"date_sent\":null,"
    "\"date_updated\":\"Tue, 24 Nov 2026 05:01:45 +0000\",\"direction\":\"outbound-api\","
    "\"error_code\":null,\"error_message\":null,\"from\":\"+15557122661\",\"messaging_service_sid\":null,"
    "\"num_media\":\"0\",\"num_segments\":\"1\",\"price\":null,\"price_unit\":\"USD\","
    "\"sid\":\"" PLACEHOLDER "\",\"status\":\"queued\",\"subresource_uris\":{"
    "\"media\":\"/2010-04-01/Accounts/" ACCOUNT "/Messages/" PLACEHOLDER "/Media.json\","
    "\"feedback\":\"/2010-04-01/Accounts/" ACCOUNT "/Messages/" PLACEHOLDER "/Feedback.json\"},"
    "\"to\":\"+15558675310\",\"uri\":\"/2010-04-01/Accounts/" ACCOUNT "/Messages/" PLACEHOLDER ".json\"}";

static const char missing_body[] = "{\"code\":20404,\"message\":\"The requested resource was not found\","
                                   "\"more_info\":\"https://www.twilio.com/docs/errors/20404\",\"status\":404}";

static const char list_body[] = "{\"messages\":[],\"next_page_uri\":null}";

static char created[2048], missing[512], list[512];
static size_t created_length, missing_length, list_length;
static char *sids[8];
static int sid_count;
static uint64_t random_state[2];

static uint64_t next_random(void) { // xorshift128+: a SID must differ, not resist
    uint64_t a = random_state[0], b = random_state[1];
    random_state[0] = b;
    a ^= a << 23;
    random_state[1] = a ^ b ^ a >> 18 ^ b >> 5;
    return random_state[1] + b;
}

static size_t compose(char *to, size_t capacity, const char *status, const char *body, size_t length) {
    int n = snprintf(to, capacity,
        "HTTP/1.1 %s\r\nContent-Type: application/json;charset=utf-8\r\nContent-Length: %zu\r\n"
        "Twilio-Request-Id: RQ00000000000000000000000000000000\r\nTwilio-Concurrent-Requests: 1\r\n"
        "Twilio-Request-Duration: 0.001\r\nX-API-Domain: api.twilio.com\r\n\r\n%s",
        status, length, body);
    if (n < 0 || (size_t)n >= capacity) bench_die("mock: an answer does not fit");
    return (size_t)n;
}

void answer_prepare(void) {
    created_length = compose(created, sizeof created, "201 Created", created_body, sizeof created_body - 1);
    missing_length = compose(missing, sizeof missing, "404 Not Found", missing_body, sizeof missing_body - 1);
    list_length = compose(list, sizeof list, "200 OK", list_body, sizeof list_body - 1);
    for (char *at = created; (at = strstr(at, PLACEHOLDER)) != NULL; at += sizeof PLACEHOLDER - 1)
        sids[sid_count++] = at + 2;
    if (getrandom(random_state, sizeof random_state, 0) != sizeof random_state) bench_die("mock: no random bytes");
}

const char *answer_created(size_t *length) {
    static const char digits[] = "0123456789abcdef";
    char sid[32];
    for (int half = 0; half < 2; half++) {
        uint64_t r = next_random();
        for (int i = 0; i < 16; i++, r >>= 4) sid[half * 16 + i] = digits[r & 15];
    }
    for (int i = 0; i < sid_count; i++) memcpy(sids[i], sid, sizeof sid);
    *length = created_length;
    return created;
}

const char *answer_empty_list(size_t *length) {
    *length = list_length;
    return list;
}

const char *answer_not_found(size_t *length) {
    *length = missing_length;
    return missing;
}
