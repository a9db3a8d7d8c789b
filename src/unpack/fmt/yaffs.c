/* SPDX-License-Identifier: Apache-2.0 */
/* YAFFS1 and YAFFS2: a log of pages, each a header or a chunk of an object; the newest of its kind counts.
 * Header:  0 type (1 file, 2 symbolic link, 3 directory, 4 hard link, 5 special)   4 parent
 *   10 name[256]   268 mode   272 owner   276 group   280, 284, 288 times   292 size   296 hard link's goal
 *  300 target[160]   460 device   496 size, high   508 whether the file was cut shorter
 * An object whose newest header has the parent 3 or 4 is deleted; an older one has its name. */
#include "unpack/fmt/yaffs.h"

#include <stdlib.h>

#include "base/search.h"

enum { FILE_TYPE = 1, LINK_TYPE, DIR_TYPE, HARD_TYPE, SPECIAL_TYPE };
enum { NAME_AT = 10, NAME = 256, TARGET_AT = 300, TARGET = 160, DEPTH = 64, LOST_FOUND = 2 };
enum { NONE = UINT32_MAX };

typedef struct record {
	as_yaffs_tags t;
	uint32_t page; /* number */
} record;

typedef struct object {
	uint32_t id, from, n; /* its records */
	uint32_t header,
		named; /* pages of the newest header, and of the newest that has its name; or NONE */
	as_node *node;
	bool done;
} object;

typedef struct header {
	uint32_t type, parent, mode, uid, gid, mtime, goal, device;
	uint64_t size;
	bool shrinks;
	as_span name, target;
} header;

typedef struct fs {
	as_unpack *u;
	as_span body;
	as_yaffs_shape s;
	record *records;
	object *objects;
	size_t n, n_objects;
	uint32_t *pages; /* of the file being emitted, by chunk */
	size_t room;
	uint8_t *copy; /* of the page read last, if it was corrected */
	uint64_t corrected;
} fs;

/* A page, its single wrong bits corrected, and what became of it. Borrows until the next call. */
static as_span page_of(const fs *x, uint32_t page, as_oob_state *state, uint64_t *bits)
{
	as_span raw = as_cut(x->body, (uint64_t)page * x->s.stride, x->s.page);
	as_span spare = as_cut(x->body, (uint64_t)page * x->s.stride + x->s.page, x->s.spare);
	*state = AS_OOB_RIGHT;
	if (x->s.code.step == 0 || raw.n == 0 || spare.n == 0)
		return raw;
	*state = as_oob_page(&x->s.code, raw, spare, x->copy, bits);
	return *state >= AS_OOB_FIXED ? as_bytes(x->copy, raw.n) : raw;
}

static as_span text_at(as_span page, uint64_t at, uint64_t n)
{
	as_span s = as_cut(page, at, n);
	s.n = as_min(s.n, as_find_byte(s, 0, 0));
	return s;
}

static bool read_header(const fs *x, uint32_t page, header *h)
{
	as_oob_state state;
	uint64_t bits = 0;
	as_span raw = as_cut(page_of(x, page, &state, &bits), 0, AS_YAFFS_HEADER);
	as_cur c = as_cur_of(raw, 0, x->s.big);
	*h = (header){ .type = as_u32(&c) };
	h->parent = as_u32(&c);
	h->name = text_at(raw, NAME_AT, NAME);
	as_seek(&c, 268);
	h->mode = as_u32(&c);
	h->uid = as_u32(&c);
	h->gid = as_u32(&c);
	as_skip(&c, 4);
	h->mtime = as_u32(&c);
	as_skip(&c, 4);
	uint64_t low = as_u32(&c);
	h->goal = as_u32(&c);
	h->target = text_at(raw, TARGET_AT, TARGET);
	as_seek(&c, 460);
	h->device = as_u32(&c);
	as_seek(&c, 496);
	uint32_t high = as_u32(&c);
	h->size = low | (high == UINT32_MAX || x->s.version == 1 ? 0 : (uint64_t)high << 32);
	as_seek(&c, 508);
	h->shrinks = as_u32(&c) == 1;
	if (state >= AS_OOB_FIXED) { /* the next page takes its place */
		h->name = as_copy(as_memory(x->u), h->name);
		h->target = as_copy(as_memory(x->u), h->target);
	}
	return as_ok(&c);
}

static int by_age(const void *a, const void *b)
{
	const record *r = a, *q = b;
	if (r->t.object != q->t.object)
		return r->t.object < q->t.object ? -1 : 1;
	if (r->t.sequence != q->t.sequence)
		return r->t.sequence < q->t.sequence ? -1 : 1;
	return r->page < q->page ? -1 : r->page > q->page;
}

static as_status collect(fs *x)
{
	uint64_t pages = x->body.n / x->s.stride;
	as_status s = as_want(x->u, pages * (sizeof(record) + sizeof(object)));
	if (s != AS_OK)
		return s;
	x->records = as_alloc_array(as_memory(x->u), pages + 1, sizeof(record));
	x->objects = as_alloc_array(as_memory(x->u), pages + 1, sizeof(object));
	if (!x->records || !x->objects)
		return AS_NOMEM;
	for (uint32_t k = 0; k < pages; k++) {
		record r = { .page = k };
		as_yaffs_use use = as_yaffs_read(x->body, &x->s, k, &r.t);
		as_oob_state state = AS_OOB_RIGHT;
		if (use == AS_YAFFS_BAD)
			s = as_lost(x->u, (uint64_t)k * x->s.stride,
				r.t.state == AS_OOB_WRONG
					? "the tags of a page are damaged: their code does not fit"
					: "page makes no sense");
		if (use == AS_YAFFS_OTHER)
			as_struct(x->u, (uint64_t)k * x->s.stride, x->s.stride, "yaffs checkpoint");
		if (use != AS_YAFFS_CHUNK)
			continue;
		as_struct(x->u, (uint64_t)k * x->s.stride, x->s.stride, "yaffs page");
		x->records[x->n++] = r;
		x->corrected += r.t.state == AS_OOB_FIXED;
		(void)page_of(x, k, &state, &x->corrected);
		if (state == AS_OOB_WRONG)
			s = as_lost(x->u, (uint64_t)k * x->s.stride,
				"a page is damaged: its code does not fit");
	}
	qsort(x->records, x->n, sizeof(record), by_age);
	return s;
}

/* Makes the table of objects, in the order of their numbers. */
static void group(fs *x)
{
	for (uint32_t k = 0; k < x->n; k++) {
		const record *r = &x->records[k];
		object *o = x->n_objects ? &x->objects[x->n_objects - 1] : NULL;
		header h;
		if (!o || o->id != r->t.object) {
			o = &x->objects[x->n_objects++];
			*o = (object){
				.id = r->t.object, .from = k, .header = NONE, .named = NONE
			};
		}
		o->n++;
		if (r->t.chunk != 0 || !read_header(x, r->page, &h))
			continue;
		o->header = r->page;
		if (h.parent != AS_YAFFS_UNLINKED && h.parent != AS_YAFFS_DELETED)
			o->named = r->page;
	}
}

static object *find(fs *x, uint32_t id)
{
	size_t i = as_before32(x->objects, x->n_objects, sizeof(*x->objects), id);
	return i < x->n_objects && x->objects[i].id == id ? &x->objects[i] : NULL;
}

/* Plays the object's log: which page holds each chunk in the end, and how long the file is. */
static as_status replay(fs *x, const object *o, uint64_t *size)
{
	uint64_t chunks = 0, end = 0;
	for (uint32_t k = o->from; k < o->from + o->n; k++)
		chunks = as_max(chunks, x->records[k].t.chunk);
	if (chunks > x->room) {
		as_status s = as_want(x->u, 2 * chunks * sizeof(uint32_t));
		x->pages = s == AS_OK
				   ? as_alloc_array(as_memory(x->u), 2 * chunks, sizeof(uint32_t))
				   : NULL;
		x->room = x->pages ? 2 * chunks : 0;
		if (!x->pages)
			return as_worse(s, AS_NOMEM);
	}
	for (uint64_t c = 0; c < x->room; c++)
		x->pages[c] = NONE;
	for (uint32_t k = o->from; k < o->from + o->n; k++) {
		const record *r = &x->records[k];
		header h;
		if (r->t.chunk > 0) {
			x->pages[r->t.chunk - 1] = r->page;
			end = as_max(end, (uint64_t)(r->t.chunk - 1) * x->s.room + r->t.n);
			continue;
		}
		if (!read_header(x, r->page, &h) || h.type != FILE_TYPE)
			continue;
		if (h.parent == AS_YAFFS_UNLINKED || h.parent == AS_YAFFS_DELETED)
			continue; /* cut to nothing on its way out */
		for (uint64_t c = h.size / x->s.room + (h.size % x->s.room > 0);
			h.shrinks && c < chunks; c++)
			x->pages[c] = NONE;
		end = h.size;
	}
	*size = end;
	return AS_OK;
}

/* What a chunk's page holds, up to due bytes. */
static as_span chunk_of(const fs *x, uint32_t page, uint64_t due, bool *damaged)
{
	as_yaffs_tags t;
	as_oob_state state;
	uint64_t bits = 0;
	if (page == NONE || as_yaffs_read(x->body, &x->s, page, &t) != AS_YAFFS_CHUNK)
		return (as_span){ 0 };
	as_span got = as_cut(page_of(x, page, &state, &bits), 0, as_min(due, t.n));
	*damaged = *damaged || state == AS_OOB_WRONG;
	return got;
}

static as_status emit(fs *x, as_node *dir, as_entry *e, const object *o)
{
	bool want = true, damaged = false;
	uint64_t size = 0;
	as_status s = replay(x, o, &size);
	if (s == AS_OK)
		s = as_begin(x->u, dir, e, &want);
	for (uint64_t c = 0; s == AS_OK && want && c * x->s.room < size; c++) {
		uint64_t due = as_min(size - c * x->s.room, x->s.room);
		if (c >= x->room) {
			s = as_zero(x->u, size - c * x->s.room);
			break;
		}
		as_span got = chunk_of(x, x->pages[c], due, &damaged);
		s = got.n > 0 ? as_more(x->u, got) : AS_OK;
		if (s == AS_OK && got.n < due)
			s = as_zero(x->u, due - got.n);
	}
	if (s > AS_PARTIAL)
		return s;
	return as_worse(s, as_end(x->u, damaged));
}

static as_status put(fs *x, object *o, unsigned depth);

/* The directory an object stands in; the root if its own is missing. */
static as_status parent_of(fs *x, const object *o, uint32_t id, unsigned depth, as_node **dir)
{
	*dir = as_root(x->u);
	if (id <= AS_YAFFS_ROOT || id == o->id)
		return AS_OK;
	object *up = find(x, id);
	if (id == LOST_FOUND && !up)
		return as_put(x->u, NULL,
			&(as_entry){ .type = AS_DIR, .name = as_lit("lost+found") }, dir);
	as_status s = AS_OK;
	if (up && !up->done && depth > 0)
		s = put(x, up, depth - 1);
	if (up && up->node)
		*dir = up->node;
	else if (s <= AS_PARTIAL)
		s = as_lost(x->u, (uint64_t)o->named * x->s.stride,
			"the directory of an entry is missing: it was put at the root");
	return s;
}

static as_type type_of(const header *h)
{
	static const as_type special[16] = {
		[1] = AS_FIFO, [2] = AS_CHAR, [6] = AS_BLOCK, [12] = AS_SOCKET
	};
	switch (h->type) {
	case FILE_TYPE:
		return AS_FILE;
	case LINK_TYPE:
		return AS_SYMLINK;
	case DIR_TYPE:
		return AS_DIR;
	default:
		return special[h->mode >> 12 & 15];
	}
}

static void fill(as_entry *e, const header *h, uint32_t id)
{
	e->type = type_of(h);
	e->has = AS_HAS_MODE | AS_HAS_OWNER | AS_HAS_MTIME;
	e->mode = h->mode & 07777;
	e->uid = h->uid;
	e->gid = h->gid;
	e->mtime = h->mtime;
	e->target = e->type == AS_SYMLINK ? h->target : (as_span){ 0 };
	e->inode = e->type == AS_DIR || e->deleted ? 0 : id;
	if (e->type == AS_CHAR || e->type == AS_BLOCK) {
		e->major = h->device >> 8 & 0xfff;
		e->minor = (h->device & 0xff) | (h->device >> 12 & 0xfff00);
	}
}

/* Without a header only the bytes are left. */
static as_status put_nameless(fs *x, const object *o)
{
	as_entry e = { .at = (uint64_t)x->records[o->from].page * x->s.stride, .type = AS_FILE };
	e.name = as_print(as_memory(x->u), "object-%u", o->id);
	as_status s = as_lost(x->u, e.at, "contents of an object whose header is missing");
	return as_worse(s, emit(x, NULL, &e, o));
}

static as_status put(fs *x, object *o, unsigned depth)
{
	header h, now;
	as_node *dir = NULL;
	if (o->done)
		return AS_OK;
	o->done = true;
	uint32_t page = o->named != NONE ? o->named : o->header;
	if (page == NONE || !read_header(x, page, &h) || !read_header(x, o->header, &now))
		return put_nameless(x, o);
	if (o->id <= AS_YAFFS_DELETED && o->id != LOST_FOUND)
		return AS_OK; /* the root and the places of what is deleted */
	as_status s = parent_of(x, o, h.parent, depth, &dir);
	if (s > AS_PARTIAL)
		return s;
	as_entry e = { .at = (uint64_t)page * x->s.stride, .name = h.name };
	e.deleted = now.parent == AS_YAFFS_UNLINKED || now.parent == AS_YAFFS_DELETED;
	const object *contents = o;
	if (h.type == HARD_TYPE) {
		contents = find(x, h.goal);
		uint32_t goal = contents && contents->named != NONE ? contents->named
				: contents                          ? contents->header
								    : NONE;
		if (goal == NONE || !read_header(x, goal, &h) || h.type == HARD_TYPE ||
			h.type == DIR_TYPE)
			return as_lost(
				x->u, e.at, "a hard link leads to nothing that has contents");
	}
	fill(&e, &h, contents->id);
	if (e.type == 0)
		return as_lost(x->u, e.at, "header of an unknown type");
	if (e.type == AS_FILE)
		return as_worse(s, emit(x, dir, &e, contents));
	return as_worse(s, as_put(x->u, dir, &e, e.type == AS_DIR ? &o->node : NULL));
}

static as_status probe(as_span image, as_extent *out)
{
	as_yaffs_shape s = as_yaffs_find(image);
	uint64_t pages = s.version ? as_yaffs_pages(image, &s) : 0;
	if (pages == 0)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = pages * s.stride, .sure = AS_STRUCTURED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	fs x = { .u = u, .body = body, .s = as_yaffs_find(body) };
	as_span first = as_cut(body, 0, AS_YAFFS_HEADER);
	if (x.s.version == 0)
		return as_lost(u, 0, "first page makes no sense");
	as_tellf(u, first, "version", "%u", x.s.version);
	as_tellf(u, first, "page size", "%u", x.s.page);
	as_tellf(u, first, "spare size", "%u", x.s.spare);
	as_tell(u, first, "byte order", as_lit(x.s.big ? "big" : "little"));
	if (x.s.inband)
		as_tell(u, first, "tags", as_lit("in the page"));
	as_yaffs_codes(body, &x.s);
	if (x.s.code.step > 0)
		as_tellf(u, first, "error-correction",
			"Hamming, 1 bit in %u bytes, in the order of %s", x.s.code.step,
			x.s.code.smart ? "SmartMedia" : "Linux");
	x.copy = as_alloc(as_memory(u), AS_OOB_PAGE);
	if (!x.copy)
		return AS_NOMEM;
	as_status s = collect(&x);
	if (x.corrected > 0)
		as_tellf(u, first, "corrected-bits", "%llu", (unsigned long long)x.corrected);
	if (s > AS_PARTIAL)
		return s;
	group(&x);
	for (size_t k = 0; k < x.n_objects && s <= AS_PARTIAL; k++)
		s = as_worse(s, put(&x, &x.objects[k], DEPTH));
	return s;
}

/* What is searched for may not begin with NUL. */
#define TYPE(n)                                                                                    \
	{ .bytes = n "\0\0\0\1\0\0\0\xff\xff", .len = 10 },                                        \
	{                                                                                          \
		.bytes = n "\0\0\0\1\xff\xff", .len = 7, .at = 3                                   \
	}

const as_format as_format_yaffs = {
	.id = "yaffs",
	.title = "YAFFS",
	.kind = AS_FILESYSTEM,
	.magic = (const as_magic[]){ TYPE("\1"), TYPE("\2"), TYPE("\3"), TYPE("\5"), { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "YAFFS1 (512 + 16)",
		"YAFFS2 with pages of 512 bytes to 16 KiB and their usual spare bytes",
		"tags anywhere in the spare bytes, or in the page", "little- and big-endian",
		NULL },
	.verifies = (const char *const[]){ "codes of the tags of YAFFS2",
		"Hamming codes of pages: single wrong bits are corrected and counted", NULL },
	.keeps = (const char *const[]){ "mode, owner, time of change, device numbers, holes",
		"hard links", "deleted objects whose pages are still there", NULL },
	.samples =
		(const char *const[]){
			"generator from the published layout; not tried on a vendor's own image",
			"read alike by The Sleuth Kit 4.11 (YAFFS2, little-endian)", NULL },
	.gaps = (const char *const[]){ "an image that begins with another page than a header of "
				       "the root's directory "
				       "is found from the first such header on",
		"codes of the tags of YAFFS1 are not verified", "extended attributes are not read",
		NULL },
	.spec = "https://yaffs.net/documents/how-yaffs-works",
	.see = NULL,
};
