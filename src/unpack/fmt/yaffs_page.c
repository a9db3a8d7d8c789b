/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of YAFFS, and how they are told. Nothing tells the size of a page, nor of the spare bytes behind
 * it, nor the byte order: those count under which most pages make sense.
 * Tags of YAFFS2, in the spare or in the last bytes of the page:  0 sequence of the block   4 object
 *   8 chunk   12 bytes. Bit 31 of the chunk: a header, whose parent and more stand in the rest of it, and
 *   whose type in the object's upper bits. Sequences from 0x1000 to 0xefffff00; 0x21 is a checkpoint.
 * Tags of YAFFS1, bytes 0 to 3, 6, 7, 11 and 12 of the spare, two words of bit fields: chunk 20, serial 2,
 *   bytes 10   object 18, ECC 12, bytes (high) 2; byte 4 of the spare is 0xff unless the page is deleted. */
#include "unpack/fmt/yaffs.h"

enum { TAGS = 16, OLD_PAGE = 512, OLD_SPARE = 16, TRIED = 64, BLOCK_MOST = 128 };
enum { SEQUENCE_MIN = 0x1000, CHECKPOINT = 0x21, OBJECT_BITS = 28, CHUNK_MOST = 1 << 24 };
#define SEQUENCE_MOST 0xefffff00u
#define IS_HEADER 0x80000000u

static as_span page_of(as_span image, const as_yaffs_shape *s, uint64_t k)
{
	return as_cut(image, k * s->stride, s->page);
}

static bool header_fits(as_span page, bool big)
{
	enum { TYPES = 5 };
	as_cur c = as_cur_of(page, 0, big);
	uint32_t type = as_u32(&c), parent = as_u32(&c);
	return as_ok(&c) && type >= 1 && type <= TYPES && parent > 0 && parent >> OBJECT_BITS == 0;
}

static as_yaffs_use read_2(as_span image, const as_yaffs_shape *s, uint64_t k, as_yaffs_tags *t)
{
	uint64_t base = k * s->stride + (s->inband ? 0 : s->page);
	as_cur c = as_cur_of(image, base + s->at, s->big);
	t->sequence = as_u32(&c);
	t->object = as_u32(&c);
	t->chunk = as_u32(&c);
	t->n = as_u32(&c);
	if (!as_ok(&c))
		return AS_YAFFS_BAD;
	if (t->sequence == CHECKPOINT)
		return AS_YAFFS_OTHER;
	if (t->sequence < SEQUENCE_MIN || t->sequence > SEQUENCE_MOST)
		return AS_YAFFS_BAD;
	if (t->chunk & IS_HEADER) {
		t->chunk = 0;
		t->object &= (1u << OBJECT_BITS) - 1;
	}
	if (t->object == 0 || t->object >> OBJECT_BITS || t->chunk > CHUNK_MOST)
		return AS_YAFFS_BAD;
	bool fits = t->chunk == 0 ? header_fits(page_of(image, s, k), s->big) : t->n <= s->room;
	return fits ? AS_YAFFS_CHUNK : AS_YAFFS_BAD;
}

static as_yaffs_use read_1(as_span image, const as_yaffs_shape *s, uint64_t k, as_yaffs_tags *t)
{
	static const uint8_t places[8] = { 0, 1, 2, 3, 6, 7, 11, 12 };
	as_span spare = as_cut(image, k * s->stride + s->page, s->spare);
	uint8_t raw[8];
	if (spare.n == 0)
		return AS_YAFFS_BAD;
	for (unsigned i = 0; i < 8; i++)
		raw[i] = as_at(spare, places[i]);
	as_cur c = as_cur_of(as_bytes(raw, 8), 0, s->big);
	uint32_t a = as_u32(&c), b = as_u32(&c);
	t->chunk = s->big ? a >> 12 : a & 0xfffff;
	t->n = s->big ? (a & 0x3ff) | (b & 3) << 10 : a >> 22 | b >> 30 << 10;
	t->object = s->big ? b >> 14 : b & 0x3ffff;
	t->sequence = as_at(spare, 4) == 0xff; /* what is deleted is older than what is not */
	if (t->object == 0 || (t->chunk > 0 && (t->n == 0 || t->n > s->room)))
		return AS_YAFFS_BAD;
	bool fits = t->chunk > 0 || header_fits(page_of(image, s, k), s->big);
	return fits ? AS_YAFFS_CHUNK : AS_YAFFS_BAD;
}

as_yaffs_use as_yaffs_read(as_span image, const as_yaffs_shape *s, uint64_t k, as_yaffs_tags *t)
{
	*t = (as_yaffs_tags){ 0 };
	as_span page = page_of(image, s, k);
	if (page.n == 0)
		return AS_YAFFS_BAD;
	as_yaffs_use use = s->version == 1 ? read_1(image, s, k, t) : read_2(image, s, k, t);
	return use == AS_YAFFS_BAD && as_all(page, 0xff) ? AS_YAFFS_ERASED : use;
}

/* How many of the first pages make sense, in one piece from the first, which must be a header. */
static unsigned score(as_span image, const as_yaffs_shape *s)
{
	unsigned n = 0;
	as_yaffs_tags t;
	for (unsigned k = 0; k < TRIED && (k + 1ull) * s->stride <= image.n; k++) {
		as_yaffs_use use = as_yaffs_read(image, s, k, &t);
		if (use == AS_YAFFS_BAD || (k == 0 && (use != AS_YAFFS_CHUNK || t.chunk != 0)))
			break;
		n += use != AS_YAFFS_ERASED;
	}
	return n;
}

static void try(as_span image, as_yaffs_shape s, as_yaffs_shape *best, unsigned *most)
{
	s.stride = s.page + s.spare;
	s.room = s.inband ? s.page - TAGS : s.page;
	unsigned n = score(image, &s), least = image.n < 2ull * s.stride ? 1 : 2;
	if (n >= least && n > *most) {
		*most = n;
		*best = s;
	}
}

/* The first header has a name, and a mode that goes with its type: programs hold such words in other order. */
static bool first_fits(as_span image, bool big)
{
	static const uint8_t types[] = { 0, 8, 10, 4 }; /* the upper bits of a mode */
	as_cur c = as_cur_of(image, 0, big);
	uint32_t type = as_u32(&c);
	as_skip(&c, 6);
	as_span name = as_str(&c, 1);
	as_seek(&c, 268);
	uint32_t mode = as_u32(&c);
	bool goes = type >= sizeof(types) || mode >> 12 == types[type];
	return as_ok(&c) && header_fits(image, big) && goes && name.n > 0 && name.n < 256 &&
	       as_is_text(name);
}

as_yaffs_shape as_yaffs_find(as_span image)
{
	static const struct {
		uint32_t page, spare;
	} sizes[] = { { 2048, 64 }, { 4096, 128 }, { 4096, 224 }, { 4096, 256 }, { 4096, 218 },
		{ 8192, 256 }, { 8192, 448 }, { 8192, 512 }, { 16384, 1024 }, { 1024, 32 },
		{ 512, 16 }, { 2048, 128 } };
	as_yaffs_shape best = { 0 };
	unsigned most = 0;
	as_cur c = as_cur_le(image, 0);
	bool big = as_u32(&c) > 0xffff;
	if (!first_fits(image, big))
		return best;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (uint32_t at = 0; at + TAGS <= sizes[i].spare; at += 2)
			try(image,
				(as_yaffs_shape){ .version = 2,
					.page = sizes[i].page,
					.spare = sizes[i].spare,
					.at = at,
					.big = big },
				&best, &most);
	for (uint32_t page = OLD_PAGE * 2; page <= 16384; page *= 2)
		try(image,
			(as_yaffs_shape){ .version = 2,
				.page = page,
				.at = page - TAGS,
				.big = big,
				.inband = true },
			&best, &most);
	try(image,
		(as_yaffs_shape){ .version = 1, .page = OLD_PAGE, .spare = OLD_SPARE, .big = big },
		&best, &most);
	return best;
}

uint64_t as_yaffs_pages(as_span image, const as_yaffs_shape *s)
{
	uint64_t good = 0, bad = 0;
	as_yaffs_tags t;
	for (uint64_t k = 0; (k + 1) * s->stride <= image.n && bad <= BLOCK_MOST; k++) {
		as_yaffs_use use = as_yaffs_read(image, s, k, &t);
		bad = use == AS_YAFFS_BAD ? bad + 1 : 0;
		if (use == AS_YAFFS_CHUNK || use == AS_YAFFS_OTHER)
			good = k + 1;
	}
	return good;
}
