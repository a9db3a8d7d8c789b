/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/kernel.h"

#include "codec/codec.h"
#include "unpack/kallsyms.h"

enum {
	PAYLOAD_MIN = 1024, /* bytes of a compressed kernel */
	TRIES_MAX = 64,     /* false starts of one magic that are tried */
	BANNER_MAX = 512,
};

/* The ways a kernel or its initramfs is packed. */
static const struct packing {
	as_method method;
	const char *magic, *format;
	uint8_t len;
} packings[] = {
	{ AS_GZIP, "\x1f\x8b\x08", "gzip", 3 },
	{ AS_XZ, "\xfd\x37zXZ\0", "xz", 6 },
	{ AS_LZMA_ALONE, "\x5d\0\0", "lzma", 3 },
	{ AS_BZIP2, "BZh", "bzip2", 3 },
	{ AS_LZ4_LEGACY, "\x02\x21\x4c\x18", "lz4_legacy", 4 },
	{ AS_LZOP, "\x89LZO\0", "lzop", 5 },
	{ AS_ZSTD, "\x28\xb5\x2f\xfd", "zstd", 4 },
};
enum { N_PACKINGS = sizeof(packings) / sizeof(packings[0]) };

as_span as_kernel_banner(as_span body)
{
	as_span key = as_lit("Linux version ");
	size_t at = as_find(body, key, 0);
	for (unsigned i = 0; at != SIZE_MAX && i < TRIES_MAX; i++) {
		uint8_t digit = as_at(body, at + key.n);
		as_span text = as_cut(body, at, as_min(BANNER_MAX, body.n - at));
		size_t end = 0;
		while (end < text.n && as_printable(text.p[end]))
			end++;
		text.n = end;
		if (digit >= '1' && digit <= '9' && as_has(text, " ("))
			return text;
		at = as_find(body, key, at + 1);
	}
	return (as_span){ 0 };
}

as_span as_kernel_config(as_span body)
{
	as_span start = as_lit("IKCFG_ST");
	uint8_t text[16];
	size_t at = as_find(body, start, 0);
	for (unsigned i = 0; at != SIZE_MAX && i < TRIES_MAX; i++) {
		size_t from = at + start.n;
		size_t to = as_find(body, as_lit("IKCFG_ED"), from);
		as_span gzip = to == SIZE_MAX ? (as_span){ 0 } : as_cut(body, from, to - from);
		size_t n = 0;
		/* Programs that read kernels hold both marks, too: between them there must be
		 * text. */
		if (as_starts(gzip, "\x1f\x8b\x08") &&
			as_peek(AS_GZIP, gzip, text, sizeof(text), &n) == AS_OK &&
			as_is_text(as_bytes(text, n)))
			return gzip;
		at = as_find(body, start, at + 1);
	}
	return (as_span){ 0 };
}

/* The signature that is appended to a signed program, by entry 4 of the data directories. */
static uint64_t certificate_end(as_span optional)
{
	enum { PE32 = 0x10b, PE32_PLUS = 0x20b, ENTRY = 4 * 8 };
	as_cur c = as_cur_le(optional, 0);
	uint16_t magic = as_u16(&c);
	as_seek(&c, (magic == PE32_PLUS ? 112u : 96u) + ENTRY);
	uint64_t at = as_u32(&c), n = as_u32(&c);
	bool known = magic == PE32 || magic == PE32_PLUS;
	return known && as_ok(&c) && n > 0 ? at + n : 0;
}

uint64_t as_kernel_pe_end(as_span image, uint64_t at)
{
	enum { SECTIONS_MAX = 16, SECTION_LEN = 40 };
	as_cur c = as_cur_le(image, at);
	as_span magic = as_take(&c, 4);
	as_skip(&c, 2);
	uint16_t n = as_u16(&c);
	as_skip(&c, 12);
	uint16_t optional_len = as_u16(&c);
	as_skip(&c, 2);
	as_span optional = as_take(&c, optional_len);
	if (!as_ok(&c) || !as_same(magic, as_bytes("PE\0\0", 4)) || n > SECTIONS_MAX)
		return 0;
	uint64_t end = certificate_end(optional);
	for (unsigned i = 0; i < n && as_ok(&c); i++) {
		as_cur section = as_cur_le(as_take(&c, SECTION_LEN), 16);
		uint64_t len = as_u32(&section), from = as_u32(&section);
		end = as_max(end, len > 0 ? from + len : 0);
	}
	return as_ok(&c) ? end : 0;
}

/* Whether what stands at the start of s, decoded by m, begins like a newc archive. */
static bool holds_cpio(as_method m, as_span s)
{
	uint8_t start[6];
	size_t n = 0;
	return as_peek(m, s, start, sizeof(start), &n) == AS_OK && n == sizeof(start) &&
	       as_starts(as_bytes(start, n), "07070");
}

/* Bytes of the stream at the start of s, as far as can be told; s.n if it cannot. */
static as_status swallow(void *ctx, as_span bytes)
{
	uint64_t *n = ctx;
	*n += bytes.n;
	return AS_OK;
}

static uint64_t stream_len(as_method m, as_span s)
{
	uint64_t used = 0, out = 0;
	if (as_stream_size(m, s, &used) == AS_OK)
		return used;
	return as_decode(m, s, swallow, &out, &used) == AS_OK && used > 0 ? used : s.n;
}

static as_span packed_initramfs(as_span body, const char **format)
{
	for (size_t i = 0; i < N_PACKINGS; i++) {
		as_span magic = as_bytes(packings[i].magic, packings[i].len);
		size_t at = as_find(body, magic, 0);
		for (unsigned k = 0; at != SIZE_MAX && k < TRIES_MAX; k++) {
			as_span s = as_from(body, at);
			*format = packings[i].format;
			if (holds_cpio(packings[i].method, s))
				return as_cut(s, 0, stream_len(packings[i].method, s));
			at = as_find(body, magic, at + 1);
		}
	}
	return (as_span){ 0 };
}

/* An archive that was not packed: measured by the format itself, which follows every header. */
static as_span plain_initramfs(as_span body)
{
	const as_format *cpio = as_format_by_id("cpio");
	size_t at = as_find(body, as_lit("070701"), 0);
	for (unsigned k = 0; cpio && at != SIZE_MAX && k < TRIES_MAX; k++) {
		as_extent e = { 0 };
		as_span s = as_from(body, at);
		if (cpio->probe(s, &e) == AS_OK && e.sure >= AS_STRUCTURED)
			return as_cut(s, 0, e.size);
		at = as_find(body, as_lit("070701"), at + 1);
	}
	return (as_span){ 0 };
}

static as_status put(as_unpack *u, as_span body, as_span part, const char *name, const char *hint)
{
	as_entry e = { .type = AS_PART, .name = as_lit(name), .data = part, .hint = hint };
	(void)as_within(body, part, &e.at);
	return as_put(u, NULL, &e, NULL);
}

/* Marks body from *at to the part as structure, and goes on after it. */
static void mark(as_unpack *u, as_span body, uint64_t *at, as_span part, const char *label)
{
	uint64_t from = 0;
	if (part.n == 0 || !as_within(body, part, &from) || from < *at)
		return;
	as_struct(u, *at, from - *at, label);
	*at = from + part.n;
}

static void mark_around(as_unpack *u, as_span body, as_span a, as_span b, const char *label)
{
	uint64_t at = 0, first = 0, second = 0;
	(void)as_within(body, a, &first);
	(void)as_within(body, b, &second);
	mark(u, body, &at, first < second ? a : b, label);
	mark(u, body, &at, first < second ? b : a, label);
	as_struct(u, at, body.n - at, label);
}

as_status as_kernel_parts(as_unpack *u, as_span body, const char *label)
{
	as_span banner = as_kernel_banner(body), config = as_kernel_config(body);
	as_status s = AS_OK;
	const char *format = "cpio";
	if (banner.n > 0)
		as_tell(u, banner, "banner", banner);
	as_span initramfs = plain_initramfs(body);
	if (initramfs.n == 0)
		initramfs = packed_initramfs(body, &format);
	mark_around(u, body, config, initramfs, label);
	if (config.n > 0)
		s = put(u, body, config, "config.gz", "gzip");
	if (initramfs.n > 0 && s <= AS_PARTIAL)
		s = as_worse(s, put(u, body, initramfs, "initramfs", format));
	return s <= AS_PARTIAL ? as_worse(s, as_kallsyms_put(u, body)) : s;
}

/* The longest of the streams that begin in [from, to). */
static as_span find_payload(as_span body, uint64_t from, uint64_t to, const char **format)
{
	uint8_t out[4096];
	as_span best = { 0 };
	for (size_t i = 0; i < N_PACKINGS; i++) {
		as_span magic = as_bytes(packings[i].magic, packings[i].len);
		as_span where = as_cut(body, 0, as_min(to + magic.n, body.n));
		size_t at = as_find(where, magic, (size_t)from);
		for (unsigned k = 0; at != SIZE_MAX && k < TRIES_MAX; k++) {
			as_span s = as_from(body, at);
			size_t n = 0;
			bool decodes =
				as_peek(packings[i].method, s, out, sizeof(out), &n) == AS_OK &&
				n == sizeof(out);
			uint64_t len = decodes ? stream_len(packings[i].method, s) : 0;
			if (len > best.n && len >= PAYLOAD_MIN) {
				best = as_cut(s, 0, len);
				*format = packings[i].format;
				break;
			}
			at = as_find(where, magic, at + 1);
		}
	}
	return best;
}

as_status as_kernel_payload(
	as_unpack *u, as_span body, uint64_t from, uint64_t to, const char *label)
{
	const char *format = NULL;
	as_span payload = find_payload(as_cut(body, 0, to), from, body.n, &format);
	mark_around(u, body, (as_span){ 0 }, payload, label);
	if (payload.n == 0)
		return as_lost(u, from, "no compressed kernel was found in it");
	as_tell(u, as_cut(payload, 0, 6), "compression", as_lit(format));
	return put(u, body, payload, "payload", format);
}

as_status as_kernel_wrapped(as_unpack *u, as_span body, const char *label)
{
	const char *format = NULL;
	/* What begins further behind cannot be most of it. */
	as_span payload = find_payload(body, 0, body.n / 4 + 4, &format);
	if (payload.n < body.n / 4 * 3)
		payload = (as_span){ 0 };
	mark_around(u, body, (as_span){ 0 }, payload, label);
	return payload.n > 0 ? put(u, body, payload, "payload", format) : AS_OK;
}
