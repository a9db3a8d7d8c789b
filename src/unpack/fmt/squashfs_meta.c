/* SPDX-License-Identifier: Apache-2.0 */
/* SquashFS metadata: chains of blocks of at most 8 KiB, each behind a 16-bit length (top bit:
 * stored), and the tables, inodes and attributes in them. Decoded blocks are kept: a directory and
 * its inodes are read in turn, and would otherwise be decoded again for each entry. */
#include "unpack/fmt/squashfs.h"

#include <string.h>

enum {
	COMMON = 16, /* bytes all inodes start with */
	LAYOUTS = 15,
	LONG_SYMLINK = 10,
	XATTR_MOST = 65536,     /* bytes of a value, as Linux has it */
	XATTRS_MOST = 64 << 20, /* bytes of all values of an image */
};

struct as_sq_slot {
	uint64_t block, next; /* body offsets; the slot of a damaged block is kept too, with n 0 */
	size_t n;
	uint8_t data[AS_SQ_META];
};

as_status as_sq_decode_meta(const as_sq *q, uint64_t at, uint8_t *out, size_t *n, uint64_t *next)
{
	as_cur c = as_sq_cur(q, as_cut(q->body, 0, q->super.used), at);
	uint16_t word = as_u16(&c);
	uint16_t len = word & (AS_SQ_META_STORED - 1);
	as_skip(&c, q->super.marked ? 1 : 0);
	as_span raw = as_take(&c, len ? len : AS_SQ_META_STORED);
	*n = 0;
	if (!as_ok(&c))
		return AS_PARTIAL;
	*next = as_pos(&c);
	if (!(word & AS_SQ_META_STORED))
		return as_sq_unpack(q, raw, out, AS_SQ_META, n);
	if (raw.n > AS_SQ_META)
		return AS_PARTIAL;
	memcpy(out, raw.p, raw.n);
	*n = raw.n;
	return AS_OK;
}

/* The decoded block at body offset at, or NULL (recorded when it was first met). */
static as_sq_slot *fetch(as_sq *q, uint64_t at)
{
	as_sq_slot **home = &q->meta[(at * 0x9e3779b97f4a7c15u) >> 55 & (AS_SQ_SLOTS - 1)];
	if (!*home) {
		*home = as_alloc(as_memory(q->u), sizeof(**home));
		if (!*home)
			return NULL;
	}
	as_sq_slot *slot = *home;
	if (slot->block == at)
		return slot->n > 0 ? slot : NULL;
	slot->block = at;
	if (as_sq_decode_meta(q, at, slot->data, &slot->n, &slot->next) != AS_OK || slot->n == 0) {
		slot->n = 0;
		(void)as_lost(q->u, at, "metadata block is damaged or missing");
		return NULL;
	}
	return slot;
}

as_sq_meta as_sq_place(uint64_t table, uint64_t ref)
{
	as_sq_meta m = { .at = ref & 0xffff };
	m.bad = !as_add(&m.block, table, ref >> 16);
	return m;
}

bool as_sq_read(as_sq *q, as_sq_meta *m, uint8_t *out, size_t n)
{
	size_t done = 0;
	while (done < n && !m->bad) {
		as_sq_slot *slot = fetch(q, m->block);
		if (!slot || m->at > slot->n) {
			m->bad = true;
			break;
		}
		/* Each round takes bytes or goes on to a later block: it ends. */
		size_t part = as_min(n - done, slot->n - m->at);
		memcpy(out + done, slot->data + m->at, part);
		done += part;
		m->at += (uint32_t)part;
		if (m->at == slot->n && done < n) {
			m->block = slot->next;
			m->at = 0;
		}
	}
	return !m->bad;
}

as_sq_meta as_sq_entry(const as_sq *q, uint64_t index, uint64_t i, unsigned size)
{
	uint64_t per_block = AS_SQ_META / size, at = 0;
	as_sq_meta m = { .at = (uint32_t)(i % per_block * size) };
	unsigned wide = q->super.major < 3 ? 4 : 8;
	m.bad = !as_add(&at, index, i / per_block * wide);
	as_cur c = as_sq_cur(q, as_cut(q->body, 0, q->super.used), at);
	m.block = wide == 8 ? as_u64(&c) : as_u32(&c);
	m.bad = m.bad || !as_ok(&c);
	return m;
}

/* What stands behind the bytes that all inodes share. */
typedef struct layout {
	as_type type;
	uint8_t n; /* bytes of the fixed part, before lists and targets */
	void (*read)(as_cur *c, as_sq_inode *inode);
} layout;

static void read_dir(as_cur *c, as_sq_inode *inode)
{
	inode->start = as_u32(c);
	as_skip(c, 4);
	inode->size = as_u16(c);
	inode->offset = as_u16(c);
}

static void read_long_dir(as_cur *c, as_sq_inode *inode)
{
	as_skip(c, 4);
	inode->size = as_u32(c);
	inode->start = as_u32(c);
	as_skip(c, 6);
	inode->offset = as_u16(c);
	inode->xattr = as_u32(c);
}

static void read_file(as_cur *c, as_sq_inode *inode)
{
	inode->start = as_u32(c);
	inode->fragment = as_u32(c);
	inode->offset = as_u32(c);
	inode->size = as_u32(c);
}

static void read_long_file(as_cur *c, as_sq_inode *inode)
{
	inode->start = as_u64(c);
	inode->size = as_u64(c);
	as_skip(c, 12);
	inode->fragment = as_u32(c);
	inode->offset = as_u32(c);
	inode->xattr = as_u32(c);
}

static void read_symlink(as_cur *c, as_sq_inode *inode)
{
	as_skip(c, 4);
	inode->size = as_u32(c);
}

static void read_device(as_cur *c, as_sq_inode *inode)
{
	as_skip(c, 4);
	inode->rdev = as_u32(c);
}

static void read_long_device(as_cur *c, as_sq_inode *inode)
{
	read_device(c, inode);
	inode->xattr = as_u32(c);
}

static void read_pipe(as_cur *c, as_sq_inode *inode)
{
	(void)inode;
	as_skip(c, 4);
}

static void read_long_pipe(as_cur *c, as_sq_inode *inode)
{
	as_skip(c, 4);
	inode->xattr = as_u32(c);
}

static const layout layouts[LAYOUTS] = {
	[1] = { AS_DIR, 16, read_dir },
	[2] = { AS_FILE, 16, read_file },
	[3] = { AS_SYMLINK, 8, read_symlink },
	[4] = { AS_BLOCK, 8, read_device },
	[5] = { AS_CHAR, 8, read_device },
	[6] = { AS_FIFO, 4, read_pipe },
	[7] = { AS_SOCKET, 4, read_pipe },
	[8] = { AS_DIR, 24, read_long_dir },
	[9] = { AS_FILE, 40, read_long_file },
	[LONG_SYMLINK] = { AS_SYMLINK, 8,
		read_symlink }, /* its attributes stand behind the target */
	[11] = { AS_BLOCK, 12, read_long_device },
	[12] = { AS_CHAR, 12, read_long_device },
	[13] = { AS_FIFO, 8, read_long_pipe },
	[14] = { AS_SOCKET, 8, read_long_pipe },
};

bool as_sq_read_inode(as_sq *q, uint64_t ref, as_sq_inode *inode)
{
	uint8_t raw[64];
	if (q->super.major < 4)
		return as_sq_read_old_inode(q, ref, inode);
	as_sq_meta m = as_sq_place(q->super.inode_table, ref);
	uint64_t at = m.block;
	*inode = (as_sq_inode){ .ref = ref, .fragment = AS_SQ_NONE, .xattr = AS_SQ_NONE };
	if (!as_sq_read(q, &m, raw, COMMON)) {
		(void)as_lost(q->u, at, "inode cannot be read");
		return false;
	}
	as_cur c = as_sq_cur(q, as_bytes(raw, COMMON), 0);
	uint16_t type = as_u16(&c);
	inode->mode = as_u16(&c);
	inode->uid = as_u16(&c);
	inode->gid = as_u16(&c);
	inode->mtime = as_u32(&c);
	const layout *l = type < LAYOUTS ? &layouts[type] : &layouts[0];
	if (!l->read) {
		(void)as_lost(q->u, at, "inode of an unknown type");
		return false;
	}
	if (!as_sq_read(q, &m, raw, l->n)) {
		(void)as_lost(q->u, at, "inode cannot be read");
		return false;
	}
	c = as_sq_cur(q, as_bytes(raw, l->n), 0);
	inode->type = l->type;
	l->read(&c, inode);
	inode->rest = m;
	if (type == LONG_SYMLINK)
		inode->xattr = AS_SQ_NONE - 1; /* to be read behind the target */
	return as_ok(&c);
}

/* Reads a value where it stands, or elsewhere: kept once for many inodes. */
static bool read_value(as_sq *q, as_sq_meta *m, bool elsewhere, as_span *value)
{
	uint8_t raw[8];
	as_sq_meta far = *m, *from = m;
	if (!as_sq_read(q, m, raw, 4))
		return false;
	if (elsewhere) {
		if (!as_sq_read(q, m, raw, 8))
			return false;
		as_cur c = as_sq_cur(q, as_bytes(raw, 8), 0);
		far = as_sq_place(q->xattr_base, as_u64(&c));
		from = &far;
		if (!as_sq_read(q, from, raw, 4))
			return false;
	}
	as_cur c = as_sq_cur(q, as_bytes(raw, 4), 0);
	uint32_t n = as_u32(&c);
	uint8_t *p = n <= XATTR_MOST ? as_alloc(as_memory(q->u), (size_t)n + 1) : NULL;
	q->xattr_bytes += n;
	*value = as_bytes(p, p ? n : 0);
	return p && as_sq_read(q, from, p, n);
}

static as_status xattr(as_sq *q, as_sq_meta *m)
{
	static const char *const prefixes[] = { "user.", "trusted.", "security." };
	uint8_t raw[4], name[256];
	as_span value = { 0 };
	if (!as_sq_read(q, m, raw, 4))
		return as_lost(q->u, m->block, "extended attribute cannot be read");
	as_cur c = as_sq_cur(q, as_bytes(raw, 4), 0);
	uint16_t kind = as_u16(&c), n = as_u16(&c);
	bool fits = (kind & 0xff) < 3 && n > 0 && n < sizeof(name);
	if (!fits || !as_sq_read(q, m, name, n) || !read_value(q, m, kind & 0x100, &value))
		return as_lost(q->u, m->block, "extended attribute cannot be read");
	as_span full =
		as_print(as_memory(q->u), "%s%.*s", prefixes[kind & 0xff], (int)n, (char *)name);
	return as_xattr(q->u, full, value);
}

as_status as_sq_xattrs(as_sq *q, uint32_t i)
{
	uint8_t raw[16];
	if (i == AS_SQ_NONE)
		return AS_OK;
	if (q->xattr_base == AS_SQ_NO_TABLE || i >= q->n_xattrs)
		return as_lost(q->u, 56, "extended attributes out of range");
	if (q->xattr_bytes > XATTRS_MOST)
		return as_lost(q->u, 56, "too many bytes of extended attributes");
	as_sq_meta m = as_sq_entry(q, q->super.xattr_table + 16, i, 16);
	if (!as_sq_read(q, &m, raw, 16))
		return as_lost(q->u, m.block, "extended attributes cannot be read");
	as_cur c = as_sq_cur(q, as_bytes(raw, 16), 0);
	m = as_sq_place(q->xattr_base, as_u64(&c));
	as_status worst = AS_OK;
	/* Each attribute takes bytes of a chain that moves on in the image only. */
	uint32_t left = as_u32(&c);
	for (; left > 0 && worst == AS_OK && q->xattr_bytes <= XATTRS_MOST; left--)
		worst = xattr(q, &m);
	return worst;
}
