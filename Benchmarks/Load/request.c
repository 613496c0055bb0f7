#include "load.h"

#include <stdio.h>
#include <string.h>

/// Ordinary geographic numbers of North America: none special, none toll-free, none premium.
static const char *const area_codes[] = {"212", "312", "415", "503", "617", "713", "206", "303"};

size_t load_request(const struct load *load, uint64_t number, char *to, size_t capacity) {
    bool promotional = strcmp(load->class, "promotional") == 0;
    const char *text = promotional
        ? "Spring is here: this week all garden tools are a fifth cheaper. Reply STOP to end these messages."
        : "Your order has left our house and arrives on Tuesday between nine and noon. Thank you.";
    const char *evidence = promotional ? "\"consent\":{\"evidence\":\"cns_81f\"}," : "";
    int length = snprintf(to, capacity,
        "{\"to\":\"+1%s%03u%04u\",\"body\":\"%s\",%s\"recipient\":{\"id\":\"crm-%llu\"},"
        "\"metadata\":{\"campaign\":\"bench\",\"part\":\"p%llu\"}}",
        area_codes[number % 8], (unsigned)(220 + number / 8 / 10000 % 700), (unsigned)(number / 8 % 10000), text,
        evidence, (unsigned long long)number, (unsigned long long)number % 10);
    if (length < 0 || (size_t)length >= capacity) bench_die("load: a request does not fit");
    return (size_t)length;
}
