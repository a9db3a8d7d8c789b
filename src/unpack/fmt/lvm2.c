/* SPDX-License-Identifier: Apache-2.0 */
/* LVM2: a physical volume of Linux's volume manager, little-endian. A label in one of the first four sectors:
 *    0 "LABELONE"   8 its sector u64   16 CRC of the rest u32   20 offset of the header u32   24 "LVM2 001"; header:
 *    0 UUID, 32 letters   32 size u64   40 data areas, then metadata areas: offset u64, size u64; 0, 0 ends each
 * A metadata area:
 *    0 CRC of the next 508 bytes   4 " LVM2 x[5A%r0N*>"   20 version u32   24 its offset u64   32 its size u64
 *   40 where the text stands in it: offset u64, size u64, CRC u32; what runs past its end goes on at 512
 * The text: VG { extent_size physical_volumes { NAME { id pe_start } } logical_volumes { NAME { segmentN { start_extent
 * extent_count type stripe_count stripe_size stripes = [ "PV", extent ] } } } }; sizes in sectors.
 * CRCs are CRC-32 begun with f597a6cf, not inverted. */
#include "unpack/disk.h"

enum {
	SECTOR = 512,
	LABELS = 4,
	AREAS_MAX = 16,
	MDA_HEADER = 512,
	TEXT_MAX = 16 << 20,
	STRIPES_MAX = 64,
	VOLUMES_MAX = 4096,
};

typedef struct label {
	uint64_t at, size; /* of the label; of the volume, 0: not told */
	as_span uuid;
	uint64_t mda_at[AREAS_MAX], mda_len[AREAS_MAX];
	size_t n_mdas;
} label;

static uint32_t crc(as_span s) { return ~as_crc32(~0xf597a6cfu, s); }

static bool label_at(as_span image, uint64_t at, label *l)
{
	as_span raw = as_cut(image, at, SECTOR);
	as_cur c = as_cur_le(raw, 8);
	uint64_t sector = as_u64(&c);
	uint32_t sum = as_u32(&c), header = as_u32(&c);
	if (!as_starts(raw, "LABELONE") || sector != at / SECTOR ||
		!as_is(as_take(&c, 8), "LVM2 001") || crc(as_from(raw, 20)) != sum)
		return false;
	*l = (label){ .at = at };
	as_seek(&c, header);
	l->uuid = as_take(&c, 32);
	l->size = as_u64(&c);
	for (unsigned list = 0; list < 2;) {
		uint64_t area = as_u64(&c), n = as_u64(&c);
		if (!as_ok(&c))
			return false;
		if (area == 0)
			list++;
		else if (list == 1 && l->n_mdas < AREAS_MAX) {
			l->mda_at[l->n_mdas] = area;
			l->mda_len[l->n_mdas++] = n;
		}
	}
	return true;
}

static bool find_label(as_span image, label *l)
{
	for (uint64_t i = 0; i < LABELS; i++)
		if (label_at(image, i * SECTOR, l))
			return true;
	return false;
}

static as_status probe(as_span image, as_extent *out)
{
	label l;
	if (!find_label(image, &l))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n, .sure = AS_CHECKSUMMED };
	if (l.size > l.at + SECTOR)
		out->size = as_min(l.size, image.n);
	return AS_OK;
}

/* The text of the i-th metadata area; empty if its checksums are wrong. */
static as_span text_of(as_unpack *u, as_span body, const label *l, size_t i)
{
	as_span head = as_cut(body, l->mda_at[i], MDA_HEADER);
	as_cur c = as_cur_le(head, 0);
	uint32_t sum = as_u32(&c);
	as_span magic = as_take(&c, 16);
	as_skip(&c, 4);
	uint64_t start = as_u64(&c), size = as_u64(&c), at = as_u64(&c), n = as_u64(&c);
	uint32_t text_sum = as_u32(&c);
	if (!as_ok(&c) || !as_is(magic, " LVM2 x[5A%r0N*>") || crc(as_from(head, 4)) != sum ||
		start != l->mda_at[i] || n == 0 || n > TEXT_MAX || at >= size || size < MDA_HEADER)
		return (as_span){ 0 };
	as_span area = as_cut(body, start, size);
	uint64_t first = as_min(n, size - at);
	as_span text = as_cut(area, at, first);
	if (first < n) {
		as_buf b = { 0 };
		as_buf_add(&b, text.p, text.n);
		as_span more = as_cut(area, MDA_HEADER, n - first);
		as_buf_add(&b, more.p, more.n);
		text = as_copy(as_memory(u), as_buf_span_of(&b));
		as_buf_free(&b);
	}
	return text.n == n && crc(text) == text_sum ? text : (as_span){ 0 };
}

/* KEY = VALUE or KEY { ... }: value is what stands after the sign, or between the braces. */
typedef struct item {
	as_span key, value;
	bool section;
} item;

static size_t skip_blank(as_span s, size_t at)
{
	while (at < s.n) {
		uint8_t b = s.p[at];
		if (b == '#')
			at = as_min(as_find_byte(s, '\n', at), s.n);
		else if (b == ' ' || b == '\t' || b == '\n' || b == '\r' || b == 0)
			at++;
		else
			break;
	}
	return at;
}

/* Behind the end of what begins at at: a string, or anything up to the closing sign of the one that was opened. */
static size_t behind(as_span s, size_t at, uint8_t opens, uint8_t closes)
{
	size_t depth = 1;
	while (at < s.n && depth > 0) {
		uint8_t b = s.p[at++];
		if (b == '"')
			while (at < s.n && s.p[at++] != '"')
				at += s.p[at - 1] == '\\';
		else if (b == '#' && opens == '{')
			at = as_min(as_find_byte(s, '\n', at), s.n);
		else
			depth += b == opens ? 1 : b == closes ? SIZE_MAX : 0;
	}
	return as_min(at, s.n);
}

static bool next(as_span s, size_t *at, item *out)
{
	size_t from = skip_blank(s, *at), to = from;
	while (to < s.n &&
		(as_printable(s.p[to]) && s.p[to] != ' ' && s.p[to] != '=' && s.p[to] != '{'))
		to++;
	*out = (item){ .key = as_cut(s, from, to - from) };
	size_t sign = skip_blank(s, to);
	uint8_t b = as_at(s, sign);
	if (out->key.n == 0 || (b != '=' && b != '{'))
		return false;
	out->section = b == '{';
	size_t begin = skip_blank(s, sign + 1), end = begin;
	if (out->section)
		end = behind(s, begin = sign + 1, '{', '}');
	else if (as_at(s, begin) == '[')
		end = behind(s, begin + 1, '[', ']');
	else
		end = as_min(as_find_byte(s, '\n', begin), s.n);
	out->value = as_cut(s, begin, end - begin);
	*at = end;
	return true;
}

static item find(as_span s, const char *key)
{
	item i;
	for (size_t at = 0; next(s, &at, &i);)
		if (as_is(i.key, key))
			return i;
	return (item){ 0 };
}

static uint64_t number(as_span s, const char *key)
{
	uint64_t n = 0;
	(void)as_number(as_word(find(s, key).value, 0), 10, &n);
	return n;
}

/* A value without its quotes, and without a comment behind them. */
static as_span text(as_span value)
{
	size_t end = as_at(value, 0) == '"' ? as_find_byte(value, '"', 1) : SIZE_MAX;
	return end == SIZE_MAX ? as_word(value, 0) : as_cut(value, 1, end - 1);
}

typedef struct group {
	as_unpack *u;
	as_span body, volumes;    /* physical_volumes */
	as_span own;              /* the name of this one in the text */
	uint64_t extent, data_at; /* bytes of an extent; where this volume's first stands */
} group;

static bool same_uuid(as_span raw, as_span dashed)
{
	size_t n = 0;
	for (size_t i = 0; i < dashed.n; i++) {
		if (dashed.p[i] == '-')
			continue;
		if (n >= raw.n || raw.p[n++] != dashed.p[i])
			return false;
	}
	return n == raw.n;
}

/* The sector of the volume's first extent; false if the text does not know the volume. */
static bool find_own(group *g, as_span uuid)
{
	item i;
	for (size_t at = 0; next(g->volumes, &at, &i);) {
		if (!i.section || !same_uuid(uuid, text(find(i.value, "id").value)))
			continue;
		g->own = i.key;
		return as_mul(&g->data_at, number(i.value, "pe_start"), SECTOR);
	}
	return false;
}

typedef struct segment {
	uint64_t n, stripe; /* bytes of it; of a stripe */
	size_t n_stripes;
	uint64_t at[STRIPES_MAX]; /* where each stands; UINT64_MAX: not here */
	bool known;
} segment;

static segment read_segment(const group *g, as_span s)
{
	segment out = { 0 };
	uint64_t count = number(s, "stripe_count"), extents = number(s, "extent_count");
	as_span list = find(s, "stripes").value;
	bool ok = as_is(text(find(s, "type").value), "striped") && count > 0 &&
		  count <= STRIPES_MAX && as_mul(&out.n, extents, g->extent);
	out.stripe = number(s, "stripe_size") * SECTOR;
	out.n_stripes = ok ? (size_t)count : 0;
	for (size_t i = 0; i < out.n_stripes; i++) {
		as_span name = text(as_trim(as_field(as_from(list, 1), ',', 2 * i)));
		as_span place = as_trim(as_field(as_from(list, 1), ',', 2 * i + 1));
		while (place.n > 0 && (place.p[place.n - 1] < '0' || place.p[place.n - 1] > '9'))
			place = as_cut(place, 0, place.n - 1);
		uint64_t extent = 0, at = 0;
		bool here = as_same(name, g->own) && as_number(place, 10, &extent) &&
			    as_mul(&at, extent, g->extent) && as_add(&at, at, g->data_at);
		out.at[i] = here ? at : UINT64_MAX;
	}
	out.known = ok && (count == 1 || out.stripe > 0) && out.n > 0;
	return out;
}

static as_status piece(group *g, as_disk *d, uint64_t at, uint64_t n)
{
	return at == UINT64_MAX
		       ? as_disk_lost(d, g->body.n, n,
				 "part of a logical volume stands on another physical volume")
		       : as_disk_at(d, at, n);
}

static as_status put_segment(group *g, as_disk *d, const segment *s)
{
	as_status st = AS_OK;
	if (s->n_stripes == 1)
		return piece(g, d, s->at[0], s->n);
	if (s->n / s->n_stripes > g->body.n)
		return as_disk_lost(d, 0, s->n, "a logical volume is larger than its physical one");
	for (uint64_t done = 0, row = 0; done < s->n && st <= AS_PARTIAL && d->done < d->size;
		row++)
		for (size_t i = 0; i < s->n_stripes && done < s->n && st <= AS_PARTIAL; i++) {
			uint64_t n = as_min(s->stripe, s->n - done), at = s->at[i];
			at = at == UINT64_MAX ? at : at + row * s->stripe;
			st = as_worse(st, piece(g, d, at, n));
			done += n;
		}
	return st;
}

static as_status put_volume(group *g, const item *lv)
{
	uint64_t size = 0, count = number(lv->value, "segment_count");
	segment s = { 0 };
	item i;
	as_disk d;
	bool known = count > 0;
	for (size_t at = 0; next(lv->value, &at, &i);) {
		if (!i.section || !as_starts(i.key, "segment"))
			continue;
		s = read_segment(g, i.value);
		known = known && s.known && as_add(&size, size, s.n);
	}
	const char *key = (const char *)as_print(
		as_memory(g->u), "volume %.*s", (int)lv->key.n, (const char *)lv->key.p)
				  .p;
	as_tellf(g->u, lv->key, key ? key : "volume", "size=%llu segments=%llu",
		(unsigned long long)size, (unsigned long long)count);
	if (!known)
		return as_refused(
			g->u, 0, "unsupported", "a logical volume that is not linear or striped");
	as_entry one = { .at = s.at[0], .type = AS_PART, .name = lv->key };
	if (s.n == size && s.n_stripes == 1 && s.at[0] != UINT64_MAX) {
		one.data = as_cut(g->body, s.at[0], s.n);
		if (one.data.n == s.n)
			return as_put(g->u, NULL, &one, NULL);
	}
	as_status st = as_disk_begin(&d, g->u, g->body, size, "");
	d.name = lv->key;
	for (size_t at = 0; st <= AS_PARTIAL && next(lv->value, &at, &i);) {
		if (!i.section || !as_starts(i.key, "segment"))
			continue;
		s = read_segment(g, i.value);
		st = as_worse(st, put_segment(g, &d, &s));
	}
	return as_disk_end(&d, st, "pieces of logical volumes");
}

static as_status open_group(as_unpack *u, as_span body, const label *l, as_span all)
{
	group g = { .u = u, .body = body };
	item vg = { 0 }, lv;
	as_status s = AS_OK;
	for (size_t at = 0; next(all, &at, &vg) && !vg.section;)
		;
	g.volumes = find(vg.value, "physical_volumes").value;
	if (!vg.section || !as_mul(&g.extent, number(vg.value, "extent_size"), SECTOR) ||
		g.extent == 0)
		return as_lost(u, l->at, "the metadata cannot be understood");
	as_tell(u, vg.key, "volume-group", vg.key);
	as_tellf(u, vg.key, "extent-size", "%llu", (unsigned long long)g.extent);
	if (!find_own(&g, l->uuid))
		return as_lost(u, l->at, "the metadata does not know this volume");
	as_span volumes = find(vg.value, "logical_volumes").value;
	size_t at = 0;
	for (unsigned i = 0; s <= AS_PARTIAL && next(volumes, &at, &lv); i++) {
		if (i == VOLUMES_MAX)
			return as_worse(s, as_lost(u, l->at, "more than 4096 logical volumes"));
		if (lv.section)
			s = as_worse(s, put_volume(&g, &lv));
	}
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	label l;
	as_status s = AS_OK;
	as_span found = { 0 };
	if (!find_label(body, &l))
		return as_lost(u, 0, "no label");
	as_struct(u, l.at, SECTOR, "LVM2 label");
	as_tell(u, l.uuid, "uuid", l.uuid);
	for (size_t i = 0; i < l.n_mdas; i++) {
		uint64_t at = l.mda_at[i];
		if (at < body.n)
			as_struct(u, at, as_min(l.mda_len[i], body.n - at), "LVM2 metadata");
		as_span one = text_of(u, body, &l, i);
		if (one.n == 0)
			s = as_worse(s, as_lost(u, as_min(at, body.n),
						"a metadata area is empty or damaged"));
		found = found.n > 0 ? found : one;
	}
	return found.n > 0 ? as_worse(s, open_group(u, body, &l, found)) : s;
}

const as_format as_format_lvm2 = {
	.id = "lvm2",
	.title = "LVM2 physical volume",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "LABELONE", .len = 8, .at = SECTOR },
		{ .bytes = "LABELONE", .len = 8, .at = 0 },
		{ .bytes = "LABELONE", .len = 8, .at = 2 * SECTOR },
		{ .bytes = "LABELONE", .len = 8, .at = 3 * SECTOR }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "linear and striped logical volumes", NULL },
	.verifies = (const char *const[]){ "CRC-32 of label, metadata area and text; the second "
					   "area is used where the "
					   "first is wrong",
		NULL },
	.keeps = (const char *const[]){ "names of groups and volumes, UUID", NULL },
	.samples = (const char *const[]){ "pvcreate, vgcreate and vgcfgrestore 2.03", NULL },
	.gaps = (const char *const[]){ "mirrors, RAID, thin and cached volumes, snapshots",
		"volumes that stand on several physical volumes are not joined",
		"searched only at the start of an object", NULL },
	.spec = "https://www.sourceware.org/lvm2/",
	.see = NULL,
};
