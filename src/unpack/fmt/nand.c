/* SPDX-License-Identifier: Apache-2.0 */
/* A dump of NAND flash that has the out-of-band bytes of each page behind it, as readers of chips write it.
 * nand_shape.c tells which; here the pages are put together again, their single wrong bits corrected where the
 * codes are known. What YAFFS keeps in the out-of-band bytes it needs itself: its pages are left as they stand. */
#include "unpack/fmt/nand.h"
#include "unpack/fmt/yaffs.h"

enum {
	BLOCK = 16, /* pages: YAFFS begins at a multiple of it */
	LISTED =
		128, /* pages that are accounted for one by one; of larger dumps, whose map nobody would read, in one */
	MARKS = 64,   /* bad blocks that are told */
	OLD_MARK = 5, /* byte of 16 that marks a bad block; of more the first */
	YAFFS_LEAST = 2,
};

typedef struct dump {
	as_unpack *u;
	as_span body;
	as_nand_shape s;
	uint64_t stride, pages;
	uint8_t *copy;
	uint64_t corrected, bare,
		wrong;     /* bits; pages without a code, and with one that does not fit */
	uint64_t bad_from; /* first page of the stretch of wrong ones that is not yet told */
	unsigned marks;
	bool bad;
} dump;

static as_status probe(as_span image, as_extent *out)
{
	as_nand_shape s = as_nand_find(image);
	if (s.proof == AS_NAND_NO)
		return AS_NOT_THIS;
	as_yaffs_shape y = as_yaffs_find(image);
	if (y.version > 0 && !y.inband)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n,
		.sure = s.proof > AS_NAND_LOOKS ? AS_CHECKSUMMED : AS_STRUCTURED };
	return AS_OK;
}

static as_span page_of(const dump *d, uint64_t k)
{
	as_span page = as_from(d->body, k * d->stride);
	return as_cut(page, 0, as_min(page.n, d->s.page)); /* the last one may be cut off */
}

static as_span spare_of(const dump *d, uint64_t k)
{
	return as_cut(d->body, k * d->stride + d->s.page, d->s.spare);
}

/* A block that its maker or a driver has marked as bad; what stands in it is kept. */
static void look_for_mark(dump *d, uint64_t k, as_span page, as_span spare)
{
	bool bad = spare.n > 0 && as_at(spare, d->s.spare == 16 ? OLD_MARK : 0) == 0;
	if (k % BLOCK == 0 && bad && d->marks < MARKS) {
		d->marks++;
		as_tellf(d->u, page, "bad-block", "0x%llx", (unsigned long long)(k * d->stride));
	}
}

static void tell_wrong(dump *d)
{
	if (d->bad)
		(void)as_lost(d->u, d->bad_from * d->stride,
			"codes of pages do not fit: more is wrong than can be corrected, or they "
			"are of another kind");
	d->bad = false;
}

/* The page as it was. */
static as_span corrected(dump *d, uint64_t k, as_span page)
{
	as_span spare = spare_of(d, k);
	look_for_mark(d, k, page, spare);
	if (d->s.code.step == 0 || page.n < d->s.page || spare.n == 0)
		return page;
	as_oob_state s = as_oob_page(&d->s.code, page, spare, d->copy, &d->corrected);
	d->bare += s == AS_OOB_NONE;
	d->wrong += s == AS_OOB_WRONG;
	if (s == AS_OOB_WRONG && !d->bad) {
		d->bad_from = k;
		d->bad = true;
	} else if (s != AS_OOB_WRONG) {
		tell_wrong(d);
	}
	return s >= AS_OOB_FIXED ? as_bytes(d->copy, page.n) : page;
}

static void account(dump *d, uint64_t from, uint64_t to)
{
	uint64_t n = as_min(d->body.n, to * d->stride) - from * d->stride;
	if (d->pages > LISTED) {
		as_struct(d->u, from * d->stride, n, "NAND pages and their out-of-band bytes");
		return;
	}
	for (uint64_t k = from; k < to; k++) {
		as_struct(d->u, k * d->stride, page_of(d, k).n, "NAND page");
		as_span spare = as_from(d->body, as_min(d->body.n, k * d->stride + d->s.page));
		as_struct(d->u, k * d->stride + d->s.page, as_min(spare.n, d->s.spare),
			"out-of-band bytes");
	}
}

/* Pages [from, to), one behind the other. */
static as_status put_pages(dump *d, uint64_t from, uint64_t to)
{
	bool want = false, whole = from == 0 && to == d->pages;
	uint64_t wrong = d->wrong;
	as_entry e = { .at = from * d->stride, .type = AS_PART, .name = as_lit("data") };
	if (from == to)
		return AS_OK;
	if (!whole)
		e.name = as_print(as_memory(d->u), "data-0x%llx", (unsigned long long)e.at);
	account(d, from, to);
	as_status s = as_begin(d->u, NULL, &e, &want);
	for (uint64_t k = from; k < to && want && s == AS_OK; k++)
		s = as_more(d->u, corrected(d, k, page_of(d, k)));
	tell_wrong(d);
	return s <= AS_PARTIAL ? as_worse(s, as_end(d->u, d->wrong > wrong)) : s;
}

/* How many pages of a YAFFS with this shape begin at page k. */
static uint64_t yaffs_at(const dump *d, uint64_t k)
{
	as_span rest = as_from(d->body, k * d->stride);
	as_yaffs_shape y = as_yaffs_find(rest);
	if (y.version == 0 || y.inband || y.page != d->s.page || y.spare != d->s.spare)
		return 0;
	uint64_t n = as_yaffs_pages(rest, &y);
	return n < YAFFS_LEAST ? 0 : as_min(d->pages, (k + n + BLOCK - 1) / BLOCK * BLOCK) - k;
}

static as_status put_all(dump *d)
{
	as_status s = AS_OK;
	uint64_t from = 0;
	for (uint64_t k = 0; k < d->pages && s <= AS_PARTIAL; k += BLOCK) {
		uint64_t n = yaffs_at(d, k);
		if (n == 0)
			continue;
		s = put_pages(d, from, k);
		as_entry e = { .at = k * d->stride, .type = AS_PART, .hint = "yaffs" };
		e.name = as_print(as_memory(d->u), "yaffs-0x%llx", (unsigned long long)e.at);
		e.data = as_from(d->body, e.at);
		e.data.n = as_min(e.data.n, n * d->stride);
		if (s <= AS_PARTIAL)
			s = as_worse(s, as_put(d->u, NULL, &e, NULL));
		from = k + n;
		k += (n - 1) / BLOCK * BLOCK;
	}
	return s <= AS_PARTIAL ? as_worse(s, put_pages(d, from, d->pages)) : s;
}

static void tell(dump *d)
{
	const as_oob_code *c = &d->s.code;
	as_span first = as_cut(d->body, 0, d->s.page), spare = spare_of(d, 0);
	as_tellf(d->u, first, "page-size", "%u", d->s.page);
	as_tellf(d->u, spare, "out-of-band-size", "%u", d->s.spare);
	if (c->step > 0)
		as_tellf(d->u, spare, "error-correction",
			"Hamming, 1 bit in %u bytes, in the order of %s", c->step,
			c->smart ? "SmartMedia" : "Linux");
	else
		as_tell(d->u, spare, "error-correction",
			as_lit(d->s.blank ? "none in the out-of-band bytes"
					  : "of a kind that is not verified, such as BCH or "
					    "Reed-Solomon"));
}

static as_status unpack(as_unpack *u, as_span body)
{
	dump d = { .u = u, .body = body, .s = as_nand_find(body) };
	if (d.s.proof == AS_NAND_NO)
		return as_lost(u, 0, "pages and their out-of-band bytes were not told apart");
	d.stride = d.s.page + d.s.spare;
	d.pages = (body.n + d.stride - 1) / d.stride;
	d.copy = as_alloc(as_memory(u), AS_OOB_PAGE);
	if (!d.copy)
		return AS_NOMEM;
	tell(&d);
	as_status s = put_all(&d);
	as_span spare = spare_of(&d, 0);
	if (d.corrected > 0)
		as_tellf(u, spare, "corrected-bits", "%llu", (unsigned long long)d.corrected);
	if (d.bare > 0)
		as_tellf(u, spare, "pages-without-code", "%llu", (unsigned long long)d.bare);
	if (d.wrong > 0)
		as_tellf(u, spare, "pages-wrong", "%llu", (unsigned long long)d.wrong);
	if (body.n % d.stride != 0)
		s = as_worse(s, as_lost(u, body.n, "the dump ends within a page"));
	return s;
}

const as_format as_format_nand = {
	.id = "nand",
	.title = "NAND dump with out-of-band bytes",
	.kind = AS_CARRIER,
	.magic = NULL,
	.probe = probe,
	.unpack = unpack,
	.interleaved = true,
	.variants =
		(const char *const[]){
			"pages of 512 + 16, 2048 + 64, 112 and 128, 4096 + 128, 216, 218, 224 and "
			"256, "
			"8192 + 256, 436, 448, 512, 640 and 744 bytes, told from the contents",
			"several pages of 512 + 16 bytes in a larger one",
			"YAFFS within a dump: left with its out-of-band bytes",
			"marks of bad blocks", NULL },
	.verifies = (const char *const[]){ "Hamming codes of 256 and 512 bytes, in the order of "
					   "Linux or of SmartMedia, wherever "
					   "they stand in the out-of-band bytes: single wrong bits "
					   "are corrected and counted",
		NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "images of mkfs.jffs2 and ubinize (mtd-utils 2.1.5) and "
					  "mksquashfs 4.5 between "
					  "out-of-band bytes of a generator from the published "
					  "layouts and codes; not tried on a "
					  "vendor's own image",
		NULL },
	.gaps = (const char *const
			[]){ "BCH and Reed-Solomon codes are not verified, and correct nothing",
		"controllers that put codes at places within a page (i.MX) are not recognised",
		"a dump is found only if it is the whole of an object, and, if its codes are of an "
		"unknown kind, of whole erase blocks",
		NULL },
	.spec = "https://docs.kernel.org/driver-api/mtd/nand_ecc.html",
	.see = NULL,
};
