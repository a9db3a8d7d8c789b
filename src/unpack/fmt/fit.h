/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of FIT images: what is signed, and whether it holds. */
#ifndef AS_UNPACK_FIT_H
#define AS_UNPACK_FIT_H

#include "unpack/fdt.h"

enum { AS_FIT_TREES = 16 /* device trees with keys that are remembered */ };

/* The device trees of the object that hold public keys (node /signature), as U-Boot's control tree does. */
typedef struct as_fit_keys {
	as_fdt trees[AS_FIT_TREES];
	size_t n;
} as_fit_keys;

/* Collects them from body, which the keys borrow from. Pure. */
void as_fit_find_keys(as_fit_keys *keys, as_span body);

/* Whether the signature whose node w has just entered holds, in constant words. data: the bytes that an image's
 * signature signs; with p NULL it is a configuration's, which signs nodes of the tree. Pure. */
const char *as_fit_verdict(const as_fit_keys *keys, const as_fdt *fdt, as_fdt_walk w, as_span data);

#endif
