/* SPDX-License-Identifier: Apache-2.0 */
/* The inputs: a file is an object as it is; a folder is walked and its files are read one by one. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "review/review.h"
#include "unpack/format.h"

enum { FOLDER_DEPTH = 64 };

typedef struct walk {
	as_review *r;
	as_session s;
	dev_t out_dev; /* the output folder, which is not part of the input */
	ino_t out_ino;
	uint32_t last; /* node id given last */
	as_status failed;
} walk;

static as_span last_component(as_review *r, const char *path)
{
	as_span s = as_lit(path);
	while (s.n > 1 && s.p[s.n - 1] == '/')
		s.n--;
	for (size_t slash; (slash = as_find_byte(s, '/', 0)) != SIZE_MAX && slash + 1 < s.n;)
		s = as_from(s, slash + 1);
	return as_copy(r->objects.arena, s);
}

static void lose(walk *w, const char *reason, const char *text, const char *name)
{
	as_buf b = { 0 };
	as_span all = as_print(w->r->objects.arena, "%s: %s", name, text);
	as_lost_encode(
		&b, &(as_lost_message){
			    .stage = as_lit("input"), .reason = as_lit(reason), .text = all });
	w->failed = as_worse(w->failed, as_hear(w->r, &w->s, AS_M_LOST, as_buf_span_of(&b)));
	as_buf_free(&b);
}

static as_status send_node(walk *w, uint32_t parent, const char *name, const struct stat *st,
	as_type type, as_span target)
{
	as_buf b = { 0 }, path = { 0 };
	as_node_message m = { .id = ++w->last,
		.parent = parent,
		.type = (uint8_t)type,
		.has = AS_NODE_MODE | AS_NODE_OWNER | AS_NODE_MTIME,
		.mode = st->st_mode & 07777,
		.uid = st->st_uid,
		.gid = st->st_gid,
		.mtime = st->st_mtime,
		.name = as_lit(name),
		.target = target };
	if (type == AS_BLOCK || type == AS_CHAR) {
		m.major = major(st->st_rdev);
		m.minor = minor(st->st_rdev);
	}
	if (type == AS_FILE) {
		m.has |= AS_NODE_STREAM;
		as_nodes_path(&w->s.nodes, as_buf_span_of(&w->s.payload), parent, &path);
		as_buf_u8(&path, '/');
		as_buf_text(&path, name);
		m.roles = w->r->roles ? w->r->roles(as_buf_span_of(&path)) : 0;
	}
	as_node_encode(&b, &m);
	as_status s = as_hear(w->r, &w->s, AS_M_NODE, as_buf_span_of(&b));
	as_buf_free(&b);
	as_buf_free(&path);
	return s;
}

static as_status read_file(walk *w, int fd, const char *name)
{
	as_status s = AS_OK;
	ssize_t n = 1;
	while (s == AS_OK && n > 0) {
		n = read(fd, w->r->window, AS_WINDOW);
		w->r->bytes_in += n > 0 ? (uint64_t)n : 0;
		if (n > 0)
			s = as_hear(w->r, &w->s, AS_M_DATA, as_bytes(w->r->window, (size_t)n));
	}
	if (n < 0)
		lose(w, "unreadable", strerror(errno), name);
	uint8_t damaged = n < 0;
	return s == AS_OK ? as_hear(w->r, &w->s, AS_M_END, as_bytes(&damaged, 1)) : s;
}

static as_status walk_folder(walk *w, int fd, uint32_t parent, unsigned depth);

static as_status enter(
	walk *w, int dir, uint32_t parent, const char *name, const struct stat *st, unsigned depth)
{
	if (st->st_dev == w->out_dev && st->st_ino == w->out_ino)
		return AS_OK;
	as_status s = send_node(w, parent, name, st, AS_DIR, (as_span){ 0 });
	uint32_t id = w->last;
	int fd = depth + 1 < FOLDER_DEPTH
			 ? openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
			 : -1;
	if (fd < 0)
		lose(w, "unreadable",
			depth + 1 < FOLDER_DEPTH ? strerror(errno) : "nested too deeply", name);
	return s == AS_OK && fd >= 0 ? walk_folder(w, fd, id, depth + 1) : s;
}

static as_type type_of(const struct stat *st)
{
	return S_ISREG(st->st_mode)    ? AS_FILE
	       : S_ISDIR(st->st_mode)  ? AS_DIR
	       : S_ISLNK(st->st_mode)  ? AS_SYMLINK
	       : S_ISBLK(st->st_mode)  ? AS_BLOCK
	       : S_ISCHR(st->st_mode)  ? AS_CHAR
	       : S_ISFIFO(st->st_mode) ? AS_FIFO
				       : AS_SOCKET;
}

static as_status visit(walk *w, int dir, uint32_t parent, const char *name, unsigned depth)
{
	struct stat st;
	char target[4096];
	as_span to = { 0 };
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		lose(w, "unreadable", strerror(errno), name);
		return AS_OK;
	}
	as_type type = type_of(&st);
	if (type == AS_DIR)
		return enter(w, dir, parent, name, &st, depth);
	if (type == AS_SYMLINK) {
		ssize_t n = readlinkat(dir, name, target, sizeof(target));
		to = as_bytes(target, n > 0 ? (size_t)n : 0);
	}
	/* Opened before it is announced: a FIFO in its place cannot hold us up, a link is not followed. */
	int fd = type == AS_FILE ? openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
				 : -1;
	if (type == AS_FILE && fd < 0) {
		lose(w, "unreadable", strerror(errno), name);
		return AS_OK;
	}
	as_status s = send_node(w, parent, name, &st, type, to);
	if (s == AS_OK && fd >= 0)
		s = read_file(w, fd, name);
	if (fd >= 0)
		close(fd);
	return s;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static as_status walk_folder(walk *w, int fd, uint32_t parent, unsigned depth)
{
	struct dirent **names = NULL;
	int n = scandirat(fd, ".", &names, NULL, by_name);
	as_status s = AS_OK;
	if (n < 0)
		lose(w, "unreadable", strerror(errno), "a folder");
	for (int i = 0; i < n; i++) {
		bool dots =
			strcmp(names[i]->d_name, ".") == 0 || strcmp(names[i]->d_name, "..") == 0;
		if (s == AS_OK && !dots)
			s = visit(w, fd, parent, names[i]->d_name, depth);
		free(names[i]);
	}
	free(names);
	close(fd);
	return s;
}

static as_status send_type(walk *w)
{
	as_buf b = { 0 };
	as_type_encode(&b, &(as_type_message){ .type = as_lit("folder") });
	as_status s = as_hear(w->r, &w->s, AS_M_TYPE, as_buf_span_of(&b));
	as_buf_free(&b);
	return s;
}

/* What was said about a folder becomes the record of an object that is named by it. */
static as_status name_folder(as_review *r, as_input *in, as_span said)
{
	as_sha256 sum = as_sha256_of(said);
	in->object = as_object_get(&r->objects, &sum, 0);
	uint32_t exam = in->object == AS_NONE
				? AS_NONE
				: as_exam_get(&r->objects, in->object, (as_span){ 0 });
	if (exam == AS_NONE)
		return AS_NOMEM;
	as_exam *e = &r->objects.exams[exam];
	e->state = AS_EXAM_DONE;
	e->whole = true;
	e->n_children = 1;
	as_record record = { .sha256 = sum };
	as_status s = as_journal_add(r->journal, &record, said);
	e->at = record.at;
	e->n = record.n;
	return s;
}

/* What an input is called by until it has said what is in it. */
static as_sha256 stand_in(const as_review *r, const as_input *in, const char *what)
{
	return as_sha256_of(as_print(r->objects.arena, "%s %zu", what, (size_t)(in - r->inputs)));
}

/* A folder has no bytes of its own: its identity is the hash of what was said about its entries. */
static assay_status open_folder(as_review *r, as_input *in, int fd)
{
	walk w = { .r = r };
	struct stat out;
	as_sha256 sum = stand_in(r, in, "folder");
	in->folder = true;
	in->object = as_object_get(&r->objects, &sum, 0);
	w.s.hasher = as_review_hasher(r);
	uint32_t exam = in->object == AS_NONE
				? AS_NONE
				: as_exam_get(&r->objects, in->object, (as_span){ 0 });
	if (stat(r->options->output, &out) == 0) {
		w.out_dev = out.st_dev;
		w.out_ino = out.st_ino;
	}
	as_session_clear(&w.s);
	w.s.exam = exam;
	as_status s = exam == AS_NONE || !w.s.hasher ? AS_NOMEM : send_type(&w);
	if (s == AS_OK)
		s = walk_folder(&w, fd, 0, 0);
	s = as_worse(s, w.failed);
	if (s == AS_OK)
		s = name_folder(r, in, as_buf_span_of(&w.s.payload));
	as_buf_free(&w.s.payload);
	as_nodes_free(&w.s.nodes);
	as_hasher_free(w.s.hasher);
	return s == AS_OK ? ASSAY_OK
			  : as_review_fail(r, ASSAY_INTERNAL, "%s: cannot be taken in", in->path);
}

/* Its digests. Where only contents are wanted nobody asks for an image's own: it is not read twice. */
static as_status digests_of(as_review *r, const as_input *in, as_region region, as_digests *out)
{
	if (!r->on_object)
		return as_hash_range(r, region, 0, region.n, out);
	*out = (as_digests){ .sha256 = stand_in(r, in, "file") };
	return AS_OK;
}

static assay_status open_file(as_review *r, as_input *in, int fd, uint64_t size)
{
	int file = as_spool_add(r->spool, fd);
	if (file < 0) {
		close(fd);
		return as_review_fail(r, ASSAY_INTERNAL, "memory ran out");
	}
	r->bytes_in += size;
	as_region region = { .file = (unsigned)file, .n = size };
	as_digests sums;
	if (digests_of(r, in, region, &sums) != AS_OK)
		return as_review_fail(
			r, ASSAY_INPUT, "%s: cannot be read: %s", in->path, strerror(errno));
	in->sha1 = sums.sha1;
	in->object = as_object_get(&r->objects, &sums.sha256, size);
	uint32_t shelf = as_shelf_add(&r->objects, region);
	if (in->object == AS_NONE || shelf == AS_NONE)
		return as_review_fail(r, ASSAY_INTERNAL, "memory ran out");
	as_status s = as_schedule(r, in->object, shelf, 0, 0, (as_span){ 0 }, 0, (as_span){ 0 });
	as_shelf_release(&r->objects, shelf);
	return s == AS_OK ? ASSAY_OK : as_review_fail(r, ASSAY_INTERNAL, "memory ran out");
}

static assay_status open_one(as_review *r, as_input *in)
{
	struct stat st;
	int fd = open(in->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		return as_review_fail(r, ASSAY_INPUT, "%s: %s", in->path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return open_folder(r, in, fd);
	if (S_ISREG(st.st_mode) && st.st_size > 0)
		return open_file(r, in, fd, (uint64_t)st.st_size);
	close(fd);
	const char *why = S_ISREG(st.st_mode) ? "is empty: there is nothing to review"
					      : "is neither a file nor a folder";
	return as_review_fail(r, ASSAY_INPUT, "%s: %s", in->path, why);
}

assay_status as_inputs_open(as_review *r)
{
	for (r->n_inputs = 0; r->options->inputs[r->n_inputs];)
		r->n_inputs++;
	r->inputs = as_alloc_array(r->objects.arena, r->n_inputs, sizeof(*r->inputs));
	assay_status s = r->inputs ? ASSAY_OK : as_review_fail(r, ASSAY_INTERNAL, "memory ran out");
	for (size_t i = 0; i < r->n_inputs && s == ASSAY_OK; i++) {
		r->inputs[i].path = r->options->inputs[i];
		r->inputs[i].name = last_component(r, r->options->inputs[i]);
		s = open_one(r, &r->inputs[i]);
	}
	return s;
}
