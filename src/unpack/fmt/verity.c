/* SPDX-License-Identifier: Apache-2.0 */
/* dm-verity's hash device, as veritysetup formats it, little-endian:
 *    0 "verity"   8 version u32 (1)   12 hash type u32 (1; 0: Chrome OS)   16 UUID   32 algorithm, 32 bytes
 *   64 data block size u32   68 hash block size u32   72 data blocks u64   80 length of the salt u16   88 salt
 * From the next hash block on stands the tree. The digest of its first block is the root hash, which a boot loader
 * gets from elsewhere: it stands nowhere here. */
#include "unpack/fmt/verity.h"

enum { SALT_AT = 88, SALT_MAX = 256 };

bool as_verity_open(as_span image, uint64_t at, as_verity *v, uint64_t *tree_at)
{
	as_span raw = as_cut(image, at, AS_VERITY_SUPER);
	if (!as_same(as_cut(raw, 0, 8), as_bytes("verity\0\0", 8)))
		return false;
	as_cur c = as_cur_le(raw, 8);
	uint32_t version = as_u32(&c), type = as_u32(&c);
	as_skip(&c, 16);
	as_span name = as_take(&c, 32);
	*v = (as_verity){ .data_block = as_u32(&c), .old = type == 0 };
	v->hash_block = as_u32(&c);
	v->n_blocks = as_u64(&c);
	uint16_t salt = as_u16(&c);
	v->algorithm = as_cut(name, 0, as_min(as_find_byte(name, 0, 0), name.n));
	v->salt = as_cut(raw, SALT_AT, salt);
	if (!as_ok(&c) || version != 1 || type > 1 || salt > SALT_MAX || v->hash_block < 512 ||
		(v->hash_block & (v->hash_block - 1)) != 0 ||
		(v->data_block & (v->data_block - 1)) != 0)
		return false;
	*tree_at = (at + AS_VERITY_SUPER + v->hash_block - 1) / v->hash_block * v->hash_block;
	v->tree = as_from(image, *tree_at);
	uint64_t n = 0;
	if (as_mul(&n, v->n_blocks, v->data_block) && n <= at)
		v->data = as_cut(image, 0, n);
	if (!as_verity_measure(v))
		return false;
	v->tree = as_cut(v->tree, 0, as_min(v->tree.n, v->tree_len));
	return true;
}

static as_span hex(as_unpack *u, as_span s)
{
	as_buf b = { 0 };
	as_hex_add(&b, s);
	as_span text = as_copy(as_memory(u), as_buf_span_of(&b));
	as_buf_free(&b);
	return text;
}

as_status as_verity_tell(as_unpack *u, as_span body, uint64_t at, as_verity *v, uint64_t tree_at)
{
	as_status s = AS_OK;
	as_struct(u, at, AS_VERITY_SUPER, "verity superblock");
	as_struct(u, tree_at, v->tree.n, "verity hash tree");
	as_tell(u, v->algorithm, "algorithm", v->algorithm);
	as_tell(u, v->salt, "salt", hex(u, v->salt));
	as_tellf(u, as_cut(body, at + 12, 4), "hash-type", "%u", v->old ? 0 : 1);
	as_tellf(u, as_cut(body, at + 72, 8), "data-blocks", "%llu of %u bytes",
		(unsigned long long)v->n_blocks, v->data_block);
	if (!as_verity_check(v))
		return as_lost(u, as_min(tree_at, body.n), "the hash tree is missing");
	as_tell(u, as_cut(body, at, AS_VERITY_SUPER), "root-hash",
		hex(u, as_bytes(v->root, v->n_root)));
	as_tell(u, v->tree, "tree", as_lit(v->n_broken ? "wrong" : v->cut ? "cut off" : "ok"));
	if (v->n_broken > 0)
		s = as_lost(u, tree_at + v->broken, "the hash tree does not fit itself");
	if (v->cut)
		s = as_worse(s, as_lost(u, body.n, "the hash tree is cut off"));
	if (v->n_looked > 0 && v->n_wrong == 0)
		as_tell(u, v->data, "data", as_lit("ok"));
	else if (v->n_looked > 0)
		as_tellf(
			u, v->data, "data", "wrong in %llu blocks", (unsigned long long)v->n_wrong);
	if (v->n_wrong > 0)
		s = as_worse(s, as_lost(u, v->wrong, "data does not fit the hash tree"));
	return s;
}

static as_status probe(as_span image, as_extent *out)
{
	as_verity v;
	uint64_t tree_at = 0;
	if (!as_verity_open(image, 0, &v, &tree_at))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(tree_at + v.tree_len, image.n), .sure = AS_STRUCTURED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_verity v;
	uint64_t tree_at = 0;
	if (!as_verity_open(body, 0, &v, &tree_at))
		return as_lost(u, 0, "superblock is damaged");
	return as_verity_tell(u, body, 0, &v, tree_at);
}

const as_format as_format_verity = {
	.id = "verity",
	.title = "dm-verity hash device",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "verity\0\0", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){ "hash types 0 and 1", "blocks of 512 bytes to 1 MiB", NULL },
	.verifies = (const char *const[]){ "the tree level by level; its root hash is told", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "veritysetup 2.6.1", NULL },
	.gaps = (const char *const[]){ "forward error correction is not read",
		"data on another device is not compared", "hash devices without a superblock",
		NULL },
	.spec = "https://gitlab.com/cryptsetup/cryptsetup/-/wikis/DMVerity",
	.see = NULL,
};
