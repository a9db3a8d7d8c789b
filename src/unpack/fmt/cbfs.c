/* SPDX-License-Identifier: Apache-2.0 */
/* CBFS: the files of a coreboot image, big-endian, each on 64 bytes from the first one:
 *    0 "LARCHIVE"   8 size of the data u32   12 type u32   16 offset of attributes u32, or 0
 *   20 offset of the data u32   24 name, NUL
 * Attributes fill the header up to the data: tag u32, size with this head u32, then "BCZL": how the data is packed
 * u32 (1: LZMA with its size, 2: LZ4 frame), size unpacked u32; "hsaH": kind of digest u32, digest of the data as it
 * stands; "StgH": a program's address u64, offset of its entry u32, memory u32. Others say where it has to stand.
 * A program of older images has that in front of it, little-endian: 0 packing u32   4 entry u64   12 address u64
 * 20 size u32   24 memory u32. A payload has a list of segments in front: 0 kind   4 packing u32   8 offset u32
 * 12 address u64   20 size u32   24 memory u32, until the kind is "ENTR".
 * The files end where no other follows; a file without a name is free space. */
#include "codec/codec.h"
#include "unpack/stream.h"
#include "unpack/vendor.h"

enum { HEADER = 24, HEADER_MAX = 4096, ALIGNMENT = 64, SEGMENT = 28, OLD_STAGE_HEAD = 28 };
enum { NAME_SHOWN = 100, FILES_MAX = 65536, SEGMENTS_MAX = 256 };
enum { DELETED = 0, MASTER = 2, OLD_STAGE = 0x10, STAGE = 0x11, PAYLOAD = 0x20 };
enum { ATTR_HEAD = 8, ATTR_PACKED = 0x42435a4c, ATTR_HASH = 0x68736148, ATTR_STAGE = 0x53746748 };
enum { PLAIN = 0, PACKED_LZMA = 1, PACKED_LZ4 = 2 };
#define NULL_TYPE UINT32_C(0xffffffff)

typedef struct file {
	as_span name, data, attributes;
	uint64_t at, head, size; /* the header's place, its size, the data's size as stated */
	uint32_t type;
} file;

typedef struct packing {
	uint32_t how, size; /* unpacked, bytes, if it is packed */
	as_span stage;      /* the attribute of a program, or empty */
} packing;

static const struct kind {
	uint32_t type;
	const char *name;
} kinds[] = { { DELETED, "deleted" }, { 1, "bootblock" }, { MASTER, "master header" },
	{ OLD_STAGE, "stage" }, { STAGE, "stage" }, { PAYLOAD, "payload" }, { 0x21, "FIT payload" },
	{ 0x30, "option ROM" }, { 0x40, "boot splash" }, { 0x50, "raw" }, { 0x51, "VSA" },
	{ 0x52, "MBI" }, { 0x53, "microcode" }, { 0x54, "Intel FIT" }, { 0x60, "FSP" },
	{ 0x61, "MRC" }, { 0x62, "MMA" }, { 0x63, "EFI" }, { 0x70, "structure" },
	{ 0x80, "AMD firmware" }, { 0xaa, "CMOS defaults" }, { 0xab, "SPD" }, { 0xac, "MRC cache" },
	{ 0x1aa, "CMOS layout" }, { NULL_TYPE, "free" } };

static const char *kind_of(uint32_t type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == type)
			return kinds[i].name;
	return NULL;
}

/* A name is printable, and padded with zeros or ones. */
static bool read_name(as_span field, as_span *name)
{
	as_cur c = as_cur_be(field, 0);
	*name = as_str(&c, 1);
	for (size_t i = 0; i < name->n; i++)
		if (!as_printable(as_at(*name, i)))
			return false;
	as_span pad = as_from(field, as_pos(&c));
	return as_ok(&c) && (as_all(pad, 0) || as_all(pad, 0xff));
}

static bool read_file(as_span image, uint64_t at, file *f)
{
	as_cur c = as_cur_be(image, at);
	as_span magic = as_take(&c, 8);
	*f = (file){ .at = at, .size = as_u32(&c) };
	f->type = as_u32(&c);
	uint32_t attributes = as_u32(&c);
	f->head = as_u32(&c);
	uint64_t names_end = attributes ? attributes : f->head;
	if (!as_ok(&c) || !as_starts(magic, "LARCHIVE") || f->head <= HEADER ||
		f->head > HEADER_MAX || names_end <= HEADER || names_end > f->head)
		return false;
	f->attributes = as_cut(image, at + names_end, f->head - names_end);
	f->data = as_cut(
		image, at + f->head, as_min(f->size, image.n - as_min(image.n, at + f->head)));
	return read_name(as_cut(image, at + HEADER, names_end - HEADER), &f->name);
}

static uint64_t next_of(const file *f)
{
	return (f->at + f->head + f->size + ALIGNMENT - 1) & ~(uint64_t)(ALIGNMENT - 1);
}

static bool is_cut(as_span image, const file *f) { return f->at + f->head + f->size > image.n; }

/* The next attribute; false at their end, which unused bytes may be. */
static bool next_attribute(as_cur *c, uint32_t *tag, as_span *value)
{
	if (as_left(c) < ATTR_HEAD)
		return false;
	*tag = as_u32(c);
	uint32_t n = as_u32(c);
	if (*tag == 0 || *tag == NULL_TYPE || n < ATTR_HEAD)
		return false;
	*value = as_take(c, n - ATTR_HEAD);
	return as_ok(c);
}

static const char *digest_name(uint32_t how)
{
	static const char *const names[] = { NULL, "sha1", "sha256", "sha512", "sha224", "sha384" };
	return how < sizeof(names) / sizeof(names[0]) ? names[how] : NULL;
}

/* Whether the file has a digest that fits: then it is one beyond doubt. */
static bool hash_fits(const file *f)
{
	as_cur c = as_cur_be(f->attributes, 0);
	as_span value;
	for (uint32_t tag; next_attribute(&c, &tag, &value);) {
		as_cur v = as_cur_be(value, 0);
		const char *algo = tag == ATTR_HASH ? digest_name(as_u32(&v)) : NULL;
		if (algo && as_vendor_digest_is(algo, &f->data, 1, as_from(value, 4)))
			return true;
	}
	return false;
}

static as_status probe(as_span image, as_extent *out)
{
	file f;
	if (!read_file(image, 0, &f) || !kind_of(f.type))
		return AS_NOT_THIS;
	bool named = f.name.n > 0 || f.type == NULL_TYPE;
	unsigned n = 0;
	uint64_t end = 0;
	as_sure sure = f.size < (1 << 20) && hash_fits(&f) ? AS_CHECKSUMMED : AS_PLAUSIBLE;
	for (uint64_t at = 0; n < FILES_MAX && read_file(image, at, &f); n++, at = next_of(&f))
		end = as_min(image.n, at + f.head + f.size);
	if (n == 1 && !named)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = end, .sure = sure };
	if (n > 1 && sure == AS_PLAUSIBLE)
		out->sure = AS_STRUCTURED;
	return AS_OK;
}

static as_status tell_hash(as_unpack *u, const file *f, const char *name, as_span value)
{
	as_cur c = as_cur_be(value, 0);
	const char *algo = digest_name(as_u32(&c));
	as_span want = as_from(value, 4);
	if (!as_ok(&c) || !algo) {
		as_tellf(u, value, name, "a kind of digest that is not known");
		return AS_OK;
	}
	bool right = as_vendor_digest_is(algo, &f->data, 1, want);
	as_tellf(u, want, name, "%s %s", algo, right ? "ok" : "wrong");
	return right ? AS_OK : as_lost(u, f->at, "digest of a file is wrong");
}

static as_status read_attributes(as_unpack *u, const file *f, const char *name, packing *p)
{
	as_cur c = as_cur_be(f->attributes, 0);
	as_span value;
	as_status s = AS_OK;
	for (uint32_t tag; next_attribute(&c, &tag, &value);) {
		as_cur v = as_cur_be(value, 0);
		if (tag == ATTR_HASH)
			s = as_worse(s, tell_hash(u, f, name, value));
		if (tag == ATTR_STAGE)
			p->stage = value;
		if (tag != ATTR_PACKED)
			continue;
		p->how = as_u32(&v);
		p->size = as_u32(&v);
	}
	return as_ok(&c) ? s : as_worse(s, as_lost(u, f->at, "attributes are damaged"));
}

/* Puts one piece of data, unpacked. size: what it is said to be then. */
static as_status put_data(as_unpack *u, const as_entry *what, const packing *p)
{
	as_entry e = *what;
	if (p->how == PLAIN)
		return as_put(u, NULL, &e, NULL);
	if (p->how != PACKED_LZMA && p->how != PACKED_LZ4) {
		as_status s =
			as_refused(u, e.at, "unsupported", "packed in a way that is not known");
		return as_worse(s, as_put(u, NULL, &e, NULL));
	}
	bool want = true;
	as_span packed = e.data;
	e.data = (as_span){ 0 };
	uint64_t used = 0;
	as_status s = as_begin(u, NULL, &e, &want);
	if (s > AS_PARTIAL || !want)
		return s > AS_PARTIAL ? s : as_worse(s, as_end(u, false));
	as_method m = p->how == PACKED_LZMA ? AS_LZMA_ALONE : AS_LZ4_FRAME;
	as_status d = as_decode(m, packed, as_sink_more, u, &used);
	s = as_worse(s, as_end(u, d != AS_OK));
	return as_worse(s, as_decoded(u, d, e.at, "a packed file is damaged"));
}

static const char *segment_kind(as_span kind)
{
	static const char *const known[][2] = { { "CODE", "code" }, { "DATA", "data" },
		{ "BSS ", "bss" }, { "PARA", "parameters" }, { "ENTR", "entry" } };
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (as_is(kind, known[i][0]))
			return known[i][1];
	return NULL;
}

typedef struct segments {
	as_cur c;
	unsigned i;
	uint64_t left; /* bytes of the payload that no segment had: they do not share any */
	bool last;     /* after the entry, and after what is none */
} segments;

static as_status put_segment(as_unpack *u, const file *f, segments *list)
{
	uint64_t where = f->at + f->head;
	as_cur *c = &list->c;
	as_span raw = as_take(c, 4);
	const char *kind = segment_kind(raw);
	packing p = { .how = as_u32(c) };
	uint32_t at = as_u32(c);
	uint64_t load = as_u64(c);
	uint32_t n = as_u32(c);
	p.size = as_u32(c);
	list->last = !as_ok(c) || !kind || as_is(raw, "ENTR");
	if (!as_ok(c) || !kind)
		return as_lost(u, where, "segments of a payload are damaged");
	as_arena *a = as_memory(u);
	as_span told = as_print(a, "segment %.*s/%u", (int)as_min(f->name.n, NAME_SHOWN),
		(const char *)f->name.p, list->i);
	as_tellf(u, raw, told.p ? (const char *)told.p : "segment",
		"%s at 0x%llx, %u bytes in memory", kind, (unsigned long long)load, p.size);
	if (list->last || n == 0 || as_is(raw, "BSS "))
		return AS_OK;
	as_entry e = { .at = where + at, .type = AS_FILE, .data = as_cut(f->data, at, n) };
	e.name = as_print(a, "%.*s/%u-%s", (int)f->name.n, (const char *)f->name.p, list->i, kind);
	if (e.data.n < n)
		return as_lost(u, where, "a segment runs past its payload");
	if (n > list->left)
		return as_lost(u, where, "segments of a payload lie over each other");
	list->left -= n;
	as_struct(u, e.at, n, "segment");
	return put_data(u, &e, &p);
}

static as_status put_payload(as_unpack *u, const file *f)
{
	segments list = { .c = as_cur_be(f->data, 0), .left = f->data.n };
	as_status s = AS_OK;
	for (; !list.last && s <= AS_PARTIAL && list.i < SEGMENTS_MAX; list.i++)
		s = as_worse(s, put_segment(u, f, &list));
	if (!list.last)
		s = as_worse(s, as_refused(u, f->at, "limit", "a payload of too many segments"));
	as_struct(u, f->at + f->head, as_min((uint64_t)list.i * SEGMENT, f->data.n),
		"payload header");
	return s;
}

static void tell_stage(as_unpack *u, const file *f, const char *name, const packing *p)
{
	as_cur c = as_cur_be(p->stage, 0);
	uint64_t load = as_u64(&c);
	uint32_t entry = as_u32(&c), memory = as_u32(&c);
	if (as_ok(&c))
		as_tellf(u, p->stage, name, "%s at 0x%llx, entry 0x%llx, %u bytes in memory",
			kind_of(f->type), (unsigned long long)load,
			(unsigned long long)(load + entry), memory);
}

static as_status put_old_stage(as_unpack *u, const file *f, as_entry *e, const char *name)
{
	as_cur c = as_cur_le(f->data, 0);
	packing p = { .how = as_u32(&c) };
	uint64_t entry = as_u64(&c), load = as_u64(&c);
	uint32_t n = as_u32(&c), memory = as_u32(&c);
	e->data = as_cut(f->data, OLD_STAGE_HEAD, n);
	if (!as_ok(&c) || e->data.n < n)
		return as_lost(u, f->at, "a program's header is damaged");
	as_struct(u, f->at + f->head, OLD_STAGE_HEAD, "stage header");
	as_tellf(u, as_cut(f->data, 0, OLD_STAGE_HEAD), name,
		"stage at 0x%llx, entry 0x%llx, %u bytes in memory", (unsigned long long)load,
		(unsigned long long)entry, memory);
	return put_data(u, e, &p);
}

static void tell_master(as_unpack *u, as_span d)
{
	as_cur c = as_cur_be(d, 0);
	if (!as_starts(d, "ORBC"))
		return;
	as_skip(&c, 4);
	as_span version = as_take(&c, 4);
	uint32_t rom = as_u32(&c), boot = as_u32(&c), align = as_u32(&c), at = as_u32(&c);
	if (as_ok(&c))
		as_tellf(u, version, "master-header",
			"version %.4s, ROM of %u bytes, boot block of %u, files from 0x%x on %u "
			"bytes",
			(const char *)version.p, rom, boot, at, align);
}

static as_status put_file(as_unpack *u, const file *f)
{
	as_arena *a = as_memory(u);
	int n = (int)as_min(f->name.n, NAME_SHOWN);
	as_span told = as_print(a, "file %.*s", n, (const char *)f->name.p);
	as_span hash = as_print(a, "digest %.*s", n, (const char *)f->name.p);
	if (!told.p || !hash.p)
		return AS_NOMEM;
	const char *name = (const char *)told.p, *kind = kind_of(f->type);
	packing p = { 0 };
	as_status s = read_attributes(u, f, (const char *)hash.p, &p);
	as_entry e = { .at = f->at + f->head, .type = AS_FILE, .name = f->name, .data = f->data };
	e.deleted = f->type == DELETED;
	if (e.name.n == 0)
		e.name = as_print(a, "%s-0x%llx", e.deleted ? "deleted" : "unnamed",
			(unsigned long long)f->at);
	if (f->type == PAYLOAD && p.how == PLAIN)
		return as_worse(s, put_payload(u, f));
	if (f->type == OLD_STAGE)
		return as_worse(s, put_old_stage(u, f, &e, name));
	if (f->type == MASTER)
		tell_master(u, f->data);
	if (p.stage.n > 0)
		tell_stage(u, f, name, &p);
	else if (f->name.n > 0 && kind)
		as_tell(u, f->name, name, as_lit(kind));
	else if (f->name.n > 0)
		as_tellf(u, f->name, name, "type 0x%x", f->type);
	return as_worse(s, put_data(u, &e, &p));
}

static as_status take_file(as_unpack *u, as_span body, const file *f)
{
	bool empty = as_all(f->data, 0xff) || as_all(f->data, 0);
	as_struct(u, f->at, f->head, "file header");
	as_status s = is_cut(body, f) ? as_lost(u, f->at, "a file is cut off") : AS_OK;
	/* What stands in free space or a deleted file is looked at like anything that nobody claims. */
	bool free_space = f->type == NULL_TYPE || (f->type == DELETED && empty);
	if (free_space && empty)
		as_struct(u, f->at + f->head, f->data.n, "free space");
	if (!free_space && !empty)
		as_struct(u, f->at + f->head, f->data.n,
			kind_of(f->type) ? kind_of(f->type) : "file");
	return free_space || f->data.n == 0 ? s : as_worse(s, put_file(u, f));
}

static as_status unpack(as_unpack *u, as_span body)
{
	file f;
	as_status s = AS_OK;
	uint64_t at = 0;
	unsigned n = 0;
	for (; n < FILES_MAX && s <= AS_PARTIAL && read_file(body, at, &f); n++) {
		s = as_worse(s, take_file(u, body, &f));
		uint64_t end = as_min(body.n, f.at + f.head + f.size);
		at = next_of(&f);
		as_span pad = as_cut(body, end, as_min(at, body.n) - end);
		if (as_all(pad, 0xff) || as_all(pad, 0))
			as_struct(u, end, pad.n, "alignment");
	}
	if (n == FILES_MAX)
		s = as_worse(s, as_refused(u, at, "limit", "too many files"));
	return n == 0 ? as_lost(u, 0, "no file here") : s;
}

const as_format as_format_cbfs = {
	.id = "cbfs",
	.title = "CBFS (coreboot)",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "LARCHIVE", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "with an FMAP, or with a master header",
		"files packed with LZMA or LZ4", "stages, of either generation",
		"segments of payloads", "deleted files", NULL },
	.verifies = (const char *const[]){ "digests of files", NULL },
	.keeps =
		(const char *const[]){
			"kinds of files, addresses of stages and segments, in what is told", NULL },
	.samples = (const char *const[]){ "cbfstool (coreboot-utils 4.15)", NULL },
	.gaps = (const char *const[]){ "files on another alignment than 64 bytes",
		"a master header that is no file is not told",
		"relocations of a payload that is an FSP are not undone", NULL },
	.spec = "https://doc.coreboot.org/lib/cbfs.html",
	.see = NULL, /* plain contents stand in one piece */
};
