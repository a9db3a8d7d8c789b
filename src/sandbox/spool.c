/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096, WINDOW = 1 << 20, FIRST = 1 << 16 };

/* Every region being written has so much of its (sparse) file to itself, so that several can grow at
 * the same time; what it does not use is given back when it ends, and used again while it is at least half of that:
 * file systems end at some offset (ext4 at 16 TiB), however little of a file is written. */
static const uint64_t reach = 1ull << 35;

enum { ROOMS = 64 /* kept for later, per file; more than there are examiners */ };

typedef struct room {
	uint64_t at, n;
} room;

struct as_spool {
	int *fds;     /* owned */
	int *readers; /* owned: the same files, open for reading only */
	unsigned n;
	uint64_t memory;    /* bytes that may be in memory */
	uint64_t in_memory; /* bytes that are */
	uint64_t top[2];    /* where what nobody has had of each own file begins */
	room rooms[2][ROOMS];
	unsigned n_rooms[2];
};

static int unlinked_file(const char *folder)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	size_t n = 0;
	as_span at = as_lit(folder);
	char *path = malloc(at.n + sizeof("/.assay-spool-XXXXXX"));
	if (!path)
		return -1;
	for (; n < at.n; n++)
		path[n] = folder[n];
	for (const char *t = "/.assay-spool-XXXXXX"; *t; t++)
		path[n++] = *t;
	path[n] = 0;
	fd = mkstemp(path);
	if (fd >= 0)
		(void)unlink(path);
	free(path);
	return fd;
}

as_spool *as_spool_new(const char *folder, uint64_t memory)
{
	as_spool *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	int in_memory = memfd_create("assay-spool", MFD_CLOEXEC);
	int on_disk = unlinked_file(folder);
	s->memory = in_memory < 0 ? 0 : memory;
	int added = as_spool_add(s, in_memory), after = added < 0 ? -1 : as_spool_add(s, on_disk);
	if (added < 0 && in_memory >= 0)
		close(in_memory);
	if (after < 0 && on_disk >= 0)
		close(on_disk);
	if (after >= 0 && (in_memory >= 0 || on_disk >= 0))
		return s;
	as_spool_free(s);
	return NULL;
}

void as_spool_free(as_spool *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < s->n; i++) {
		if (s->fds[i] >= 0)
			close(s->fds[i]);
		if (s->readers[i] >= 0)
			close(s->readers[i]);
	}
	free(s->fds);
	free(s->readers);
	free(s);
}

/* The same file once more, for reading only. */
static int reader_of(int fd)
{
	char path[32];
	if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY)
		return fcntl(fd, F_DUPFD_CLOEXEC, 0);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

int as_spool_add(as_spool *s, int fd)
{
	int *fds = realloc(s->fds, (s->n + 1) * sizeof(*fds));
	s->fds = fds ? fds : s->fds;
	int *readers = realloc(s->readers, (s->n + 1) * sizeof(*readers));
	s->readers = readers ? readers : s->readers;
	int reader = fds && readers && fd >= 0 ? reader_of(fd) : -1;
	if (!fds || !readers || (fd >= 0 && reader < 0))
		return -1;
	s->fds[s->n] = fd;
	s->readers[s->n] = reader;
	return (int)s->n++;
}

static as_spool_writer reserve(as_spool *s, unsigned file)
{
	room r = { s->top[file], reach };
	if (s->n_rooms[file] > 0)
		r = s->rooms[file][--s->n_rooms[file]];
	else
		s->top[file] += reach;
	return (as_spool_writer){ .region = { .file = file, .at = r.at }, .room = r.n };
}

as_spool_writer as_spool_begin(as_spool *s)
{
	bool fits = s->in_memory + FIRST <= s->memory;
	unsigned file = fits ? AS_SPOOL_MEMORY : AS_SPOOL_FILE;
	return reserve(s, file);
}

void as_spool_end(as_spool *s, const as_spool_writer *w)
{
	unsigned file = w->region.file;
	uint64_t used = as_min((w->region.n + PAGE - 1) / PAGE * PAGE, w->room);
	room left = { w->region.at + used, w->room - used };
	if (s->top[file] == w->region.at + w->room)
		s->top[file] = left.at;
	else if (left.n >= reach / 2 && s->n_rooms[file] < ROOMS)
		s->rooms[file][s->n_rooms[file]++] = left;
}

static as_status put(int fd, as_span bytes, uint64_t at)
{
	while (bytes.n > 0) {
		ssize_t n = pwrite(fd, bytes.p, bytes.n, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return AS_IO;
		bytes = as_from(bytes, (uint64_t)n);
		at += (uint64_t)n;
	}
	return AS_OK;
}

/* Moves what a region has so far from memory to the file: memory is full. */
static as_status move_to_file(as_spool *s, as_spool_writer *w)
{
	as_region from = w->region;
	as_spool_end(s, w);
	*w = reserve(s, AS_SPOOL_FILE);
	w->region.n = from.n;
	uint8_t *window = malloc(WINDOW);
	as_status st = window ? AS_OK : AS_NOMEM;
	for (uint64_t at = 0; at < from.n && st == AS_OK; at += WINDOW) {
		size_t n = as_min(WINDOW, from.n - at);
		st = as_spool_read(s, from, at, window, n);
		if (st == AS_OK)
			st = put(s->fds[AS_SPOOL_FILE], as_bytes(window, n), w->region.at + at);
	}
	free(window);
	as_spool_drop(s, from);
	return st;
}

/* Makes sure that n more bytes may be appended. */
static as_status admit(as_spool *s, as_spool_writer *w, uint64_t n)
{
	if (w->failed)
		return AS_IO;
	as_status st = AS_OK;
	if (w->region.file == AS_SPOOL_MEMORY && s->in_memory + n > s->memory)
		st = move_to_file(s, w);
	bool fits = n <= w->room - w->region.n && w->region.at <= INT64_MAX - reach;
	if (!fits || s->fds[w->region.file] < 0)
		st = as_worse(st, AS_IO);
	w->failed = st != AS_OK;
	return st;
}

as_status as_spool_write(as_spool *s, as_spool_writer *w, as_span bytes)
{
	as_status st = admit(s, w, bytes.n);
	if (st != AS_OK)
		return st;
	st = put(s->fds[w->region.file], bytes, w->region.at + w->region.n);
	w->failed = st != AS_OK;
	w->region.n += bytes.n;
	if (w->region.file == AS_SPOOL_MEMORY)
		s->in_memory += bytes.n;
	return st;
}

/* Makes the file reach to end. Never shorter: other regions may lie behind. */
static as_status extend(int fd, uint64_t end)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return AS_IO;
	return (uint64_t)st.st_size >= end || ftruncate(fd, (off_t)end) == 0 ? AS_OK : AS_IO;
}

as_status as_spool_hole(as_spool *s, as_spool_writer *w, uint64_t n)
{
	as_status st = admit(s, w, n);
	if (st != AS_OK)
		return st;
	w->region.n += n;
	if (w->region.file == AS_SPOOL_MEMORY)
		s->in_memory += n;
	st = extend(s->fds[w->region.file], w->region.at + w->region.n);
	w->failed = st != AS_OK;
	return st;
}

void as_spool_drop(as_spool *s, as_region r)
{
	if (r.file >= AS_SPOOL_INPUT || r.n == 0)
		return;
	if (r.file == AS_SPOOL_MEMORY)
		s->in_memory -= as_min(r.n, s->in_memory);
	uint64_t n = (r.n + PAGE - 1) / PAGE * PAGE;
	(void)fallocate(
		s->fds[r.file], FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)r.at, (off_t)n);
}

int as_spool_fd(const as_spool *s, unsigned file) { return file < s->n ? s->readers[file] : -1; }

unsigned as_spool_files(const as_spool *s) { return s->n; }

as_status as_spool_read(const as_spool *s, as_region r, uint64_t at, uint8_t *to, size_t n)
{
	while (n > 0) {
		ssize_t got = pread(s->fds[r.file], to, n, (off_t)(r.at + at));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return AS_IO;
		to += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	return AS_OK;
}
