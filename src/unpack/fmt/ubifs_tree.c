/* SPDX-License-Identifier: Apache-2.0 */
/* Names of a UBIFS: of the nodes that count, the newest of a name tells its inode, 0 that it was removed. An inode that
 * no longer counts, but of which nodes are left, is a deleted one; it is told under the newest name that it had. */
#include "base/buf.h"
#include "base/search.h"
#include "unpack/fmt/ubifs.h"

enum { ROOT = 1, XATTRS = 200000 /* put in all: many names may share many of them */ };

static as_ub_inode *inode_of(const as_ub *q, uint64_t ino)
{
	size_t i = ino > UINT32_MAX
			   ? q->n_inodes
			   : as_before32(q->inodes, q->n_inodes, sizeof(*q->inodes), (uint32_t)ino);
	return i < q->n_inodes && q->inodes[i].ino == ino ? &q->inodes[i] : NULL;
}

/* The first name of a parent, or where it would stand. */
static size_t first_name(const as_ub *q, bool xattr, uint32_t parent)
{
	size_t low = 0, high = q->n_names;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const as_ub_name *n = &q->names[mid];
		bool less = n->xattr != xattr ? !n->xattr : n->parent < parent;
		if (less)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool same_parent(const as_ub *q, size_t i, bool xattr, uint32_t parent)
{
	return i < q->n_names && q->names[i].xattr == xattr && q->names[i].parent == parent;
}

/* Marks the living: of each name the newest node that counts, if it names an inode. */
static void mark_live(as_ub *q)
{
	for (size_t i = 0, end; i < q->n_names; i = end) {
		as_ub_name *newest = NULL, *n = &q->names[i];
		for (end = i; same_parent(q, end, n->xattr, n->parent) &&
			      as_same(q->names[end].name, n->name);
			end++)
			newest = q->names[end].counts ? &q->names[end] : newest;
		if (!newest || newest->ino == 0)
			continue;
		as_ub_inode *inode = inode_of(q, newest->ino);
		newest->live = true;
		if (inode)
			inode->named = true;
	}
}

/* Under which name each deleted inode is told. */
static as_status choose(as_ub *q)
{
	as_map last = { .seed = (uintptr_t)q };
	as_status s = AS_OK;
	for (size_t i = 0; s == AS_OK && i < q->n_names; i++) {
		as_ub_name *n = &q->names[i];
		as_ub_inode *inode = inode_of(q, n->ino);
		uint64_t k = 0;
		if (n->xattr || n->live || n->ino == 0 || !inode || !inode->state || inode->live)
			continue;
		bool known = as_map_get(&last, n->ino, &k);
		if (known && q->names[k].sequence > n->sequence)
			continue;
		if (known)
			q->names[k].chosen = false;
		n->chosen = true;
		s = as_map_set(&last, n->ino, i);
		inode->named = true;
	}
	as_map_free(&last);
	return s;
}

/* Extended attributes of the entry put last. */
static as_status xattrs(as_ub *q, uint32_t ino)
{
	as_status s = AS_OK;
	for (size_t i = first_name(q, true, ino); s == AS_OK && same_parent(q, i, true, ino); i++) {
		const as_ub_inode *value = inode_of(q, q->names[i].ino);
		as_span data = { 0 };
		as_entry e = { 0 };
		if (!q->names[i].live || !value || !value->state)
			continue;
		if (q->put_xattrs++ == XATTRS)
			return as_refused(q->u, 0, "limit", "too many extended attributes");
		(void)as_ub_describe(value->state, &e, &data);
		s = q->put_xattrs <= XATTRS ? as_xattr(q->u, q->names[i].name, data) : AS_PARTIAL;
	}
	return s;
}

static as_status list(as_ub *q, uint32_t ino, as_node *dir, bool deleted, bool sealed);

static as_status put_inode(as_ub *q, as_node *dir, as_ub_inode *inode, as_entry *e)
{
	as_node *node = NULL;
	uint32_t links = 0;
	bool first = !inode->put;
	inode->put = true;
	e->inode = inode->ino;
	(void)as_ub_describe(inode->state, e, NULL);
	bool is_dir = e->type == AS_DIR;
	bool sealed = as_ub_flags(inode->state, &links) & AS_UB_IS_ENCRYPTED;
	if (is_dir)
		e->inode = 0;
	as_status s = is_dir ? as_put(q->u, dir, e, &node) : as_ub_put(q, dir, inode, e);
	if (s <= AS_PARTIAL && (!is_dir || node))
		s = as_worse(s, xattrs(q, inode->ino));
	if (s <= AS_PARTIAL && first && !sealed && e->type == AS_FILE)
		s = as_worse(s, as_ub_put_states(q, dir, inode, e->name));
	return s <= AS_PARTIAL && node ? as_worse(s, list(q, inode->ino, node, e->deleted, sealed))
				       : s;
}

/* Names in an encrypted directory are no text: they are told in hexadecimal digits. */
static as_span sealed_name(as_ub *q, as_span name)
{
	as_buf b = { 0 };
	as_buf_text(&b, "encrypted-");
	for (size_t i = 0; i < name.n; i++)
		as_buf_print(&b, "%02x", name.p[i]);
	as_span copy = as_copy(as_memory(q->u), as_buf_span_of(&b));
	as_buf_free(&b);
	return copy;
}

static as_status put_name(as_ub *q, as_node *dir, const as_ub_name *n, bool deleted, bool sealed)
{
	static const as_type types[] = { AS_FILE, AS_DIR, AS_SYMLINK, AS_BLOCK, AS_CHAR, AS_FIFO,
		AS_SOCKET };
	as_entry e = { .at = n->at, .name = n->name, .deleted = deleted || !n->live };
	as_ub_inode *inode = inode_of(q, n->ino);
	e.name = sealed ? sealed_name(q, n->name) : e.name;
	if (inode && inode->state)
		return put_inode(q, dir, inode, &e);
	as_status s = as_lost(q->u, e.at, "a name leads to an inode that is not there");
	e.type = n->type < sizeof(types) / sizeof(types[0]) ? types[n->type] : AS_FILE;
	if (e.type != AS_FILE)
		return as_worse(s, as_put(q->u, dir, &e, NULL));
	s = as_worse(s, as_begin(q->u, dir, &e, NULL));
	return s <= AS_PARTIAL ? as_worse(s, as_end(q->u, true)) : s;
}

static as_status list(as_ub *q, uint32_t ino, as_node *dir, bool deleted, bool sealed)
{
	uint64_t seen = 0;
	size_t i = first_name(q, false, ino);
	if (as_map_get(&q->listed, ino, &seen))
		return as_lost(
			q->u, i < q->n_names ? q->names[i].at : 0, "a directory is met twice");
	as_status s = as_map_set(&q->listed, ino, 1);
	for (; s <= AS_PARTIAL && same_parent(q, i, false, ino); i++)
		if (q->names[i].live || q->names[i].chosen) /* as_put bounds the depth */
			s = as_worse(s, put_name(q, dir, &q->names[i], deleted, sealed));
	return s;
}

/* What no directory leads to: deleted, or, if something is damaged, perhaps not. First directories that stand in no
 * other, then the rest. */
static as_status lost_inodes(as_ub *q, bool all)
{
	as_status s = AS_OK;
	for (size_t i = 0; s <= AS_PARTIAL && i < q->n_inodes; i++) {
		as_ub_inode *inode = &q->inodes[i];
		uint32_t links = 0;
		as_entry e = { 0 };
		if (inode->put || !inode->state || inode->ino == ROOT ||
			as_ub_flags(inode->state, &links) & AS_UB_IS_XATTR)
			continue;
		e.deleted = !inode->live;
		e.at = inode->state->at;
		(void)as_ub_describe(inode->state, &e, NULL);
		if (!all && (inode->named || e.type != AS_DIR))
			continue;
		if (inode->live)
			s = as_lost(q->u, e.at, "an inode that no directory names");
		e.name = as_print(as_memory(q->u), "inode-%u", inode->ino);
		s = as_worse(s, put_inode(q, NULL, inode, &e));
	}
	return s;
}

as_status as_ub_tree(as_ub *q)
{
	uint32_t links = 0;
	mark_live(q);
	as_status s = choose(q);
	const as_ub_inode *root = inode_of(q, ROOT);
	bool sealed = root && root->state && as_ub_flags(root->state, &links) & AS_UB_IS_ENCRYPTED;
	if (s == AS_OK)
		s = list(q, ROOT, as_root(q->u), false, sealed);
	if (s <= AS_PARTIAL)
		s = as_worse(s, lost_inodes(q, false));
	return s <= AS_PARTIAL ? as_worse(s, lost_inodes(q, true)) : s;
}
