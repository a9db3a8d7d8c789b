/* SPDX-License-Identifier: Apache-2.0 */
/* What an examiner says, as it comes: bytes are hashed and stored, everything else is kept as it is.
 * Nothing said is believed: lengths and ids are checked, and hashes are computed here. */
#include "review/review.h"
#include "unpack/format.h"

as_hasher *as_review_hasher(const as_review *r)
{
	return r->on_object ? as_hasher_new() : as_hasher_new_both();
}

as_status as_hash_range(as_review *r, as_region region, uint64_t at, uint64_t n, as_digests *out)
{
	as_hasher *h = as_review_hasher(r);
	as_status s = h ? AS_OK : AS_NOMEM;
	for (uint64_t done = 0; s == AS_OK && done < n; done += AS_WINDOW) {
		size_t step = as_min(AS_WINDOW, n - done);
		s = as_spool_read(r->spool, region, at + done, r->window, step);
		if (s == AS_OK)
			as_hasher_add(h, as_bytes(r->window, step));
	}
	if (s == AS_OK)
		*out = as_hasher_end_both(h);
	as_hasher_free(h);
	return s;
}

void as_session_abort_stream(as_review *r, as_session *s)
{
	if (!s->streaming)
		return;
	s->streaming = false;
	(void)as_hasher_end_both(s->hasher);
	as_spool_end(r->spool, &s->writer);
	as_spool_drop(r->spool, s->writer.region);
}

void as_session_clear(as_session *s)
{
	enum {
		KEPT = 4
		       << 20 /* bytes: enough for most objects; what a huge one took is given back */
	};
	if (s->payload.cap > KEPT) {
		as_buf_free(&s->payload);
		as_nodes_free(&s->nodes);
	}
	as_buf_clear(&s->payload);
	as_nodes_clear(&s->nodes);
	s->exam = AS_NONE;
	s->hung = s->full = false;
}

static void lose(as_session *s, const char *reason, const char *text)
{
	as_buf b = { 0 };
	as_lost_encode(&b, &(as_lost_message){ .stage = as_lit("limits"),
				   .reason = as_lit(reason),
				   .text = as_lit(text) });
	as_frame_add(&s->payload, AS_M_LOST, as_buf_span_of(&b));
	as_buf_free(&b);
}

/* The contents of a node are known: they become (or are) an object. */
static as_status child(as_review *r, as_session *s, uint32_t node, const as_digests *sums,
	uint64_t n, bool damaged, uint32_t shelf, uint64_t at)
{
	as_buf b = { 0 }, path = { 0 };
	as_node_message m;
	uint32_t object = as_object_get(&r->objects, &sums->sha256, n);
	as_child_encode(
		&b, &(as_child_message){
			    .node = node, .digests = *sums, .size = n, .damaged = damaged });
	as_frame_add(&s->payload, AS_M_CHILD, as_buf_span_of(&b));
	as_buf_free(&b);
	as_span frames = as_buf_span_of(&s->payload);
	if (object == AS_NONE || !as_nodes_get(&s->nodes, frames, node, &m))
		return AS_NOMEM;
	if (m.roles != 0 || r->on_object)
		as_nodes_path(&s->nodes, frames, node, &path);
	unsigned depth = r->objects.exams[s->exam].depth + 1;
	r->objects.exams[s->exam].n_children++;
	as_status st = AS_OK;
	if (r->on_object)
		st = r->on_object(r, &sums->sha256, r->objects.shelves[shelf].region, at, n,
			as_buf_span_of(&path));
	if (st == AS_OK)
		st = as_schedule(
			r, object, shelf, at, depth, m.hint, m.roles, as_buf_span_of(&path));
	as_buf_free(&path);
	return st;
}

/* Longer ones are not made by our handlers: somebody else is talking. */
static bool is_sane(const as_node_message *m)
{
	enum { NAME_MAX_LEN = 4096, HINT_MAX = 64 };
	return m->name.n <= NAME_MAX_LEN && m->target.n <= NAME_MAX_LEN && m->hint.n <= HINT_MAX;
}

static as_status take_node(as_review *r, as_session *s, as_span payload)
{
	as_node_message m;
	if (s->streaming || !as_node_decode(payload, &m) || !is_sane(&m) ||
		!as_nodes_add(&s->nodes, m.id, s->payload.n))
		return AS_IO;
	as_frame_add(&s->payload, AS_M_NODE, payload);
	const as_object *o = &r->objects.objects[r->objects.exams[s->exam].object];
	bool beyond = ++r->n_nodes > r->limits.objects;
	if (beyond && !r->over_objects)
		lose(s, "limit", "the review holds too many entries: the rest is not examined");
	r->over_objects = r->over_objects || beyond;
	if (!beyond && m.has & AS_NODE_RANGE) {
		as_digests sums;
		if (m.at > o->size || m.len > o->size - m.at || o->shelf == AS_NONE)
			return AS_IO;
		uint32_t shelf = o->shelf;
		uint64_t at = o->at + m.at;
		as_status st = as_hash_range(r, r->objects.shelves[shelf].region, at, m.len, &sums);
		return st == AS_OK ? child(r, s, m.id, &sums, m.len, false, shelf, at) : st;
	}
	if (m.has & AS_NODE_STREAM) {
		s->streaming = true;
		s->stream_node = m.id;
		s->writer = as_spool_begin(r->spool);
		s->beyond = s->writer.failed =
			beyond; /* its bytes come all the same, and are let go */
	}
	return AS_OK;
}

uint64_t as_bytes_budget(const as_review *r)
{
	/* Bombs are small, and containers in containers each have their free part: together they have this. */
	const uint64_t free_bytes = 512ull << 20, ceiling = 64ull << 30;
	uint64_t n = 0;
	if (r->limits.bytes > 0)
		return r->limits.bytes;
	bool fits = as_mul(&n, r->bytes_in, r->limits.ratio) && n < ceiling - free_bytes;
	return fits ? n + free_bytes : ceiling;
}

/* Counts bytes against the whole review's budget; false when it is spent. */
static bool admit(as_review *r, as_session *s, uint64_t n)
{
	r->bytes_unpacked += as_min(n, UINT64_MAX - r->bytes_unpacked);
	if (r->bytes_unpacked <= as_bytes_budget(r))
		return true;
	if (!r->over_bytes)
		lose(s, "limit", "the review unpacks too many bytes: the rest is not examined");
	r->over_bytes = true;
	s->beyond = s->writer.failed = true;
	return false;
}

static as_status take_data(as_review *r, as_session *s, as_span bytes)
{
	if (!s->streaming)
		return AS_IO;
	as_hasher_add(s->hasher, bytes);
	if (s->writer.failed || !admit(r, s, bytes.n))
		return AS_OK; /* the entry is recorded as lost when it ends */
	return as_spool_write(r->spool, &s->writer, bytes) == AS_NOMEM ? AS_NOMEM : AS_OK;
}

static as_status take_zero(as_review *r, as_session *s, as_span payload)
{
	static const uint8_t zeros[65536];
	as_cur c = as_cur_le(payload, 0);
	uint64_t n = as_u64(&c);
	if (!as_ok(&c) || !s->streaming || n > r->limits.object_bytes)
		return AS_IO;
	if (s->writer.failed || !admit(r, s, n))
		return AS_OK;
	for (uint64_t done = 0; done < n; done += sizeof(zeros))
		as_hasher_add(s->hasher, as_bytes(zeros, as_min(sizeof(zeros), n - done)));
	return as_spool_hole(r->spool, &s->writer, n) == AS_NOMEM ? AS_NOMEM : AS_OK;
}

static as_status take_end(as_review *r, as_session *s, as_span payload)
{
	if (!s->streaming)
		return AS_IO;
	if (s->writer.failed) {
		as_session_abort_stream(r, s);
		if (!s->beyond)
			lose(s, "disk", "there was no room to keep an entry while it waits");
		return AS_OK;
	}
	s->streaming = false;
	as_spool_end(r->spool, &s->writer);
	as_digests sums = as_hasher_end_both(s->hasher);
	uint32_t shelf = as_shelf_add(&r->objects, s->writer.region);
	if (shelf == AS_NONE)
		return AS_NOMEM;
	as_status st = child(
		r, s, s->stream_node, &sums, s->writer.region.n, as_at(payload, 0) != 0, shelf, 0);
	as_shelf_release(&r->objects, shelf);
	return st;
}

static as_status take_type(as_review *r, as_session *s, as_span payload)
{
	as_type_message m;
	if (!as_type_decode(payload, &m) || m.type.n > 64)
		return AS_IO;
	as_frame_add(&s->payload, AS_M_TYPE, payload);
	const as_exam *e = &r->objects.exams[s->exam];
	unsigned shares = as_shares_of(m.type, r->objects.objects[e->object].size);
	bool first = e->path.n == 0 && e->share == 0;
	return first && shares > 1 ? as_schedule_shares(r, s->exam, shares) : AS_OK;
}

/* What is said about one object is kept in memory until it is done: it may not be endless. */
static bool is_too_much(as_review *r, as_session *s)
{
	enum { SAID_MAX = 192 << 20 };
	if (!s->full && s->payload.n > SAID_MAX) {
		as_session_abort_stream(r, s);
		lose(s, "limit", "there is too much to say about one object: the rest is not kept");
		s->full = true;
	}
	return s->full;
}

as_status as_hear(as_review *r, as_session *s, as_message kind, as_span payload)
{
	as_status st = AS_OK;
	if (is_too_much(r, s))
		return s->payload.bad ? AS_NOMEM : AS_OK;
	if (kind == AS_M_NODE)
		st = take_node(r, s, payload);
	else if (kind == AS_M_DATA)
		st = take_data(r, s, payload);
	else if (kind == AS_M_ZERO)
		st = take_zero(r, s, payload);
	else if (kind == AS_M_END)
		st = take_end(r, s, payload);
	else if (kind == AS_M_TYPE)
		st = take_type(r, s, payload);
	else if (kind == AS_M_CHILD)
		st = AS_IO; /* only the supervisor says so */
	else if (kind != AS_M_DONE)
		as_frame_add(&s->payload, kind, payload);
	return s->payload.bad ? AS_NOMEM : st;
}
