/* SPDX-License-Identifier: Apache-2.0 */
/* Names of an NTFS. Each record says itself in which directory it stands and under which name, so directories' indexes
 * are not needed. A name: 0 directory's record u48, sequence number u16   64 units u8   65 namespace u8   66 UTF-16 */
#include <stdlib.h>

#include "base/search.h"
#include "unpack/fmt/ntfs.h"
#include "unpack/utf16.h"

enum {
	ROOT = 5,
	RESERVED = 24, /* records before this one are the system's */
	WIN32 = 1,     /* namespaces */
	DOS = 2,
	SYSTEM_DEPTH = 8, /* directories of the system within each other */
};
#define NOWHERE UINT32_MAX

/* Where entries are put. */
typedef struct place {
	as_node *node;
	as_span prefix;  /* of names: a system directory, which is no entry itself */
	unsigned system; /* 0: an ordinary directory; else how deep in the system's */
	bool deleted;
} place;

/* ---- all records, once */

static void *grown(as_ntfs *q, const void *old, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 256;
	void *list = as_alloc_array(as_memory(q->u), more, size);
	if (list && n > 0)
		memcpy(list, old, n * size);
	*cap = list ? more : *cap;
	return list;
}

static as_status add_link(as_ntfs *q, const as_ntfs_record *r, as_span value)
{
	as_cur c = as_cur_le(value, 0);
	uint64_t parent = as_u64(&c);
	as_ntfs_link l = { .order = q->n_links, .deleted = !r->in_use };
	l.parent_sequence = (uint16_t)(parent >> 48);
	l.parent = (uint32_t)as_min(parent & 0xffffffffffff, NOWHERE);
	l.number = (uint32_t)(r->has_base ? as_min(r->base, NOWHERE - 1) : r->number);
	as_skip(&c, 56);
	uint8_t units = as_u8(&c);
	l.space = as_u8(&c);
	as_span raw = as_take(&c, units * 2u);
	if (l.number == ROOT)
		return AS_OK;
	if (!as_ok(&c) || raw.n == 0)
		return l.deleted ? AS_OK : as_lost(q->u, r->at, "a name makes no sense");
	l.name = as_utf16(as_memory(q->u), raw, false);
	if (q->n_links == q->cap_links)
		q->links = grown(q, q->links, q->n_links, &q->cap_links, sizeof(l));
	if (!q->links || !l.name.p)
		return AS_NOMEM;
	q->links[q->n_links++] = l;
	return AS_OK;
}

static as_status add_extra(as_ntfs *q, const as_ntfs_record *r)
{
	if (r->base >= NOWHERE)
		return AS_OK;
	if (q->n_extras == q->cap_extras)
		q->extras = grown(q, q->extras, q->n_extras, &q->cap_extras, sizeof(*q->extras));
	if (!q->extras)
		return AS_NOMEM;
	q->extras[q->n_extras++] = (as_ntfs_extra){ (uint32_t)r->base, (uint32_t)r->number };
	return AS_OK;
}

/* A record that cannot be read; it may never have been written. */
static as_status unreadable(as_ntfs *q, uint64_t number)
{
	uint64_t at = as_ntfs_place(q, number);
	bool used = as_at(q->mft_bitmap, number / 8) >> number % 8 & 1;
	if (q->mft_bitmap.n == 0)
		used = !as_all(as_cut(q->body, at, q->record), 0);
	return used ? as_lost(q->u, at, "a record of the MFT is damaged") : AS_OK;
}

static as_status note_record(as_ntfs *q, uint64_t number)
{
	as_ntfs_record r;
	as_ntfs_attr a;
	uint64_t at = 0;
	bool copied = false;
	as_status s = AS_OK;
	as_arena_reset(q->scratch);
	if (!as_ntfs_read_record(q, q->scratch, number, &r, &copied))
		return unreadable(q, number);
	if (copied && number > 0)
		s = as_lost(q->u, as_ntfs_place(q, number),
			"a record of the MFT is damaged: its copy is used");
	q->state[number] = (uint8_t)(AS_NTFS_READ | (r.in_use ? AS_NTFS_IN_USE : 0) |
				     (r.directory ? AS_NTFS_DIRECTORY : 0) |
				     (r.has_base ? AS_NTFS_EXTENSION : 0));
	q->sequence[number] = r.sequence;
	if (r.has_base && !r.in_use)
		return s;
	if (r.has_base)
		s = as_worse(s, add_extra(q, &r));
	while (s <= AS_PARTIAL && as_ntfs_next(&r, &at, &a))
		if (a.type == AS_NTFS_NAME && a.resident)
			s = as_worse(s, add_link(q, &r, a.value));
	return s;
}

static int by_base(const void *x, const void *y)
{
	const as_ntfs_extra *a = x, *b = y;
	if (a->base != b->base)
		return a->base < b->base ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* By file, directory, namespace. */
static int by_file(const void *x, const void *y)
{
	const as_ntfs_link *a = x, *b = y;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	if (a->space != b->space)
		return a->space < b->space ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static int by_parent(const void *x, const void *y)
{
	const as_ntfs_link *a = x, *b = y;
	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* Whether the directory that l names is the one that it meant. */
static bool stands(const as_ntfs *q, const as_ntfs_link *l)
{
	if (l->parent == ROOT)
		return true;
	uint8_t is = l->parent < q->n_records && l->parent != l->number ? q->state[l->parent] : 0;
	uint16_t sequence = is ? q->sequence[l->parent] : 0;
	if (!(is & AS_NTFS_DIRECTORY) || is & AS_NTFS_EXTENSION)
		return false;
	if (is & AS_NTFS_IN_USE)
		return !l->deleted || sequence == l->parent_sequence;
	/* Deleting counts the number on. */
	return l->deleted &&
	       (sequence == l->parent_sequence || sequence == (uint16_t)(l->parent_sequence + 1));
}

/* Drops short names of DOS where there are long ones; tells which files have several; sends what was deleted with its
 * directory to the root. */
static void judge(as_ntfs *q)
{
	size_t kept = 0, first = 0;
	if (q->n_links > 0)
		qsort(q->links, q->n_links, sizeof(*q->links), by_file);
	for (size_t i = 0; i < q->n_links; i++) {
		as_ntfs_link l = q->links[i];
		bool same = kept > first && q->links[kept - 1].number == l.number;
		bool is_short = same && l.space == DOS && q->links[kept - 1].parent == l.parent &&
				q->links[kept - 1].space == WIN32;
		if (is_short)
			continue;
		first = same ? first : kept;
		l.several = same;
		q->links[first].several = same && kept > first ? true : q->links[first].several;
		if (l.deleted && !stands(q, &l))
			l.parent = NOWHERE;
		if (l.number < q->n_records && !l.deleted)
			q->state[l.number] |= AS_NTFS_LINKED;
		q->links[kept++] = l;
	}
	q->n_links = kept;
	if (kept > 0)
		qsort(q->links, kept, sizeof(*q->links), by_parent);
	if (q->n_extras > 0)
		qsort(q->extras, q->n_extras, sizeof(*q->extras), by_base);
}

/* ---- entries */

static size_t first_of(const as_ntfs *q, uint32_t parent)
{
	return as_before32(q->links, q->n_links, sizeof(*q->links), parent);
}

static as_span joined(const as_ntfs *q, as_span a, const char *between, as_span b)
{
	as_buf buf = { 0 };
	as_buf_add(&buf, a.p, a.n);
	as_buf_text(&buf, a.n > 0 || between[0] == ':' ? between : "");
	as_buf_add(&buf, b.p, b.n);
	as_span whole = as_copy(as_memory(q->u), as_buf_span_of(&buf));
	as_buf_free(&buf);
	return whole;
}

/* Streams with names of their own stand beside their file, as NAME:STREAM. */
static as_status put_streams(
	as_ntfs *q, const as_ntfs_file *f, const as_entry *of, as_span name, const place *p)
{
	const as_ntfs_attr *packed = f->chunk > 0 ? as_ntfs_overlay(f) : NULL;
	as_status s = AS_OK;
	for (const as_ntfs_attr *a = NULL; s <= AS_PARTIAL && (a = as_ntfs_after(f, a));) {
		bool systems = p->system > 0 && as_at(a->name, 0) == '$';
		if (a->type != AS_NTFS_DATA || a->name.n == 0 || systems || a == packed ||
			(of->deleted && !as_ntfs_is_whole(q, f, a)))
			continue;
		as_entry e = { .at = of->at, .type = AS_FILE, .deleted = of->deleted };
		e.has = of->has & AS_HAS_MTIME;
		e.mtime = of->mtime;
		e.nsec = of->nsec;
		e.name = joined(q, name, ":", as_utf16(q->scratch, a->name, false));
		s = as_worse(s, as_ntfs_put_stream(q, f, a, p->node, &e));
	}
	return s;
}

/* Remembers the entry of a file that has more names. */
static as_status share(as_ntfs *q, const as_entry *e)
{
	as_entry *kept = as_alloc(as_memory(q->u), sizeof(*kept));
	if (!kept)
		return AS_NOMEM;
	*kept = *e;
	kept->data = (as_span){ 0 };
	kept->target = as_copy(as_memory(q->u), e->target);
	return as_map_set(&q->shared, e->inode, (uintptr_t)kept);
}

static as_status put_shared(
	as_ntfs *q, const as_ntfs_link *l, as_span name, const place *p, bool *done)
{
	uint64_t kept = 0;
	*done = l->several && as_map_get(&q->shared, l->number, &kept);
	if (!*done)
		return AS_OK;
	as_entry e = *(const as_entry *)(uintptr_t)kept;
	e.name = name;
	return as_put(q->u, p->node, &e, NULL);
}

/* Whether there is anything of a deleted file to tell. */
static bool is_told(as_ntfs *q, const as_ntfs_file *f)
{
	for (const as_ntfs_attr *a = NULL; (a = as_ntfs_after(f, a));)
		if (a->type == AS_NTFS_DATA && as_ntfs_is_whole(q, f, a))
			return true;
	return f->directory;
}

static as_status list(as_ntfs *q, uint32_t parent, const place *p);

static as_status put_directory(as_ntfs *q, const as_ntfs_file *f, const as_entry *e, const place *p)
{
	place inner = { .deleted = e->deleted };
	as_status s = as_put(q->u, p->node, e, &inner.node);
	if (s > AS_PARTIAL || !inner.node)
		return s;
	s = as_worse(s, as_ntfs_attributes(q, f));
	if (s <= AS_PARTIAL)
		s = as_worse(s, put_streams(q, f, e, e->name, p));
	return s <= AS_PARTIAL ? as_worse(s, list(q, (uint32_t)f->number, &inner)) : s;
}

/* Whether the contents of a deleted file are still there. */
static bool is_whole(as_ntfs *q, const as_ntfs_file *f, const as_ntfs_attr *data)
{
	const as_ntfs_attr *packed = f->chunk > 0 ? as_ntfs_overlay(f) : NULL;
	return data && as_ntfs_is_whole(q, f, data) &&
	       (!f->apart || (packed && as_ntfs_is_whole(q, f, packed)));
}

static as_status put_file(as_ntfs *q, const as_ntfs_file *f, as_entry *e, const place *p)
{
	const as_ntfs_attr *data = as_ntfs_find(f, AS_NTFS_DATA);
	as_status s = AS_OK;
	if (e->inode != 0)
		s = share(q, e);
	if (s == AS_OK && e->type != AS_FILE)
		s = as_put(q->u, p->node, e, NULL);
	else if (s == AS_OK && (!e->deleted || is_whole(q, f, data)))
		s = as_ntfs_put_stream(q, f, data, p->node, e);
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_ntfs_attributes(q, f));
	return s <= AS_PARTIAL ? as_worse(s, put_streams(q, f, e, e->name, p)) : s;
}

static as_status put_record(as_ntfs *q, const as_ntfs_link *l, as_span name, const place *p)
{
	as_ntfs_file f;
	bool done = false;
	as_status s = put_shared(q, l, name, p, &done);
	if (done)
		return s;
	s = as_ntfs_gather(q, l->number, &f);
	as_entry e = { .at = f.at, .name = name, .deleted = l->deleted || p->deleted };
	e.inode = l->several ? l->number : 0;
	if (s > AS_PARTIAL || (e.deleted && !is_told(q, &f)))
		return s;
	s = as_worse(s, as_ntfs_describe(q, &f, &e));
	if (!e.deleted)
		as_ntfs_account(q, &f, false);
	if (s > AS_PARTIAL)
		return s;
	return as_worse(s, e.type == AS_DIR ? put_directory(q, &f, &e, p) : put_file(q, &f, &e, p));
}

/* The system's own: structure, but for what others have put there. */
static as_status put_system(as_ntfs *q, uint32_t number, as_span name, const place *p)
{
	as_ntfs_file f;
	as_status s = as_ntfs_gather(q, number, &f);
	place inner = { .node = p->node, .prefix = name, .system = p->system + 1 };
	as_entry e = { .at = f.at };
	if (s > AS_PARTIAL)
		return s;
	as_ntfs_account(q, &f, true);
	s = as_worse(s, put_streams(q, &f, &e, name, &inner));
	return s <= AS_PARTIAL && f.directory ? as_worse(s, list(q, number, &inner)) : s;
}

static as_status put_link(as_ntfs *q, const as_ntfs_link *l, const place *p)
{
	bool system = as_at(l->name, 0) == '$' && !l->deleted && p->system < SYSTEM_DEPTH &&
		      (p->system > 0 || (l->parent == ROOT && l->number < RESERVED));
	as_span name = p->prefix.n > 0 ? joined(q, p->prefix, "/", l->name) : l->name;
	as_status s = AS_OK;
	if (l->number < q->n_records)
		q->state[l->number] |= AS_NTFS_NAMED;
	if (!l->deleted && l->parent < q->n_records && q->state[l->parent] & AS_NTFS_READ &&
		q->sequence[l->parent] != l->parent_sequence)
		s = as_lost(q->u, as_ntfs_place(q, l->number),
			"directory of a file has another sequence number");
	if (!l->deleted && l->parent == NOWHERE)
		s = as_lost(q->u, as_ntfs_place(q, l->number), "directory of a file cannot be");
	if (s > AS_PARTIAL)
		return s;
	return as_worse(s, system ? put_system(q, l->number, name, p) : put_record(q, l, name, p));
}

static as_status list(as_ntfs *q, uint32_t parent, const place *p)
{
	as_status s = AS_OK;
	if (parent < q->n_records && q->state[parent] & AS_NTFS_LISTED)
		return as_lost(q->u, as_ntfs_place(q, parent), "a directory is met twice");
	if (parent < q->n_records)
		q->state[parent] |= AS_NTFS_LISTED;
	for (size_t i = first_of(q, parent);
		s <= AS_PARTIAL && i < q->n_links && q->links[i].parent == parent; i++)
		s = as_worse(s, put_link(q, &q->links[i], p)); /* as_put bounds the depth */
	return s;
}

/* ---- what no directory leads to */

static as_span number_name(const as_ntfs *q, uint64_t number)
{
	return as_print(as_memory(q->u), "record-%llu", (unsigned long long)number);
}

/* Directories that names tell of and that nothing has led to. circles: also those that have a name, which stands in
 * another one such: they only lead round in a circle, or into what is no directory. */
static as_status lost_directories(as_ntfs *q, bool circles)
{
	as_status s = AS_OK;
	for (size_t i = 0, end; s <= AS_PARTIAL && i < q->n_links; i = end) {
		uint32_t parent = q->links[i].parent;
		uint8_t is = parent < q->n_records ? q->state[parent] : 0;
		place p = { 0 };
		as_entry e = { .type = AS_DIR, .at = as_ntfs_place(q, parent) };
		for (end = i; end < q->n_links && q->links[end].parent == parent;)
			end++;
		if (parent == NOWHERE || is & AS_NTFS_LISTED || (is & AS_NTFS_LINKED && !circles))
			continue;
		if (parent < q->n_records)
			q->state[parent] |= AS_NTFS_NAMED;
		e.name = number_name(q, parent);
		s = as_lost(q->u, e.at, "directory of a file is damaged or missing");
		s = as_worse(s, as_put(q->u, NULL, &e, &p.node));
		if (s <= AS_PARTIAL && p.node)
			s = as_worse(s, list(q, parent, &p));
	}
	return s;
}

static as_status lost_record(as_ntfs *q, uint32_t number)
{
	bool reserved = number < RESERVED, held = false;
	as_ntfs_link l = { .number = number };
	as_ntfs_file f;
	place p = { 0 };
	as_status s = as_ntfs_gather(q, number, &f);
	l.deleted = !f.in_use;
	if (f.in_use)
		as_ntfs_account(q, &f, reserved);
	for (const as_ntfs_attr *a = NULL; (a = as_ntfs_after(&f, a));)
		held = held || (a->type == AS_NTFS_DATA &&
				       (f.in_use ? a->size > 0 : as_ntfs_is_whole(q, &f, a)));
	if (s > AS_PARTIAL || (!held && (reserved || l.deleted || f.n == 0)))
		return s;
	if (!l.deleted)
		s = as_worse(s, as_lost(q->u, f.at, "name of a file is damaged or missing"));
	return as_worse(s, put_record(q, &l, number_name(q, number), &p));
}

/* Records without a name, and those of which only extensions are left. */
static as_status lost_records(as_ntfs *q)
{
	as_status s = AS_OK;
	for (uint32_t i = 0; s <= AS_PARTIAL && i < q->n_records; i++) {
		uint8_t is = q->state[i];
		if (is & AS_NTFS_READ && !(is & (AS_NTFS_NAMED | AS_NTFS_EXTENSION)))
			s = as_worse(s, lost_record(q, i));
	}
	for (size_t i = 0; s <= AS_PARTIAL && i < q->n_extras; i++) {
		uint32_t base = q->extras[i].base;
		bool again = i > 0 && q->extras[i - 1].base == base;
		uint8_t is = base < q->n_records ? q->state[base] : 0;
		if (!again && !(is & (AS_NTFS_READ | AS_NTFS_NAMED | AS_NTFS_LINKED)))
			s = as_worse(s, lost_record(q, base));
	}
	return s;
}

static as_status put_root(as_ntfs *q)
{
	as_ntfs_file f;
	place p = { .node = as_root(q->u) };
	as_status s = as_ntfs_gather(q, ROOT, &f);
	as_entry e = { .at = f.at };
	if (s > AS_PARTIAL)
		return s;
	as_ntfs_account(q, &f, false);
	if (ROOT < q->n_records)
		q->state[ROOT] |= AS_NTFS_NAMED;
	s = as_worse(s, put_streams(q, &f, &e, (as_span){ 0 }, &p));
	return s <= AS_PARTIAL ? as_worse(s, list(q, ROOT, &p)) : s;
}

as_status as_ntfs_tree(as_ntfs *q)
{
	as_status s = as_want(q->u, q->n_records * (sizeof(*q->state) + sizeof(*q->sequence)));
	q->state = s == AS_OK ? as_alloc(as_memory(q->u), q->n_records + 1) : NULL;
	q->sequence =
		s == AS_OK ? as_alloc_array(as_memory(q->u), q->n_records + 1, sizeof(*q->sequence))
			   : NULL;
	if (!q->state || !q->sequence)
		return as_worse(s, AS_LIMIT);
	for (uint64_t i = 0; s <= AS_PARTIAL && i < q->n_records; i++)
		s = as_worse(s, note_record(q, i));
	if (s > AS_PARTIAL)
		return s;
	judge(q);
	s = as_worse(s, put_root(q));
	if (s <= AS_PARTIAL)
		s = as_worse(s, lost_directories(q, false));
	if (s <= AS_PARTIAL)
		s = as_worse(s, lost_directories(q, true));
	if (s <= AS_PARTIAL)
		s = as_worse(s, list(q, NOWHERE, &(place){ .node = as_root(q->u) }));
	return s <= AS_PARTIAL ? as_worse(s, lost_records(q)) : s;
}
