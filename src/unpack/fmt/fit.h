/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of FIT images: what is signed, and whether it holds. */
#ifndef AS_UNPACK_FIT_H
#define AS_UNPACK_FIT_H

#include "base/signature.h"
#include "unpack/fdt.h"

enum { AS_FIT_TREES = 16 /* device trees with keys that are remembered */ };

/* The device trees of the object that hold public keys (node /signature), as U-Boot's control tree does. */
typedef struct as_fit_keys {
	as_fdt trees[AS_FIT_TREES];
	size_t n;
} as_fit_keys;

/* Collects them from body, which the keys borrow from. Pure. */
void as_fit_find_keys(as_fit_keys *keys, as_span body);

/* A signature, and the digest of what it signs. */
typedef struct as_fit_signature {
	const char *algo; /* of the digest, as OpenSSL names it; NULL: not known */
	as_span key, value;
	bool known, rsa, pss; /* known: what algorithm it is */
	uint8_t digest[AS_SIGNED_DIGEST_MAX];
	size_t n_digest; /* bytes; 0: it could not be made */
} as_fit_signature;

/* Reads the signature whose node w has just entered. data: the bytes that an image's signature signs; with p NULL it is
 * a configuration's, which signs nodes of the tree. Whether it can be verified with the key. Borrows; pure. */
bool as_fit_signed(const as_fdt *fdt, as_fdt_walk w, as_span data, as_fit_signature *out);
/* The public key whose node w has just entered, as U-Boot's control tree has it. Borrows; pure. */
as_public_key as_fit_key(as_fdt_walk w);
/* Whether it holds, in constant words. Pure. */
const char *as_fit_verdict(const as_fit_keys *keys, const as_fit_signature *s);
#define AS_FIT_NO_KEY "not verifiable here: key not in the image"
/* What src/signed.c joins, in hexadecimal: names of properties end so. */
#define AS_FIT_PROOF "proof"
#define AS_FIT_PUBLIC "public"

#endif
