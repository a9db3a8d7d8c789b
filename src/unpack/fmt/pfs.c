/* SPDX-License-Identifier: Apache-2.0 */
/* PFS: an archive of files in routers' firmware (DrayTek and others), little-endian.
 *    0 "PFS/0.9" or "PFS/1.0", NUL   14 files u16   16 entries: name, filled up with NUL; number, offset, size u32
 * An offset counts from the entries' end. How long names are is not said: the first entry's offset, 0, and the files
 * that follow each other tell. Names may have backslashes for slashes. */
#include "unpack/vendor.h"

enum { HEADER = 16, FIELDS = 12, NAME_LEAST = 12, NAME_MOST = 256 };

typedef struct layout {
	uint16_t files;
	uint64_t name, data_at, end;
} layout;

typedef struct item {
	as_span name;
	uint32_t offset, n;
} item;

static bool read_item(as_span image, const layout *l, uint64_t i, item *it)
{
	as_cur c = as_cur_le(image, HEADER + i * (l->name + FIELDS));
	it->name = as_take(&c, l->name);
	as_skip(&c, 4);
	it->offset = as_u32(&c);
	it->n = as_u32(&c);
	size_t end = as_find_byte(it->name, 0, 0);
	bool filled = end != SIZE_MAX && end > 0 && as_all(as_from(it->name, end), 0);
	it->name = as_cut(it->name, 0, filled ? end : 0);
	return as_ok(&c) && filled;
}

/* Whether every entry has a name and begins where the one before it ends. */
static bool fits(as_span image, layout *l)
{
	item it;
	uint64_t at = 0;
	for (uint16_t i = 0; i < l->files; i++) {
		if (!read_item(image, l, i, &it) || it.offset != at)
			return false;
		at += it.n;
	}
	l->data_at = HEADER + l->files * (l->name + FIELDS);
	l->end = l->data_at + at;
	return true;
}

static bool find_layout(as_span image, layout *l)
{
	as_cur c = as_cur_le(image, 14);
	l->files = as_u16(&c);
	if (!as_ok(&c) || l->files == 0)
		return false;
	for (l->name = NAME_LEAST; l->name <= NAME_MOST; l->name += 4)
		if (fits(image, l))
			return true;
	return false;
}

static as_status probe(as_span image, as_extent *out)
{
	layout l;
	if (!find_layout(image, &l))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(l.end, image.n),
		.sure = l.end <= image.n ? AS_STRUCTURED : AS_PLAUSIBLE };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	layout l;
	item it;
	as_status s = AS_OK;
	if (!find_layout(body, &l))
		return as_lost(u, 0, "list of files is damaged");
	as_struct(u, 0, l.data_at, "list of files");
	for (uint16_t i = 0; i < l.files && s <= AS_PARTIAL; i++) {
		uint64_t at = HEADER + i * (l.name + FIELDS);
		if (!read_item(body, &l, i, &it))
			return as_worse(s, as_lost(u, at, "list of files is damaged"));
		as_entry e = { .at = at, .type = AS_FILE };
		e.name = as_vendor_slashes(u, it.name);
		s = as_worse(s, as_vendor_file(u, body, &e, l.data_at + it.offset, it.n));
	}
	return s;
}

const as_format as_format_pfs = {
	.id = "pfs",
	.title = "PFS archive",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "PFS/0.9\0", .len = 8, .at = 0 },
		{ .bytes = "PFS/1.0\0", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "0.9 and 1.0; names of 12 to 256 bytes", NULL },
	.verifies = NULL,
	.keeps = (const char *const[]){ "nothing: it has none", NULL },
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "files that do not follow each other",
		"archives of modules (DLM), which are encrypted", NULL },
	.spec = "https://web.archive.org/web/2012/https://0entropy.blogspot.com/2011/08/"
		"firmware-reverse-engineering.html",
	.see = NULL,
};
