/* SPDX-License-Identifier: Apache-2.0 */
/* RSA signatures whose public key stands in the image as bare numbers. */
#ifndef AS_UNPACK_RSA_H
#define AS_UNPACK_RSA_H

#include "base/span.h"

/* Whether sig (PKCS #1 v1.5) over the digest of data, by the name that OpenSSL gives it, is of the key with that
 * modulus and exponent (big-endian numbers, at most 1024 and 8 bytes). Pure. */
bool as_rsa_right(as_span modulus, as_span exponent, const char *digest, as_span data, as_span sig);

#endif
