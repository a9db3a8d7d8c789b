/* SPDX-License-Identifier: Apache-2.0 */
/* MINIX's file system, versions 1 to 3, in either byte order. Superblock at 1024:
 *   1, 2:  0 inodes u16   2 zones u16 (1)   4 blocks of the inodes' map u16   6 of the zones' map u16
 *          8 first zone of data u16   10 bits of a zone beyond a block's u16   12 largest file
 *         16 0x137f, 0x138f (names of 14 and 30), 0x2468 or 0x2478 (version 2) u16   18 state u16
 *         20 zones u32 (2)
 *   3:     0 inodes u32   6, 8, 10, 12 as 4, 6, 8, 10 of the others   16 largest file   20 zones u32
 *         24 0x4d5a u16   28 size of a block u16
 * The maps begin at block 2, the inodes stand behind them. Inode:
 *   1:     0 mode u16   2 owner u16   4 size   8 time   12 group u8   13 links u8   14 zones u16[9]
 *   2, 3:  0 mode u16   2 links u16   4 owner u16   6 group u16   8 size   16 time   24 zones u32[10]
 * Seven zones, then one of zones, one of those, and (2, 3) once more; 0 is a hole. A device's first
 * zone is its number. Directory: inode u16 (u32 in version 3) and a name, padded with NUL to
 * 14, 30 or 60 bytes. */
#include "unpack/format.h"

enum { SUPER_AT = 1024, ROOT = 1, DIRECT = 7, STATES = 4 };

typedef struct fs {
	as_unpack *u; /* NULL while probing */
	as_span body;
	bool big;
	unsigned version, name, number; /* bytes of a name, and of the inode's number before it */
	uint32_t inodes, block, zone;   /* the last two: bytes */
	uint64_t zones, table, first;   /* table: where the inodes stand; first zone of data */
} fs;

typedef struct inode {
	uint64_t at;
	as_type type;
	uint32_t mode, uid, gid, links, size, mtime;
	uint32_t zones[10];
} inode;

static bool read_version(fs *x)
{
	static const struct {
		uint16_t magic;
		unsigned version, name;
	} known[] = { { 0x137f, 1, 14 }, { 0x138f, 1, 30 }, { 0x2468, 2, 14 }, { 0x2478, 2, 30 } };
	for (unsigned big = 0; big < 2; big++) {
		as_cur c = as_cur_of(x->body, SUPER_AT + 16, big), three = c;
		uint16_t magic = as_u16(&c), state = as_u16(&c);
		as_skip(&three, 8);
		x->big = big;
		x->number = 4;
		if (as_u16(&three) == 0x4d5a) {
			x->version = 3;
			x->name = 60;
			return true;
		}
		x->number = 2;
		for (unsigned i = 0; i < 4; i++) {
			x->version = known[i].version;
			x->name = known[i].name;
			if (known[i].magic == magic && state < STATES)
				return true;
		}
	}
	return false;
}

static bool read_super(as_span image, fs *x)
{
	enum { BITS_MOST = 8 };
	*x = (fs){ .body = image, .block = 1024 };
	if (!read_version(x))
		return false;
	as_cur c = as_cur_of(image, SUPER_AT, x->big);
	x->inodes = (uint32_t)as_uint(&c, x->version == 3 ? 4 : 2);
	x->zones = as_u16(&c);
	uint64_t inode_map = as_u16(&c), zone_map = as_u16(&c);
	x->first = as_u16(&c);
	uint16_t bits = as_u16(&c);
	as_skip(&c, x->version == 3 ? 6 : 8);
	if (x->version > 1)
		x->zones = as_u32(&c);
	if (x->version == 3) {
		as_skip(&c, 4);
		x->block = as_u16(&c);
	}
	if (!as_ok(&c) || x->block < 1024 || x->block % 1024 || bits > BITS_MOST)
		return false;
	x->zone = x->block << bits;
	x->table = (2 + inode_map + zone_map) * x->block;
	uint64_t inode_len = x->version == 1 ? 32 : 64, per = x->block * 8ull;
	uint64_t end = x->table + x->inodes * inode_len;
	return x->inodes > 0 && inode_map * per > x->inodes &&
	       zone_map * per + x->first >= x->zones && zone_map > 0 && x->first < x->zones &&
	       x->first * x->zone >= end;
}

static bool read_inode(const fs *x, uint32_t n, inode *i)
{
	static const as_type types[16] = { [1] = AS_FIFO,
		[2] = AS_CHAR,
		[4] = AS_DIR,
		[6] = AS_BLOCK,
		[8] = AS_FILE,
		[10] = AS_SYMLINK,
		[12] = AS_SOCKET };
	bool old = x->version == 1;
	if (n == 0 || n > x->inodes)
		return false;
	*i = (inode){ .at = x->table + (uint64_t)(n - 1) * (old ? 32 : 64) };
	as_cur c = as_cur_of(x->body, i->at, x->big);
	uint16_t mode = as_u16(&c);
	i->type = types[mode >> 12];
	i->mode = mode & 07777;
	if (!old)
		i->links = as_u16(&c);
	i->uid = as_u16(&c);
	if (!old)
		i->gid = as_u16(&c);
	i->size = as_u32(&c);
	as_skip(&c, old ? 0 : 4);
	i->mtime = as_u32(&c);
	as_skip(&c, old ? 0 : 4);
	if (old) {
		i->gid = as_u8(&c);
		i->links = as_u8(&c);
	}
	for (unsigned k = 0; k < (old ? 9u : 10u); k++)
		i->zones[k] = (uint32_t)as_uint(&c, old ? 2 : 4);
	return as_ok(&c);
}

/* The zone that holds zone k of a file; 0 a hole. *bad is set if it cannot be had. */
static uint32_t zone_of(const fs *x, const inode *i, uint64_t k, bool *bad)
{
	uint64_t width = x->version == 1 ? 2 : 4, per = x->block / width, covers = 1;
	*bad = false;
	if (k < DIRECT)
		return i->zones[k];
	k -= DIRECT;
	for (unsigned level = 1; level <= (x->version == 1 ? 2u : 3u); level++) {
		covers *= per;
		if (k >= covers) {
			k -= covers;
			continue;
		}
		uint32_t z = i->zones[DIRECT + level - 1];
		for (; level > 0 && z != 0; level--) {
			covers /= per;
			as_cur c = as_cur_of(
				x->body, (uint64_t)z * x->zone + k / covers * width, x->big);
			z = (uint32_t)as_uint(&c, (unsigned)width);
			*bad = *bad || !as_ok(&c);
			k %= covers;
		}
		return z;
	}
	*bad = true;
	return 0;
}

static uint64_t count(const fs *x, const inode *i)
{
	return i->size / x->zone + (i->size % x->zone > 0);
}

/* Zones from k on that follow each other, or are holes; *n of them. False: they cannot be had. */
static bool run_of(const fs *x, const inode *i, uint64_t k, uint32_t *first, uint64_t *n)
{
	bool bad = false;
	uint64_t end = count(x, i);
	*first = zone_of(x, i, k, &bad);
	*n = 1;
	if (bad || (*first != 0 && (*first < x->first || *first >= x->zones)))
		return false;
	for (; k + *n < end; (*n)++) {
		uint32_t z = zone_of(x, i, k + *n, &bad);
		if (bad || z != (*first ? *first + *n : 0) || z >= x->zones)
			break;
	}
	return true;
}

static as_status emit(fs *x, as_node *dir, as_entry *e, const inode *i)
{
	bool want = true, damaged = false;
	uint64_t left = i->size, n = 0;
	uint32_t first = 0;
	if (run_of(x, i, 0, &first, &n) && n == count(x, i) && first != 0)
		e->data = as_cut(x->body, (uint64_t)first * x->zone, i->size);
	if (e->data.n > 0)
		return as_put(x->u, dir, e, NULL);
	as_status s = as_begin(x->u, dir, e, &want);
	for (uint64_t k = 0; left > 0 && s == AS_OK && want; k += n) {
		bool there = run_of(x, i, k, &first, &n);
		uint64_t due = as_min(left, n * x->zone), at = (uint64_t)first * x->zone;
		as_span got = { 0 };
		if (there && first != 0)
			got = as_cut(x->body, at, as_min(due, x->body.n - as_min(at, x->body.n)));
		if (!there || (first != 0 && got.n < due)) {
			damaged = true;
			(void)as_lost(x->u, i->at, "zones of a file are damaged or missing");
		}
		as_struct(x->u, at, got.n, "minix data");
		s = got.n > 0 ? as_more(x->u, got) : AS_OK;
		if (s == AS_OK && got.n < due)
			s = as_zero(x->u, due - got.n);
		left -= due;
	}
	if (s > AS_PARTIAL)
		return s;
	s = as_worse(s, as_end(x->u, damaged));
	return damaged ? as_worse(s, AS_PARTIAL) : s;
}

static as_status list(fs *x, const inode *i, as_node *dir);

static as_status put(fs *x, uint32_t number, as_span name, uint64_t at, as_node *dir)
{
	inode i;
	as_node *node = NULL;
	as_status s = AS_OK;
	if (!read_inode(x, number, &i))
		return as_lost(x->u, at, "directory names an inode that does not exist");
	if (i.type == 0)
		return as_lost(x->u, i.at, "inode of an unknown type");
	as_entry e = { .at = i.at,
		.type = i.type,
		.name = name,
		.mode = i.mode,
		.uid = i.uid,
		.gid = i.gid,
		.mtime = i.mtime,
		.has = AS_HAS_MODE | AS_HAS_OWNER | AS_HAS_MTIME,
		.inode = i.type == AS_DIR || i.links < 2 ? 0 : number };
	if (e.type == AS_CHAR || e.type == AS_BLOCK) {
		e.major = i.zones[0] >> 8 & 0xff;
		e.minor = i.zones[0] & 0xff;
	}
	if (e.type == AS_FILE && i.size > 0)
		return emit(x, dir, &e, &i);
	if (e.type == AS_SYMLINK) {
		if (i.zones[0] >= x->first && i.size <= x->zone)
			e.target = as_cut(x->body, (uint64_t)i.zones[0] * x->zone, i.size);
		as_struct(x->u, (uint64_t)i.zones[0] * x->zone, e.target.n, "minix data");
		if (e.target.n == 0)
			s = as_lost(x->u, i.at, "target of a symbolic link cannot be read");
	}
	s = as_worse(s, as_put(x->u, dir, &e, &node));
	if (s > AS_PARTIAL || e.type != AS_DIR || !node)
		return s;
	as_status seen = as_visit(x->u, i.at);
	return as_worse(s, seen == AS_OK ? list(x, &i, node) : seen);
}

static as_status list_zone(fs *x, as_span zone, uint64_t base, as_node *dir)
{
	as_cur c = as_cur_of(zone, 0, x->big);
	as_status worst = AS_OK;
	while (as_left(&c) >= x->number + x->name && worst <= AS_PARTIAL) {
		uint64_t at = base + as_pos(&c);
		uint32_t number = (uint32_t)as_uint(&c, x->number);
		as_span name = as_take(&c, x->name);
		name.n = as_min(name.n, as_find_byte(name, 0, 0));
		if (number == 0 || as_is(name, ".") || as_is(name, ".."))
			continue;
		worst = as_worse(worst, put(x, number, name, at, dir));
	}
	return worst;
}

static as_status list(fs *x, const inode *i, as_node *dir)
{
	as_status worst = AS_OK;
	uint64_t n = 0, left = i->size;
	for (uint64_t k = 0; left > 0 && worst <= AS_PARTIAL; k += n) {
		uint32_t first = 0;
		bool there = run_of(x, i, k, &first, &n);
		uint64_t due = as_min(left, n * x->zone), at = (uint64_t)first * x->zone;
		left -= due;
		if (there && first == 0)
			continue; /* a hole in a directory has no entries */
		as_span zones = { 0 };
		if (there)
			zones = as_cut(x->body, at, as_min(due, x->body.n - as_min(at, x->body.n)));
		if (zones.n < due)
			worst = as_worse(
				worst, as_lost(x->u, i->at,
					       "zones of a directory are damaged or missing"));
		as_struct(x->u, at, zones.n, "minix directory");
		worst = as_worse(worst, list_zone(x, zones, at, dir));
	}
	return worst;
}

/* Whether the root is a directory that begins with itself. */
static bool root_fits(const fs *x)
{
	inode i;
	if (!read_inode(x, ROOT, &i) || i.type != AS_DIR || i.size < x->number + x->name ||
		i.zones[0] < x->first || i.zones[0] >= x->zones)
		return false;
	as_cur c = as_cur_of(x->body, (uint64_t)i.zones[0] * x->zone, x->big);
	uint32_t number = (uint32_t)as_uint(&c, x->number);
	as_span name = as_take(&c, x->name);
	return number == ROOT && as_at(name, 0) == '.' && as_at(name, 1) == 0;
}

static as_status probe(as_span image, as_extent *out)
{
	fs x;
	if (!read_super(image, &x) || !root_fits(&x))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(x.zones * x.zone, image.n), .sure = AS_STRUCTURED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	fs x;
	inode root;
	if (!read_super(body, &x))
		return as_lost(u, SUPER_AT, "superblock makes no sense");
	x.u = u;
	as_span super = as_cut(body, SUPER_AT, 32);
	uint64_t inodes = x.inodes * (x.version == 1 ? 32ull : 64ull);
	as_struct(u, 0, as_min(x.table, body.n), "minix superblock and maps");
	as_struct(u, x.table, as_min(inodes, body.n - as_min(x.table, body.n)), "minix inodes");
	as_tellf(u, super, "version", "%u", x.version);
	as_tell(u, super, "byte order", as_lit(x.big ? "big" : "little"));
	as_tellf(u, super, "longest name", "%u", x.name);
	as_tellf(u, super, "block size", "%u", x.block);
	as_status s = AS_OK;
	if (x.zones * x.zone > body.n)
		s = as_lost(u, body.n, "image is cut off");
	if (!read_inode(&x, ROOT, &root) || root.type != AS_DIR)
		return as_lost(u, x.table, "root is not a directory");
	s = as_worse(s, as_visit(u, root.at));
	return s > AS_PARTIAL ? s : as_worse(s, list(&x, &root, as_root(u)));
}

/* With the state behind it the magic of versions 1 and 2 is rare enough to be searched for. */
#define BOTH(little, big)                                                                          \
	{ .bytes = little "\0", .len = 4, .at = SUPER_AT + 16 },                                   \
	{                                                                                          \
		.bytes = big, .len = 4, .at = SUPER_AT + 16                                        \
	}
#define STATES_OF(a, b)                                                                            \
	BOTH(b a "\0", a b "\0\0"), BOTH(b a "\1", a b "\0\1"), BOTH(b a "\2", a b "\0\2"),        \
		BOTH(b a "\3", a b "\0\3")

const as_format as_format_minix = {
	.id = "minix",
	.title = "MINIX file system",
	.kind = AS_FILESYSTEM,
	.magic = (const as_magic[]){ STATES_OF("\x13", "\x7f"), STATES_OF("\x13", "\x8f"),
		STATES_OF("\x24", "\x68"), STATES_OF("\x24", "\x78"),
		{ .bytes = "ZM\0\0\0", .len = 5, .at = SUPER_AT + 24 },
		{ .bytes = "MZ\0\0", .len = 4, .at = SUPER_AT + 24 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "versions 1, 2 and 3", "names of 14, 30 and 60 bytes",
		"little- and big-endian", NULL },
	.verifies = NULL,
	.keeps = (const char *const[]){ "mode, owner, time of change, device numbers, holes",
		"hard links", NULL },
	.samples = (const char *const[]){ "mkfs.minix (util-linux 2.38), filled by a generator and "
					  "passed by fsck.minix",
		"generator from the published layout (big-endian)", NULL },
	.gaps = (const char *const[]){ "deleted files are not looked for", NULL },
	.spec = "https://www.minix3.org/doc/",
	.see = NULL,
};
