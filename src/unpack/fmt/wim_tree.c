/* SPDX-License-Identifier: Apache-2.0 */
/* A WIM's tree: security data (u32 their size), aligned to 8 the root's entry; of each directory, entries one behind
 * the other from where it says, ended by a length of 0. An entry:
 *    0 length u64   8 attributes u32 (10 directory, 400 link)   12 security   16 entries at   40 times: made, read,
 *   written   64 SHA-1 of the contents   88 kind of link u32, or group of hard links u64   96 further streams u16
 *   98 bytes of the short name u16   100 of the name u16   102 both in UTF-16, each with a NUL if it is there;
 *   aligned to 8, tagged items: tag u32, length u32 (337dd873: wimlib's owner, group, mode, device); behind length,
 *   streams: 0 length u64   16 SHA-1   36 bytes of the name u16   38 name
 * Times are 100 ns since 1601. A link's contents: offsets and lengths u16 of two names, flags u32 (not of a
 * junction), names. */
#include <string.h>

#include "base/buf.h"
#include "unpack/utf16.h"
#include "wim.h"

enum { FIXED = 102, ITEM = 8, DIRECTORY = 0x10, REPARSE = 0x400, UNIX = 0x337dd873 };
enum { JUNCTION = 0xa0000003, LINK = 0xa000000c, DEPTH = 256, LINK_MAX = 16 << 10 };

typedef struct dentry {
	as_entry e;
	uint64_t length, children;
	uint32_t attributes, tag;
	as_span sha1;
	uint16_t streams;
	uint64_t next; /* behind it and its streams */
} dentry;

static void set_time(as_entry *e, uint64_t t)
{
	const uint64_t second = 10000000, epoch = 11644473600;
	e->mtime = (int64_t)(t / second) - (int64_t)epoch;
	e->nsec = (uint32_t)(t % second * 100);
	e->has |= t != 0 ? AS_HAS_MTIME : 0;
}

/* Owner, mode and device as wimlib keeps them. */
static void read_unix(as_entry *e, as_cur *c)
{
	static const as_type types[16] = { [1] = AS_FIFO,
		[2] = AS_CHAR,
		[4] = AS_DIR,
		[6] = AS_BLOCK,
		[8] = AS_FILE,
		[10] = AS_SYMLINK,
		[12] = AS_SOCKET };
	e->uid = as_u32(c);
	e->gid = as_u32(c);
	uint32_t mode = as_u32(c), device = as_u32(c);
	as_type type = types[mode >> 12 & 15];
	e->mode = mode & 07777;
	e->has |= AS_HAS_MODE | AS_HAS_OWNER;
	e->major = device >> 8 & 0xfff;
	e->minor = (device & 0xff) | (device >> 12 & 0xfff00);
	if (e->type == AS_FILE &&
		(type == AS_FIFO || type == AS_CHAR || type == AS_BLOCK || type == AS_SOCKET))
		e->type = type;
}

static void read_items(dentry *d, as_span items)
{
	as_cur c = as_cur_le(items, 0);
	while (as_left(&c) >= ITEM) {
		uint32_t tag = as_u32(&c), n = as_u32(&c);
		as_cur item = as_cur_le(as_take(&c, n), 0);
		if (tag == UNIX && n >= 16)
			read_unix(&d->e, &item);
		as_align(&c, 8);
	}
}

static bool read_dentry(as_wim *w, as_span meta, uint64_t at, dentry *d)
{
	as_cur c = as_cur_le(meta, at);
	*d = (dentry){ .length = as_u64(&c) };
	d->attributes = as_u32(&c);
	as_skip(&c, 4);
	d->children = as_u64(&c);
	as_skip(&c, 32);
	uint64_t written = as_u64(&c);
	d->sha1 = as_take(&c, AS_SHA1_LEN);
	as_skip(&c, 4);
	uint64_t group = as_u64(&c);
	d->tag = (uint32_t)group;
	d->streams = as_u16(&c);
	uint16_t short_n = as_u16(&c), name_n = as_u16(&c);
	as_span name = as_take(&c, name_n);
	if (!as_ok(&c) || d->length < FIXED || d->length > meta.n - at)
		return false;
	bool link = d->attributes & REPARSE && (d->tag == LINK || d->tag == JUNCTION);
	d->e.type = link ? AS_SYMLINK : d->attributes & DIRECTORY ? AS_DIR : AS_FILE;
	d->e.name = as_utf16(as_memory(w->u), name, false);
	set_time(&d->e, written);
	if (d->e.type == AS_FILE && group != 0 && !(d->attributes & REPARSE))
		d->e.inode = w->image << 48 ^ group;
	uint64_t names = FIXED + (uint64_t)name_n + (name_n ? 2 : 0) + short_n + (short_n ? 2 : 0);
	names = (names + 7) / 8 * 8;
	uint64_t items = names < d->length ? d->length - names : 0;
	if (items > w->tree_room) {
		w->overlap = true;
		return false;
	}
	w->tree_room -= items;
	if (items > 0)
		read_items(d, as_cut(meta, at + names, d->length - names));
	return as_add(&d->next, at, (d->length + 7) / 8 * 8) && d->next <= meta.n;
}

/* The unnamed stream, if the entry itself has no contents. */
static as_status read_streams(as_wim *w, as_span meta, dentry *d)
{
	as_status s = AS_OK;
	for (uint16_t i = 0; i < d->streams; i++) {
		as_cur c = as_cur_le(meta, d->next);
		uint64_t n = as_u64(&c);
		as_skip(&c, 8);
		as_span sha1 = as_take(&c, AS_SHA1_LEN);
		uint16_t name_n = as_u16(&c);
		if (!as_ok(&c) || n < 38 || n > meta.n - d->next || n > w->tree_room)
			return as_lost(w->u, 48, "the streams of an entry are damaged");
		w->tree_room -= n;
		if (name_n > 0 && !as_all(sha1, 0))
			s = as_refused(
				w->u, 48, "unsupported", "named streams of a file were not read");
		if (name_n == 0 && as_all(d->sha1, 0))
			d->sha1 = sha1;
		d->next = as_min(meta.n, d->next + (n + 7) / 8 * 8);
	}
	return s;
}

typedef struct hashed {
	as_unpack *u;
	as_hasher *h;
} hashed;

static as_status more(void *ctx, as_span bytes)
{
	hashed *x = ctx;
	as_hasher_add(x->h, bytes);
	return as_more(x->u, bytes);
}

static as_status put_file(as_wim *w, as_node *dir, dentry *d)
{
	as_wim_blob b = { 0 };
	bool want = false, none = as_all(d->sha1, 0), found = !none && as_wim_find(w, d->sha1, &b);
	as_status s = as_begin(w->u, dir, &d->e, &want);
	if (s != AS_OK || !want)
		return s == AS_OK ? as_end(w->u, false) : s;
	if (!found && !none)
		return as_worse(as_lost(w->u, 48, "the contents of a file are not in the table"),
			as_end(w->u, true));
	hashed x = { .u = w->u, .h = as_hasher_new_both() };
	if (!x.h)
		return AS_NOMEM;
	s = found ? as_wim_unpack(w, &b, more, &x) : AS_OK;
	as_digests sums = as_hasher_end_both(x.h);
	as_hasher_free(x.h);
	if (s == AS_OK && found && !as_same(as_bytes(sums.sha1.b, AS_SHA1_LEN), d->sha1))
		s = as_lost(w->u, b.at, "contents have another SHA-1 than the table says");
	return s <= AS_PARTIAL ? as_worse(s, as_end(w->u, s != AS_OK)) : s;
}

static as_status keep(void *ctx, as_span bytes)
{
	as_buf *b = ctx;
	as_buf_add(b, bytes.p, bytes.n);
	return b->bad ? AS_NOMEM : AS_OK;
}

static as_span target_of(as_wim *w, as_span data, uint32_t tag)
{
	as_cur c = as_cur_le(data, 0);
	uint16_t real_at = as_u16(&c), real_n = as_u16(&c), shown_at = as_u16(&c),
		 shown_n = as_u16(&c);
	as_skip(&c, tag == LINK ? 4 : 0);
	as_span names = as_from(data, as_pos(&c));
	as_span name = shown_n ? as_cut(names, shown_at, shown_n) : as_cut(names, real_at, real_n);
	as_span text = as_utf16(as_memory(w->u), name, false);
	uint8_t *p = as_alloc(as_memory(w->u), text.n + 1);
	if (!as_ok(&c) || !p)
		return (as_span){ 0 };
	for (size_t i = 0; i < text.n; i++)
		p[i] = as_at(text, i) == '\\' ? '/' : as_at(text, i);
	return as_bytes(p, text.n);
}

static as_status put_link(as_wim *w, as_node *dir, dentry *d)
{
	as_wim_blob b = { 0 };
	as_buf data = { 0 };
	as_status s = AS_OK;
	if (!as_wim_find(w, d->sha1, &b))
		s = as_lost(w->u, 48, "the goal of a link is not in the table");
	else if (b.size > LINK_MAX) /* each link of very many would unpack it again */
		s = as_lost(w->u, 48, "the goal of a link is larger than one can be");
	else
		s = as_wim_unpack(w, &b, keep, &data);
	d->e.target = target_of(w, as_buf_span_of(&data), d->tag);
	as_buf_free(&data);
	return s <= AS_PARTIAL ? as_worse(s, as_put(w->u, dir, &d->e, NULL)) : s;
}

static as_status list(as_wim *w, as_span meta, uint64_t at, as_node *dir, unsigned depth)
{
	as_status s = AS_OK;
	if (depth > DEPTH)
		return as_lost(w->u, 48, "directories are nested too deeply");
	while (s <= AS_PARTIAL && at != 0) {
		dentry d;
		as_cur c = as_cur_le(meta, at);
		if (as_u64(&c) < FIXED && as_ok(&c))
			return s;
		as_status seen = as_visit(w->u, w->image << 40 ^ at);
		if (seen != AS_OK)
			return as_worse(s, seen);
		if (!read_dentry(w, meta, at, &d))
			return as_worse(
				s, as_lost(w->u, 48,
					   w->overlap ? "entries of the metadata overlap"
						      : "an entry of the metadata is damaged"));
		s = as_worse(s, read_streams(w, meta, &d));
		d.e.at = w->table.at;
		as_node *node = NULL;
		if (d.e.type == AS_FILE)
			s = as_worse(s, put_file(w, dir, &d));
		else if (d.e.type == AS_SYMLINK)
			s = as_worse(s, put_link(w, dir, &d));
		else
			s = as_worse(s, as_put(w->u, dir, &d.e, &node));
		if (d.e.type == AS_DIR && node && s <= AS_PARTIAL)
			s = as_worse(s, list(w, meta, d.children, node, depth + 1));
		at = d.next;
	}
	return s;
}

as_status as_wim_tree(as_wim *w, as_span meta, as_node *dir)
{
	as_cur c = as_cur_le(meta, 0);
	uint64_t root = ((uint64_t)as_u32(&c) + 7) / 8 * 8;
	dentry d;
	w->tree_room = 2 * (uint64_t)meta.n;
	if (!as_ok(&c) || !read_dentry(w, meta, as_max(root, 8), &d))
		return as_lost(w->u, 48, "the metadata of an image are damaged");
	return d.children == 0 ? AS_OK : list(w, meta, d.children, dir ? dir : as_root(w->u), 0);
}
