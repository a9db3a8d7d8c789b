/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/container.h"

#include <sys/mman.h>

#include "base/buf.h"
#include "base/text.h"
#include "codec/codec.h"

enum {
	PIECE = 1 << 20,   /* bytes handed over at a time */
	LET_GO = 16 << 20, /* bytes after which the pages read are given back */
	PAGE = 4096,
};

/* A compressed stream on its way: its first bytes tell whether it is a tar. */
typedef struct stream {
	const as_taker *taker;
	as_span name, data;
	as_buf head;
	bool told, mapped;
	as_tar *tar;
	uint64_t since;    /* bytes since pages were given back */
	uint64_t left;     /* bytes that may still come */
	const char *burst; /* more came: why no more are taken */
} stream;

/* Gives back pages of the mapping, which come again when they are needed. */
static void let_go(as_span data)
{
	size_t slack = (uintptr_t)data.p % PAGE;
	if (data.n > PAGE)
		(void)madvise((void *)((uintptr_t)data.p - slack), data.n + slack, MADV_DONTNEED);
}

static as_status tell(stream *s)
{
	as_span head = as_buf_span_of(&s->head);
	s->told = true;
	if (as_is_tar(head)) {
		s->tar = as_tar_new(s->name, s->taker);
		return s->tar ? as_tar_add(s->tar, head) : AS_NOMEM;
	}
	as_status st = s->taker->begin(s->taker->ctx, s->name);
	return st == AS_OK ? s->taker->add(s->taker->ctx, head) : st;
}

static as_status take(void *ctx, as_span bytes)
{
	enum { HEAD = 512 };
	stream *s = ctx;
	if (bytes.n > s->left) {
		s->burst = "it unpacks to more than 1100 times its size";
		return AS_PARTIAL;
	}
	s->left -= bytes.n;
	s->since += bytes.n;
	if (s->mapped && s->since > LET_GO) {
		s->since = 0;
		let_go(s->data);
	}
	if (s->told)
		return s->tar ? as_tar_add(s->tar, bytes) : s->taker->add(s->taker->ctx, bytes);
	as_buf_add(&s->head, bytes.p, bytes.n);
	if (s->head.bad)
		return AS_NOMEM;
	return s->head.n >= HEAD ? tell(s) : AS_OK;
}

static as_status finish(stream *s, const char *damage)
{
	as_status st = s->told ? AS_OK : tell(s);
	if (st == AS_OK && s->tar)
		st = as_tar_end(s->tar, damage);
	else if (st == AS_OK)
		st = s->taker->end(s->taker->ctx, damage);
	as_tar_free(s->tar);
	as_buf_free(&s->head);
	return st;
}

/* What a stream is compressed with; AS_STORED: nothing. */
static as_method method_of(as_span s)
{
	static const struct {
		const char *bytes;
		size_t n;
		as_method method;
	} marks[] = { { "\x1f\x8b", 2, AS_GZIP },
		{ "\xfd"
		  "7zXZ\0",
			6, AS_XZ },
		{ "\x28\xb5\x2f\xfd", 4, AS_ZSTD }, { "BZh", 3, AS_BZIP2 } };
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (as_same(as_cut(s, 0, marks[i].n), as_bytes(marks[i].bytes, marks[i].n)))
			return marks[i].method;
	return AS_STORED;
}

static as_status read_plain(stream *s)
{
	as_status st = AS_OK;
	for (uint64_t at = 0; at < s->data.n && st == AS_OK; at += PIECE) {
		as_span piece = as_cut(s->data, at, as_min(PIECE, s->data.n - at));
		st = take(s, piece);
		if (s->mapped)
			let_go(as_cut(s->data, 0, at));
	}
	return st;
}

uint64_t as_unpacked_most(uint64_t packed)
{
	enum { RATIO = 1100 };
	const uint64_t least = 1ull << 30;
	return packed < UINT64_MAX / RATIO ? as_max(least, packed * RATIO) : UINT64_MAX;
}

as_status as_container_read(as_span data, bool mapped, as_span name, const as_taker *taker)
{
	static const char damaged[] = "the compressed stream is damaged or cut off";
	stream s = { .taker = taker, .name = name, .data = data, .mapped = mapped };
	as_method method = method_of(data);
	uint64_t used = 0;
	if (as_starts(data, "PK\x03\x04") || as_starts(data, "PK\x05\x06"))
		return as_zip_read(data, name, taker);
	s.left = method == AS_STORED ? data.n : as_unpacked_most(data.n);
	if (method == AS_STORED) {
		as_status st = read_plain(&s);
		return st == AS_OK ? finish(&s, NULL) : st;
	}
	as_status st = as_decode(method, data, take, &s, &used);
	bool ours = st > AS_NOT_THIS; /* AS_NOMEM may also be what the stream asks for */
	if (ours && st != AS_NOMEM)
		return st;
	return finish(&s, st == AS_OK ? NULL : s.burst ? s.burst : damaged);
}

as_status as_member_begin(const as_taker *taker, as_span archive, as_span path)
{
	uint8_t name[2 * AS_MEMBER_NAME + 2];
	size_t n = as_min(archive.n, AS_MEMBER_NAME), more = as_min(path.n, AS_MEMBER_NAME);
	memcpy(name, archive.p, n);
	memcpy(name + n, ": ", 2);
	memcpy(name + n + 2, path.p, more);
	return taker->begin(taker->ctx, as_bytes(name, n + 2 + more));
}
