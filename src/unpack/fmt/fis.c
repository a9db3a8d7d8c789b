/* SPDX-License-Identifier: Apache-2.0 */
/* A flash image that RedBoot's directory (FIS) divides, in either byte order. The directory stands anywhere in it,
 * mostly near its end: entries of 256 bytes
 *    0 name [16]   16 address in flash u32   20 in memory u32   24 size u32   28 entry u32   32 bytes used u32
 *  248 sum of the entry u32   252 CRC-32 of the bytes used u32, neither inverted before nor after
 * ff begins one that is not used. One is called "FIS directory": it tells at which address the image begins. */
#include "unpack/vendor.h"

enum { BLOCK = 4096 /* of flash: a directory begins with one */ };
enum {
	ENTRY = 256,
	SUM_AT = 252,
	NAME = 16,
	ENTRIES_MAX = 512,
	TRIES = 64,
	IMAGE_MIN = 4096,
	OVER = 4
};
enum { IMAGE_MAX = 64 << 20 /* the largest flash that has one */ };

typedef struct fis {
	uint64_t at, base; /* of the directory in the image, of the image in the addresses */
	uint64_t size;     /* of the directory */
	uint64_t room;     /* bytes that may still be summed and come out */
	uint32_t n;
	bool big;
} fis;

typedef struct entry {
	as_span name, raw;
	uint32_t flash, memory, size, entry, used, sum;
	bool empty;
} entry;

static bool read_entry(as_span image, uint64_t at, bool big, entry *e)
{
	as_cur c = as_cur_of(image, at, big);
	as_span name = as_take(&c, NAME);
	e->raw = as_cut(image, at, ENTRY);
	e->flash = as_u32(&c);
	e->memory = as_u32(&c);
	e->size = as_u32(&c);
	e->entry = as_u32(&c);
	e->used = as_u32(&c);
	as_skip(&c, SUM_AT - NAME - 20);
	e->sum = as_u32(&c);
	e->name = as_vendor_string(name);
	e->empty = as_at(name, 0) == 0xff;
	bool text = as_vendor_printable(name) && as_all(as_from(name, e->name.n), 0);
	return as_ok(&c) && (e->empty || (text && e->used <= e->size && e->size > 0));
}

/* Whether the directory, one of whose entries stands at own, holds in that byte order. */
static bool read_fis(as_span image, uint64_t own, bool big, fis *f)
{
	entry e;
	if (!read_entry(image, own, big, &e) || e.size % ENTRY != 0)
		return false;
	*f = (fis){ .at = own / BLOCK * BLOCK, .big = big, .size = e.size };
	uint32_t start = e.flash;
	if (start < f->at)
		return false;
	f->base = start - f->at;
	for (f->n = 0; f->n < ENTRIES_MAX && (uint64_t)f->n * ENTRY < f->size; f->n++) {
		uint64_t at = f->at + (uint64_t)f->n * ENTRY;
		bool is = read_entry(image, at, big, &e);
		if (!is && at > own)
			break; /* what follows the directory */
		if (!is)
			return false;
		if (!e.empty && (e.flash < f->base || e.flash - f->base >= image.n ||
					e.size > image.n - (e.flash - f->base)))
			return false;
	}
	return f->n >= 2;
}

static bool find_fis(as_span image, fis *f)
{
	size_t at = 0;
	if (image.n < IMAGE_MIN || image.n > IMAGE_MAX)
		return false;
	for (unsigned i = 0; i < TRIES; i++, at++) {
		at = as_find(image, as_bytes("FIS directory\0\0\0", NAME), at);
		if (at == SIZE_MAX)
			return false;
		if (read_fis(image, at, false, f) || read_fis(image, at, true, f))
			return true;
	}
	return false;
}

static as_status probe(as_span image, as_extent *out)
{
	fis f;
	if (!find_fis(image, &f))
		return AS_NOT_THIS;
	/* Whatever begins the first part is inside of this, however sure it is of itself. */
	*out = (as_extent){ .size = image.n, .sure = AS_CHECKSUMMED };
	return AS_OK;
}

static as_status put_part(as_unpack *u, as_span body, fis *f, uint32_t i)
{
	entry e;
	if (!read_entry(body, f->at + (uint64_t)i * ENTRY, f->big, &e) || e.empty)
		return AS_OK;
	as_arena *mem = as_memory(u);
	uint64_t at = e.flash - f->base;
	as_span label = as_print(mem, "part %.*s", (int)e.name.n, (const char *)e.name.p);
	as_tellf(u, e.raw, label.p ? (const char *)label.p : "part",
		"flash=0x%08x+0x%x memory=0x%08x entry=0x%08x used=0x%x", e.flash, e.size, e.memory,
		e.entry, e.used);
	if (e.size > f->room)
		return as_refused(u, at, "limit", "parts that lie over each other were left out");
	f->room -= e.size;
	as_span data = as_cut(body, at, e.used);
	label = as_print(mem, "sum %.*s", (int)e.name.n, (const char *)e.name.p);
	/* A system that writes its part anew leaves the sum as it was: no damage. */
	if (e.sum != 0 && data.n > 0 && label.p)
		as_tell(u, as_cut(e.raw, ENTRY - 4, 4), (const char *)label.p,
			as_lit(~as_crc32(UINT32_MAX, data) == e.sum ? "ok" : "of other bytes"));
	if (f->at >= at && f->at < at + e.size)
		return AS_OK; /* the directory itself, or all of the flash */
	return as_vendor_part(u, body, e.name, at, e.size);
}

static as_status unpack(as_unpack *u, as_span body)
{
	fis f;
	if (!find_fis(body, &f))
		return as_lost(u, 0, "the directory is damaged");
	as_struct(u, f.at, (uint64_t)f.n * ENTRY, "FIS directory");
	as_tellf(u, as_cut(body, f.at, ENTRY), "base", "0x%08llx, %s", (unsigned long long)f.base,
		f.big ? "big-endian" : "little-endian");
	f.room = OVER * (uint64_t)body.n;
	as_status s = AS_OK;
	for (uint32_t i = 0; i < f.n && s <= AS_PARTIAL; i++)
		s = as_worse(s, put_part(u, body, &f, i));
	return s;
}

const as_format as_format_fis = {
	.id = "fis",
	.title = "Flash image with RedBoot's directory (FIS)",
	.kind = AS_CARRIER,
	.magic = NULL, /* the directory stands anywhere: the object is divided by it */
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "both byte orders", NULL },
	.verifies = (const char *const[]){ "CRC-32 of parts that have one: told, as it may be old",
		NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "images of more than 64 MiB",
		"pieces of a flash, in which not all parts lie", "RedBoot's own settings", NULL },
	.spec = "https://ecos.sourceware.org/docs-3.0/redboot/fis.html",
	.see = NULL,
};
