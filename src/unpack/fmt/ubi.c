/* SPDX-License-Identifier: Apache-2.0 */
/* UBI: volumes on raw flash, big-endian. Each erase block begins with
 *    0 "UBI#"   4 version u8   8 erase count u64   16 where the second header is   20 where data begin
 *   24 number of the image   60 CRC of these 60 bytes
 * and, if a volume uses it, a second header
 *    0 "UBI!"   4 version u8   5 type u8 (1 dynamic, 2 static)   6 copy u8   8 volume   12 its block
 *   20 bytes used   24 blocks of the volume   28 bytes not used at the end   32 CRC of the data   40 sequence u64
 *   60 CRC of these 60 bytes
 * Volume 0x7fffefff holds the table of volumes, 172 bytes each:
 *    0 blocks reserved   4 alignment   8 as 28 above   12 type u8   14 length of name u16   16 name   168 CRC
 * How large a block is stands nowhere; it is what the headers' distances have in common. */
#include "unpack/format.h"
#include "unpack/runs.h"

#include <stdlib.h>

enum {
	HEADER = 64,
	SUMMED = 60,
	STEP = 512,           /* bytes: a block is a multiple of it */
	BLOCK_MAX = 16 << 20, /* bytes */
	BAD_MAX = 64,         /* blocks in a row that may be bad or blank inside an image */
	TABLE = 0x7fffefff,
	FASTMAP = 0x7ffff000, /* and the next */
	RECORD = 172,
	VOLUMES = 128,
	STATIC = 2,
};

typedef struct first {
	uint32_t second, data, image;
} first;

typedef struct block {
	uint64_t at, sequence;
	uint32_t volume, number, used, count, pad, sum;
	uint8_t type;
	bool copy;
} block;

typedef struct shape {
	uint64_t block, end; /* bytes of a block; where the last one ends */
	first head;
} shape;

typedef struct ubi {
	as_unpack *u;
	as_span body;
	shape shape;
	block *blocks;
	size_t n;
	as_span table;
	bool fastmap;
} ubi;

static bool sum_right(as_span header)
{
	as_cur c = as_cur_be(header, SUMMED);
	return (as_crc32(0, as_cut(header, 0, SUMMED)) ^ UINT32_MAX) == as_u32(&c) && as_ok(&c);
}

static bool read_first(as_span image, uint64_t at, first *h)
{
	as_span header = as_cut(image, at, HEADER);
	as_cur c = as_cur_be(header, 16);
	*h = (first){ .second = as_u32(&c) };
	h->data = as_u32(&c);
	h->image = as_u32(&c);
	return as_ok(&c) && as_starts(header, "UBI#") && sum_right(header) && h->second >= HEADER &&
	       h->data >= HEADER && h->data > h->second && h->data < BLOCK_MAX;
}

/* Whether two first headers can be of one image: a number of 0 fits any. */
static bool together(const first *a, const first *b)
{
	return a->second == b->second && a->data == b->data &&
	       (a->image == b->image || a->image == 0 || b->image == 0);
}

static bool glance(as_span start)
{
	first h;
	return read_first(start, 0, &h);
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* What the distances of the first headers have in common; the rest of the image if there is only one. */
static uint64_t block_size(as_span image, const first *h)
{
	enum { ENOUGH = 32 };
	uint64_t size = 0, last = 0;
	unsigned found = 0;
	for (uint64_t at = STEP; at < image.n && found < ENOUGH; at += STEP) {
		first other;
		if (at - last > (uint64_t)BLOCK_MAX * 4)
			break;
		if (at <= h->data || !read_first(image, at, &other) || !together(h, &other))
			continue;
		size = gcd(size, at);
		last = at;
		found++;
	}
	if (size == 0)
		size = as_min(image.n, BLOCK_MAX);
	return size > h->data ? size : 0;
}

static bool read_second(as_span image, uint64_t at, uint32_t offset, block *b);

/* Whether an image as ubinize writes it begins at offset at: the first copy of the table of volumes, and the second in
 * the next block, none of which was ever written anew. */
static bool begins(as_span image, uint64_t at, const shape *s)
{
	block one, two;
	return read_second(image, at, s->head.second, &one) && one.volume == TABLE &&
	       one.number == 0 && one.sequence == 0 &&
	       read_second(image, at + s->block, s->head.second, &two) && two.volume == TABLE &&
	       two.number == 1 && two.sequence == 0;
}

/* Whether an image that begins at offset at has another table than that which began at from. */
static bool other_table(as_span image, uint64_t from, uint64_t at, const shape *s)
{
	uint64_t data = s->head.data, n = as_min((uint64_t)RECORD * VOLUMES, s->block - data);
	return !as_same(as_cut(image, from + data, n), as_cut(image, at + data, n));
}

static bool measure(as_span image, shape *s)
{
	uint64_t bad = 0, began = UINT64_MAX;
	first h;
	*s = (shape){ 0 };
	if (!read_first(image, 0, &s->head))
		return false;
	s->block = block_size(image, &s->head);
	for (uint64_t at = 0; s->block > 0 && at < image.n && bad < BAD_MAX; at += s->block) {
		if (!read_first(image, at, &h)) {
			bad++;
			continue;
		}
		bool new = begins(image, at, s);
		if (!together(&s->head, &h) ||
			(new &&began != UINT64_MAX &&other_table(image, began, at, s)))
			break;
		began = new ? at : began;
		s->head.image = s->head.image ? s->head.image : h.image;
		s->end = as_min(at + s->block, image.n);
		bad = 0;
	}
	return s->end > 0;
}

/* The first block may be the one that is damaged: then the next ones tell. */
static bool find_first(as_span image, uint64_t *from, shape *s)
{
	for (*from = 0; *from < image.n && *from <= 4 * BLOCK_MAX; *from += STEP)
		if (glance(as_from(image, *from)))
			return measure(as_from(image, *from), s);
	return false;
}

static as_status probe(as_span image, as_extent *out)
{
	shape s;
	uint64_t from = 0;
	if (!find_first(image, &from, &s))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = from + s.end, .sure = AS_CHECKSUMMED };
	return AS_OK;
}

/* ---- blocks */

static bool read_second(as_span image, uint64_t at, uint32_t offset, block *b)
{
	as_span header = as_cut(image, at + offset, HEADER);
	as_cur c = as_cur_be(header, 5);
	*b = (block){ .at = at, .type = as_u8(&c) };
	b->copy = as_u8(&c) != 0;
	as_skip(&c, 1);
	b->volume = as_u32(&c);
	b->number = as_u32(&c);
	as_skip(&c, 4);
	b->used = as_u32(&c);
	b->count = as_u32(&c);
	b->pad = as_u32(&c);
	b->sum = as_u32(&c);
	as_skip(&c, 4);
	b->sequence = as_u64(&c);
	return as_ok(&c) && as_starts(header, "UBI!") && sum_right(header);
}

static int by_place(const void *x, const void *y)
{
	const block *a = x, *b = y;
	if (a->volume != b->volume)
		return a->volume < b->volume ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	if (a->sequence != b->sequence) /* the newest first */
		return a->sequence > b->sequence ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* The bytes of its volume that a block can hold; fewer if the image ends in it. */
static as_span data_of(const ubi *q, const block *b)
{
	uint64_t room = q->shape.block - q->shape.head.data;
	uint64_t n = b->pad < room ? room - b->pad : 0;
	as_span data = as_from(as_cut(q->body, 0, as_min(q->body.n, b->at + q->shape.block)),
		b->at + q->shape.head.data);
	if (b->type == STATIC)
		n = as_min(n, b->used);
	return as_cut(data, 0, as_min(n, data.n));
}

static bool data_right(const ubi *q, const block *b)
{
	as_span data = data_of(q, b);
	data = as_cut(data, 0, as_min(b->used, data.n));
	return data.n == b->used && (as_crc32(0, data) ^ UINT32_MAX) == b->sum;
}

static void add_block(ubi *q, uint64_t at)
{
	first h;
	block b;
	as_span header = as_cut(q->body, at, HEADER);
	if (!read_first(q->body, at, &h)) {
		if (!as_all(header, 0xff) || header.n == 0)
			(void)as_lost(q->u, at, "an erase block has no header, or a damaged one");
		return;
	}
	as_struct(q->u, at, HEADER, "UBI erase counter");
	if (read_second(q->body, at, h.second, &b)) {
		as_struct(q->u, at + h.second, HEADER, "UBI volume identifier");
		if (b.volume == FASTMAP || b.volume == FASTMAP + 1) {
			as_struct(q->u, at + h.data,
				as_min(q->shape.block, q->body.n - at) - h.data, "UBI fastmap");
			q->fastmap = true;
		} else if (b.number > 2 * (q->body.n / q->shape.block) + 1024) {
			(void)as_lost(q->u, at + h.second, "a block's number is out of range");
		} else {
			q->blocks[q->n++] = b;
		}
		return;
	}
	as_span second = as_cut(q->body, at + h.second, HEADER);
	if (!as_all(second, 0xff) && !as_all(second, 0))
		(void)as_lost(q->u, at + h.second, "a volume identifier is damaged");
}

static as_status collect(ubi *q, uint64_t from)
{
	uint64_t n = (q->body.n - from) / q->shape.block + 1;
	as_status s = as_want(q->u, n * sizeof(*q->blocks));
	if (s != AS_OK)
		return s;
	q->blocks = as_alloc_array(as_memory(q->u), n, sizeof(*q->blocks));
	if (!q->blocks)
		return AS_NOMEM;
	for (uint64_t at = from; at < q->body.n; at += q->shape.block)
		add_block(q, at);
	if (q->n > 1)
		qsort(q->blocks, q->n, sizeof(*q->blocks), by_place);
	return AS_OK;
}

/* ---- volumes */

typedef struct volume {
	as_span name, record;
	uint32_t reserved;
	uint8_t type;
} volume;

static bool read_volume(const ubi *q, uint32_t id, volume *v)
{
	as_span record = as_cut(q->table, (uint64_t)id * RECORD, RECORD);
	as_cur c = as_cur_be(record, 0);
	*v = (volume){ .record = record, .reserved = as_u32(&c) };
	as_skip(&c, 8);
	v->type = as_u8(&c);
	as_skip(&c, 1);
	uint16_t len = as_u16(&c);
	v->name = as_cut(record, 16, as_min(len, 127));
	as_seek(&c, RECORD - 4);
	uint32_t sum = as_u32(&c);
	return as_ok(&c) && (as_crc32(0, as_cut(record, 0, RECORD - 4)) ^ UINT32_MAX) == sum &&
	       v->reserved > 0;
}

/* Of the blocks that claim one place, [i, end), newest first: a copy counts only if it was finished. */
static size_t best_of(const ubi *q, size_t i, size_t end)
{
	for (size_t k = i; k < end; k++)
		if (!q->blocks[k].copy || data_right(q, &q->blocks[k]))
			return k;
	return i;
}

static size_t same_place(const ubi *q, size_t i)
{
	size_t end = i + 1;
	while (end < q->n && q->blocks[end].volume == q->blocks[i].volume &&
		q->blocks[end].number == q->blocks[i].number)
		end++;
	return end;
}

/* What a block held before it was written anew elsewhere, as long as it has not been erased. */
static as_status put_older(ubi *q, size_t i, size_t end, size_t best, as_span name)
{
	as_status s = AS_OK;
	for (size_t k = i; k < end && s <= AS_PARTIAL; k++) {
		if (k == best)
			continue;
		as_entry e = { .at = q->blocks[k].at, .type = AS_PART, .deleted = true };
		e.name = as_print(as_memory(q->u), "%.*s.block-%u", (int)name.n,
			(const char *)name.p, q->blocks[k].number);
		e.data = data_of(q, &q->blocks[k]);
		s = as_worse(s, as_put(q->u, NULL, &e, NULL));
	}
	return s;
}

/* n bytes as erased flash has them. */
static as_status blank(ubi *q, uint64_t n)
{
	static const uint8_t ones[] = { [0 ... 4095] = 0xff };
	as_status s = AS_OK;
	for (; n > 0 && s == AS_OK; n -= as_min(n, sizeof(ones)))
		s = as_more(q->u, as_bytes(ones, (size_t)as_min(n, sizeof(ones))));
	return s;
}

static as_status emit(ubi *q, const block *b, bool *damaged)
{
	as_span data = data_of(q, b);
	uint64_t room = q->shape.block - q->shape.head.data;
	uint64_t due = b->type == STATIC ? as_min(b->used, room) : room - as_min(b->pad, room);
	as_struct(q->u, b->at + q->shape.head.data, data.n, "UBI volume data");
	as_span pad = as_cut(q->body, b->at + q->shape.head.data + due, b->pad);
	if (b->type != STATIC && pad.n > 0 && as_all(pad, 0xff))
		as_struct(q->u, b->at + q->shape.head.data + due, pad.n, "UBI alignment");
	if (b->type == STATIC && !data_right(q, b)) {
		*damaged = true;
		(void)as_lost(q->u, b->at, "the checksum of a block's data is wrong");
	}
	as_status s = data.n > 0 ? as_more(q->u, data) : AS_OK;
	if (data.n < due) {
		*damaged = true;
		(void)as_lost(q->u, b->at, "the image ends inside of a block");
	}
	return s == AS_OK && data.n < due ? blank(q, due - data.n) : s;
}

/* Blocks [i, end) are one volume; they are put together in order. A dynamic volume need not have every block: what
 * was never written reads as erased flash. */
static as_status emit_all(ubi *q, size_t i, size_t end, bool *damaged)
{
	uint64_t room = q->shape.block - q->shape.head.data, next = 0;
	const block *b = &q->blocks[i];
	uint64_t each = room - as_min(b->pad, room), count = b->type == STATIC ? b->count : 0;
	as_status s = AS_OK;
	for (size_t k = i; k < end && s == AS_OK; k = same_place(q, k)) {
		b = &q->blocks[best_of(q, k, same_place(q, k))];
		if (b->number > next) {
			*damaged = *damaged || count > 0;
			s = blank(q, (b->number - next) * each);
		}
		next = (uint64_t)b->number + 1;
		if (s == AS_OK)
			s = emit(q, b, damaged);
	}
	if (count > next)
		*damaged = true;
	if (s == AS_OK && *damaged && count > 0)
		(void)as_lost(q->u, b->at, "a static volume is damaged, or not all there");
	return s;
}

static as_status put_volume(ubi *q, size_t i, size_t end)
{
	volume v;
	uint32_t id = q->blocks[i].volume;
	bool want = false, damaged = false;
	as_entry e = { .at = q->blocks[i].at, .type = AS_PART };
	if (id < VOLUMES && read_volume(q, id, &v) && v.name.n > 0)
		e.name = v.name;
	else
		e.name = as_print(as_memory(q->u), "volume-%u", id);
	as_tellf(q->u, as_cut(q->body, e.at + q->shape.head.second, HEADER), "volume", "%u %s %.*s",
		id, q->blocks[i].type == STATIC ? "static" : "dynamic", (int)as_min(e.name.n, 127),
		(const char *)e.name.p);
	as_status s = as_begin(q->u, NULL, &e, &want);
	if (s == AS_OK && want)
		s = emit_all(q, i, end, &damaged);
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_end(q->u, damaged));
	for (size_t k = i; k < end && s <= AS_PARTIAL; k = same_place(q, k)) {
		size_t behind = same_place(q, k);
		s = as_worse(s, put_older(q, k, behind, best_of(q, k, behind), e.name));
	}
	return s;
}

/* The table has two copies; the one of which more records are right counts. */
static void read_table(ubi *q)
{
	size_t best = 0;
	for (size_t i = 0; i < q->n; i++) {
		const block *b = &q->blocks[i];
		as_span data = data_of(q, b), old = q->table;
		size_t n = 0;
		volume v;
		if (b->volume != TABLE)
			continue;
		as_struct(q->u, b->at + q->shape.head.data, as_min(data.n, RECORD * VOLUMES),
			"UBI volume table");
		q->table = data;
		for (uint32_t id = 0; id < VOLUMES; id++)
			n += read_volume(q, id, &v);
		if (n <= best)
			q->table = old;
		best = n > best ? n : best;
	}
}

static as_status put_all(ubi *q)
{
	as_status s = AS_OK;
	for (size_t i = 0, end; i < q->n && s <= AS_PARTIAL; i = end) {
		for (end = i; end < q->n && q->blocks[end].volume == q->blocks[i].volume;)
			end = same_place(q, end);
		if (q->blocks[i].volume < VOLUMES)
			s = as_worse(s, put_volume(q, i, end));
		else if (q->blocks[i].volume != TABLE)
			s = as_worse(s, as_refused(q->u, q->blocks[i].at, "unsupported",
						"an internal volume of an unknown kind"));
	}
	return s;
}

/* Volumes of the table of which no block is there. */
static as_status tell_empty(ubi *q)
{
	as_status s = AS_OK;
	volume v;
	for (uint32_t id = 0; id < VOLUMES && s <= AS_PARTIAL; id++) {
		bool there = false;
		for (size_t i = 0; i < q->n && !there; i++)
			there = q->blocks[i].volume == id;
		if (there || !read_volume(q, id, &v))
			continue;
		as_tellf(q->u, v.record, "volume", "%u %s %.*s, empty", id,
			v.type == STATIC ? "static" : "dynamic", (int)v.name.n,
			(const char *)v.name.p);
	}
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	ubi q = { .u = u };
	uint64_t from = 0;
	if (!find_first(body, &from, &q.shape))
		return as_lost(u, 0, "no erase block has a header");
	q.body = as_cut(body, 0, from + q.shape.end);
	as_span head = as_cut(body, from, HEADER);
	as_tellf(u, head, "erase-block", "%llu", (unsigned long long)q.shape.block);
	as_tellf(u, head, "data-offset", "%u", q.shape.head.data);
	as_tellf(u, head, "image-number", "%u", q.shape.head.image);
	as_status s = collect(&q, from);
	if (s != AS_OK)
		return s;
	if (from > 0)
		s = as_lost(u, 0, "the first erase block is damaged");
	read_table(&q);
	if (!q.table.p)
		s = as_worse(s, as_lost(u, from, "no table of volumes"));
	if (q.fastmap)
		as_tell(u, head, "fastmap", as_lit("yes"));
	s = as_worse(s, put_all(&q));
	return s <= AS_PARTIAL ? as_worse(s, tell_empty(&q)) : s;
}

const as_format as_format_ubi = {
	.id = "ubi",
	.title = "UBI",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "UBI#", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.glance = glance,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "static and dynamic volumes",
		"any size of erase blocks and place of headers, told from the headers' distances",
		"images that follow each other, told apart by their numbers, or by tables of "
		"volumes that begin anew",
		"bad, blank and missing erase blocks, alignment of volumes",
		"fastmap (recognised; the headers tell the same)",
		"blocks that were written anew elsewhere, as deleted", NULL },
	.verifies = (const char *const[]){ "CRC-32 of both headers of each block",
		"CRC-32 of each record of the volume table",
		"CRC-32 of the data of static volumes and of copied blocks", NULL },
	.keeps = (const char *const[]){ "names of volumes", NULL },
	.samples = (const char *const[]){ "ubinize (mtd-utils 2.1.5)",
		"fastmap, copied and old blocks: generator from the published layout, not tried on "
		"a vendor's own image",
		NULL },
	.gaps = (const char *const[]){ "images without a number that follow each other are read as "
				       "one, unless both "
				       "tables of volumes are as ubinize wrote them, and differ",
		NULL },
	.spec = "http://www.linux-mtd.infradead.org/doc/ubi.html",
	.see = NULL,
};
