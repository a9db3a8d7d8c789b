/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be examined. An object is examined once by content, and once for every path at which a path
 * inspector cares for it. After an interrupted review, what is done stays done; a container is opened
 * again only if something in it is missing. */
#include "review/review.h"
#include "unpack/format.h"

static as_status queue(
	as_review *r, uint32_t exam, uint32_t shelf, uint64_t at, unsigned depth, as_span hint)
{
	as_exam *e = &r->objects.exams[exam];
	as_object *o = &r->objects.objects[e->object];
	if (e->state == AS_EXAM_WAITING || e->state == AS_EXAM_RUNNING ||
		(e->state == AS_EXAM_DONE && e->whole))
		return AS_OK;
	as_shelf_hold(&r->objects, shelf);
	/* All who wait for the object read it from one shelf; each waiting one holds it. */
	if (o->shelf == AS_NONE) {
		o->shelf = shelf;
		o->at = at;
	} else if (o->shelf != shelf) {
		as_shelf_release(&r->objects, shelf);
		as_shelf_hold(&r->objects, o->shelf);
	}
	o->waits++;
	e->state = AS_EXAM_WAITING;
	e->depth = depth;
	e->hint = hint.n > 0 ? (const char *)as_copy(r->objects.arena, hint).p : NULL;
	r->bytes_known += o->size;
	return as_heap_add(r, exam);
}

static bool is_whole(as_review *r, uint32_t exam, unsigned depth);

/* The name under which a share is filed; no entry of a container has such a path. */
static as_span share_path(unsigned share)
{
	static const char *const paths[AS_SHARES_MAX] = { "", "//share 1", "//share 2",
		"//share 3" };
	return as_lit(paths[share < AS_SHARES_MAX ? share : 0]);
}

as_status as_schedule_shares(as_review *r, uint32_t exam, unsigned shares)
{
	as_status s = AS_OK;
	uint32_t object = r->objects.exams[exam].object;
	unsigned depth = r->objects.exams[exam].depth;
	for (unsigned share = 1; share < shares && s == AS_OK; share++) {
		uint32_t other = as_exam_get(&r->objects, object, share_path(share));
		if (other == AS_NONE)
			return AS_NOMEM;
		r->objects.exams[other].share = (uint8_t)share;
		const as_object *o = &r->objects.objects[object];
		s = queue(r, other, o->shelf, o->at, depth, as_hint_of(&r->objects.exams[exam]));
	}
	return s;
}

static as_status read_record(as_review *r, uint32_t exam, as_buf *b)
{
	const as_exam *e = &r->objects.exams[exam];
	return as_journal_read(r->journal, &(as_record){ .at = e->at, .n = e->n }, b);
}

as_status as_read_said(as_review *r, uint32_t object, as_span path, as_buf *b)
{
	as_buf more = { 0 };
	as_buf_clear(b);
	uint32_t exam = as_exam_get(&r->objects, object, path);
	if (exam == AS_NONE)
		return AS_NOMEM;
	if (r->objects.exams[exam].state != AS_EXAM_DONE)
		return AS_NOT_THIS;
	as_status s = read_record(r, exam, b);
	for (unsigned share = 1; s == AS_OK && path.n == 0 && share < AS_SHARES_MAX; share++) {
		uint32_t other = as_exam_find(&r->objects, object, share_path(share));
		if (other == AS_NONE || r->objects.exams[other].state != AS_EXAM_DONE)
			break;
		s = read_record(r, other, &more);
		as_buf_add(b, more.p, more.n);
	}
	as_buf_free(&more);
	return b->bad ? AS_NOMEM : s;
}

static bool shares_are_done(as_review *r, uint32_t object, const as_buf *said)
{
	as_cur c = as_cur_le(as_buf_span_of(said), 0);
	as_message kind;
	as_span payload;
	as_type_message type = { 0 };
	while (!type.type.p && as_frame_next(&c, &kind, &payload))
		if (kind == AS_M_TYPE && !as_type_decode(payload, &type))
			return false;
	unsigned shares = as_shares_of(type.type, r->objects.objects[object].size);
	for (unsigned share = 1; share < shares; share++) {
		uint32_t other = as_exam_find(&r->objects, object, share_path(share));
		if (other == AS_NONE || r->objects.exams[other].state != AS_EXAM_DONE)
			return false;
	}
	return true;
}

/* Whether the object of one CHILD message, found as a node, needs nothing more. */
static bool child_is_whole(as_review *r, const as_nodes *nodes, as_span frames,
	const as_child_message *m, unsigned depth)
{
	as_node_message node;
	uint32_t object = as_object_get(&r->objects, &m->digests.sha256, m->size);
	uint32_t content = object == AS_NONE ? AS_NONE : r->objects.objects[object].exam;
	if (content == AS_NONE || !is_whole(r, content, depth) ||
		!as_nodes_get(nodes, frames, m->node, &node))
		return false;
	if (node.roles == 0)
		return true;
	as_buf path = { 0 };
	as_nodes_path(nodes, frames, m->node, &path);
	uint32_t exam = as_exam_get(&r->objects, object, as_buf_span_of(&path));
	as_buf_free(&path);
	return exam != AS_NONE && r->objects.exams[exam].state == AS_EXAM_DONE;
}

/* Whether everything that a finished examination found is finished, too. Depth is bounded by the limit
 * on containers in containers; the answer is remembered. */
static bool is_whole(as_review *r, uint32_t exam, unsigned depth)
{
	as_exam *e = &r->objects.exams[exam];
	if (e->state != AS_EXAM_DONE || e->whole || depth > r->limits.depth + 1)
		return e->whole;
	as_buf b = { 0 };
	as_nodes nodes = { 0 };
	bool whole = as_read_said(r, e->object, (as_span){ 0 }, &b) == AS_OK &&
		     shares_are_done(r, e->object, &b);
	as_span frames = as_buf_span_of(&b);
	as_cur c = as_cur_le(frames, 0);
	as_message kind;
	as_span payload;
	as_node_message n;
	as_child_message m;
	for (size_t at = 0; whole && as_frame_next(&c, &kind, &payload); at = as_pos(&c)) {
		if (kind == AS_M_NODE && as_node_decode(payload, &n))
			whole = as_nodes_add(&nodes, n.id, at);
		else if (kind == AS_M_CHILD && as_child_decode(payload, &m))
			whole = child_is_whole(r, &nodes, frames, &m, depth + 1);
	}
	as_nodes_free(&nodes);
	as_buf_free(&b);
	r->objects.exams[exam].whole = whole;
	return whole;
}

as_status as_schedule(as_review *r, uint32_t object, uint32_t shelf, uint64_t at, unsigned depth,
	as_span hint, uint64_t roles, as_span path)
{
	uint32_t content = as_exam_get(&r->objects, object, (as_span){ 0 });
	if (content == AS_NONE)
		return AS_NOMEM;
	if (r->resumed)
		(void)is_whole(r, content, depth);
	as_status s = queue(r, content, shelf, at, depth, hint);
	if (s != AS_OK || roles == 0)
		return s;
	uint32_t as_path = as_exam_get(&r->objects, object, path);
	if (as_path == AS_NONE)
		return AS_NOMEM;
	as_exam *e = &r->objects.exams[as_path];
	e->roles = roles;
	e->whole = e->state == AS_EXAM_DONE;
	return queue(r, as_path, shelf, at, depth, (as_span){ 0 });
}
