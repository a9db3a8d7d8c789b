/* SPDX-License-Identifier: Apache-2.0 */
/* What the handlers of compressed streams share. */
#ifndef AS_UNPACK_STREAM_H
#define AS_UNPACK_STREAM_H

#include "codec/codec.h"
#include "unpack/format.h"

/* Bytes that must come out of a stream before a probe believes in it, unless it ends well
 * before. */
enum { AS_STREAM_PROOF = 4096 };

/* Whether the start of image really decodes by m: to AS_STREAM_PROOF bytes, or to a good end. size
 * is exact where frames tell it, else the span's (open_end). AS_NOT_THIS otherwise. lenient: a
 * stream that is damaged early is believed as well if anything came out (the header alone was
 * strong). Pure. */
as_status as_stream_probe(as_method m, as_span image, bool lenient, as_extent *out) AS_MUST_USE;

/* Notes what as_decode answered for a stream at offset at: damage, or that it asks for more memory than is given. What
 * then holds for the entry; anything else goes through. */
as_status as_decoded(as_unpack *u, as_status got, uint64_t at, const char *damaged) AS_MUST_USE;

/* Decodes body by m into one child made from *e (AS_PART). Notes damage, accounts for what the
 * stream used. Statuses as as_decode and as_begin. */
as_status as_stream_unpack(as_unpack *u, as_method m, as_span body, const as_entry *e) AS_MUST_USE;

#endif
