/* SPDX-License-Identifier: Apache-2.0 */
/* Files and folders of feeds into the index. */
#ifndef AS_VULN_IMPORT_H
#define AS_VULN_IMPORT_H

#include "vuln/store.h"

typedef struct as_import {
	as_store *store;
	/* A line for the user. */
	void (*say)(void *ctx, const char *text);
	/* Records read so far of what is being imported; called now and then. */
	void (*progress)(void *ctx, const char *name, uint64_t records);
	void *ctx;
	as_counts total;           /* of all that was imported */
	uint64_t files, strangers; /* files read; those of them, or members, that are no feeds */
	unsigned locks;            /* walls that held in every reading process: AS_LOCK_* */
} as_import;

/* Imports a file, or all files below a folder but hidden ones. name: of the source; NULL: the path's last component,
 * with those before it where sources of other paths have that name. url: where it is from; NULL: path. AS_NOT_THIS: it
 * cannot be opened (errno says why); AS_IO: the index cannot be written. */
as_status as_import_path(
	as_import *im, const char *path, const char *name, const char *url) AS_MUST_USE;

#endif
