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
#include "vuln/container.h"

enum {
	FILES = 256,  /* one process reads at most so many */
	DEPTH = 32,   /* folders in folders */
	SAID = 5,     /* strangers, refusals and files that are cut off named on the screen */
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
	uint64_t left_out; /* statements that are as Assay wrote them */
	uint64_t cuts;     /* files not read to their end */
	size_t at;         /* the file that is being read */
	bool begun, lied;  /* the process has named it; it said what none may say */
	uint64_t may_say;  /* bytes */
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

/* Whether the name is that of the file in hand, or of something in it. */
static bool is_of_file(const job *j, as_span name)
{
	as_span own = as_lit(j->files[j->at].name);
	own = as_cut(own, 0, as_min(own.n, AS_MEMBER_NAME));
	return as_same(as_cut(name, 0, own.n), own) &&
	       (name.n == own.n || as_starts(as_from(name, own.n), ": ") ||
		       own.n == AS_MEMBER_NAME);
}

/* The file in hand was not read to its end. */
static void tell_cut(job *j, as_span reason)
{
	if (j->cuts++ < SAID)
		say(j->im, "%s: it was not read to its end: %.*s", j->files[j->at].name,
			(int)as_min(reason.n, 200), (const char *)reason.p);
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
	if (!is_of_file(j, file) || !as_ok(&c))
		j->lied = true;
	if (j->lied || (*n)++ >= SAID)
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

/* Files come one after another, from the one on that the process was made for. */
static void begin_file(job *j, as_span m)
{
	as_cur c = as_cur_le(m, 1);
	uint32_t number = as_u32(&c);
	j->lied = !as_ok(&c) || number != j->at + j->begun || number >= j->n;
	if (j->lied)
		return;
	j->at = number;
	j->begun = true;
	j->may_say = as_unpacked_most(j->files[number].n);
}

/* One message. The process may have been taken over: what cannot be true is no mistake of ours. */
static as_status take(job *j, as_span m)
{
	uint8_t what = as_at(m, 0);
	as_cur c = as_cur_le(m, 1);
	as_status s = AS_OK;
	j->lied = !j->begun || m.n > j->may_say;
	if (j->lied)
		return AS_OK;
	j->may_say -= m.n;
	if (what == AS_FEED_OTHER || what == AS_FEED_REFUSED)
		show(j, m);
	if (j->lied)
		return AS_OK;
	if (what == AS_FEED_CUT)
		tell_cut(j, as_counted(&c));
	else if (what == AS_FEED_LEFT_OUT)
		j->left_out += as_u64(&c);
	else if (what == AS_FEED_OTHER)
		j->im->strangers++;
	else
		s = as_store_take(j->im->store, m);
	j->lied = s == AS_NOT_THIS || !as_ok(&c);
	return j->lied ? AS_OK : s;
}

/* Takes what one process says until it is done, ends early or lies. */
static as_status listen_to(job *j, as_child *c, bool *done)
{
	as_span m = { 0 };
	as_import *im = j->im;
	as_status s = AS_OK;
	*done = j->lied = j->begun = false;
	while (s == AS_OK && !*done && !j->lied) {
		if (as_child_next(c, &m) != AS_OK)
			return AS_OK;
		uint8_t what = as_at(m, 0);
		*done = what == AS_FEED_DONE && j->begun && j->at + 1 == j->n;
		if (what == AS_FEED_FILE)
			begin_file(j, m);
		else if (!*done)
			s = take(j, m);
		uint64_t read = as_store_counts(im->store, AS_KINDS).read;
		if (read >= j->next_word) {
			im->progress(im->ctx, j->name, read);
			j->next_word = read + EVERY;
		}
	}
	return s;
}

/* The process that read the file in hand has ended: says so, in the index, too. */
static as_status lament(job *j, const char *why)
{
	as_import *im = j->im;
	j->cuts++;
	say(im, "%s: %s; what was read before is kept", j->files[j->at].name, why);
	as_status s = as_store_refuse(im->store, as_lit(j->files[j->at].name),
		j->lied ? "the process that read the file said what cannot be"
			: "the process that read the file ended early");
	im->strangers += s == AS_NOT_THIS;
	return s == AS_NOT_THIS ? AS_OK : s;
}

/* Reads the files gathered so far, in as many processes as it takes. */
static as_status read_files(job *j)
{
	char why[160] = "the process that read it said what cannot be, and was ended";
	as_status s = AS_OK;
	for (size_t first = 0; first < j->n && s == AS_OK;) {
		bool done = false;
		j->at = first;
		as_child *c = as_child_new(j->files, j->n, first);
		if (!c)
			return AS_NOMEM;
		s = listen_to(j, c, &done);
		if (as_child_locks(c) != ~0u)
			j->im->locks &= as_child_locks(c);
		bool early = s == AS_OK && !done;
		as_child_end(c, early && !j->lied ? why : NULL, sizeof(why));
		if (early)
			s = lament(j, why);
		first = done ? j->n : j->at + 1;
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

/* The name of a source: the last component of its path, and of those before it as many as it takes to differ
 * from other sources. */
static as_status name_source(as_import *im, const char *path, char name[AS_SOURCE_NAME])
{
	as_status s = AS_OK;
	bool taken = true;
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	for (size_t from = n; taken && s == AS_OK && from > 0;) {
		while (from > 0 && path[from - 1] != '/')
			from--;
		int len = (int)as_min(n - from, AS_SOURCE_NAME - 1);
		(void)snprintf(name, AS_SOURCE_NAME, "%.*s", len, path + n - len);
		s = as_store_taken(im->store, name, path, &taken);
		from -= from > 0;
	}
	return s;
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
	char own[AS_SOURCE_NAME] = "", hex[65];
	char *whole = realpath(path, NULL);
	job *j = calloc(1, sizeof(*j));
	as_status s = AS_NOMEM;
	if (j)
		*j = (job){ .im = im,
			.hasher = as_hasher_new(),
			.name = name ? name : own,
			.next_word = EVERY };
	if (j && j->hasher)
		s = name ? AS_OK : name_source(im, whole ? whole : path, own);
	if (s == AS_OK)
		s = as_store_begin(im->store, j->name, url ? url : whole);
	free(whole);
	if (s == AS_OK)
		s = run(j, path);
	if (s == AS_OK) {
		as_sha256 digest = as_hasher_end(j->hasher);
		as_sha256_hex(&digest, hex);
		s = as_store_end(im->store, j->cuts > 0 ? NULL : hex);
	}
	int saved = errno;
	as_counts n = as_store_counts(im->store, AS_KINDS);
	im->total.read += n.read;
	im->total.stored += n.stored;
	im->total.unchanged += n.unchanged;
	im->total.refused += n.refused;
	if (j) {
		if (j->cuts > SAID)
			say(im, "%s: %llu files were not read to their end", j->name,
				(unsigned long long)j->cuts);
		if (j->left_out > 0)
			say(im,
				"%s: %llu statements are as Assay wrote them, nobody's word: they "
				"were left out",
				j->name, (unsigned long long)j->left_out);
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
