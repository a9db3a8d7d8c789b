/* SPDX-License-Identifier: Apache-2.0 */
/* Names of a JFFS2. A name belongs to the inode that its newest node gives; inode 0 says that it was removed. An
 * inode that no name has any more is a deleted one, and is told under the name that it had. */
#include "base/search.h"
#include "unpack/fmt/jffs2.h"

enum { ATTRIBUTES = 200000 /* put in all: many names may share many of them */ };

static as_j2_inode *inode_of(const as_j2 *q, uint32_t ino)
{
	size_t i = as_before32(q->inodes, q->n_inodes, sizeof(*q->inodes), ino);
	return i < q->n_inodes && q->inodes[i].ino == ino ? &q->inodes[i] : NULL;
}

static size_t first_name(const as_j2 *q, uint32_t parent)
{
	return as_before32(q->names, q->n_names, sizeof(*q->names), parent);
}

static bool same_name(const as_j2_name *a, const as_j2_name *b)
{
	return a->parent == b->parent && as_same(a->name, b->name);
}

/* Of names [i, end), which are one name: the newest that is not marked as obsolete is how it is. */
static void judge_name(as_j2 *q, size_t i, size_t end)
{
	for (size_t k = end; k-- > i;) {
		if (q->names[k].obsolete)
			continue;
		q->names[k].live = q->names[k].ino != 0;
		break;
	}
}

/* Which names are alive, and under which one each deleted inode is told: the one written last. */
static as_status judge(as_j2 *q)
{
	as_map last = { .seed = (uintptr_t)q };
	as_status s = AS_OK;
	for (size_t i = 0, end; i < q->n_names; i = end) {
		for (end = i; end < q->n_names && same_name(&q->names[i], &q->names[end]);)
			end++;
		judge_name(q, i, end);
	}
	for (size_t i = 0; s == AS_OK && i < q->n_names; i++) {
		as_j2_inode *inode = inode_of(q, q->names[i].ino);
		if (q->names[i].live && inode)
			inode->live = true;
		if (q->names[i].live) /* no deleted name is told of it */
			s = as_map_set(&last, q->names[i].ino, q->n_names);
	}
	for (size_t i = 0; s == AS_OK && i < q->n_names; i++) {
		uint64_t k = 0;
		if (q->names[i].live || q->names[i].ino == 0)
			continue;
		bool known = as_map_get(&last, q->names[i].ino, &k);
		if (known && (k == q->n_names || q->names[k].at > q->names[i].at))
			continue;
		if (known)
			q->names[k].chosen = false;
		q->names[i].chosen = true;
		s = as_map_set(&last, q->names[i].ino, i);
	}
	as_map_free(&last);
	return s;
}

static as_status list(as_j2 *q, uint32_t ino, as_node *dir, bool deleted);

/* A name whose inode has no nodes left; its own says only what it was. */
static as_status put_bare(
	as_j2 *q, as_node *dir, const as_j2_name *name, as_entry *e, as_node **made)
{
	static const as_type types[16] = { [1] = AS_FIFO,
		[2] = AS_CHAR,
		[4] = AS_DIR,
		[6] = AS_BLOCK,
		[8] = AS_FILE,
		[10] = AS_SYMLINK,
		[12] = AS_SOCKET };
	e->type = types[name->type & 15];
	e->type = e->type ? e->type : AS_FILE;
	as_status s = e->deleted || e->type == AS_DIR
			      ? AS_OK
			      : as_lost(q->u, e->at, "a name leads to an inode that is not there");
	if (e->type != AS_FILE)
		return as_worse(s, as_put(q->u, dir, e, made));
	s = as_worse(s, as_begin(q->u, dir, e, NULL));
	return s <= AS_PARTIAL ? as_worse(s, as_end(q->u, true)) : s;
}

static as_status put_inode(as_j2 *q, as_node *dir, as_j2_inode *inode, as_entry *e)
{
	const as_j2_node *last = &q->nodes[inode->first + inode->n - 1];
	as_node *node = NULL;
	inode->put = true;
	if ((last->mode & 0170000) != 0040000) {
		e->inode = inode->ino;
		return as_j2_put(q, dir, inode, e);
	}
	(void)as_j2_describe(last, e);
	as_status s = as_put(q->u, dir, e, &node);
	if (s <= AS_PARTIAL && node)
		s = as_worse(s, as_j2_attributes(q, inode->ino));
	return s <= AS_PARTIAL && node ? as_worse(s, list(q, inode->ino, node, e->deleted)) : s;
}

static as_status put_name(as_j2 *q, as_node *dir, const as_j2_name *name, bool deleted)
{
	as_entry e = { .at = name->at, .name = name->name, .deleted = deleted || !name->live };
	as_j2_inode *inode = inode_of(q, name->ino);
	as_node *node = NULL;
	if (inode)
		return put_inode(q, dir, inode, &e);
	as_status s = put_bare(q, dir, name, &e, &node);
	return s <= AS_PARTIAL && node ? as_worse(s, list(q, name->ino, node, e.deleted)) : s;
}

static as_status list(as_j2 *q, uint32_t ino, as_node *dir, bool deleted)
{
	uint64_t seen = 0;
	size_t i = first_name(q, ino);
	if (as_map_get(&q->listed, ino, &seen))
		return as_lost(
			q->u, i < q->n_names ? q->names[i].at : 0, "a directory is met twice");
	as_status s = as_map_set(&q->listed, ino, 1);
	for (; s <= AS_PARTIAL && i < q->n_names && q->names[i].parent == ino; i++)
		if (q->names[i].live || q->names[i].chosen)
			s = as_worse(s, put_name(q, dir, &q->names[i],
						deleted)); /* as_put bounds the depth */
	return s;
}

/* ---- what no directory leads to */

/* Undamaged, an inode without a name is one whose name is gone for good; else damage may have taken it. */
static as_entry orphan(as_j2 *q, uint32_t ino, uint64_t at)
{
	as_entry e = { .at = at, .type = AS_DIR, .deleted = !q->damaged };
	e.name = as_print(as_memory(q->u), "inode-%u", ino);
	return e;
}

/* Directories whose names stand there and that nothing has led to. nested: also those that stand in another one such,
 * which only lead round in a circle. */
static as_status lost_directories(as_j2 *q, bool nested)
{
	as_status s = AS_OK;
	for (size_t i = 0, end; s <= AS_PARTIAL && i < q->n_names; i = end) {
		uint32_t parent = q->names[i].parent;
		uint64_t seen = 0;
		for (end = i; end < q->n_names && q->names[end].parent == parent;)
			end++;
		as_j2_inode *inode = inode_of(q, parent);
		bool named = inode && inode->live && !nested;
		if (as_map_get(&q->listed, parent, &seen) || named)
			continue;
		as_entry e = orphan(q, parent, q->names[i].at);
		as_node *node = NULL;
		if (inode)
			(void)as_j2_describe(&q->nodes[inode->first + inode->n - 1], &e);
		e.type = AS_DIR;
		if (inode)
			inode->put = true;
		s = as_worse(s, as_put(q->u, NULL, &e, &node));
		if (s <= AS_PARTIAL && node)
			s = as_worse(s, list(q, parent, node, e.deleted));
	}
	return s;
}

static as_status lost_inodes(as_j2 *q)
{
	as_status s = AS_OK;
	for (size_t i = 0; s <= AS_PARTIAL && i < q->n_inodes; i++) {
		as_j2_inode *inode = &q->inodes[i];
		if (inode->put || inode->ino == 1)
			continue;
		as_entry e = orphan(q, inode->ino, q->nodes[inode->first].at);
		s = as_worse(s, put_inode(q, NULL, inode, &e));
	}
	return s;
}

as_status as_j2_tree(as_j2 *q)
{
	as_status s = judge(q);
	if (s == AS_OK)
		s = list(q, 1, as_root(q->u), false);
	if (s <= AS_PARTIAL)
		s = as_worse(s, lost_directories(q, false));
	if (s <= AS_PARTIAL)
		s = as_worse(s, lost_directories(q, true));
	return s <= AS_PARTIAL ? as_worse(s, lost_inodes(q)) : s;
}

/* ---- extended attributes */

static const as_j2_attribute *attribute_of(const as_j2 *q, uint32_t id)
{
	size_t low = 0, high = q->n_attributes;
	while (low < high) { /* the last with that id: the newest version */
		size_t mid = low + (high - low) / 2;
		if (q->attributes[mid].id <= id)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 && q->attributes[low - 1].id == id ? &q->attributes[low - 1] : NULL;
}

/* JFFS2 keeps access lists in a shorter form than programs get: an id only where there is one. */
static as_span access_list(as_j2 *q, as_span value)
{
	enum { USER = 2, GROUP = 8 };
	as_cur c = as_cur_of(value, 0, q->big);
	as_buf b = { 0 };
	as_buf_u32(&b, 2);
	if (as_u32(&c) != 1)
		return value;
	while (as_left(&c) >= 4) {
		uint32_t tag = as_u16(&c), rights = as_u16(&c);
		uint32_t id = tag == USER || tag == GROUP ? as_u32(&c) : UINT32_MAX;
		as_buf_u32(&b, tag | rights << 16);
		as_buf_u32(&b, id);
	}
	as_span whole = as_ok(&c) ? as_copy(as_memory(q->u), as_buf_span_of(&b)) : value;
	as_buf_free(&b);
	return whole;
}

static as_status put_attribute(as_j2 *q, const as_j2_attribute *a)
{
	static const char *const prefixes[] = { "", "user.", "security.", "system.posix_acl_access",
		"system.posix_acl_default", "trusted." };
	bool list = a->prefix == 3 || a->prefix == 4;
	const char *prefix = a->prefix < 6 ? prefixes[a->prefix] : "unknown.";
	as_span name = as_print(as_memory(q->u), "%s%.*s", prefix, list ? 0 : (int)a->name.n,
		(const char *)a->name.p);
	return as_xattr(q->u, name, list ? access_list(q, a->value) : a->value);
}

as_status as_j2_attributes(as_j2 *q, uint32_t ino)
{
	as_status s = AS_OK;
	size_t first = as_before32(q->refs, q->n_refs, sizeof(*q->refs), ino);
	for (size_t i = first; s == AS_OK && i < q->n_refs && q->refs[i].ino == ino; i++) {
		bool newest = i + 1 == q->n_refs || q->refs[i + 1].ino != ino ||
			      q->refs[i + 1].id != q->refs[i].id;
		const as_j2_attribute *a = attribute_of(q, q->refs[i].id);
		if (!newest || (q->refs[i].number & 1) != 0 || !a || a->version == UINT32_MAX)
			continue;
		if (q->put_attributes++ == ATTRIBUTES)
			return as_refused(q->u, 0, "limit", "too many extended attributes");
		s = q->put_attributes <= ATTRIBUTES ? put_attribute(q, a) : AS_PARTIAL;
	}
	return s;
}
