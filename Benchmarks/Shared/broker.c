#include "bench_shared.h"

#include <amqp_tcp_socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

void bench_expect(amqp_connection_state_t connection, const char *doing) {
    amqp_rpc_reply_t reply = amqp_get_rpc_reply(connection);
    if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
    if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION)
        bench_die("broker: %s: %s", doing, amqp_error_string2(reply.library_error));
    if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
        amqp_channel_close_t *close = reply.reply.decoded;
        bench_die("broker: %s: %d %.*s", doing, close->reply_code, (int)close->reply_text.len,
            (char *)close->reply_text.bytes);
    }
    if (reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
        amqp_connection_close_t *close = reply.reply.decoded;
        bench_die("broker: %s: %d %.*s", doing, close->reply_code, (int)close->reply_text.len,
            (char *)close->reply_text.bytes);
    }
    bench_die("broker: %s: unexpected answer", doing);
}

amqp_connection_state_t bench_connect(const char *url) {
    char *copy = strdup(url); // amqp_parse_url writes into it and `info` points into it
    struct amqp_connection_info info;
    if (copy == NULL || amqp_parse_url(copy, &info) != AMQP_STATUS_OK || info.ssl)
        bench_die("broker: the URL must be amqp://user:password@host:port/vhost");
    amqp_connection_state_t connection = amqp_new_connection();
    amqp_socket_t *socket = connection ? amqp_tcp_socket_new(connection) : NULL;
    if (socket == NULL) bench_die("broker: out of memory");
    int status = amqp_socket_open(socket, info.host, info.port);
    if (status != AMQP_STATUS_OK) bench_die("broker: %s:%d: %s", info.host, info.port, amqp_error_string2(status));
    amqp_rpc_reply_t reply =
        amqp_login(connection, info.vhost, 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, info.user, info.password);
    if (reply.reply_type != AMQP_RESPONSE_NORMAL)
        bench_die("broker: login as \"%s\" to vhost \"%s\" failed", info.user, info.vhost);
    free(copy);
    return connection;
}

void bench_close(amqp_connection_state_t connection) {
    amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(connection);
}

void bench_cork(int fd, bool on) {
    int value = on;
    setsockopt(fd, IPPROTO_TCP, TCP_CORK, &value, sizeof value);
}
