/* SPDX-License-Identifier: Apache-2.0 */
/* Fast commits of ext4: what changed since the last transaction of the journal, in the blocks at its end. Little-endian
 * records of tag u16, length u16, contents; none crosses a block:
 *    9 head: features u32, number of the transaction u32      7 padding      8 tail: number u32, CRC-32C u32
 *    1 range added: inode u32, an extent[12]                  2 range taken: inode, logical block, blocks
 *    3 name created, 4 linked, 5 unlinked: directory u32, inode u32, name       6 inode: number u32, its first bytes
 * A tail ends a commit, whose records count if the sum in it (of all of them, begun with 0) is right, and the number is
 * the one behind the last transaction. What they say lies over what the blocks say: an inode's bytes all but its map,
 * over that map the ranges, and over the names of a directory those of the records; the last of them is right. */
#include "unpack/fmt/ext.h"

#include <stdlib.h>
#include <string.h>

enum { ADDED = 1, TAKEN, CREATED, LINKED, UNLINKED, INODE, PAD, TAIL, HEAD };
enum { MAP_AT = 40, MAP_END = 100, OLD_INODE = 128, UNWRITTEN = 32768 };

typedef struct edit {
	uint64_t from, end, at; /* logical blocks; physical of the first, or 0: a hole */
	size_t next;            /* of the same inode: its index and one, or 0 */
} edit;

typedef struct change {
	uint32_t dir, inode;
	as_span name;
	bool gone;
	size_t next; /* of the same directory */
} change;

/* What is known of one inode. */
struct as_ext_state {
	uint32_t number;
	uint8_t *raw; /* inode_size bytes, or NULL: as they are */
	uint64_t at;  /* of the first record that names it */
	bool made, listed;
	int64_t links;                                           /* more than its bytes say */
	size_t first_edit, last_edit, first_change, last_change; /* index and one, or 0 */
	as_ext_piece *pieces;
	size_t n_pieces;
};

struct as_ext_fast {
	as_ext_state *states;
	edit *edits;
	change *changes;
	size_t n_states, n_edits, n_changes;
	as_map inodes, names; /* number, or hash of directory and name, to index */
};

typedef struct record {
	uint32_t tag;
	as_span all, value;
	uint64_t at;
} record;

/* Records on their way through the blocks. */
typedef struct reader {
	const as_ext *x;
	const uint64_t *blocks;
	uint64_t n, i;
	as_cur c;
	as_span block;
} reader;

static bool next_record(reader *r, record *out)
{
	while (as_left(&r->c) < 4) {
		uint64_t at = r->i < r->n ? r->blocks[r->i++] : 0;
		r->block = as_cut(r->x->body, at * r->x->super.block, r->x->super.block);
		r->c = as_cur_le(r->block, 0);
		if (at == 0 || r->block.n == 0)
			return false;
	}
	uint64_t from = as_pos(&r->c);
	out->at = r->blocks[r->i - 1] * r->x->super.block + from;
	out->tag = as_u16(&r->c);
	uint64_t n = as_u16(&r->c);
	bool to_end = out->tag == TAIL || out->tag == PAD; /* some are one too long */
	out->value = as_take(&r->c, to_end ? as_min(n, as_left(&r->c)) : n);
	out->all = as_cut(r->block, from, as_pos(&r->c) - from);
	return as_ok(&r->c);
}

/* What of the records counts. */
typedef struct scan {
	uint64_t records, commits, torn; /* torn: where a sum was wrong, or 0 */
	bool unknown;                    /* features of a head that nobody told of */
	size_t inodes, edits, changes;
} scan;

/* Whether a record goes on with a commit of that number; sum goes on with it. */
static bool scan_one(scan *s, const record *r, uint32_t number, uint32_t *sum)
{
	as_cur c = as_cur_le(r->value, 0);
	uint32_t first = as_u32(&c), second = as_u32(&c);
	if (r->tag == 0 || r->tag > HEAD)
		return false;
	s->unknown = s->unknown || (r->tag == HEAD && second == number && first != 0);
	if (r->tag == HEAD && (!as_ok(&c) || first != 0 || second != number))
		return false;
	if (r->tag != TAIL) {
		*sum = as_crc32c(*sum, r->all);
		return true;
	}
	bool right = as_ok(&c) && as_crc32c(*sum, as_cut(r->all, 0, 8)) == second;
	*sum = 0;
	s->torn = as_ok(&c) && first == number && !right ? r->at : 0;
	return right && first == number;
}

static scan scan_all(reader r, uint32_t number)
{
	scan s = { 0 };
	uint32_t sum = 0;
	record one;
	uint64_t n = 0;
	size_t inodes = 0, edits = 0, changes = 0;
	while (next_record(&r, &one) && scan_one(&s, &one, number, &sum)) {
		n++;
		inodes += one.tag == INODE;
		edits += one.tag == ADDED || one.tag == TAKEN;
		changes += one.tag >= CREATED && one.tag <= UNLINKED;
		if (one.tag != TAIL)
			continue;
		s.records = n;
		s.commits++;
		s.inodes = inodes;
		s.edits = edits;
		s.changes = changes;
	}
	return s;
}

static as_ext_state *state_of(const struct as_ext_fast *f, uint32_t number)
{
	uint64_t i = 0;
	return as_map_get(&f->inodes, number, &i) ? &f->states[i] : NULL;
}

/* The state of an inode that a record names; NULL without memory. */
static as_ext_state *state_for(struct as_ext_fast *f, uint32_t number, uint64_t at)
{
	as_ext_state *s = state_of(f, number);
	if (s || as_map_set(&f->inodes, number, f->n_states) != AS_OK)
		return s;
	f->states[f->n_states] = (as_ext_state){ .number = number, .at = at };
	return &f->states[f->n_states++];
}

static as_status note_edit(struct as_ext_fast *f, const record *r)
{
	as_cur c = as_cur_le(r->value, 0);
	edit e = { 0 };
	uint32_t number = as_u32(&c);
	e.from = as_u32(&c);
	uint64_t n = r->tag == ADDED ? as_u16(&c) : as_u32(&c);
	if (r->tag == ADDED) {
		uint64_t high = as_u16(&c);
		e.at = n > UNWRITTEN ? 0 : high << 32 | as_u32(&c);
		n -= n > UNWRITTEN ? UNWRITTEN : 0;
	}
	e.end = e.from + n;
	if (!as_ok(&c) || n == 0)
		return AS_PARTIAL;
	as_ext_state *s = state_for(f, number, r->at);
	if (!s)
		return AS_NOMEM;
	f->edits[f->n_edits++] = e;
	*(s->last_edit ? &f->edits[s->last_edit - 1].next : &s->first_edit) = f->n_edits;
	s->last_edit = f->n_edits;
	return AS_OK;
}

static uint64_t name_key(const struct as_ext_fast *f, uint32_t dir, as_span name)
{
	return as_hash64(f->names.seed ^ (uint64_t)dir << 16, name);
}

static as_status note_change(struct as_ext_fast *f, const record *r)
{
	as_cur c = as_cur_le(r->value, 0);
	change made = { .gone = r->tag == UNLINKED };
	made.dir = as_u32(&c);
	made.inode = as_u32(&c);
	made.name = as_trim(as_take(&c, as_left(&c)));
	if (!as_ok(&c) || made.name.n == 0 || made.name.n > UINT8_MAX)
		return AS_PARTIAL;
	as_ext_state *inode = state_for(f, made.inode, r->at);
	as_ext_state *dir = inode ? state_for(f, made.dir, r->at) : NULL;
	if (!dir)
		return AS_NOMEM;
	inode->made = inode->made || r->tag == CREATED;
	inode->links += r->tag == LINKED ? 1 : r->tag == UNLINKED ? -1 : 0;
	f->changes[f->n_changes++] = made;
	*(dir->last_change ? &f->changes[dir->last_change - 1].next : &dir->first_change) =
		f->n_changes;
	dir->last_change = f->n_changes;
	return as_map_set(&f->names, name_key(f, made.dir, made.name), f->n_changes - 1);
}

/* An inode's bytes, all but its map, which ranges tell; those of an inline file, a device or a link are no map. */
static as_status note_inode(const as_ext *x, struct as_ext_fast *f, const record *r)
{
	static const uint8_t empty[MAP_END - MAP_AT] = { 0x0a, 0xf3, 0, 0, 4 };
	as_cur c = as_cur_le(r->value, 0);
	uint32_t number = as_u32(&c);
	as_span raw = as_cut(r->value, 4, as_min(r->value.n - as_pos(&c), x->super.inode_size));
	as_span was = as_ext_bytes(x, as_ext_inode_at(x, number), x->super.inode_size);
	as_ext_inode i;
	if (!as_ok(&c) || raw.n < OLD_INODE || !as_ext_inode_at(x, number) || was.n == 0 ||
		!as_ext_parse_inode(raw, number, 0, &i))
		return AS_PARTIAL;
	as_ext_state *s = state_for(f, number, r->at);
	as_status st = s && !s->raw ? as_want(x->u, was.n) : AS_OK;
	if (s && !s->raw && st == AS_OK && (s->raw = as_alloc(as_memory(x->u), was.n)))
		memcpy(s->raw, was.p, was.n);
	if (st != AS_OK || !s || !s->raw)
		return st != AS_OK ? st : AS_NOMEM;
	s->links = 0;
	bool map = i.flags & AS_EXT_EXTENTS || i.type == AS_FILE || i.type == AS_DIR;
	if (i.flags & AS_EXT_INLINE || !map)
		memcpy(s->raw, raw.p, MAP_END);
	else
		memcpy(s->raw, raw.p, MAP_AT);
	as_span rest = as_from(raw, MAP_END);
	memcpy(s->raw + MAP_END, rest.p, rest.n);
	if (i.flags & AS_EXT_EXTENTS && memcmp(s->raw + MAP_AT, empty, 2) != 0)
		memcpy(s->raw + MAP_AT, empty, sizeof(empty));
	return AS_OK;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static size_t index_of(const uint64_t *points, size_t n, uint64_t value)
{
	const uint64_t *p = bsearch(&value, points, n, sizeof(*points), by_value);
	return p ? (size_t)(p - points) : n;
}

/* The first point from i on that nobody painted; shortens the way for the next. */
static size_t unpainted(size_t *next, size_t i)
{
	while (next[i] != i) {
		next[i] = next[next[i]];
		i = next[i];
	}
	return i;
}

/* Of the ranges of an inode what is seen in the end: from the last to the first, each paints what is bare yet. */
static as_status flatten(const as_ext *x, struct as_ext_fast *f, as_ext_state *s)
{
	size_t count = 0, n = 0;
	for (size_t k = s->first_edit; k; k = f->edits[k - 1].next)
		count++;
	as_arena *a = as_memory(x->u);
	uint64_t *points = as_alloc_array(a, 2 * count, sizeof(*points));
	size_t *next = as_alloc_array(a, 2 * count + 1, sizeof(*next));
	size_t *all = as_alloc_array(a, count, sizeof(*all)); /* index and one, as in owner */
	size_t *owner = as_alloc_array(a, 2 * count, sizeof(*owner));
	s->pieces = as_alloc_array(a, 2 * count, sizeof(*s->pieces));
	if (!points || !next || !all || !owner || !s->pieces)
		return AS_NOMEM;
	count = 0;
	for (size_t k = s->first_edit; k; k = f->edits[k - 1].next) {
		points[2 * count] = f->edits[k - 1].from;
		points[2 * count + 1] = f->edits[k - 1].end;
		all[count++] = k;
	}
	qsort(points, 2 * count, sizeof(*points), by_value);
	for (size_t i = 0; i < 2 * count; i++)
		if (n == 0 || points[i] != points[n - 1])
			points[n++] = points[i];
	for (size_t i = 0; i <= n; i++)
		next[i] = i;
	while (count-- > 0) {
		const edit *e = &f->edits[all[count] - 1];
		size_t end = index_of(points, n, e->end);
		for (size_t i = unpainted(next, index_of(points, n, e->from)); i < end;
			i = unpainted(next, i)) {
			owner[i] = all[count];
			next[i] = i + 1;
		}
	}
	for (size_t i = 0; i + 1 < n; i++) {
		const edit *e = owner[i] ? &f->edits[owner[i] - 1] : NULL;
		if (e)
			s->pieces[s->n_pieces++] = (as_ext_piece){ .from = points[i],
				.end = points[i + 1],
				.at = e->at ? e->at + points[i] - e->from : 0 };
	}
	return AS_OK;
}

static struct as_ext_fast *room_for(const as_ext *x, const scan *n)
{
	as_arena *a = as_memory(x->u);
	struct as_ext_fast *f = as_alloc(a, sizeof(*f));
	if (!f)
		return NULL;
	f->states =
		as_alloc_array(a, n->inodes + n->edits + 2 * n->changes + 1, sizeof(*f->states));
	f->edits = as_alloc_array(a, n->edits + 1, sizeof(*f->edits));
	f->changes = as_alloc_array(a, n->changes + 1, sizeof(*f->changes));
	return f->states && f->edits && f->changes ? f : NULL;
}

static as_status apply(const as_ext *x, struct as_ext_fast *f, reader r, uint64_t n)
{
	record one;
	as_status worst = AS_OK;
	for (; n > 0 && worst <= AS_PARTIAL && next_record(&r, &one); n--) {
		as_status s = AS_OK;
		if (one.tag == ADDED || one.tag == TAKEN)
			s = note_edit(f, &one);
		else if (one.tag == INODE)
			s = note_inode(x, f, &one);
		else if (one.tag >= CREATED && one.tag <= UNLINKED)
			s = note_change(f, &one);
		if (s == AS_PARTIAL)
			s = as_lost(x->u, one.at, "record of a fast commit makes no sense");
		worst = as_worse(worst, s);
	}
	for (size_t i = 0; i < f->n_states && worst <= AS_PARTIAL; i++)
		if (f->states[i].first_edit)
			worst = as_worse(worst, flatten(x, f, &f->states[i]));
	return worst;
}

as_status as_ext_fast_replay(as_ext *x, const uint64_t *blocks, uint64_t n, uint32_t number)
{
	reader r = { .x = x, .blocks = blocks, .n = n };
	scan found = scan_all(r, number);
	as_status s = AS_OK;
	if (found.unknown)
		s = as_refused(x->u, 1024 + 96, "unsupported",
			"a fast commit has features that are not known: it was not replayed");
	if (found.torn)
		s = as_lost(x->u, found.torn,
			"checksum of a fast commit is wrong: it and those behind it were not "
			"replayed");
	if (found.commits == 0)
		return s;
	size_t each = sizeof(as_ext_state) * 2 + sizeof(change) + sizeof(edit) * 2;
	s = as_worse(s, as_want(x->u, (found.inodes + found.edits + found.changes) * each));
	if (s > AS_PARTIAL)
		return s;
	struct as_ext_fast *f = room_for(x, &found);
	if (!f)
		return AS_NOMEM;
	s = as_worse(s, apply(x, f, r, found.records));
	x->fast = f;
	as_tellf(x->u, as_cut(x->body, 1024 + 96, 4), "journal", "%llu fast commits were replayed",
		(unsigned long long)found.commits);
	return s;
}

as_status as_ext_fast_end(as_ext *x)
{
	struct as_ext_fast *f = x->fast;
	as_status s = AS_OK;
	uint32_t inode = 0;
	as_span name = { 0 };
	for (size_t i = 0; f && i < f->n_states && s <= AS_PARTIAL; i++) {
		size_t k = 0;
		if (!f->states[i].listed &&
			as_ext_fast_next(x, f->states[i].number, &k, &inode, &name))
			s = as_worse(
				s, as_lost(x->u, f->states[i].at,
					   "a fast commit names entries of a directory that is "
					   "not there"));
	}
	if (f) {
		as_map_free(&f->inodes);
		as_map_free(&f->names);
	}
	x->fast = NULL;
	return s;
}

as_span as_ext_fast_inode(const as_ext *x, uint32_t number, const as_ext_state **state)
{
	*state = x->fast ? state_of(x->fast, number) : NULL;
	return *state && (*state)->raw ? as_bytes((*state)->raw, x->super.inode_size)
				       : (as_span){ 0 };
}

size_t as_ext_fast_pieces(const as_ext_state *s, const as_ext_piece **pieces)
{
	*pieces = s ? s->pieces : NULL;
	return s ? s->n_pieces : 0;
}

bool as_ext_fast_made(const as_ext_state *s) { return s && s->made; }

bool as_ext_fast_gone(const as_ext_inode *i)
{
	return i->fast && i->links > 0 && i->fast->links + i->links <= 0;
}

/* The last change of a name, or NULL. */
static const change *last_of(const struct as_ext_fast *f, uint32_t dir, as_span name)
{
	uint64_t i = 0;
	if (!as_map_get(&f->names, name_key(f, dir, name), &i))
		return NULL;
	const change *c = &f->changes[i];
	return c->dir == dir && as_same(c->name, name) ? c : NULL;
}

bool as_ext_fast_hides(const as_ext *x, uint32_t dir, as_span name)
{
	return x->fast && last_of(x->fast, dir, name);
}

bool as_ext_fast_next(const as_ext *x, uint32_t dir, size_t *k, uint32_t *inode, as_span *name)
{
	as_ext_state *s = x->fast ? state_of(x->fast, dir) : NULL;
	if (!s)
		return false;
	s->listed = true;
	for (*k = *k ? x->fast->changes[*k - 1].next : s->first_change; *k;
		*k = x->fast->changes[*k - 1].next) {
		const change *c = &x->fast->changes[*k - 1];
		*inode = c->inode;
		*name = c->name;
		if (!c->gone && last_of(x->fast, dir, c->name) == c)
			return true;
	}
	return false;
}
