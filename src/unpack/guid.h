/* SPDX-License-Identifier: Apache-2.0 */
/* GUIDs as Microsoft writes them. */
#ifndef AS_GUID_H
#define AS_GUID_H

#include "base/arena.h"

/* The 16 bytes of raw, of which the first three fields are little-endian, in the usual writing, in the arena. Empty
 * without memory; pure otherwise. */
as_span as_guid_text(as_arena *a, as_span raw);

#endif
