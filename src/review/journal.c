/* SPDX-License-Identifier: Apache-2.0 */
/* File: magic u32, stamp (u32 length, bytes, u32 crc), then records:
 * magic u32, path length u32, payload length u32, crc u32 of what follows, SHA-256, path, payload. */
#include "review/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cur.h"

enum { FILE_MAGIC = 0x4a535341, RECORD_MAGIC = 0x52535341, HEAD = 16, PAYLOAD_MAX = 1 << 30 };

struct as_journal {
	int fd;
	uint64_t end; /* where the next record goes */
	as_buf out;
};

static as_status write_at(int fd, as_span s, uint64_t at)
{
	while (s.n > 0) {
		ssize_t n = pwrite(fd, s.p, s.n, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return AS_IO;
		s = as_from(s, (uint64_t)n);
		at += (uint64_t)n;
	}
	return AS_OK;
}

static as_status read_at(int fd, as_buf *b, uint64_t at, size_t n)
{
	struct stat st;
	as_buf_clear(b);
	/* No memory for lengths that the file cannot hold. */
	if (fstat(fd, &st) != 0 || at > (uint64_t)st.st_size || n > (uint64_t)st.st_size - at)
		return AS_IO;
	uint8_t *to = as_buf_room(b, n);
	while (to && b->n < n) {
		ssize_t got = pread(fd, b->p + b->n, n - b->n, (off_t)(at + b->n));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return AS_IO;
		b->n += (size_t)got;
	}
	return to ? AS_OK : AS_NOMEM;
}

static as_status begin(as_journal *j, as_span stamp)
{
	as_buf_clear(&j->out);
	as_buf_u32(&j->out, FILE_MAGIC);
	as_buf_span(&j->out, stamp);
	as_buf_u32(&j->out, as_crc32(0, stamp));
	j->end = j->out.n;
	if (j->out.bad || ftruncate(j->fd, 0) != 0)
		return AS_IO;
	return write_at(j->fd, as_buf_span_of(&j->out), 0);
}

static bool same_stamp(as_journal *j, as_span stamp, as_buf *b)
{
	size_t n = stamp.n + 12;
	if (read_at(j->fd, b, 0, n) != AS_OK)
		return false;
	as_cur c = as_cur_le(as_buf_span_of(b), 0);
	uint32_t magic = as_u32(&c), len = as_u32(&c);
	as_span found = as_take(&c, len);
	uint32_t crc = as_u32(&c);
	j->end = n;
	return as_ok(&c) && magic == FILE_MAGIC && as_same(found, stamp) &&
	       crc == as_crc32(0, stamp);
}

/* Reads the record at j->end; false at the first that is not whole: the journal ends there. */
static bool next(as_journal *j, as_buf *b, as_record *r)
{
	if (read_at(j->fd, b, j->end, HEAD) != AS_OK)
		return false;
	as_cur c = as_cur_le(as_buf_span_of(b), 0);
	uint32_t magic = as_u32(&c), path_n = as_u32(&c), n = as_u32(&c), crc = as_u32(&c);
	if (magic != RECORD_MAGIC || path_n > (1 << 16) || n > PAYLOAD_MAX)
		return false;
	size_t all = AS_SHA256_LEN + path_n + n;
	if (read_at(j->fd, b, j->end + HEAD, all) != AS_OK || as_crc32(0, as_buf_span_of(b)) != crc)
		return false;
	c = as_cur_le(as_buf_span_of(b), 0);
	as_span hash = as_take(&c, AS_SHA256_LEN);
	for (size_t i = 0; i < hash.n; i++)
		r->sha256.b[i] = hash.p[i];
	r->path = as_take(&c, path_n);
	r->at = j->end + HEAD + AS_SHA256_LEN + path_n;
	r->n = n;
	j->end = r->at + n;
	return true;
}

as_journal *as_journal_open(const char *path, as_span stamp, bool *resumed,
	as_status (*each)(void *ctx, const as_record *r), void *ctx)
{
	as_journal *j = calloc(1, sizeof(*j));
	if (!j)
		return NULL;
	j->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	as_buf b = { 0 };
	as_record r;
	/* Two reviews must not write one journal: the lock ends with the process that holds it. */
	as_status s = j->fd < 0 || flock(j->fd, LOCK_EX | LOCK_NB) != 0 ? AS_IO : AS_OK;
	*resumed = false;
	if (s == AS_OK && !same_stamp(j, stamp, &b))
		s = begin(j, stamp);
	while (s == AS_OK && next(j, &b, &r)) {
		*resumed = true;
		s = each(ctx, &r);
	}
	/* What a kill left half written is cut off. */
	if (s == AS_OK && ftruncate(j->fd, (off_t)j->end) != 0)
		s = AS_IO;
	as_buf_free(&b);
	if (s == AS_OK)
		return j;
	as_journal_close(j);
	return NULL;
}

void as_journal_close(as_journal *j)
{
	if (!j)
		return;
	if (j->fd >= 0)
		close(j->fd);
	as_buf_free(&j->out);
	free(j);
}

as_status as_journal_add(as_journal *j, as_record *r, as_span payload)
{
	if (payload.n > PAYLOAD_MAX)
		return AS_LIMIT;
	uint32_t crc = as_crc32(0, as_bytes(r->sha256.b, AS_SHA256_LEN));
	crc = as_crc32(as_crc32(crc, r->path), payload);
	as_buf_clear(&j->out);
	as_buf_u32(&j->out, RECORD_MAGIC);
	as_buf_u32(&j->out, (uint32_t)r->path.n);
	as_buf_u32(&j->out, (uint32_t)payload.n);
	as_buf_u32(&j->out, crc);
	as_buf_add(&j->out, r->sha256.b, AS_SHA256_LEN);
	as_buf_add(&j->out, r->path.p, r->path.n);
	uint64_t at = j->end + j->out.n;
	as_status s = j->out.bad ? AS_NOMEM : write_at(j->fd, as_buf_span_of(&j->out), j->end);
	if (s == AS_OK)
		s = write_at(j->fd, payload, at);
	if (s != AS_OK)
		return s;
	r->at = at;
	r->n = (uint32_t)payload.n;
	j->end = at + payload.n;
	return AS_OK;
}

as_status as_journal_read(const as_journal *j, const as_record *r, as_buf *b)
{
	return read_at(j->fd, b, r->at, r->n);
}
