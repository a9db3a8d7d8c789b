/* SPDX-License-Identifier: Apache-2.0 */
/* VHDX: Hyper-V's disk image, little-endian; checksums are CRC-32C.
 *    0 "vhdxfile"   64 KiB and 128 KiB headers: 0 "head"   4 sum   8 sequence number u64   48 log's GUID
 *   66 version u16   68 length of the log u32   72 log u64; the right one with the higher number counts
 *  192 KiB and 256 KiB region tables: 0 "regi"   4 sum   8 entries; entry: GUID, offset u64, length u32, required
 * Metadata region: 0 "metadata"   10 entries u16   32 entry: GUID, offset u32, length u32, flags, 0
 * Block table, u64: bits 0 to 2 are the state (6: kept, 7: in part), 20 to 63 the offset in MiB; after the entries
 * of each chunk stands one for its sector bitmap. The log is described in vhdx_log.c. */
#include "unpack/disk.h"
#include "unpack/fmt/vhdx.h"

enum {
	HEADER_AT = 64 << 10,
	HEADER = 4096,
	REGIONS_AT = 192 << 10,
	REGIONS = 64 << 10,
	ENTRIES_MAX = 2047,
	KEPT = 6,
	IN_PART = 7,
	HAS_PARENT = 2,
};

#define CHUNK_SECTORS (UINT64_C(1) << 23)

typedef struct guid {
	char b[17];
} guid;

static const guid
	bat_guid = { "\x66\x77\xc2\x2d\x23\xf6\x00\x42\x9d\x64\x11\x5e\x9b\xfd\x4a\x08" },
	metadata_guid = { "\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e" },
	parameters_guid = { "\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44\xe7\x6b" },
	size_guid = { "\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8" },
	sector_guid = { "\x1d\xbf\x41\x81\x6f\xa9\x09\x47\xba\x47\xf2\x33\xa8\xfa\xab\x5f" };

typedef struct header {
	uint64_t at, sequence, log_at;
	uint32_t log_len;
	as_span log;
} header;

typedef struct vhdx {
	header h;
	uint64_t bat_at, bat_len, metadata_at, metadata_len, size;
	uint32_t block, flags, sector;
	bool spare; /* the first header, or region table, is broken */
} vhdx;

bool as_vhdx_sum_right(as_span s)
{
	as_cur c = as_cur_le(s, 4);
	uint32_t want = as_u32(&c);
	uint32_t crc = as_crc32c(UINT32_MAX, as_cut(s, 0, 4));
	crc = as_crc32c(crc, as_bytes("\0\0\0\0", 4));
	return as_ok(&c) && ~as_crc32c(crc, as_from(s, 8)) == want;
}

static bool header_at(as_span image, uint64_t at, header *h)
{
	as_span raw = as_cut(image, at, HEADER);
	as_cur c = as_cur_le(raw, 8);
	*h = (header){ .at = at, .sequence = as_u64(&c) };
	as_skip(&c, 32);
	h->log = as_take(&c, 16);
	as_skip(&c, 2);
	uint16_t version = as_u16(&c);
	h->log_len = as_u32(&c);
	h->log_at = as_u64(&c);
	return as_ok(&c) && as_starts(raw, "head") && version == 1 && as_vhdx_sum_right(raw);
}

static bool find_header(as_span image, vhdx *v)
{
	header a, b;
	bool has_a = header_at(image, HEADER_AT, &a);
	bool has_b = header_at(image, HEADER_AT * 2, &b);
	v->h = has_a && (!has_b || a.sequence >= b.sequence) ? a : b;
	v->spare = !has_a || !has_b;
	return has_a || has_b;
}

static bool read_regions(const as_vhdx *x, uint64_t at, vhdx *v)
{
	as_span raw = as_vhdx_bytes(x, at, REGIONS, NULL);
	as_cur c = as_cur_le(raw, 8);
	uint32_t n = as_u32(&c);
	if (!as_starts(raw, "regi") || n > ENTRIES_MAX || !as_vhdx_sum_right(raw))
		return false;
	as_skip(&c, 4);
	v->bat_at = v->metadata_at = 0;
	for (uint32_t i = 0; i < n; i++) {
		as_span id = as_take(&c, 16);
		uint64_t place = as_u64(&c);
		uint32_t len = as_u32(&c);
		as_skip(&c, 4);
		bool bat = as_same(id, as_bytes(bat_guid.b, 16));
		bool metadata = as_same(id, as_bytes(metadata_guid.b, 16));
		v->bat_at = bat ? place : v->bat_at;
		v->bat_len = bat ? len : v->bat_len;
		v->metadata_at = metadata ? place : v->metadata_at;
		v->metadata_len = metadata ? len : v->metadata_len;
	}
	return as_ok(&c) && v->bat_at > 0 && v->metadata_at > 0;
}

static bool read_metadata(const as_vhdx *x, vhdx *v)
{
	as_span raw = as_vhdx_bytes(x, v->metadata_at, v->metadata_len, NULL);
	as_cur c = as_cur_le(raw, 10);
	uint16_t n = as_u16(&c);
	as_skip(&c, 20);
	if (!as_starts(raw, "metadata") || n > ENTRIES_MAX)
		return false;
	for (uint16_t i = 0; i < n; i++) {
		as_span id = as_take(&c, 16);
		as_cur item = as_cur_le(raw, as_u32(&c));
		as_skip(&c, 12);
		if (as_same(id, as_bytes(parameters_guid.b, 16))) {
			v->block = as_u32(&item);
			v->flags = as_u32(&item);
		}
		if (as_same(id, as_bytes(size_guid.b, 16)))
			v->size = as_u64(&item);
		if (as_same(id, as_bytes(sector_guid.b, 16)))
			v->sector = as_u32(&item);
	}
	bool sector = v->sector == 512 || v->sector == 4096;
	return as_ok(&c) && sector && v->block >= 1 << 20 && v->block <= 256 << 20 &&
	       (v->block & (v->block - 1)) == 0 && v->size <= INT64_MAX;
}

/* Reads the tables, as they are after the log was replayed. */
static bool open_image(const as_vhdx *x, vhdx *v)
{
	if (!read_regions(x, REGIONS_AT, v)) {
		v->spare = true;
		if (!read_regions(x, REGIONS_AT + REGIONS, v))
			return false;
	}
	return read_metadata(x, v);
}

static as_status probe(as_span image, as_extent *out)
{
	vhdx v = { 0 };
	if (!find_header(image, &v))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n, .sure = AS_CHECKSUMMED, .open_end = true };
	return AS_OK;
}

static void mark(as_unpack *u, as_span body, const vhdx *v)
{
	struct {
		uint64_t at, n;
		const char *label;
	} known[] = { { 0, HEADER_AT, "VHDX file identifier" },
		{ HEADER_AT, 2 * HEADER_AT, "VHDX headers" },
		{ REGIONS_AT, 2 * REGIONS, "VHDX region tables" },
		{ REGIONS_AT + 2 * REGIONS, (1 << 20) - REGIONS_AT - 2 * REGIONS, "VHDX reserved" },
		{ v->h.log_at, v->h.log_len, "VHDX log" },
		{ v->metadata_at, v->metadata_len, "VHDX metadata" },
		{ v->bat_at, v->bat_len, "VHDX block table" } };
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].at < body.n)
			as_struct(u, known[i].at, as_min(known[i].n, body.n - known[i].at),
				known[i].label);
}

/* A block of the disk, which the log may write to. */
static as_status block_at(const as_vhdx *x, as_disk *d, uint64_t at, uint32_t n, uint8_t **room)
{
	if (!as_vhdx_changes(x, at, n))
		return as_disk_at(d, at, n);
	if (!*room && as_want(x->u, n) == AS_OK)
		*room = as_alloc(as_memory(x->u), n);
	if (!*room)
		return AS_LIMIT;
	if (at < x->body.n)
		as_struct(x->u, at, as_min(n, x->body.n - at), "blocks of the disk");
	return as_disk_bytes(d, as_vhdx_bytes(x, at, n, *room));
}

static as_status blocks(const as_vhdx *x, const vhdx *v, as_disk *d)
{
	as_unpack *u = x->u;
	as_span body = x->body;
	uint8_t *room = NULL;
	uint64_t len = v->bat_at < x->end ? as_min(v->bat_len, x->end - v->bat_at) : 0;
	as_cur c = as_cur_le(as_vhdx_bytes(x, v->bat_at, len, NULL), 0);
	uint64_t ratio = CHUNK_SECTORS * v->sector / v->block;
	as_status s = AS_OK;
	for (uint64_t i = 0; s <= AS_PARTIAL && d->done < d->size; i++) {
		uint64_t entry = as_u64(&c), at = entry >> 20 << 20;
		unsigned state = entry & 7;
		if (!as_ok(&c))
			return as_worse(s, as_disk_lost(d, body.n, d->size,
						   "the image ends inside its table"));
		if (ratio > 0 && i % (ratio + 1) == ratio) {
			if (state == KEPT && at < body.n)
				as_struct(
					u, at, as_min(1 << 20, body.n - at), "VHDX sector bitmap");
			continue;
		}
		bool kept = state == KEPT || state == IN_PART;
		s = as_worse(
			s, kept ? block_at(x, d, at, v->block, &room) : as_disk_zero(d, v->block));
	}
	return s;
}

/* What is wrong with the image as a whole. */
static as_status look(as_unpack *u, const vhdx *v)
{
	as_status s = AS_OK;
	if (v->spare)
		s = as_lost(u, HEADER_AT, "a header or table is broken: its copy was used");
	if (v->flags & HAS_PARENT)
		s = as_worse(s, as_refused(u, v->metadata_at, "unsupported",
					"it builds on another image: what only that one has reads "
					"as zeros"));
	return s;
}

static as_status unpack_image(as_vhdx *x, vhdx *v)
{
	as_unpack *u = x->u;
	as_disk d;
	as_status s = AS_OK;
	bool clean = as_all(v->h.log, 0);
	as_tell(u, v->h.log, "state", as_lit(clean ? "clean" : "dirty"));
	if (!clean)
		s = as_vhdx_replay(x, v->h.log_at, v->h.log_len, v->h.log);
	if (s > AS_PARTIAL)
		return s;
	if (!open_image(x, v))
		return as_lost(u, REGIONS_AT, "its tables are damaged");
	mark(u, x->body, v);
	as_span told = as_cut(x->body, v->metadata_at, 32);
	as_tellf(u, told, "disk-size", "%llu", (unsigned long long)v->size);
	as_tellf(u, told, "block-size", "%u", v->block);
	s = as_worse(s, look(u, v));
	as_status begun = as_disk_begin(&d, u, x->body, v->size, "disk");
	if (begun != AS_OK)
		return begun;
	s = as_worse(s, blocks(x, v, &d));
	return as_disk_end(&d, s, "blocks of the disk");
}

static as_status unpack(as_unpack *u, as_span body)
{
	vhdx v = { 0 };
	as_vhdx x = { .u = u, .body = body, .end = body.n };
	if (!find_header(body, &v))
		return as_lost(u, HEADER_AT, "its headers are damaged");
	as_status s = unpack_image(&x, &v);
	as_map_free(&x.touched);
	return s;
}

const as_format as_format_vhdx = {
	.id = "vhdx",
	.title = "Hyper-V disk image (VHDX)",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "vhdxfile", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "fixed", "dynamic",
		"images that were not closed: the log is replayed on read", NULL },
	.verifies =
		(const char *const[]){ "CRC-32C of headers, region tables and log entries", NULL },
	.keeps = (const char *const[]){ "holes", NULL },
	.samples = (const char *const[]){ "qemu-img 7.2; logs: generator from the published "
					  "layout, replayed by qemu-img 7.2 too",
		NULL },
	.gaps = (const char *const[]){ "parents of differencing images are not read", NULL },
	.spec = "https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-vhdx/",
	.see = "qemu-img convert -f vhdx -O raw IN OUT",
};
