/* SPDX-License-Identifier: Apache-2.0 */
/* extract: objects are stored once, by hash, while the image is unpacked; then the tree is built of
 * them. Names come from the image: each becomes one component (extract_host.h) of a folder that is
 * opened below the user's without following links. Links of the image are made when all else is
 * written, and folders get their modes and times after that. */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/folders.h"
#include "base/map.h"
#include "base/text.h"
#include "extract_host.h"
#include "model/entry.h"

enum { DEPTH_MAX = 64, SET_ID = 06000 };
static const char store_name[] = ".assay-objects";

typedef struct extraction {
	as_review *r;
	const assay_extract_options *how;
	int root;     /* the user's folder */
	FILE *links;  /* what was not made: links.tsv */
	FILE *names;  /* what stands under another name than its own: names.tsv */
	FILE *xattrs; /* extended attributes: xattrs.tsv */
	as_buf later; /* symbolic links and folders, for the end: see put_off */
	uint64_t n, n_entries, copied;
} extraction;

static bool is_wanted(const as_review *r, as_span path)
{
	return !r->extract_match || as_glob(r->extract_match, path);
}

static as_status store(
	as_review *r, const as_sha256 *sum, as_region region, uint64_t at, uint64_t n, as_span path)
{
	char name[65];
	if (!is_wanted(r, path))
		return AS_OK;
	as_sha256_hex(sum, name);
	int fd = openat(
		r->extract_store, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0)
		return errno == EEXIST ? AS_OK : AS_IO;
	bool good = as_copy_range(as_spool_fd(r->spool, region.file), region.at + at, n, fd);
	return close(fd) == 0 && good ? AS_OK : AS_IO;
}

static int folder_in(int dir, const char *name)
{
	if (mkdirat(dir, name, 0777) != 0 && errno != EEXIST)
		return -1;
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* One container's entries. made: by node, owned: 0 not made, 1 made under its own name, above:
 * under its name and ~made. */
typedef struct level {
	extraction *x;
	as_span frames, chain;
	as_nodes nodes;
	uint32_t *made;
	as_map taken;     /* names in folders, without case: how many there are */
	as_buf folder;    /* path of its own folder, below the user's */
	int fd;           /* the folder opened last; -1: none */
	uint32_t fd_of;   /* whose that is */
	struct level *up; /* the container it stands in; NULL: it is an input */
	uint32_t up_node; /* the directory it stands in there */
	as_span name;     /* that its folder is named after */
	unsigned depth;
} level;

static as_span name_of(const level *l, uint32_t id, uint32_t *parent)
{
	as_node_message m = { 0 };
	(void)as_nodes_get(&l->nodes, l->frames, id, &m);
	*parent = m.parent;
	return m.name;
}

/* The path, below the user's folder, of a directory that was made. */
static void host_path(const level *l, uint32_t id, as_buf *out)
{
	if (id == 0) {
		as_buf_add(out, l->folder.p, l->folder.n);
		return;
	}
	uint32_t parent = 0;
	as_span name = name_of(l, id, &parent);
	host_path(l, parent, out); /* depth is bounded where entries are put */
	as_buf_u8(out, '/');
	(void)as_host_name(name, l->made[id], "", out);
}

static int open_made(const level *l, uint32_t id)
{
	as_buf path = { 0 };
	host_path(l, id, &path);
	as_buf_u8(&path, 0);
	int fd = path.bad ? -1 : as_open_below(l->x->root, (const char *)path.p);
	as_buf_free(&path);
	return fd;
}

/* Lists an entry that stands under another name than its own. */
static void tell_name(level *l, uint32_t id, as_span host)
{
	as_buf path = { 0 };
	as_nodes_path(&l->nodes, l->frames, id, &path);
	as_list_entry(l->x->names, l->chain, as_buf_span_of(&path), "is", host);
	as_buf_free(&path);
}

static int folder_of(level *l, uint32_t id);

static bool make_own_folder(level *l)
{
	as_buf b = { 0 };
	int above = l->up ? folder_of(l->up, l->up_node) : l->x->root;
	as_map none = { 0 };
	as_map *taken = l->up ? &l->up->taken : &none;
	unsigned nth = above < 0 ? 0
				 : as_make_named(taken, l->up_node, above, l->name, ".unpacked",
					   as_make_folder, NULL, &b);
	if (nth && l->up) {
		host_path(l->up, l->up_node, &l->folder);
		as_buf_u8(&l->folder, '/');
	}
	if (nth)
		as_buf_text(&l->folder, (const char *)b.p);
	l->made[0] = nth;
	as_map_free(&none);
	as_buf_free(&b);
	return nth != 0;
}

/* Makes the folder of a directory, and those above it. */
static bool make_folders(level *l, uint32_t id)
{
	if (l->made[id])
		return true;
	if (id == 0)
		return make_own_folder(l);
	uint32_t parent = 0;
	as_buf b = { 0 };
	as_span name = name_of(l, id, &parent);
	int above = folder_of(l, parent);
	unsigned nth = above < 0 ? 0
				 : as_make_named(&l->taken, parent, above, name, "", as_make_folder,
					   NULL, &b);
	l->made[id] = nth;
	if (nth && !as_is(name, (const char *)b.p))
		tell_name(l, id, as_lit((const char *)b.p));
	as_buf_free(&b);
	return nth != 0;
}

/* The folder of a directory node, open until the next call; -1 if it cannot be. */
static int folder_of(level *l, uint32_t id)
{
	if (l->fd >= 0 && l->fd_of == id)
		return l->fd;
	bool made = make_folders(l, id);
	if (l->fd >= 0)
		close(l->fd);
	l->fd = made ? open_made(l, id) : -1;
	l->fd_of = id;
	return l->fd;
}

static as_status extract_level(extraction *x, const as_sha256 *sum, level at);

/* Whether something was found in an object, so that it needs a folder. */
static bool has_entries(as_review *r, const as_sha256 *sum)
{
	uint32_t object = as_object_get(&r->objects, sum, 0);
	uint32_t exam = object == AS_NONE ? AS_NONE : r->objects.objects[object].exam;
	return exam != AS_NONE && r->objects.exams[exam].n_children > 0;
}

/* Gives an entry its mode and time, if the image keeps them. */
static void dress(const extraction *x, int dir, const char *name, const as_node_message *m)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = (time_t)m->mtime, .tv_nsec = (long)m->nsec } };
	mode_t mode = m->mode & (x->how->set_id ? 07777u : 07777u & ~(unsigned)SET_ID);
	/* Made by us just now: no link. A file system that keeps no modes loses nothing but them. */
	bool wanted = (m->has & AS_NODE_MODE) && m->type != AS_SYMLINK;
	(void)(wanted && fchmodat(dir, name, mode, 0) == 0);
	if (m->has & AS_NODE_MTIME)
		(void)utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW);
}

typedef struct piece { /* a file to be made */
	level *l;
	const as_node_message *m;
	char hash[65];
	bool shared; /* another name of what is there: mode and time are its */
} piece;

/* A further name of a file that was made. */
static bool link_again(piece *p, int dir, const char *name)
{
	level *l = p->l;
	uint32_t first = p->m->hardlink, parent = 0;
	as_buf b = { 0 };
	as_span own = name_of(l, first, &parent);
	int from = open_made(l, parent);
	(void)as_host_name(own, l->made[first], "", &b);
	as_buf_u8(&b, 0);
	p->shared = true;
	bool good = from >= 0 && !b.bad && linkat(from, (const char *)b.p, dir, name, 0) == 0;
	int why = errno;
	if (from >= 0)
		close(from);
	as_buf_free(&b);
	errno = why;
	return good;
}

/* The first place of an object takes the stored file, others a copy, since mode and time are
 * the file's. When more was copied than a review may unpack, they are links. */
static bool make_file(void *ctx, int dir, const char *name, bool ours)
{
	piece *p = ctx;
	extraction *x = p->l->x;
	struct stat st;
	(void)ours;
	if (p->m->hardlink && p->l->made[p->m->hardlink])
		return link_again(p, dir, name);
	if (fstatat(x->r->extract_store, p->hash, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	p->shared = st.st_nlink > 1 && x->copied + (uint64_t)st.st_size > as_bytes_budget(x->r);
	if (st.st_nlink == 1 || p->shared)
		return linkat(x->r->extract_store, p->hash, dir, name, 0) == 0;
	x->copied += (uint64_t)st.st_size;
	return as_copy_file(x->r->extract_store, p->hash, dir, name);
}

static bool make_special(void *ctx, int dir, const char *name, bool ours)
{
	static const mode_t kinds[10] = { [AS_BLOCK] = S_IFBLK,
		[AS_CHAR] = S_IFCHR,
		[AS_FIFO] = S_IFIFO,
		[AS_SOCKET] = S_IFSOCK };
	const as_node_message *m = ctx;
	(void)ours;
	return mknodat(dir, name, kinds[m->type] | 0600, makedev(m->major, m->minor)) == 0;
}

/* Makes what is no folder and no symbolic link, and dresses it. */
static bool make_entry(level *l, uint32_t id, const as_node_message *m, as_maker *make, void *ctx)
{
	as_buf b = { 0 };
	int dir = folder_of(l, m->parent);
	unsigned nth =
		dir < 0 ? 0 : as_make_named(&l->taken, m->parent, dir, m->name, "", make, ctx, &b);
	int why = errno;
	l->made[id] = nth;
	if (nth && !as_is(m->name, (const char *)b.p))
		tell_name(l, id, as_lit((const char *)b.p));
	if (nth && (make != make_file || !((piece *)ctx)->shared))
		dress(l->x, dir, (const char *)b.p, m);
	as_buf_free(&b);
	errno = why;
	return nth != 0;
}

/* Puts off what must come last: where, name, target (of a symbolic link), and the node as it
 * was told. */
static void put_off(level *l, uint32_t id, const as_node_message *m)
{
	as_buf *later = &l->x->later, where = { 0 }, one = { 0 }, path = { 0 };
	host_path(l, m->type == AS_DIR ? id : m->parent, &where);
	as_nodes_path(&l->nodes, l->frames, id, &path);
	as_buf_span(&one, as_buf_span_of(&where));
	as_buf_span(&one, l->chain);
	as_buf_span(&one, as_buf_span_of(&path));
	as_node_encode(&one, m);
	as_buf_span(later, as_buf_span_of(&one));
	as_buf_free(&where);
	as_buf_free(&path);
	as_buf_free(&one);
}

static as_status extract_file(
	level *l, uint32_t id, const as_child_message *ch, const as_node_message *m, as_span path)
{
	piece p = { .l = l, .m = m };
	as_review *r = l->x->r;
	as_sha256_hex(&ch->digests.sha256, p.hash);
	bool stored = faccessat(r->extract_store, p.hash, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	if (stored && is_wanted(r, path)) {
		if (make_entry(l, id, m, make_file, &p))
			l->x->n++;
		else
			as_list_entry(l->x->links, l->chain, path, "not written",
				as_lit(strerror(errno)));
	}
	if (m->hardlink || !has_entries(r, &ch->digests.sha256))
		return AS_OK;
	as_buf chain = { 0 };
	as_buf_add(&chain, l->chain.p, l->chain.n);
	as_buf_add(&chain, path.p, path.n);
	/* A container's entries go into a folder beside it. */
	level inside = { .chain = as_buf_span_of(&chain),
		.up = l,
		.up_node = m->parent,
		.depth = l->depth + 1,
		.name = m->name };
	as_status s = extract_level(l->x, &ch->digests.sha256, inside);
	as_buf_free(&chain);
	return s;
}

static void extract_other(level *l, uint32_t id, as_node_message *m, as_span path)
{
	static const char *const kinds[] = { "?", "file", "part", "folder", "symlink", "hard link",
		"block device", "character device", "fifo", "socket" };
	bool special = m->type >= AS_BLOCK && m->type <= AS_SOCKET;
	if (!is_wanted(l->x->r, path))
		return;
	if (m->type == AS_SYMLINK && l->x->how->links && make_folders(l, m->parent))
		put_off(l, id, m);
	else if (special && l->x->how->special && make_entry(l, id, m, make_special, m))
		l->x->n++;
	else
		as_list_entry(l->x->links, l->chain, path, m->type < 10 ? kinds[m->type] : "?",
			m->target);
}

static as_status extract_node(level *l, uint32_t id)
{
	as_node_message m;
	as_child_message ch;
	as_buf path = { 0 };
	as_status s = AS_OK;
	if (!as_nodes_get(&l->nodes, l->frames, id, &m))
		return AS_OK;
	as_nodes_path(&l->nodes, l->frames, id, &path);
	as_span p = as_buf_span_of(&path);
	if (++l->x->n_entries > l->x->r->limits.objects)
		as_list_entry(l->x->links, l->chain, p, "not written", as_lit("too many entries"));
	else if (as_nodes_child(&l->nodes, l->frames, m.hardlink ? m.hardlink : id, &ch))
		s = extract_file(l, id, &ch, &m, p);
	else if (m.type != AS_DIR)
		extract_other(l, id, &m, p);
	else if (!l->x->r->extract_match)
		(void)make_folders(l, id);
	as_buf_free(&path);
	return s;
}

static as_status extract_nodes(level *l)
{
	as_status s = AS_OK;
	for (uint32_t id = 1; id <= l->nodes.n && s == AS_OK; id++)
		s = extract_node(l, id);
	for (uint32_t id = 1; id <= l->nodes.n && s == AS_OK; id++) {
		as_node_message m;
		if (as_nodes_get(&l->nodes, l->frames, id, &m) && m.type == AS_DIR && l->made[id])
			put_off(l, id, &m);
	}
	return s;
}

static void list_xattrs(level *l)
{
	as_cur frames = as_cur_le(l->frames, 0);
	as_message kind;
	as_span payload;
	while (as_frame_next(&frames, &kind, &payload)) {
		as_cur c = as_cur_le(payload, 0);
		uint32_t id = kind == AS_M_XATTR ? as_u32(&c) : 0;
		as_span name = as_counted(&c), value = as_counted(&c);
		as_buf path = { 0 }, shown = { 0 };
		if (!as_ok(&c) || id == 0 || id > l->nodes.n)
			continue;
		as_nodes_path(&l->nodes, l->frames, id, &path);
		as_text_add(&shown, name);
		as_buf_u8(&shown, 0);
		if (is_wanted(l->x->r, as_buf_span_of(&path)) && !shown.bad)
			as_list_entry(l->x->xattrs, l->chain, as_buf_span_of(&path),
				(const char *)shown.p, value);
		as_buf_free(&path);
		as_buf_free(&shown);
	}
}

static as_status index_level(level *l)
{
	as_status s = as_nodes_index(&l->nodes, l->frames);
	l->made = s == AS_OK ? calloc((size_t)l->nodes.n + 1, sizeof(*l->made)) : NULL;
	return l->made ? AS_OK : AS_NOMEM;
}

/* Extracts what is in an object. at tells where: chain, up, up_node, name, depth. */
static as_status extract_level(extraction *x, const as_sha256 *sum, level at)
{
	as_review *r = x->r;
	as_buf frames = { 0 };
	uint32_t object = as_object_get(&r->objects, sum, 0);
	if (object == AS_NONE || at.depth > DEPTH_MAX)
		return object == AS_NONE ? AS_NOMEM : AS_OK;
	as_status s = as_read_said(r, object, (as_span){ 0 }, &frames);
	level l = at;
	l.x = x;
	l.fd = -1;
	l.frames = as_buf_span_of(&frames);
	if (s == AS_OK)
		s = index_level(&l);
	if (s == AS_OK)
		s = extract_nodes(&l);
	if (s == AS_OK)
		list_xattrs(&l);
	if (l.fd >= 0)
		close(l.fd);
	as_nodes_free(&l.nodes);
	as_map_free(&l.taken);
	as_buf_free(&l.folder);
	as_buf_free(&frames);
	free(l.made);
	return s == AS_NOT_THIS ? AS_OK : s;
}

static void empty_store(as_review *r, int root)
{
	for (uint32_t i = 0; i < r->objects.n_objects; i++) {
		char name[65];
		as_sha256_hex(&r->objects.objects[i].sha256, name);
		(void)unlinkat(r->extract_store, name, 0);
	}
	close(r->extract_store);
	(void)unlinkat(root, store_name, AT_REMOVEDIR);
}

static bool make_link(void *ctx, int dir, const char *name, bool ours)
{
	(void)ours;
	return symlinkat(ctx, dir, name) == 0;
}

/* Does what was put off: symbolic links if links, else folders. */
static void do_later(extraction *x, as_span record, bool links, as_map *taken)
{
	as_node_message m;
	as_cur c = as_cur_le(record, 0);
	as_span where = as_counted(&c), chain = as_counted(&c), path = as_counted(&c);
	as_buf folder = { 0 }, name = { 0 }, target = { 0 };
	as_buf_add(&folder, where.p, where.n);
	as_buf_u8(&folder, 0);
	if (!as_node_decode(as_from(record, as_pos(&c)), &m) || (m.type == AS_SYMLINK) != links)
		goto out;
	as_buf_add(&target, m.target.p, m.target.n);
	as_buf_u8(&target, 0);
	int dir = folder.bad || target.bad ? -1 : as_open_below(x->root, (const char *)folder.p);
	if (dir >= 0 && !links)
		dress(x, dir, ".", &m);
	else if (dir >= 0 && as_make_named(taken, as_crc32(0, where), dir, m.name, "", make_link,
				     target.p, &name)) {
		dress(x, dir, (const char *)name.p, &m);
		if (!as_is(m.name, (const char *)name.p))
			as_list_entry(x->names, chain, path, "is", as_lit((const char *)name.p));
		x->n++;
	} else if (links)
		as_list_entry(x->links, chain, path, "not written", as_lit(strerror(errno)));
	if (dir >= 0)
		close(dir);
out:
	as_buf_free(&folder);
	as_buf_free(&name);
	as_buf_free(&target);
}

/* Links when all files are there, so that nothing is written through one; then folders, the
 * innermost first, since a mode may lock its owner out and what is made in a folder changes its
 * time. */
static as_status finish_tree(extraction *x)
{
	as_buf places = { 0 };
	as_map taken = { 0 };
	as_span all = as_buf_span_of(&x->later);
	as_cur c = as_cur_le(all, 0);
	while (as_left(&c) > 0 && as_ok(&c)) {
		as_buf_u64(&places, as_pos(&c));
		as_span record = as_counted(&c);
		do_later(x, record, true, &taken);
	}
	for (size_t i = places.n / 8; i > 0 && !places.bad; i--) {
		as_cur at = as_cur_le(as_buf_span_of(&places), (i - 1) * 8);
		as_cur one = as_cur_le(all, as_u64(&at));
		do_later(x, as_counted(&one), false, &taken);
	}
	bool bad = places.bad || x->later.bad;
	as_map_free(&taken);
	as_buf_free(&places);
	return bad ? AS_NOMEM : AS_OK;
}

static as_status extract_inputs(extraction *x)
{
	as_review *r = x->r;
	as_status s = AS_OK;
	for (size_t i = 0; i < r->n_inputs && s == AS_OK; i++) {
		const as_object *o = &r->objects.objects[r->inputs[i].object];
		as_span name = as_is(r->inputs[i].name, "/") || as_is(r->inputs[i].name, "..")
				       ? as_lit("input")
				       : r->inputs[i].name;
		level at = { .chain = r->inputs[i].name, .name = name };
		s = extract_level(x, &o->sha256, at);
	}
	return s == AS_OK ? finish_tree(x) : s;
}

static assay_status build_tree(extraction *x)
{
	FILE **const lists[] = { &x->links, &x->names, &x->xattrs };
	static const char *const called[] = { "links.tsv", "names.tsv", "xattrs.tsv" };
	const char *failed = NULL;
	for (size_t i = 0; i < 3 && !failed; i++)
		failed = (*lists[i] = as_open_list(x->root, called[i])) ? NULL : called[i];
	int why = errno;
	as_status s = failed ? AS_IO : extract_inputs(x);
	for (size_t i = 0; i < 3; i++)
		if (*lists[i] && fclose(*lists[i]) != 0)
			s = AS_IO;
	as_buf_free(&x->later);
	if (failed)
		return as_review_fail(
			x->r, ASSAY_OUTPUT, "%s cannot be written: %s", failed, strerror(why));
	return s != AS_OK ? as_review_fail(x->r, ASSAY_OUTPUT,
				    "not everything could be written: is the disk full?")
			  : ASSAY_OK;
}

assay_status assay_extract(const assay_review_options *options, const assay_extract_options *how,
	uint64_t *n, assay_error *error)
{
	const char *folder = how->folder;
	assay_error unused;
	assay_review_options o = *options;
	as_review r = { .options = &o,
		.error = error ? error : &unused,
		.on_object = store,
		.extract_match = how->match,
		.extract_store = -1 };
	extraction x = { .r = &r, .how = how, .root = -1 };
	char journal[4096];
	r.error->message[0] = 0;
	int len = snprintf(journal, sizeof(journal), "%s/%s/journal", folder, store_name);
	if (options->size != sizeof(*options) || how->size != sizeof(*how) || !folder ||
		!options->inputs || !options->inputs[0] || len < 0 ||
		(size_t)len >= sizeof(journal))
		return as_review_fail(&r, ASSAY_USAGE, "nothing to extract, or nowhere to write");
	o.output = folder;
	if (as_folders_make(folder) &&
		(x.root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0)
		r.extract_store = folder_in(x.root, store_name);
	if (r.extract_store < 0) {
		if (x.root >= 0)
			close(x.root);
		return as_review_fail(&r, ASSAY_OUTPUT, "%s: %s", folder, strerror(errno));
	}
	(void)unlinkat(r.extract_store, "journal", 0);
	as_workshop *w = as_workshop_new(&r);
	assay_status s = w ? as_examine_all(&r, w, journal)
			   : as_review_fail(&r, ASSAY_INTERNAL, "memory ran out");
	if (s == ASSAY_OK)
		s = build_tree(&x);
	(void)unlinkat(r.extract_store, "journal", 0);
	empty_store(&r, x.root);
	close(x.root);
	as_finish(&r, w);
	if (n)
		*n = x.n;
	return s;
}
