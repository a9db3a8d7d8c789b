/* SPDX-License-Identifier: Apache-2.0 */
/* cpio archives. newc ("070701") and crc ("070702") have a 110-byte header of hexadecimal fields:
 *    0 magic[6]  6 ino  14 mode  22 uid  30 gid  38 nlink  46 mtime  54 filesize  62 devmajor
 *   70 devminor  78 rdevmajor  86 rdevminor  94 namesize  102 check; name; pad 4; data; pad 4
 * odc ("070707") is octal, without padding:
 *    0 magic[6]  6 dev[6]  12 ino[6]  18 mode[6]  24 uid[6]  30 gid[6]  36 nlink[6]  42 rdev[6]
 *   48 mtime[11]  59 namesize[6]  65 filesize[11]; name; data
 * binary (0x71c7, either byte order) has 13 16-bit words; 32-bit values as two, high half first:
 *    0 magic  2 dev  4 ino  6 mode  8 uid  10 gid  12 nlink  14 rdev  16 mtime[2]  20 namesize
 *   22 filesize[2]; name; pad 2; data; pad 2
 * All end with an entry named TRAILER!!!; kernels accept several archives one after another, which
 * are containers of their own here. Names of one file share device and inode; newc gives the data
 * with the last of them only, the others repeat it. */
#include "base/map.h"
#include "unpack/bundle.h"

typedef struct record {
	as_entry e;
	uint64_t next; /* body offset of the next record */
	uint64_t check, nlink, size;
	uint64_t dev, ino; /* dev: both halves of it */
	bool cut;          /* the archive ends before the data does */
	bool summed;       /* the crc variant: check is the sum of the data's bytes */
} record;

typedef enum flavour { NEWC, ODC, BIN_LE, BIN_BE, NONE } flavour;

static flavour flavour_of(as_span s, uint64_t at)
{
	as_span magic = as_cut(s, at, 6);
	if (as_is(magic, "070701") || as_is(magic, "070702"))
		return NEWC;
	if (as_is(magic, "070707"))
		return ODC;
	as_cur c = as_cur_le(s, at);
	uint16_t word = as_u16(&c);
	return word == 0x71c7 ? BIN_LE : word == 0xc771 ? BIN_BE : NONE;
}

static uint64_t field(as_cur *c, unsigned digits, int base)
{
	uint64_t v = 0;
	if (!as_number(as_take(c, digits), base, &v))
		c->bad = true;
	return v;
}

static void set_mode(as_entry *e, uint64_t mode)
{
	static const as_type types[16] = { [1] = AS_FIFO,
		[2] = AS_CHAR,
		[4] = AS_DIR,
		[6] = AS_BLOCK,
		[8] = AS_FILE,
		[10] = AS_SYMLINK,
		[12] = AS_SOCKET };
	e->type = types[mode >> 12 & 15];
	e->mode = mode & 07777;
	e->has = AS_HAS_MODE | AS_HAS_OWNER | AS_HAS_MTIME;
}

static void take_body(as_cur *c, record *r, uint64_t name_len, unsigned pad)
{
	as_span name = as_take(c, name_len);
	if (pad > 1)
		as_align(c, pad);
	r->cut = r->size > as_left(c);
	r->e.data = as_take(c, as_min(r->size, as_left(c)));
	uint64_t rest = (pad - as_pos(c) % pad) % pad;
	as_skip(c, as_min(rest, as_left(c))); /* the last padding may be cut off */
	r->next = as_pos(c);
	r->e.name = as_cut(name, 0, name.n > 0 && name.p[name.n - 1] == 0 ? name.n - 1 : name.n);
}

static void read_newc(as_cur *c, record *r)
{
	r->summed = as_is(as_take(c, 6), "070702");
	r->ino = field(c, 8, 16);
	set_mode(&r->e, field(c, 8, 16));
	r->e.uid = (uint32_t)field(c, 8, 16);
	r->e.gid = (uint32_t)field(c, 8, 16);
	r->nlink = field(c, 8, 16);
	r->e.mtime = (int64_t)field(c, 8, 16);
	r->size = field(c, 8, 16);
	r->dev = field(c, 8, 16) << 32;
	r->dev |= field(c, 8, 16);
	r->e.major = (uint32_t)field(c, 8, 16);
	r->e.minor = (uint32_t)field(c, 8, 16);
	uint64_t name_len = field(c, 8, 16);
	r->check = field(c, 8, 16);
	take_body(c, r, name_len, 4);
}

static void read_odc(as_cur *c, record *r)
{
	as_skip(c, 6);
	r->dev = field(c, 6, 8);
	r->ino = field(c, 6, 8);
	set_mode(&r->e, field(c, 6, 8));
	r->e.uid = (uint32_t)field(c, 6, 8);
	r->e.gid = (uint32_t)field(c, 6, 8);
	r->nlink = field(c, 6, 8);
	uint64_t rdev = field(c, 6, 8);
	r->e.major = (uint32_t)(rdev >> 8);
	r->e.minor = rdev & 255;
	r->e.mtime = (int64_t)field(c, 11, 8);
	uint64_t name_len = field(c, 6, 8);
	r->size = field(c, 11, 8);
	take_body(c, r, name_len, 1);
}

static uint32_t two(as_cur *c)
{
	uint32_t high = as_u16(c);
	return high << 16 | as_u16(c);
}

static void read_bin(as_cur *c, record *r)
{
	as_skip(c, 2);
	r->dev = as_u16(c);
	r->ino = as_u16(c);
	set_mode(&r->e, as_u16(c));
	r->e.uid = as_u16(c);
	r->e.gid = as_u16(c);
	r->nlink = as_u16(c);
	uint16_t rdev = as_u16(c);
	r->e.major = rdev >> 8;
	r->e.minor = rdev & 255;
	r->e.mtime = two(c);
	uint64_t name_len = as_u16(c);
	r->size = two(c);
	take_body(c, r, name_len, 2);
}

static bool read_record(as_span s, uint64_t at, record *r)
{
	flavour f = flavour_of(s, at);
	as_cur c = as_cur_of(as_from(s, at), 0, f == BIN_BE);
	*r = (record){ .e = { .at = at } };
	if (f == NONE)
		return false;
	if (f == NEWC)
		read_newc(&c, r);
	else if (f == ODC)
		read_odc(&c, r);
	else
		read_bin(&c, r);
	r->next += at;
	if (r->e.type != AS_CHAR && r->e.type != AS_BLOCK)
		r->e.major = r->e.minor = 0;
	return as_ok(&c) && r->e.name.n > 0;
}

static bool is_trailer(const record *r) { return as_is(r->e.name, "TRAILER!!!"); }

static as_status probe(as_span image, as_extent *out)
{
	record r;
	uint64_t at = 0;
	size_t n = 0;
	bool ended = false;
	while (!ended && read_record(image, at, &r)) {
		if (!is_trailer(&r) && r.e.type == 0)
			break;
		ended = is_trailer(&r) || r.cut;
		at = r.next;
		n++;
	}
	/* Two bytes of magic prove nothing: the binary flavours must be whole. */
	bool weak = flavour_of(image, 0) >= BIN_LE, whole = ended && !r.cut;
	if (n == 0 || (weak && !whole) || (!whole && n < 2) || as_bundle_is_swupdate(image))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = at, .sure = whole ? AS_STRUCTURED : AS_PLAUSIBLE };
	return AS_OK;
}

/* Linked sets are kept in a map from a hash of device and inode to where the set's data first
 * stands. */
static uint64_t key_of(const record *r)
{
	return (r->dev ^ r->dev >> 29) * 0x9e3779b97f4a7c15u ^ r->ino;
}

static bool is_linked(const record *r) { return r->e.type == AS_FILE && r->nlink > 1; }

/* Walks the archive once ahead of time: of a set only its last record may have the data. */
static as_status find_links(as_unpack *u, as_span body, as_map *first)
{
	record r;
	as_status s = AS_OK;
	first->seed = (uintptr_t)u;
	for (uint64_t at = 0, other = 0; s == AS_OK && read_record(body, at, &r) && !is_trailer(&r);
		at = r.next)
		if (is_linked(&r) && r.size > 0 && !as_map_get(first, key_of(&r), &other))
			s = as_map_set(first, key_of(&r), at);
	return s;
}

/* Gives a record of a linked set the set's data and number. One that has other data than its set,
 * or that only happens to share the hash, stays a file of its own: nothing may hide behind a
 * number. */
static void join_set(as_span body, const as_map *first, record *r)
{
	record holder;
	uint64_t at = 0;
	if (!is_linked(r) || !as_map_get(first, key_of(r), &at) || !read_record(body, at, &holder))
		return;
	bool same = holder.dev == r->dev && holder.ino == r->ino;
	if (!same || (r->size > 0 && !as_same(r->e.data, holder.e.data)))
		return;
	r->e.data = holder.e.data;
	r->e.inode = at + 1;
}

/* Emits what is there of the last entry. */
static as_status put_cut_off(as_unpack *u, const as_entry *e)
{
	bool want = false;
	as_status s = as_begin(u, NULL, e, &want);
	if (s == AS_OK && want)
		s = as_more(u, e->data);
	if (s > AS_PARTIAL)
		return s;
	return as_worse(
		as_worse(s, as_end(u, true)), as_lost(u, e->at, "entry runs past the archive"));
}

static as_status put(as_unpack *u, as_span body, const as_map *first, record *r)
{
	as_entry *e = &r->e;
	as_status s = AS_OK;
	if (e->type == 0)
		return as_lost(u, e->at, "entry of an unknown type");
	if (r->cut)
		return put_cut_off(u, e);
	if (r->summed && e->type == AS_FILE) {
		uint32_t sum = 0;
		for (size_t i = 0; i < e->data.n; i++)
			sum += e->data.p[i];
		/* A name without data repeats the sum of its set's, or has none. */
		if (sum != r->check && (r->size > 0 || !is_linked(r)))
			s = as_lost(u, e->at, "checksum of an entry is wrong");
	}
	if (e->type == AS_SYMLINK)
		e->target = e->data;
	join_set(body, first, r);
	return as_worse(s, as_put(u, NULL, e, NULL));
}

static as_status list(as_unpack *u, as_span body, const as_map *first)
{
	as_status worst = AS_OK;
	record r;
	uint64_t at = 0;
	bool more = body.n > 0;
	while (more && worst <= AS_PARTIAL) {
		if (!read_record(body, at, &r))
			return as_worse(worst, as_lost(u, at, "archive ends without its trailer"));
		uint64_t data = 0;
		bool held =
			r.e.type == AS_FILE && r.e.data.n > 0 && as_within(body, r.e.data, &data);
		as_struct(u, at, (held ? data : r.next) - at, "cpio header");
		if (held)
			as_struct(u, data + r.e.data.n, r.next - data - r.e.data.n, "cpio padding");
		more = !is_trailer(&r) && !r.cut;
		as_span own = r.e.data;
		if (!is_trailer(&r))
			worst = as_worse(worst, put(u, body, first, &r));
		if (held && r.e.data.p != own.p)
			as_struct(u, data, own.n, "cpio data given again");
		at = r.next;
	}
	return worst;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_map first = { 0 };
	as_status s = find_links(u, body, &first);
	if (s == AS_OK)
		s = list(u, body, &first);
	as_map_free(&first);
	return s;
}

const as_format as_format_cpio = {
	.id = "cpio",
	.title = "cpio archive",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "070701", .len = 6, .at = 0 },
		{ .bytes = "070702", .len = 6, .at = 0 }, { .bytes = "070707", .len = 6, .at = 0 },
		{ .bytes = "\xc7\x71", .len = 2, .at = 0, .start = true },
		{ .bytes = "\x71\xc7", .len = 2, .at = 0, .start = true }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "newc, crc, odc", "binary in both byte orders",
		"several archives after each other", NULL },
	.verifies = (const char *const[]){ "sum of each entry's bytes (crc)", NULL },
	.keeps = (const char *const[]){ "mode, owner, time of change, device numbers",
		"hard links, also where only the last name carries the data", NULL },
	.samples = (const char *const[]){ "GNU cpio 2.13",
		"Debian's and Linux's own (initial file systems of network installers)", NULL },
	.gaps = (const char *const[]){ "binary archives are found at the start of an object only",
		NULL },
	.spec = "https://docs.kernel.org/driver-api/early-userspace/buffer-format.html",
	/* cpio itself shows nothing of a linked file whose data comes with a later name. */
	.see = NULL,
};
