#include "reference.h"

#include <stdlib.h>

static struct message *spare;

struct message *message_new(void) {
    struct message *message = spare;
    if (message != NULL) spare = message->next;
    else if ((message = malloc(sizeof *message)) == NULL) bench_die("reference: out of memory");
    message->next = NULL;
    message->unconfirmed = 0;
    return message;
}

void message_free(struct message *message) {
    message->next = spare;
    spare = message;
}

void line_push(struct line *line, struct message *message) {
    message->next = NULL;
    if (line->first == NULL) line->first = message;
    else line->last->next = message;
    line->last = message;
}

struct message *line_pop(struct line *line) {
    struct message *message = line->first;
    if (message != NULL) line->first = message->next;
    return message;
}
