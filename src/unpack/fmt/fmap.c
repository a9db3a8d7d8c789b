/* SPDX-License-Identifier: Apache-2.0 */
/* A flash image that an FMAP divides, little-endian; the map stands anywhere in it:
 *    0 "__FMAP__"   8 version: major, minor   10 base u64   18 size u32   22 name [32]   54 areas u16; then areas:
 *    0 offset u32   4 size u32   8 name [32]   40 flags u16 (1: static, 2: packed, 4: read-only, 8: kept)
 * Areas may hold others. Offsets are from the flash's start: where the object begins is known from the area that the
 * map itself stands in, so that a piece of the flash is divided too. */
#include "unpack/vendor.h"

enum { HEADER = 56, AREA = 42, NAME = 32, AREAS_MAX = 1024, TRIES = 64, OVER = 4 };
enum { IMAGE_MIN = 4096, IMAGE_MAX = 64 << 20 /* the largest flash that has one */ };

typedef struct area {
	as_span name, raw;
	uint64_t at, size;
	uint16_t flags;
} area;

typedef struct map {
	as_span name, areas;
	uint64_t at, from, size; /* of the map, of the object in the flash, of the flash */
	uint32_t n;
	uint8_t major, minor;
	uint64_t room; /* bytes that may still come out as areas */
} map;

static bool read_area(const map *m, uint64_t i, area *a)
{
	as_cur c = as_cur_le(m->areas, i * AREA);
	a->raw = as_cut(m->areas, i * AREA, AREA);
	a->at = as_u32(&c);
	a->size = as_u32(&c);
	a->name = as_vendor_string(as_take(&c, NAME));
	a->flags = as_u16(&c);
	return as_ok(&c) && a->name.n > 0;
}

/* Whether all areas are areas, and where the object begins: it is known by the area that holds the map. */
static bool read_areas(map *m, uint64_t whole)
{
	area a;
	bool own = false;
	for (uint32_t i = 0; i < m->n; i++) {
		if (!read_area(m, i, &a) || !as_vendor_printable(a.name) || a.at + a.size > m->size)
			return false;
		if (!as_is(a.name, "FMAP") || own)
			continue;
		if (a.at < m->at)
			return false; /* more stands before the flash: an archive around it */
		m->from = a.at - m->at;
		own = true;
	}
	return own || m->size == whole;
}

static bool read_map(as_span image, uint64_t at, map *m)
{
	as_cur c = as_cur_le(image, at + 8);
	*m = (map){ .at = at, .major = as_u8(&c) };
	m->minor = as_u8(&c);
	as_skip(&c, 8);
	m->size = as_u32(&c);
	as_span name = as_take(&c, NAME);
	m->name = as_vendor_string(name);
	m->n = as_u16(&c);
	if (!as_ok(&c) || m->major != 1 || m->n == 0 || m->n > AREAS_MAX || m->size == 0 ||
		!as_vendor_printable(name))
		return false;
	m->areas = as_cut(image, as_pos(&c), (uint64_t)m->n * AREA);
	return m->areas.n > 0 && read_areas(m, image.n) && m->from < m->size &&
	       m->from + at + HEADER <= m->size;
}

static bool find_map(as_span image, map *m)
{
	size_t at = 0;
	/* A program may name the map, and is none. */
	if (image.n < IMAGE_MIN || image.n > IMAGE_MAX ||
		as_starts(image, "\x7f"
				 "ELF"))
		return false;
	for (unsigned i = 0; i < TRIES; i++, at++) {
		at = as_find(image, as_lit("__FMAP__"), at);
		if (at == SIZE_MAX)
			return false;
		if (read_map(image, at, m))
			return true;
	}
	return false;
}

/* A flash with Intel's descriptor is divided by that first, and the map divides what comes out. */
static bool is_described(as_span image)
{
	return as_same(as_cut(image, 16, 4), as_bytes("\x5a\xa5\xf0\x0f", 4));
}

static as_status probe(as_span image, as_extent *out)
{
	map m;
	if (is_described(image) || !find_map(image, &m))
		return AS_NOT_THIS;
	uint64_t end = as_min(image.n, m.size - m.from);
	/* Whatever begins the first area is inside of this, however sure it is of itself. */
	bool whole = end == image.n && end == m.size - m.from;
	*out = (as_extent){ .size = end, .label = m.name };
	out->sure = whole ? AS_CHECKSUMMED : AS_STRUCTURED;
	return AS_OK;
}

/* Whether another area lies in this one: then that is the part, and this only told. Of two that are the same the
 * later one is. */
static bool holds_others(const map *m, uint32_t i, const area *a)
{
	area b;
	for (uint32_t k = 0; k < m->n; k++) {
		if (k == i || !read_area(m, k, &b) || b.size == 0 || b.at < a->at ||
			b.at + b.size > a->at + a->size)
			continue;
		if (b.size < a->size || k > i)
			return true;
	}
	return false;
}

static as_status put_area(as_unpack *u, as_span body, map *m, uint32_t i)
{
	area a;
	if (!read_area(m, i, &a))
		return AS_OK;
	as_arena *mem = as_memory(u);
	as_span told = as_print(mem, "area %.*s", (int)a.name.n, (const char *)a.name.p);
	as_tellf(u, a.raw, told.p ? (const char *)told.p : "area", "0x%llx+0x%llx%s%s%s%s",
		(unsigned long long)a.at, (unsigned long long)a.size, a.flags & 1 ? " static" : "",
		a.flags & 2 ? " packed" : "", a.flags & 4 ? " read-only" : "",
		a.flags & 8 ? " kept" : "");
	if (a.size == 0 || holds_others(m, i, &a))
		return AS_OK;
	/* An area before the object or behind it is in another part of the flash. */
	if (a.at < m->from || a.at - m->from >= body.n)
		return m->from > 0 ? AS_OK : as_lost(u, body.n, "an area lies behind the end");
	if (as_is(a.name, "FMAP"))
		return AS_OK;
	/* The innermost areas lie side by side, unless the map means harm. */
	if (a.size > m->room)
		return as_refused(
			u, a.at - m->from, "limit", "areas that lie over each other were left out");
	m->room -= a.size;
	return as_vendor_part(u, body, a.name, a.at - m->from, a.size);
}

static as_status unpack(as_unpack *u, as_span body)
{
	map m;
	if (!find_map(body, &m))
		return as_lost(u, 0, "the map is damaged");
	as_struct(u, m.at, HEADER + (uint64_t)m.n * AREA, "FMAP");
	as_tell(u, m.name, "name", m.name);
	as_tellf(u, as_cut(body, m.at + 8, 2), "version", "%u.%u", m.major, m.minor);
	as_status s = AS_OK;
	m.room = OVER * (uint64_t)m.size;
	for (uint32_t i = 0; i < m.n && s <= AS_PARTIAL; i++)
		s = as_worse(s, put_area(u, body, &m, i));
	return s;
}

const as_format as_format_fmap = {
	.id = "fmap",
	.title = "Flash image with an FMAP",
	.kind = AS_CARRIER,
	.magic = NULL, /* the map stands anywhere: the object is divided by it */
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "areas in areas: the innermost come out",
		"pieces of a flash, if the area of the map is named FMAP", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = (const char *const[]){ "cbfstool and fmaptool (coreboot-utils 4.15)", NULL },
	.gaps = (const char *const[]){ "images of more than 64 MiB", "it has no checksum", NULL },
	.spec = "https://doc.coreboot.org/lib/flashmap.html",
	.see = NULL,
};
