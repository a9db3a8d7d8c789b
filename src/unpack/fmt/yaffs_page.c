/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of YAFFS, and how they are told. Nothing tells the size of a page, nor of the spare bytes behind
 * it, nor the byte order: those count under which most pages make sense.
 * Tags of YAFFS2, in the spare or in the last bytes of the page:  0 sequence of the block   4 object
 *   8 chunk   12 bytes. Bit 31 of the chunk: a header, whose parent and more stand in the rest of it, and
 *   whose type in the object's upper bits. Sequences from 0x1000 to 0xefffff00; 0x21 is a checkpoint.
 * Tags of YAFFS1, bytes 0 to 3, 6, 7, 11 and 12 of the spare, two words of bit fields: chunk 20, serial 2,
 *   bytes 10   object 18, ECC 12, bytes (high) 2; byte 4 of the spare is 0xff unless the page is deleted.
 * The 12 bytes behind the tags of YAFFS2 may be a code over their 16: 0 column parities u8   4 line parities
 *   8 the same of the inverted offsets (see oob.c). */
#include "unpack/fmt/yaffs.h"

enum { TAGS = 16, TAG_CODE = 12, OLD_PAGE = 512, OLD_SPARE = 16, TRIED = 64, BLOCK_MOST = 128 };
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

/* Verifies the tags by the code behind them, and corrects a single wrong bit. */
static as_oob_state check_tags(uint8_t *tags, as_span code, bool big)
{
	as_oob_parity p = as_oob_parity_of(as_bytes(tags, TAGS));
	as_cur c = as_cur_of(code, 0, big);
	uint32_t column = as_u8(&c) ^ as_oob_weave(p.column, p.odd, 3);
	as_skip(&c, 3);
	uint32_t line = as_u32(&c) ^ p.line, other = as_u32(&c) ^ (p.odd ? ~p.line : p.line);
	if (!as_ok(&c) || as_all(code, 0xff))
		return AS_OOB_NONE;
	if ((column | line | other) == 0)
		return AS_OOB_RIGHT;
	if (__builtin_popcount(column) + __builtin_popcount(line) + __builtin_popcount(other) == 1)
		return AS_OOB_FIXED; /* it is the code that is wrong */
	if ((line ^ other) != UINT32_MAX || ((column ^ column >> 1) & 0x15) != 0x15 || line >= TAGS)
		return AS_OOB_WRONG;
	tags[line] ^= (uint8_t)(1u << ((column >> 1 & 1) | (column >> 2 & 2) | (column >> 3 & 4)));
	return AS_OOB_FIXED;
}

static as_yaffs_use read_2(as_span image, const as_yaffs_shape *s, uint64_t k, as_yaffs_tags *t)
{
	uint64_t base = k * s->stride + (s->inband ? 0 : s->page);
	as_span tags = as_cut(image, base + s->at, TAGS);
	uint8_t own[TAGS];
	if (s->tag_codes && tags.n == TAGS && !as_all(tags, 0xff)) {
		memcpy(own, tags.p, TAGS);
		t->state = check_tags(own, as_cut(image, base + s->at + TAGS, TAG_CODE), s->big);
		tags = as_bytes(own, TAGS);
	}
	if (t->state == AS_OOB_WRONG)
		return AS_YAFFS_BAD;
	as_cur c = as_cur_of(tags, 0, s->big);
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

void as_yaffs_codes(as_span image, as_yaffs_shape *s)
{
	enum { LOOKED = 1024 };
	uint64_t list[AS_OOB_SAMPLES];
	as_yaffs_shape with = *s;
	size_t n = 0, right = 0;
	if (s->inband)
		return;
	with.tag_codes = s->version == 2 && s->at + TAGS + TAG_CODE <= s->spare;
	for (uint64_t k = 0; k < LOOKED && (k + 1) * s->stride <= image.n && n < AS_OOB_SAMPLES;
		k++) {
		as_yaffs_tags t;
		if (as_yaffs_read(image, s, k, &t) != AS_YAFFS_CHUNK)
			continue;
		right += as_yaffs_read(image, &with, k, &t) == AS_YAFFS_CHUNK &&
			 t.state == AS_OOB_RIGHT;
		list[n++] = k;
	}
	s->tag_codes = with.tag_codes && right >= 2 && right * 2 > n;
	if (s->page <= AS_OOB_PAGE)
		(void)as_oob_find(image, s->page, s->spare, list, n, &s->code);
}
