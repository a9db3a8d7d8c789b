/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/disk.h"

#include "base/bits.h"

enum {
	SECTOR = 512,           /* bytes that are accounted for together */
	APART = 16 << 10,       /* bytes of a hole that parts are not divided at */
	HOLES_PER_BYTE = 64,    /* bytes of holes for each byte of the image, */
	HOLES_FREE = 128 << 20, /* and whatever it has */
	PACKED_MAX = 64 << 20,  /* bytes that come out of one packed block */
	STEP = 256 << 10,
};

#define HOLE_FLUSH (UINT64_C(64) << 20) /* steps over empty tables are paid for */
#define PART_MAX (UINT64_C(4) << 30)    /* bytes of one part with all its holes */

as_status as_disk_begin(as_disk *d, as_unpack *u, as_span body, uint64_t size, const char *name)
{
	*d = (as_disk){ .u = u, .body = body, .size = size, .name = as_lit(name) };
	uint64_t room = 0;
	d->hole_room = as_mul(&room, body.n, HOLES_PER_BYTE) ? room : UINT64_MAX - HOLES_FREE;
	d->hole_room = as_min(d->hole_room, PART_MAX) + HOLES_FREE;
	d->sum_room = d->hole_room + 1;
	d->seen = as_alloc(as_memory(u), body.n / SECTOR / 8 + 1);
	return d->seen ? AS_OK : AS_NOMEM;
}

/* Opens the part that begins where the disk has come to. */
static as_status open_part(as_disk *d, uint64_t at)
{
	as_entry e = { .type = AS_PART, .name = d->name, .hint = d->hint };
	if (d->apart)
		e.name = as_print(as_memory(d->u), "%.*s-0x%llx", (int)d->name.n,
			(const char *)d->name.p, (unsigned long long)at);
	d->open = true;
	d->part = 0;
	return as_begin(d->u, NULL, &e, NULL);
}

static as_status close_part(as_disk *d)
{
	bool damaged = d->damaged;
	d->damaged = false;
	if (!d->open)
		return AS_OK;
	d->open = false;
	return as_end(d->u, damaged);
}

static as_status split(as_disk *d, const char *text)
{
	as_status s = close_part(d);
	if (!d->apart)
		s = as_worse(s, as_refused(d->u, 0, "limit", text));
	d->apart = true;
	return s;
}

static void sum_zeros(as_disk *d, uint64_t n)
{
	static const uint8_t zeros[65536];
	if (!d->summed || n == 0)
		return;
	d->sum_room -= as_min(n, d->sum_room);
	for (uint64_t done = 0; d->sum_room > 0 && done < n; done += sizeof(zeros))
		d->crc = as_crc32(d->crc, as_bytes(zeros, as_min(n - done, sizeof(zeros))));
}

/* Hands the hole on, or leaves it out. */
static as_status flush_hole(as_disk *d)
{
	uint64_t n = d->hole;
	as_status s = AS_OK;
	d->hole = 0;
	if (n == 0 || (d->apart && !d->open))
		return AS_OK;
	bool short_one = d->apart ? n <= APART : n <= d->hole_room && d->part < PART_MAX;
	if (!short_one)
		return split(d, "the disk is far larger than what the image keeps of it: after "
				"a hole it goes on as parts of their own");
	if (!d->open)
		s = open_part(d, d->done - n);
	if (!d->apart)
		d->hole_room -= n;
	d->part += n;
	return s <= AS_PARTIAL ? as_worse(s, as_zero(d->u, n)) : s;
}

static as_status hand_on(as_disk *d, as_span bytes, uint64_t at)
{
	as_status s = AS_OK;
	if (d->open && d->part >= PART_MAX)
		s = split(
			d, "the disk is larger than one object: it goes on as parts of their own");
	if (!d->open && s <= AS_PARTIAL)
		s = as_worse(s, open_part(d, at));
	d->part += bytes.n;
	if (d->summed)
		d->crc = as_crc32(d->crc, bytes);
	return s <= AS_PARTIAL ? as_worse(s, as_more(d->u, bytes)) : s;
}

static as_status flush_run(as_disk *d)
{
	as_span run = d->run;
	d->run = (as_span){ 0 };
	return run.n > 0 ? hand_on(d, run, d->done - run.n) : AS_OK;
}

as_status as_disk_zero(as_disk *d, uint64_t n)
{
	as_status s = flush_run(d);
	n = as_min(n, d->size - d->done);
	sum_zeros(d, n);
	d->hole += n;
	d->done += n;
	if (d->hole >= HOLE_FLUSH && s <= AS_PARTIAL)
		s = as_worse(s, flush_hole(d));
	return s;
}

as_status as_disk_lost(as_disk *d, uint64_t at, uint64_t n, const char *text)
{
	as_status s = AS_PARTIAL;
	if (!d->missed)
		s = as_lost(d->u, at, text);
	d->missed = d->damaged = true;
	return as_worse(s, as_disk_zero(d, n));
}

as_status as_disk_bytes(as_disk *d, as_span bytes)
{
	as_status s = flush_run(d);
	bytes = as_cut(bytes, 0, as_min(bytes.n, d->size - d->done));
	if (s <= AS_PARTIAL)
		s = as_worse(s, flush_hole(d));
	d->done += bytes.n;
	return bytes.n > 0 && s <= AS_PARTIAL ? as_worse(s, hand_on(d, bytes, d->done - bytes.n))
					      : s;
}

static void mark(as_disk *d, uint64_t at, uint64_t n)
{
	if (n > 0 && at < d->body.n)
		as_bit_add_all(d->seen, at / SECTOR,
			(at + as_min(n, d->body.n - at) + SECTOR - 1) / SECTOR);
}

as_status as_disk_at(as_disk *d, uint64_t at, uint64_t n)
{
	n = as_min(n, d->size - d->done);
	uint64_t there = at < d->body.n ? as_min(n, d->body.n - at) : 0, end = 0;
	as_status s = AS_OK;
	mark(d, at, there);
	bool joins = d->run.n > 0 && as_within(d->body, d->run, &end) && end + d->run.n == at;
	if (!joins || d->run.n >= STEP)
		s = flush_run(d);
	if (there > 0 && s <= AS_PARTIAL)
		s = as_worse(s, flush_hole(d));
	if (there > 0 && s <= AS_PARTIAL) {
		joins = d->run.n > 0;
		d->run =
			as_cut(d->body, joins ? at - d->run.n : at, there + (joins ? d->run.n : 0));
		d->done += there;
	}
	if (there < n && s <= AS_PARTIAL)
		s = as_worse(s, as_disk_lost(d, as_min(at, d->body.n), n - there,
					"the image ends before the disk's contents do"));
	return s;
}

as_status as_disk_fill(as_disk *d, as_span unit, uint64_t n)
{
	uint8_t block[4096];
	as_status s = AS_OK;
	if (unit.n == 0 || as_all(unit, 0))
		return as_disk_zero(d, n);
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = unit.p[i % unit.n];
	n = as_min(n, d->size - d->done);
	for (uint64_t done = 0; done < n && s <= AS_PARTIAL; done += sizeof(block))
		s = as_worse(s, as_disk_bytes(d, as_bytes(block, as_min(sizeof(block), n - done))));
	return s;
}

uint8_t *as_disk_room(as_disk *d, uint64_t n)
{
	if (n > PACKED_MAX)
		return NULL;
	if (n > d->out_len) { /* doubled: each may be a little larger than the one before */
		d->out_len = as_max(n, as_min(2 * d->out_len, PACKED_MAX));
		d->out = as_alloc(as_memory(d->u), d->out_len);
	}
	if (!d->out)
		d->out_len = 0;
	return d->out;
}

as_status as_disk_packed(as_disk *d, as_method m, uint64_t at, uint64_t packed, uint64_t n)
{
	as_span in = as_cut(d->body, at, as_min(packed, at < d->body.n ? d->body.n - at : 0));
	size_t got = 0;
	mark(d, at, in.n);
	n = as_min(n, d->size - d->done);
	if (n > 0 && n <= PACKED_MAX && !as_disk_room(d, n))
		return AS_NOMEM;
	if (in.n > 0 && n <= d->out_len && as_decode_block(m, in, d->out, n, &got) > AS_NOT_THIS)
		return AS_NOMEM;
	as_status s = as_disk_bytes(d, as_bytes(d->out, got));
	if (got < n && s <= AS_PARTIAL)
		s = as_worse(s, as_disk_lost(d, as_min(at, d->body.n), n - got,
					"a packed piece of the disk cannot be unpacked"));
	return s;
}

/* Says which bytes of the body were read. */
static void account(const as_disk *d, const char *label)
{
	uint64_t n = (d->body.n + SECTOR - 1) / SECTOR, from = 0;
	for (uint64_t i = 0; i <= n; i++) {
		if (i < n && as_bit(d->seen, i))
			continue;
		if (i > from)
			as_struct(d->u, from * SECTOR,
				as_min(i * SECTOR, d->body.n) - from * SECTOR, label);
		from = i + 1;
	}
}

as_status as_disk_end(as_disk *d, as_status s, const char *label)
{
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_disk_zero(d, d->size - d->done));
	if (s <= AS_PARTIAL)
		s = as_worse(s, flush_run(d));
	if (s <= AS_PARTIAL)
		s = as_worse(s, flush_hole(d));
	if (s <= AS_PARTIAL && !d->open && !d->apart)
		s = as_worse(s, open_part(d, 0)); /* an empty disk is one, too */
	d->damaged = d->damaged || s > AS_PARTIAL;
	s = as_worse(s, close_part(d));
	account(d, label);
	return s;
}
