/* SPDX-License-Identifier: Apache-2.0 */
/* What a file of NTFS holds: its attributes gathered from all of its records, and the contents of its streams. */
#include <stdlib.h>

#include "unpack/fmt/ntfs.h"

enum {
	PACKED = 0x00ff,
	LZNT1 = 1,
	ENCRYPTED = 0x4000,
	UNIT_MOST = 1 << 20, /* bytes that are packed together */
	LIST_MOST = 4 << 20, /* bytes of an attribute list */
};

/* ---- attributes of all records */

static bool add(as_ntfs *q, as_ntfs_file *f, const as_ntfs_attr *a)
{
	if (f->n == f->cap) {
		size_t cap = f->cap ? f->cap * 2 : 16;
		as_ntfs_attr *attrs = as_alloc_array(q->scratch, cap, sizeof(*attrs));
		if (!attrs)
			return false;
		if (f->n > 0)
			memcpy(attrs, f->attrs, f->n * sizeof(*attrs));
		f->attrs = attrs;
		f->cap = cap;
	}
	f->attrs[f->n++] = *a;
	return true;
}

static as_status take(as_ntfs *q, as_ntfs_file *f, const as_ntfs_record *r)
{
	as_ntfs_attr a;
	uint64_t at = 0;
	while (as_ntfs_next(r, &at, &a)) {
		f->whole = f->whole && a.type != 0;
		if (a.type != 0 && !add(q, f, &a))
			return AS_NOMEM;
	}
	f->whole = f->whole && r->whole && as_ntfs_ended(r, at);
	return AS_OK;
}

static int compare(const as_ntfs_attr *a, const as_ntfs_attr *b)
{
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->name.n != b->name.n)
		return a->name.n < b->name.n ? -1 : 1;
	return a->name.n > 0 ? memcmp(a->name.p, b->name.p, a->name.n) : 0;
}

static int by_name(const void *x, const void *y)
{
	const as_ntfs_attr *a = x, *b = y;
	int order = compare(a, b);
	if (order != 0 || a->vcn == b->vcn)
		return order;
	return a->vcn < b->vcn ? -1 : 1;
}

static size_t first_extra(const as_ntfs *q, uint64_t base)
{
	size_t low = 0, high = q->n_extras;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (q->extras[mid].base < base)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Whether every record that the attribute list names is one of the file's. */
static bool has_all(const as_ntfs *q, const as_ntfs_file *f, as_span list)
{
	as_cur c = as_cur_le(list, 0);
	size_t first = first_extra(q, f->number), end = first_extra(q, f->number + 1);
	while (as_left(&c) >= 26) {
		size_t here = as_pos(&c);
		as_skip(&c, 4);
		uint16_t n = as_u16(&c);
		as_skip(&c, 10);
		uint64_t number = as_u64(&c) & 0xffffffffffff;
		size_t low = first, high = end; /* in the order of their numbers */
		while (low < high) {
			size_t mid = low + (high - low) / 2;
			if (q->extras[mid].number < number)
				low = mid + 1;
			else
				high = mid;
		}
		if (n < 26 ||
			(number != f->number && (low == end || q->extras[low].number != number)))
			return false;
		as_seek(&c, here + n);
	}
	return true;
}

as_status as_ntfs_gather(as_ntfs *q, uint64_t number, as_ntfs_file *f)
{
	as_ntfs_record base, r;
	as_arena_reset(q->scratch);
	*f = (as_ntfs_file){ .number = number, .at = as_ntfs_place(q, number), .in_use = true };
	bool read = as_ntfs_read_record(q, q->scratch, number, &base, NULL) && !base.has_base;
	as_status s = AS_OK;
	f->whole = read;
	if (read) {
		f->in_use = base.in_use;
		f->directory = base.directory;
		s = take(q, f, &base);
	}
	for (size_t i = first_extra(q, number);
		f->in_use && s == AS_OK && i < q->n_extras && q->extras[i].base == number; i++)
		if (as_ntfs_read_record(q, q->scratch, q->extras[i].number, &r, NULL) &&
			(!read || r.base_sequence == base.sequence))
			s = take(q, f, &r);
	if (f->n > 0)
		qsort(f->attrs, f->n, sizeof(*f->attrs), by_name);
	const as_ntfs_attr *list = as_ntfs_find(f, AS_NTFS_LIST);
	as_span names = list && f->whole ? as_ntfs_value(q, f, list, LIST_MOST) : (as_span){ 0 };
	if (list && f->whole && !q->tired)
		f->whole = names.n > 0 && has_all(q, f, names);
	if (s == AS_OK && !f->whole && f->in_use)
		s = as_lost(q->u, f->at, "a record of a file is damaged or missing");
	return s;
}

const as_ntfs_attr *as_ntfs_find(const as_ntfs_file *f, uint32_t type)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->attrs[i].type == type && f->attrs[i].name.n == 0)
			return &f->attrs[i];
	return NULL;
}

const as_ntfs_attr *as_ntfs_after(const as_ntfs_file *f, const as_ntfs_attr *a)
{
	size_t i = a ? (size_t)(a - f->attrs) : 0;
	while (a && i < f->n && compare(a, &f->attrs[i]) == 0)
		i++;
	return i < f->n ? &f->attrs[i] : NULL;
}

as_ntfs_runs as_ntfs_runs_of(const as_ntfs *q, const as_ntfs_file *f, const as_ntfs_attr *a)
{
	as_ntfs_runs runs = { .arena = q->scratch };
	const as_ntfs_attr *end = f->attrs + f->n;
	for (const as_ntfs_attr *part = a; part < end && compare(a, part) == 0; part++) {
		if (!part->resident)
			as_ntfs_map(q, part, &runs);
		runs.damaged = runs.damaged || part->resident;
	}
	as_ntfs_runs_close(&runs);
	return runs;
}

as_span as_ntfs_value(as_ntfs *q, const as_ntfs_file *f, const as_ntfs_attr *a, uint64_t most)
{
	if (!a || a->resident)
		return a ? a->value : (as_span){ 0 };
	as_ntfs_runs runs = as_ntfs_runs_of(q, f, a);
	if (a->vcn != 0 || a->size == 0 || a->size > as_min(most, q->body.n))
		return (as_span){ 0 };
	q->tired = q->tired || a->size > q->values;
	if (q->tired)
		return (as_span){ 0 };
	q->values -= a->size;
	if (runs.n == 1 && runs.list[0].lcn < AS_NTFS_GONE)
		return as_cut(q->body, runs.list[0].lcn * q->cluster,
			as_min(a->size, runs.list[0].n * q->cluster));
	uint8_t *out = as_alloc(q->scratch, a->size);
	return out && as_ntfs_copy(q, &runs, 0, out, a->size) ? as_bytes(out, a->size)
							      : (as_span){ 0 };
}

/* ---- account */

void as_ntfs_account_runs(const as_ntfs *q, const as_ntfs_runs *r, const char *label)
{
	for (size_t i = 0; i < r->n; i++) {
		uint64_t at = r->list[i].lcn;
		if (at < AS_NTFS_GONE && at * q->cluster < q->body.n)
			as_struct(q->u, at * q->cluster,
				as_min(r->list[i].n * q->cluster, q->body.n - at * q->cluster),
				label);
	}
}

/* Streams that Windows keeps with its own files. What is marked as bad is not believed to be: it is looked at. */
static bool is_systems(const as_ntfs_attr *a)
{
	static const uint8_t bad[] = "$\0B\0a\0d"; /* with the NUL at its end, eight bytes */
	return a->name.n == 0 ||
	       (as_at(a->name, 0) == '$' && !as_same(a->name, as_bytes(bad, sizeof(bad))));
}

void as_ntfs_account(const as_ntfs *q, const as_ntfs_file *f, bool system)
{
	for (const as_ntfs_attr *a = NULL; (a = as_ntfs_after(f, a));) {
		bool ours = a->type == AS_NTFS_DATA ? system && is_systems(a) : true;
		as_ntfs_runs runs = { .arena = q->scratch };
		if (a->resident || !ours)
			continue;
		runs = as_ntfs_runs_of(q, f, a);
		as_ntfs_account_runs(
			q, &runs, system ? "ntfs system file" : "ntfs attributes and indexes");
	}
}

/* ---- contents */

static as_status put_damaged(as_ntfs *q, as_node *dir, const as_entry *e)
{
	as_status s = as_begin(q->u, dir, e, NULL);
	return s <= AS_PARTIAL ? as_worse(s, as_end(q->u, true)) : s;
}

static as_status put_refused(as_ntfs *q, as_node *dir, const as_entry *e, const as_ntfs_runs *runs,
	const char *reason, const char *text)
{
	as_ntfs_account_runs(q, runs, "ntfs contents not read");
	as_status s = put_damaged(q, dir, e);
	return s <= AS_PARTIAL ? as_worse(s, as_refused(q->u, e->at, reason, text)) : s;
}

static void to_pieces(as_ntfs *q, const as_ntfs_runs *runs, uint64_t n)
{
	as_pieces *p = &q->pieces;
	as_pieces_clear(p);
	for (size_t i = 0; i < runs->n && p->bytes < n; i++) {
		uint64_t at = runs->list[i].lcn;
		at = at == AS_PIECE_HOLE ? at : at == AS_NTFS_GONE ? q->body.n : at * q->cluster;
		if (!as_pieces_add(p, at, as_min(runs->list[i].n * q->cluster, n - p->bytes)))
			return;
	}
	p->damaged = p->damaged || runs->damaged || p->bytes < n;
}

/* A packed stream on its way out. */
typedef struct packing {
	as_ntfs *q;
	const as_ntfs_runs *runs;
	uint64_t unit, vcn, left; /* clusters packed together; where it is; bytes that are due */
	size_t i;                 /* run in which vcn is */
	uint8_t *in, *out;
	bool lost;
} packing;

/* Gathers what stands of the unit at vcn: bytes in in. Answers whether it is packed: it ends in a hole. */
static bool gather_unit(packing *p, uint64_t *n)
{
	const as_ntfs *q = p->q;
	uint64_t vcn = p->vcn, end = vcn + p->unit;
	*n = 0;
	for (size_t i = p->i; i < p->runs->n && vcn < end; i++) {
		as_ntfs_run run = p->runs->list[i];
		uint64_t len = (as_min(run.vcn + run.n, end) - vcn) * q->cluster;
		if (run.lcn == AS_PIECE_HOLE)
			return true;
		if (!as_ntfs_copy(q, p->runs, vcn * q->cluster, p->in + *n, len))
			p->lost = true;
		*n += len;
		vcn = as_min(run.vcn + run.n, end);
	}
	return false;
}

static as_status emit_unit(packing *p)
{
	uint64_t n = 0, bytes = p->unit * p->q->cluster;
	bool packed = gather_unit(p, &n);
	uint64_t due = as_min(bytes, p->left);
	as_span out = as_bytes(p->in, as_min(n, due));
	if (packed) {
		memset(p->out, 0, bytes);
		if (as_ntfs_lznt1(as_bytes(p->in, n), p->out, bytes, &p->lost) == 0)
			p->lost = true;
		out = as_bytes(p->out, due);
	}
	p->lost = p->lost || out.n < due;
	p->left -= due;
	p->vcn += p->unit;
	as_status s = as_more(p->q->u, out);
	return s == AS_OK ? as_zero(p->q->u, due - out.n) : s;
}

static as_status emit_packed(packing *p)
{
	as_status s = AS_OK;
	while (p->left > 0 && s == AS_OK) {
		while (p->i < p->runs->n &&
			p->runs->list[p->i].vcn + p->runs->list[p->i].n <= p->vcn)
			p->i++;
		if (p->i == p->runs->n) {
			p->lost = true;
			return s;
		}
		as_ntfs_run run = p->runs->list[p->i];
		uint64_t units = (run.vcn + run.n - p->vcn) / p->unit;
		if (run.lcn != AS_PIECE_HOLE || units == 0) {
			s = emit_unit(p);
			continue;
		}
		uint64_t n = as_min(units * p->unit * p->q->cluster, p->left);
		p->left -= n;
		p->vcn += units * p->unit;
		s = as_zero(p->q->u, n);
	}
	return s;
}

static as_status put_packed(
	as_ntfs *q, const as_ntfs_attr *a, const as_ntfs_runs *runs, as_node *dir, as_entry *e)
{
	packing p = { .q = q, .runs = runs, .lost = runs->damaged };
	uint64_t bytes = a->unit < 16 ? q->cluster << a->unit : UNIT_MOST + 1;
	bool want = false;
	if ((a->flags & PACKED) != LZNT1 || bytes > UNIT_MOST)
		return put_refused(
			q, dir, e, runs, "unsupported", "contents are packed in an unknown way");
	p.unit = (uint64_t)1 << a->unit;
	p.left = as_min(a->size, a->valid);
	p.in = as_alloc(q->scratch, bytes);
	p.out = as_alloc(q->scratch, bytes);
	if (!p.in || !p.out)
		return AS_NOMEM;
	as_ntfs_account_runs(q, runs, "ntfs packed data");
	as_status s = as_begin(q->u, dir, e, &want);
	if (want && s == AS_OK)
		s = emit_packed(&p);
	if (want && s == AS_OK && p.left == 0)
		s = as_zero(q->u, a->size - as_min(a->size, a->valid));
	if (s > AS_PARTIAL)
		return s;
	s = as_worse(s, as_end(q->u, p.lost));
	return p.lost ? as_worse(s, as_lost(q->u, e->at, "packed contents are damaged")) : s;
}

as_status as_ntfs_put_stream(
	as_ntfs *q, const as_ntfs_file *f, const as_ntfs_attr *a, as_node *dir, as_entry *e)
{
	bool apart = f->apart && (!a || a->name.n == 0);
	if (!a && f->whole && !apart)
		return as_put(q->u, dir, e, NULL);
	if (a && apart && f->chunk > 0)
		return as_ntfs_put_overlay(q, f, a->size, dir, e);
	if (!a || apart)
		return put_damaged(q, dir, e);
	as_ntfs_runs runs = as_ntfs_runs_of(q, f, a);
	if (a->flags & ENCRYPTED)
		return put_refused(q, dir, e, &runs, "encrypted", "contents are encrypted (EFS)");
	if (a->resident) {
		e->data = a->value;
		return a->value.n == a->size ? as_put(q->u, dir, e, NULL) : put_damaged(q, dir, e);
	}
	as_ntfs_run last = runs.n > 0 ? runs.list[runs.n - 1] : (as_ntfs_run){ 0 };
	as_ntfs_attr whole = *a;
	if (a->vcn != 0) /* the part with the sizes is lost */
		whole.size = whole.valid = (last.vcn + last.n) * q->cluster;
	if (a->flags & PACKED && a->unit > 0)
		return put_packed(q, &whole, &runs, dir, e);
	to_pieces(q, &runs, as_min(whole.size, whole.valid));
	return as_put_pieces(q->u, q->body, dir, e, &q->pieces, whole.size, "ntfs data");
}

/* ---- deleted contents */

/* Whether no cluster of the run belongs to anything now. */
static bool is_free(as_ntfs *q, as_ntfs_run run)
{
	q->tired = q->tired || run.n > q->looks;
	if (q->tired)
		return false;
	q->looks -= run.n;
	for (uint64_t i = run.lcn; i < run.lcn + run.n; i++)
		if (i / 8 >= q->bitmap.n || as_at(q->bitmap, i / 8) >> i % 8 & 1)
			return false;
	return true;
}

bool as_ntfs_is_whole(as_ntfs *q, const as_ntfs_file *f, const as_ntfs_attr *a)
{
	if (!f->whole || a->size == 0 || a->flags & ENCRYPTED)
		return false;
	if (a->resident)
		return a->value.n == a->size;
	as_ntfs_runs runs = as_ntfs_runs_of(q, f, a);
	uint64_t bytes = 0;
	for (size_t i = 0; i < runs.n; i++) {
		as_ntfs_run run = runs.list[i];
		if (run.lcn == AS_NTFS_GONE || (run.lcn != AS_PIECE_HOLE && !is_free(q, run)))
			return false;
		bytes += run.n * q->cluster;
	}
	return a->vcn == 0 && !runs.damaged && bytes >= as_min(a->size, a->valid);
}
