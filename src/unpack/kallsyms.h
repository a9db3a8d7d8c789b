/* SPDX-License-Identifier: Apache-2.0 */
/* The names that a Linux kernel keeps of its own functions and data. */
#ifndef AS_UNPACK_KALLSYMS_H
#define AS_UNPACK_KALLSYMS_H

#include "unpack/format.h"

/* Looks for the tables in body, a kernel that is not packed, and puts them as "kallsyms.txt", one line "address type
 * name" for each symbol as in System.map. A kernel without them is fine. Statuses as as_put. */
as_status as_kallsyms_put(as_unpack *u, as_span body) AS_MUST_USE;

#endif
