/* SPDX-License-Identifier: Apache-2.0 */
/* Records of the MFT, the attributes in them, and the maps of those that stand elsewhere. */
#include <stdlib.h>

#include "unpack/fmt/ntfs.h"

enum {
	STRIDE = 512,       /* bytes, whose last two are kept in the update sequence */
	MIRRORED = 4,       /* records that have a copy, at least */
	LIST_MOST = 1 << 20 /* bytes of the MFT's own attribute list */
};
#define VCN_MOST ((uint64_t)1 << 40)

/* Puts back what the ends of sectors held. Answers how many bytes are right. */
static size_t fix(as_span raw, uint8_t *out)
{
	as_cur head = as_cur_le(raw, 4);
	uint16_t at = as_u16(&head), n = as_u16(&head);
	as_cur c = as_cur_le(raw, at);
	uint16_t mark = as_u16(&c);
	size_t done = 0;
	if (!as_ok(&c) || n != raw.n / STRIDE + 1)
		return 0;
	for (; done < raw.n; done += STRIDE) {
		as_cur end = as_cur_le(raw, done + STRIDE - 2);
		if (as_u16(&end) != mark)
			break;
		out[done + STRIDE - 2] = as_u8(&c);
		out[done + STRIDE - 1] = as_u8(&c);
	}
	return as_ok(&c) ? done : 0;
}

bool as_ntfs_parse(as_arena *a, as_span raw, uint64_t number, uint64_t at, as_ntfs_record *r)
{
	uint8_t *copy = as_starts(raw, "FILE") ? as_alloc(a, raw.n) : NULL;
	if (!copy)
		return false;
	memcpy(copy, raw.p, raw.n);
	size_t right = fix(raw, copy);
	*r = (as_ntfs_record){ .number = number, .at = at };
	as_cur c = as_cur_le(as_bytes(copy, right), 16);
	r->sequence = as_u16(&c);
	as_skip(&c, 2);
	r->first = as_u16(&c);
	uint16_t flags = as_u16(&c);
	uint32_t used = as_u32(&c);
	as_skip(&c, 4);
	uint64_t base = as_u64(&c);
	r->whole = right >= used;
	r->in_use = flags & 1;
	r->directory = flags & 2;
	r->has_base = base != 0;
	r->base = base & 0xffffffffffff;
	r->base_sequence = (uint16_t)(base >> 48);
	r->raw = as_bytes(copy, as_min(right, used));
	return as_ok(&c) && r->first >= 42 && used <= raw.n && r->first <= used;
}

static bool read_at(const as_ntfs *q, as_arena *a, uint64_t at, uint64_t number, as_ntfs_record *r)
{
	return as_ntfs_parse(a, as_cut(q->body, at, q->record), number, at, r);
}

/* Where byte at of what runs tell stands, and how many follow it there; false past their end. */
static bool find_run(
	const as_ntfs *q, const as_ntfs_runs *r, uint64_t at, uint64_t *place, uint64_t *n)
{
	uint64_t vcn = at / q->cluster, in = at % q->cluster;
	size_t low = 0, high = r->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (r->list[mid].vcn + r->list[mid].n <= vcn)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == r->n || r->list[low].vcn > vcn)
		return false;
	as_ntfs_run run = r->list[low];
	*n = (run.vcn + run.n - vcn) * q->cluster - in;
	*place = run.lcn < AS_NTFS_GONE ? (run.lcn + (vcn - run.vcn)) * q->cluster + in : run.lcn;
	return true;
}

bool as_ntfs_copy(const as_ntfs *q, const as_ntfs_runs *r, uint64_t at, uint8_t *out, uint64_t n)
{
	bool whole = true;
	while (n > 0) {
		uint64_t place = 0, len = 0;
		if (!find_run(q, r, at, &place, &len))
			return false;
		len = as_min(len, n);
		as_span there = as_from(q->body, place < AS_NTFS_GONE ? place : q->body.n);
		there = as_cut(there, 0, as_min(there.n, len));
		if (there.n > 0)
			memcpy(out, there.p, there.n);
		if (there.n < len)
			memset(out + there.n, 0, len - there.n);
		whole = whole && (place == AS_PIECE_HOLE || there.n == len);
		out += len;
		at += len;
		n -= len;
	}
	return whole;
}

uint64_t as_ntfs_place(const as_ntfs *q, uint64_t number)
{
	uint64_t place = 0, n = 0;
	return find_run(q, &q->mft, number * q->record, &place, &n) && place < AS_NTFS_GONE ? place
											    : 0;
}

bool as_ntfs_read_record(
	const as_ntfs *q, as_arena *a, uint64_t number, as_ntfs_record *r, bool *copied)
{
	uint64_t at = number * q->record, place = 0, n = 0;
	bool found = number < q->n_records && find_run(q, &q->mft, at, &place, &n) &&
		     place < AS_NTFS_GONE;
	bool read = false;
	if (found && n >= q->record) {
		read = read_at(q, a, place, number, r);
	} else if (found) { /* clusters smaller than a record */
		uint8_t *copy = as_alloc(a, q->record);
		read = copy && as_ntfs_copy(q, &q->mft, at, copy, q->record) &&
		       as_ntfs_parse(a, as_bytes(copy, q->record), number, place, r);
	}
	if (copied)
		*copied = false;
	as_ntfs_record other;
	bool better = number < MIRRORED && (!read || !r->whole) &&
		      read_at(q, a, q->mirror_at + number * q->record, number, &other) &&
		      other.whole;
	if (better)
		*r = other;
	if (copied)
		*copied = better;
	return read || better;
}

static void read_elsewhere(as_cur *c, as_span one, as_ntfs_attr *out)
{
	out->vcn = as_u64(c);
	out->end = as_u64(c) + 1;
	uint16_t pairs = as_u16(c);
	out->unit = as_u8(c);
	as_skip(c, 5 + 8);
	out->size = as_u64(c);
	out->valid = as_u64(c);
	out->pairs = as_from(one, pairs);
}

bool as_ntfs_next(const as_ntfs_record *r, uint64_t *at, as_ntfs_attr *out)
{
	enum { LEAST = 24 };
	*at = *at == 0 ? r->first : *at;
	as_cur c = as_cur_le(r->raw, *at);
	*out = (as_ntfs_attr){ .type = as_u32(&c) };
	uint32_t n = as_u32(&c);
	as_span one = as_cut(r->raw, *at, n);
	if (!as_ok(&c) || out->type == UINT32_MAX || n < LEAST || one.n == 0)
		return false;
	c = as_cur_le(one, 8);
	out->resident = as_u8(&c) == 0;
	uint8_t name_n = as_u8(&c);
	uint16_t name_at = as_u16(&c);
	out->flags = as_u16(&c);
	as_skip(&c, 2);
	out->name = as_cut(one, name_at, name_n * 2u);
	if (out->resident) {
		uint32_t len = as_u32(&c);
		out->value = as_cut(one, as_u16(&c), len);
		out->size = out->valid = len;
	} else {
		read_elsewhere(&c, one, out);
	}
	*at += n;
	bool right = as_ok(&c) && (out->name.n > 0 || name_n == 0);
	if (!right) /* the next is read all the same */
		*out = (as_ntfs_attr){ .resident = true };
	return true;
}

bool as_ntfs_ended(const as_ntfs_record *r, uint64_t at)
{
	as_cur c = as_cur_le(r->raw, at);
	return as_u32(&c) == UINT32_MAX && as_ok(&c);
}

static bool add_run(as_ntfs_runs *r, as_ntfs_run run)
{
	if (r->n == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 16;
		as_ntfs_run *list = as_alloc_array(r->arena, cap, sizeof(*list));
		if (!list)
			return !(r->damaged = true);
		if (r->n > 0)
			memcpy(list, r->list, r->n * sizeof(*list));
		r->list = list;
		r->cap = cap;
	}
	r->list[r->n++] = run;
	return true;
}

/* A little-endian number of n bytes with a sign. */
static uint64_t take_signed(as_cur *c, unsigned n)
{
	uint64_t v = as_uint(c, n);
	return n > 0 && n < 8 && v >> (8 * n - 1) & 1 ? v | UINT64_MAX << 8 * n : v;
}

void as_ntfs_map(const as_ntfs *q, const as_ntfs_attr *a, as_ntfs_runs *r)
{
	as_cur c = as_cur_le(a->pairs, 0);
	uint64_t vcn = a->vcn, lcn = 0;
	for (uint8_t head; (head = as_u8(&c)) != 0 && as_ok(&c);) {
		unsigned len = head & 15, far = head >> 4;
		uint64_t n = len <= 8 ? as_uint(&c, len) : 0;
		lcn += far <= 8 ? take_signed(&c, far) : 0;
		if (!as_ok(&c) || n == 0 || far > 8 || vcn > VCN_MOST || n > VCN_MOST ||
			n > a->end - vcn)
			break;
		bool there = lcn < q->clusters && n <= q->clusters - lcn;
		uint64_t place = far == 0 ? AS_PIECE_HOLE : there ? lcn : AS_NTFS_GONE;
		if (!add_run(r, (as_ntfs_run){ vcn, n, place }))
			return;
		vcn += n;
	}
	if (vcn != a->end)
		r->damaged = true;
}

static int by_vcn(const void *x, const void *y)
{
	const as_ntfs_run *a = x, *b = y;
	return a->vcn < b->vcn ? -1 : a->vcn > b->vcn;
}

void as_ntfs_runs_close(as_ntfs_runs *r)
{
	as_ntfs_runs all = *r;
	uint64_t next = 0;
	bool sorted = true;
	for (size_t i = 0; i < r->n; i++) {
		sorted = sorted && r->list[i].vcn == next;
		next = r->list[i].vcn + r->list[i].n;
	}
	if (sorted)
		return;
	qsort(r->list, r->n, sizeof(*r->list), by_vcn);
	*r = (as_ntfs_runs){ .arena = all.arena, .damaged = all.damaged };
	next = 0;
	for (size_t i = 0; i < all.n; i++) {
		as_ntfs_run run = all.list[i];
		if (run.vcn < next) { /* told twice */
			r->damaged = true;
			continue;
		}
		if (run.vcn > next) {
			r->damaged = true;
			(void)add_run(r, (as_ntfs_run){ next, run.vcn - next, AS_NTFS_GONE });
		}
		(void)add_run(r, run);
		next = run.vcn + run.n;
	}
}

/* ---- the MFT itself */

/* The cluster behind the run that was told last. */
static uint64_t told_to(const as_ntfs_runs *r)
{
	as_ntfs_run last = r->n > 0 ? r->list[r->n - 1] : (as_ntfs_run){ 0 };
	return last.vcn + last.n;
}

static uint64_t reach(const as_ntfs *q) { return told_to(&q->mft) * q->cluster / q->record; }

/* The records that the MFT's attribute list names have further runs of it; each must stand in what is known of it. */
static bool follow_list(as_ntfs *q, as_span list, uint64_t size)
{
	bool whole = true;
	as_cur c = as_cur_le(list, 0);
	while (as_left(&c) >= 26) {
		size_t here = as_pos(&c);
		uint32_t type = as_u32(&c);
		uint16_t n = as_u16(&c);
		as_skip(&c, 2);
		uint64_t vcn = as_u64(&c), number = as_u64(&c) & 0xffffffffffff, at = 0;
		if (n < 26)
			return false;
		as_seek(&c, here + n);
		/* What is told already is not told again: all entries may name one record, of many runs. */
		if (type != AS_NTFS_DATA || vcn == 0 || vcn < told_to(&q->mft))
			continue;
		as_ntfs_record r;
		as_ntfs_attr a;
		q->n_records = as_min(reach(q), size / q->record);
		bool read = as_ntfs_read_record(q, q->scratch, number, &r, NULL) && r.has_base &&
			    r.base == 0;
		whole = whole && read;
		while (read && as_ntfs_next(&r, &at, &a))
			if (a.type == AS_NTFS_DATA && a.name.n == 0 && !a.resident && a.vcn == vcn)
				as_ntfs_map(q, &a, &q->mft);
	}
	return whole;
}

static as_span resident_or_read(const as_ntfs *q, const as_ntfs_attr *a, uint64_t most)
{
	if (a->resident)
		return a->value;
	as_ntfs_runs runs = { .arena = q->scratch };
	as_ntfs_map(q, a, &runs);
	uint64_t n = as_min(a->size, most);
	uint8_t *out = as_min(n, q->body.n) == n ? as_alloc(q->scratch, n + 1) : NULL;
	return out && as_ntfs_copy(q, &runs, 0, out, n) ? as_bytes(out, n) : (as_span){ 0 };
}

as_status as_ntfs_open_mft(as_ntfs *q)
{
	as_ntfs_record r;
	as_ntfs_attr a, list = { 0 }, data = { 0 }, bitmap = { 0 };
	uint64_t at = 0;
	as_status s = AS_OK;
	bool first = read_at(q, as_memory(q->u), q->mft_at, 0, &r) && r.whole;
	if (!first)
		s = as_lost(
			q->u, q->mft_at, "first record of the MFT is damaged: its copy is used");
	if (!first && !read_at(q, as_memory(q->u), q->mirror_at, 0, &r))
		return as_lost(q->u, q->mirror_at, "neither the MFT nor its copy can be read");
	while (as_ntfs_next(&r, &at, &a)) {
		list = a.type == AS_NTFS_LIST ? a : list;
		data = a.type == AS_NTFS_DATA && a.name.n == 0 ? a : data;
		bitmap = a.type == AS_NTFS_BITMAP ? a : bitmap;
	}
	if (data.type == 0 || data.resident)
		return as_lost(q->u, r.at, "the MFT has no map");
	as_ntfs_map(q, &data, &q->mft);
	bool whole = true;
	if (list.type != 0)
		whole = follow_list(q, resident_or_read(q, &list, LIST_MOST), data.size);
	as_ntfs_runs_close(&q->mft);
	uint64_t told = data.size / q->record;
	q->n_records =
		as_min(as_min(told, reach(q)), as_min(q->body.n / q->record + 1, UINT32_MAX));
	if (!whole || q->mft.damaged || q->n_records < told)
		s = as_worse(s, as_lost(q->u, r.at, "parts of the MFT are missing"));
	q->mft_bitmap = resident_or_read(q, &bitmap, q->n_records / 8 + 8);
	q->mft_bitmap = as_copy(as_memory(q->u), q->mft_bitmap);
	return s;
}
