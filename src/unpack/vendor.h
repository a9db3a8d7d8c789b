/* SPDX-License-Identifier: Apache-2.0 */
/* What the handlers of vendors' containers share: a header, parts at offsets, checksums. */
#ifndef AS_UNPACK_VENDOR_H
#define AS_UNPACK_VENDOR_H

#include "unpack/format.h"

enum { AS_DIGEST_MAX = 64 /* bytes */ };

/* The .samples of a format whose golden inputs only a generator of ours wrote. */
extern const char *const as_vendor_samples[];

/* Puts n bytes at body offset at as a part of that name; of what the body cuts off, what there is, and that is
 * noted. Nothing for n 0. */
as_status as_vendor_part(as_unpack *u, as_span body, as_span name, uint64_t at, uint64_t n);
/* Puts *e as a file whose contents are n bytes at body offset at; of what the body cuts off, what there is, and that
 * is noted. */
as_status as_vendor_file(as_unpack *u, as_span body, const as_entry *e, uint64_t at, uint64_t n);
/* States "ok" or "wrong" for the checksum that stands in where; a wrong one is noted as damage with text. */
as_status as_vendor_sum(
	as_unpack *u, as_span body, as_span where, const char *name, bool right, const char *text);
/* States a field of text, to its first NUL or 0xff; nothing if it is empty. */
void as_vendor_text(as_unpack *u, as_span field, const char *name);
/* The text of such a field. Borrows; pure. */
as_span as_vendor_string(as_span field);
/* Whether every byte before the field's end is printable ASCII, and there is one at least. Pure. */
bool as_vendor_printable(as_span field);
/* Whether it is printable text of four characters or more, with NUL to the field's end: not what stands by chance
 * around a magic. Pure. */
bool as_vendor_filled(as_span field);

/* Digest of the pieces, one after another, by the name that OpenSSL gives it ("md5", "sha512"); its length, 0 if
 * it cannot be had. */
size_t as_vendor_digest(
	const char *algo, const as_span *pieces, size_t n, uint8_t out[AS_DIGEST_MAX]);
/* CRC-32 without the last inversion (JAMCRC): what Broadcom's, OpenWrt's and others' tools write. Pure. */
uint32_t as_vendor_jamcrc(as_span s);
/* A copy of a name with slashes for its backslashes, in the container's memory. */
as_span as_vendor_slashes(as_unpack *u, as_span name);

/* CRC-32 of polynomial 0x04c11db7, the highest bit first: a byte more. Pure. */
uint32_t as_vendor_cksum_byte(uint32_t crc, uint8_t b);
/* CRC-32 as POSIX's cksum has it, the length under it; of pieces one after another. Pure. */
uint32_t as_vendor_cksum(as_span s);
uint32_t as_vendor_cksum_of(const as_span *pieces, size_t n);
/* CRC-16 of polynomial 0x1021, the highest bit first, going on from crc. Pure. */
uint16_t as_vendor_crc16(as_span s, uint16_t crc);
/* Whether that digest is what want holds. */
bool as_vendor_digest_is(const char *algo, const as_span *pieces, size_t n, as_span want);

#endif
