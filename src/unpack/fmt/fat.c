/* SPDX-License-Identifier: Apache-2.0 */
/* FAT12, FAT16, FAT32. Boot sector:
 *    0 jump[3]   3 maker[8]   11 sector size u16   13 sectors in a cluster u8   14 reserved
 *      sectors u16
 *   16 FATs u8   17 root entries u16   19 sectors u16   21 media u8   22 sectors of a FAT u16
 *   32 sectors u32; FAT12/16: 43 label[11]   54 "FAT12   "
 *   FAT32: 36 sectors of a FAT u32   40 flags u16   44 root cluster u32   71 label[11]
 *      82 "FAT32   "
 * Then FATs (a number for each cluster: the next one of its chain), the root directory (FAT12/16),
 * and clusters from number 2 on. Directory records of 32 bytes:
 *    0 name[11]   11 attributes   12 case   20 cluster, high u16   22 time   24 date   26 cluster,
 *      low u16
 *   28 size u32; before it, last part first, parts of a long name (attributes 15):
 *    0 number   1 name[5]   13 sum of the short name   14 name[6]   28 name[2] (UTF-16)
 * Deleting writes 0xe5 over the first byte of each record and zeros over the numbers of the chain. The sum in the parts
 * of a long name tells what the byte was. */
#include "base/ascii.h"
#include "unpack/dostime.h"
#include "unpack/format.h"

#include <string.h>

enum {
	RECORD = 32,
	SHORT = 11, /* bytes of a short name */
	PART = 13,  /* UTF-16 units of a long name's part */
	PARTS = 20,
	LABEL = 8,
	DIRECTORY = 16,
	LONG_NAME = 15, /* attributes */
	DELETED = 0xe5,
	LAST = 0x40, /* in a part's number: the last one, which comes first */
	LOWER_BASE = 8,
	LOWER_END = 16,
};

typedef struct volume {
	as_unpack *u; /* NULL while probing */
	as_span body;
	uint64_t cluster;            /* bytes of a cluster */
	uint64_t fat, fat_n;         /* body offset of the FAT in use, bytes */
	uint64_t root, root_n, data; /* body offsets; root_n 0: the root is a chain */
	uint64_t size;
	uint32_t root_cluster, clusters;
	unsigned bits; /* 12, 16, 32 */
	uint8_t media;
	as_span label;
	uint64_t *looks; /* clusters that may still be looked at for deleted files */
} volume;

static bool read_layout(volume *v)
{
	as_cur c = as_cur_le(v->body, 11);
	uint64_t sector = as_u16(&c), per_cluster = as_u8(&c), reserved = as_u16(&c),
		 fats = as_u8(&c);
	uint64_t root = as_u16(&c), sectors = as_u16(&c);
	v->media = as_u8(&c);
	uint64_t fat = as_u16(&c);
	as_skip(&c, 8);
	uint32_t sectors_wide = as_u32(&c), fat_wide = as_u32(&c);
	uint16_t flags = as_u16(&c);
	as_skip(&c, 2);
	v->root_cluster = as_u32(&c);
	v->label = as_cut(v->body, fat ? 43 : 71, SHORT);
	sectors = sectors ? sectors : sectors_wide;
	uint64_t in_use = fat == 0 && flags & 0x80 ? flags & 15 : 0;
	fat = fat ? fat : fat_wide;
	bool powers = sector >= 512 && sector <= 4096 && (sector & (sector - 1)) == 0 &&
		      per_cluster && (per_cluster & (per_cluster - 1)) == 0;
	if (!as_ok(&c) || !powers || !reserved || !fats || fats > 4 || in_use >= fats || !fat)
		return false;
	v->cluster = sector * per_cluster;
	v->fat = (reserved + in_use * fat) * sector;
	v->fat_n = fat * sector;
	v->root = (reserved + fats * fat) * sector;
	v->root_n = root * RECORD;
	v->data = v->root + (v->root_n + sector - 1) / sector * sector;
	v->size = sectors * sector;
	if (v->data >= v->size)
		return false;
	v->clusters = (uint32_t)((v->size - v->data) / v->cluster);
	v->bits = v->clusters < 4085 ? 12 : v->clusters < 65525 ? 16 : 32;
	if (root == 0)
		v->bits = 32;
	return v->clusters > 0 && v->fat_n / 4 * 32 >= (uint64_t)v->clusters / 8 * v->bits;
}

/* The FAT's number for a cluster. */
static uint32_t after(const volume *v, uint32_t cluster)
{
	as_span fat =
		as_cut(v->body, v->fat, as_min(v->fat_n, v->body.n - as_min(v->fat, v->body.n)));
	uint64_t at = v->bits == 12 ? cluster + cluster / 2 : (uint64_t)cluster * v->bits / 8;
	as_cur c = as_cur_le(fat, at);
	uint32_t n = v->bits == 32 ? as_u32(&c) & 0x0fffffff : as_u16(&c);
	if (v->bits == 12)
		n = cluster & 1 ? n >> 4 : n & 0xfff;
	return as_ok(&c) ? n : 0;
}

static bool is_cluster(const volume *v, uint32_t n) { return n >= 2 && n - 2 < v->clusters; }

/* Whether a number ends a chain; any other that is no cluster breaks it. */
static bool is_end(const volume *v, uint32_t n)
{
	static const uint32_t ends[] = {
		[12 / 4] = 0xff8, [16 / 4] = 0xfff8, [32 / 4] = 0x0ffffff8
	};
	return n >= ends[v->bits / 4];
}

static uint64_t place(const volume *v, uint32_t cluster)
{
	return v->data + (uint64_t)(cluster - 2) * v->cluster;
}

static as_status probe(as_span image, as_extent *out)
{
	volume v = { .body = image };
	as_cur c = as_cur_le(image, 510);
	uint8_t jump = as_at(image, 0);
	bool boots = (jump == 0xeb && as_at(image, 2) == 0x90) || jump == 0xe9;
	if (!boots || as_u16(&c) != 0xaa55 || !read_layout(&v))
		return AS_NOT_THIS;
	/* The first entry of a FAT repeats the media byte, with ones above it. */
	as_span first = as_cut(image, v.fat, 3);
	bool starts =
		as_at(first, 0) == v.media && as_at(first, 1) == 0xff && as_at(first, 2) == 0xff;
	if (v.media < 0xf0 || !starts)
		return AS_NOT_THIS;
	v.label = as_is(v.label, "NO NAME    ") ? (as_span){ 0 } : as_trim(v.label);
	*out = (as_extent){
		.size = as_min(v.size, image.n), .sure = AS_STRUCTURED, .label = v.label
	};
	return AS_OK;
}

/* A way along a chain. A cluster met again after a power of two of steps gives a loop away. */
typedef struct chain {
	const volume *v;
	uint32_t cluster;      /* the next one, or what ended the chain */
	uint32_t mark;         /* a cluster passed before */
	uint64_t steps, limit; /* limit: steps after which the mark moves up */
	bool loops;
} chain;

static void go_on(chain *c)
{
	c->cluster = after(c->v, c->cluster);
	c->loops = c->loops || c->cluster == c->mark;
	if (++c->steps == c->limit) {
		c->mark = c->cluster;
		c->limit *= 2;
	}
}

static chain chain_of(const volume *v, uint32_t cluster)
{
	return (chain){ .v = v, .cluster = cluster, .mark = cluster, .limit = 1 };
}

/* Takes neighbouring clusters of the chain, at most `most` of them. 0: the chain ends here. */
static uint64_t take_run(chain *c, uint64_t most, uint64_t *at)
{
	uint64_t n = 0;
	uint32_t first = c->cluster;
	while (n < most && !c->loops && is_cluster(c->v, c->cluster) && c->cluster == first + n) {
		n++;
		go_on(c);
	}
	*at = n > 0 ? place(c->v, first) : 0;
	return n;
}

static as_status emit(const volume *v, chain *c, uint64_t left, bool *damaged)
{
	as_status s = AS_OK;
	while (left > 0 && s == AS_OK) {
		uint64_t at = 0, n = take_run(c, (left + v->cluster - 1) / v->cluster, &at);
		uint64_t due = as_min(left, n * v->cluster);
		as_span there = as_from(v->body, at);
		there = as_cut(there, 0, as_min(there.n, due));
		as_struct(v->u, at, n > 0 ? there.n : 0, "fat data");
		if (n == 0 || there.n < due) {
			*damaged = true;
			return there.n > 0 && n > 0 ? as_more(v->u, there) : AS_OK;
		}
		s = as_more(v->u, there);
		left -= due;
	}
	return s;
}

static as_status put_file(
	const volume *v, as_node *dir, as_entry *e, uint32_t cluster, uint64_t size)
{
	uint64_t need = (size + v->cluster - 1) / v->cluster, at = 0;
	chain c = chain_of(v, cluster);
	if (size > 0 && take_run(&c, need, &at) == need)
		e->data = as_cut(v->body, at, size);
	if (size == 0 || e->data.n > 0)
		return as_put(v->u, dir, e, NULL);
	bool want = false, damaged = false;
	c = chain_of(v, cluster);
	as_status s = as_begin(v->u, dir, e, &want);
	if (s == AS_OK && want)
		s = emit(v, &c, size, &damaged);
	if (s > AS_PARTIAL)
		return s;
	s = as_worse(s, as_end(v->u, damaged));
	return damaged ? as_worse(s, as_lost(v->u, e->at, "chain of a file ends early or loops"))
		       : s;
}

/* A directory while it is read. */
typedef struct listing {
	const volume *v;
	as_node *node;
	uint16_t units[PARTS * PART]; /* the long name as far as it has come */
	unsigned expected;            /* number of its part that must come next; 0: none is due */
	size_t n_units;
	uint8_t sum;   /* of the short name it belongs to */
	unsigned dead; /* parts of a deleted record's long name that came, instead */
	bool ended;
} listing;

static void take_part(listing *l, as_span raw)
{
	as_cur c = as_cur_le(raw, 0);
	uint8_t number = as_u8(&c);
	unsigned part = number & 31;
	uint8_t sum = as_at(raw, 13);
	if (number & LAST && part >= 1 && part <= PARTS) {
		l->n_units = (size_t)part * PART;
		l->sum = sum;
	} else if (part == 0 || part != l->expected || sum != l->sum) {
		l->n_units = l->expected = 0;
		return;
	}
	l->expected = part - 1;
	for (unsigned i = 0; i < PART; i++) {
		if (i == 5)
			as_seek(&c, 14);
		if (i == 11)
			as_seek(&c, 28);
		l->units[(part - 1) * PART + i] = as_u16(&c);
	}
}

static size_t put_utf8(uint8_t *out, uint32_t c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = n; i-- > 1; c >>= 6)
		out[i] = (uint8_t)(0x80 | (c & 0x3f));
	out[0] = (uint8_t)(lead[n] | c);
	return n;
}

/* The long name as UTF-8 in out (4 bytes a unit); lone surrogates stay, as three bytes. */
static size_t long_name(const listing *l, uint8_t *out)
{
	size_t n = 0;
	for (size_t i = 0; i < l->n_units && l->units[i] != 0; i++) {
		uint32_t c = l->units[i], low = i + 1 < l->n_units ? l->units[i + 1] : 0;
		if (c >> 10 == 0x36 && low >> 10 == 0x37) {
			c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
			i++;
		}
		n += put_utf8(out + n, c);
	}
	return n;
}

/* A letter of a short name, from code page 437, which Linux and most devices assume. */
static uint32_t letter(uint8_t b, bool lower)
{
	static const uint16_t upper_half[] = { 0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0,
		0x00e5, 0x00e7, 0x00ea, 0x00eb, 0x00e8, 0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5,
		0x00c9, 0x00e6, 0x00c6, 0x00f4, 0x00f6, 0x00f2, 0x00fb, 0x00f9, 0x00ff, 0x00d6,
		0x00dc, 0x00a2, 0x00a3, 0x00a5, 0x20a7, 0x0192, 0x00e1, 0x00ed, 0x00f3, 0x00fa,
		0x00f1, 0x00d1, 0x00aa, 0x00ba, 0x00bf, 0x2310, 0x00ac, 0x00bd, 0x00bc, 0x00a1,
		0x00ab, 0x00bb, 0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556,
		0x2555, 0x2563, 0x2551, 0x2557, 0x255d, 0x255c, 0x255b, 0x2510, 0x2514, 0x2534,
		0x252c, 0x251c, 0x2500, 0x253c, 0x255e, 0x255f, 0x255a, 0x2554, 0x2569, 0x2566,
		0x2560, 0x2550, 0x256c, 0x2567, 0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552,
		0x2553, 0x256b, 0x256a, 0x2518, 0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580,
		0x03b1, 0x00df, 0x0393, 0x03c0, 0x03a3, 0x03c3, 0x00b5, 0x03c4, 0x03a6, 0x0398,
		0x03a9, 0x03b4, 0x221e, 0x03c6, 0x03b5, 0x2229, 0x2261, 0x00b1, 0x2265, 0x2264,
		0x2320, 0x2321, 0x00f7, 0x2248, 0x00b0, 0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2,
		0x25a0, 0x00a0 };
	static const uint8_t capitals[][2] = { { 0x80, 0x87 }, { 0x8e, 0x84 }, { 0x8f, 0x86 },
		{ 0x90, 0x82 }, { 0x92, 0x91 }, { 0x99, 0x94 }, { 0x9a, 0x81 }, { 0xa5, 0xa4 } };
	for (size_t i = 0; lower && i < sizeof(capitals) / sizeof(capitals[0]); i++)
		if (capitals[i][0] == b)
			return upper_half[capitals[i][1] - 0x80];
	if (b >= 0x80)
		return upper_half[b - 0x80];
	return lower && as_is_upper(b) ? b | 0x20u : b;
}

static size_t short_name(as_span raw, uint8_t *out)
{
	uint8_t cases = as_at(raw, 12);
	size_t n = 0, dot = 0;
	for (size_t i = 0; i < SHORT; i++) {
		uint8_t b = as_at(raw, i);
		bool lower = cases & (i < 8 ? LOWER_BASE : LOWER_END);
		if (i == 0 && b == 5)
			b = DELETED; /* stands for the byte that marks deleted files */
		if (i == 8) {
			while (n > 0 && out[n - 1] == ' ')
				n--;
			dot = n + 1;
			out[n++] = '.';
		}
		n += put_utf8(out + n, letter(b, lower));
	}
	while (n > dot && out[n - 1] == ' ')
		n--;
	return n == dot ? n - 1 : n;
}

static bool sum_fits(const listing *l, as_span raw)
{
	uint8_t sum = 0;
	for (size_t i = 0; i < SHORT; i++)
		sum = (uint8_t)((sum << 7 | sum >> 1) + as_at(raw, i));
	return l->n_units > 0 && l->expected == 0 && sum == l->sum;
}

static as_status list_chain(const volume *v, uint32_t cluster, as_node *node);

static as_status put(listing *l, as_span raw, uint64_t at)
{
	const volume *v = l->v;
	uint8_t name[PARTS * PART * 4];
	as_entry e = { .at = at, .type = as_at(raw, 11) & DIRECTORY ? AS_DIR : AS_FILE };
	e.name = as_bytes(name, sum_fits(l, raw) ? long_name(l, name) : short_name(raw, name));
	as_cur c = as_cur_le(raw, 20);
	uint32_t cluster = as_u16(&c);
	uint16_t time = as_u16(&c), date = as_u16(&c);
	cluster = (v->bits == 32 ? cluster << 16 : 0) | as_u16(&c);
	uint32_t size = as_u32(&c);
	e.has = as_dos_time(time, date, &e.mtime) ? AS_HAS_MTIME : 0;
	if (e.type == AS_FILE)
		return put_file(v, l->node, &e, cluster, size);
	as_node *node = NULL;
	as_status s = as_put(v->u, l->node, &e, &node);
	if (s != AS_OK || !node)
		return s;
	if (!is_cluster(v, cluster))
		return as_lost(v->u, at, "directory has no clusters");
	s = as_visit(v->u, place(v, cluster));
	return s == AS_OK ? list_chain(v, cluster, node) : s;
}

/* The part of a long name that was deleted: its number is gone, but the last part came first. */
static void take_dead_part(listing *l, as_span raw)
{
	if (l->dead == PARTS || as_at(raw, 13) != l->sum)
		l->dead = 0;
	memmove(l->units + PART, l->units, (PARTS - 1) * PART * sizeof(*l->units));
	l->sum = as_at(raw, 13);
	l->n_units = (size_t)++l->dead * PART;
	l->expected = 0;
	for (size_t i = 0; i < PART; i++) {
		as_cur c = as_cur_le(raw, i < 5 ? 1 + 2 * i : i < 11 ? 4 + 2 * i : 6 + 2 * i);
		l->units[i] = as_u16(&c);
	}
}

/* The byte that was deleted, as the sum of the long name's parts tells it; 0 if they belong to another name. */
static uint8_t first_byte(const listing *l, as_span raw)
{
	uint8_t first = 0;
	for (unsigned b = 0x21; b < 0x100 && !first; b++) {
		uint8_t sum = (uint8_t)b;
		for (size_t i = 1; i < SHORT; i++)
			sum = (uint8_t)((sum << 7 | sum >> 1) + as_at(raw, i));
		first = sum == l->sum ? (uint8_t)b : 0;
	}
	uint16_t unit = l->units[0];
	bool same = unit >= 0x80 || !as_is_alnum((uint8_t)unit) ||
		    first == (unit & ~(as_is_lower((uint8_t)unit) ? 0x20u : 0));
	return l->dead > 0 && same ? first : 0;
}

/* Whether n clusters from cluster on are there and belong to nothing. */
static bool are_free(const volume *v, uint32_t cluster, uint64_t n)
{
	if (!is_cluster(v, cluster) || n > v->clusters - (cluster - 2) || n > *v->looks)
		return false;
	for (uint64_t i = 0; i < n; i++) {
		--*v->looks;
		if (after(v, cluster + (uint32_t)i) != 0)
			return false;
	}
	return true;
}

/* A file that was deleted, if the clusters from its first on are free: it most likely stood in one piece. */
static as_status put_deleted(listing *l, as_span raw, uint64_t at)
{
	const volume *v = l->v;
	uint8_t name[PARTS * PART * 4], copy[RECORD], first = first_byte(l, raw);
	as_entry e = { .at = at, .type = AS_FILE, .deleted = true };
	for (size_t i = 0; i < RECORD; i++)
		copy[i] = as_at(raw, i);
	copy[0] = first ? first : '_';
	for (size_t i = 1; i < SHORT; i++)
		if (copy[i] < ' ')
			return AS_OK; /* no name */
	e.name = as_bytes(
		name, first ? long_name(l, name) : short_name(as_bytes(copy, RECORD), name));
	as_cur c = as_cur_le(raw, 20);
	uint32_t cluster = as_u16(&c);
	uint16_t time = as_u16(&c), date = as_u16(&c);
	cluster = (v->bits == 32 ? cluster << 16 : 0) | as_u16(&c);
	uint32_t size = as_u32(&c);
	uint64_t n = size / v->cluster + (size % v->cluster > 0);
	if (size == 0 || e.name.n == 0 || !are_free(v, cluster, n))
		return AS_OK;
	e.has = as_dos_time(time, date, &e.mtime) ? AS_HAS_MTIME : 0;
	e.data = as_cut(v->body, place(v, cluster), size);
	return e.data.n == size ? as_put(v->u, l->node, &e, NULL) : AS_OK;
}

static as_status take_deleted(listing *l, as_span raw, uint64_t at)
{
	uint8_t attributes = as_at(raw, 11);
	as_status s = AS_OK;
	if ((attributes & 0x3f) == LONG_NAME) {
		take_dead_part(l, raw);
		return s;
	}
	if (!(attributes & (LABEL | DIRECTORY)))
		s = put_deleted(l, raw, at);
	l->n_units = l->dead = 0;
	return s;
}

static as_status take_record(listing *l, as_span raw, uint64_t at)
{
	as_status s = AS_OK;
	uint8_t first = as_at(raw, 0), attributes = as_at(raw, 11);
	l->ended = first == 0;
	if (first == DELETED)
		return take_deleted(l, raw, at);
	if (l->ended || l->dead)
		l->n_units = l->dead = 0;
	if (l->ended)
		return s;
	if ((attributes & 0x3f) == LONG_NAME) {
		take_part(l, raw);
		return s;
	}
	if (attributes & LABEL)
		as_tell(l->v->u, raw, "label", as_trim(as_cut(raw, 0, SHORT)));
	else if (first != '.')
		s = put(l, raw, at);
	l->n_units = 0;
	return s;
}

static as_status list_range(listing *l, uint64_t at, uint64_t n)
{
	as_status worst = AS_OK;
	as_cur c = as_cur_le(as_cut(l->v->body, 0, as_min(at + n, l->v->body.n)), at);
	while (as_left(&c) >= RECORD && !l->ended && worst <= AS_PARTIAL) {
		uint64_t here = as_pos(&c);
		worst = as_worse(worst, take_record(l, as_take(&c, RECORD), here));
	}
	return worst;
}

static as_status list_chain(const volume *v, uint32_t cluster, as_node *node)
{
	listing l = { .v = v, .node = node };
	chain c = chain_of(v, cluster);
	as_status worst = AS_OK;
	uint64_t at = 0, n = 1;
	while (worst <= AS_PARTIAL && !l.ended && (n = take_run(&c, v->clusters, &at)) > 0)
		worst = as_worse(worst, list_range(&l, at, n * v->cluster));
	bool whole = l.ended || (!c.loops && is_end(v, c.cluster));
	if (worst <= AS_PARTIAL && !whole)
		worst = as_worse(worst, as_lost(v->u, place(v, cluster),
						"chain of a directory is broken or loops"));
	return worst;
}

static as_status unpack(as_unpack *u, as_span body)
{
	uint64_t looks = 0;
	volume v = { .u = u, .body = body, .looks = &looks };
	as_status s = AS_OK;
	if (!read_layout(&v))
		return as_lost(u, 0, "boot sector makes no sense");
	looks = 4ull * v.clusters;
	as_tellf(u, as_cut(body, v.bits == 32 ? 82 : 54, 8), "kind", "FAT%u", v.bits);
	as_struct(u, 0, v.data, "fat boot sector, tables and root");
	if (v.size > body.n)
		s = as_lost(u, body.n, "image is cut off");
	if (v.bits == 32)
		return as_worse(s, list_chain(&v, v.root_cluster, as_root(u)));
	listing l = { .v = &v, .node = as_root(u) };
	return as_worse(s, list_range(&l, v.root, v.root_n));
}

const as_format as_format_fat = {
	.id = "fat",
	.title = "FAT file system",
	.kind = AS_FILESYSTEM,
	.magic = (const as_magic[]){ { .bytes = "FAT12   ", .len = 8, .at = 54 },
		{ .bytes = "FAT16   ", .len = 8, .at = 54 },
		{ .bytes = "FAT     ", .len = 8, .at = 54 },
		{ .bytes = "FAT32   ", .len = 8, .at = 82 }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.anywhere = true,
	.variants = (const char *const[]){ "FAT12, FAT16, FAT32",
		"long names (UTF-16), short names with Windows NT's case bits",
		"deleted files whose clusters are free", NULL },
	.verifies = NULL,
	.keeps = (const char *const[]){ "time of change (2 s)", NULL },
	.samples = (const char *const[]){ "mkfs.fat 4.2 with mtools 4.0.32", NULL },
	.gaps = (const char *const[]){ "volumes whose boot sector does not name its type are not "
				       "searched for",
		"deleted files are taken as one piece; of a short name the first letter is lost; "
		"deleted directories are not told",
		"the copies of the FAT are not compared", "short names are taken as code page 437",
		"times are taken as UTC", NULL },
	.spec = "https://academy.cba.mit.edu/classes/networking_communications/SD/FAT.pdf",
	.see = "mcopy -n -i IN ::/PATTERN OUT",
};
