/* SPDX-License-Identifier: Apache-2.0 */
/* A file system with the dm-verity hash device right behind it (veritysetup --hash-offset): see verity.c. It begins
 * like what it holds, so the superblock is looked for where blocks of data may end. */
#include "unpack/fmt/verity.h"

enum { STEP = 4096 };

static bool find(as_span image, uint64_t *at, as_verity *v, uint64_t *tree_at)
{
	static const uint8_t magic[8] = "verity\0";
	for (*at = STEP; *at + AS_VERITY_SUPER <= image.n; *at += STEP)
		if (as_same(as_cut(image, *at, 8), as_bytes(magic, 8)) &&
			as_verity_open(image, *at, v, tree_at) && v->data.n > 0 &&
			*at - v->data.n < STEP)
			return true;
	return false;
}

static as_status probe(as_span image, as_extent *out)
{
	as_verity v;
	uint64_t at = 0, tree_at = 0;
	if (!find(image, &at, &v, &tree_at))
		return AS_NOT_THIS;
	/* One block that fits its digest tells that both belong together; so it is asked of the first. */
	as_verity one = v;
	one.data = as_cut(v.data, 0, v.data_block);
	bool right = as_verity_check(&one) && one.n_looked == 1 && one.n_wrong == 0;
	*out = (as_extent){ .size = as_min(tree_at + v.tree_len, image.n) };
	out->sure = right ? AS_CHECKSUMMED : AS_STRUCTURED;
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_verity v;
	uint64_t at = 0, tree_at = 0;
	if (!find(body, &at, &v, &tree_at))
		return as_lost(u, 0, "superblock is damaged");
	as_status s = as_verity_tell(u, body, at, &v, tree_at);
	as_entry e = { .type = AS_PART, .name = as_lit("data"), .data = v.data };
	return s <= AS_PARTIAL ? as_worse(s, as_put(u, NULL, &e, NULL)) : s;
}

const as_format as_format_verity_data = {
	.id = "verity_data",
	.title = "data with its dm-verity hash tree",
	.kind = AS_CARRIER,
	.magic = NULL, /* begins as what it holds does */
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "hash types 0 and 1", NULL },
	.verifies =
		(const char *const[]){
			"every block of data, and the tree; the root hash is told", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "veritysetup 2.6.1 --hash-offset", NULL },
	.gaps = (const char *const[]){ "superblocks that are not aligned to 4096 bytes, or leave "
				       "4096 or more between them "
				       "and the data",
		"searched only at the start of an object", NULL },
	.spec = "https://gitlab.com/cryptsetup/cryptsetup/-/wikis/DMVerity",
	.see = NULL,
};
