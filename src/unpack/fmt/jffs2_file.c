/* SPDX-License-Identifier: Apache-2.0 */
/* Contents of JFFS2 files. A node holds a stretch of the file and a version; where nodes overlap, the newest counts,
 * and a node that tells a smaller size cuts what is older. So a state of a file is a prefix of its nodes, and earlier
 * states can be told as long as their nodes are on flash: a new one begins with a node that writes where the same run
 * of writes has been already, or that makes the file shorter. */
#include "unpack/fmt/jffs2.h"

#include <stdlib.h>

enum { VERSIONS = 16 /* earlier contents of a file that are told, the newest */, UNIT = 4096 };

as_status as_j2_prepare(as_j2 *q)
{
	size_t n = 2 * q->longest + 2;
	as_arena *a = as_memory(q->u);
	as_status s = as_want(q->u, (uint64_t)n * 64);
	if (s != AS_OK)
		return s;
	q->points = as_alloc_array(a, n, sizeof(*q->points));
	q->next = as_alloc_array(a, n, sizeof(*q->next));
	q->owner = as_alloc_array(a, n, sizeof(const as_j2_node *));
	for (size_t i = 0; i < 2; i++)
		q->views[i].list = as_alloc_array(a, n, sizeof(as_j2_stretch));
	bool ok = q->points && q->next && q->owner && q->views[0].list && q->views[1].list;
	return ok ? AS_OK : AS_NOMEM;
}

static int by_value(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return a < b ? -1 : a > b;
}

/* Where a node's stretch ends in a file of size bytes. */
static uint32_t end_of(const as_j2_node *node, uint32_t size)
{
	return (uint32_t)as_min((uint64_t)node->offset + node->dsize, size);
}

static size_t collect_points(as_j2 *q, const as_j2_node *nodes, size_t n, uint32_t size)
{
	size_t count = 0;
	q->points[count++] = 0;
	q->points[count++] = size;
	uint32_t cap = size;
	for (size_t i = n; i-- > 0;) {
		cap = (uint32_t)as_min(cap, nodes[i].isize);
		uint32_t end = end_of(&nodes[i], cap);
		if (nodes[i].offset >= end)
			continue;
		q->points[count++] = nodes[i].offset;
		q->points[count++] = end;
	}
	qsort(q->points, count, sizeof(*q->points), by_value);
	size_t kept = 1;
	for (size_t i = 1; i < count; i++)
		if (q->points[i] != q->points[kept - 1])
			q->points[kept++] = q->points[i];
	return kept;
}

static size_t point_of(const as_j2 *q, size_t n, uint32_t value)
{
	size_t low = 0;
	while (n > 1) {
		size_t half = n / 2;
		low += q->points[low + half] <= value ? half : 0;
		n -= half;
	}
	return low;
}

/* The first stretch from i on that nobody owns. */
static uint32_t unowned(as_j2 *q, uint32_t i)
{
	uint32_t root = i;
	while (q->next[root] != root)
		root = q->next[root];
	while (q->next[i] != root) {
		uint32_t up = q->next[i];
		q->next[i] = root;
		i = up;
	}
	return root;
}

/* The file as its first n nodes make it: newest first, each node gets what no newer one has. */
static void view_of(as_j2 *q, const as_j2_node *nodes, size_t n, as_j2_view *v)
{
	uint32_t size = n > 0 ? nodes[n - 1].isize : 0, cap = size;
	size_t points = collect_points(q, nodes, n, size);
	for (uint32_t i = 0; i < points; i++) {
		q->next[i] = i;
		q->owner[i] = NULL;
	}
	for (size_t i = n; i-- > 0;) {
		cap = (uint32_t)as_min(cap, nodes[i].isize);
		uint32_t end = end_of(&nodes[i], cap);
		if (nodes[i].offset >= end)
			continue;
		uint32_t k = unowned(q, (uint32_t)point_of(q, points, nodes[i].offset));
		for (; q->points[k] < end; k = unowned(q, k)) {
			q->owner[k] = &nodes[i];
			q->next[k] = k + 1;
		}
	}
	v->n = 0;
	v->size = size;
	for (size_t k = 0; k + 1 < points; k++) {
		as_j2_stretch *last = v->n > 0 ? &v->list[v->n - 1] : NULL;
		if (last && last->node == q->owner[k])
			last->to = q->points[k + 1];
		else
			v->list[v->n++] =
				(as_j2_stretch){ q->points[k], q->points[k + 1], q->owner[k] };
	}
}

/* ---- what stands in a node */

static as_status load(as_j2 *q, as_j2_page *p, const as_j2_node *node)
{
	size_t n = 0, due = (size_t)as_min(node->dsize, AS_J2_PAGE);
	*p = (as_j2_page){ .node = node, .own = p->own };
	if (!p->own)
		p->own = as_alloc(as_memory(q->u), AS_J2_PAGE);
	if (!p->own)
		return AS_NOMEM;
	as_status s = as_j2_decode(q, node, p->own, due, &n);
	if (s == AS_NOT_THIS)
		(void)as_refused(
			q->u, node->at, "unsupported", "a node is packed in an unknown way");
	else if (s == AS_PARTIAL || n < node->dsize || node->wrong)
		(void)as_lost(q->u, node->at, "the data of a node are damaged");
	p->damaged = s != AS_OK || n < node->dsize || node->wrong;
	p->data = as_bytes(p->own, n);
	return s == AS_NOT_THIS ? AS_PARTIAL : s;
}

static bool stored(const as_j2_node *node) { return node->method == 0 || node->method == 4; }

/* The node's data; what is missing of them is missing from data. */
static as_status data_of(as_j2 *q, const as_j2_node *node, as_span *data, bool *damaged)
{
	as_j2_page *old = &q->kept[0];
	if (stored(node) && !node->wrong && node->packed.n >= node->dsize) {
		*data = node->packed;
		return AS_OK;
	}
	for (size_t i = 0; i < AS_J2_KEPT; i++) {
		as_j2_page *p = &q->kept[i];
		if (p->node == node)
			old = p;
		else if (old->node != node && p->used < old->used)
			old = p;
	}
	as_status s = old->node == node ? AS_OK : load(q, old, node);
	old->used = ++q->clock;
	*data = old->data;
	*damaged = *damaged || old->damaged;
	return s > AS_PARTIAL ? s : AS_OK;
}

static bool is_hole(const as_j2_node *node) { return !node || node->method == 1; }

/* The bytes of [from, to) of the file, which lie in one stretch, as far as there are any. */
static as_status piece_of(
	as_j2 *q, const as_j2_stretch *t, uint32_t from, uint32_t to, as_span *piece, bool *damaged)
{
	as_span data = { 0 };
	as_status s = data_of(q, t->node, &data, damaged);
	data = as_from(data, from - t->node->offset);
	*piece = as_cut(data, 0, as_min(data.n, to - from));
	return s;
}

static as_status emit(as_j2 *q, const as_j2_stretch *t, bool *damaged)
{
	as_span piece = { 0 };
	if (is_hole(t->node))
		return as_zero(q->u, t->to - t->from);
	as_status s = piece_of(q, t, t->from, t->to, &piece, damaged);
	if (s == AS_OK && piece.n > 0)
		s = as_more(q->u, piece);
	/* What follows keeps its place in the file. */
	return s == AS_OK ? as_zero(q->u, t->to - t->from - piece.n) : s;
}

static as_status put_view(as_j2 *q, as_node *dir, const as_entry *e, const as_j2_view *v)
{
	bool want = false, damaged = false;
	as_status s = as_begin(q->u, dir, e, &want);
	for (size_t i = 0; s == AS_OK && want && i < v->n; i++)
		s = emit(q, &v->list[i], &damaged);
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_end(q->u, damaged));
	return damaged ? as_worse(s, AS_PARTIAL) : s;
}

/* ---- earlier contents */

/* Whether [from, to) is the same in both, where *a and *b are the stretches that hold it. */
static as_status same_piece(as_j2 *q, const as_j2_stretch *a, const as_j2_stretch *b, uint32_t from,
	uint32_t to, bool *same)
{
	as_span x = { 0 }, y = { 0 };
	bool damaged = false;
	*same = a->node == b->node || (is_hole(a->node) && is_hole(b->node));
	if (*same)
		return AS_OK;
	as_status s = is_hole(a->node) ? AS_OK : piece_of(q, a, from, to, &x, &damaged);
	if (s == AS_OK && !is_hole(b->node))
		s = piece_of(q, b, from, to, &y, &damaged);
	*same = is_hole(a->node) ? as_all(y, 0) : is_hole(b->node) ? as_all(x, 0) : as_same(x, y);
	return s;
}

/* Whether the newer state begins with all that the older one has: then nothing was written over. */
static as_status continues(as_j2 *q, const as_j2_view *old, const as_j2_view *new, bool *yes)
{
	as_status s = AS_OK;
	*yes = new->size >= old->size;
	for (size_t i = 0, k = 0; s == AS_OK && *yes && i < old->n && k < new->n;) {
		const as_j2_stretch *a = &old->list[i], *b = &new->list[k];
		uint32_t from = (uint32_t)as_max(a->from, b->from);
		uint32_t to = (uint32_t)as_min(a->to, b->to);
		s = same_piece(q, a, b, from, to, yes);
		i += a->to == to;
		k += b->to == to;
	}
	return s;
}

/* Enters the pages of a node into the run of writes; *again if one of them is in it. */
static as_status enter(as_j2 *q, const as_j2_node *node, uint64_t run, bool *again)
{
	as_status s = AS_OK;
	uint64_t seen = 0,
		 end = (uint64_t)node->offset + as_min(node->dsize, node->packed.n * 1024);
	*again = false;
	if (node->method == 1)
		return AS_OK;
	for (uint64_t page = node->offset / UNIT; s == AS_OK && page * UNIT < end; page++) {
		*again = *again || (as_map_get(&q->pages, page, &seen) && seen == run);
		s = as_map_set(&q->pages, page, run);
	}
	return s;
}

/* Where states end: places in the inode's nodes, the newest VERSIONS of them; *n of them, *all in truth. */
static as_status find_states(
	as_j2 *q, const as_j2_inode *inode, size_t *ends, size_t *n, size_t *all)
{
	const as_j2_node *nodes = &q->nodes[inode->first];
	bool written = false;
	uint64_t high = 0; /* end of the run's stretches: what follows it is appended */
	as_status s = AS_OK;
	as_map_free(&q->pages);
	q->pages = (as_map){ .seed = (uintptr_t)q };
	*n = *all = 0;
	for (size_t i = 0; s == AS_OK && i < inode->n; i++) {
		bool again = false, shorter = i > 0 && nodes[i].isize < nodes[i - 1].isize;
		s = enter(q, &nodes[i], *all, &again);
		if (written && ((again && nodes[i].offset < high) || shorter)) {
			if (*n == VERSIONS)
				memmove(ends, &ends[1], --*n * sizeof(*ends));
			ends[(*n)++] = i;
			++*all;
			written = false;
			high = 0;
			s = as_worse(s, enter(q, &nodes[i], *all, &again));
		}
		written = written || nodes[i].dsize > 0;
		high = as_max(high, (uint64_t)nodes[i].offset + nodes[i].dsize);
	}
	return s;
}

static as_status put_state(
	as_j2 *q, as_node *dir, const as_j2_inode *inode, as_span name, size_t end, size_t next)
{
	const as_j2_node *nodes = &q->nodes[inode->first];
	bool same = true;
	view_of(q, nodes, end, &q->views[0]);
	view_of(q, nodes, next, &q->views[1]);
	as_status s = continues(q, &q->views[0], &q->views[1], &same);
	if (s != AS_OK || same || q->views[0].size == 0)
		return s;
	as_entry e = { .at = nodes[end - 1].at, .name = name, .deleted = true };
	return as_j2_describe(&nodes[end - 1], &e) && e.type == AS_FILE
		       ? put_view(q, dir, &e, &q->views[0])
		       : AS_OK;
}

static as_status put_states(as_j2 *q, as_node *dir, as_j2_inode *inode, as_span name)
{
	size_t ends[VERSIONS + 1], n = 0, all = 0;
	as_status s = find_states(q, inode, ends, &n, &all);
	if (s == AS_OK && all > n)
		s = as_refused(q->u, q->nodes[inode->first].at, "limit",
			"a file was written over very often: only its newest states are told");
	ends[n] = inode->n;
	for (size_t i = 0; s <= AS_PARTIAL && i < n; i++)
		s = as_worse(s, put_state(q, dir, inode, name, ends[i], ends[i + 1]));
	return s;
}

/* ---- entries */

bool as_j2_describe(const as_j2_node *node, as_entry *e)
{
	static const as_type types[16] = { [1] = AS_FIFO,
		[2] = AS_CHAR,
		[4] = AS_DIR,
		[6] = AS_BLOCK,
		[8] = AS_FILE,
		[10] = AS_SYMLINK,
		[12] = AS_SOCKET };
	e->type = types[node->mode >> 12 & 15];
	e->has = AS_HAS_MODE | AS_HAS_OWNER | AS_HAS_MTIME;
	e->mode = node->mode & 07777;
	e->uid = node->uid;
	e->gid = node->gid;
	e->mtime = node->mtime;
	return e->type != 0;
}

/* A device's number, in the old (16 bits) or the new way. */
static void device_of(as_j2 *q, as_span data, as_entry *e)
{
	as_cur c = as_cur_of(data, 0, q->big);
	bool old = data.n == 2;
	uint32_t v = old ? as_u16(&c) : as_u32(&c);
	if (!as_ok(&c))
		(void)as_lost(q->u, e->at, "a device has no number");
	e->major = old ? v >> 8 : v >> 8 & 0xfff;
	e->minor = old ? v & 0xff : (v & 0xff) | (v >> 12 & 0xfff00);
}

/* The newest node that has data: of a link or a device, which have one. */
static const as_j2_node *holder(const as_j2 *q, const as_j2_inode *inode)
{
	for (size_t i = inode->n; i-- > 0;)
		if (q->nodes[inode->first + i].dsize > 0)
			return &q->nodes[inode->first + i];
	return NULL;
}

static as_status put_special(as_j2 *q, as_node *dir, as_j2_inode *inode, as_entry *e)
{
	if (!inode->put_once)
		inode->holder = holder(q, inode);
	const as_j2_node *node = inode->holder;
	bool damaged = false;
	as_span data = { 0 };
	as_status s = node ? data_of(q, node, &data, &damaged) : AS_OK;
	if (s != AS_OK)
		return s;
	if (node)
		data = as_cut(data, 0, as_min(data.n, node->dsize));
	if (e->type == AS_SYMLINK)
		e->target = as_copy(as_memory(q->u), data);
	if (e->type == AS_CHAR || e->type == AS_BLOCK)
		device_of(q, data, e);
	return as_put(q->u, dir, e, NULL);
}

static as_status put_file(as_j2 *q, as_node *dir, as_j2_inode *inode, as_entry *e)
{
	if (inode->put_once) /* a hard link: its contents are not asked for */
		return as_put(q->u, dir, e, NULL);
	view_of(q, &q->nodes[inode->first], inode->n, &q->views[0]);
	return put_view(q, dir, e, &q->views[0]);
}

as_status as_j2_put(as_j2 *q, as_node *dir, as_j2_inode *inode, as_entry *e)
{
	const as_j2_node *last = &q->nodes[inode->first + inode->n - 1];
	if (!as_j2_describe(last, e))
		return as_lost(q->u, last->at, "an inode is of no type");
	bool file = e->type == AS_FILE, first = !inode->put_once;
	as_status s = file ? put_file(q, dir, inode, e) : put_special(q, dir, inode, e);
	inode->put_once = true;
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_j2_attributes(q, inode->ino));
	return s <= AS_PARTIAL && first && file ? as_worse(s, put_states(q, dir, inode, e->name))
						: s;
}
