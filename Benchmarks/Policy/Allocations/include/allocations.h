#pragma once

#include <stdint.h>

/// How many blocks this program has asked malloc for so far.
uint64_t allocation_count(void);
