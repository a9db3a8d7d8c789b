/* SPDX-License-Identifier: Apache-2.0 */
/* JFFS2: Linux's log of nodes on raw flash, in the byte order of the machine. Nodes start on 4 bytes:
 *    0 0x1985   2 type   4 length   8 CRC of these 8 bytes, then by type
 *   name (0xe001)    12 parent 16 version 20 inode (0: removed) 24 time 28 length u8 29 type u8 32 CRC of the node
 *                    36 CRC of the name 40 name
 *   inode (0xe002)   12 inode 16 version 20 mode 24 uid u16 26 gid u16 28 size 32 atime 36 mtime 40 ctime 44 offset
 *                    48 packed length 52 length 56 method u8 60 CRC of the data 64 CRC of the node 68 data
 *   attribute (0xe008)   12 id 16 version 20 prefix u8 21 length of name u8 22 of value u16 24 CRC of the data
 *                    28 CRC of the node 32 name, NUL, value
 *   reference (0xe009)   12 inode 16 id of the attribute 20 number 24 CRC of the node
 *   clean mark (0x2003), padding (0x2004) and summary (0x2006; repeats what the nodes say)
 * A node that NOR flash has marked as obsolete has lost bit 0x2000 of its type, which its sums still count. */
#include "unpack/fmt/jffs2.h"
#include "unpack/runs.h"

#include <stdlib.h>

enum {
	MAGIC = 0x1985,
	ACCURATE = 0x2000,
	NAME = 0xe001,
	INODE = 0xe002,
	CLEAN = 0x2003,
	PADDING = 0x2004,
	SUMMARY = 0x2006,
	ATTRIBUTE = 0xe008,
	REFERENCE = 0xe009,
	HEADER = 12,
	SEARCHED = 64 << 10, /* bytes that damage may take before another node follows */
	NEAR = 8
	       << 10, /* the same behind a first node that bears nothing out: more than a node is long */
	ERASE_MIN = 4096,
};

/* By type: where its body ends, and how much of it the sum that stands there covers. */
static const struct {
	uint16_t type;
	uint8_t len, summed, sum_at;
} bodies[] = { { NAME, 40, 32, 32 }, { INODE, 68, 60, 64 }, { ATTRIBUTE, 32, 28, 28 },
	{ REFERENCE, 28, 24, 24 }, { SUMMARY, 32, 24, 28 } };

typedef struct raw {
	uint64_t at;
	as_span bytes; /* the node, header and all */
	uint16_t type;
	bool obsolete, sound; /* sound: the body's checksum is right */
	bool known;           /* a type with a body that is read here */
} raw;

/* The sum over the first n bytes of the node as they were before it became obsolete. */
static uint32_t sum_of(const raw *r, bool big, size_t n)
{
	uint8_t copy[60] = { 0 };
	as_span s = as_cut(r->bytes, 0, as_min(n, sizeof(copy)));
	if (s.n == 0)
		return 0;
	memcpy(copy, s.p, s.n);
	copy[big ? 2 : 3] |= ACCURATE >> 8;
	return as_j2_crc(as_bytes(copy, s.n));
}

static bool read_header(as_span image, bool big, uint64_t at, raw *r)
{
	as_cur c = as_cur_of(image, at, big);
	uint16_t magic = as_u16(&c), type = as_u16(&c);
	uint32_t len = as_u32(&c), sum = as_u32(&c);
	if (!as_ok(&c) || magic != MAGIC || len < HEADER)
		return false;
	*r = (raw){ .at = at, .type = type | ACCURATE, .obsolete = (type & ACCURATE) == 0 };
	r->bytes = as_cut(image, at, as_min(len, image.n - at));
	if (sum_of(r, big, 8) != sum)
		return false;
	r->sound = r->bytes.n == len;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		if (bodies[i].type != r->type)
			continue;
		as_cur b = as_cur_of(r->bytes, bodies[i].sum_at, big);
		r->known = true;
		r->sound = r->sound && r->bytes.n >= bodies[i].len &&
			   sum_of(r, big, bodies[i].summed) == as_u32(&b);
	}
	return true;
}

static uint64_t up(uint64_t at, uint64_t unit) { return (at + unit - 1) / unit * unit; }

/* The next node at or after *at, within reach bytes that are not blank; *at moves behind it. *damage: offset of the
 * first byte passed that is neither blank nor a node, or UINT64_MAX. */
static bool node_within(
	as_span image, bool big, uint64_t reach, uint64_t *at, raw *r, uint64_t *damage)
{
	const uint8_t one = big ? MAGIC >> 8 : MAGIC & 0xff, two = big ? MAGIC & 0xff : MAGIC >> 8;
	uint64_t passed = 0;
	*damage = UINT64_MAX;
	while (*at + HEADER <= image.n && passed < reach) {
		bool magic = image.p[*at] == one && image.p[*at + 1] == two;
		if (magic && read_header(image, big, *at, r)) {
			/* A body that is damaged may have a wrong length. */
			*at += r->sound ? up(r->bytes.n, 4) : HEADER;
			return true;
		}
		uint8_t first = image.p[*at];
		uint64_t blank =
			first == 0xff || first == 0 ? as_padding_at(image, *at) / 4 * 4 : 0;
		if (blank == 0) {
			*damage = as_min(*damage, *at);
			passed += 4;
		}
		*at += blank ? blank : 4;
	}
	return false;
}

static bool next_node(as_span image, bool big, uint64_t *at, raw *r, uint64_t *damage)
{
	return node_within(image, big, SEARCHED, at, r, damage);
}

static bool is_big(as_span image) { return as_at(image, 0) == 0x19; }

static bool glance(as_span start)
{
	raw r;
	return read_header(start, is_big(start), 0, &r);
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

typedef struct measure {
	uint64_t from, end,
		block; /* block: 0, or of what the clean marks' distances are multiples */
	size_t nodes, sound;
	bool big;
} measure;

static void walk(as_span image, uint64_t from, measure *m)
{
	raw r;
	uint64_t at = from, damage = 0;
	while (next_node(image, m->big, &at, &r, &damage)) {
		if (m->nodes++ == 0)
			m->from = r.at;
		m->sound += r.known && r.sound;
		if (r.type == CLEAN)
			m->block = gcd(m->block, r.at - m->from);
		m->end = as_min(at, image.n);
	}
}

/* The order of bytes is told by the first header that holds: the start may be what is damaged. *r: it. */
static bool find_first(as_span image, measure *m, uint64_t *at, raw *r)
{
	uint64_t damage = 0;
	for (int big = 0; big < 2; big++) {
		*at = 0;
		m->big = big;
		if (next_node(as_cut(image, 0, as_min(image.n, 2 * SEARCHED)), big, at, r, &damage))
			return true;
	}
	return false;
}

/* Whether a sum bears out the first node, or else another node follows soon. So what only has headers costs little, be
 * there ever so many: each may lead far away. */
static bool borne_out(as_span image, const measure *m, uint64_t at, const raw *first)
{
	raw r;
	uint64_t damage = 0;
	return (first->known && first->sound) || node_within(image, m->big, NEAR, &at, &r, &damage);
}

static as_status probe(as_span image, as_extent *out)
{
	measure m = { 0 };
	raw first;
	uint64_t at = 0;
	if (!find_first(image, &m, &at, &first) || !borne_out(image, &m, at, &first))
		return AS_NOT_THIS;
	walk(image, 0, &m);
	if (m.nodes == 0 || (m.sound == 0 && m.nodes < 2))
		return AS_NOT_THIS;
	/* The last erase block belongs to it to its end, if nothing else stands there. */
	uint64_t end = m.block >= ERASE_MIN ? m.from + up(m.end - m.from, m.block) : m.end;
	end = as_min(end, image.n);
	if (!as_all(as_cut(image, m.end, end - m.end), 0xff))
		end = m.end;
	*out = (as_extent){ .size = end, .sure = m.sound > 0 ? AS_CHECKSUMMED : AS_PLAUSIBLE };
	return AS_OK;
}

/* ---- collecting */

static as_j2_name name_of(const as_j2 *q, const raw *r, bool *right)
{
	as_cur c = as_cur_of(r->bytes, HEADER, q->big);
	as_j2_name n = { .at = r->at, .obsolete = r->obsolete };
	n.parent = as_u32(&c);
	n.version = as_u32(&c);
	n.ino = as_u32(&c);
	as_skip(&c, 4);
	uint8_t len = as_u8(&c);
	n.type = as_u8(&c);
	as_seek(&c, 36);
	uint32_t sum = as_u32(&c);
	n.name = as_take(&c, len);
	*right = as_ok(&c) && as_j2_crc(n.name) == sum;
	return n;
}

static as_j2_node node_of(const as_j2 *q, const raw *r, bool *right)
{
	as_cur c = as_cur_of(r->bytes, HEADER, q->big);
	as_j2_node n = { .at = r->at, .obsolete = r->obsolete };
	n.ino = as_u32(&c);
	n.version = as_u32(&c);
	n.mode = as_u32(&c);
	n.uid = as_u16(&c);
	n.gid = as_u16(&c);
	n.isize = as_u32(&c);
	as_skip(&c, 4);
	n.mtime = as_u32(&c);
	as_skip(&c, 4);
	n.offset = as_u32(&c);
	uint32_t packed = as_u32(&c);
	n.dsize = as_u32(&c);
	n.method = as_u8(&c);
	as_skip(&c, 3);
	uint32_t sum = as_u32(&c);
	as_skip(&c, 4);
	n.packed = as_take(&c, as_min(packed, as_left(&c)));
	*right = as_ok(&c);
	n.wrong = n.packed.n < packed || as_j2_crc(n.packed) != sum;
	return n;
}

static as_j2_attribute attribute_of(const as_j2 *q, const raw *r, bool *right)
{
	as_cur c = as_cur_of(r->bytes, HEADER, q->big);
	as_j2_attribute a = { .id = as_u32(&c) };
	a.version = as_u32(&c);
	a.prefix = as_u8(&c);
	uint32_t name = as_u8(&c), value = as_u16(&c), sum = as_u32(&c);
	as_skip(&c, 4);
	as_span data = as_cut(as_from(r->bytes, as_pos(&c)), 0, (uint64_t)name + 1 + value);
	a.name = as_cut(data, 0, name);
	a.value = as_from(data, (uint64_t)name + 1);
	*right = as_ok(&c) && data.n > 0 && as_j2_crc(data) == sum;
	return a;
}

static as_j2_ref ref_of(const as_j2 *q, const raw *r)
{
	as_cur c = as_cur_of(r->bytes, HEADER, q->big);
	return (as_j2_ref){ .ino = as_u32(&c), .id = as_u32(&c), .number = as_u32(&c) };
}

static void damaged_at(as_j2 *q, uint64_t at, const char *text)
{
	q->damaged = true;
	(void)as_lost(q->u, at, text);
}

static void take(as_j2 *q, const raw *r)
{
	static const char *const labels[16] = { [1] = "name",
		[2] = "inode",
		[3] = "clean mark",
		[4] = "padding",
		[6] = "summary",
		[8] = "extended attribute",
		[9] = "reference to an attribute" };
	bool right = true;
	const char *label = labels[r->type & 15];
	if (!r->sound) {
		damaged_at(q, r->at, "a node's checksum is wrong, or it is cut off");
		return;
	}
	if (r->type == NAME)
		q->names[q->n_names] = name_of(q, r, &right);
	else if (r->type == INODE)
		q->nodes[q->n_nodes] = node_of(q, r, &right);
	else if (r->type == ATTRIBUTE)
		q->attributes[q->n_attributes] = attribute_of(q, r, &right);
	else if (r->type == REFERENCE)
		q->refs[q->n_refs++] = ref_of(q, r);
	else if (r->type != CLEAN && r->type != PADDING && r->type != SUMMARY)
		(void)as_refused(q->u, r->at, "unsupported", "a node of an unknown type");
	if (!right)
		damaged_at(q, r->at, "a node's name or value has a wrong checksum");
	q->n_names += right && r->type == NAME;
	q->n_nodes += right && r->type == INODE;
	q->n_attributes += right && r->type == ATTRIBUTE;
	uint64_t n = r->type == PADDING ? HEADER : r->bytes.n;
	as_struct(q->u, r->at, as_min(up(n, 4), q->body.n - r->at), label ? label : "node");
}

static as_status make_room(as_j2 *q)
{
	raw r;
	uint64_t at = 0, damage = 0;
	size_t n[4] = { 0 };
	while (next_node(q->body, q->big, &at, &r, &damage)) {
		n[0] += r.sound && r.type == NAME;
		n[1] += r.sound && r.type == INODE;
		n[2] += r.sound && r.type == ATTRIBUTE;
		n[3] += r.sound && r.type == REFERENCE;
	}
	as_arena *a = as_memory(q->u);
	as_status s =
		as_want(q->u, n[0] * sizeof(*q->names) + n[1] * sizeof(*q->nodes) +
				      n[2] * sizeof(*q->attributes) + n[3] * sizeof(*q->refs));
	if (s != AS_OK)
		return s;
	q->names = as_alloc_array(a, n[0] + 1, sizeof(*q->names));
	q->nodes = as_alloc_array(a, n[1] + 1, sizeof(*q->nodes));
	q->attributes = as_alloc_array(a, n[2] + 1, sizeof(*q->attributes));
	q->refs = as_alloc_array(a, n[3] + 1, sizeof(*q->refs));
	q->inodes = as_alloc_array(a, n[1] + 1, sizeof(*q->inodes));
	return q->names && q->nodes && q->attributes && q->refs && q->inodes ? AS_OK : AS_NOMEM;
}

/* The newest last; of two copies, the one that counts last. */
static int by_version(uint32_t va, uint32_t vb, bool oa, bool ob, uint64_t a, uint64_t b)
{
	if (va != vb)
		return va < vb ? -1 : 1;
	return oa != ob ? (oa ? -1 : 1) : a < b ? -1 : a > b;
}

static int node_order(const void *x, const void *y)
{
	const as_j2_node *a = x, *b = y;
	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	return by_version(a->version, b->version, a->obsolete, b->obsolete, a->at, b->at);
}

static int name_order(const void *x, const void *y)
{
	const as_j2_name *a = x, *b = y;
	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	size_t n = as_min(a->name.n, b->name.n);
	int c = n > 0 ? memcmp(a->name.p, b->name.p, n) : 0;
	if (c != 0 || a->name.n != b->name.n)
		return c != 0 ? c : a->name.n < b->name.n ? -1 : 1;
	return by_version(a->version, b->version, a->obsolete, b->obsolete, a->at, b->at);
}

static int attribute_order(const void *x, const void *y)
{
	const as_j2_attribute *a = x, *b = y;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->version < b->version ? -1 : a->version > b->version;
}

static int ref_order(const void *x, const void *y)
{
	const as_j2_ref *a = x, *b = y;
	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* Copies of a node (the garbage collector makes them) count once, the best of them. */
static void drop_copies(as_j2 *q)
{
	size_t kept = 0;
	for (size_t i = 0; i < q->n_nodes; i++) {
		const as_j2_node *next = i + 1 < q->n_nodes ? &q->nodes[i + 1] : NULL;
		const as_j2_node *node = &q->nodes[i];
		if (next && next->ino == node->ino && next->version == node->version &&
			!(next->wrong && !node->wrong))
			continue;
		if (kept > 0 && q->nodes[kept - 1].ino == node->ino &&
			q->nodes[kept - 1].version == node->version)
			continue; /* the one before it was the better one */
		q->nodes[kept++] = *node;
	}
	q->n_nodes = kept;
}

static void group(as_j2 *q)
{
	for (size_t i = 0; i < q->n_nodes; i++) {
		as_j2_inode *last = q->n_inodes > 0 ? &q->inodes[q->n_inodes - 1] : NULL;
		if (!last || last->ino != q->nodes[i].ino) {
			last = &q->inodes[q->n_inodes++];
			*last = (as_j2_inode){ .ino = q->nodes[i].ino, .first = i };
		}
		last->n++;
		q->longest = (size_t)as_max(q->longest, last->n);
	}
}

static void sort(void *list, size_t n, size_t size, int (*order)(const void *, const void *))
{
	if (n > 1)
		qsort(list, n, size, order);
}

static as_status collect(as_j2 *q)
{
	raw r;
	uint64_t at = 0, damage = 0;
	as_status s = make_room(q);
	if (s != AS_OK)
		return s;
	while (next_node(q->body, q->big, &at, &r, &damage)) {
		if (damage != UINT64_MAX)
			damaged_at(q, damage, "bytes between nodes that are none");
		take(q, &r);
	}
	sort(q->nodes, q->n_nodes, sizeof(*q->nodes), node_order);
	sort(q->names, q->n_names, sizeof(*q->names), name_order);
	sort(q->attributes, q->n_attributes, sizeof(*q->attributes), attribute_order);
	sort(q->refs, q->n_refs, sizeof(*q->refs), ref_order);
	drop_copies(q);
	group(q);
	return as_j2_prepare(q);
}

static void tell(as_j2 *q, const measure *m)
{
	as_span first = as_cut(q->body, m->from, 2);
	as_tell(q->u, first, "byte-order", as_lit(q->big ? "big-endian" : "little-endian"));
	if (m->block >= ERASE_MIN)
		as_tellf(q->u, first, "erase-block", "%llu", (unsigned long long)m->block);
	as_tellf(q->u, first, "nodes", "%zu", m->nodes);
}

static as_status unpack(as_unpack *u, as_span body)
{
	measure m = { 0 };
	raw first;
	uint64_t at = 0;
	as_j2 q = { .u = u, .body = body };
	if (!find_first(body, &m, &at, &first))
		return as_lost(u, 0, "no node is left");
	walk(body, 0, &m);
	q.big = m.big;
	q.pages.seed = q.listed.seed = (uintptr_t)&q ^ (uintptr_t)body.p << 16;
	tell(&q, &m);
	as_status s = collect(&q);
	if (s == AS_OK)
		s = as_j2_tree(&q);
	as_map_free(&q.pages);
	as_map_free(&q.listed);
	as_buf_free(&q.scratch);
	return s;
}

#define LITTLE(low, high)                                                                          \
	{                                                                                          \
		.bytes = "\x85\x19" low high, .len = 4, .at = 0                                    \
	}
#define BIG(low, high)                                                                             \
	{                                                                                          \
		.bytes = "\x19\x85" high low, .len = 4, .at = 0                                    \
	}

const as_format as_format_jffs2 = {
	.id = "jffs2",
	.title = "JFFS2",
	.kind = AS_FILESYSTEM,
	.magic = (const as_magic[]){ LITTLE("\x01", "\xe0"), LITTLE("\x02", "\xe0"),
		LITTLE("\x03", "\x20"), LITTLE("\x04", "\x20"), LITTLE("\x06", "\x20"),
		LITTLE("\x08", "\xe0"), LITTLE("\x09", "\xe0"), LITTLE("\x01", "\xc0"),
		LITTLE("\x02", "\xc0"), BIG("\x01", "\xe0"), BIG("\x02", "\xe0"),
		BIG("\x03", "\x20"), BIG("\x04", "\x20"), BIG("\x06", "\x20"), BIG("\x08", "\xe0"),
		BIG("\x09", "\xe0"), BIG("\x01", "\xc0"), BIG("\x02", "\xc0"), { 0 } },
	.anywhere = true,
	.glance = glance,
	.probe = probe,
	.unpack = unpack,
	.reads_through = true,
	.variants = (const char *const[]){ "little-endian and big-endian",
		"data stored, or packed by zlib, rtime, rubin (MIPS and dynamic), LZO, and LZMA as "
		"in OpenWrt",
		"with and without clean marks, summaries, padding to erase blocks or pages",
		"removed files, files written over, nodes marked as obsolete", NULL },
	.verifies =
		(const char *const[]){ "CRC-32 of each node's header, body, name and data", NULL },
	.keeps = (const char *const[]){ "mode", "owner", "time of change (1 s)", "device numbers",
		"hard links", "holes", "extended attributes and access lists", NULL },
	.samples = (const char *const[]){ "mkfs.jffs2 and sumtool (mtd-utils 2.1.5)",
		"rubin, LZMA, removed and overwritten files: generator from the published layout, "
		"not tried on a vendor's own image",
		NULL },
	.gaps = (const char *const[]){ "two file systems of one byte order that follow each other "
				       "directly are read as one",
		"clean marks in out-of-band bytes are not looked at", NULL },
	.spec = "https://sourceware.org/jffs2/jffs2.pdf",
	.see = NULL, /* no ordinary tool reads one from a file */
};
