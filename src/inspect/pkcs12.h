/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_PKCS12_H
#define AS_PKCS12_H

#include <openssl/pkcs12.h>

#include "base/arena.h"

/* A PKCS#12 file (RFC 7292). Its parts are NULL where the file has none, or where no password in a
 * short list of common ones opens it. Free with as_p12_free. */
typedef struct as_p12 {
	PKCS12 *file;
	const char *password; /* that opens it ("" too); NULL: none of the list */
	EVP_PKEY *key;        /* the first private key */
	bool has_key; /* there is a key bag, opened or not; known only when the file is open */
	STACK_OF(X509) * certificates;
} as_p12;

/* Recognises a whole file as PKCS#12 and opens it if it can. False if it is none. */
bool as_p12_open(as_span file, as_p12 *out);
void as_p12_free(as_p12 *p);

#endif
