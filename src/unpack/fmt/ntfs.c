/* SPDX-License-Identifier: Apache-2.0 */
/* NTFS. Little-endian, in clusters. Boot sector, whose copy stands in the sector behind the volume:
 *    3 "NTFS    "   11 bytes of a sector u16   13 sectors of a cluster u8 (above 128: log2, negative)   14 zeros
 *   40 sectors u64   48 cluster of the MFT u64   56 cluster of its copy u64   64 clusters of a record s8 (negative:
 *   log2 of bytes)   72 serial number u64   510 55 aa
 * MFT: records of 1024 bytes (or 4096), of which record 0 is the MFT itself; the copy has the first four:
 *    0 "FILE"   4 update sequence at u16   6 its words u16   16 sequence number u16   20 first attribute u16
 *   22 flags u16 (1 in use, 2 directory)   24 bytes in use u32   32 record that this one extends u48, its sequence
 *   number u16. The last two bytes of each 512 are the update sequence's first word; its others are what belongs there.
 * Attributes, the last followed by ffffffff:
 *    0 type u32   4 bytes u32   8 stands elsewhere u8   9 name's units u8   10 name at u16   12 flags u16
 *   16 bytes u32, 20 at u16; or, elsewhere: 16 first cluster u64   24 last u64   32 map at u16   34 log2 of the
 *   clusters packed together u8   40 allocated u64   48 size u64   56 valid u64
 * Map: a byte with the bytes of the next two numbers (low, high half): clusters; how far from the run before (signed;
 * none: a hole). 0 ends it.
 * Types: 10 times and flags   20 records of the file: 0 type, 4 bytes u16, 8 cluster u64, 16 record u64   30 name
 *   60 label   70 version   80 data   90, a0 index   b0 bitmap   c0 reparse point   e0 extended attributes
 * Own code rather than libtsk's: it must survive damage to the MFT, and account for every byte. */
#include "unpack/fmt/ntfs.h"
#include "unpack/utf16.h"

enum {
	SECTOR = 512, /* of the boot sector */
	OEM = 3,
	VOLUME = 3, /* records */
	BITMAP = 6,
	DIRTY = 1
};

/* Where formatting programs put the MFT, or its copy, on small volumes. */
static const uint32_t usual[] = { 16384, 8192, 32768, 65536 };

/* A number of clusters or, negative, the log2 of bytes. 0: neither. */
static uint64_t scaled(uint8_t v, uint64_t unit)
{
	unsigned log = 256u - v;
	return v < 0x80 ? v * unit : log >= 9 && log <= 16 ? (uint64_t)1 << log : 0;
}

static bool is_power(uint64_t v, uint64_t least, uint64_t most)
{
	return v >= least && v <= most && (v & (v - 1)) == 0;
}

static bool read_boot(as_ntfs *q, uint64_t at)
{
	as_span s = as_cut(q->body, at, SECTOR);
	as_cur c = as_cur_le(s, 11);
	uint64_t sectors = 0, mft = 0, mirror = 0;
	q->sector = as_u16(&c);
	uint8_t per = as_u8(&c);
	as_span zeros = as_cut(s, 14, 7), more = as_cut(s, 32, 4);
	as_seek(&c, 40);
	sectors = as_u64(&c);
	mft = as_u64(&c);
	mirror = as_u64(&c);
	uint8_t record = as_u8(&c);
	q->cluster = q->sector * (per <= 0x80 ? per : 256u - per < 16 ? 1u << (256u - per) : 0);
	q->record = scaled(record, q->cluster);
	if (!as_is(as_cut(s, OEM, 8), "NTFS    ") || !as_is(as_cut(s, 510, 2), "\x55\xaa") ||
		!as_all(zeros, 0) || !as_all(more, 0) || !is_power(q->sector, 256, 4096) ||
		!is_power(q->cluster, q->sector, 2 << 20) || !is_power(q->record, 512, 65536) ||
		sectors == 0 || sectors >> 48 != 0)
		return false;
	q->boot = at;
	q->clusters = sectors * q->sector / q->cluster;
	q->size = sectors * q->sector;
	q->mft_at = mft < q->clusters ? mft * q->cluster : UINT64_MAX;
	q->mirror_at = mirror < q->clusters ? mirror * q->cluster : UINT64_MAX;
	return mft > 0 && mirror > 0 && mft < q->clusters && mirror < q->clusters;
}

/* The attribute of that type and name (ASCII or NULL) in one record; false if it has none. */
static bool attribute(const as_ntfs_record *r, uint32_t type, as_ntfs_attr *a)
{
	for (uint64_t at = 0; as_ntfs_next(r, &at, a);)
		if (a->type == type && a->name.n == 0)
			return true;
	return false;
}

/* Without both boot sectors, from the first record of the MFT itself, if it stands at a usual place: it tells in which
 * cluster it stands. What it is the copy of is asked of the record behind it. */
static bool read_record0(as_ntfs *q, as_arena *a, uint64_t at)
{
	as_ntfs_record r;
	as_ntfs_attr data;
	as_ntfs_runs runs = { .arena = a };
	as_cur c = as_cur_le(q->body, at + 28);
	q->record = as_u32(&c);
	if (!is_power(q->record, 512, 65536) ||
		!as_ntfs_parse(a, as_cut(q->body, at, q->record), 0, at, &r) || !r.whole ||
		!attribute(&r, AS_NTFS_DATA, &data) || data.resident)
		return false;
	q->clusters = UINT32_MAX;
	as_ntfs_map(q, &data, &runs);
	uint64_t first = runs.n > 0 ? runs.list[0].lcn : 0;
	if (first == 0 || first >= AS_NTFS_GONE || at % first != 0 ||
		!is_power(at / first, 512, 65536))
		return false;
	q->boot = UINT64_MAX;
	q->sector = SECTOR;
	q->cluster = at / first;
	q->clusters = q->body.n / q->cluster;
	q->size = q->body.n;
	q->mft_at = at;
	q->mirror_at = UINT64_MAX;
	return true;
}

static bool has_record0(const as_ntfs *q, as_arena *a)
{
	as_ntfs_record r;
	return as_ntfs_parse(a, as_cut(q->body, q->mft_at, q->record), 0, q->mft_at, &r) ||
	       as_ntfs_parse(a, as_cut(q->body, q->mirror_at, q->record), 0, q->mirror_at, &r);
}

/* The boot sector, else the copy that ends the body, else what the MFT says. */
static bool read_layout(as_ntfs *q, as_arena *a)
{
	uint64_t last = q->body.n >= SECTOR ? q->body.n - SECTOR : 0;
	if (read_boot(q, 0))
		return true;
	if (read_boot(q, last) && q->size + q->sector == q->body.n && has_record0(q, a))
		return true;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (as_is(as_cut(q->body, usual[i], 4), "FILE") && read_record0(q, a, usual[i]))
			return true;
	return false;
}

/* The volume with the copy of its boot sector, if that is there, or what is left of it. */
static uint64_t whole_size(const as_ntfs *q)
{
	bool copy = as_is(as_cut(q->body, q->size + OEM, 8), "NTFS    ");
	bool ends = q->size <= q->body.n && q->body.n - q->size <= q->sector;
	return copy ? q->size + q->sector : ends ? q->body.n : q->size;
}

static as_status probe(as_span image, as_extent *out)
{
	as_arena *a = as_arena_new(1 << 20);
	as_ntfs q = { .body = image };
	bool is = a && read_layout(&q, a);
	bool found = is && has_record0(&q, a);
	as_arena_free(a);
	if (!is)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(whole_size(&q), image.n),
		.sure = found ? AS_STRUCTURED : AS_PLAUSIBLE };
	return AS_OK;
}

static as_status tell_volume(as_ntfs *q)
{
	as_ntfs_file f;
	if (VOLUME >= q->n_records)
		return AS_OK;
	as_status s = as_ntfs_gather(q, VOLUME, &f);
	as_span label = as_ntfs_value(q, &f, as_ntfs_find(&f, AS_NTFS_VOLUME_NAME), 512);
	as_span version = as_ntfs_value(q, &f, as_ntfs_find(&f, AS_NTFS_VOLUME), 64);
	as_span where = as_cut(q->body, f.at, q->record);
	label = as_utf16(as_memory(q->u), label, false);
	if (label.n > 0)
		as_tell(q->u, where, "label", label);
	as_cur c = as_cur_le(version, 10);
	uint16_t flags = as_u16(&c);
	if (!as_ok(&c))
		return s;
	as_tellf(q->u, where, "version", "%u.%u", as_at(version, 8), as_at(version, 9));
	if (flags & DIRTY)
		as_tell(q->u, where, "state", as_lit("dirty: the journal was not written back"));
	return s;
}

/* The journal begins with two pages: 0 "RSTR"   16 page size u32   24 the area's place u16; the area: 0 sequence u64
 * 12 list of those who use it u16 (0xffff: nobody)   14 flags u16 (2: written back). The later is right. */
static as_status tell_journal(as_ntfs *q)
{
	enum { LOG = 2, CLEAN = 2, NOBODY = 0xffff };
	as_ntfs_file f;
	uint64_t newest = 0, at = 0;
	uint8_t raw[SECTOR];
	bool open = false;
	if (LOG >= q->n_records)
		return AS_OK;
	as_status s = as_ntfs_gather(q, LOG, &f);
	const as_ntfs_attr *a = as_ntfs_find(&f, AS_NTFS_DATA);
	as_ntfs_runs runs = a && !a->resident ? as_ntfs_runs_of(q, &f, a) : (as_ntfs_runs){ 0 };
	for (unsigned i = 0; i < 2 && s <= AS_PARTIAL; i++) {
		bool read = as_ntfs_copy(q, &runs, at, raw, SECTOR);
		as_span page = as_bytes(raw, read ? SECTOR : 0);
		as_cur c = as_cur_le(page, 16);
		at = as_u32(&c);
		as_skip(&c, 4);
		as_seek(&c, as_u16(&c));
		uint64_t sequence = as_u64(&c);
		as_skip(&c, 4);
		uint16_t users = as_u16(&c), flags = as_u16(&c);
		if (!as_starts(page, "RSTR") || !as_ok(&c))
			break;
		if (sequence >= newest)
			open = users != NOBODY && !(flags & CLEAN);
		newest = as_max(newest, sequence);
	}
	return open ? as_worse(s,
			      as_refused(q->u, f.at, "unsupported",
				      "the journal ($LogFile) holds changes that were not written "
				      "back: it was not replayed"))
		    : s;
}

static as_status read_bitmap(as_ntfs *q)
{
	as_ntfs_file f;
	if (BITMAP >= q->n_records || as_want(q->u, as_min(q->clusters / 8, q->body.n)) != AS_OK)
		return AS_OK;
	as_status s = as_ntfs_gather(q, BITMAP, &f);
	const as_ntfs_attr *a = as_ntfs_find(&f, AS_NTFS_DATA);
	q->bitmap = as_copy(as_memory(q->u), as_ntfs_value(q, &f, a, q->clusters / 8 + 64));
	return s;
}

static as_status open_volume(as_ntfs *q)
{
	as_status s = as_ntfs_open_mft(q);
	if (q->n_records == 0)
		return as_worse(s, AS_PARTIAL);
	for (size_t i = 0; i < q->mft.n; i++)
		if (q->mft.list[i].lcn < AS_NTFS_GONE)
			as_struct(q->u, q->mft.list[i].lcn * q->cluster,
				q->mft.list[i].n * q->cluster, "ntfs master file table");
	as_struct(q->u, q->mirror_at, 4 * q->record, "ntfs copy of the master file table");
	if (s <= AS_PARTIAL)
		s = as_worse(s, tell_volume(q));
	if (s <= AS_PARTIAL)
		s = as_worse(s, tell_journal(q));
	if (s <= AS_PARTIAL)
		s = as_worse(s, read_bitmap(q));
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_ntfs_tree(q));
	return q->tired ? as_worse(s, as_refused(q->u, 0, "limit",
					      "records tell of more than the volume has: not all "
					      "of it was read"))
			: s;
}

static as_status account_boot(as_ntfs *q)
{
	as_status s = AS_OK;
	as_span first = as_cut(q->body, 0, SECTOR), copy = as_cut(q->body, q->size, SECTOR);
	bool has_copy = as_is(as_cut(copy, OEM, 8), "NTFS    ");
	as_struct(q->u, 0, SECTOR, "ntfs boot sector");
	if (q->boot == UINT64_MAX)
		return as_lost(q->u, 0,
			"boot sector and its copy are damaged: what they tell was taken from the "
			"MFT");
	as_tellf(q->u, as_cut(q->body, q->boot + 13, 1), "cluster", "%llu",
		(unsigned long long)q->cluster);
	as_cur c = as_cur_le(q->body, q->boot + 72);
	as_tellf(q->u, as_cut(q->body, q->boot + 72, 8), "serial", "%016llx",
		(unsigned long long)as_u64(&c));
	if (q->size > q->body.n)
		s = as_lost(q->u, q->body.n, "image is cut off");
	else if (q->body.n - q->size < q->sector)
		s = as_lost(q->u, q->size, "copy of the boot sector is missing");
	if (q->boot != 0)
		s = as_worse(s, as_lost(q->u, 0, "boot sector is damaged: its copy is used"));
	else if (copy.n > 0 && !as_same(first, copy))
		s = as_worse(
			s, as_lost(q->u, q->size, "copy of the boot sector is damaged or differs"));
	if (has_copy)
		as_struct(q->u, q->size, q->sector, "ntfs copy of the boot sector");
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_ntfs q = { .u = u, .body = body };
	q.pieces.arena = q.mft.arena = as_memory(u);
	q.scratch = as_arena_new(0);
	q.shared.seed = (uintptr_t)&q;
	q.values = q.looks = 64 * (body.n + SECTOR);
	if (!q.scratch)
		return AS_NOMEM;
	as_status s = AS_OK;
	if (read_layout(&q, q.scratch)) {
		s = account_boot(&q);
		s = s <= AS_PARTIAL ? as_worse(s, open_volume(&q)) : s;
	} else {
		s = as_lost(u, 0, "boot sector makes no sense");
	}
	as_map_free(&q.shared);
	as_arena_free(q.scratch);
	return s;
}

const as_format as_format_ntfs = {
	.id = "ntfs",
	.title = "NTFS file system",
	.kind = AS_FILESYSTEM,
	.magic = (const as_magic[]){ { .bytes = "NTFS    ", .len = 8, .at = OEM },
		{ .bytes = "FILE", .len = 4, .at = 16384, .start = true },
		{ .bytes = "FILE", .len = 4, .at = 8192, .start = true },
		{ .bytes = "FILE", .len = 4, .at = 32768, .start = true },
		{ .bytes = "FILE", .len = 4, .at = 65536, .start = true }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.anywhere = true,
	.variants = (const char *const[]){ "versions 1.2 to 3.1, clusters of 256 bytes to 2 MiB",
		"sparse and packed files (LZNT1, and XPRESS and LZX of the Overlay Filter)",
		"named streams, as NAME:STREAM", "attribute lists",
		"symbolic links, junctions, and those of WSL and Interix",
		"deleted files whose contents are still there", NULL },
	.verifies = (const char *const[]){ "update sequence of each record of the MFT", NULL },
	.keeps = (const char *const[]){ "time of change (100 ns), hard links",
		"owner, mode and device where WSL left them", "extended attributes", "holes",
		NULL },
	.samples = (const char *const[]){ "mkntfs, ntfscp and libntfs-3g 2022.10.3",
		"generator whose volumes 7-Zip and The Sleuth Kit read as told", NULL },
	.gaps =
		(const char *const[]){
			"a journal ($LogFile) that holds changes is said, not replayed",
			"files encrypted by EFS are said, not decrypted",
			"deduplicated files are said, not unpacked",
			"owners and access lists of Windows are not told",
			"names that only a directory's index still has are not told", NULL },
	.spec = "https://flatcap.github.io/linux-ntfs/ntfs/",
	.see = NULL,
};
