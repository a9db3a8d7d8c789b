/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures whose public key stands somewhere as bare numbers (big-endian). */
#ifndef AS_SIGNATURE_H
#define AS_SIGNATURE_H

#include "base/span.h"

enum { AS_SIGNED_DIGEST_MAX = 64 /* bytes */ };

/* RSA: modulus (at most 2048 bytes) and exponent (at most 8). Else ECDSA: a curve by the name that OpenSSL gives it,
 * and a point on it (at most 66 bytes each). */
typedef struct as_public_key {
	as_span modulus, exponent;
	as_span curve, x, y;
} as_public_key;

typedef enum as_signed {
	AS_SIGNED_RIGHT,
	AS_SIGNED_WRONG,
	AS_SIGNED_NO_KEY, /* the key is none, or not of that kind */
} as_signed;

/* Whether sig over a digest, by the name that OpenSSL gives it, is the key's. RSA: PKCS #1 v1.5, or PSS of any salt;
 * ECDSA: both numbers one after the other. Pure. */
as_signed as_signed_digest(
	const as_public_key *k, const char *algo, bool pss, as_span digest, as_span sig);

/* Whether sig (PKCS #1 v1.5) over the digest of data is of that RSA key. Pure. */
bool as_rsa_right(as_span modulus, as_span exponent, const char *algo, as_span data, as_span sig);

#endif
