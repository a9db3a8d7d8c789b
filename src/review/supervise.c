/* SPDX-License-Identifier: Apache-2.0 */
/* Gives examiners work until there is none, and survives whatever becomes of them. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "review/review.h"
#include "sandbox/lock.h"
#include "unpack/format.h"

enum {
	POLL_MS = 200,
	LONG = 10, /* times the limit: an examiner that talks but never ends, or sleeps */
};

static as_status start(as_review *r, as_session *s)
{
	as_process_options o = {
		.spool = r->spool, .memory = r->limits.memory, .work = r->work, .ctx = r->work_ctx
	};
	s->process = as_process_new(&o);
	as_session_clear(s);
	return s->process ? AS_OK : AS_NOMEM;
}

/* Gives a session the next waiting examination; AS_NOT_THIS if none waits. */
static as_status give(as_review *r, as_session *s)
{
	uint32_t i = as_heap_take(r);
	if (i == AS_NONE)
		return AS_NOT_THIS;
	as_exam *e = &r->objects.exams[i];
	const as_object *o = &r->objects.objects[e->object];
	if (!s->process && start(r, s) != AS_OK)
		return AS_NOMEM;
	as_session_clear(s);
	as_order order = { .region = r->objects.shelves[o->shelf].region,
		.at = o->at,
		.n = o->size,
		.depth = e->depth,
		.content = e->path.n == 0 || e->share > 0,
		.share = e->share,
		.open = true,
		.roles = e->roles,
		.hint = as_hint_of(e),
		.path = e->share > 0 ? (as_span){ 0 } : e->path };
	if (e->trouble) {
		order.open = !e->trouble->closed;
		order.type = e->trouble->type;
		memcpy(order.skip, e->trouble->skip, sizeof(order.skip));
	}
	e->state = AS_EXAM_RUNNING;
	s->exam = i;
	s->began = s->heard = as_now();
	s->busy = as_process_seconds(s->process);
	as_status st = as_process_order(s->process, &order);
	return st == AS_NOMEM ? st : AS_OK; /* if it is dead, reading will tell */
}

/* The entries of a shared container are told by its first examiner; of the others' words, what they add. */
static void keep_contents_only(as_buf *frames)
{
	as_buf kept = { 0 };
	as_cur c = as_cur_le(as_buf_span_of(frames), 0);
	as_message kind;
	as_span payload;
	while (as_frame_next(&c, &kind, &payload))
		if (kind == AS_M_CHILD || kind == AS_M_LOST)
			as_frame_add(&kept, kind, payload);
	as_buf_free(frames);
	*frames = kept;
}

static as_status finish(as_review *r, as_session *s)
{
	as_exam *e = &r->objects.exams[s->exam];
	as_buf *said = &s->payload;
	/* Copied only if it must be: it may be large. */
	if (e->trouble && e->trouble->kept.n > 0) {
		said = &e->trouble->kept;
		as_buf_add(said, s->payload.p, s->payload.n);
	}
	if (e->share > 0)
		keep_contents_only(said);
	as_record record = { .sha256 = r->objects.objects[e->object].sha256, .path = e->path };
	as_status st =
		said->bad ? AS_NOMEM : as_journal_add(r->journal, &record, as_buf_span_of(said));
	e->at = record.at;
	e->n = record.n;
	if (e->trouble)
		as_buf_free(&e->trouble->kept);
	e->state = AS_EXAM_DONE;
	e->whole = true;
	r->n_done++;
	r->bytes_done += r->objects.objects[e->object].size;
	as_object_seen(&r->objects, e->object);
	as_session_clear(s);
	return st;
}

static void add_loss(
	as_buf *b, const char *stage, const char *reason, uint64_t at, const char *text)
{
	as_buf m = { 0 };
	as_lost_encode(&m, &(as_lost_message){ .at = at,
				   .stage = as_lit(stage),
				   .reason = as_lit(reason),
				   .text = as_lit(text) });
	as_frame_add(b, AS_M_LOST, as_buf_span_of(&m));
	as_buf_free(&m);
}

static bool is_opening(const char *stage)
{
	return strcmp(stage, "scan") == 0 || as_format_by_id(stage);
}

static void skip_stage(as_review *r, as_trouble *t, const char *stage)
{
	for (size_t i = 0; i < AS_SKIP_MAX; i++) {
		if (t->skip[i].n > 0)
			continue;
		t->skip[i] = as_copy(r->objects.arena, as_lit(stage));
		return;
	}
}

/* What the object in hand is, if its examiner had said so. */
static as_span type_said(as_review *r, const as_session *s)
{
	as_cur c = as_cur_le(as_buf_span_of(&s->payload), 0);
	as_message kind;
	as_span payload;
	as_type_message m;
	while (as_frame_next(&c, &kind, &payload))
		if (kind == AS_M_TYPE && as_type_decode(payload, &m))
			return as_copy(r->objects.arena, m.type);
	return (as_span){ 0 };
}

/* Notes why an examination failed and what to leave out of the next try. */
static void note_failure(as_review *r, as_session *s, as_trouble *t, bool last, const char *why)
{
	char stage[AS_STAGE_MAX];
	uint64_t at;
	as_process_stage(s->process, stage, &at);
	bool opened = is_opening(stage) && s->nodes.n > 0;
	if (opened || last)
		as_buf_add(&t->kept, s->payload.p, s->payload.n);
	add_loss(&t->kept, stage, s->hung ? "hang" : "crash", at,
		s->hung ? "took too long and was stopped" : why);
	if (opened && !t->closed)
		t->type = type_said(r, s);
	t->closed = t->closed || opened;
	skip_stage(r, t, stage);
}

/* An examiner is gone with work in hand. What it had found inside a container stays; the stage that
 * failed is left out of the next try; after some tries the object is recorded as it is. */
static as_status bury(as_review *r, as_session *s)
{
	char why[160];
	as_process_end(s->process, why, sizeof(why));
	as_trouble *t = NULL;
	if (s->exam != AS_NONE) {
		as_session_abort_stream(r, s);
		t = as_exam_trouble(&r->objects, s->exam);
	}
	bool last = t && ++t->tries >= AS_TRIES_MAX;
	/* Killed from outside: nobody's fault, so the same again, while there are tries left. */
	bool again = !last && !s->hung && strstr(why, "signal 9 ");
	if (t && !again)
		note_failure(r, s, t, last, why);
	as_process_kill(s->process);
	s->process = NULL;
	if (!t)
		return s->exam == AS_NONE ? AS_OK : AS_NOMEM;
	as_buf_clear(&s->payload);
	if (last)
		return finish(r, s);
	r->objects.exams[s->exam].state = AS_EXAM_WAITING;
	uint32_t exam = s->exam;
	as_session_clear(s);
	return as_heap_add(r, exam);
}

typedef struct intake {
	as_review *r;
	as_session *s;
} intake;

static as_status take(void *ctx, as_message kind, as_span payload)
{
	intake *in = ctx;
	return as_hear(in->r, in->s, kind, payload);
}

static as_status hear(as_review *r, as_session *s)
{
	intake in = { r, s };
	bool done = false;
	as_status st = as_process_read(s->process, take, &in, &done);
	s->heard = as_now();
	s->busy = as_process_seconds(s->process);
	r->locks &= as_process_locks(s->process);
	if (st == AS_NOMEM)
		return st;
	if (st != AS_OK || (done && s->exam == AS_NONE))
		return bury(r, s);
	return done ? finish(r, s) : AS_OK;
}

/* The limit counts processor time since the examiner was last heard, so that a busy machine does not make a
 * difference; one that sleeps, or talks without end, is stopped by the clock on the wall. */
static void watch(as_review *r, as_session *s)
{
	double now = as_now(), limit = r->limits.seconds;
	if (!s->process || s->exam == AS_NONE || s->hung)
		return;
	double busy = as_process_seconds(s->process) - s->busy;
	if (busy < limit && now - s->heard < limit * (double)LONG &&
		now - s->began < limit * (double)(LONG * LONG))
		return;
	s->hung = true;
	(void)kill(as_process_pid(s->process), SIGKILL);
}

static void progress(as_review *r)
{
	double now = as_now();
	if (!r->options->on_progress || now - r->reported < 0.1)
		return;
	r->reported = now;
	assay_progress p = { .stage = "examine",
		.bytes_done = r->bytes_done,
		.bytes_known = r->bytes_known,
		.objects_done = r->n_done,
		.objects_known = r->objects.n_exams,
		.seconds = now - r->started };
	r->options->on_progress(r->options->ctx, &p);
}

/* Listens to every busy session once. */
static as_status listen_once(as_review *r)
{
	struct pollfd fds[64];
	as_session *of[64];
	nfds_t n = 0;
	for (unsigned i = 0; i < r->n_sessions; i++) {
		if (!r->sessions[i].process || r->sessions[i].exam == AS_NONE)
			continue;
		fds[n] = (struct pollfd){ .fd = as_process_fd(r->sessions[i].process),
			.events = POLLIN };
		of[n++] = &r->sessions[i];
	}
	(void)poll(fds, n, POLL_MS);
	as_status st = AS_OK;
	for (nfds_t i = 0; i < n && st == AS_OK; i++) {
		if (fds[i].revents != 0)
			st = hear(r, of[i]);
		else
			watch(r, of[i]);
	}
	return st;
}

/* Gives every idle session work; *busy: how many have some. */
static as_status give_all(as_review *r, unsigned *busy)
{
	*busy = 0;
	for (unsigned i = 0; i < r->n_sessions; i++) {
		as_session *s = &r->sessions[i];
		as_status st = s->exam == AS_NONE ? give(r, s) : AS_OK;
		if (st == AS_NOMEM)
			return st;
		*busy += s->exam != AS_NONE;
	}
	return AS_OK;
}

static void tell_locks(as_review *r)
{
	if (r->n_done == 0 || (r->locks & AS_LOCK_ALL) == AS_LOCK_ALL)
		return;
	if (!(r->locks & AS_LOCK_SECCOMP))
		as_review_say(r, "WARNING: this kernel has no seccomp: examiners could call the "
				 "system freely");
	if (!(r->locks & AS_LOCK_LANDLOCK))
		as_review_say(r, "WARNING: this kernel has no Landlock: examiners rely on seccomp "
				 "alone to stay away "
				 "from files");
	if (!(r->locks & AS_LOCK_LIMITS))
		as_review_say(r, "WARNING: resource limits could not be set: an examiner could "
				 "exhaust memory");
}

assay_status as_supervise(as_review *r)
{
	as_status st = AS_OK;
	unsigned busy = 1;
	while (st == AS_OK && busy > 0) {
		st = give_all(r, &busy);
		if (st == AS_OK && busy > 0)
			st = listen_once(r);
		progress(r);
	}
	tell_locks(r);
	as_objects_settle(&r->objects);
	free(r->heap);
	r->heap = NULL;
	r->n_heap = r->cap_heap = 0;
	if (st == AS_IO)
		return as_review_fail(r, ASSAY_OUTPUT,
			"the journal in %s cannot be written: is the disk full? Free some room and "
			"run the "
			"same command again: it resumes",
			r->options->output);
	return st == AS_OK ? ASSAY_OK
			   : as_review_fail(r, ASSAY_INTERNAL, "memory or processes ran out");
}
