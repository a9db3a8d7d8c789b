/* SPDX-License-Identifier: Apache-2.0 */
/* Digests and checksums. */
#ifndef AS_HASH_H
#define AS_HASH_H

#include "base/span.h"

enum { AS_SHA256_LEN = 32, AS_SHA1_LEN = 20 };

typedef struct as_sha256 {
	uint8_t b[AS_SHA256_LEN];
} as_sha256;

typedef struct as_sha1 {
	uint8_t b[AS_SHA1_LEN];
} as_sha1;

/* What names an object: the SHA-256 for us, the SHA-1 for formats that ask for it (SPDX). */
typedef struct as_digests {
	as_sha256 sha256;
	as_sha1 sha1;
} as_digests;

typedef struct as_hasher as_hasher;

/* A SHA-256 in the making (FIPS 180-4). _new answers NULL without memory; free with _free. After
 * _end the hasher is ready for the next message. Not shared between threads. */
as_hasher *as_hasher_new(void);
void as_hasher_free(as_hasher *h);
void as_hasher_add(as_hasher *h, as_span s);
as_sha256 as_hasher_end(as_hasher *h);

/* The same with SHA-1 (FIPS 180-4) beside it, both of the same pass over the bytes. _end_both answers the two;
 * the SHA-1 is zero if the hasher was made without. */
as_hasher *as_hasher_new_both(void);
as_digests as_hasher_end_both(as_hasher *h);

/* SHA-256 of s in one go. */
as_sha256 as_sha256_of(as_span s);
/* Writes 64 lower-case hexadecimal digits and a NUL. */
void as_sha256_hex(const as_sha256 *h, char out[65]);
/* Writes 40 of them and a NUL. */
void as_sha1_hex(const as_sha1 *h, char out[41]);

/* CRC-32 as in zlib and U-Boot (polynomial 0xedb88320), starting from crc 0. Pure. */
uint32_t as_crc32(uint32_t crc, as_span s);
/* CRC-32C (polynomial 0x82f63b78) going on from crc; neither inverted before nor after: most begin with all ones
 * and some invert what comes out. Pure. */
uint32_t as_crc32c(uint32_t crc, as_span s);
/* Sum of the 32-bit words of s in that byte order, modulo 2^32; a tail that is no whole word is left out. Pure. */
uint32_t as_sum32(as_span s, bool big);
/* Shannon entropy of s in thousandths of a bit per byte, 0 to 8000; 0 for an empty span. Pure. */
uint32_t as_entropy(as_span s);

#endif
