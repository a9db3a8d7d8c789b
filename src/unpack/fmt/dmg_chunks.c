/* SPDX-License-Identifier: Apache-2.0 */
/* Partitions of a DMG. A table, big-endian:
 *    0 "mish"   8 first sector u64   16 sectors u64   24 where its chunks begin u64
 *   64 sum of what it holds: kind u32, bits u32, value u32[32]   200 chunks u32   204 chunks of 40 bytes:
 *    0 kind u32   8 first sector u64   16 sectors u64   24 offset u64   32 bytes u64
 * Kinds: 0 zeros, 2 zeros that the sum does not count, 1 as it is, 80000004 ADC, ...5 zlib, ...6 bzip2, ...7 LZFSE,
 * ...8 xz; 7ffffffe a remark, ffffffff the end.
 * ADC: 1nnnnnnn: n + 1 bytes follow; 01nnnnnn and two bytes: n + 4 bytes once more, from so many and one before;
 * 00nnnnoo and a byte: n + 3, from ten bits and one before. */
#include "unpack/disk.h"
#include "unpack/fmt/dmg.h"

enum { HEADER = 204, ADC_MOST = 64 << 20 };

enum {
	ZEROS = 0,
	PLAIN = 1,
	IGNORED = 2,
	REMARK = 0x7ffffffe,
};
#define ADC 0x80000004u
#define PACKED_LAST 0x80000008u
#define THE_END 0xffffffffu

typedef struct chunk {
	uint32_t kind;
	uint64_t sector, n, at, packed; /* n: bytes of the partition */
} chunk;

as_dmg_sum as_dmg_sum_at(as_span raw, uint64_t at)
{
	as_cur c = as_cur_be(raw, at);
	as_dmg_sum sum = { .kind = as_u32(&c) };
	sum.bits = as_u32(&c);
	sum.value = as_u32(&c);
	if (!as_ok(&c) || sum.bits != 32)
		sum.kind = 0;
	return sum;
}

/* Unpacks ADC; answers how many bytes came. */
static size_t unpack_adc(as_span in, uint8_t *out, size_t cap)
{
	as_cur c = as_cur_be(in, 0);
	size_t n = 0;
	while (n < cap && as_left(&c) > 0) {
		uint8_t b = as_u8(&c);
		if (b & 0x80) {
			as_span bytes = as_take(&c, (b & 0x7fu) + 1u);
			size_t some = as_min(bytes.n, cap - n);
			if (some > 0)
				memcpy(out + n, bytes.p, some);
			n += some;
			continue;
		}
		size_t len = b & 0x40 ? (b & 0x3fu) + 4 : (b >> 2 & 0xfu) + 3;
		size_t back = b & 0x40 ? as_u16(&c) : (size_t)(b & 3) << 8 | as_u8(&c);
		if (!as_ok(&c) || back >= n)
			break;
		for (; len > 0 && n < cap; len--, n++)
			out[n] = out[n - back - 1];
	}
	return n;
}

static as_status put_adc(as_disk *d, const chunk *k)
{
	static const char text[] = "a chunk of a partition cannot be unpacked";
	as_span in = as_cut(d->body, k->at, k->packed);
	if (k->n > ADC_MOST)
		return as_disk_lost(d, k->at, k->n, text);
	uint8_t *out = as_disk_room(d, k->n);
	if (!out && k->n > 0)
		return AS_NOMEM;
	size_t got = unpack_adc(in, out, k->n);
	as_status s = as_disk_bytes(d, as_bytes(out, got));
	as_struct(d->u, k->at, in.n, "DMG chunks");
	if (got < k->n && s <= AS_PARTIAL)
		s = as_worse(s, as_disk_lost(d, k->at, k->n - got, text));
	return s;
}

/* Free space: it does not count in the sum, what was before it does. */
static as_status put_ignored(as_disk *d, uint64_t n)
{
	bool summed = d->summed;
	as_status s = as_disk_zero(d, 0);
	d->summed = false;
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_disk_zero(d, n));
	d->summed = summed;
	return s;
}

static as_status put_chunk(as_disk *d, const chunk *k)
{
	static const as_method methods[] = { AS_ZLIB, AS_BZIP2, AS_LZFSE, AS_XZ };
	if (k->kind == ZEROS)
		return as_disk_zero(d, k->n);
	if (k->kind == IGNORED)
		return put_ignored(d, k->n);
	if (k->kind == PLAIN) {
		as_status s = as_disk_at(d, k->at, as_min(k->n, k->packed));
		if (k->packed < k->n && s <= AS_PARTIAL)
			s = as_worse(s, as_disk_lost(d, k->at, k->n - k->packed,
						"a chunk has fewer bytes than its sectors"));
		return s;
	}
	if (k->kind == ADC)
		return put_adc(d, k);
	if (k->kind > ADC && k->kind <= PACKED_LAST)
		return as_disk_packed(d, methods[k->kind - ADC - 1], k->at, k->packed, k->n);
	as_status s = AS_OK;
	as_struct(d->u, k->at, k->packed, "DMG chunks");
	if (!d->missed)
		s = as_refused(d->u, k->at, "unsupported",
			"chunks of an unknown kind: they read as zeros");
	d->missed = true;
	return as_worse(s, as_disk_lost(d, k->at, k->n, ""));
}

/* What lies between where the disk has come to and where the chunk says it begins. */
static as_status step_to(as_disk *d, const chunk *k, bool *skip)
{
	uint64_t at = 0;
	*skip = !as_mul(&at, k->sector, AS_DMG_SECTOR) || at < d->done;
	if (*skip)
		return as_lost(d->u, as_min(k->at, d->body.n),
			"a chunk lies over the one before: it was left out");
	return at > d->done ? as_disk_lost(d, as_min(k->at, d->body.n), at - d->done,
				      "chunks leave a gap")
			    : AS_OK;
}

static as_status put_chunks(as_disk *d, as_span raw, uint64_t from)
{
	as_cur c = as_cur_be(raw, HEADER - 4);
	uint32_t n = as_u32(&c);
	as_status s = AS_OK;
	for (uint32_t i = 0; i < n && s <= AS_PARTIAL && d->done < d->size; i++) {
		chunk k = { .kind = as_u32(&c) };
		bool skip = false;
		as_skip(&c, 4);
		k.sector = as_u64(&c);
		uint64_t sectors = as_u64(&c), at = as_u64(&c);
		k.packed = as_u64(&c);
		if (!as_ok(&c))
			return as_worse(s, as_lost(d->u, from, "a table of chunks is cut off"));
		if (k.kind == THE_END)
			break;
		if (k.kind == REMARK)
			continue;
		if (!as_mul(&k.n, sectors, AS_DMG_SECTOR) || !as_add(&k.at, from, at))
			return as_worse(s, as_lost(d->u, from, "a chunk is impossibly large"));
		s = as_worse(s, step_to(d, &k, &skip));
		if (s <= AS_PARTIAL && !skip)
			s = as_worse(s, put_chunk(d, &k));
	}
	return d->done < d->size && s <= AS_PARTIAL
		       ? as_worse(s, as_disk_lost(d, from, d->size - d->done,
					     "chunks end before their partition does"))
		       : s;
}

as_status as_dmg_put(as_unpack *u, as_span body, uint64_t from, const as_dmg_table *t)
{
	as_disk d;
	as_cur c = as_cur_be(t->raw, 16);
	uint64_t size = 0, sectors = as_u64(&c), base = as_u64(&c);
	if (!as_starts(t->raw, "mish") || t->raw.n < HEADER ||
		!as_mul(&size, sectors, AS_DMG_SECTOR) || !as_add(&base, base, from))
		return as_lost(u, from, "a partition's table makes no sense");
	as_dmg_sum sum = as_dmg_sum_at(t->raw, 64);
	as_status s = as_want(u, body.n / AS_DMG_SECTOR / 8 + 1);
	s = s == AS_OK ? as_disk_begin(&d, u, body, size, "partition") : s;
	if (s != AS_OK)
		return s;
	if (t->name.n > 0)
		d.name = t->name;
	if (as_has(t->name, "Apple_HFS"))
		d.hint = "hfsplus";
	d.summed = sum.kind == AS_DMG_CRC32;
	s = put_chunks(&d, t->raw, base);
	s = as_disk_end(&d, s, "DMG chunks");
	if (d.summed && !d.missed && !d.apart && d.sum_room > 0 && s <= AS_PARTIAL &&
		d.crc != sum.value)
		s = as_worse(s, as_lost(u, from, "checksum of a partition is wrong"));
	return s;
}
