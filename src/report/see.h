/* SPDX-License-Identifier: Apache-2.0 */
/* How to see what a finding cites with ordinary tools: the chain of containers as shell commands. */
#ifndef AS_SEE_H
#define AS_SEE_H

#include "report/report.h"

enum { AS_SEE_CODE_MAX = 2 };

/* Machine code to disassemble: addresses as the program has them. */
typedef struct as_see_code {
	int64_t start, stop;
	int64_t base; /* address minus offset in the file */
	const char *
		machine; /* the file has no section headers, and is code of this machine; NULL: it has some */
	const char
		*options; /* how objdump is to read and write the instructions; ends with a blank */
} as_see_code;

typedef struct as_see {
	int64_t place;
	bool has_range; /* at and len are known: the bytes to look at, relative to the place's object */
	int64_t at, len;
	as_see_code code[AS_SEE_CODE_MAX]; /* what of it is to be disassembled, too */
	size_t n_code;
} as_see;

/* Appends bash commands, one a line, that begin with the input's file in the working directory:
 * one per container on the way (dd where the bytes stand as they are, else the format's own tool),
 * a check of the SHA-256, xxd of the bytes, readelf where they are an ELF header, and objdump of
 * code. Where no tool is known, a comment says so and assay extract is shown. AS_IO: the dossier
 * failed or its chain of places has no end. */
as_status as_see_add(sqlite3 *db, as_see what, as_buf *out) AS_MUST_USE;

#endif
