/* SPDX-License-Identifier: Apache-2.0 */
/* A UEFI firmware volume, little-endian (Platform Initialization specification, volume 3):
 *    0 zeros, 16   16 GUID of the file system   32 length u64   40 "_FVH"   44 attributes   48 header length u16
 *   50 sum u16: all words of the header give 0   52 offset of a further header u16 (its GUID, its size u32)
 *   55 revision   56 blocks: number and size, until both are 0
 * Files follow, on eight bytes:
 *    0 GUID   16 sum of the header   17 sum of the data, or aa   18 type   19 attributes (1: large, 40: data summed)
 *   20 size, 24 bits   23 state   [24 size u64 if large]
 * Most consist of sections, on four bytes: size, 24 bits (ffffff: u32 at 4), type, then what the type says. Some
 * hold sections in turn, packed or not: they are followed here; the volumes in them are objects of their own.
 * A file is a folder, named by the text that a section gives it for people, or by its GUID. */
#include "base/map.h"
#include "unpack/fmt/uefi_fv.h"

enum { HEADER = 56, FILE_HEADER = 24, LARGE_HEADER = 32, NAME_LEN = 128 };
enum { LARGE = 1, SUMMED = 0x40, NOT_SUMMED = 0xaa };
enum { RAW_FILE = 1, PAD_FILE = 0xf0 };
enum {
	STANDARD = 1,
	COMPRESSION = 1,
	GUIDED = 2,
	USER_NAME = 0x15,
	VOLUME = 0x17,
	FREEFORM = 0x18
};
enum { LEAVES_MAX = 256, DEPTH = 8, NEEDS_PROCESSING = 1 };

#define FFS2 "\x78\xe5\x8c\x8c\x3d\x8a\x1c\x4f\x99\x35\x89\x61\x85\xc3\x2d\xd3"
#define FFS3 "\x7a\xc0\x73\x54\xcb\x3d\xca\x4d\xbd\x6f\x1e\x96\x89\xe7\x34\x9a"
#define NVRAM "\x8d\x2b\xf1\xff\x96\x76\x8b\x4c\xa9\x85\x27\x47\x07\x5b\x4f\x50"
#define LZMA "\x98\x58\x4e\xee\x14\x39\x59\x42\x9d\x6e\xdc\x7b\xd7\x94\x03\xcf"
#define LZMA_X86 "\xbd\xe6\x2a\xd4\x52\x13\xfb\x4b\x90\x9a\xca\x72\xa6\xea\xe8\x89"
#define TIANO "\xad\x80\x12\xa3\x1e\x48\xb6\x41\x95\xe8\x12\x7f\x4c\x98\x47\x79"
#define BROTLI "\x50\x20\x53\x3d\xda\x5c\xd0\x4f\x87\x9e\x0f\x7f\x63\x0d\x5a\xfb"
#define CRC32 "\xb0\xcd\x1b\xfc\x31\x7d\xaa\x49\x93\x6a\xa4\x60\x0d\x9d\xd0\x83"

typedef struct volume {
	as_span guid;
	uint64_t size, first; /* of all; where the files begin */
} volume;

typedef struct leaf {
	uint8_t type;
	as_span data;
} leaf;

/* The sections of one file that hold no others. */
typedef struct leaves {
	as_unpack *u;
	uint64_t at; /* of the file: where losses are told */
	leaf list[LEAVES_MAX];
	size_t n;
	as_status s;
	uint64_t room; /* bytes that packed sections of the volume may still unpack to */
	as_map seen;   /* names of files */
} leaves;

static bool read_volume(as_span image, volume *v)
{
	as_cur c = as_cur_le(image, AS_UEFI_GUID);
	v->guid = as_take(&c, AS_UEFI_GUID);
	v->size = as_u64(&c);
	as_skip(&c, 8);
	uint16_t len = as_u16(&c);
	as_skip(&c, 2);
	uint16_t more = as_u16(&c), sum = 0;
	as_cur words = as_cur_le(as_cut(image, 0, len), 0);
	for (unsigned i = 0; i < len / 2u; i++)
		sum = (uint16_t)(sum + as_u16(&words));
	if (!as_ok(&c) || !as_ok(&words) || len < HEADER || len % 2 || sum != 0 || v->size < len)
		return false;
	v->first = len;
	as_cur extra = as_cur_le(image, (uint64_t)more + AS_UEFI_GUID);
	uint32_t extra_len = as_u32(&extra);
	if (more >= len && as_ok(&extra) && (uint64_t)more + extra_len < v->size)
		v->first = ((uint64_t)more + extra_len + 7) & ~UINT64_C(7);
	return true;
}

static as_status probe(as_span image, as_extent *out)
{
	volume v;
	if (!read_volume(image, &v))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(v.size, image.n), .sure = AS_CHECKSUMMED };
	return AS_OK;
}

static void gather(leaves *l, as_span s, unsigned depth);

static bool packing_of(as_span guid, as_uefi_packing *how)
{
	static const struct known {
		const char *guid;
		as_uefi_packing how;
	} known[] = { { LZMA, AS_UEFI_LZMA }, { LZMA_X86, AS_UEFI_LZMA_X86 },
		{ TIANO, AS_UEFI_TIANO }, { BROTLI, AS_UEFI_BROTLI } };
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		*how = known[i].how;
		if (as_uefi_is_guid(guid, known[i].guid))
			return true;
	}
	return false;
}

static void gather_guided(leaves *l, as_span all, as_span section, size_t head, unsigned depth)
{
	as_cur c = as_cur_le(section, 0);
	as_span guid = as_take(&c, AS_UEFI_GUID);
	uint16_t from = as_u16(&c), attributes = as_u16(&c);
	as_span data = as_from(all, from);
	as_uefi_packing how;
	if (!as_ok(&c) || from < head + AS_UEFI_GUID + 4) {
		l->s = as_worse(l->s, as_lost(l->u, l->at, "a section is damaged"));
		return;
	}
	if (as_uefi_is_guid(guid, CRC32)) {
		as_cur sum = as_cur_le(section, as_pos(&c));
		if (as_u32(&sum) != as_crc32(0, data))
			l->s = as_worse(
				l->s, as_lost(l->u, l->at, "checksum of a section is wrong"));
		gather(l, data, depth + 1);
	} else if (packing_of(guid, &how)) {
		data = as_uefi_unpacked(l->u, l->at, how, data, &l->room, &l->s);
		gather(l, data, depth + 1);
	} else if (attributes & NEEDS_PROCESSING) {
		l->s = as_worse(l->s, as_refused(l->u, l->at, "unsupported",
					      "a section is packed in a way that is not known"));
		if (l->n < LEAVES_MAX)
			l->list[l->n++] = (leaf){ GUIDED, data };
	} else {
		gather(l, data, depth + 1);
	}
}

static void gather_compressed(leaves *l, as_span section, unsigned depth)
{
	as_cur c = as_cur_le(section, 4);
	uint8_t how = as_u8(&c);
	as_span data = as_from(section, as_pos(&c));
	if (how == 0 || how == STANDARD) {
		if (how == STANDARD)
			data = as_uefi_unpacked(
				l->u, l->at, AS_UEFI_STANDARD, data, &l->room, &l->s);
		gather(l, data, depth + 1);
		return;
	}
	l->s = as_worse(l->s, as_refused(l->u, l->at, "unsupported",
				      "a section is packed in a way that is not known"));
	if (l->n < LEAVES_MAX)
		l->list[l->n++] = (leaf){ COMPRESSION, data };
}

static void gather(leaves *l, as_span s, unsigned depth)
{
	as_cur c = as_cur_le(s, 0);
	while (as_left(&c) >= 4 && l->s <= AS_PARTIAL) {
		size_t at = as_pos(&c), head = 4;
		uint64_t size = as_uint(&c, 3);
		uint8_t type = as_u8(&c);
		if (size == 0xffffff) {
			size = as_u32(&c);
			head = 8;
		}
		as_span all = as_cut(s, at, size), section = as_from(all, head);
		if (size == 0 && as_all(as_from(s, at), 0))
			return; /* padding */
		if (!as_ok(&c) || size < head || all.n != size || l->n == LEAVES_MAX ||
			depth > DEPTH) {
			l->s = as_worse(l->s, as_lost(l->u, l->at, "sections are damaged"));
			return;
		}
		if (type == COMPRESSION)
			gather_compressed(l, section, depth);
		else if (type == GUIDED)
			gather_guided(l, all, section, head, depth);
		else
			l->list[l->n++] = (leaf){ type, section };
		as_seek(&c, at + size);
		if (as_left(&c) > 0)
			as_skip(&c, as_min((4 - (at + size) % 4) % 4, as_left(&c)));
	}
}

/* The name for people, of UCS-2 only what is ASCII; empty if there is none. */
static as_span user_name(leaves *l)
{
	char name[NAME_LEN];
	for (size_t i = 0; i < l->n; i++) {
		if (l->list[i].type != USER_NAME)
			continue;
		as_cur c = as_cur_le(l->list[i].data, 0);
		size_t n = 0;
		for (uint16_t b; n < NAME_LEN - 1 && (b = as_u16(&c)) != 0;)
			name[n++] =
				b < 0x80 && b != '/' && as_printable((uint8_t)b) ? (char)b : '_';
		return as_print(as_memory(l->u), "%.*s", (int)n, name);
	}
	return (as_span){ 0 };
}

static const struct kind {
	uint8_t type;
	const char *name;
} kinds[] = { { COMPRESSION, "compressed" }, { GUIDED, "packed" }, { 0x10, "image.efi" },
	{ 0x11, "image.pic" }, { 0x12, "image.te" }, { 0x13, "dxe-depends" }, { 0x14, "version" },
	{ 0x16, "image.com" }, { VOLUME, "volume" }, { FREEFORM, "freeform" }, { 0x19, "raw" },
	{ 0x1b, "pei-depends" }, { 0x1c, "mm-depends" } };

static as_status put_leaf(as_unpack *u, as_node *dir, uint64_t at, const leaf *l, size_t i)
{
	const char *name = "section";
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		name = kinds[k].type == l->type ? kinds[k].name : name;
	as_entry e = { .at = at, .type = AS_FILE, .data = l->data };
	e.name = as_print(as_memory(u), "%zu-%s", i, name);
	e.hint = l->type == VOLUME ? "uefi_fv" : NULL;
	return l->type == USER_NAME || l->data.n == 0 ? AS_OK : as_put(u, dir, &e, NULL);
}

/* Several files may have one name, and even one GUID: from the second on where it stands is added. */
static as_span own_name(as_unpack *u, as_map *seen, uint64_t at, as_span name, as_status *s)
{
	uint64_t key = as_hash64(0, name), before = 0;
	if (as_map_get(seen, key, &before))
		return as_print(as_memory(u), "%.*s-0x%llx", (int)name.n, (const char *)name.p,
			(unsigned long long)at);
	*s = as_worse(*s, as_map_set(seen, key, at));
	return name;
}

static as_status put_file(leaves *l, uint64_t at, as_span guid, uint8_t type, as_span data)
{
	as_unpack *u = l->u;
	as_node *dir = NULL;
	l->at = at;
	l->n = 0;
	l->s = AS_OK;
	as_entry e = { .at = at, .name = as_uefi_guid(as_memory(u), guid) };
	if (type == RAW_FILE) {
		e.name = own_name(u, &l->seen, at, e.name, &l->s);
		e.type = AS_FILE;
		e.data = data;
		return as_worse(l->s, as_put(u, NULL, &e, NULL));
	}
	gather(l, data, 0);
	as_span name = user_name(l);
	e.type = AS_DIR;
	e.name = own_name(u, &l->seen, at, name.n > 0 ? name : e.name, &l->s);
	as_status s = l->s <= AS_PARTIAL ? as_worse(l->s, as_put(u, NULL, &e, &dir)) : l->s;
	for (size_t i = 0; i < l->n && s <= AS_PARTIAL; i++)
		s = as_worse(s, put_leaf(u, dir, at, &l->list[i], i));
	return s;
}

static uint8_t sum_of(as_span s)
{
	uint8_t sum = 0;
	for (size_t i = 0; i < s.n; i++)
		sum = (uint8_t)(sum + s.p[i]);
	return sum;
}

/* Reads the file at offset at; its size, or 0 if no file begins there. */
static uint64_t take_file(leaves *l, as_span body, uint64_t at, as_status *s)
{
	as_unpack *u = l->u;
	as_cur c = as_cur_le(body, at);
	as_span guid = as_take(&c, AS_UEFI_GUID);
	as_skip(&c, 1);
	uint8_t data_sum = as_u8(&c), type = as_u8(&c), attributes = as_u8(&c);
	uint64_t size = as_uint(&c, 3), head = attributes & LARGE ? LARGE_HEADER : FILE_HEADER;
	uint8_t state = as_u8(&c);
	if (attributes & LARGE)
		size = as_u64(&c);
	/* The sum leaves out the data's sum and the state. */
	uint8_t sum = (uint8_t)(sum_of(as_cut(body, at, head)) - data_sum - state);
	if (!as_ok(&c) || sum != 0 || size < head)
		return 0;
	as_span data = as_cut(body, at + head, size - head);
	if (data.n != size - head) {
		*s = as_worse(*s, as_lost(u, at, "a file runs past the end"));
		data = as_from(body, at + head);
	}
	as_struct(u, at, as_min(size, body.n - at), "firmware file");
	uint64_t end = at + as_min(size, body.n - at), pad = (8 - end % 8) % 8;
	as_span gap = as_cut(body, end, pad);
	if (as_all(gap, 0xff) || as_all(gap, 0))
		as_struct(u, end, gap.n, "alignment");
	uint8_t right = attributes & SUMMED ? (uint8_t)-sum_of(data) : NOT_SUMMED;
	if (type == PAD_FILE)
		return size;
	if (data_sum != right)
		*s = as_worse(*s, as_lost(u, at, "checksum of a file is wrong"));
	*s = as_worse(*s, put_file(l, at, guid, type, data));
	return size;
}

static as_status unpack(as_unpack *u, as_span body)
{
	volume v;
	if (!read_volume(body, &v))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, as_min(v.first, body.n), "firmware volume header");
	as_tell(u, v.guid, "file-system", as_uefi_guid(as_memory(u), v.guid));
	as_status s = v.size > body.n ? as_lost(u, body.n, "volume is cut off") : AS_OK;
	if (as_uefi_is_guid(v.guid, NVRAM)) {
		as_tell(u, v.guid, "content", as_lit("variables (NVRAM)"));
		return as_worse(s, as_uefi_variables(u, body, v.first));
	}
	if (!as_uefi_is_guid(v.guid, FFS2) && !as_uefi_is_guid(v.guid, FFS3))
		return s;
	bool damaged = false;
	leaves *l = as_alloc(as_memory(u), sizeof(*l)); /* one for all files: there may be many */
	if (!l)
		return AS_NOMEM;
	*l = (leaves){ .u = u, .room = AS_UEFI_ROOM };
	for (uint64_t at = v.first; at + FILE_HEADER <= body.n && s <= AS_PARTIAL;) {
		as_span start = as_cut(body, at, 8);
		uint64_t size = take_file(l, body, at, &s);
		if (size == 0 && (as_all(start, 0xff) || as_all(start, 0))) {
			at += 8; /* free */
			continue;
		}
		if (size == 0 && !damaged)
			s = as_worse(s,
				as_lost(u, at,
					"a file's header is damaged: the next one is looked for"));
		damaged = size == 0;
		at = size == 0 ? at + 8
			       : (size > body.n - at ? body.n : (at + size + 7) & ~UINT64_C(7));
	}
	as_map_free(&l->seen);
	return s;
}

const as_format as_format_uefi_fv = {
	.id = "uefi_fv",
	.title = "UEFI firmware volume",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "_FVH", .len = 4, .at = 40 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "FFS 2 and 3, large files",
		"sections packed with LZMA, also after the x86 filter, with Brotli, with UEFI's "
		"standard or Tiano's compression, or summed with CRC-32",
		"volumes in volumes", "variables, plain and authenticated, deleted ones too",
		NULL },
	.verifies =
		(const char *const[]){ "sums of the volume's header, of files and their headers",
			"CRC-32 of sections", NULL },
	.keeps = (const char *const[]){ "GUIDs and kinds of files and sections, in their names",
		"attributes of variables, in what is told",
		"when an authenticated variable was signed", NULL },
	.samples = (const char *const[]){ "EDK II (OVMF of Debian 12)",
		"sections packed by uefi-firmware 1.16, by xz and brotli 1.0.9",
		"variables written by virt-firmware 26.10", NULL },
	.gaps = (const char *const[]){ "signatures of sections are not verified",
		"the journal that makes writing variables safe is not replayed",
		"stores of variables of vendors other than EDK II", NULL },
	.spec = "https://uefi.org/specs/PI/1.8/V3_Overview.html",
	.see = NULL,
};
