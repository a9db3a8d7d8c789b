/* SPDX-License-Identifier: Apache-2.0 */
/* Image file system of QNX, in the byte order of the machine:
 *    0 "imagefs"   7 flags u8 (1: big-endian)   8 size of all u32   12 where the entries end u32   16 where they begin
 *      u32
 *   36 number of the boot script's file u32   40 where a further one is u32   88 where it is mounted, NUL
 * An entry: 0 its size u16 (0 ends them)   4 number u32 (0: none)   8 mode, as POSIX has it, u32   12 group   16 user
 *   20 time u32
 * then of a file 24 offset, 28 size u32, 32 path; of a directory 24 path; of a symbolic link 24 where its goal stands
 *   from the path on u16, 26 its length u16, 28 path; of others 24 device, 28 which one it is u32, 32 path
 * The words of all give 0. */
#include "unpack/format.h"

enum { HEADER = 88, BIG = 1, FIXED = 24, ENTRIES_MAX = 1 << 20 };

typedef struct header {
	bool big;
	uint32_t size, end, first, script, chain;
	as_span mount;
} header;

static bool read_header(as_span image, header *h)
{
	h->big = as_at(image, 7) & BIG;
	as_cur c = as_cur_of(image, 8, h->big);
	h->size = as_u32(&c);
	h->end = as_u32(&c);
	h->first = as_u32(&c);
	as_skip(&c, 16);
	h->script = as_u32(&c);
	h->chain = as_u32(&c);
	as_seek(&c, HEADER);
	h->mount = as_str(&c, 1);
	return as_ok(&c) && as_at(image, 7) < 16 && h->first > HEADER && h->first % 4 == 0 &&
	       h->end > h->first && h->end <= h->size && h->end <= image.n && h->mount.n > 0 &&
	       h->mount.p[0] == '/';
}

typedef struct item {
	as_entry e;
	uint32_t size, number, offset, length;
	bool known;
} item;

static void read_kind(as_cur *c, item *i)
{
	as_entry *e = &i->e;
	uint16_t from = 0, n = 0;
	uint32_t device = 0;
	if (e->type == AS_FILE) {
		i->offset = as_u32(c);
		i->length = as_u32(c);
	} else if (e->type == AS_SYMLINK) {
		from = as_u16(c);
		n = as_u16(c);
	} else if (e->type != AS_DIR) {
		as_skip(c, 4);
		device = as_u32(c);
		e->major = device >> 10 & 0x3f;
		e->minor = device & 0x3ff;
	}
	size_t path = as_pos(c);
	e->name = as_str(c, 1);
	if (e->type == AS_SYMLINK)
		e->target = as_cut(c->s, (uint64_t)path + from, n);
}

/* Reads the entry at offset at. False: its size is 0, or it makes no sense (i->size tells which). */
static bool read_item(as_span image, const header *h, uint64_t at, item *i)
{
	static const as_type types[16] = { [1] = AS_FIFO,
		[2] = AS_CHAR,
		[4] = AS_DIR,
		[6] = AS_BLOCK,
		[8] = AS_FILE,
		[10] = AS_SYMLINK,
		[12] = AS_SOCKET };
	static const uint16_t known =
		1 << 1 | 1 << 2 | 1 << 4 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 12;
	as_cur s = as_cur_of(image, at, h->big);
	*i = (item){ .size = as_u16(&s) };
	as_cur c = as_cur_of(as_cut(image, at, i->size), 4, h->big);
	i->number = as_u32(&c);
	uint32_t mode = as_u32(&c);
	i->e.at = at;
	i->e.has = AS_HAS_MODE | AS_HAS_OWNER | AS_HAS_MTIME;
	i->e.gid = as_u32(&c);
	i->e.uid = as_u32(&c);
	i->e.mtime = as_u32(&c);
	i->e.mode = mode & 07777;
	i->known = known >> (mode >> 12 & 15) & 1;
	i->e.type = types[mode >> 12 & 15];
	if (i->known)
		read_kind(&c, i);
	return i->size >= FIXED && as_ok(&c);
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	item first;
	if (!read_header(image, &h) || !read_item(image, &h, h.first, &first))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(h.size, image.n), .sure = AS_STRUCTURED };
	return AS_OK;
}

static as_status put_item(as_unpack *u, as_span body, item *i)
{
	as_entry *e = &i->e;
	bool want = false;
	if (e->name.n == 0 && e->type == AS_DIR)
		return AS_OK; /* the root */
	if (e->type != AS_FILE)
		return as_put(u, NULL, e, NULL);
	as_span data = as_cut(body, i->offset, as_min(i->length, as_from(body, i->offset).n));
	if (data.n == i->length) {
		e->data = data;
		return as_put(u, NULL, e, NULL);
	}
	as_status s = as_begin(u, NULL, e, &want);
	if (s == AS_OK && want)
		s = as_more(u, data);
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_end(u, true));
	return as_worse(s, as_lost(u, e->at, "contents run past the image"));
}

static as_status list(as_unpack *u, as_span body, const header *h)
{
	as_status s = AS_OK;
	uint64_t at = h->first;
	for (unsigned n = 0; at < h->end && s <= AS_PARTIAL; n++) {
		item i;
		bool right = read_item(as_cut(body, 0, h->end), h, at, &i);
		if (i.size == 0)
			break;
		if (right)
			as_struct(u, at, i.size, "entry");
		if (!right || n == ENTRIES_MAX)
			return as_worse(
				s, as_lost(u, at,
					   "an entry is damaged: those behind it were not read"));
		if (i.number == h->script && h->script != 0)
			as_tell(u, as_cut(body, 36, 4), "boot script", i.e.name);
		if (!i.known)
			s = as_worse(
				s, as_refused(u, at, "unsupported", "an entry of an unknown kind"));
		else if (i.number != 0)
			s = as_worse(s, put_item(u, body, &i));
		at += i.size;
	}
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER + h.mount.n + 1, "header");
	as_tell(u, h.mount, "mounted at", h.mount);
	as_status s = AS_OK;
	if (h.size > body.n)
		s = as_lost(u, body.n, "the file system is cut off");
	else if (as_sum32(as_cut(body, 0, h.size), h.big) != 0)
		s = as_lost(u, 0, "checksum is wrong");
	if (h.chain != 0)
		as_tellf(u, as_cut(body, 40, 4), "a further one at", "0x%x", h.chain);
	return as_worse(s, list(u, body, &h));
}

const as_format as_format_qnx_ifs = {
	.id = "qnx_ifs",
	.title = "QNX image file system",
	.kind = AS_FILESYSTEM,
	.magic = (const as_magic[]){ { .bytes = "imagefs", .len = 7, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "little- and big-endian", NULL },
	.verifies = (const char *const[]){ "sum of all", NULL },
	.keeps = (const char *const[]){ "mode, owner, time of change", "symbolic links, devices",
		NULL },
	.samples = (const char *const[]){ "generator from the published layout; not tried on a "
					  "vendor's own image",
		NULL },
	.gaps = (const char *const[]){ "programs stay as mkifs changed them for their address",
		"further attributes of entries", "hash and signature of QNX 7 are not verified",
		NULL },
	.spec = "https://www.qnx.com/developers/docs/7.1/#com.qnx.doc.neutrino.utilities/topic/m/"
		"mkifs.html",
	.see = NULL,
};
