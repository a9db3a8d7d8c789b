/* SPDX-License-Identifier: Apache-2.0 */
/* Which nodes of a UBIFS count: those that the index has, and those that stand in the buds of the journal, which the
 * log names: blocks that were begun after the commit which the master node tells of. */
#include "unpack/fmt/ubifs.h"

enum { BRANCHES = 28, BRANCH_MIN = 20, LEVELS = 64 };

typedef struct master {
	uint64_t commit, sequence;
	uint32_t root_leb, root_at;
	bool known;
} master;

/* A place in a LEB as one in the body; UINT64_MAX if it is none. */
static uint64_t place(const as_ub *q, uint32_t leb, uint32_t at)
{
	uint64_t where = ((uint64_t)leb - q->super.base) * q->super.leb + at;
	return leb >= q->super.base && at < q->super.leb && where < q->body.n ? where : UINT64_MAX;
}

/* The newest of the nodes of a kind in LEBs [from, to), each handed to see. */
static void each_node(
	as_ub *q, uint64_t from, uint64_t to, void (*see)(void *, const as_ub_raw *), void *ctx)
{
	uint64_t base = q->super.base, end = as_min((to - base) * q->super.leb, q->body.n);
	for (uint64_t at = (as_max(from, base) - base) * q->super.leb; at + AS_UB_HEADER <= end;) {
		as_ub_raw r;
		bool found = as_ub_read(q->body, at, &r);
		if (found)
			see(ctx, &r);
		at += found ? (r.bytes.n + 7) / 8 * 8 : 8;
	}
}

static void see_master(void *ctx, const as_ub_raw *r)
{
	master *m = ctx;
	if (r->kind != AS_UB_MASTER || (m->known && r->sequence < m->sequence))
		return;
	as_cur c = as_cur_le(r->bytes, 32);
	*m = (master){ .commit = as_u64(&c), .sequence = r->sequence, .known = true };
	as_seek(&c, 48);
	m->root_leb = as_u32(&c);
	m->root_at = as_u32(&c);
}

/* ---- index */

static as_status bad(as_ub *q, uint64_t at)
{
	q->by_number = true;
	return as_lost(
		q->u, at, "the index is damaged: the newest nodes count, removed ones among them");
}

static as_status branches(as_ub *q, const as_ub_raw *r, unsigned level);

/* A node of the index at a level below above. */
static as_status index_node(as_ub *q, uint64_t at, unsigned above)
{
	as_ub_raw r;
	if (at == UINT64_MAX || !as_ub_read(q->body, at, &r) || r.kind != AS_UB_INDEX)
		return bad(q, at);
	as_cur c = as_cur_le(r.bytes, 26);
	unsigned level = as_u16(&c);
	if (level >= above)
		return bad(q, at);
	as_status s = as_visit(q->u, at);
	return s == AS_OK ? branches(q, &r, level) : as_worse(s, s == AS_PARTIAL ? bad(q, at) : s);
}

static as_status branches(as_ub *q, const as_ub_raw *r, unsigned level)
{
	as_cur c = as_cur_le(r->bytes, AS_UB_HEADER);
	uint32_t n = as_u16(&c);
	uint64_t each = n > 0 ? (r->bytes.n - BRANCHES) / n : 0;
	as_status s = n > 0 && each < BRANCH_MIN ? bad(q, r->at) : AS_OK;
	for (uint32_t i = 0; i < n && each >= BRANCH_MIN && s <= AS_PARTIAL && !q->by_number; i++) {
		as_seek(&c, BRANCHES + i * each);
		uint32_t leb = as_u32(&c), offset = as_u32(&c);
		uint64_t at = place(q, leb, offset);
		if (level > 0)
			s = as_worse(s, index_node(q, at, level)); /* levels bound the depth */
		else if (at != UINT64_MAX)
			s = as_worse(s, as_map_set(&q->indexed, at, 1));
	}
	return s;
}

/* ---- journal */

typedef struct journal {
	as_ub *q;
	uint64_t commit, since; /* since: the sequence of the commit's start */
	bool found;
	as_status status;
} journal;

static void see_commit(void *ctx, const as_ub_raw *r)
{
	journal *j = ctx;
	as_cur c = as_cur_le(r->bytes, AS_UB_HEADER);
	if (r->kind != AS_UB_COMMIT || as_u64(&c) != j->commit)
		return;
	j->found = true;
	j->since = r->sequence;
}

static void see_reference(void *ctx, const as_ub_raw *r)
{
	journal *j = ctx;
	as_cur c = as_cur_le(r->bytes, AS_UB_HEADER);
	uint64_t old = 0;
	if (r->kind != AS_UB_REF || r->sequence < j->since)
		return;
	uint32_t leb = as_u32(&c), from = as_u32(&c);
	if (as_map_get(&j->q->buds, leb, &old))
		from = (uint32_t)as_min(from, old);
	j->status = as_worse(j->status, as_map_set(&j->q->buds, leb, from));
}

as_status as_ub_index(as_ub *q)
{
	master m = { 0 };
	each_node(q, 1, 3, see_master, &m);
	if (!m.known) {
		q->by_number = true;
		return as_lost(q->u, q->super.leb,
			"no master node: the newest nodes count, removed ones among them");
	}
	journal j = { .q = q, .commit = m.commit };
	uint64_t log = 3, behind = as_min(q->super.table, q->body.n / q->super.leb + log + 1);
	each_node(q, log, behind, see_commit, &j);
	if (j.found)
		each_node(q, log, behind, see_reference, &j);
	as_status s = as_worse(
		j.status, j.found ? AS_OK
				  : as_lost(q->u, (log - q->super.base) * q->super.leb,
					    "the log does not begin: the journal was not read"));
	if (s > AS_PARTIAL)
		return s;
	return as_worse(s, index_node(q, place(q, m.root_leb, m.root_at), LEVELS));
}
