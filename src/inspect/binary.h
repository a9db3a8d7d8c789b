/* SPDX-License-Identifier: Apache-2.0 */
/* Which objects are code as it runs. */
#ifndef AS_BINARY_H
#define AS_BINARY_H

#include "inspect/inspector.h"

/* Whether the file is a program, library, kernel, boot loader or unknown data: not text, and not a
 * container, whose contents are objects of their own. Pure. */
bool as_file_is_binary(const as_file *f);

#endif
