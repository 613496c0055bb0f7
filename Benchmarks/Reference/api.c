#include "reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

/// One easy handle, used again and again, with the message it carries and the answer so far.
struct slot {
    CURL *easy;
    struct message *message;
    size_t form_length, answer_length;
    char form[8192];
    char answer[ANSWER_LIMIT];
};

static CURLM *multi;
static const struct settings *settings;
static struct slot **spare;
static unsigned spare_count;
static int epoll_set;
static uint64_t timer_at; ///< in ns; 0: none

static void check(CURLMcode code) {
    if (code != CURLM_OK) bench_die("reference: libcurl: %s", curl_multi_strerror(code));
}

static int watch(CURL *easy, curl_socket_t fd, int what, void *context, void *known) {
    (void)easy;
    (void)context;
    struct epoll_event event = {.data.fd = fd};
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(epoll_set, EPOLL_CTL_DEL, fd, NULL); // fails if it is closed already, which removed it
        return 0;
    }
    if (what & CURL_POLL_IN) event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
    epoll_ctl(epoll_set, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    if (!known) curl_multi_assign(multi, fd, &multi);
    return 0;
}

static int set_timer(CURLM *handle, long ms, void *context) {
    (void)handle;
    (void)context;
    timer_at = ms < 0 ? 0 : bench_now_ns() + (uint64_t)ms * 1000000;
    return 0;
}

static size_t take_answer(char *bytes, size_t size, size_t count, void *context) {
    struct slot *slot = context;
    size_t length = size * count;
    if (slot->answer_length + length > sizeof slot->answer) return 0;
    memcpy(slot->answer + slot->answer_length, bytes, length);
    slot->answer_length += length;
    return length;
}

static struct slot *slot_new(const char *url, struct curl_slist *headers) {
    struct slot *slot = calloc(1, sizeof *slot);
    if (slot == NULL || (slot->easy = curl_easy_init()) == NULL) bench_die("reference: out of memory");
    curl_easy_setopt(slot->easy, CURLOPT_URL, url);
    curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(slot->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(slot->easy, CURLOPT_USERNAME, settings->account_sid);
    curl_easy_setopt(slot->easy, CURLOPT_PASSWORD, settings->token);
    curl_easy_setopt(slot->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(slot->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(slot->easy, CURLOPT_TIMEOUT_MS, 30000L);
    curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(slot->easy, CURLOPT_WRITEDATA, slot);
    curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
    return slot;
}

void api_open(const struct settings *given, int set) {
    settings = given;
    epoll_set = set;
    char url[512];
    snprintf(url, sizeof url, "%s/2010-04-01/Accounts/%s/Messages.json", given->api_url, given->account_sid);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi = curl_multi_init();
    spare = calloc(given->slots, sizeof *spare);
    if (multi == NULL || spare == NULL) bench_die("reference: out of memory");
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)given->slots);
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
    for (unsigned i = 0; i < given->slots; i++) spare[spare_count++] = slot_new(url, headers);
}

bool api_has_slot(enum lane lane) { return spare_count > (lane == PROMOTIONAL ? settings->reserved : 0); }

void api_start(struct message *message) {
    struct slot *slot = spare[--spare_count];
    slot->message = message;
    slot->answer_length = 0;
    slot->form_length = form_write(settings, message, slot->form, sizeof slot->form);
    curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, slot->form);
    curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE, (long)slot->form_length);
    check(curl_multi_add_handle(
        multi, slot->easy)); // asks for a timer at once: the turn's end runs all new ones together
    counts.posts++;
}

void api_event(int fd, uint32_t events) {
    int mask = 0, running;
    if (events & EPOLLIN) mask |= CURL_CSELECT_IN;
    if (events & EPOLLOUT) mask |= CURL_CSELECT_OUT;
    if (events & (EPOLLERR | EPOLLHUP)) mask |= CURL_CSELECT_ERR;
    check(curl_multi_socket_action(multi, fd, mask, &running));
}

int api_timeout(void) {
    if (timer_at == 0) return -1;
    uint64_t now = bench_now_ns();
    return timer_at <= now ? 0 : (int)((timer_at - now + 999999) / 1000000);
}

static void finish(CURLMsg *finished) {
    struct slot *slot;
    long status = 0;
    curl_easy_getinfo(finished->easy_handle, CURLINFO_PRIVATE, &slot);
    curl_easy_getinfo(finished->easy_handle, CURLINFO_RESPONSE_CODE, &status);
    if (finished->data.result != CURLE_OK || status != 201)
        bench_die("reference: the API answered %ld (%s)", status, curl_easy_strerror(finished->data.result));
    curl_multi_remove_handle(multi, slot->easy);
    struct message *m = slot->message;
    if (!json_string(slot->answer, slot->answer_length, "sid", m->sid, sizeof m->sid) ||
        !json_string(slot->answer, slot->answer_length, "status", m->status, sizeof m->status))
        bench_die("reference: an answer without a SID");
    spare[spare_count++] = slot;
    publish_accepted(m);
}

void api_turn(void) {
    int running, left;
    if (timer_at != 0 && timer_at <= bench_now_ns()) {
        timer_at = 0;
        check(curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running));
    }
    for (CURLMsg *info; (info = curl_multi_info_read(multi, &left)) != NULL;)
        if (info->msg == CURLMSG_DONE) finish(info);
}
