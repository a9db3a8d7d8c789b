/* SPDX-License-Identifier: Apache-2.0 */
/* Digests by name, and the hash trees of dm-verity, which Android's verified boot has as well. */
#ifndef AS_UNPACK_VERITY_H
#define AS_UNPACK_VERITY_H

#include "base/span.h"

enum { AS_DIGEST_MAX = 64 /* bytes */ };

/* The digest of a and then b by the algorithm of that name (sha256, sha1, sha512, ...). False if it is not known.
 * Pure. */
bool as_digest(as_span name, as_span a, as_span b, uint8_t out[AS_DIGEST_MAX], size_t *n);

/* A tree: level upon level of blocks with the digests of the blocks below, the one of the root first. */
typedef struct as_verity {
	as_span data, tree; /* what the tree is of, which may be missing; and the tree */
	as_span algorithm, salt;
	uint32_t data_block, hash_block; /* bytes */
	uint64_t n_blocks;               /* of data */
	bool old;                        /* hash type 0: the salt behind, digests not padded */
	/* What came out. */
	size_t n_root;
	uint8_t root[AS_DIGEST_MAX];
	uint64_t tree_len;       /* bytes that the tree has */
	uint64_t n_looked;       /* blocks of data that are there */
	uint64_t n_wrong, wrong; /* those that do not fit; the first, as an offset of data */
	uint64_t n_broken,
		broken; /* blocks of the tree that do not fit the level above; the first, of tree */
	bool cut;       /* the tree ends before it should */
} as_verity;

/* Computes tree_len and, with all or without the data, the rest. False if the numbers make no tree or the algorithm
 * is not known. Reads each byte once. Pure but for what came out. */
bool as_verity_measure(as_verity *v);
bool as_verity_check(as_verity *v);
/* The digest of the root alone. */
bool as_verity_root(as_verity *v);

#endif
