/* SPDX-License-Identifier: Apache-2.0 */
/* The supervisor's side of what an attacker may write: an examiner that was taken over, a journal
 * that was changed on the disk, a rule. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "dossier/write.h"
#include "judge/rule.h"
#include "listen.h"
#include "review/review.h"
#include "targets.h"

/* A review of one object of 64 KiB, in memory. */
typedef struct stage {
	as_review review;
	as_session session;
	assay_review_options options;
	assay_error error;
} stage;

enum { OBJECT = 64 << 10, MEMORY = 64 << 20 };

static void set_up(stage *s)
{
	static const uint8_t bytes[OBJECT];
	as_span object = as_bytes(bytes, sizeof(bytes));
	as_review *r = &s->review;
	*s = (stage){ .review = { .options = &s->options, .error = &s->error } };
	r->limits = (as_limits){ .depth = 4,
		.objects = 100000,
		.bytes = 1 << 30,
		.object_bytes = 16 << 20,
		.ratio = 1000,
		.seconds = 10,
		.memory = 1 << 30 };
	r->roles = as_roles_of;
	r->spool = as_spool_new("/dev/shm", MEMORY);
	r->window = malloc(AS_WINDOW);
	s->session.hasher = as_hasher_new_both();
	bool ok = r->spool && r->window && s->session.hasher &&
		  as_objects_init(&r->objects, r->spool) == AS_OK;
	insist(ok, "no memory");
	as_spool_writer w = as_spool_begin(r->spool);
	insist(as_spool_write(r->spool, &w, object) == AS_OK, "no memory");
	as_spool_end(r->spool, &w);
	as_sha256 sum = as_sha256_of(object);
	uint32_t id = as_object_get(&r->objects, &sum, object.n),
		 shelf = as_shelf_add(&r->objects, w.region);
	insist(as_schedule(r, id, shelf, 0, 0, (as_span){ 0 }, 0, (as_span){ 0 }) == AS_OK,
		"no memory");
	as_session_clear(&s->session);
	s->session.exam = as_heap_take(r);
}

static void clear(stage *s)
{
	as_review *r = &s->review;
	as_session_abort_stream(r, &s->session);
	as_buf_free(&s->session.payload);
	as_nodes_free(&s->session.nodes);
	as_hasher_free(s->session.hasher);
	as_objects_free(&r->objects);
	as_spool_free(r->spool);
	free(r->heap);
	free(r->window);
}

/* What the supervisor keeps of it must be readable by the dossier writer, whatever it was. */
static as_status said(void *ctx, const as_sha256 *sum, as_span path, as_buf *b)
{
	const as_span *payload = ctx;
	as_buf_clear(b);
	(void)sum;
	if (path.n > 0)
		return AS_NOT_THIS;
	as_buf_add(b, payload->p, payload->n);
	return AS_OK;
}

static void write_down(as_span payload)
{
	as_source source = { .read = said, .ctx = &payload, .max_places = 2000 };
	as_dossier_input in = { .name = as_lit("image"), .size = OBJECT };
	as_dossier_writer *w = as_dossier_create(":memory:", &source);
	insist(w, "no dossier");
	insist(as_dossier_add_input(w, &in) == AS_OK, "a review is lost to what an examiner says");
	insist(as_dossier_close(w) == AS_OK, "a dossier that cannot be closed");
}

void run_wire(const uint8_t *data, size_t n)
{
	stage *s = malloc(sizeof(*s));
	insist(s, "no memory");
	set_up(s);
	as_cur c = as_cur_le(as_bytes(data, n), 0);
	as_message kind;
	as_span payload;
	as_status st = AS_OK;
	while (st == AS_OK && as_frame_next(&c, &kind, &payload))
		st = as_hear(&s->review, &s->session, kind, payload);
	insist(st == AS_OK || st == AS_IO, "an examiner's words use up our memory");
	clear(s);
	free(s);
}

void run_dossier(const uint8_t *data, size_t n)
{
	stage *s = malloc(sizeof(*s));
	insist(s, "no memory");
	set_up(s);
	as_cur c = as_cur_le(as_bytes(data, n), 0);
	as_message kind;
	as_span payload;
	as_status st = AS_OK;
	while (st == AS_OK && as_frame_next(&c, &kind, &payload))
		st = as_hear(&s->review, &s->session, kind, payload);
	write_down(as_buf_span_of(&s->session.payload));
	clear(s);
	free(s);
}

static as_status each(void *ctx, const as_record *r)
{
	size_t *n = ctx;
	insist(r->path.n <= 1 << 16, "a record's path is too long");
	++*n;
	return AS_OK;
}

void run_journal(const uint8_t *data, size_t n)
{
	static char path[64];
	bool resumed = false;
	size_t records = 0;
	snprintf(path, sizeof(path), "/dev/shm/assay-fuzz-%d", (int)getpid());
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	insist(fd >= 0 && write(fd, data, n) == (ssize_t)n, "no memory");
	close(fd);
	as_journal *j = as_journal_open(path, as_lit("stamp"), &resumed, each, &records);
	insist(j && resumed == (records > 0), "a journal that cannot be opened");
	as_journal_close(j);
	(void)unlink(path);
}

void run_rule(const uint8_t *data, size_t n)
{
	as_arena *a = as_arena_new(0);
	as_rule rule;
	const char *problem = NULL;
	insist(a, "no memory");
	as_status s = as_rule_parse(a, as_bytes(data, n), &rule, &problem);
	insist((s == AS_OK) == (problem == NULL), "a rule that is neither right nor wrong");
	as_arena_free(a);
}
