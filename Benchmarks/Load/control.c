#include "load.h"

#include <stdio.h>
#include <string.h>

/// Ready messages and consumers of each queue, as its leader counts them now.
static void print_depths(amqp_connection_state_t connection, char *names) {
    const char *separator = "{";
    for (char *name; (name = strsep(&names, " ")) != NULL; separator = ",") {
        amqp_queue_declare_ok_t *ok =
            amqp_queue_declare(connection, 1, amqp_cstring_bytes(name), 1, 0, 0, 0, amqp_empty_table);
        bench_expect(connection, name);
        printf("%s\"%s\":{\"ready\":%u,\"consumers\":%u}", separator, name, ok->message_count, ok->consumer_count);
        amqp_maybe_release_buffers(connection);
    }
    puts("}");
}

static void purge(amqp_connection_state_t connection, char *names) {
    uint64_t removed = 0;
    for (char *name; (name = strsep(&names, " ")) != NULL;) {
        amqp_queue_purge_ok_t *ok = amqp_queue_purge(connection, 1, amqp_cstring_bytes(name));
        bench_expect(connection, name);
        removed += ok->message_count;
        amqp_maybe_release_buffers(connection);
    }
    printf("{\"removed\":%llu}\n", (unsigned long long)removed);
}

/// `bind QUEUE EXCHANGE KEY` or `unbind …`: a benchmark may run with fewer subscribers than the topology has.
static void change_binding(amqp_connection_state_t connection, bool bind, char *words) {
    char *queue = strsep(&words, " "), *exchange = strsep(&words, " ");
    if (words == NULL) bench_die("load: a binding needs QUEUE EXCHANGE KEY");
    amqp_bytes_t q = amqp_cstring_bytes(queue), e = amqp_cstring_bytes(exchange), key = amqp_cstring_bytes(words);
    if (bind) amqp_queue_bind(connection, 1, q, e, key, amqp_empty_table);
    else amqp_queue_unbind(connection, 1, q, e, key, amqp_empty_table);
    bench_expect(connection, "binding");
    puts("{}");
}

void control_run(const char *url) {
    amqp_connection_state_t connection = bench_connect(url);
    amqp_channel_open(connection, 1);
    bench_expect(connection, "open channel");
    char line[4096];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *names = line, *command = strsep(&names, " ");
        if (strcmp(command, "quit") == 0) break;
        if (names == NULL) bench_die("load: \"%s\" needs the names of queues", command);
        if (strcmp(command, "depth") == 0) print_depths(connection, names);
        else if (strcmp(command, "purge") == 0) purge(connection, names);
        else if (strcmp(command, "bind") == 0) change_binding(connection, true, names);
        else if (strcmp(command, "unbind") == 0) change_binding(connection, false, names);
        else bench_die("load: unknown command \"%s\"", command);
        fflush(stdout);
    }
    bench_close(connection);
}
