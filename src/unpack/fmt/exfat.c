/* SPDX-License-Identifier: Apache-2.0 */
/* exFAT. Boot sector, twice (12 sectors each, the last filled with the sum of the 11 before it):
 *    3 "EXFAT   "   72 sectors u64   80 FAT's sector   84 sectors of it   88 clusters' sector   92 clusters
 *   96 root's cluster   106 flags u16 (1: the second FAT)   108 log2 of a sector u8
 *  109 log2 of sectors in a cluster u8   110 FATs u8
 * Directory records of 32 bytes, type first (0 the end; bit 7: in use):
 *    0x81 bitmap, 0x82 upper case: 20 cluster   24 size u64   0x83 label: 1 units u8   2 UTF-16
 *    0x85 file: 1 records that follow u8   2 sum of all of them u16   4 attributes u16 (16 directory)
 *      12 modified (DOS)   21 hundredths u8   23 zone u8 (quarters of an hour, bit 7 if known)
 *    0xc0 contents: 1 flags u8 (2: in one piece, without FAT)   3 name's units u8   8 valid bytes u64   20 cluster
 *      24 bytes u64
 *    0xc1 name: 2 UTF-16[15]
 * Own code rather than libtsk's, which drops times' hundredths and zones and what lies behind the valid bytes. */
#include "unpack/dostime.h"
#include "unpack/pieces.h"
#include "unpack/utf16.h"

enum {
	RECORD = 32,
	IN_USE = 0x80,
	NAME_PART = 30,
	SETS_MOST = 255,
	BITMAP = 0x81,
	UPPER = 0x82,
	LABEL = 0x83,
	FILE_SET = 0x85,
	DIRECTORY = 16,
	ONE_PIECE = 2,
	COPY = 12 /* sectors: behind the boot sectors their copy follows */
};

typedef struct volume {
	as_unpack *u;
	as_span body;
	uint64_t sector, cluster, size; /* bytes */
	uint64_t fat, fat_n, heap;      /* body offsets; bytes */
	uint64_t boot;                  /* body offset of the boot sectors that are used */
	uint32_t clusters, root;
	as_pieces pieces, bitmap;
} volume;

/* A file's set of records. */
typedef struct set {
	uint64_t at, valid, n;
	uint32_t cluster;
	uint8_t flags;
	uint16_t attributes;
	bool right; /* its sum is */
	as_span name;
	int64_t mtime;
	uint32_t nsec;
	bool timed;
} set;

static bool read_layout_at(volume *v, uint64_t at)
{
	as_cur c = as_cur_le(v->body, at + 72);
	v->boot = at;
	uint64_t sectors = as_u64(&c), fat = as_u32(&c), fat_n = as_u32(&c), heap = as_u32(&c);
	v->clusters = as_u32(&c);
	v->root = as_u32(&c);
	as_skip(&c, 6);
	uint16_t flags = as_u16(&c);
	unsigned log = as_u8(&c), more = as_u8(&c), fats = as_u8(&c);
	if (!as_ok(&c) || log < 9 || log > 12 || log + more > 25 || fats < 1 || fats > 2)
		return false;
	v->sector = 1ull << log;
	v->cluster = v->sector << more;
	v->fat_n = fat_n * v->sector;
	v->fat = fat * v->sector + (fats == 2 && flags & 1 ? v->fat_n : 0);
	v->heap = heap * v->sector;
	return fat >= 24 && heap >= fat + fat_n && v->clusters > 0 && v->fat_n / 4 >= v->clusters &&
	       as_mul(&v->size, sectors, v->sector) &&
	       v->heap + v->clusters * v->cluster <= v->size;
}

static uint32_t add(uint32_t sum, uint8_t b) { return (sum << 31 | sum >> 1) + b; }

static bool boot_is_right(const volume *v, uint64_t at)
{
	uint32_t sum = 0;
	as_span region = as_cut(v->body, at, 12 * v->sector);
	as_cur c = as_cur_le(region, 11 * v->sector);
	for (uint64_t i = 0; i < 11 * v->sector && region.n > 0; i++)
		if (i != 106 && i != 107 && i != 112)
			sum = add(sum, region.p[i]);
	return as_u32(&c) == sum && as_ok(&c);
}

/* Reads the layout out of the boot sectors, or of the copy behind them if only that is whole. */
static bool read_layout(volume *v)
{
	volume copy = *v;
	if (read_layout_at(v, 0) && boot_is_right(v, 0))
		return true;
	for (uint64_t sector = 512; sector <= 4096; sector *= 2) {
		uint64_t at = COPY * sector;
		bool named = as_is(as_cut(v->body, at + 3, 8), "EXFAT   ");
		if (named && read_layout_at(&copy, at) && copy.sector == sector &&
			boot_is_right(&copy, at)) {
			*v = copy;
			return true;
		}
	}
	return as_is(as_cut(v->body, 3, 8), "EXFAT   ") && read_layout_at(v, 0);
}

static as_status probe(as_span image, as_extent *out)
{
	volume v = { .body = image };
	if (!read_layout(&v) || !as_all(as_cut(image, v.boot + 11, 53), 0))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(v.size, image.n),
		.sure = boot_is_right(&v, v.boot) ? AS_CHECKSUMMED : AS_PLAUSIBLE };
	return AS_OK;
}

static bool is_cluster(const volume *v, uint64_t n) { return n >= 2 && n - 2 < v->clusters; }

/* Gathers the clusters of size bytes from cluster on into p. */
static void gather(const volume *v, as_pieces *p, uint64_t cluster, uint64_t size, bool one_piece)
{
	as_pieces_clear(p);
	uint64_t need = size / v->cluster + (size % v->cluster > 0), steps = 0;
	if (size == 0)
		return;
	p->damaged = !is_cluster(v, cluster) || need > v->clusters;
	if (!p->damaged && one_piece) {
		p->damaged = need > v->clusters - (cluster - 2);
		as_pieces_add(p, v->heap + (cluster - 2) * v->cluster, need * v->cluster);
		return;
	}
	for (; !p->damaged && is_cluster(v, cluster) && steps < need; steps++) {
		as_pieces_add(p, v->heap + (cluster - 2) * v->cluster, v->cluster);
		as_cur c = as_cur_le(as_cut(v->body, v->fat, v->fat_n), cluster * 4);
		cluster = as_u32(&c);
	}
	p->damaged = p->damaged || steps < need;
}

static bool is_used(const volume *v, uint64_t cluster)
{
	uint64_t byte = (cluster - 2) / 8;
	for (size_t i = 0; i < v->bitmap.n; i++) {
		as_piece piece = v->bitmap.list[i];
		if (byte < piece.n)
			return as_at(v->body, piece.at + byte) >> (cluster - 2) % 8 & 1;
		byte -= piece.n;
	}
	return true;
}

/* Whether no cluster of what was gathered belongs to anything now. */
static bool is_free(const volume *v, const as_pieces *p)
{
	for (size_t i = 0; i < p->n; i++)
		for (uint64_t k = 0; k < p->list[i].n; k += v->cluster)
			if (is_used(v, (p->list[i].at + k - v->heap) / v->cluster + 2))
				return false;
	return !p->damaged && v->bitmap.n > 0;
}

static bool sum_is_right(as_span records, uint16_t wanted)
{
	uint16_t sum = 0;
	for (size_t i = 0; i < records.n; i++) {
		/* Deleting takes the bit that says "in use" out of the types. */
		uint8_t b = i % RECORD == 0 ? records.p[i] | IN_USE : records.p[i];
		if (i != 2 && i != 3)
			sum = (uint16_t)((uint16_t)(sum << 15 | sum >> 1) + b);
	}
	return sum == wanted;
}

/* The time that is kept as DOS does, with hundredths and a zone. */
static void set_time(set *s, uint32_t stamp, uint8_t hundredths, uint8_t zone)
{
	s->timed = as_dos_time((uint16_t)stamp, (uint16_t)(stamp >> 16), &s->mtime);
	if (!s->timed || hundredths >= 200)
		return;
	s->mtime += hundredths / 100;
	s->nsec = hundredths % 100 * 10000000u;
	if (zone & 0x80)
		s->mtime -= ((int)(zone & 0x7f) - (zone & 0x40 ? 128 : 0)) * 900;
}

/* Reads a set of records; false if they are none. */
static bool read_set(const volume *v, as_span records, set *s)
{
	as_cur c = as_cur_le(records, 2);
	uint16_t sum = as_u16(&c);
	s->attributes = as_u16(&c);
	as_skip(&c, 6);
	uint32_t stamp = as_u32(&c);
	set_time(s, stamp, as_at(records, 21), as_at(records, 23));
	c = as_cur_le(as_cut(records, RECORD, RECORD), 0);
	uint8_t type = as_u8(&c);
	s->flags = as_u8(&c);
	as_skip(&c, 1);
	uint64_t units = as_u8(&c);
	as_skip(&c, 4);
	s->valid = as_u64(&c);
	as_skip(&c, 4);
	s->cluster = as_u32(&c);
	s->n = as_u64(&c);
	s->right = sum_is_right(records, sum);
	as_buf name = { 0 };
	for (uint64_t at = 2 * RECORD; at < records.n && name.n < units * 2; at += RECORD) {
		as_span part = as_cut(records, at + 2, NAME_PART);
		as_buf_add(&name, part.p, as_min(part.n, units * 2 - name.n));
	}
	s->name = as_utf16(as_memory(v->u), as_buf_span_of(&name), false);
	as_buf_free(&name);
	return as_ok(&c) && (type | IN_USE) == 0xc0 && units > 0 && s->name.n > 0;
}

static as_status list(volume *v, as_span records, as_node *node);

static as_status put_directory(volume *v, as_node *dir, const as_entry *e, const set *s)
{
	as_node *node = NULL;
	as_status st = as_put(v->u, dir, e, &node);
	if (st != AS_OK || !node)
		return st;
	uint64_t at = v->heap + (uint64_t)(s->cluster - 2) * v->cluster;
	gather(v, &v->pieces, s->cluster, s->n, s->flags & ONE_PIECE);
	bool damaged = v->pieces.damaged;
	for (size_t i = 0; i < v->pieces.n; i++)
		as_struct(v->u, v->pieces.list[i].at, v->pieces.list[i].n, "exfat directory");
	as_span records = as_pieces_read(v->u, v->body, &v->pieces, s->n);
	st = records.n > 0 ? as_visit(v->u, at) : AS_OK;
	st = st == AS_OK ? list(v, records, node) : st;
	return damaged && st <= AS_PARTIAL
		       ? as_worse(st,
				 as_lost(v->u, e->at, "chain of a directory is broken or loops"))
		       : st;
}

static as_status put_set(volume *v, as_node *dir, as_span records, uint64_t at, bool deleted)
{
	set s = { .at = at };
	if (!read_set(v, records, &s))
		return deleted ? AS_OK : as_lost(v->u, at, "directory record makes no sense");
	as_entry e = {
		.at = at, .name = s.name, .mtime = s.mtime, .nsec = s.nsec, .deleted = deleted
	};
	e.type = s.attributes & DIRECTORY ? AS_DIR : AS_FILE;
	e.has = s.timed ? AS_HAS_MTIME : 0;
	as_status st = AS_OK;
	if (!s.right && !deleted)
		st = as_lost(v->u, at, "checksum of a directory record is wrong");
	if (e.type == AS_DIR)
		return deleted ? st : as_worse(st, put_directory(v, dir, &e, &s));
	gather(v, &v->pieces, s.cluster, s.n, s.flags & ONE_PIECE);
	if (deleted && (!s.right || s.n == 0 || !is_free(v, &v->pieces)))
		return AS_OK;
	if (s.valid < s.n && !v->pieces.damaged) { /* what lies behind was never written */
		as_pieces all = v->pieces;
		uint64_t left = s.valid;
		as_pieces_clear(&v->pieces);
		for (size_t i = 0; i < all.n && left > 0; i++) {
			as_piece piece = all.list[i];
			as_pieces_add(&v->pieces, piece.at, as_min(piece.n, left));
			left -= as_min(piece.n, left);
		}
	}
	return as_worse(st, as_put_pieces(v->u, v->body, dir, &e, &v->pieces, s.n, "exfat data"));
}

static as_status list(volume *v, as_span records, as_node *node)
{
	as_status worst = AS_OK;
	uint64_t base = 0;
	(void)as_within(v->body, records, &base);
	for (uint64_t at = 0; at + RECORD <= records.n && worst <= AS_PARTIAL;) {
		uint8_t type = as_at(records, at), n = as_at(records, at + 1);
		bool file = (type | IN_USE) == FILE_SET && n >= 2;
		as_span raw = file ? as_cut(records, at, (n + 1ull) * RECORD) : (as_span){ 0 };
		if (type == 0)
			break;
		if (type == LABEL)
			as_tell(v->u, as_cut(records, at, RECORD), "label",
				as_utf16(as_memory(v->u),
					as_cut(records, at + 2, as_min(n, 11) * 2), false));
		if (raw.n > 0)
			worst = as_worse(worst, put_set(v, node, raw, base + at, !(type & IN_USE)));
		else if (type == FILE_SET)
			worst = as_worse(
				worst, as_lost(v->u, base + at, "directory record makes no sense"));
		at += type == FILE_SET && raw.n > 0 ? raw.n : RECORD;
	}
	return worst;
}

/* Finds the bitmap of clusters in the root. */
static void find_tables(volume *v, as_span root)
{
	for (uint64_t at = 0; at + RECORD <= root.n && as_at(root, at) != 0; at += RECORD) {
		uint8_t type = as_at(root, at);
		as_cur c = as_cur_le(root, at + 20);
		uint32_t cluster = as_u32(&c);
		uint64_t n = as_u64(&c);
		if (type != BITMAP && type != UPPER)
			continue;
		gather(v, &v->pieces, cluster, n, false);
		for (size_t i = 0; i < v->pieces.n; i++) {
			as_struct(v->u, v->pieces.list[i].at, v->pieces.list[i].n, "exfat tables");
			if (type == BITMAP)
				as_pieces_add(
					&v->bitmap, v->pieces.list[i].at, v->pieces.list[i].n);
		}
	}
}

static as_status unpack(as_unpack *u, as_span body)
{
	volume v = {
		.u = u, .body = body, .pieces.arena = as_memory(u), .bitmap.arena = as_memory(u)
	};
	as_status s = AS_OK;
	if (!read_layout(&v))
		return as_lost(u, 0, "boot sector makes no sense");
	as_struct(u, 0, v.heap, "exfat boot sectors and FAT");
	if (v.size > body.n)
		s = as_lost(u, body.n, "image is cut off");
	if (v.boot > 0)
		s = as_worse(s,
			as_lost(u, 0, "checksum of the boot sectors is wrong: their copy is used"));
	else if (!boot_is_right(&v, 0))
		s = as_worse(s, as_lost(u, 0, "checksum of the boot sectors is wrong"));
	/* The root's size stands nowhere: its chain is followed to its end. */
	gather(&v, &v.pieces, v.root, v.clusters * v.cluster, false);
	for (size_t i = 0; i < v.pieces.n; i++)
		as_struct(u, v.pieces.list[i].at, v.pieces.list[i].n, "exfat directory");
	as_span root = as_pieces_read(u, body, &v.pieces, v.pieces.bytes);
	if (root.n == 0)
		return as_worse(s, as_lost(u, v.heap, "root directory cannot be read"));
	find_tables(&v, root);
	s = as_worse(s, as_visit(u, v.heap + (uint64_t)(v.root - 2) * v.cluster));
	return s <= AS_PARTIAL ? as_worse(s, list(&v, root, as_root(u))) : s;
}

const as_format as_format_exfat = {
	.id = "exfat",
	.title = "exFAT file system",
	.kind = AS_FILESYSTEM,
	.magic = (const as_magic[]){ { .bytes = "EXFAT   ", .len = 8, .at = 3 },
		{ .bytes = "EXFAT   ", .len = 8, .at = 3 + COPY * 512 },
		{ .bytes = "EXFAT   ", .len = 8, .at = 3 + COPY * 4096 }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.anywhere = true,
	.variants = (const char *const[]){ "one or two FATs", "deleted files", NULL },
	.verifies = (const char *const[]){ "checksum of the boot sectors, or of their copy",
		"checksum of each file's records", NULL },
	.keeps = (const char *const[]){ "time of change (10 ms), with its zone", NULL },
	.samples = (const char *const[]){ "mkfs.exfat (exfatprogs 1.2.0), files by a generator "
					  "that fsck.exfat accepts",
		NULL },
	.gaps = (const char *const[]){ "deleted directories are not told",
		"deleted files are told if all their clusters are still there", NULL },
	.spec = "https://learn.microsoft.com/en-us/windows/win32/fileio/exfat-specification",
	.see = NULL,
};
