/* SPDX-License-Identifier: Apache-2.0 */
/* The catalog of HFS and HFS+: folders and files by the id of the folder they are in, and for each folder (of HFS+
 * each file, too) a thread, which says its name and where it is. A hard link is a file of kind "hlnk", creator "hfs+",
 * that has the number N of iNodeN in a folder nobody sees; one of a directory is of kind "fdrp", creator "MACS", for
 * dir_N in another. */
#include "base/bits.h"
#include "unpack/fmt/hfsplus.h"

enum {
	FORMAT_BITS = 0xf000,
	TARGET_MOST = 4096,
	FILES = 0,   /* the folder that hard links lead to */
	FOLDERS = 1, /* the one that links of directories lead to */
	HIDDEN = 2,
	DEPTH_MOST = 200,
};
#define KIND_HARD 0x686c6e6bu  /* hlnk */
#define MAKER_HARD 0x6866732bu /* hfs+ */
#define KIND_DIR 0x66647270u   /* fdrp */
#define MAKER_DIR 0x4d414353u  /* MACS */
#define EPOCH_1904 INT64_C(2082844800)

/* The folders that hold what hard links share. Their names in UTF-16 begin with NULs, or end with a return. */
static const char *const hidden_names[HIDDEN] = { "HFS+ Private Data",
	".HFS+ Private Directory Data" };
static const char *const hidden_stems[HIDDEN] = { "iNode", "dir_" };

typedef struct walk {
	as_hfs *v;
	as_map nodes;          /* id of a folder to its as_node */
	as_map shared[HIDDEN]; /* number to record */
	uint32_t hidden[HIDDEN];
	uint8_t *used; /* a bit for each record */
	bool orphans;  /* it was said that some are */
} walk;

static as_status list(walk *w, uint32_t id, as_node *node);

static bool is_thread(const as_hfs_record *r) { return r->name.n == 0; }

static as_span thread_name(const walk *w, uint32_t id, uint32_t *parent, uint64_t *at)
{
	size_t n = 0;
	const as_hfs_record *r = as_hfs_find(&w->v->catalog, id, &n);
	for (size_t i = 0; i < n; i++)
		if (is_thread(&r[i])) {
			*at = r[i].at;
			return w->v->thread(r[i].data, parent);
		}
	return (as_span){ 0 };
}

static as_entry entry_of(const walk *w, const as_hfs_record *r, const as_hfs_item *i)
{
	as_entry e = { .at = r->at, .type = AS_FILE, .name = w->v->name(w->v, r->name) };
	e.has = (i->mode ? AS_HAS_MODE | AS_HAS_OWNER : 0) | (i->time ? AS_HAS_MTIME : 0);
	e.mode = i->mode & 07777;
	e.uid = i->uid;
	e.gid = i->gid;
	e.mtime = i->time ? i->time - EPOCH_1904 : 0;
	return e;
}

static as_status put_folder(walk *w, as_node *dir, const as_entry *e, const as_hfs_item *i)
{
	as_node *node = NULL;
	uint64_t seen = 0;
	if (as_map_get(&w->nodes, i->id, &seen))
		return as_lost(w->v->u, e->at, "a folder's number occurs twice");
	as_status s = as_put(w->v->u, dir, e, &node);
	if (s != AS_OK || !node)
		return s;
	s = as_hfs_put_xattrs(w->v, i, false);
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_map_set(&w->nodes, i->id, (uintptr_t)node));
	return s <= AS_PARTIAL ? as_worse(s, list(w, i->id, node)) : s;
}

static as_status put_symlink(walk *w, as_node *dir, as_entry *e, const as_hfs_item *i)
{
	as_hfs *v = w->v;
	as_hfs_fork fork = { .size = as_min(i->data.size, TARGET_MOST),
		.extents = i->data.extents };
	as_hfs_gather(v, &fork, i->id, AS_HFS_DATA, &v->pieces);
	e->target = as_pieces_read(v->u, v->body, &v->pieces, fork.size);
	as_status s = AS_OK;
	for (size_t k = 0; k < v->pieces.n && e->target.n > 0; k++)
		as_struct(v->u, v->pieces.list[k].at, v->pieces.list[k].n, "hfs symbolic link");
	if (e->target.n == 0)
		s = as_lost(v->u, e->at, "a symbolic link cannot be read");
	return as_worse(s, as_put(v->u, dir, e, NULL));
}

static as_status put_resource(walk *w, as_node *dir, const as_entry *of, const as_hfs_item *i)
{
	as_hfs *v = w->v;
	as_entry e = *of;
	e.inode = 0;
	e.type = AS_FILE;
	e.data = (as_span){ 0 };
	e.name = as_print(as_memory(v->u), "%.*s (resource fork)", (int)as_min(of->name.n, 4000),
		(const char *)of->name.p);
	as_hfs_gather(v, &i->resource, i->id, AS_HFS_RESOURCE, &v->pieces);
	return as_put_pieces(v->u, v->body, dir, &e, &v->pieces, i->resource.size, "hfs resource");
}

static as_status put_file(walk *w, as_node *dir, as_entry *e, const as_hfs_item *i)
{
	as_hfs *v = w->v;
	as_span packed = { 0 };
	bool unpacked = false;
	as_status s = AS_OK;
	if (as_hfs_is_packed(v, i, &packed)) {
		s = as_hfs_put_packed(v, dir, e, i, packed, &unpacked);
	} else {
		as_hfs_gather(v, &i->data, i->id, AS_HFS_DATA, &v->pieces);
		s = as_put_pieces(v->u, v->body, dir, e, &v->pieces, i->data.size, "hfs contents");
	}
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_hfs_put_xattrs(v, i, unpacked));
	if (i->resource.size > 0 && !unpacked && s <= AS_PARTIAL)
		s = as_worse(s, put_resource(w, dir, e, i));
	return s;
}

/* Puts what is no folder. again: its contents were told under another name. */
static as_status put_plain(walk *w, as_node *dir, as_entry *e, const as_hfs_item *i, bool again)
{
	static const as_type types[16] = {
		[1] = AS_FIFO, [2] = AS_CHAR, [6] = AS_BLOCK, [10] = AS_SYMLINK, [12] = AS_SOCKET
	};
	as_type type = types[i->mode >> 12];
	e->type = type ? type : AS_FILE;
	if (type == AS_CHAR || type == AS_BLOCK) {
		e->major = i->special >> 24;
		e->minor = i->special & 0xffffff;
	}
	if (e->type == AS_FILE && !again)
		return put_file(w, dir, e, i);
	as_status s =
		e->type == AS_SYMLINK ? put_symlink(w, dir, e, i) : as_put(w->v->u, dir, e, NULL);
	return s <= AS_PARTIAL ? as_worse(s, as_hfs_put_xattrs(w->v, i, false)) : s;
}

/* A hard link: e keeps its name, all else is the shared inode's. */
static as_status put_link(walk *w, as_node *dir, as_entry *e, const as_hfs_item *link)
{
	as_hfs *v = w->v;
	as_hfs_item i;
	uint64_t which = 0;
	if (!as_map_get(&w->shared[FILES], link->special, &which) ||
		!v->item(v, v->catalog.records[which].data, &i) || i.folder) {
		as_status s = as_lost(v->u, e->at, "a hard link leads nowhere");
		return as_worse(s, as_put(v->u, dir, e, NULL));
	}
	bool again = !as_bit_add(w->used, which);
	as_entry of = entry_of(w, &v->catalog.records[which], &i);
	of.name = e->name;
	of.at = e->at;
	of.inode = i.id;
	if (i.mode == 0)
		of.has = e->has;
	return put_plain(w, dir, &of, &i, again);
}

/* A link of a directory: what is in it is told where the first one stands. */
static as_status put_folder_link(walk *w, as_node *dir, as_entry *e, const as_hfs_item *link)
{
	as_hfs *v = w->v;
	as_hfs_item i;
	uint64_t which = 0;
	if (!as_map_get(&w->shared[FOLDERS], link->special, &which) ||
		!v->item(v, v->catalog.records[which].data, &i) || !i.folder)
		return as_lost(v->u, e->at, "a link of a directory leads nowhere");
	if (!as_bit_add(w->used, which)) {
		e->type = AS_HARDLINK;
		e->target = as_print(as_memory(v->u), "dir_%u", link->special);
		as_status s = as_put(v->u, dir, e, NULL);
		return as_worse(s, as_refused(v->u, e->at, "unsupported",
					   "a further link of a directory: what is in it stands "
					   "where the first one is"));
	}
	as_entry of = entry_of(w, &v->catalog.records[which], &i);
	of.name = e->name;
	of.at = e->at;
	of.type = AS_DIR;
	return put_folder(w, dir, &of, &i);
}

static bool is_hidden(const walk *w, uint32_t id)
{
	return id != 0 && (id == w->hidden[FILES] || id == w->hidden[FOLDERS]);
}

static as_status put_record(walk *w, as_node *dir, const as_hfs_record *r)
{
	as_hfs *v = w->v;
	as_hfs_item i;
	if (is_thread(r))
		return AS_OK;
	if (!v->item(v, r->data, &i))
		return as_lost(v->u, r->at, "a record of the catalog makes no sense");
	as_entry e = entry_of(w, r, &i);
	e.type = i.folder ? AS_DIR : AS_FILE;
	if (i.folder)
		return is_hidden(w, i.id) ? AS_OK : put_folder(w, dir, &e, &i);
	if (i.kind == KIND_HARD && i.creator == MAKER_HARD && i.special != 0)
		return put_link(w, dir, &e, &i);
	uint64_t which = 0;
	if (i.kind == KIND_DIR && i.creator == MAKER_DIR &&
		as_map_get(&w->shared[FOLDERS], i.special, &which))
		return put_folder_link(w, dir, &e, &i);
	return put_plain(w, dir, &e, &i, false);
}

static as_status list(walk *w, uint32_t id, as_node *node)
{
	size_t n = 0;
	as_status s = AS_OK;
	const as_hfs_record *r = as_hfs_find(&w->v->catalog, id, &n);
	for (size_t i = 0; i < n && s <= AS_PARTIAL; i++)
		if (as_bit_add(w->used, (uint64_t)(&r[i] - w->v->catalog.records)))
			s = as_worse(s, put_record(w, node, &r[i]));
	return s;
}

/* Notes what is in a folder that holds what links share. */
static as_status note_shared(walk *w, unsigned which, uint32_t id)
{
	as_hfs *v = w->v;
	size_t n = 0;
	as_status s = AS_OK;
	w->hidden[which] = id;
	const as_hfs_record *r = as_hfs_find(&v->catalog, id, &n);
	for (size_t i = 0; i < n && s == AS_OK; i++) {
		as_span name = is_thread(&r[i]) ? (as_span){ 0 } : v->name(v, r[i].name);
		uint64_t number = 0;
		if (as_starts(name, hidden_stems[which]) &&
			as_number(as_from(name, strlen(hidden_stems[which])), 10, &number))
			s = as_map_set(
				&w->shared[which], number, (uint64_t)(&r[i] - v->catalog.records));
	}
	return s;
}

static as_status find_shared(walk *w)
{
	as_hfs *v = w->v;
	size_t n = 0;
	as_status s = AS_OK;
	const as_hfs_record *r = as_hfs_find(&v->catalog, AS_HFS_ROOT, &n);
	for (size_t i = 0; i < n && v->wide && s == AS_OK; i++) {
		as_hfs_item item;
		if (as_at(r[i].name, 1) != 0 && as_at(r[i].name, 1) != '.')
			continue;
		as_span name = v->name(v, r[i].name);
		while (name.n > 0 && as_at(name, 0) == 0)
			name = as_from(name, 1);
		name = as_trim(name);
		for (unsigned k = 0; k < HIDDEN && s == AS_OK; k++)
			if (as_is(name, hidden_names[k]) && v->item(v, r[i].data, &item) &&
				item.folder)
				s = note_shared(w, k, item.id);
	}
	return s;
}

/* The node of a folder that no record leads to: where its thread says, or at the root. */
static as_node *node_of(walk *w, uint32_t id, unsigned depth, as_status *s)
{
	uint64_t seen = 0, at = 0;
	uint32_t parent = AS_HFS_ROOT;
	if (as_map_get(&w->nodes, id, &seen))
		return (as_node *)(uintptr_t)seen;
	as_span name = thread_name(w, id, &parent, &at);
	as_node *dir = as_root(w->v->u), *node = NULL;
	if (as_map_set(&w->nodes, id, (uintptr_t)dir) != AS_OK) /* of loops */
		*s = AS_NOMEM;
	if (name.n > 0 && depth < DEPTH_MOST && *s <= AS_PARTIAL && !is_hidden(w, parent))
		dir = node_of(w, parent, depth + 1, s);
	as_entry e = { .at = at, .type = AS_DIR };
	e.name =
		name.n > 0 ? w->v->name(w->v, name) : as_print(as_memory(w->v->u), "folder %u", id);
	if (*s <= AS_PARTIAL)
		*s = as_worse(*s, as_put(w->v->u, dir, &e, &node));
	if (*s <= AS_PARTIAL && node)
		*s = as_worse(*s, as_map_set(&w->nodes, id, (uintptr_t)node));
	return node ? node : dir;
}

/* What is in folders whose own record is lost, and what no hard link leads to any more. */
static as_status put_orphans(walk *w)
{
	as_hfs *v = w->v;
	as_status s = AS_OK;
	for (size_t i = 0; i < v->catalog.n && s <= AS_PARTIAL; i++) {
		const as_hfs_record *r = &v->catalog.records[i];
		if (is_thread(r) || as_bit(w->used, i) || r->id < AS_HFS_ROOT)
			continue;
		if (!w->orphans)
			s = as_worse(s, as_lost(v->u, r->at,
						"no folder leads to some of the files: they stand "
						"where their threads say"));
		w->orphans = true;
		as_node *node = s <= AS_PARTIAL ? node_of(w, r->id, 0, &s) : NULL;
		if (s <= AS_PARTIAL)
			s = as_worse(s, list(w, r->id, node));
	}
	return s;
}

static as_status put_unlinked(walk *w, unsigned which)
{
	as_hfs *v = w->v;
	size_t n = 0, left = 0;
	const as_hfs_record *r = as_hfs_find(&v->catalog, w->hidden[which], &n);
	as_node *node = NULL;
	for (size_t i = 0; i < n && w->hidden[which] != 0; i++)
		left += !is_thread(&r[i]) &&
			!as_bit(w->used, (uint64_t)(&r[i] - v->catalog.records));
	if (left == 0)
		return AS_OK;
	as_entry e = { .at = r->at, .type = AS_DIR, .name = as_lit(hidden_names[which]) };
	as_status s = as_put(v->u, NULL, &e, &node);
	if (s > AS_PARTIAL || !node)
		return s;
	s = as_worse(s, as_map_set(&w->nodes, w->hidden[which], (uintptr_t)node));
	return s <= AS_PARTIAL ? as_worse(s, list(w, w->hidden[which], node)) : s;
}

static as_status walk_all(walk *w)
{
	as_hfs *v = w->v;
	uint32_t parent = 0;
	uint64_t at = 0;
	as_span label = thread_name(w, AS_HFS_ROOT, &parent, &at);
	if (label.n > 0)
		as_tell(v->u, as_cut(v->body, at, 1), "label", v->name(v, label));
	as_status s = as_map_set(&w->nodes, AS_HFS_ROOT, (uintptr_t)as_root(v->u));
	s = s == AS_OK ? find_shared(w) : s;
	s = s == AS_OK ? list(w, AS_HFS_ROOT, as_root(v->u)) : s;
	for (unsigned i = 0; i < HIDDEN && s <= AS_PARTIAL; i++)
		s = as_worse(s, put_unlinked(w, i));
	return s <= AS_PARTIAL ? as_worse(s, put_orphans(w)) : s;
}

as_status as_hfs_put_catalog(as_hfs *v)
{
	walk w = { .v = v, .used = as_alloc(as_memory(v->u), v->catalog.n / 8 + 1) };
	as_status s = w.used ? walk_all(&w) : AS_NOMEM;
	as_map_free(&w.nodes);
	as_map_free(&w.shared[FILES]);
	as_map_free(&w.shared[FOLDERS]);
	return s;
}
