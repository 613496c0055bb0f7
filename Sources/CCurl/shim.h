// libcurl, and what Swift cannot see of it: its option calls are variadic, so there is one here for each kind of value.
#ifndef SWITCHBOARD_CCURL_H
#define SWITCHBOARD_CCURL_H

// The checks are macros around the variadic calls; the functions below have types already.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

/// libcurl copies the string.
static inline CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_headers(CURL *easy, struct curl_slist *headers) {
    return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
}

static inline void ccurl_on_response(CURL *easy, curl_write_callback header, curl_write_callback body, void *context) {
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}

static inline void ccurl_on_request(CURL *easy, curl_prereq_callback request, void *context) {
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, context);
}

static inline void ccurl_on_open_socket(CURL *easy, curl_opensocket_callback open, void *context) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
}

/// libcurl copies both into each connection, which may outlive the easy handle's transfer.
static inline void ccurl_on_close_socket(CURL *easy, curl_closesocket_callback close, void *context) {
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, context);
}

/// Zero when the handle does not know.
static inline long ccurl_get_long(CURL *easy, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

static inline void *ccurl_get_context(CURL *easy) {
    char *context = 0;
    return curl_easy_getinfo(easy, CURLINFO_PRIVATE, &context) == CURLE_OK ? context : 0;
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline void ccurl_on_events(
    CURLM *multi, curl_socket_callback socket, curl_multi_timer_callback timer, void *context) {
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
}

// A macro with a cast, which Swift does not import.
static const long ccurl_basic_authentication = (long)CURLAUTH_BASIC;

/// The bundle of certificate authorities that the library was built for; null when it has none.
static inline const char *ccurl_system_ca_file(void) {
    const curl_version_info_data *version = curl_version_info(CURLVERSION_NOW);
    return version && version->age >= CURLVERSION_SEVENTH ? version->cainfo : 0;
}

/// The address itself: Swift imports the member as a `sockaddr`, which is too short for IPv6.
static inline const void *ccurl_address(const struct curl_sockaddr *address) { return &address->addr; }

#endif
