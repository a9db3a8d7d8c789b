/* SPDX-License-Identifier: Apache-2.0 */
/* Inodes of EROFS, their attributes, and contents that are not compressed. An inode's number counts
 * in units of 32 bytes from the metadata's block; it has 32 bytes (compact) or 64 (extended):
 *    0 bit 0 extended, bits 1 to 3 layout u16   2 attributes u16   4 mode u16   16 what the layout wants
 *   compact:  6 links u16   8 size   24 owner u16   26 group u16; its time is the epoch
 *   extended: 8 size u64   24 owner   28 group   32 time u64   40 its nanoseconds   44 links
 * Attributes, 12 + 4 (n - 1) bytes: filter u32, shared u8, 7 bytes, places of the shared ones u32 (in
 * units of 4 from the attributes' block), then those of its own: length of the name u8, prefix u8,
 * length of the value u16, name, value, padded to 4.
 * Layout plain: blocks from info on. Inline: the same, but the last one stands behind the inode.
 * Chunks: info has the bits of a chunk beyond a block's (0 to 4), and in bit 5 whether a place is
 * 8 bytes (u16, device u16, block u32) or 4 (block); all ones is a hole. */
#include "unpack/fmt/erofs.h"

enum { COMPACT = 32, EXTENDED = 64, UNIT = 32 };
#define HOLE UINT32_MAX

static void read_rest(const as_erofs *x, as_cur *c, bool extended, as_erofs_inode *i)
{
	as_skip(c, extended ? 2 : 0);
	if (!extended)
		i->links = as_u16(c);
	i->size = as_uint(c, extended ? 8 : 4);
	as_skip(c, extended ? 0 : 4);
	i->info = as_u32(c);
	as_skip(c, 4);
	i->uid = (uint32_t)as_uint(c, extended ? 4 : 2);
	i->gid = (uint32_t)as_uint(c, extended ? 4 : 2);
	i->mtime = x->super.epoch;
	i->nsec = x->super.epoch_nsec;
	if (!extended) {
		as_skip(c, 4);
		return;
	}
	i->mtime = (int64_t)as_u64(c);
	i->nsec = as_u32(c);
	i->nsec = i->nsec < 1000000000 ? i->nsec : 0;
	i->links = as_u32(c);
	as_skip(c, 16);
}

bool as_erofs_read_inode(const as_erofs *x, uint64_t n, as_erofs_inode *i)
{
	static const as_type types[16] = { [1] = AS_FIFO,
		[2] = AS_CHAR,
		[4] = AS_DIR,
		[6] = AS_BLOCK,
		[8] = AS_FILE,
		[10] = AS_SYMLINK,
		[12] = AS_SOCKET };
	if (n > UINT64_MAX / UNIT / 2)
		return false;
	*i = (as_erofs_inode){ .number = n, .at = x->super.meta + n * UNIT };
	as_cur c = as_cur_le(x->body, i->at);
	uint16_t format = as_u16(&c), count = as_u16(&c), mode = as_u16(&c);
	bool extended = format & 1;
	i->layout = format >> 1 & 7;
	i->mode = mode & 07777;
	i->type = types[mode >> 12];
	read_rest(x, &c, extended, i);
	i->attributes = as_take(&c, count > 0 ? 12 + 4 * (uint64_t)(count - 1) : 0);
	i->body_at = as_pos(&c);
	return as_ok(&c) && i->layout <= AS_EROFS_CHUNKS;
}

as_span as_erofs_flat(const as_erofs *x, const as_erofs_inode *i, uint64_t k)
{
	uint64_t from = k << x->super.bits;
	uint64_t n = as_min(i->size - as_min(i->size, from), x->super.block);
	if (i->layout == AS_EROFS_INLINE && from + n == i->size)
		return as_cut(x->body, i->body_at, n);
	return as_cut(x->body, ((uint64_t)i->info << x->super.bits) + from, n);
}

/* The name of a prefix; the long ones stand in the image: length u16, which of the short ones u8, more. */
static as_span prefix(const as_erofs *x, uint8_t index)
{
	static const char *const names[] = { "", "user.", "system.posix_acl_access",
		"system.posix_acl_default", "trusted.", "lustre.", "security." };
	enum { N = sizeof(names) / sizeof(names[0]), LONG = 0x80 };
	as_span none = { 0 };
	if (!(index & LONG))
		return index > 0 && index < N ? as_lit(names[index]) : none;
	uint32_t n = index & (LONG - 1);
	as_cur c = as_cur_le(x->body, x->super.prefix_at);
	for (uint32_t k = 0; n < x->super.prefixes && k <= n; k++) {
		as_align(&c, 4);
		uint16_t len = as_u16(&c);
		as_span one = as_take(&c, len);
		uint8_t base = as_at(one, 0);
		if (k == n && one.n > 0 && base < N)
			return as_print(as_memory(x->u), "%s%.*s", names[base], (int)one.n - 1,
				(const char *)as_from(one, 1).p);
	}
	return none;
}

static as_status emit_attribute(const as_erofs *x, uint64_t at, as_cur *c)
{
	uint8_t n = as_u8(c), index = as_u8(c);
	uint16_t len = as_u16(c);
	as_span name = as_take(c, n), value = as_take(c, len);
	if (!as_ok(c))
		return as_lost(x->u, at, "extended attribute is damaged");
	as_span before = prefix(x, index);
	if (before.n == 0)
		return as_refused(x->u, at, "unsupported", "extended attribute of an unknown kind");
	name = as_print(as_memory(x->u), "%.*s%.*s", (int)before.n, (const char *)before.p,
		(int)name.n, (const char *)name.p);
	return as_xattr(x->u, name, value);
}

as_status as_erofs_attributes(const as_erofs *x, const as_erofs_inode *i)
{
	as_cur c = as_cur_le(i->attributes, 4);
	as_status s = AS_OK;
	if (i->attributes.n == 0)
		return AS_OK;
	uint8_t shared = as_u8(&c);
	as_skip(&c, 7);
	for (; shared > 0 && s <= AS_PARTIAL; shared--) {
		uint64_t at = x->super.attributes + (uint64_t)as_u32(&c) * 4;
		as_cur far = as_cur_le(x->body, at);
		if (!as_ok(&c))
			return as_lost(x->u, i->at, "extended attribute is damaged");
		s = as_worse(s, emit_attribute(x, i->at, &far));
		if (as_ok(&far))
			as_struct(x->u, at, as_pos(&far) - at, "erofs attribute");
	}
	while (s == AS_OK && as_left(&c) >= 4 && !as_all(as_from(c.s, c.at), 0)) {
		s = emit_attribute(x, i->at, &c);
		as_skip(&c, as_min(as_left(&c), (4 - as_pos(&c) % 4) % 4));
	}
	return s;
}

/* ---- contents */

/* A file being emitted. */
typedef struct emission {
	as_erofs *x;
	const as_erofs_inode *i;
	uint64_t done;
	bool damaged;
} emission;

/* What cannot be read leaves zeros, so that what follows keeps its offset. */
static as_status give(emission *m, as_span got, uint64_t due)
{
	got = as_cut(got, 0, as_min(got.n, due));
	as_status s = got.n > 0 ? as_more(m->x->u, got) : AS_OK;
	m->done += due;
	m->damaged = m->damaged || got.n < due;
	return s == AS_OK && got.n < due ? as_zero(m->x->u, due - got.n) : s;
}

/* Gives [from, from + n) of the packed file. */
static as_status give_fragment(emission *m, uint64_t from, uint64_t n)
{
	as_erofs *x = m->x;
	as_status s = AS_OK;
	while (n > 0 && s == AS_OK) {
		as_span got = { 0 };
		uint64_t skip = 0;
		s = as_erofs_packed_at(x, from, &got, &skip);
		if (s > AS_PARTIAL)
			return s;
		got = as_from(got, skip);
		uint64_t step = got.n > 0 ? as_min(got.n, n) : n;
		if (got.n == 0)
			(void)as_lost(
				x->u, m->i->at, "the packed file does not hold the end of a file");
		s = give(m, got, step);
		from += step;
		n -= step;
	}
	return s;
}

static as_status give_piece(void *ctx, const as_erofs_piece *p)
{
	emission *m = ctx;
	as_span got = { 0 };
	if (p->fragment)
		return give_fragment(m, p->at, p->n);
	as_status s = p->lost ? AS_PARTIAL : as_erofs_decode(m->x, p, 0, &got);
	if (s > AS_PARTIAL)
		return s;
	if (s == AS_PARTIAL) {
		m->damaged = true;
		(void)as_lost(m->x->u, p->lost ? m->i->at : p->at, "data cluster is damaged");
	}
	return give(m, got, p->n);
}

static as_status mark_piece(void *ctx, const as_erofs_piece *p)
{
	emission *m = ctx;
	if (!p->fragment && !p->lost)
		as_struct(m->x->u, p->at,
			as_min(p->len, m->x->body.n - as_min(p->at, m->x->body.n)), "erofs data");
	return AS_OK;
}

/* One chunk of a file: AS_OK with *hole, or with its place. */
static bool chunk_at(
	const as_erofs *x, const as_erofs_inode *i, uint64_t k, uint32_t *block, uint16_t *device)
{
	enum { WIDE = 0x20 };
	bool wide = i->info & WIDE;
	uint64_t unit = wide ? 8 : 4, table = (i->body_at + unit - 1) / unit * unit;
	if (k > x->body.n / unit)
		return false;
	as_cur c = as_cur_le(x->body, table + k * unit);
	*device = 0;
	if (wide) {
		as_skip(&c, 2);
		*device = as_u16(&c);
	}
	*block = as_u32(&c);
	return as_ok(&c);
}

static as_status give_chunk(emission *m, uint64_t k, uint64_t due)
{
	as_erofs *x = m->x;
	uint32_t block = 0;
	uint16_t device = 0;
	as_span got = { 0 };
	bool there = chunk_at(x, m->i, k, &block, &device);
	if (there && block == HOLE) {
		m->done += due;
		return as_zero(x->u, due);
	}
	uint64_t at = (uint64_t)block << x->super.bits;
	if (there && device == 0)
		got = as_cut(x->body, at, due);
	if (got.n < due) {
		m->damaged = true;
		if (there && device > 0)
			(void)as_refused(x->u, m->i->at, "unsupported",
				"contents stand on another device: they were not examined");
		else
			(void)as_lost(x->u, m->i->at, "chunk of a file lies outside the image");
	}
	as_struct(x->u, at, got.n, "erofs data");
	return give(m, got, due);
}

static uint64_t chunk_size(const as_erofs *x, const as_erofs_inode *i)
{
	return 1ull << (x->super.bits + (i->info & 0x1f));
}

static as_status give_chunks(emission *m)
{
	uint64_t size = chunk_size(m->x, m->i), left = m->i->size;
	as_status s = AS_OK;
	for (uint64_t k = 0; left > 0 && s == AS_OK; k++) {
		uint64_t due = as_min(left, size);
		uint32_t block = 0;
		uint16_t device = 0;
		if (!chunk_at(m->x, m->i, k, &block, &device)) {
			(void)as_lost(m->x->u, m->i->at, "chunks of a file run past the image");
			m->damaged = true;
			return AS_OK;
		}
		s = give_chunk(m, k, due);
		left -= due;
	}
	return s;
}

static as_status give_flat(emission *m)
{
	const as_erofs *x = m->x;
	uint64_t in_blocks = m->i->size;
	if (m->i->layout == AS_EROFS_INLINE)
		in_blocks = (m->i->size - 1) >> x->super.bits << x->super.bits;
	uint64_t at = (uint64_t)m->i->info << x->super.bits;
	as_span whole = as_cut(x->body, at, in_blocks);
	if (whole.n < in_blocks) /* cut off: what there is of it */
		whole = as_cut(x->body, at, as_min(in_blocks, x->body.n - as_min(at, x->body.n)));
	as_struct(x->u, at, whole.n, "erofs data");
	as_status s = in_blocks > 0 ? give(m, whole, in_blocks) : AS_OK;
	as_span tail = as_cut(x->body, m->i->body_at, m->i->size - in_blocks);
	as_struct(x->u, m->i->body_at, tail.n, "erofs data");
	if (s == AS_OK && m->i->size > in_blocks)
		s = give(m, tail, m->i->size - in_blocks);
	if (m->damaged)
		(void)as_lost(x->u, m->i->at, "contents of a file run past the image");
	return s;
}

static bool is_packed(const as_erofs_inode *i)
{
	return i->layout == AS_EROFS_FULL || i->layout == AS_EROFS_COMPACT;
}

static as_status give_all(emission *m)
{
	if (m->i->layout == AS_EROFS_CHUNKS)
		return give_chunks(m);
	if (!is_packed(m->i))
		return give_flat(m);
	as_status s = as_erofs_walk(m->x, m->i, give_piece, m);
	if (s == AS_PARTIAL) {
		m->damaged = true;
		(void)as_lost(m->x->u, m->i->at, "index of a compressed file makes no sense");
		s = AS_OK;
	}
	return s;
}

/* The file's bytes if they stand in the image in one piece; else empty. */
static as_span in_place(const as_erofs *x, const as_erofs_inode *i)
{
	if (i->layout == AS_EROFS_INLINE && i->size <= x->super.block)
		return as_cut(x->body, i->body_at, i->size);
	if (i->layout == AS_EROFS_PLAIN)
		return as_cut(x->body, (uint64_t)i->info << x->super.bits, i->size);
	if (i->layout != AS_EROFS_CHUNKS || i->size > x->body.n)
		return (as_span){ 0 };
	uint64_t chunk = chunk_size(x, i), blocks = chunk >> x->super.bits;
	uint32_t first = 0, block = 0;
	uint16_t device = 0;
	for (uint64_t k = 0; k * chunk < i->size; k++) {
		if (!chunk_at(x, i, k, &block, &device) || block == HOLE || device > 0)
			return (as_span){ 0 };
		first = k == 0 ? block : first;
		if (block != first + k * blocks)
			return (as_span){ 0 };
	}
	return as_cut(x->body, (uint64_t)first << x->super.bits, i->size);
}

as_status as_erofs_file(as_erofs *x, as_node *dir, as_entry *e, const as_erofs_inode *i)
{
	emission m = { .x = x, .i = i };
	bool want = true;
	if (i->size > 0 && !is_packed(i))
		e->data = in_place(x, i);
	if (i->size == 0 || e->data.n > 0)
		return as_put(x->u, dir, e, NULL);
	as_status s = as_begin(x->u, dir, e, &want);
	if (s != AS_OK)
		return s;
	if (is_packed(i))
		(void)as_erofs_walk(x, i, mark_piece, &m);
	if (want)
		s = give_all(&m);
	if (s > AS_PARTIAL)
		return s;
	s = as_worse(s, as_end(x->u, m.damaged));
	return m.damaged ? as_worse(s, AS_PARTIAL) : s;
}

as_status as_erofs_whole(as_erofs *x, const as_erofs_inode *i, uint64_t most, as_span *out)
{
	as_buf b = { 0 };
	*out = (as_span){ 0 };
	if (i->size > most)
		return AS_PARTIAL;
	if (is_packed(i)) {
		as_erofs_piece p = { 0 };
		as_status s = as_erofs_first(x, i, &p);
		as_span got = { 0 };
		if (s == AS_OK && !p.lost && !p.fragment && p.n == i->size)
			s = as_erofs_decode(x, &p, 0, &got);
		*out = as_copy(as_memory(x->u), got);
		return s == AS_OK && got.n == i->size ? AS_OK : as_worse(s, AS_PARTIAL);
	}
	for (uint64_t k = 0; k << x->super.bits < i->size; k++) {
		as_span one = as_erofs_flat(x, i, k);
		as_buf_add(&b, one.p, one.n);
	}
	*out = as_copy(as_memory(x->u), as_buf_span_of(&b));
	as_buf_free(&b);
	return out->n == i->size ? AS_OK : AS_PARTIAL;
}
