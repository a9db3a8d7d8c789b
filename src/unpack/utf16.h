/* SPDX-License-Identifier: Apache-2.0 */
/* Names that are kept as UTF-16. */
#ifndef AS_UTF16_H
#define AS_UTF16_H

#include "base/arena.h"

/* raw, UTF-16 big- or little-endian, as UTF-8 in the arena. Half a surrogate pair stays, as three bytes, so that
 * different names stay different; an odd byte at the end is left out. Empty without memory. */
as_span as_utf16(as_arena *a, as_span raw, bool big);

#endif
