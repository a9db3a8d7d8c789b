/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of a pack: a literal that is searched, and an expression around it whose group, if it has one, is the version.
 *   components.tsv: software by the version text that its own source code puts into every binary of it
 *   weblibs.tsv: libraries of the browser, by their comments and assignments
 *   suppliers.tsv: who made a part; vendor is the role, product the group of companies, without purl */
#ifndef AS_BANNER_H
#define AS_BANNER_H

#include "base/span.h"

typedef struct as_banner {
	as_span id, name, vendor, product, purl; /* from the pack; purl without a version */
	int64_t confidence;                      /* thousandths, from the pack */
	as_span text,
		version; /* what matched; cut from the scanned bytes. No version: the row knows none */
} as_banner;

typedef enum as_banner_pack {
	AS_COMPONENTS,
	AS_WEBLIBS,
	AS_SUPPLIERS,
	AS_N_BANNER_PACKS
} as_banner_pack;

/* Takes a hit. Anything but AS_OK ends the scan with that status. */
typedef as_status (*as_banner_found)(void *ctx, const as_banner *hit);

/* Reads the packs and compiles each into one search, once; call it before examiners are forked, so
 * that they share the result. Later calls, from any thread, only answer. AS_NOMEM if that
 * failed. */
as_status as_banner_prepare(void) AS_MUST_USE;

/* How many rows of the pack are in use: all of them, unless an expression does not compile. */
size_t as_banner_rows(as_banner_pack which);

/* Reports every row of the pack that matches in data, in the order of the bytes; the same component
 * may be reported more than once. AS_PARTIAL: so many literals without a version that not all were
 * looked at. AS_NOMEM; else what found answered. Prepares if that was not done. From any thread. */
as_status as_banner_scan(
	as_banner_pack which, as_span data, as_banner_found found, void *ctx) AS_MUST_USE;

#endif
