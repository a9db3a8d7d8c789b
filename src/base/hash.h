/* SPDX-License-Identifier: Apache-2.0 */
/* Digests and checksums. */
#ifndef AS_HASH_H
#define AS_HASH_H

#include "base/span.h"

enum { AS_SHA256_LEN = 32 };

typedef struct as_sha256 {
	uint8_t b[AS_SHA256_LEN];
} as_sha256;

typedef struct as_hasher as_hasher;

/* A SHA-256 in the making (FIPS 180-4). _new answers NULL without memory; free with _free. After
 * _end the hasher is ready for the next message. Not shared between threads. */
as_hasher *as_hasher_new(void);
void as_hasher_free(as_hasher *h);
void as_hasher_add(as_hasher *h, as_span s);
as_sha256 as_hasher_end(as_hasher *h);

/* SHA-256 of s in one go. */
as_sha256 as_sha256_of(as_span s);
/* Writes 64 lower-case hexadecimal digits and a NUL. */
void as_sha256_hex(const as_sha256 *h, char out[65]);

/* CRC-32 as in zlib and U-Boot (polynomial 0xedb88320), starting from crc 0. Pure. */
uint32_t as_crc32(uint32_t crc, as_span s);
/* Sum of the big-endian 32-bit words of s (a tail is zero-padded), modulo 2^32. Pure. */
uint32_t as_sum32_be(as_span s);
/* Shannon entropy of s in thousandths of a bit per byte, 0 to 8000; 0 for an empty span. Pure. */
uint32_t as_entropy(as_span s);

#endif
