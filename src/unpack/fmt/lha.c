/* SPDX-License-Identifier: Apache-2.0 */
/* LHA (LZH), little-endian. Entries with a header and packed data, a zero byte behind the last:
 *    0 header size (level 0, 1) or u16 (2)   1 sum of the header's bytes from 2 (level 0, 1)
 *    2 method "-lh5-"   7 packed size   11 size   15 time   19 attributes   20 level
 *   24 header size u32 (level 3)
 * Level 1 counts further headers into the packed size. libarchive reads the entries; here the archive is
 * measured. */
#include <archive.h>

#include "unpack/libarchive.h"

enum { LEVEL_AT = 20, LEAST = 22 };

/* A sum of one byte fits by chance now and then; a name has no control characters and ends within the header. */
static bool names_something(as_span header)
{
	enum { NAME_AT = 22 };
	as_span name = as_cut(header, NAME_AT, as_at(header, NAME_AT - 1));
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] < ' ')
			return false;
	return name.n == as_at(header, NAME_AT - 1);
}

/* Whether an entry begins at at, and where the next one does. *summed: its header has a sum, which fits. */
static bool next_entry(as_span image, uint64_t *at, bool *summed)
{
	as_cur c = as_cur_le(image, *at);
	uint8_t size = as_u8(&c), sum = as_u8(&c);
	as_span method = as_take(&c, 5);
	uint64_t packed = as_u32(&c);
	as_skip(&c, 9);
	uint8_t level = as_u8(&c);
	uint64_t head = level < 2 ? size + 2u : level == 2 ? size | (unsigned)sum << 8 : 0;
	if (level == 3) {
		as_seek(&c, *at + 24);
		head = as_u32(&c);
	}
	as_span all = as_cut(image, *at, head);
	if (!as_ok(&c) || level > 3 || all.n < LEAST || as_at(method, 0) != '-' ||
		as_at(method, 4) != '-')
		return false;
	uint8_t got = 0;
	for (size_t i = 2; i < all.n && level < 2; i++)
		got = (uint8_t)(got + all.p[i]);
	*summed = level < 2;
	if (level < 2 && (got != sum || !names_something(all)))
		return false;
	*at += head + packed;
	return true;
}

static bool glance(as_span start)
{
	uint64_t at = 0;
	bool summed = false;
	return next_entry(start, &at, &summed);
}

static as_status probe(as_span image, as_extent *out)
{
	uint64_t at = 0;
	bool summed = false;
	size_t n = 0;
	while (at < image.n && next_entry(image, &at, &summed))
		n++;
	bool ends = at < image.n && image.p[at] == 0;
	bool cut = at < image.n && as_is(as_cut(image, at + 2, 2), "-l"); /* in a header */
	bool whole = ends || at == image.n;
	/* A header of level 2 or 3 has no sum: alone, with its data cut off, it is too little. */
	if (n == 0 || (!summed && !whole && !cut && (at < image.n || n < 2)))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = cut ? image.n : as_min(at + ends, image.n),
		.sure = AS_STRUCTURED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_struct(u, 0, body.n, "LHA entries");
	as_status s = as_la_list(u, body,
		&(as_la_kind){ .support = archive_read_support_format_lha,
			.has = AS_HAS_MODE | AS_HAS_OWNER | AS_HAS_MTIME,
			.made_up = true });
	uint64_t at = 0;
	bool summed = false;
	while (at < body.n && next_entry(body, &at, &summed))
		continue;
	bool cut = at > body.n || (at < body.n && body.p[at] != 0);
	return cut ? as_worse(s, as_lost(u, body.n, "the archive is cut off")) : s;
}

const as_format as_format_lha = {
	.id = "lha",
	.title = "LHA archive",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "-lh0-", .len = 5, .at = 2 },
		{ .bytes = "-lh1-", .len = 5, .at = 2 }, { .bytes = "-lh4-", .len = 5, .at = 2 },
		{ .bytes = "-lh5-", .len = 5, .at = 2 }, { .bytes = "-lh6-", .len = 5, .at = 2 },
		{ .bytes = "-lh7-", .len = 5, .at = 2 }, { .bytes = "-lhd-", .len = 5, .at = 2 },
		{ .bytes = "-lzs-", .len = 5, .at = 2 }, { .bytes = "-lz4-", .len = 5, .at = 2 },
		{ .bytes = "-lz5-", .len = 5, .at = 2 }, { .bytes = "-pm0-", .len = 5, .at = 2 },
		{ .bytes = "-pm2-", .len = 5, .at = 2 }, { 0 } },
	.anywhere = true,
	.glance = glance,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "header levels 0 to 3",
		"-lh0-, -lh4- to -lh7-, -lhd-, -lz4-", NULL },
	.verifies = (const char *const[]){ "checksums of headers (level 0, 1) and of each entry",
		NULL },
	.keeps = (const char *const[]){ "mode and owner where kept, time of change (taken as UTC)",
		NULL },
	.samples = (const char *const[]){ "jlha 0.1.6 (jlha-utils)", NULL },
	.gaps = (const char *const[]){ "-lh1-, -lzs-, -lz5- and -pm?- are listed, not decoded",
		"a mode of 0666, 0777 or 0444 is what libarchive says where none is kept: not told",
		NULL },
	.spec = "https://github.com/jca02266/lha/blob/master/header.doc.md",
	.see = "lhasa -pq IN PATTERN > OUT",
};
