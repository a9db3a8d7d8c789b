/* SPDX-License-Identifier: Apache-2.0 */
/* UF2: memory contents in blocks of 512 bytes, little-endian:
 *    0 "UF2\n"   4 9e5d5157   8 flags   12 address   16 bytes of data, at most 476   20 number of this block
 *   24 number of blocks   28 the family of devices (flag 2000), or the file's size (flag 1000)   32 data
 *  508 0ab16f30
 * Blocks with flag 1 are not for the main memory. A file may hold several families, each with its own numbers. */
#include "unpack/hexfile.h"

enum { BLOCK = 512, HEAD = 32, DATA_MAX = 476 };
enum { ELSEWHERE = 1, A_FILE = 0x1000, FAMILY = 0x2000 };

typedef struct block {
	uint32_t flags, address, n, number, total, family;
	as_span data;
} block;

static bool read_block(as_span image, uint64_t at, block *b)
{
	as_cur c = as_cur_le(as_cut(image, at, BLOCK), 0);
	uint32_t first = as_u32(&c), second = as_u32(&c);
	*b = (block){ .flags = as_u32(&c) };
	b->address = as_u32(&c);
	b->n = as_u32(&c);
	b->number = as_u32(&c);
	b->total = as_u32(&c);
	b->family = as_u32(&c);
	b->data = as_take(&c, as_min(b->n, DATA_MAX));
	as_seek(&c, BLOCK - 4);
	uint32_t last = as_u32(&c);
	return as_ok(&c) && first == 0x0a324655 && second == 0x9e5d5157 && last == 0x0ab16f30 &&
	       b->n <= DATA_MAX;
}

static as_status probe(as_span image, as_extent *out)
{
	block b;
	uint64_t n = 0;
	while (read_block(image, n * BLOCK, &b))
		n++;
	/* A block that is damaged is left out; what follows it is still of the file. */
	for (uint64_t more = n + 1; n > 0 && read_block(image, more * BLOCK, &b); more++)
		n = more + 1;
	*out = (as_extent){ .size = n * BLOCK, .sure = AS_STRUCTURED };
	return n > 0 ? AS_OK : AS_NOT_THIS;
}

static as_status put_block(as_unpack *u, as_hexes *p, uint64_t at, const block *b, uint32_t *family)
{
	as_status s = AS_OK;
	uint32_t now = b->flags & FAMILY ? b->family : 0;
	if (now != *family || at == 0) {
		s = as_hexes_end(p);
		p->prefix = "";
		if (b->flags & FAMILY) {
			as_span name = as_print(as_memory(u), "family-0x%08x-", now);
			p->prefix = name.p ? (const char *)name.p : "";
			as_tellf(u, b->data, "family", "0x%08x", now);
		}
		*family = now;
	}
	if (b->flags & (ELSEWHERE | A_FILE))
		return as_worse(
			s, as_refused(u, at, "unsupported",
				   b->flags & A_FILE ? "a block is a piece of a file"
						     : "a block is not for the main memory"));
	return s <= AS_PARTIAL ? as_worse(s, as_hexes_add(p, at, b->address, b->data)) : s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_hexes p = { .u = u, .prefix = "" };
	as_status s = AS_OK;
	uint32_t family = 0, next = 0;
	block b;
	for (uint64_t at = 0; at + BLOCK <= body.n && s <= AS_PARTIAL; at += BLOCK) {
		if (!read_block(body, at, &b)) {
			s = as_worse(s, as_lost(u, at, "a block is damaged"));
			next++;
			continue;
		}
		if (b.number != next && b.number != 0)
			s = as_worse(s, as_lost(u, at, "blocks are missing before this one"));
		next = b.number + 1;
		s = as_worse(s, put_block(u, &p, at, &b, &family));
		if (b.number + 1 == b.total)
			next = 0;
	}
	if (next > 0)
		s = as_worse(s, as_lost(u, body.n, "blocks are missing at the end"));
	as_struct(u, 0, body.n, "UF2 blocks");
	return s <= AS_PARTIAL ? as_worse(s, as_hexes_end(&p)) : s;
}

const as_format as_format_uf2 = {
	.id = "uf2",
	.title = "UF2",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "UF2\n\x57\x51\x5d\x9e", .len = 8, .at = 0 },
		{ 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "several families in one file", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples =
		(const char *const[]){
			"generator from the published layout; not tried on a vendor's own image",
			NULL },
	.gaps = (const char *const[]){ "files inside it (flag 1000) are told, not taken out",
		"MD5 of flash regions and extension tags are not read", NULL },
	.spec = "https://github.com/microsoft/uf2",
	.see = NULL,
};
