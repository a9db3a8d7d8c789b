/* SPDX-License-Identifier: Apache-2.0 */
/* The log of VHDX: a ring of sectors of 4 KiB, little-endian, of entries whose numbers follow each other.
 *    0 "loge"   4 CRC-32C of the entry   8 its length   12 tail: where in the log the first entry in use stands
 *   16 number u64   24 descriptors   32 the log's GUID   48 size that the image had u64   56 size it gets u64
 * Descriptors of 32 bytes stand behind the 64, and fill whole sectors:
 *    0 "zero"   8 bytes to be zeros u64   16 where in the image u64   24 number of the entry u64
 *    0 "desc"   4 last four bytes   8 first eight bytes   16 where in the image u64   24 number of the entry u64
 * For each "desc" a sector follows: 0 "data"   4 number, high   8 the bytes between   4092 number, low.
 * The entries in use are those up to the highest number from which the way leads back to its tail. */
#include "unpack/fmt/vhdx.h"

enum {
	SECTOR = 4096,
	HEADER = 64,
	DESCRIPTOR = 32,
	WRITES_MAX = 16384,
	ROUNDS = 8, /* bytes summed up in all, for each of the log */
	MIB = 1 << 20,
};

typedef struct entry {
	uint64_t number, had, gets;
	uint32_t len, tail, descriptors;
	as_span raw;
} entry;

typedef struct ring {
	as_vhdx *v;
	as_span log, id;
	uint64_t at, summed; /* where it stands in the body; bytes whose sum was taken */
} ring;

/* n bytes of the ring from at on; those that go over its end are put together. */
static as_span ring_bytes(const ring *r, uint64_t at, uint64_t n)
{
	as_span head = as_cut(r->log, at, as_min(n, r->log.n - at));
	if (head.n == n || n > r->log.n)
		return n > r->log.n ? (as_span){ 0 } : head;
	uint8_t *p = as_alloc(as_memory(r->v->u), n);
	if (!p)
		return (as_span){ 0 };
	memcpy(p, head.p, head.n);
	memcpy(p + head.n, r->log.p, n - head.n);
	return as_bytes(p, n);
}

/* Reads the entry at a place of the ring; false if none that is whole stands there. */
static bool read_entry(ring *r, uint64_t at, entry *e)
{
	as_span raw = as_cut(r->log, at, HEADER);
	as_cur c = as_cur_le(raw, 8);
	*e = (entry){ .len = as_u32(&c) };
	e->tail = as_u32(&c);
	e->number = as_u64(&c);
	e->descriptors = as_u32(&c);
	as_skip(&c, 4);
	as_span id = as_take(&c, 16);
	e->had = as_u64(&c);
	e->gets = as_u64(&c);
	bool ok = as_ok(&c) && as_starts(raw, "loge") && e->len >= SECTOR && e->len % SECTOR == 0 &&
		  e->len <= r->log.n && e->tail % SECTOR == 0 && e->tail < r->log.n &&
		  as_same(id, r->id) && (HEADER + (uint64_t)e->descriptors * DESCRIPTOR) <= e->len;
	if (!ok || r->summed / ROUNDS > r->log.n)
		return false;
	r->summed += e->len;
	e->raw = ring_bytes(r, at, e->len);
	return e->raw.n == e->len && as_vhdx_sum_right(e->raw);
}

/* Whether an entry stands at tail among those that follow each other in n bytes from at on. */
static bool leads_over(const ring *r, uint64_t at, uint64_t n, uint64_t tail)
{
	for (uint64_t done = 0; done < n;) {
		uint64_t i = (at + done) % r->log.n;
		as_cur c = as_cur_le(r->log, i);
		as_skip(&c, 8);
		uint32_t len = as_u32(&c);
		if (i == tail || len == 0)
			return i == tail;
		done += len;
	}
	return false;
}

/* Where the last of the entries in use stands and what it is; false if there are none. */
static bool find_head(ring *r, entry *head)
{
	bool found = false;
	for (uint64_t at = 0; at < r->log.n;) {
		entry e, last = { 0 };
		uint64_t i = at, n = 0;
		/* The way goes on from each entry to the next, over the ring's end. */
		while (n < r->log.n && read_entry(r, i, &e) &&
			(n == 0 || e.number == last.number + 1)) {
			last = e;
			n += e.len;
			i = (i + e.len) % r->log.n;
		}
		/* Its own tail must be on the way: those before are in use, too. */
		if (n > 0 && leads_over(r, at, n, last.tail) &&
			(!found || last.number > head->number)) {
			*head = last;
			found = true;
		}
		at += n > 0 ? n : SECTOR;
	}
	return found;
}

static as_status add_write(ring *r, const as_vhdx_write *w)
{
	as_vhdx *v = r->v;
	as_status s = AS_OK;
	uint64_t end = 0;
	if (v->n == WRITES_MAX)
		return as_refused(
			v->u, r->at, "limit", "the log has too many writes: the rest is missing");
	if (!as_add(&end, w->at, w->n) || end > v->end || w->n == 0)
		return as_lost(v->u, r->at, "a write of the log leads out of the image");
	v->writes[v->n++] = *w;
	for (uint64_t m = w->at / MIB; m <= (end - 1) / MIB && s == AS_OK; m++)
		s = as_map_set(&v->touched, m, 1);
	return s;
}

/* Adds what an entry writes. Its sum was right: what is wrong here was written so. */
static as_status add_entry(ring *r, const entry *e)
{
	as_cur c = as_cur_le(e->raw, HEADER);
	uint64_t sectors = (HEADER + (uint64_t)e->descriptors * DESCRIPTOR + SECTOR - 1) / SECTOR;
	as_cur data = as_cur_le(e->raw, sectors * SECTOR);
	as_status s = AS_OK;
	for (uint32_t i = 0; i < e->descriptors && s == AS_OK; i++) {
		as_vhdx_write w = { 0 };
		as_span kind = as_take(&c, 4), last = as_take(&c, 4), first = as_take(&c, 8);
		as_cur zeros = as_cur_le(first, 0);
		w.at = as_u64(&c);
		bool ok = as_u64(&c) == e->number;
		w.n = as_u64(&zeros);
		if (as_starts(kind, "desc")) {
			as_span magic = as_take(&data, 4);
			uint64_t number = (uint64_t)as_u32(&data) << 32;
			w.n = SECTOR;
			w.first = first;
			w.data = as_take(&data, SECTOR - 12);
			w.last = last;
			ok = ok && as_starts(magic, "data") &&
			     (number | as_u32(&data)) == e->number;
		} else {
			ok = ok && as_starts(kind, "zero");
		}
		s = ok && as_ok(&c) && as_ok(&data)
			    ? add_write(r, &w)
			    : as_lost(r->v->u, r->at, "an entry of the log is damaged");
	}
	return s;
}

as_status as_vhdx_replay(as_vhdx *v, uint64_t at, uint64_t n, as_span id)
{
	ring r = { .v = v, .at = at, .id = id };
	r.log = as_cut(v->body, at, n);
	entry head = { 0 }, e;
	if (r.log.n < n || n < SECTOR || n % SECTOR || n > UINT32_MAX)
		return as_lost(v->u, 0, "the log is cut off: its last writes are missing");
	v->writes = as_alloc_array(as_memory(v->u), WRITES_MAX, sizeof(*v->writes));
	if (!v->writes)
		return AS_NOMEM;
	if (!find_head(&r, &head))
		return as_lost(v->u, at, "the log is damaged: its last writes are missing");
	if (head.had > v->body.n)
		return as_lost(v->u, at,
			"the image is shorter than its log says: the log's writes are missing");
	v->end = as_max(v->body.n, head.gets);
	as_status s = AS_OK;
	uint32_t entries = 0;
	uint64_t i = head.tail;
	r.summed = 0;
	do {
		if (!read_entry(&r, i, &e))
			return as_lost(v->u, at, "an entry of the log is damaged");
		s = as_worse(s, add_entry(&r, &e));
		i = (i + e.len) % n;
		entries++;
	} while (e.number < head.number && s <= AS_PARTIAL);
	as_tellf(v->u, as_cut(v->body, at, HEADER), "log", "%u entries were replayed", entries);
	return s;
}

bool as_vhdx_changes(const as_vhdx *v, uint64_t at, uint64_t n)
{
	uint64_t any = 0, end = 0;
	if (v->n == 0 || n == 0 || !as_add(&end, at, n) || end > v->end)
		return false;
	bool changes = end > v->body.n;
	for (uint64_t m = at / MIB; m <= (end - 1) / MIB && !changes; m++)
		changes = as_map_get(&v->touched, m, &any);
	return changes;
}

static void copy_part(uint8_t *out, uint64_t at, uint64_t n, uint64_t from, as_span part)
{
	for (uint64_t i = 0; i < part.n; i++)
		if (from + i >= at && from + i - at < n)
			out[from + i - at] = part.p[i];
}

as_span as_vhdx_bytes(const as_vhdx *v, uint64_t at, uint64_t n, uint8_t *room)
{
	if (!as_vhdx_changes(v, at, n))
		return as_cut(v->body, at, n);
	uint8_t *out = room;
	if (!out)
		out = as_want(v->u, n) == AS_OK ? as_alloc(as_memory(v->u), n) : NULL;
	if (!out)
		return (as_span){ 0 };
	as_span there = as_cut(
		v->body, as_min(at, v->body.n), as_min(n, v->body.n - as_min(at, v->body.n)));
	memset(out, 0, n);
	if (there.n > 0)
		memcpy(out, there.p, there.n);
	for (size_t i = 0; i < v->n; i++) {
		const as_vhdx_write *w = &v->writes[i];
		uint64_t from = as_max(w->at, at), to = as_min(w->at + w->n, at + n);
		if (from >= to)
			continue;
		if (w->data.n == 0)
			memset(out + (from - at), 0, to - from);
		copy_part(out, at, n, w->at, w->first);
		copy_part(out, at, n, w->at + 8, w->data);
		copy_part(out, at, n, w->at + SECTOR - 4, w->last);
	}
	return as_bytes(out, n);
}
