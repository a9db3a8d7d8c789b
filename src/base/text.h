/* SPDX-License-Identifier: Apache-2.0 */
/* Image bytes as text that is safe to print, store and compare. */
#ifndef AS_TEXT_H
#define AS_TEXT_H

#include "base/arena.h"
#include "base/buf.h"

/* The length in bytes of the valid UTF-8 sequence (RFC 3629) at offset at of s, or 0. Pure. */
size_t as_utf8(as_span s, size_t at);
/* The same for a character that may be shown as it is; 0 for control characters and for marks that
 * change how the text around them is shown (directional overrides, zero-width). Pure. */
size_t as_shown(as_span s, size_t at);
/* Appends s to out as UTF-8: valid printable sequences as they are; control bytes, NUL, invalid
 * sequences and the backslash as \xNN. So the text is reversible and never breaks a terminal. */
void as_text_add(as_buf *out, as_span s);
/* Whether s is valid UTF-8 without control characters other than tab, newline, carriage return
 * and form feed. Empty is text. Pure. */
bool as_is_text(as_span s);
/* Whether b is printable ASCII (0x20 to 0x7e). Pure. */
static inline bool as_printable(uint8_t b) { return b >= 0x20 && b < 0x7f; }
/* Whether name matches a shell pattern (* ? and [...] sets; * also matches /). Linear in practice:
 * one backtrack point. Pure. */
bool as_glob(const char *pattern, as_span name);
/* Whether s is a day of the calendar as YYYY-MM-DD, from 1970 on. Pure. */
bool as_is_date(as_span s);
/* Lower-case hexadecimal of s, appended to out. */
void as_hex_add(as_buf *out, as_span s);
/* The same in the arena; empty without memory. */
as_span as_hex_of(as_arena *a, as_span s);
/* Reads s, whole, as pairs of hexadecimal digits into out; how many bytes, or 0 if it is none or longer than cap. */
size_t as_hex_bytes(as_span s, uint8_t *out, size_t cap);

#endif
