/* SPDX-License-Identifier: Apache-2.0 */
/* Options that review and extract share: budgets and jobs. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdint.h>

#include "assay/assay.h"

/* What the live line remembers: how much was known when it last grew, and when (seconds since the start). */
typedef struct live_line {
	uint64_t known;
	double grew;
	int settled;
} live_line;

typedef struct review_request {
	assay_review_options options;
	const char *inputs[256];
	const char *rules[32], *yara[32];
	const char *fail_on; /* severity, or NULL */
	assay_extract_options extract;
	int n_inputs, n_rules, n_yara;
	int quiet;
	live_line line;
} review_request;

/* Reads the command line of review and extract; 0 after a line on stderr for what makes no sense. */
int read_request(int argc, char **argv, review_request *r);

/* Shows messages, and progress: a live line on a terminal, a plain line per stage elsewhere. ctx is a
 * review_request. */
void show_progress(void *ctx, const assay_progress *now);
void show_message(void *ctx, const char *text);
/* Wipes the live line, if there is one. */
void end_progress(void);

#endif
