/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL, used from memory only: no configuration file, no engine, no provider from disk. */
#ifndef AS_CRYPTO_H
#define AS_CRYPTO_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/hash.h"

/* Brings OpenSSL up without its configuration file, loads what examiners will need and seeds its
 * random generator, so that no file is opened later. An examiner calls it once, after its fork and
 * before it locks itself in. False if the built-in provider does not answer. */
bool as_crypto_prepare(void);

/* A public key, whatever it was found in. */
typedef struct as_pubkey {
	char algorithm[24];   /* "rsa", "ec", "dsa", "ed25519", ...; empty: unknown */
	int bits;             /* size of the key; 0: unknown */
	char fingerprint[65]; /* SHA-256 of the SubjectPublicKeyInfo in DER; empty: unknown */
} as_pubkey;

/* Describes the public half of a key. Pure. */
as_pubkey as_pubkey_of(EVP_PKEY *key);

/* Length of the DER value at the start of s with its header, or 0 if s does not start with one
 * whole definite-length value of that tag. Pure. */
size_t as_der_whole(as_span s, uint8_t tag);

/* Whether an encryption of this algorithm costs a sane amount of work: password-based schemes carry
 * an iteration count that comes from the image. */
bool as_pbe_is_affordable(const X509_ALGOR *algorithm);

/* Forgets OpenSSL's queue of errors: on untrusted bytes they are expected. */
void as_crypto_forget(void);

#endif
