/* SPDX-License-Identifier: Apache-2.0 */
#include "extract_host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/text.h"

enum { TWINS_TRIED = 16, PIECE = 64 << 10 /* bytes that are looked at for a hole */ };
enum { NAME_LONGEST = 255, TWIN_LONGEST = 16 /* bytes that nth may take */ };

static bool is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Whether a %NN stands there, which would be taken for one of ours. */
static bool looks_escaped(as_span s, size_t at)
{
	return s.p[at] == '%' && s.n - at > 2 && is_hex(s.p[at + 1]) && is_hex(s.p[at + 2]);
}

static bool escape(as_span name, as_buf *out)
{
	bool dots = as_is(name, ".") || as_is(name, "..");
	bool exact = !dots;
	for (size_t at = 0; at < name.n;) {
		size_t n = as_shown(name, at);
		bool odd =
			n == 0 || name.p[at] == '/' || looks_escaped(name, at) || (dots && at == 0);
		if (odd)
			as_buf_print(out, "%%%02x", name.p[at]);
		else
			as_buf_add(out, name.p + at, n);
		exact = exact && !odd;
		at += odd ? 1 : n;
	}
	return exact && name.n > 0;
}

bool as_host_name(as_span name, unsigned nth, const char *suffix, as_buf *out)
{
	as_buf whole = { 0 };
	bool exact = escape(name, &whole);
	size_t room = NAME_LONGEST - TWIN_LONGEST - strlen(suffix);
	size_t keep = whole.n > room ? room - 9 : whole.n;
	as_buf_add(out, whole.p, keep);
	if (keep < whole.n || whole.n == 0)
		as_buf_print(out, "~%08x", as_crc32(0, name));
	if (nth > 1)
		as_buf_print(out, "~%u", nth);
	as_buf_text(out, suffix);
	exact = exact && keep == whole.n && nth <= 1;
	out->bad = out->bad || whole.bad;
	as_buf_free(&whole);
	return exact;
}

static int step_down(int dir, const char *name)
{
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The same without the kernel's help, and for paths that are too long for it. */
static int walk_down(int root, const char *path)
{
	int dir = fcntl(root, F_DUPFD_CLOEXEC, 0);
	while (dir >= 0 && *path) {
		char name[NAME_LONGEST + 1];
		size_t n = strcspn(path, "/");
		if (n == 0 || n > NAME_LONGEST) {
			close(dir);
			errno = EINVAL;
			return -1;
		}
		memcpy(name, path, n);
		name[n] = 0;
		path += n + (path[n] == '/');
		int next = strcmp(name, "..") == 0 ? -1 : step_down(dir, name);
		int why = errno;
		close(dir);
		errno = why;
		dir = next;
	}
	return dir;
}

int as_open_below(int root, const char *path)
{
	struct open_how how = { .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };
	long fd = *path ? syscall(SYS_openat2, root, path, &how, sizeof(how)) : -1;
	bool able = *path && errno != ENOSYS && errno != EPERM && errno != ENAMETOOLONG;
	return fd >= 0 || able ? (int)fd : walk_down(root, path);
}

/* Bytes [from, end) of in to the place of out that its offset is at. */
static bool pour(int in, int out, off_t from, off_t end)
{
	while (from < end) {
		ssize_t n = sendfile(out, in, &from, (size_t)(end - from));
		if (n == 0)
			errno = EIO; /* it has become shorter */
		if (n <= 0 && errno != EINTR)
			return false;
	}
	return true;
}

/* Whether the bytes there are blank. Most that are not show it at once. */
static bool is_blank(int in, off_t at, size_t n)
{
	enum { LOOK = 64 };
	uint8_t bytes[PIECE];
	size_t look = n < LOOK ? n : LOOK;
	return pread(in, bytes, look, at) == (ssize_t)look && as_all(as_bytes(bytes, look), 0) &&
	       pread(in, bytes, n, at) == (ssize_t)n && as_all(as_bytes(bytes, n), 0);
}

bool as_copy_range(int in, uint64_t at, uint64_t n, int out)
{
	off_t begin = (off_t)at, end = (off_t)(at + n), from = begin;
	bool good = true, holes = false;
	for (off_t next = begin; good && next < end;) {
		off_t piece = end - next < PIECE ? end - next : PIECE;
		bool blank = n > PIECE && is_blank(in, next, (size_t)piece);
		if (!blank) {
			next += piece;
			continue;
		}
		good = pour(in, out, from, next) && lseek(out, next + piece - begin, SEEK_SET) >= 0;
		next += piece;
		from = next;
		holes = true;
	}
	return good && pour(in, out, from, end) && (!holes || ftruncate(out, (off_t)n) == 0);
}

bool as_copy_file(int from, const char *name, int to, const char *as)
{
	int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int out =
		in < 0 ? -1
		       : openat(to, as, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	struct stat st;
	bool good =
		out >= 0 && fstat(in, &st) == 0 && as_copy_range(in, 0, (uint64_t)st.st_size, out);
	int why = errno;
	if (out >= 0 && close(out) != 0 && good) {
		why = errno;
		good = false;
	}
	if (in >= 0)
		close(in);
	if (out >= 0 && !good)
		(void)unlinkat(to, as, 0);
	errno = why;
	return good;
}

unsigned as_make_named(as_map *taken, uint32_t parent, int dir, as_span name, const char *suffix,
	as_maker *make, void *ctx, as_buf *b)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < name.n; i++) {
		uint8_t low = as_lower(name.p[i]);
		sum = as_crc32(sum, as_bytes(&low, 1));
	}
	uint64_t key = ((uint64_t)parent << 32 | sum) + (*suffix ? 1 : 0), before = 0;
	bool ours = as_map_get(taken, key, &before);
	if (as_map_set(taken, key, before + 1) != AS_OK)
		return 0;
	for (unsigned i = 0; i < TWINS_TRIED; i++) {
		unsigned nth = i == 0 ? 1 : (unsigned)before + i;
		as_buf_clear(b);
		(void)as_host_name(name, nth, suffix, b);
		as_buf_u8(b, 0);
		if (b->bad)
			return 0;
		if (make(ctx, dir, (const char *)b->p, ours && i == 0))
			return nth;
		if (errno != EEXIST || !ours)
			return 0;
	}
	return 0;
}

bool as_make_folder(void *ctx, int dir, const char *name, bool ours)
{
	struct stat st;
	(void)ctx;
	if (mkdirat(dir, name, 0777) == 0)
		return true;
	return errno == EEXIST && !ours && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

void as_list_entry(FILE *to, as_span chain, as_span path, const char *what, as_span about)
{
	as_buf b = { 0 };
	as_text_add(&b, chain);
	as_text_add(&b, path);
	as_buf_print(&b, "\t%s\t", what);
	as_text_add(&b, about);
	as_buf_u8(&b, '\n');
	(void)fwrite(b.p, 1, b.n, to);
	as_buf_free(&b);
}

FILE *as_open_list(int dir, const char *name)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
	return fd < 0 ? NULL : fdopen(fd, "w");
}
