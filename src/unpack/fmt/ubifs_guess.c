/* SPDX-License-Identifier: Apache-2.0 */
/* A UBIFS whose superblock is gone. LEBs 1 and 2 begin with the master node, LEB 3 with a commit's start, and the
 * master node tells where the root of the index stands, as LEB and offset: the size of a LEB under which it does
 * stand there is right. */
#include "unpack/fmt/ubifs.h"

enum { LEB_MIN = 4096, LEB_MAX = 16 << 20, LOG = 3 };

typedef struct master {
	uint64_t sequence;
	uint32_t root_leb, root_at, n_lebs;
	uint32_t table[4]; /* LEBs of the table of free space */
} master;

static bool read_master(const as_ub_raw *r, master *m)
{
	static const uint8_t places[4] = { 120, 128, 136, 144 };
	as_cur c = as_cur_le(r->bytes, 48);
	*m = (master){ .sequence = r->sequence, .root_leb = as_u32(&c) };
	m->root_at = as_u32(&c);
	for (unsigned i = 0; i < 4; i++) {
		as_seek(&c, places[i]);
		m->table[i] = as_u32(&c);
	}
	as_seek(&c, 164);
	m->n_lebs = as_u32(&c);
	return as_ok(&c) && r->kind == AS_UB_MASTER;
}

/* Whether the root stands where it would if body began with LEB base, and each had leb bytes. */
static bool root_fits(as_span body, const master *m, uint64_t leb, uint32_t base)
{
	as_ub_raw r;
	return leb >= LEB_MIN && leb <= LEB_MAX && leb % 8 == 0 && m->root_leb > LOG &&
	       m->root_at < leb && as_ub_read(body, (m->root_leb - base) * leb + m->root_at, &r) &&
	       r.kind == AS_UB_INDEX;
}

static void settle(as_ub_super *s, const master *m, uint64_t leb, uint32_t base)
{
	*s = (as_ub_super){ .leb = (uint32_t)leb,
		.base = base,
		.n_lebs = m->n_lebs,
		.guessed = true,
		.known = true };
	s->table = UINT32_MAX;
	for (unsigned i = 0; i < 4; i++) {
		if (m->table[i] <= LOG)
			continue;
		s->table = (uint32_t)as_min(s->table, m->table[i]);
		s->behind = (uint32_t)as_max(s->behind, m->table[i] + 1ull);
	}
	if (s->table > s->behind)
		s->table = s->behind = LOG + 1;
}

as_ub_super as_ub_guess(as_span body, uint64_t *work)
{
	static const uint8_t magic[] = { 0x31, 0x18, 0x10, 0x06 };
	as_ub_super s = { 0 };
	as_ub_raw r;
	master newest, m;
	if (!as_ub_read(body, 0, &r) || !read_master(&r, &newest))
		return s;
	as_span near = as_cut(body, 0, as_min(body.n, 2 * (LEB_MAX + LEB_MIN)));
	for (size_t at = as_find(near, as_bytes(magic, 4), 8); at != SIZE_MAX && !s.known;
		at = as_find(near, as_bytes(magic, 4), at + 8)) {
		*work = at;
		if (at % 8 != 0 || !as_ub_read(near, at, &r))
			continue;
		bool is_master = r.kind == AS_UB_MASTER && read_master(&r, &m);
		if (is_master && root_fits(body, &newest, at, 1))
			settle(&s, &newest, at, 1);
		else if (r.kind == AS_UB_COMMIT && root_fits(body, &newest, at, 2))
			settle(&s, &newest, at, 2);
		else if (r.kind == AS_UB_COMMIT && root_fits(body, &newest, at / 2, 1))
			settle(&s, &newest, at / 2, 1);
		if (is_master && m.sequence > newest.sequence)
			newest = m;
	}
	*work = s.known ? 0 : near.n;
	return s;
}
