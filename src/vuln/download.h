/* SPDX-License-Identifier: Apache-2.0 */
/* One file from an address, whole or not at all; what came before an interruption is not loaded again. */
#ifndef AS_VULN_DOWNLOAD_H
#define AS_VULN_DOWNLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum { AS_TAG_MAX = 256 /* bytes of what a server says of a version of a file */ };

typedef struct as_download {
	const char *url;
	const char *path; /* where the file goes; path.part and path.tag are used on the way */
	bool plain;       /* addresses without TLS are allowed; else only those of this machine */
	uint64_t most;    /* bytes it may have */
	unsigned idle_seconds;  /* with less than 1 KiB each, and it counts as interrupted; 0: 60 */
	unsigned total_seconds; /* and after so many in all; 0: six hours */
	const char *etag, *last_modified; /* of the version that is here already, or NULL */
	/* Told now and then how much is there. */
	void (*progress)(void *ctx, uint64_t bytes);
	void *ctx;
	/* Answers. */
	bool unchanged; /* the server has nothing newer: there is no file */
	char new_etag[AS_TAG_MAX], new_last_modified[AS_TAG_MAX];
	char why[256]; /* words for what went wrong */
} as_download;

/* Loads it. AS_OK: the file is at path, or unchanged. AS_NOT_THIS: the address is refused or the server does
 * not give it; AS_IO: it was interrupted or cannot be written; what came is kept
 * for the next time. What is larger than may be is not kept. */
as_status as_download_run(as_download *d) AS_MUST_USE;

/* Whether an address may be loaded from: https, or http from this machine, or any http if plain. Pure. */
bool as_address_allowed(const char *url, bool plain);

#endif
