/* SPDX-License-Identifier: Apache-2.0 */
/* What can be said of bytes that no format claims. */
#ifndef AS_UNPACK_OPAQUE_H
#define AS_UNPACK_OPAQUE_H

#include "unpack/engine.h"

/* Looks at the object that u was opened for: whether it is packed or encrypted, by the evenness of its bytes, and if
 * it is, which fields of its beginning and end are a length or a checksum of it. States that as properties of
 * "opaque", and refuses what it cannot open. Says nothing of objects below 8 KiB and of what has structure. At most
 * some tens of passes over the bytes. Statuses as as_put. */
as_status as_opaque(as_unpack *u) AS_MUST_USE;

#endif
