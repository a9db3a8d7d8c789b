/* SPDX-License-Identifier: Apache-2.0 */
/* Text on its way into a file format. All take bytes from anywhere (a dossier may be hostile) and
 * write something its reader cannot misread. */
#ifndef AS_ENCODE_H
#define AS_ENCODE_H

#include "report/report.h"

/* A JSON string with its quotes: control characters, '<' and what is no UTF-8 are escaped, so that
 * the text may also stand in a <script> element. */
void as_out_json(as_out *out, as_span s);
/* JSON text that SQLite made, as it is but for the same bytes: '<', what is no UTF-8, and control
 * characters (which JSON allows only between its tokens: they become blanks). */
void as_out_json_raw(as_out *out, as_span s);
/* One field of a CSV line (RFC 4180), quoted where needed. guard: a first character that would
 * make a spreadsheet compute (= + - @, tab, line ends) gets an apostrophe before it. */
void as_out_csv(as_out *out, as_span s, bool guard);
/* Text for a terminal: what could act on it or deceive its reader is written \xNN. At most width
 * columns (0: no limit); longer text keeps its ends around "...". Answers the columns used. */
size_t as_out_plain(as_out *out, as_span s, size_t width);
/* The columns the text would use, one per character. Pure. */
size_t as_plain_width(as_span s);
/* Text as one word for bash, in quotes where it needs them; what may not be shown is written
 * $'\xNN'. */
void as_shell_add(as_buf *out, as_span s);
/* A path as part of a URI (RFC 3986): all but unreserved characters and '/' as %NN. */
void as_uri_add(as_buf *out, as_span s);

/* Writes the words of text with one blank between them, on as many lines of width columns as it takes; the first begins
 * in column indent, the others are indented so. A word that is longer than a line is cut. Ends no line. */
void as_out_wrapped(as_out *out, as_span text, size_t indent, size_t width);

#endif
