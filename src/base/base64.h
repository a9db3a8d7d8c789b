/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_BASE64_H
#define AS_BASE64_H

#include "base/arena.h"

/* The value of a base64 digit (RFC 4648, standard alphabet), or -1. Pure. */
int as_base64_digit(uint8_t b);

/* Decodes s: white space is skipped, '=' ends the text. Any other byte, or no memory, gives an empty
 * span with p NULL. Owned by the arena. */
as_span as_base64(as_arena *arena, as_span s);

#endif
