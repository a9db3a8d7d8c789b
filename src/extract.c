/* SPDX-License-Identifier: Apache-2.0 */
/* extract: objects are stored once, by hash, while the image is unpacked; then the tree is built of links to
 * them. Names come from the image: each is one component, opened relative to its folder without following
 * links, so nothing can be written elsewhere. */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "model/entry.h"

enum { DEPTH_MAX = 64 };
static const char store_name[] = ".assay-objects";

typedef struct extraction {
	as_review *r;
	int root;    /* the user's folder */
	FILE *links; /* what cannot be a file: links.tsv */
	uint64_t n;
} extraction;

static as_status copy_out(as_review *r, int fd, as_region region, uint64_t at, uint64_t n)
{
	as_status s = AS_OK;
	for (uint64_t done = 0; done < n && s == AS_OK;) {
		size_t step = as_min(AS_WINDOW, n - done);
		s = as_spool_read(r->spool, region, at + done, r->window, step);
		ssize_t wrote = s == AS_OK ? write(fd, r->window, step) : -1;
		if (wrote <= 0)
			s = AS_IO;
		done += wrote > 0 ? (uint64_t)wrote : 0;
	}
	return s;
}

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
	as_status s = copy_out(r, fd, region, at, n);
	return close(fd) == 0 ? s : AS_IO;
}

/* A name that the system can hold, as a C string of its own in b. */
static const char *file_name(as_span name, const char *suffix, as_buf *b)
{
	as_buf_clear(b);
	as_buf_add(b, name.p, as_min(name.n, 200));
	if (name.n > 200)
		as_buf_print(b, "~%08x", as_crc32(0, name));
	as_buf_text(b, suffix);
	as_buf_u8(b, 0);
	return b->bad ? "" : (const char *)b->p;
}

static int folder_in(int dir, const char *name)
{
	if (mkdirat(dir, name, 0777) != 0 && errno != EEXIST)
		return -1;
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static void list(extraction *x, as_span chain, as_span path, const char *what, as_span target)
{
	as_buf b = { 0 };
	as_text_add(&b, chain);
	as_text_add(&b, path);
	as_buf_print(&b, "\t%s\t", what);
	as_text_add(&b, target);
	as_buf_u8(&b, '\n');
	(void)fwrite(b.p, 1, b.n, x->links);
	as_buf_free(&b);
}

typedef struct level {
	extraction *x;
	as_span frames, chain;
	as_nodes nodes;
	int *folders;     /* owned: descriptor + 1 of each directory's folder, 0: none yet */
	int fd;           /* the container's own folder; -1: not made yet */
	struct level *up; /* the container it stands in; NULL: it is an input */
	uint32_t up_node; /* the directory it stands in there */
	const char *name; /* of its folder */
	unsigned depth;
} level;

/* The folder of a directory node, made when something is written to it; -1 if it cannot be. Parents have smaller
 * ids. */
static int folder_of(level *l, uint32_t id)
{
	if (id == 0 && l->fd < 0) {
		int above = l->up ? folder_of(l->up, l->up_node) : l->x->root;
		l->fd = above < 0 ? -1 : folder_in(above, l->name);
	}
	if (id == 0)
		return l->fd;
	as_node_message m;
	if (l->folders[id] == 0 && as_nodes_get(&l->nodes, l->frames, id, &m)) {
		as_buf b = { 0 };
		int parent = folder_of(l, m.parent); /* depth is bounded where entries are put */
		int fd = parent < 0 ? -1 : folder_in(parent, file_name(m.name, "", &b));
		as_buf_free(&b);
		l->folders[id] = fd + 1;
	}
	return l->folders[id] - 1;
}

static as_status extract_level(extraction *x, const as_sha256 *sum, level at);

/* Whether something was found in an object, so that it needs a folder. */
static bool has_entries(as_review *r, const as_sha256 *sum)
{
	uint32_t object = as_object_get(&r->objects, sum, 0);
	uint32_t exam = object == AS_NONE ? AS_NONE : r->objects.objects[object].exam;
	return exam != AS_NONE && r->objects.exams[exam].n_children > 0;
}

static as_status extract_file(
	level *l, const as_child_message *ch, const as_node_message *m, as_span path)
{
	char hash[65];
	as_buf b = { 0 };
	as_review *r = l->x->r;
	as_sha256_hex(&ch->digests.sha256, hash);
	as_status s = AS_OK;
	bool stored = faccessat(r->extract_store, hash, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	if (stored && is_wanted(r, path)) {
		int dir = folder_of(l, m->parent);
		if (dir >= 0 &&
			linkat(r->extract_store, hash, dir, file_name(m->name, "", &b), 0) == 0)
			l->x->n++;
		else
			list(l->x, l->chain, path, "not written", as_lit(strerror(errno)));
	}
	as_buf chain = { 0 };
	as_buf_add(&chain, l->chain.p, l->chain.n);
	as_buf_add(&chain, path.p, path.n);
	/* A container's entries go into a folder beside it. */
	level inside = { .chain = as_buf_span_of(&chain),
		.up = l,
		.up_node = m->parent,
		.depth = l->depth + 1,
		.name = file_name(m->name, ".unpacked", &b) };
	if (!m->hardlink && has_entries(r, &ch->digests.sha256))
		s = extract_level(l->x, &ch->digests.sha256, inside);
	as_buf_free(&chain);
	as_buf_free(&b);
	return s;
}

static as_status extract_nodes(level *l)
{
	static const char *const kinds[] = { "?", "file", "part", "folder", "symlink", "hard link",
		"block device", "character device", "fifo", "socket" };
	as_status s = AS_OK;
	for (uint32_t id = 1; id <= l->nodes.n && s == AS_OK; id++) {
		as_node_message m;
		as_buf path = { 0 };
		if (!as_nodes_get(&l->nodes, l->frames, id, &m))
			continue;
		as_nodes_path(&l->nodes, l->frames, id, &path);
		as_child_message ch;
		if (as_nodes_child(&l->nodes, l->frames, m.hardlink ? m.hardlink : id, &ch))
			s = extract_file(l, &ch, &m, as_buf_span_of(&path));
		else if (m.type == AS_DIR && !l->x->r->extract_match)
			(void)folder_of(l, id);
		else if (m.type != AS_DIR && is_wanted(l->x->r, as_buf_span_of(&path)))
			list(l->x, l->chain, as_buf_span_of(&path),
				m.type < 10 ? kinds[m.type] : "?", m.target);
		as_buf_free(&path);
	}
	return s;
}

static as_status index_level(level *l)
{
	as_status s = as_nodes_index(&l->nodes, l->frames);
	l->folders = s == AS_OK ? calloc((size_t)l->nodes.n + 1, sizeof(*l->folders)) : NULL;
	return l->folders ? AS_OK : AS_NOMEM;
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
	for (uint32_t id = 0; l.folders && id <= l.nodes.n; id++)
		if (l.folders[id] > 0)
			close(l.folders[id] - 1);
	if (l.fd >= 0)
		close(l.fd);
	as_nodes_free(&l.nodes);
	as_buf_free(&frames);
	free(l.folders);
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

static assay_status build_tree(extraction *x)
{
	as_review *r = x->r;
	as_status s = AS_OK;
	int fd = openat(
		x->root, "links.tsv", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
	x->links = fd < 0 ? NULL : fdopen(fd, "w");
	if (!x->links)
		return as_review_fail(
			r, ASSAY_OUTPUT, "links.tsv cannot be written: %s", strerror(errno));
	for (size_t i = 0; i < r->n_inputs && s == AS_OK; i++) {
		const as_object *o = &r->objects.objects[r->inputs[i].object];
		as_buf b = { 0 };
		as_span name = as_is(r->inputs[i].name, "/") || as_is(r->inputs[i].name, "..")
				       ? as_lit("input")
				       : r->inputs[i].name;
		level at = { .chain = r->inputs[i].name, .name = file_name(name, ".unpacked", &b) };
		s = extract_level(x, &o->sha256, at);
		as_buf_free(&b);
	}
	bool bad = fclose(x->links) != 0 || s != AS_OK;
	return bad ? as_review_fail(
			     r, ASSAY_OUTPUT, "not everything could be written: is the disk full?")
		   : ASSAY_OK;
}

assay_status assay_extract(const assay_review_options *options, const char *folder,
	const char *match, uint64_t *n, assay_error *error)
{
	assay_error unused;
	assay_review_options o = *options;
	as_review r = { .options = &o,
		.error = error ? error : &unused,
		.on_object = store,
		.extract_match = match,
		.extract_store = -1 };
	extraction x = { .r = &r, .root = -1 };
	char journal[4096];
	r.error->message[0] = 0;
	int len = snprintf(journal, sizeof(journal), "%s/%s/journal", folder, store_name);
	if (options->size != sizeof(*options) || !options->inputs || !options->inputs[0] ||
		len < 0 || (size_t)len >= sizeof(journal))
		return as_review_fail(&r, ASSAY_USAGE, "nothing to extract, or nowhere to write");
	o.output = folder;
	if ((mkdir(folder, 0777) == 0 || errno == EEXIST) &&
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
