/* SPDX-License-Identifier: Apache-2.0 */
/* super: Android's partition of logical partitions, little-endian. Geometry at 4096, once more at 8192:
 *    0 67 44 6c 61   4 bytes of it u32   8 SHA-256 of it, with these 32 bytes 0   40 bytes of a slot u32   44 slots
 *   48 block size
 * Slots stand from 12288 on, all of them once more behind. Metadata:
 *    0 30 50 4c 41   4 major u16   6 minor u16   8 bytes of the header u32   12 SHA-256 of it   44 bytes of the tables
 *   48 SHA-256 of these   80 partitions, extents, groups, block devices: offset u32, entries, bytes of one
 * partition: 0 name, 36 bytes   36 attributes u32   40 first extent   44 extents   48 group
 * extent:    0 sectors u64   8 type u32 (0 linear, 1 zero)   12 first sector u64   20 block device u32
 * device:    0 first sector for data u64   16 size u64   24 partition's name, 36 bytes */
#include "unpack/disk.h"

enum {
	GEOMETRY_AT = 4096,
	GEOMETRY = 4096,
	SLOTS_AT = GEOMETRY_AT + 2 * GEOMETRY,
	SECTOR = 512,
	HEADER_MIN = 128,
	HEADER_MAX = 4096,
	PARTITION = 52,
	EXTENT = 24,
	DEVICE = 64,
	NAME = 36,
	TABLES = 4,
	ENTRIES_MAX = 4096,
	SLOT_MAX = 1 << 20,
	SLOTS_MAX = 32,
};

typedef struct table {
	uint32_t at, n, len; /* in the tables; entries; bytes of one */
} table;

typedef struct super {
	uint32_t slot_len, n_slots, block;
	bool second; /* the first geometry is broken */
	uint16_t major, minor;
	as_span header, tables;
	table partitions, extents, devices;
	uint64_t at, size; /* of the metadata; of the first block device, or 0 */
} super;

/* Whether s has, at offset at, its SHA-256 with these bytes being 0. */
static bool sum_right(as_span s, uint64_t at)
{
	static const uint8_t zeros[AS_SHA256_LEN];
	as_hasher *h = as_hasher_new();
	if (!h || s.n < at + AS_SHA256_LEN) {
		as_hasher_free(h);
		return false;
	}
	as_hasher_add(h, as_cut(s, 0, at));
	as_hasher_add(h, as_bytes(zeros, AS_SHA256_LEN));
	as_hasher_add(h, as_from(s, at + AS_SHA256_LEN));
	as_sha256 sum = as_hasher_end(h);
	as_hasher_free(h);
	return as_same(as_cut(s, at, AS_SHA256_LEN), as_bytes(sum.b, AS_SHA256_LEN));
}

static bool geometry_at(as_span image, uint64_t at, super *p)
{
	as_cur c = as_cur_le(image, at);
	as_span magic = as_take(&c, 4);
	uint32_t len = as_u32(&c);
	as_skip(&c, 32);
	p->slot_len = as_u32(&c);
	p->n_slots = as_u32(&c);
	p->block = as_u32(&c);
	return as_ok(&c) && as_is(magic, "gDla") && len >= 52 && len <= GEOMETRY &&
	       sum_right(as_cut(image, at, len), 8) && p->slot_len > 0 && p->slot_len <= SLOT_MAX &&
	       p->slot_len % SECTOR == 0 && p->n_slots > 0 && p->n_slots <= SLOTS_MAX;
}

static bool find_geometry(as_span image, super *p)
{
	*p = (super){ 0 };
	if (geometry_at(image, GEOMETRY_AT, p))
		return true;
	p->second = true;
	return geometry_at(image, GEOMETRY_AT + GEOMETRY, p);
}

static table read_place(as_cur *c)
{
	return (table){ .at = as_u32(c), .n = as_u32(c), .len = as_u32(c) };
}

static bool table_fits(const super *p, table t, uint32_t least)
{
	return t.len >= least && t.len <= 4096 && t.n <= ENTRIES_MAX && t.at <= p->tables.n &&
	       (uint64_t)t.n * t.len <= p->tables.n - t.at;
}

static as_cur entry_of(const super *p, table t, uint64_t i)
{
	return as_cur_le(as_cut(p->tables, t.at + i * t.len, t.len), 0);
}

static bool metadata_at(as_span image, uint64_t at, super *p)
{
	as_cur c = as_cur_le(image, at);
	as_span magic = as_take(&c, 4);
	p->major = as_u16(&c);
	p->minor = as_u16(&c);
	uint32_t len = as_u32(&c);
	as_skip(&c, 32);
	uint32_t tables_len = as_u32(&c);
	as_span sum = as_take(&c, AS_SHA256_LEN);
	p->partitions = read_place(&c);
	p->extents = read_place(&c);
	(void)read_place(&c); /* groups */
	p->devices = read_place(&c);
	if (!as_ok(&c) || !as_is(magic, "0PLA") || p->major != 10 || len < HEADER_MIN ||
		len > HEADER_MAX || tables_len > p->slot_len)
		return false;
	p->at = at;
	p->header = as_cut(image, at, len);
	p->tables = as_cut(image, at + len, tables_len);
	as_sha256 got = as_sha256_of(p->tables);
	if (!sum_right(p->header, 12) || !as_same(sum, as_bytes(got.b, AS_SHA256_LEN)) ||
		!table_fits(p, p->partitions, PARTITION) || !table_fits(p, p->extents, EXTENT) ||
		!table_fits(p, p->devices, DEVICE))
		return false;
	as_cur d = entry_of(p, p->devices, 0);
	as_skip(&d, 16);
	p->size = p->devices.n > 0 ? as_u64(&d) : 0;
	return true;
}

/* Slot i, or its copy; *copy says which it was. */
static bool slot(as_span image, uint32_t i, super *p, bool *copy)
{
	uint64_t all = (uint64_t)p->slot_len * p->n_slots,
		 at = SLOTS_AT + (uint64_t)i * p->slot_len;
	*copy = !metadata_at(image, at, p);
	return !*copy || metadata_at(image, at + all, p);
}

static as_status probe(as_span image, as_extent *out)
{
	super p;
	if (!find_geometry(image, &p))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n, .sure = AS_CHECKSUMMED };
	bool copy = false, known = false;
	for (uint32_t i = 0; i < p.n_slots && !known; i++)
		known = slot(image, i, &p, &copy);
	if (known && p.size > SLOTS_AT)
		out->size = as_min(p.size, image.n);
	return AS_OK;
}

typedef struct extent {
	uint64_t n, at; /* bytes; of the image */
	uint32_t type, device;
} extent;

static bool extent_at(const super *p, uint64_t i, extent *e)
{
	uint64_t sectors = 0, first = 0;
	as_cur c = entry_of(p, p->extents, i);
	sectors = as_u64(&c);
	*e = (extent){ .type = as_u32(&c) };
	first = as_u64(&c);
	e->device = as_u32(&c);
	return as_ok(&c) && i < p->extents.n && as_mul(&e->n, sectors, SECTOR) &&
	       as_mul(&e->at, first, SECTOR) && e->type <= 1;
}

typedef struct partition {
	as_span name, raw;
	uint32_t attributes, first, n;
} partition;

static as_status put_pieces(as_unpack *u, as_span body, const super *p, const partition *part)
{
	uint64_t size = 0;
	extent e;
	as_disk d;
	for (uint32_t i = 0; i < part->n; i++)
		if (!extent_at(p, (uint64_t)part->first + i, &e) || !as_add(&size, size, e.n))
			return as_lost(u, p->at, "an extent of a partition is damaged");
	as_status s = as_disk_begin(&d, u, body, size, "");
	d.name = part->name;
	for (uint32_t i = 0; i < part->n && s <= AS_PARTIAL; i++) {
		(void)extent_at(p, (uint64_t)part->first + i, &e);
		if (e.type == 0 && e.device != 0)
			s = as_worse(s, as_disk_lost(&d, p->at, e.n,
						"a partition goes on on another device"));
		else
			s = as_worse(
				s, e.type == 1 ? as_disk_zero(&d, e.n) : as_disk_at(&d, e.at, e.n));
	}
	return as_disk_end(&d, s, "pieces of partitions");
}

/* *left: extents of the slot that no partition has had yet. */
static as_status put(as_unpack *u, as_span body, const super *p, uint32_t i, uint32_t *left)
{
	as_cur c = entry_of(p, p->partitions, i);
	partition part = { .raw = c.s, .name = as_take(&c, NAME) };
	part.attributes = as_u32(&c);
	part.first = as_u32(&c);
	part.n = as_u32(&c);
	part.name = as_cut(part.name, 0, as_min(as_find_byte(part.name, 0, 0), NAME));
	const char *key = (const char *)as_print(
		as_memory(u), "partition %.*s", (int)part.name.n, (const char *)part.name.p)
				  .p;
	as_tellf(u, part.raw, key ? key : "partition", "extents=%u attributes=0x%x%s", part.n,
		part.attributes, part.attributes & 1 ? " readonly" : "");
	if (part.n > *left)
		return as_lost(u, p->at, "partitions have more extents than there are");
	*left -= part.n;
	extent e;
	as_entry one = { .type = AS_PART, .name = part.name };
	if (part.n == 1 && extent_at(p, part.first, &e) && e.type == 0 && e.device == 0) {
		one.at = e.at;
		one.data = as_cut(body, e.at, e.n);
		if (one.data.n == e.n && e.n > 0)
			return as_put(u, NULL, &one, NULL);
	}
	return part.n > 0 ? put_pieces(u, body, p, &part) : AS_OK;
}

static void mark(as_unpack *u, as_span body, const super *p)
{
	uint64_t n = SLOTS_AT + 2 * (uint64_t)p->slot_len * p->n_slots;
	as_struct(u, 0, GEOMETRY_AT, "reserved");
	as_struct(u, GEOMETRY_AT, as_min(n, body.n) - GEOMETRY_AT, "super metadata");
}

static as_status put_slot(as_unpack *u, as_span body, const super *p)
{
	as_status s = AS_OK;
	uint32_t left = p->extents.n;
	as_tellf(u, as_cut(p->header, 4, 4), "version", "%u.%u", p->major, p->minor);
	for (uint32_t i = 0; i < p->partitions.n && s <= AS_PARTIAL; i++)
		s = as_worse(s, put(u, body, p, i, &left));
	return s;
}

/* All slots are mostly alike; one that tells of other partitions is opened, too. */
static as_status unpack(as_unpack *u, as_span body)
{
	super p;
	if (!find_geometry(body, &p))
		return as_lost(u, GEOMETRY_AT, "geometry is damaged");
	as_status s = p.second
			      ? as_lost(u, GEOMETRY_AT, "the geometry is broken: its copy was used")
			      : AS_OK;
	as_span seen = { 0 };
	mark(u, body, &p);
	as_tellf(u, as_cut(body, GEOMETRY_AT + 44, 4), "slots", "%u", p.n_slots);
	for (uint32_t i = 0; i < p.n_slots && s <= AS_PARTIAL; i++) {
		bool copy = false;
		uint64_t at = SLOTS_AT + (uint64_t)i * p.slot_len;
		bool blank = as_all(as_cut(body, at, p.slot_len), 0);
		if (!slot(body, i, &p, &copy)) {
			if (!blank)
				s = as_worse(
					s, as_lost(u, at, "a slot of the metadata is damaged"));
			continue;
		}
		if (copy)
			s = as_worse(s, as_lost(u, at, "a slot is broken: its copy was used"));
		if (as_same(seen, p.tables))
			continue;
		seen = p.tables;
		s = as_worse(s, put_slot(u, body, &p));
	}
	return seen.p ? s : as_worse(s, as_lost(u, SLOTS_AT, "no slot of the metadata is right"));
}

const as_format as_format_android_super = {
	.id = "android_super",
	.title = "Android super partition",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "gDla", .len = 4, .at = GEOMETRY_AT },
		{ .bytes = "gDla", .len = 4, .at = GEOMETRY_AT + GEOMETRY }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "metadata 10.0 to 10.2", "linear and zero extents",
		"several slots", NULL },
	.verifies = (const char *const[]){ "SHA-256 of geometry, header and tables; copies are "
					   "used where they are wrong",
		NULL },
	.keeps = NULL,
	.samples =
		(const char *const[]){
			"generator from the published layout; not tried on a vendor's own image",
			NULL },
	.gaps = (const char *const[]){ "extents on other devices than the first",
		"searched only at the start of an object", NULL },
	.spec = "https://android.googlesource.com/platform/system/core/+/refs/heads/main/fs_mgr/"
		"liblp/include/liblp/"
		"metadata_format.h",
	.see = NULL,
};
