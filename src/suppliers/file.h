/* SPDX-License-Identifier: Apache-2.0 */
/* A file as a whole, in memory. */
#ifndef AS_SUPPLIERS_FILE_H
#define AS_SUPPLIERS_FILE_H

#include "base/buf.h"

enum { AS_FILE_MOST = 512 << 20, AS_FILE_DATE = 16 };

/* Reads a regular file of at most AS_FILE_MOST bytes; date (or NULL): the day it was last changed. Free the buffer with
 * as_buf_free. AS_IO: errno says why (EFBIG: too large; EINVAL: no regular file). */
as_status as_file_read(const char *path, as_buf *out, char date[AS_FILE_DATE]) AS_MUST_USE;

#endif
