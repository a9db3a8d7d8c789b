/* SPDX-License-Identifier: Apache-2.0 */
/* The variables of U-Boot: "name=value" NUL, again and again, and an empty one. */
#ifndef AS_UNPACK_UBOOT_ENV_H
#define AS_UNPACK_UBOOT_ENV_H

#include "unpack/format.h"

enum { AS_UBOOT_ENV_MAX = 512 << 10 /* bytes of an environment that are read */ };

/* Length of the variable at offset at of s, without its NUL; 0 if there is none. Pure. */
size_t as_uboot_variable(as_span s, size_t at);
/* The variables as lines of text, in the arena; a line end in a value as backslash and line end. */
as_span as_uboot_lines(as_arena *a, as_span text);

#endif
