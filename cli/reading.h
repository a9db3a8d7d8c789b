/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that read dossiers have in common. */
#ifndef CLI_READING_H
#define CLI_READING_H

#include <stdbool.h>

#include "assay/assay.h"

typedef struct reading {
	assay_format format;
	const char *output; /* --output FILE, or NULL */
	const char *kind;   /* --format NAME, or NULL */
	unsigned seconds;   /* --seconds N, or 0 */
	bool all;           /* --all */
	char **words;       /* what is no option */
	int n;
} reading;

/* Reads --table --json --csv --output --format --seconds --all and leaves the words. False, after a line
 * on stderr, for anything else. */
bool reading_options(int argc, char **argv, reading *r);
/* The columns of the terminal on stdout; 0 if it is none. */
unsigned terminal_width(void);

#endif
