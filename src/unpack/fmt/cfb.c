/* SPDX-License-Identifier: Apache-2.0 */
/* Compound files of Microsoft (MSI packages, old Office papers), little-endian: a file system of sectors.
 *    0 d0 cf 11 e0 a1 b1 1a e1   26 version (3, 4)   28 fe ff   30 sector size, 2^n (9, 12)   32 small one (6)
 *   44 sectors of the table   48 first sector of the directory   56 what is smaller is in small sectors (4096)
 *   60 first sector of the small table, 64 its sectors   68 first sector of the table's list, 72 its sectors
 *   76 the list's first 109 numbers
 * Sector n stands at (n + 1) times the size; the table says what follows a sector. A directory's record of 128:
 *    0 name[32] u16   64 its bytes, NUL too   66 type (1 storage, 2 stream, 5 root)   68 left u32   72 right
 *   76 child   80 class[16]   100 made u64   108 changed u64 (100 ns since 1601)   116 first sector   120 size u64
 * The root's stream holds the small sectors. */
#include "base/buf.h"
#include "unpack/format.h"

enum {
	IN_HEADER = 109,
	LIST_AT = 76,
	RECORD = 128,
	SMALL = 64,
	TABLE_MAX = 64 << 20,
	RECORDS_MAX = 1 << 20
};
static const uint32_t LAST = 0xfffffffa, FREE = 0xffffffff,
		      NONE = 0xffffffff; /* LAST: the last number of a sector */

typedef struct header {
	uint16_t version;
	uint64_t size; /* of a sector */
	uint32_t n_table, directory, cutoff, small_table, n_small, list, n_list;
} header;

typedef struct file {
	as_unpack *u; /* NULL: only measured */
	as_span image;
	header h;
	as_buf table, small_table; /* what follows each sector, as it stands */
	as_buf directory;
	as_buf small; /* sector numbers of the root's stream, u32 each */
} file;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_le(image, 26);
	h->version = as_u16(&c);
	uint16_t order = as_u16(&c), shift = as_u16(&c), small = as_u16(&c);
	as_seek(&c, 44);
	h->n_table = as_u32(&c);
	h->directory = as_u32(&c);
	as_skip(&c, 4);
	h->cutoff = as_u32(&c);
	h->small_table = as_u32(&c);
	h->n_small = as_u32(&c);
	h->list = as_u32(&c);
	h->n_list = as_u32(&c);
	h->size = shift == 9 || shift == 12 ? 1u << shift : 0;
	return as_ok(&c) && order == 0xfffe && h->size > 0 && small == 6 &&
	       (h->version == 3 || h->version == 4) && h->n_table > 0;
}

static as_span sector(const file *f, uint32_t n)
{
	uint64_t at = ((uint64_t)n + 1) * f->h.size;
	return as_cut(f->image, at, as_min(f->h.size, at < f->image.n ? f->image.n - at : 0));
}

static void claim(const file *f, as_span s, const char *label)
{
	uint64_t at = 0;
	if (f->u && s.n > 0 && as_within(f->image, s, &at))
		as_struct(f->u, at, s.n, label);
}

static uint32_t word(const as_buf *b, uint64_t i)
{
	as_cur c = as_cur_le(as_buf_span_of(b), 0);
	as_skip(&c, i * 4);
	uint32_t v = as_u32(&c);
	return as_ok(&c) ? v : NONE;
}

static bool add_table(file *f, uint32_t n)
{
	as_span s = n <= LAST ? sector(f, n) : (as_span){ 0 };
	if (s.n == 0 || f->table.n > TABLE_MAX)
		return false;
	as_buf_add(&f->table, s.p, s.n);
	claim(f, s, "compound file table");
	return !f->table.bad;
}

/* The table, sector by sector as its list says. False if some of it is not there. */
static bool read_table(file *f)
{
	as_cur c = as_cur_le(f->image, LIST_AT);
	uint32_t left = f->h.n_table, list = f->h.list;
	bool whole = true;
	for (unsigned i = 0; i < IN_HEADER && left > 0 && whole; i++, left--)
		whole = add_table(f, as_u32(&c));
	for (uint64_t i = 0; i < f->h.n_list && left > 0 && whole; i++) {
		as_span s = list <= LAST ? sector(f, list) : (as_span){ 0 };
		if (f->u && s.n > 0)
			as_struct(f->u, (uint64_t)(s.p - f->image.p), s.n, "compound file table");
		as_cur numbers = as_cur_le(s, 0);
		whole = s.n > 0;
		while (as_left(&numbers) > 4 && left > 0 && whole) {
			whole = add_table(f, as_u32(&numbers));
			left--;
		}
		list = as_u32(&numbers);
	}
	return whole && left == 0;
}

static void free_all(file *f)
{
	as_buf_free(&f->table);
	as_buf_free(&f->small_table);
	as_buf_free(&f->directory);
	as_buf_free(&f->small);
}

/* The end is behind the last sector that is in use. */
static as_status probe(as_span image, as_extent *out)
{
	file f = { .image = image };
	if (!read_header(image, &f.h))
		return AS_NOT_THIS;
	bool whole = read_table(&f);
	uint64_t n = f.table.n / 4;
	while (n > 0 && word(&f.table, n - 1) == FREE)
		n--;
	*out = (as_extent){ .size = as_min(image.n, (n + 1) * f.h.size) };
	out->sure = whole && n > 0 ? AS_STRUCTURED : AS_PLAUSIBLE;
	out->open_end = !whole;
	if (!whole)
		out->size = image.n;
	free_all(&f);
	return n > 0 ? AS_OK : AS_NOT_THIS;
}

/* Hands on what a chain of sectors holds, up to n bytes. NULL table: sectors follow each other in f->small.
 * AS_PARTIAL: it ends before that. */
typedef as_status (*taker)(void *ctx, as_span bytes);

static as_status chain(
	file *f, uint32_t first, uint64_t n, const char *label, taker take, void *ctx)
{
	uint64_t steps = 0, most = f->image.n / f->h.size + 1;
	as_status s = AS_OK;
	for (uint32_t at = first; n > 0 && s == AS_OK; at = word(&f->table, at)) {
		as_span bytes = at <= LAST && steps++ < most ? sector(f, at) : (as_span){ 0 };
		if (bytes.n == 0)
			return AS_PARTIAL;
		bytes.n = (size_t)as_min(bytes.n, n);
		n -= bytes.n;
		claim(f, bytes, label);
		s = take(ctx, bytes);
	}
	return s;
}

/* The same for small sectors, which stand in those of the root's stream. */
static as_status small_chain(file *f, uint32_t first, uint64_t n, taker take, void *ctx)
{
	uint64_t steps = 0, most = f->small_table.n / 4 + 1, in_one = f->h.size / SMALL;
	as_status s = AS_OK;
	for (uint32_t at = first; n > 0 && s == AS_OK; at = word(&f->small_table, at)) {
		uint32_t holder = at <= LAST ? word(&f->small, at / in_one) : NONE;
		as_span bytes =
			holder <= LAST && steps++ < most
				? as_cut(sector(f, holder), at % in_one * SMALL, as_min(SMALL, n))
				: (as_span){ 0 };
		if (bytes.n == 0)
			return AS_PARTIAL;
		n -= bytes.n;
		s = take(ctx, bytes);
	}
	return s;
}

static as_status keep(void *ctx, as_span bytes)
{
	as_buf *b = ctx;
	as_buf_add(b, bytes.p, bytes.n);
	return b->bad ? AS_NOMEM : b->n > TABLE_MAX ? AS_LIMIT : AS_OK;
}

static as_status more(void *ctx, as_span bytes) { return as_more(ctx, bytes); }

/* The numbers of the sectors of the root's stream. */
static as_status find_small(file *f, uint32_t first, uint64_t n)
{
	uint64_t left = as_min(n, f->image.n) / f->h.size + 1;
	for (uint32_t at = first; at <= LAST && left > 0; at = word(&f->table, at), left--) {
		as_span s = sector(f, at);
		claim(f, s, "small sectors");
		as_buf_u32(&f->small, at);
	}
	return f->small.bad ? AS_NOMEM : AS_OK;
}

typedef struct record {
	as_span units; /* of its name */
	uint8_t type;
	uint32_t left, right, child, first;
	uint64_t changed, size;
} record;

static bool read_record(const file *f, uint32_t i, record *r)
{
	as_cur c = as_cur_le(as_buf_span_of(&f->directory), 0);
	as_skip(&c, (uint64_t)i * RECORD);
	as_span name = as_take(&c, 64);
	uint16_t n = as_u16(&c);
	r->type = as_u8(&c);
	as_skip(&c, 1);
	r->left = as_u32(&c);
	r->right = as_u32(&c);
	r->child = as_u32(&c);
	as_skip(&c, 28);
	r->changed = as_u64(&c);
	r->first = as_u32(&c);
	r->size = as_u64(&c);
	if (f->h.version == 3)
		r->size &= UINT32_MAX;
	r->units = as_cut(name, 0, n >= 2 && n <= 64 ? n - 2u : 0);
	return as_ok(&c);
}

static void add_utf8(as_buf *b, uint32_t c)
{
	if (c < 0x80) {
		as_buf_u8(b, (uint8_t)c);
	} else if (c < 0x800) {
		as_buf_u8(b, (uint8_t)(0xc0 | c >> 6));
		as_buf_u8(b, (uint8_t)(0x80 | (c & 0x3f)));
	} else {
		as_buf_u8(b, (uint8_t)(0xe0 | c >> 12));
		as_buf_u8(b, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		as_buf_u8(b, (uint8_t)(0x80 | (c & 0x3f)));
	}
}

/* A name as UTF-8. MSI packs two characters of 64 into one unit from 0x3800 on; 0x4840 begins a table's name. */
static as_span name_of(const file *f, const record *r)
{
	static const char packed[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._";
	as_buf b = { 0 };
	as_cur c = as_cur_le(r->units, 0);
	while (as_left(&c) >= 2) {
		uint16_t unit = as_u16(&c);
		if (unit >= 0x3800 && unit < 0x4840)
			as_buf_u8(&b, (uint8_t)packed[(unit - 0x3800) & 63]);
		if (unit >= 0x3800 && unit < 0x4800)
			as_buf_u8(&b, (uint8_t)packed[(unit - 0x3800) >> 6]);
		else if (unit < 0x3800 || unit > 0x4840)
			add_utf8(&b, unit == '/' ? '_' : unit);
		else if (unit == 0x4840)
			as_buf_u8(&b, '!');
	}
	as_span name = as_copy(as_memory(f->u), as_buf_span_of(&b));
	as_buf_free(&b);
	return name;
}

static as_status put_stream(file *f, as_node *dir, as_entry *e, const record *r)
{
	bool want = false;
	e->type = AS_FILE;
	as_status s = as_begin(f->u, dir, e, &want);
	if (s != AS_OK || !want)
		return s;
	s = r->size < f->h.cutoff ? small_chain(f, r->first, r->size, more, f->u)
				  : chain(f, r->first, r->size, "stream", more, f->u);
	if (s == AS_PARTIAL)
		s = as_lost(f->u, e->at, "sectors of a stream are missing");
	return as_worse(s, as_end(f->u, s != AS_OK));
}

static as_status put(file *f, as_node *dir, uint32_t i, const record *r, as_node **node)
{
	enum { PER_SECOND = 10000000 };
	static const uint64_t to_1970 = 11644473600u;
	as_entry e = { .type = AS_DIR, .name = name_of(f, r) };
	uint64_t seconds = r->changed / PER_SECOND;
	e.at = i;
	e.has = seconds > to_1970 ? AS_HAS_MTIME : 0;
	e.mtime = (int64_t)(seconds - to_1970);
	e.nsec = (uint32_t)(r->changed % PER_SECOND) * 100;
	if (e.has == 0)
		e.mtime = e.nsec = 0;
	return r->type == 1 ? as_put(f->u, dir, &e, node) : put_stream(f, dir, &e, r);
}

typedef struct task {
	uint32_t i;
	as_node *dir;
} task;

/* Each record once: its neighbours in its directory, and what is below it. */
static as_status list(file *f, uint32_t first)
{
	uint64_t n = f->directory.n / RECORD, n_tasks = 0;
	bool *seen = as_alloc_array(as_memory(f->u), n, sizeof(*seen));
	task *tasks = as_alloc_array(as_memory(f->u), n * 2 + 2, sizeof(*tasks));
	as_status worst = AS_OK;
	if (!seen || !tasks)
		return AS_NOMEM;
	tasks[n_tasks++] = (task){ first, NULL };
	while (n_tasks > 0 && worst <= AS_PARTIAL) {
		task t = tasks[--n_tasks];
		record r;
		as_node *node = NULL;
		if (t.i == NONE)
			continue;
		if (t.i >= n || seen[t.i] || !read_record(f, t.i, &r)) {
			worst = as_worse(worst,
				as_lost(f->u, 0, "a directory's record is met twice or not there"));
			continue;
		}
		seen[t.i] = true;
		tasks[n_tasks++] = (task){ r.right, t.dir };
		tasks[n_tasks++] = (task){ r.left, t.dir };
		if (r.type != 1 && r.type != 2)
			continue;
		worst = as_worse(worst, put(f, t.dir, t.i, &r, &node));
		if (node && r.type == 1 && n_tasks < n * 2 + 2)
			tasks[n_tasks++] = (task){ r.child, node };
	}
	return worst;
}

static as_status unpack_file(file *f)
{
	record root = { 0 };
	as_status s = AS_OK;
	if (!read_table(f))
		s = as_lost(f->u, LIST_AT, "some of the table is not there: streams may end early");
	as_status d =
		chain(f, f->h.directory, TABLE_MAX, "compound file directory", keep, &f->directory);
	if (d > AS_PARTIAL && d != AS_LIMIT)
		return d;
	if (!read_record(f, 0, &root) || f->directory.n / RECORD > RECORDS_MAX)
		return as_lost(f->u, 48, "there is no directory, or it is too large");
	if (f->h.n_small > 0)
		d = chain(f, f->h.small_table, (uint64_t)f->h.n_small * f->h.size,
			"compound file table", keep, &f->small_table);
	if (d == AS_NOMEM)
		return d;
	s = as_worse(s, find_small(f, root.first, root.size));
	return s <= AS_PARTIAL ? as_worse(s, list(f, root.child)) : s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	file f = { .u = u, .image = body };
	if (!read_header(body, &f.h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, as_min(f.h.size, body.n), "compound file header");
	as_tellf(u, as_cut(body, 26, 2), "version", "%u", f.h.version);
	as_status s = unpack_file(&f);
	free_all(&f);
	return s;
}

const as_format as_format_cfb = {
	.id = "cfb",
	.title = "Microsoft compound file",
	.kind = AS_FILESYSTEM,
	.magic =
		(const as_magic[]){
			{ .bytes = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "version 3 and 4; names of MSI packages", NULL },
	.keeps = (const char *const[]){ "time of change of storages (100 ns)", NULL },
	.samples = (const char *const[]){ "msibuild (msitools)", NULL },
	.verifies = NULL,
	.gaps = (const char *const[]){ "deleted records are not looked for",
		"tables of MSI packages are not decoded; classes are not told", NULL },
	.spec = "https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb",
	.see = NULL,
};
