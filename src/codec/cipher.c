/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/cipher.h"

#include <openssl/evp.h>

enum { PIECE = 1 << 15 };

static EVP_CIPHER_CTX *begin(as_cipher which, const uint8_t *key, const uint8_t *iv)
{
	const EVP_CIPHER *kind = which == AS_AES128_ECB   ? EVP_aes_128_ecb()
				 : which == AS_AES128_CBC ? EVP_aes_128_cbc()
							  : EVP_aes_256_cbc();
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	if (c && (EVP_DecryptInit_ex(c, kind, NULL, key, iv) != 1 ||
			 EVP_CIPHER_CTX_set_padding(c, 0) != 1)) {
		EVP_CIPHER_CTX_free(c);
		return NULL;
	}
	return c;
}

as_status as_decipher(as_cipher which, const uint8_t *key, const uint8_t *iv, as_span in,
	as_status (*sink)(void *ctx, as_span bytes), void *ctx)
{
	uint8_t out[PIECE + AS_AES_BLOCK];
	EVP_CIPHER_CTX *c = begin(which, key, iv);
	as_status s = c ? AS_OK : AS_NOMEM;
	size_t whole = in.n - in.n % AS_AES_BLOCK;
	for (size_t at = 0; at < whole && s == AS_OK; at += PIECE) {
		as_span piece = as_cut(in, at, as_min(whole - at, PIECE));
		int got = 0;
		if (EVP_DecryptUpdate(c, out, &got, piece.p, (int)piece.n) != 1)
			s = AS_NOT_THIS;
		else
			s = sink(ctx, as_bytes(out, (size_t)got));
	}
	EVP_CIPHER_CTX_free(c);
	return s;
}

bool as_decipher_start(
	as_cipher which, const uint8_t *key, const uint8_t *iv, as_span in, uint8_t *out, size_t n)
{
	EVP_CIPHER_CTX *c = n <= in.n ? begin(which, key, iv) : NULL;
	int got = 0;
	bool ok = c && EVP_DecryptUpdate(c, out, &got, in.p, (int)n) == 1 && (size_t)got == n;
	EVP_CIPHER_CTX_free(c);
	return ok;
}
