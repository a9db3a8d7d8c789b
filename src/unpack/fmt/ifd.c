/* SPDX-License-Identifier: Apache-2.0 */
/* A flash with Intel's descriptor in its first 4 KiB, little-endian:
 *   16 0ff0a55a   20 map: 0 components/16   1 their number less one   2 regions/16   3 number
 *   24 map: 0 masters/16   1 their number   2 straps/16   3 number
 * Components: sizes, 4 bits each. Regions: u32 each, first and last 4 KiB block. Masters: u32 each, who may read and
 * write what: by region a bit, in either generation elsewhere; the newer one has more regions, too. */
#include "base/buf.h"
#include "unpack/vendor.h"

enum { AT = 16, DESCRIPTOR = 4096, BLOCK_SHIFT = 12, REGIONS_MAX = 16, OLD_REGIONS = 5 };
enum { MASTERS_MAX = 6, SLOW = 6 /* the reading clock of the newer generation */ };

typedef struct ifd {
	uint64_t components, regions, masters, end;
	unsigned n_regions, n_masters;
	bool newer;
} ifd;

static const char *const region_names[REGIONS_MAX] = { "descriptor", "bios", "me", "gbe",
	"platform", "de", "bios2", "region-7", "ec", "de2", "ie", "10gbe-0", "10gbe-1", "region-13",
	"region-14", "ptt" };
static const char *const master_names[MASTERS_MAX] = { "host", "me", "gbe", "master-4", "ec",
	"master-6" };

/* The region's first byte and the one behind its last; false if it is not used. */
static bool region(as_span image, const ifd *d, unsigned i, uint64_t *from, uint64_t *to)
{
	as_cur c = as_cur_le(image, d->regions + 4 * (uint64_t)i);
	uint32_t v = as_u32(&c);
	uint32_t first = v & 0x7fff, last = v >> 16 & 0x7fff;
	*from = (uint64_t)first << BLOCK_SHIFT;
	*to = ((uint64_t)last + 1) << BLOCK_SHIFT;
	return as_ok(&c) && first <= last && (i == 0 || v != 0);
}

static bool read_regions(as_span image, ifd *d)
{
	uint64_t from = 0, to = 0;
	if (!region(image, d, 0, &from, &to) || from != 0)
		return false;
	d->end = to;
	for (unsigned i = 1; i < d->n_regions; i++) {
		uint64_t a = 0, b = 0;
		for (unsigned k = 0; k < i && region(image, d, i, &from, &to); k++)
			if (region(image, d, k, &a, &b) && from < b && a < to)
				return false;
		if (region(image, d, i, &from, &to))
			d->end = as_max(d->end, to);
	}
	return d->end > DESCRIPTOR;
}

static bool read_ifd(as_span image, ifd *d)
{
	as_cur c = as_cur_le(image, AT + 4);
	uint64_t components = as_u8(&c);
	as_skip(&c, 1);
	uint64_t regions = as_u8(&c);
	as_skip(&c, 1);
	uint64_t masters = as_u8(&c);
	d->n_masters = as_u8(&c) & 7;
	*d = (ifd){ .components = components << 4,
		.regions = regions << 4,
		.masters = masters << 4,
		.n_masters = d->n_masters };
	if (!as_ok(&c) || image.n < DESCRIPTOR || d->components < 0x20 || d->regions < 0x20 ||
		d->masters < 0x20 || d->n_masters > MASTERS_MAX)
		return false;
	as_span before = as_cut(image, 0, AT);
	as_cur k = as_cur_le(image, d->components);
	d->newer = (as_u32(&k) >> 17 & 7) == SLOW;
	/* A list ends where the next one begins. */
	uint64_t room = d->masters > d->regions ? (d->masters - d->regions) / 4 : REGIONS_MAX;
	d->n_regions = d->newer ? (unsigned)as_min(room, REGIONS_MAX) : OLD_REGIONS;
	return as_ok(&k) && (as_all(before, 0xff) || as_all(before, 0)) && read_regions(image, d);
}

static as_status probe(as_span image, as_extent *out)
{
	ifd d = { 0 };
	if (!read_ifd(image, &d))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(d.end, image.n), .sure = AS_STRUCTURED };
	return AS_OK;
}

static void add_names(as_buf *out, const char *head, uint32_t bits)
{
	as_buf_text(out, head);
	for (unsigned i = 0; i < REGIONS_MAX; i++)
		if (bits >> i & 1) {
			as_buf_text(out, " ");
			as_buf_text(out, region_names[i]);
		}
	if (bits == 0)
		as_buf_text(out, " nothing");
}

static void tell_masters(as_unpack *u, as_span body, const ifd *d)
{
	as_cur c = as_cur_le(body, d->masters);
	for (unsigned i = 0; i < d->n_masters; i++) {
		as_span raw = as_cut(body, as_pos(&c), 4);
		uint32_t v = as_u32(&c);
		as_buf text = { 0 };
		add_names(&text, "reads", d->newer ? v >> 8 & 0xfff : v >> 16 & 0xff);
		add_names(&text, ", writes", d->newer ? v >> 20 : v >> 24);
		as_span name = as_print(as_memory(u), "access of %s", master_names[i]);
		if (as_ok(&c) && name.p)
			as_tell(u, raw, (const char *)name.p, as_buf_span_of(&text));
		as_buf_free(&text);
	}
}

static as_status put_region(as_unpack *u, as_span body, const ifd *d, unsigned i)
{
	uint64_t from = 0, to = 0;
	if (!region(body, d, i, &from, &to))
		return AS_OK;
	as_span name = as_print(as_memory(u), "region %s", region_names[i]);
	as_tellf(u, as_cut(body, d->regions + 4 * (uint64_t)i, 4),
		name.p ? (const char *)name.p : "region", "0x%llx+0x%llx", (unsigned long long)from,
		(unsigned long long)(to - from));
	if (i == 0)
		return AS_OK;
	as_span content = as_cut(body, from, as_min(to - from, body.n - as_min(from, body.n)));
	as_span table = as_same(as_cut(content, 0, 4), as_lit("$FPT")) ? as_cut(content, 0, 4)
								       : as_cut(content, 16, 4);
	if (as_same(table, as_lit("$FPT")))
		as_tell(u, table, "management-engine",
			as_lit("has a partition table; it is not read"));
	return as_vendor_part(u, body, as_lit(region_names[i]), from, to - from);
}

static as_status unpack(as_unpack *u, as_span body)
{
	ifd d = { 0 };
	if (!read_ifd(body, &d))
		return as_lost(u, 0, "descriptor is damaged");
	as_struct(u, 0, DESCRIPTOR, "flash descriptor");
	as_tell(u, as_cut(body, AT, 4), "generation", as_lit(d.newer ? "2" : "1"));
	tell_masters(u, body, &d);
	as_status s = AS_OK;
	for (unsigned i = 0; i < d.n_regions && s <= AS_PARTIAL; i++)
		s = as_worse(s, put_region(u, body, &d, i));
	return s;
}

const as_format as_format_ifd = {
	.id = "ifd",
	.title = "Flash with Intel's descriptor",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x5a\xa5\xf0\x0f", .len = 4, .at = AT }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "both generations: up to 16 regions",
		"who may read and write which region", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples =
		(const char *const[]){
			"generator from the published layout, changed and read by "
			"ifdtool (coreboot-utils 4.15); not tried on a vendor's own image",
			NULL },
	.gaps = (const char *const[]){ "the management engine's region is recognised, not opened",
		"straps are not told", "descriptors of before 2008, which begin with the magic",
		"it has no checksum", NULL },
	.spec = "https://doc.coreboot.org/util/ifdtool/layout.html",
	.see = NULL,
};
