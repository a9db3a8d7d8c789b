/* SPDX-License-Identifier: Apache-2.0 */
/* Data files that the build put into the program (tools/embed.py). */
#ifndef AS_EMBED_H
#define AS_EMBED_H

#include "base/span.h"

typedef struct as_embedded {
	const char *path; /* relative to the folder it came from; NULL ends a list */
	const unsigned char *data;
	size_t n; /* bytes, without the NUL that follows them */
} as_embedded;

extern const as_embedded as_embedded_rules[];     /* rules/ *.sql */
extern const as_embedded as_embedded_knowledge[]; /* knowledge/ *.tsv */
extern const as_embedded as_embedded_reference[]; /* knowledge/ *.pack */
extern const as_embedded as_embedded_feeds[];     /* knowledge/ *.tar.xz */
extern const as_embedded as_embedded_schema[];    /* src/dossier/schema.sql */
extern const as_embedded as_embedded_assess[];    /* src/assess/ *.sql */
extern const as_embedded as_embedded_toml[];      /* knowledge/ *.toml */
extern const as_embedded as_embedded_web[];       /* web/ */
extern const as_embedded as_embedded_charts[];    /* charts.js, the chart library; or nothing */
extern const as_embedded as_embedded_vuln[];      /* src/vuln/ *.sql, *.tsv */
extern const as_embedded as_embedded_suppliers[]; /* src/suppliers/ *.sql */

/* The file of that path in a list, as a span; empty if there is none. Borrows for ever; pure. */
as_span as_embedded_file(const as_embedded *list, const char *path);

#endif
