/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: an SQL query over the facts, under a header of comments. docs/rules.md tells how to write one. */
#ifndef AS_RULE_H
#define AS_RULE_H

#include "base/arena.h"

typedef struct as_rule {
	const char *id, *title, *kind, *severity, *confidence_why, *cwe, *why, *fix,
		*sql;      /* in the arena */
	double confidence; /* 0 to 1 */
} as_rule;

/* Reads a rule's text. AS_NOT_THIS if its header is incomplete or a word is not of the vocabulary: then
 * *problem says what (in the arena). */
as_status as_rule_parse(as_arena *a, as_span text, as_rule *rule, const char **problem) AS_MUST_USE;

#endif
