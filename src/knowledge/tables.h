/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of numbers in a program (of checksums, ciphers, codecs): what a compiler leaves as the source has it,
 * in copies that hold no text as well. */
#ifndef AS_TABLES_H
#define AS_TABLES_H

#include "base/span.h"

enum { AS_TABLE_LEN = 32 /* bytes of a piece of a table */ };

/* Told of a piece of AS_TABLE_LEN bytes and its key of 48 bits; what it answers other than AS_OK ends the
 * search. */
typedef as_status (*as_table_found)(void *ctx, as_span piece, uint64_t key);

/* Tells found of pieces that may be of a table: about one of 32 at offsets that are multiples of 4, chosen by
 * what they hold, and not those with few different bytes or of text. Tables of bytes and of words of 32 bits have
 * the same pieces and keys in both byte orders. Whether it is a table or code, it does not know. Linear in the
 * bytes of data. Answers what found did. */
as_status as_table_pieces(as_span data, as_table_found found, void *ctx) AS_MUST_USE;

#endif
