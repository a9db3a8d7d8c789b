/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_LINES_H
#define AS_LINES_H

#include "base/cur.h"

/* Reads line-oriented configurations: INI, .conf, .properties, YAML, TOML, shell assignments,
 * nvram text. */
typedef struct as_lines {
	as_cur c;
	as_span section; /* last [section] or "name {" or the first name of an unfinished block */
	as_span line;    /* the current line, trimmed, with its comment */
	as_span name, value;
	char separator; /* '=', ':' or ' ' */
	bool quoted;
} as_lines;

as_lines as_lines_of(as_span data);

/* The next line with a name and a value, without comment lines; values lose one pair of quotes and
 * a trailing comment or semicolon. With separator ' ' the name is the first word. False at the
 * end. */
bool as_lines_next(as_lines *l);

#endif
