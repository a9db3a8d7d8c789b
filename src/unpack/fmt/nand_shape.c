/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing in a dump says that it is one, nor how large its pages are. So a shape must be borne out by what cannot
 * be so by chance: codes that fit the data, headers with checksums that stand a page and its out-of-band bytes
 * apart, or bytes that are erased behind each of many written pages, others that differ in each, and a size of
 * whole erase blocks. Pages that are erased or zero tell nothing and are passed over. */
#include "unpack/fmt/nand.h"

enum {
	SMALLEST = 8,      /* pages */
	LOOKED = 256,      /* pages that are looked at to find some that are written */
	UNEVEN = 64 << 10, /* bytes from which on a dump may end within a page */
	WRITTEN = 4,
	BLOCK = 16, /* pages: erase blocks are a multiple of it */
	SPARE_MOST = 744,
	UBI_HEADER = 64,
	UBI_SUMMED = 60,
};

static const struct {
	uint32_t page, spare;
} sizes[] = { { 512, 16 }, { 2048, 64 }, { 2048, 128 }, { 2048, 112 }, { 4096, 128 }, { 4096, 216 },
	{ 4096, 218 }, { 4096, 224 }, { 4096, 256 }, { 8192, 256 }, { 8192, 436 }, { 8192, 448 },
	{ 8192, 512 }, { 8192, 640 }, { 8192, 744 } };

typedef struct sample {
	as_span image;
	uint32_t page, spare;
	uint64_t list[AS_OOB_SAMPLES]; /* numbers of written pages */
	size_t n;
} sample;

static as_span page_of(const sample *s, size_t i)
{
	return as_cut(s->image, s->list[i] * (s->page + s->spare), s->page);
}

/* Whether a page has something else than one byte over and over at its start, in its middle, and at its end. */
static bool tells(as_span page)
{
	enum { LOOK = 16 };
	for (unsigned k = 0; k < 3; k++) {
		as_span part = as_cut(page, k * (page.n - LOOK) / 2, LOOK);
		if (as_all(part, as_at(part, 0)))
			return false;
	}
	return page.n > 0;
}

static void collect(sample *s, size_t most)
{
	uint64_t pages = s->image.n / (s->page + s->spare), looked = as_min(pages, LOOKED);
	s->n = 0;
	for (uint64_t i = 0; i < looked && s->n < most; i++) {
		s->list[s->n] = looked < pages ? i * (pages / looked) : i;
		s->n += tells(page_of(s, s->n));
	}
}

/* How many columns of the out-of-band bytes (or of the page, from from on to to) are erased in all pages but a
 * few; *varied: how many are different in nearly all. */
static unsigned erased(const sample *s, uint32_t from, uint32_t to, unsigned *varied)
{
	unsigned n = 0;
	*varied = 0;
	for (uint32_t c = from; c < to; c++) {
		uint64_t seen[4] = { 0 };
		size_t ones = 0, kinds = 0;
		for (size_t i = 0; i < s->n; i++) {
			uint8_t b = as_at(s->image, s->list[i] * (s->page + s->spare) + c);
			kinds += !(seen[b >> 6] >> (b & 63) & 1);
			seen[b >> 6] |= 1ull << (b & 63);
			ones += b == 0xff;
		}
		n += ones * 8 >= s->n * 7;
		*varied += kinds * 4 >= s->n;
	}
	return n;
}

/* Whether any column from from on to to is erased in all pages but a few. */
static bool any_erased(const sample *s, uint32_t from, uint32_t to)
{
	for (uint32_t c = from; c < to; c++) {
		size_t written = 0;
		for (size_t i = 0; i < s->n && written * 8 <= s->n; i++)
			written += as_at(s->image, s->list[i] * (s->page + s->spare) + c) != 0xff;
		if (written * 8 <= s->n)
			return true;
	}
	return false;
}

static bool ubi_header(as_span image, uint64_t at, const char *magic)
{
	as_span h = as_cut(image, at, UBI_HEADER);
	as_cur c = as_cur_be(h, UBI_SUMMED);
	return as_starts(h, magic) &&
	       (as_crc32(0, as_cut(h, 0, UBI_SUMMED)) ^ UINT32_MAX) == as_u32(&c) && as_ok(&c);
}

/* Whether the next block begins a power of two of pages, out-of-band bytes and all, behind that at offset at. */
static bool next_block(as_span image, uint64_t at, uint64_t stride)
{
	enum { BLOCK_MOST = 16 << 20 };
	as_span rest = as_from(image, at);
	rest = as_cut(rest, 0, as_min(rest.n, BLOCK_MOST));
	uint64_t next = as_find(rest, as_lit("UBI#"), UBI_HEADER), pages = next / stride;
	return next != SIZE_MAX && next % stride == 0 && pages >= BLOCK &&
	       (pages & (pages - 1)) == 0 && ubi_header(rest, next, "UBI#");
}

/* *apart: there is a block whose second header is a page behind the first, as that says, but for the bytes between
 * pages. *far: there are blocks of so many pages with such bytes; which may be smaller pages, too. */
static void ubi_blocks(as_span image, uint32_t page, uint32_t spare, bool *apart, bool *far)
{
	enum { BLOCKS = 256, TRIES = 4 };
	uint64_t block = (uint64_t)(page + spare) * BLOCK;
	unsigned tries = 0;
	*apart = *far = false;
	for (uint64_t k = 0; k < BLOCKS && k * block < image.n && tries < TRIES && !*apart; k++) {
		as_cur c = as_cur_be(image, k * block + 16);
		if (!ubi_header(image, k * block, "UBI#"))
			continue;
		tries++;
		*apart = as_u32(&c) == page && ubi_header(image, k * block + page + spare, "UBI!");
		*far = *far || next_block(image, k * block, page + spare);
	}
}

/* Without anything that can be verified the whole must look like pages, and like nothing else. */
static bool looks(const sample *s, bool *blank)
{
	uint32_t stride = s->page + s->spare;
	uint64_t whole = (uint64_t)stride * BLOCK;
	unsigned varied = 0, least = s->spare / 8;
	unsigned free = erased(s, s->page, stride, &varied);
	*blank = free == s->spare;
	if (s->n < 16 || s->image.n % (*blank ? 2 * whole : whole) != 0)
		return false;
	if (*blank ? s->n < 32 : free < 2 || varied < least)
		return false;
	return erased(s, 0, s->page, &varied) == 0 && varied * 2 > s->page;
}

static as_nand_shape try(as_span image, uint32_t page, uint32_t spare)
{
	sample s = { .image = image, .page = page, .spare = spare };
	as_nand_shape shape = { .page = page, .spare = spare };
	uint64_t stride = page + spare;
	bool apart = false, far = false;
	if (image.n / stride < SMALLEST || (image.n % stride != 0 && image.n < UNEVEN))
		return shape;
	ubi_blocks(image, page, spare, &apart, &far);
	if (apart)
		shape.proof = AS_NAND_BLOCKS;
	/* All have a mark of bad blocks, of one byte or two, that is erased. */
	collect(&s, 16);
	if (s.n < WRITTEN || !any_erased(&s, page, (uint32_t)stride))
		return shape;
	if (far)
		shape.proof = AS_NAND_BLOCKS;
	collect(&s, AS_OOB_SAMPLES);
	if (as_oob_find(image, page, spare, s.list, s.n, &shape.code))
		shape.proof = AS_NAND_CODES;
	else if (looks(&s, &shape.blank) && shape.proof == AS_NAND_NO)
		shape.proof = AS_NAND_LOOKS;
	return shape;
}

as_nand_shape as_nand_find(as_span image)
{
	as_nand_shape best = { 0 };
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		as_nand_shape shape = try(image, sizes[i].page, sizes[i].spare);
		if (shape.proof > best.proof)
			best = shape;
	}
	return best;
}
