/* SPDX-License-Identifier: Apache-2.0 */
/* ARC of System Enhancement Associates, little-endian: entries, ended by 1a 00.
 *    0 1a   1 method   2 name of 13 bytes, NUL   15 packed size u32   19 date, time   23 CRC-16
 *   25 size u32 (not of method 1)
 * Methods: 1 and 2 stored; 3 runs (90 N: the byte before it N times in all, 90 0: 90 itself); 4 runs in a Huffman
 * code (number of nodes u16, each two i16: a node, or less than 0 a byte, -1 - it, 256 being the end; lowest bit
 * first); 5 to 7 older LZW; 8 runs in LZW as compress writes it (a byte: its longest code, 12); 9 that LZW with codes
 * of up to 13 bits. */
#include <string.h>

#include "codec/codec.h"
#include "unpack/dostime.h"
#include "unpack/format.h"

enum {
	MARK = 0x1a,
	NAME = 13,
	OLD = 1,
	STORED = 2,
	RUNS = 3,
	SQUEEZED = 4,
	CRUNCHED = 8,
	SQUASHED = 9
};

typedef struct header {
	uint64_t at, data_at;
	bool end;
	uint8_t method;
	as_span name, data;
	uint32_t packed, size;
	uint16_t date, time, crc;
} header;

static bool is_name(as_span name)
{
	for (size_t i = 0; i < name.n; i++)
		if (as_at(name, i) <= ' ' || as_at(name, i) == 0x7f || as_at(name, i) == '/')
			return false;
	return name.n > 0;
}

/* An entry whose contents are cut off is read, too: *h has what there is of them. */
static bool read_header(as_span image, uint64_t at, header *h)
{
	as_cur c = as_cur_le(image, at);
	uint8_t mark = as_u8(&c);
	*h = (header){ .at = at, .method = as_u8(&c) };
	h->end = as_ok(&c) && mark == MARK && h->method == 0;
	if (h->end)
		return true;
	as_span field = as_take(&c, NAME);
	size_t nul = as_find_byte(field, 0, 0);
	h->name = as_cut(field, 0, nul == SIZE_MAX ? 0 : nul);
	h->packed = as_u32(&c);
	h->date = as_u16(&c);
	h->time = as_u16(&c);
	h->crc = as_u16(&c);
	h->size = h->method == OLD ? h->packed : as_u32(&c);
	h->data_at = as_pos(&c);
	h->data = as_take(&c, as_min(h->packed, as_left(&c)));
	return as_ok(&c) && mark == MARK && h->method <= SQUASHED && is_name(h->name);
}

static as_status probe(as_span image, as_extent *out)
{
	enum { WALK = 1 << 16, SURE = 2 /* entries */ };
	header h;
	uint64_t at = 0;
	size_t n = 0;
	while (n < WALK && read_header(image, at, &h) && !h.end && h.data.n == h.packed) {
		at = h.data_at + h.packed;
		n++;
	}
	/* Its mark is one byte: a chain of entries to its end is an archive, or a longer one that breaks off. */
	bool ends = read_header(image, at, &h) && h.end;
	if (n == 0 || (!ends && n < SURE))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = ends ? at + 2 : image.n,
		.sure = ends ? AS_STRUCTURED : AS_PLAUSIBLE };
	return AS_OK;
}

typedef struct flow {
	as_unpack *u;
	bool runs, escaped; /* runs are packed; the byte before was the mark of one */
	uint8_t last;
	uint32_t left; /* bytes that are still to come */
	uint16_t crc;
	uint8_t buf[4096];
	size_t n;
} flow;

static as_status flush(flow *f)
{
	size_t n = f->n;
	f->n = 0;
	return n > 0 ? as_more(f->u, as_bytes(f->buf, n)) : AS_OK;
}

static as_status byte(flow *f, uint8_t b)
{
	if (f->left == 0) /* bits that fill up the last byte */
		return AS_OK;
	f->left--;
	f->crc ^= b;
	for (int k = 0; k < 8; k++)
		f->crc = (uint16_t)(f->crc >> 1 ^ (f->crc & 1 ? 0xa001 : 0));
	f->buf[f->n++] = b;
	return f->n == sizeof(f->buf) ? flush(f) : AS_OK;
}

static as_status unrun(flow *f, uint8_t b)
{
	enum { RUN = 0x90 };
	as_status s = AS_OK;
	if (!f->runs)
		return byte(f, b);
	if (!f->escaped) {
		f->escaped = b == RUN;
		if (!f->escaped)
			f->last = b;
		return f->escaped ? AS_OK : byte(f, b);
	}
	f->escaped = false;
	if (b == 0)
		return byte(f, RUN);
	for (unsigned i = 1; i < b && s == AS_OK; i++)
		s = byte(f, f->last);
	return s;
}

static as_status take(void *ctx, as_span bytes)
{
	as_status s = AS_OK;
	for (size_t i = 0; i < bytes.n && s == AS_OK; i++)
		s = unrun(ctx, as_at(bytes, i));
	return s;
}

/* AS_PARTIAL: the code is damaged. Each step of the loop takes a bit. */
static as_status unsqueeze(flow *f, as_span in)
{
	enum { NODES = 256, END = 256 };
	uint16_t nodes[NODES][2];
	as_cur c = as_cur_le(in, 0);
	uint16_t n = as_u16(&c);
	for (size_t i = 0; i < n && i < NODES; i++)
		for (size_t k = 0; k < 2; k++)
			nodes[i][k] = as_u16(&c);
	if (!as_ok(&c) || n > NODES)
		return AS_PARTIAL;
	uint16_t node = 0;
	as_status s = AS_OK;
	while (n > 0 && s == AS_OK) {
		uint8_t bits = as_u8(&c);
		if (!as_ok(&c)) /* the end is not always written */
			return f->left == 0 ? AS_OK : AS_PARTIAL;
		for (unsigned k = 0; k < 8 && s == AS_OK; k++) {
			uint16_t next = nodes[node][bits >> k & 1];
			if (next < 0x8000 && next >= n)
				return AS_PARTIAL;
			node = next < 0x8000 ? next : 0;
			if (next < 0x8000)
				continue;
			next = (uint16_t)~next;
			if (next >= END)
				return next == END ? AS_OK : AS_PARTIAL;
			s = unrun(f, (uint8_t)next);
		}
	}
	return s;
}

/* What compress would have written: its header tells the longest code. */
static as_status uncrunch(flow *f, as_span in, uint8_t most)
{
	uint8_t *z = as_alloc(as_memory(f->u), in.n + 3);
	if (!z)
		return AS_NOMEM;
	z[0] = 0x1f;
	z[1] = 0x9d;
	z[2] = (uint8_t)(0x80 | most);
	if (in.n > 0)
		memcpy(&z[3], in.p, in.n);
	as_status s = as_decode(AS_COMPRESS, as_bytes(z, in.n + 3), take, f, NULL);
	return s == AS_NOT_THIS ? AS_PARTIAL : s;
}

static as_status decode(flow *f, const header *h)
{
	switch (h->method) {
	case SQUEEZED:
		return unsqueeze(f, h->data);
	case CRUNCHED:
		return h->data.n == 0 || as_at(h->data, 0) != 12
			       ? AS_PARTIAL
			       : uncrunch(f, as_from(h->data, 1), 12);
	case SQUASHED:
		return uncrunch(f, h->data, 13);
	default:
		return take(f, h->data);
	}
}

static as_status put(as_unpack *u, const header *h)
{
	bool runs = h->method != STORED && h->method != OLD && h->method != SQUASHED, want = false;
	flow f = { .u = u, .runs = runs, .left = h->size };
	as_entry e = { .at = h->at, .type = AS_FILE, .name = h->name };
	if (as_dos_time(h->time, h->date, &e.mtime))
		e.has |= AS_HAS_MTIME;
	as_struct(u, h->at, h->data_at - h->at, "header");
	as_struct(u, h->data_at, h->data.n, "packed contents");
	bool old = h->method > SQUEEZED && h->method < CRUNCHED;
	as_status s = as_begin(u, NULL, &e, &want);
	if (s != AS_OK || !want)
		return s == AS_OK ? as_end(u, false) : s;
	if (old) {
		s = as_refused(
			u, h->at, "unsupported", "packed by a method of before 1986: not read");
		return as_worse(s, as_end(u, true));
	}
	s = decode(&f, h);
	if (s <= AS_PARTIAL)
		s = as_worse(s, flush(&f));
	if (s > AS_PARTIAL)
		return s;
	if (s == AS_PARTIAL || f.left > 0)
		s = as_lost(u, h->at, "an entry does not decode to its end");
	else if (f.crc != h->crc)
		s = as_lost(u, h->at,
			"an entry's checksum is wrong: it is damaged, or garbled with a password");
	return as_worse(s, as_end(u, s != AS_OK));
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_status worst = AS_OK;
	header h;
	for (uint64_t at = 0; worst <= AS_PARTIAL; at = h.data_at + h.data.n) {
		if (!read_header(body, at, &h))
			return as_worse(
				worst, as_lost(u, at, "the archive breaks off before its end"));
		if (h.end) {
			as_struct(u, at, 2, "end");
			break;
		}
		worst = as_worse(worst, put(u, &h));
	}
	return worst;
}

const as_format as_format_arc = {
	.id = "arc",
	.title = "ARC",
	.kind = AS_ARCHIVE,
	.magic = NULL, /* of one byte: only where an object begins */
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){
			"stored, packed, squeezed, crunched (method 8), squashed", NULL },
	.verifies = (const char *const[]){ "CRC-16 of each entry", NULL },
	.keeps = (const char *const[]){ "time of change (2 s)", NULL },
	.samples = (const char *const[]){ "arc 5.21q", NULL },
	.gaps = (const char *const
			[]){ "crunched by methods 5 to 7 (before 1986); what PAK and ARC 6 added",
		"a password garbles contents and nothing marks it: their checksums are wrong then",
		"found only where an object begins", NULL },
	.spec = "https://www.fileformat.info/format/arc/corion.htm",
	.see = "arc p IN PATH | head -c -1 > OUT" /* it prints a form feed behind each */,
};
