/* SPDX-License-Identifier: Apache-2.0 */
/* AES, for the containers whose keys are public knowledge. */
#ifndef AS_CIPHER_H
#define AS_CIPHER_H

#include "base/span.h"

typedef enum as_cipher {
	AS_AES128_ECB,
	AS_AES128_CBC,
	AS_AES256_CBC,
} as_cipher;

enum { AS_AES_BLOCK = 16 /* bytes, of a block and of an initial vector */ };

/* Decrypts in, without a last part that is no whole block, piece by piece into sink; nothing is taken for padding.
 * key has the bytes that the cipher asks for, iv 16 (ECB: ignored). Statuses of the sink; AS_NOMEM; AS_NOT_THIS
 * if the library refuses. Keeps nothing. */
as_status as_decipher(as_cipher which, const uint8_t *key, const uint8_t *iv, as_span in,
	as_status (*sink)(void *ctx, as_span bytes), void *ctx) AS_MUST_USE;

/* The same for at most n bytes (whole blocks) at the start of in, into out. False if it cannot be done. */
bool as_decipher_start(
	as_cipher which, const uint8_t *key, const uint8_t *iv, as_span in, uint8_t *out, size_t n);

#endif
