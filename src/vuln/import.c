/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/import.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cur.h"
#include "base/hash.h"
#include "base/text.h"
#include "sandbox/lock.h"
#include "vuln/child.h"

enum {
	FILES = 256,  /* one process reads at most so many */
	DEPTH = 32,   /* folders in folders */
	SAID = 5,     /* strangers and refusals named on the screen */
	EVERY = 5000, /* records between two words on progress */
	READ = 1 << 20,
};

/* One source on its way in. */
typedef struct job {
	as_import *im;
	as_hasher *hasher;
	const char *name;
	as_child_file files[FILES];
	char *paths[FILES]; /* owned */
	size_t n;
	uint64_t strangers, refusals, next_word;
	bool cut; /* a process ended early: the source was not read in full */
} job;

static void say(const as_import *im, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(const as_import *im, const char *format, ...)
{
	va_list args;
	as_buf shown = { 0 };
	char text[1024];
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	as_text_add(&shown, as_lit(text)); /* a name may hold what acts on a terminal */
	as_buf_u8(&shown, 0);
	if (!shown.bad)
		im->say(im->ctx, (const char *)shown.p);
	as_buf_free(&shown);
}

/* Names the first refusals and strangers of a source. */
static void show(job *j, as_span message)
{
	as_cur c = as_cur_le(message, 1);
	bool refused = as_at(message, 0) == AS_FEED_REFUSED;
	if (refused)
		as_skip(&c, 1);
	as_span file = as_counted(&c), record = refused ? as_counted(&c) : as_lit("");
	unsigned long long at = as_u64(&c);
	as_span reason = as_counted(&c), detail = refused ? as_counted(&c) : as_lit("");
	uint64_t *n = refused ? &j->refusals : &j->strangers;
	if (!as_ok(&c) || (*n)++ >= SAID)
		return;
	const char *what = refused ? "refused" : "no feed";
	say(j->im, "%s: %.*s%s%.*s, at byte %llu: %.*s%s%.*s", what, (int)as_min(file.n, 300),
		(const char *)file.p, record.n ? ": " : "", (int)as_min(record.n, 100),
		record.n ? (const char *)record.p : "", at, (int)as_min(reason.n, 200),
		(const char *)reason.p, detail.n ? ": " : "", (int)as_min(detail.n, 200),
		detail.n ? (const char *)detail.p : "");
}

static as_status hash(as_hasher *h, int fd)
{
	static _Thread_local uint8_t piece[READ];
	for (;;) {
		ssize_t n = read(fd, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? AS_OK : AS_NOT_THIS;
		as_hasher_add(h, as_bytes(piece, (size_t)n));
	}
}

/* Takes what one process says until it is done; *at becomes the file it is at. */
static as_status listen_to(job *j, as_child *c, size_t *at, bool *done)
{
	as_span m = { 0 };
	as_import *im = j->im;
	as_status s = AS_OK;
	*done = false;
	while (s == AS_OK && !*done) {
		if (as_child_next(c, &m) != AS_OK)
			return AS_OK; /* it ended before its time */
		uint8_t what = as_at(m, 0);
		as_cur number = as_cur_le(m, 1);
		*done = what == AS_FEED_DONE;
		if (what == AS_FEED_FILE)
			*at = (size_t)as_min(as_u32(&number), j->n - 1);
		else if (what == AS_FEED_OTHER)
			im->strangers++;
		else if (!*done)
			s = as_store_take(im->store, m);
		if (what == AS_FEED_OTHER || what == AS_FEED_REFUSED)
			show(j, m);
		uint64_t read = as_store_counts(im->store, AS_KINDS).read;
		if (read >= j->next_word) {
			im->progress(im->ctx, j->name, read);
			j->next_word = read + EVERY;
		}
	}
	return s;
}

/* The process that read file number at has ended: says so, in the index, too. */
static as_status lament(job *j, size_t at, const char *why)
{
	as_import *im = j->im;
	j->cut = true;
	say(im, "%s: %s; what was read before is kept", j->files[at].name, why);
	as_status s = as_store_refuse(
		im->store, as_lit(j->files[at].name), "the process that read the file ended early");
	im->strangers += s == AS_NOT_THIS;
	return s == AS_NOT_THIS ? AS_OK : s;
}

/* Reads the files gathered so far, in as many processes as it takes. */
static as_status read_files(job *j)
{
	char why[160];
	as_status s = AS_OK;
	for (size_t first = 0; first < j->n && s == AS_OK;) {
		bool done = false;
		size_t at = first;
		as_child *c = as_child_new(j->files, j->n, first);
		if (!c)
			return AS_NOMEM;
		s = listen_to(j, c, &at, &done);
		if (as_child_locks(c) != ~0u)
			j->im->locks &= as_child_locks(c);
		bool early = s == AS_OK && !done;
		as_child_end(c, early ? why : NULL, sizeof(why));
		if (early)
			s = lament(j, at, why);
		first = done ? j->n : (at > first ? at : first) + 1;
	}
	for (size_t i = 0; i < j->n; i++) {
		close(j->files[i].fd);
		free(j->paths[i]);
	}
	j->im->files += j->n;
	j->n = 0;
	return s;
}

/* Gathers a file; reads what is gathered when that is enough. shown: its name in words about it. */
static as_status add_file(job *j, const char *path, size_t shown)
{
	struct stat st;
	int fd = open(
		path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* not to wait for a pipe's other end */
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		errno = fd >= 0 ? EINVAL : errno;
		return AS_NOT_THIS;
	}
	char *copy = strdup(path);
	as_status s = copy ? hash(j->hasher, fd) : AS_NOMEM;
	if (s != AS_OK) {
		free(copy);
		close(fd);
		return s;
	}
	j->paths[j->n] = copy;
	j->files[j->n] =
		(as_child_file){ .fd = fd, .n = (uint64_t)st.st_size, .name = copy + shown };
	j->n++;
	return j->n == FILES ? read_files(j) : AS_OK;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_shown(const struct dirent *e) { return e->d_name[0] != '.'; }

static as_status walk(job *j, const char *folder, size_t shown, unsigned depth);

static as_status add_entry(
	job *j, const char *folder, const char *name, size_t shown, unsigned depth)
{
	struct stat st;
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/%s", folder, name);
	as_status s = AS_OK;
	if (n < 0 || n >= (int)sizeof(path) || lstat(path, &st) != 0)
		s = AS_NOT_THIS;
	else if (S_ISDIR(st.st_mode))
		return walk(j, path, shown, depth + 1);
	else if (S_ISREG(st.st_mode))
		s = add_file(j, path, shown);
	else
		return AS_OK;
	if (s != AS_NOT_THIS)
		return s;
	say(j->im, "%s/%s: %s; it is left out", folder, name, strerror(errno));
	j->im->strangers++;
	return AS_OK;
}

static as_status walk(job *j, const char *folder, size_t shown, unsigned depth)
{
	struct dirent **list = NULL;
	int n = depth < DEPTH ? scandir(folder, &list, is_shown, by_name) : -1;
	as_status s = AS_OK;
	if (n < 0 && depth == 0)
		return AS_NOT_THIS;
	if (n < 0)
		say(j->im, "%s: %s; it is left out", folder,
			depth < DEPTH ? strerror(errno) : "folders nest too deep");
	for (int i = 0; i < n; i++) {
		if (s == AS_OK)
			s = add_entry(j, folder, list[i]->d_name, shown, depth);
		free(list[i]);
	}
	free(list);
	return s;
}

/* The last component of a path. */
static void last_component(const char *path, char name[256])
{
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	size_t from = n;
	while (from > 0 && path[from - 1] != '/')
		from--;
	(void)snprintf(name, 256, "%.*s", (int)(n - from), path + from);
}

static as_status run(job *j, const char *path)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return AS_NOT_THIS;
	const char *slash = strrchr(path, '/');
	as_status s = S_ISDIR(st.st_mode)
			      ? walk(j, path, strlen(path) + (path[strlen(path) - 1] != '/'), 0)
			      : add_file(j, path, slash ? (size_t)(slash + 1 - path) : 0);
	as_status read = read_files(j);
	return s == AS_OK ? read : s;
}

as_status as_import_path(as_import *im, const char *path, const char *name, const char *url)
{
	char own[256], hex[65];
	last_component(path, own);
	job *j = calloc(1, sizeof(*j));
	as_status s = AS_NOMEM;
	if (j)
		*j = (job){ .im = im,
			.hasher = as_hasher_new(),
			.name = name ? name : own,
			.next_word = EVERY };
	if (j && j->hasher)
		s = as_store_begin(im->store, j->name, url);
	if (s == AS_OK)
		s = run(j, path);
	if (s == AS_OK) {
		as_sha256 digest = as_hasher_end(j->hasher);
		as_sha256_hex(&digest, hex);
		s = as_store_end(im->store, j->cut ? NULL : hex);
	}
	int saved = errno;
	as_counts n = as_store_counts(im->store, AS_KINDS);
	im->total.read += n.read;
	im->total.stored += n.stored;
	im->total.unchanged += n.unchanged;
	im->total.refused += n.refused;
	if (j) {
		if (j->refusals > SAID || j->strangers > SAID)
			say(im,
				"%s: %llu records refused, %llu files no feeds: the first of each "
				"are named above",
				j->name, (unsigned long long)j->refusals,
				(unsigned long long)j->strangers);
		as_hasher_free(j->hasher);
	}
	free(j);
	errno = saved;
	return s;
}
