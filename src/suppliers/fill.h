/* SPDX-License-Identifier: Apache-2.0 */
/* Fills the directory from what the distribution has installed and what ships with the program. */
#ifndef AS_SUPPLIERS_FILL_H
#define AS_SUPPLIERS_FILL_H

#include "suppliers/put.h"

/* What a fill read, and what is not installed. */
typedef struct as_filled {
	void (*say)(void *ctx,
		const char *text); /* told of each source, and of packages that are missing */
	void *ctx;
} as_filled;

/* Reads the registries below folder (the distribution's /usr/share) and what ships, within the caller's
 * transaction. What is there already stays; what a person merged stays merged. AS_IO: the directory cannot be
 * written. */
as_status as_fill(
	sqlite3 *db, as_naming *names, const char *folder, const as_filled *told) AS_MUST_USE;

#endif
