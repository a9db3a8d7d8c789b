/* SPDX-License-Identifier: Apache-2.0 */
/* DMG (UDIF), the disk image of macOS, big-endian. Its last 512 bytes:
 *    0 "koly"   4 version u32 (4)   8 512 u32   12 flags   24 data fork u64, its bytes u64   40 resource fork u64, its
 *      bytes u64   56 segment u32, segments u32   80 sum of the data fork: kind u32, bits u32, value u32[32]
 *  216 property list u64, its bytes u64   352 sum of the partitions' sums   488 variant u32   492 sectors u64
 * The property list, in XML, has under "blkx" for each partition a name and, in base 64, its table (dmg_chunks.c);
 * before it there was a resource fork: 0 data u32   4 map u32; map: 24 types u16, names u16; types: n - 1 u16, then
 *    0 type   4 n - 1 u16   6 references u16, each 12 bytes: 2 name u16   4 flags u8, data u24
 * with their lengths before data and names.
 * Encrypted: "encrcdsa" at the start: 8 version u32   24 key's bits u32   52 block u32   56 size u64   64 contents u64;
 * or, older, "cdsaencr" at the end. */
#include "unpack/fmt/dmg.h"

#include "base/base64.h"

enum {
	TRAILER = 512,
	PARTITIONS_MOST = 1024,
	PLIST_MOST = 256 << 20,
};

typedef struct trailer {
	uint64_t data, data_n, resource, resource_n, plist, plist_n, sectors;
	uint32_t segments, variant;
	as_dmg_sum sum, master;
} trailer;

static bool read_trailer(as_span image, trailer *t)
{
	if (image.n <= TRAILER)
		return false;
	as_span raw = as_from(image, image.n - TRAILER);
	as_cur c = as_cur_be(raw, 4);
	uint32_t version = as_u32(&c), size = as_u32(&c);
	as_seek(&c, 24);
	*t = (trailer){ .data = as_u64(&c) };
	t->data_n = as_u64(&c);
	t->resource = as_u64(&c);
	t->resource_n = as_u64(&c);
	as_skip(&c, 4);
	t->segments = as_u32(&c);
	t->sum = as_dmg_sum_at(raw, 80);
	as_seek(&c, 216);
	t->plist = as_u64(&c);
	t->plist_n = as_u64(&c);
	t->master = as_dmg_sum_at(raw, 352);
	as_seek(&c, 488);
	t->variant = as_u32(&c);
	t->sectors = as_u64(&c);
	uint64_t room = image.n - TRAILER, end = 0;
	return as_starts(raw, "koly") && version == 4 && size == TRAILER &&
	       as_add(&end, t->data, t->data_n) && end <= room &&
	       ((t->plist_n > 0 && as_cut(image, t->plist, t->plist_n).n > 0) ||
		       (t->resource_n > 0 && as_cut(image, t->resource, t->resource_n).n > 0));
}

static bool data_fits(as_span image, const trailer *t)
{
	return t->sum.kind == AS_DMG_CRC32 &&
	       as_crc32(0, as_cut(image, t->data, t->data_n)) == t->sum.value;
}

/* Encrypted images: where they end; 0 for others. */
static uint64_t encrypted_end(as_span image)
{
	if (image.n > 8 && as_is(as_from(image, image.n - 8), "cdsaencr"))
		return image.n;
	as_cur c = as_cur_be(image, 8);
	uint32_t version = as_u32(&c);
	as_skip(&c, 40);
	uint64_t block = as_u32(&c), size = as_u64(&c), at = as_u64(&c), end = 0;
	if (!as_starts(image, "encrcdsa") || !as_ok(&c) || version != 2 || block < 16 ||
		block > 1 << 20 || at < 72 || !as_add(&end, size, block - 1) ||
		!as_add(&end, end / block * block, at))
		return 0;
	return as_min(end, image.n);
}

/* What stands between the next open and close from *at on; *at moves behind it. */
static bool between(as_span s, const char *open, const char *close, size_t *at, as_span *out)
{
	size_t from = as_find(s, as_lit(open), *at);
	size_t end = from == SIZE_MAX ? SIZE_MAX : as_find(s, as_lit(close), from);
	if (end == SIZE_MAX)
		return false;
	from += strlen(open);
	*at = end + strlen(close);
	*out = as_cut(s, from, end - from);
	return true;
}

/* The value of a key in a dictionary that holds no other one. */
static as_span value_of(as_span dict, const char *key, const char *open, const char *close)
{
	as_span value = { 0 };
	size_t at = as_find(dict, as_lit(key), 0);
	size_t next = at == SIZE_MAX ? SIZE_MAX : as_find(dict, as_lit("<key>"), at + 1);
	as_span here = as_cut(dict, 0, next == SIZE_MAX ? dict.n : next);
	if (at == SIZE_MAX || !between(here, open, close, &at, &value))
		return (as_span){ 0 };
	return value;
}

/* The first n bytes of base 64. */
static bool first_bytes(as_span text, uint8_t *out, size_t n)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t got = 0;
	for (size_t i = 0; i < text.n && got < n; i++) {
		int digit = as_base64_digit(text.p[i]);
		if (digit < 0)
			continue;
		bits = bits << 6 | (uint32_t)digit;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[got++] = (uint8_t)(bits >> have);
		}
	}
	return got == n;
}

/* What the sum of the partitions' sums is, each of four bytes at 72 of its table; tells it without memory. */
static bool list_fits(as_span image, const trailer *t)
{
	as_span xml = as_cut(image, t->plist, t->plist_n), array, dict;
	size_t at = as_find(xml, as_lit("<key>blkx</key>"), 0), in = 0;
	uint32_t sum = 0;
	if (t->master.kind != AS_DMG_CRC32 || at == SIZE_MAX ||
		!between(xml, "<array>", "</array>", &at, &array))
		return false;
	for (size_t n = 0; n < PARTITIONS_MOST && between(array, "<dict>", "</dict>", &in, &dict);
		n++) {
		uint8_t start[76];
		as_span data = value_of(dict, "<key>Data</key>", "<data>", "</data>");
		if (!first_bytes(data, start, sizeof(start)))
			return false;
		sum = as_crc32(sum, as_bytes(start + 72, 4));
	}
	return sum == t->master.value;
}

static as_status probe(as_span image, as_extent *out)
{
	trailer t;
	uint64_t end = encrypted_end(image);
	if (end > 0) {
		*out = (as_extent){ .size = end, .sure = AS_PLAUSIBLE };
		return AS_OK;
	}
	if (!read_trailer(image, &t))
		return AS_NOT_THIS;
	/* What is kept as it is begins like any disk, and that may have checksums, too. */
	*out = (as_extent){ .size = image.n,
		.sure = list_fits(image, &t) || data_fits(image, &t) ? AS_CHECKSUMMED
								     : AS_STRUCTURED };
	return AS_OK;
}

/* Reads the tables that the property list has; answers how many. */
static size_t read_plist(as_unpack *u, as_span xml, as_dmg_table *tables)
{
	size_t n = 0, at = as_find(xml, as_lit("<key>blkx</key>"), 0), in = 0;
	as_span array, dict;
	if (at == SIZE_MAX || !between(xml, "<array>", "</array>", &at, &array))
		return 0;
	while (n < PARTITIONS_MOST && between(array, "<dict>", "</dict>", &in, &dict)) {
		as_span data = value_of(dict, "<key>Data</key>", "<data>", "</data>");
		as_span name = value_of(dict, "<key>Name</key>", "<string>", "</string>");
		if (name.n == 0)
			name = value_of(dict, "<key>CFName</key>", "<string>", "</string>");
		tables[n++] = (as_dmg_table){ .name = as_trim(name),
			.raw = as_base64(as_memory(u), data) };
	}
	return n;
}

/* The same from a resource fork. */
static size_t read_fork(as_span fork, as_dmg_table *tables)
{
	as_cur c = as_cur_be(fork, 0);
	as_span data = as_from(fork, as_u32(&c));
	as_span map = as_from(fork, as_u32(&c));
	c = as_cur_be(map, 24);
	as_span types = as_from(map, as_u16(&c));
	as_span names = as_from(map, as_u16(&c));
	as_cur t = as_cur_be(types, 0);
	size_t n = 0;
	for (uint32_t left = as_u16(&t) + 1u; left > 0 && as_ok(&t); left--) {
		bool wanted = as_is(as_take(&t, 4), "blkx");
		uint32_t count = as_u16(&t) + 1u;
		as_cur r = as_cur_be(types, as_min(as_u16(&t), types.n));
		for (; wanted && count > 0 && n < PARTITIONS_MOST && as_left(&r) >= 12; count--) {
			as_skip(&r, 2);
			uint64_t name = as_u16(&r), at = as_u32(&r) & 0xffffff;
			as_skip(&r, 4);
			as_cur d = as_cur_be(data, as_min(at, data.n));
			uint32_t size = as_u32(&d);
			tables[n++] = (as_dmg_table){ .raw = as_take(&d, size),
				.name = as_cut(names, name + 1, as_at(names, name)) };
		}
	}
	return n;
}

/* Whether the sum of all partitions' sums, as four bytes each, is the one told. */
static bool master_fits(const trailer *t, const as_dmg_table *tables, size_t n)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum = as_crc32(sum, as_cut(tables[i].raw, 72, 4));
	return t->master.kind != AS_DMG_CRC32 || sum == t->master.value;
}

static as_status refuse_encrypted(as_unpack *u, as_span body)
{
	as_cur c = as_cur_be(body, 24);
	as_struct(u, 0, body.n, "encrypted disk image");
	if (as_starts(body, "encrcdsa"))
		as_tellf(u, as_cut(body, 24, 4), "key bits", "%u", as_u32(&c));
	return as_refused(u, 0, "encrypted", "the disk image is encrypted");
}

static as_status put_all(as_unpack *u, as_span body, const trailer *t, as_dmg_table *tables)
{
	bool xml = t->plist_n > 0;
	as_span list = as_cut(body, xml ? t->plist : t->resource, xml ? t->plist_n : t->resource_n);
	size_t n = list.n <= PLIST_MOST
			   ? xml ? read_plist(u, list, tables) : read_fork(list, tables)
			   : 0;
	as_status s = AS_OK;
	if (n == 0)
		return as_lost(u, xml ? t->plist : t->resource, "no table of partitions was found");
	if (n == PARTITIONS_MOST)
		s = as_refused(u, 0, "limit", "too many partitions: not all are told");
	if (t->sum.kind == AS_DMG_CRC32 && !data_fits(body, t))
		s = as_worse(s, as_lost(u, t->data, "checksum of the data fork is wrong"));
	if (!master_fits(t, tables, n))
		s = as_worse(s, as_lost(u, body.n - TRAILER + 352,
					"the checksum over the partitions' checksums is wrong"));
	for (size_t i = 0; i < n && s <= AS_PARTIAL; i++)
		s = as_worse(s, as_dmg_put(u, body, t->data, &tables[i]));
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	trailer t;
	if (encrypted_end(body) > 0)
		return refuse_encrypted(u, body);
	if (!read_trailer(body, &t))
		return as_lost(u, body.n, "the trailer is damaged");
	uint64_t at = body.n - TRAILER;
	as_struct(u, at, TRAILER, "DMG trailer");
	as_struct(u, t.plist, t.plist_n, "DMG property list");
	as_struct(u, t.resource, t.resource_n, "DMG resource fork");
	as_tellf(u, as_cut(body, at + 492, 8), "sectors", "%llu", (unsigned long long)t.sectors);
	as_status s = AS_OK;
	if (t.segments > 1)
		s = as_refused(u, at, "unsupported",
			"the image goes on in other files: what only they have is lost");
	as_dmg_table *tables = as_alloc_array(as_memory(u), PARTITIONS_MOST, sizeof(*tables));
	return tables ? as_worse(s, put_all(u, body, &t, tables)) : AS_NOMEM;
}

const as_format as_format_dmg = {
	.id = "dmg",
	.title = "macOS disk image (DMG)",
	.kind = AS_CARRIER,
	.magic = NULL, /* its trailer stands at the end */
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "chunks as they are, zeros, ADC, zlib, bzip2, LZFSE, xz",
		"tables in a property list or in a resource fork", "encrypted ones are recognised",
		NULL },
	.verifies =
		(const char *const[]){
			"CRC-32 of the data fork, of each partition and over all", NULL },
	.keeps = (const char *const[]){ "each partition's name", "holes", NULL },
	.samples =
		(const char *const[]){ "generator from the published layout, held against 7-Zip "
				       "22.01 and dmg2img 1.6.7; not tried on a vendor's own image",
			"chunks of LZFSE: Apple's own program (lzfse 0.4.2 of PyPI)", NULL },
	.gaps =
		(const char *const[]){
			"images in several files, images whose trailer stands at the start",
			"NDIF (older than UDIF) is not recognised",
			"signatures are not verified; other checksums than CRC-32 are not checked",
			"searched only at the end of an object", NULL },
	.spec = "https://newosxbook.com/DMG.html",
	.see = "dmg2img IN OUT",
};
