/* SPDX-License-Identifier: Apache-2.0 */
/* RPM packages, version 3 and 4. Big-endian.
 *    0 ed ab ee db   4 major, minor   6 type (0 binary, 1 source)   8 architecture   10 name[66]
 *   76 system   78 signature type (5)   80 reserved[16]; then two headers, the first (signatures) padded to 8:
 *    0 8e ad e8 01   4 reserved   8 tags   12 bytes of the store; then for each tag
 *    0 tag   4 type   8 offset in the store   12 count; and the store
 * Behind the second header the payload: a compressed cpio archive. The signature header says how long the
 * second header and the payload are, and has their digests and signatures. */
#include "unpack/fmt/rpm.h"

enum { LEAD = 96, INTRO = 16, ENTRY = 16, TAGS_MAX = 1 << 16, STORE_MAX = 256 << 20 };
enum { SIZE = 1000, LONG_SIZE = 270 }; /* of the signature header */
enum { PREIN = 1023, POSTUN = 1026, PRETRANS = 1151, POSTTRANS = 1152 };

static bool read_header(as_span body, uint64_t at, as_rpm_header *h)
{
	as_cur c = as_cur_be(body, at);
	as_span magic = as_take(&c, 4);
	as_skip(&c, 4);
	uint32_t n = as_u32(&c), store = as_u32(&c);
	*h = (as_rpm_header){ .at = at };
	if (!as_ok(&c) || !as_is(magic, "\x8e\xad\xe8\x01") || n > TAGS_MAX || store > STORE_MAX)
		return false;
	h->index = as_take(&c, (uint64_t)n * ENTRY);
	h->store = as_take(&c, store);
	h->end = as_pos(&c);
	h->all = as_cut(body, at, h->end - at);
	return as_ok(&c);
}

/* How many bytes a value of that type and count takes; texts reach as far as the store. */
static uint64_t bytes_of(uint32_t type, uint32_t count, uint64_t left)
{
	static const uint8_t sizes[] = { 0, 1, 1, 2, 4, 8, 0, 1 };
	return type < AS_RPM_STRING || type == AS_RPM_BIN ? (uint64_t)sizes[type] * count : left;
}

as_span as_rpm_value(const as_rpm_header *h, uint32_t tag, uint32_t *type)
{
	as_cur c = as_cur_be(h->index, 0);
	while (as_left(&c) >= ENTRY) {
		uint32_t t = as_u32(&c), kind = as_u32(&c), at = as_u32(&c), n = as_u32(&c);
		if (t != tag || kind > AS_RPM_I18N)
			continue;
		as_cur v = as_cur_be(h->store, at);
		bool is_text = kind == AS_RPM_STRING || kind > AS_RPM_BIN;
		as_span value = is_text ? as_str(&v, 1) : as_take(&v, bytes_of(kind, n, 0));
		if (type)
			*type = kind;
		return as_ok(&v) ? value : (as_span){ 0 };
	}
	return (as_span){ 0 };
}

bool as_rpm_number(const as_rpm_header *h, uint32_t tag, uint64_t *out)
{
	static const uint8_t widths[] = { [3] = 2, [4] = 4, [5] = 8 };
	uint32_t type = 0;
	as_cur c = as_cur_be(as_rpm_value(h, tag, &type), 0);
	uint64_t v = type < sizeof(widths) ? as_uint(&c, widths[type]) : 0;
	bool ok = type >= 3 && type <= 5 && as_ok(&c);
	*out = ok ? v : *out;
	return ok;
}

/* Both headers. False: the first is none. A second one that is damaged has no bytes. */
static bool read_both(as_span body, as_rpm_header *sig, as_rpm_header *main)
{
	*main = (as_rpm_header){ 0 };
	if (as_at(body, 4) < 3 || as_at(body, 4) > 4 || !read_header(body, LEAD, sig))
		return false;
	uint64_t at = sig->end + (8 - sig->end % 8) % 8;
	if (!read_header(body, at, main))
		*main = (as_rpm_header){ .at = at, .end = at };
	return true;
}

/* Where the package ends, if its signature header says so; else 0. */
static uint64_t end_of(const as_rpm_header *sig, const as_rpm_header *main)
{
	uint64_t n = 0, end = 0;
	bool stated = as_rpm_number(sig, LONG_SIZE, &n) || as_rpm_number(sig, SIZE, &n);
	return stated && as_add(&end, main->at, n) && end >= main->end ? end : 0;
}

static as_status probe(as_span image, as_extent *out)
{
	as_rpm_header sig, main;
	if (!read_both(image, &sig, &main))
		return AS_NOT_THIS;
	uint64_t end = end_of(&sig, &main);
	*out = (as_extent){ .size = end ? as_min(end, image.n) : image.n, .open_end = end == 0 };
	out->sure = as_rpm_proved(&sig, &main) ? AS_CHECKSUMMED
		    : main.all.n > 0           ? AS_STRUCTURED
					       : AS_PLAUSIBLE;
	as_cur c = as_cur_be(image, 10);
	as_span name = as_take(&c, 66);
	out->label = as_cut(name, 0, as_min(as_find_byte(name, 0, 0), name.n));
	return AS_OK;
}

static void tell_fields(as_unpack *u, const as_rpm_header *h)
{
	static const struct {
		uint32_t tag;
		const char *name;
	} fields[] = { { 1000, "name" }, { 1001, "version" }, { 1002, "release" },
		{ 1003, "epoch" }, { 1004, "summary" }, { 1006, "build time" },
		{ 1007, "build host" }, { 1010, "distribution" }, { 1011, "vendor" },
		{ 1014, "licence" }, { 1015, "packager" }, { 1020, "url" }, { 1021, "os" },
		{ 1022, "architecture" }, { 1044, "source package" }, { 1064, "rpm version" },
		{ 1124, "payload format" }, { 1125, "payload compressor" } };
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		uint32_t type = 0;
		uint64_t v = 0;
		as_span value = as_rpm_value(h, fields[i].tag, &type);
		if (as_rpm_number(h, fields[i].tag, &v))
			as_tellf(u, value, fields[i].name, "%llu", (unsigned long long)v);
		else if (value.n > 0 && type != AS_RPM_BIN)
			as_tell(u, value, fields[i].name, value);
	}
}

/* Scripts run as root when the package is put in or taken out. They stand in the store. */
static as_status put_scripts(as_unpack *u, as_span body, const as_rpm_header *h)
{
	static const struct {
		uint32_t tag;
		const char *name;
	} scripts[] = { { PREIN, "prein" }, { PREIN + 1, "postin" }, { PREIN + 2, "preun" },
		{ POSTUN, "postun" }, { 1079, "verifyscript" }, { PRETRANS, "pretrans" },
		{ POSTTRANS, "posttrans" } };
	as_status s = AS_OK;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]) && s <= AS_PARTIAL; i++) {
		as_entry e = { .type = AS_PART, .name = as_lit(scripts[i].name) };
		e.data = as_rpm_value(h, scripts[i].tag, NULL);
		if (e.data.n > 0 && as_within(body, e.data, &e.at))
			s = as_worse(s, as_put(u, NULL, &e, NULL));
	}
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_rpm_header sig, main;
	if (!read_both(body, &sig, &main))
		return as_lost(u, LEAD, "the signature header is damaged");
	as_struct(u, 0, LEAD, "RPM lead");
	as_struct(u, LEAD, main.at - LEAD, "RPM signature header");
	as_tell(u, as_cut(body, 6, 2), "type", as_lit(as_at(body, 7) == 1 ? "source" : "binary"));
	if (main.all.n == 0)
		return as_lost(u, main.at, "the main header is damaged or cut off");
	as_struct(u, main.at, main.all.n, "RPM header");
	tell_fields(u, &main);
	as_status s = as_rpm_verify(u, body, &sig, &main);
	s = as_worse(s, put_scripts(u, body, &main));
	uint64_t end = end_of(&sig, &main);
	if (s <= AS_PARTIAL && end > body.n)
		s = as_worse(s, as_lost(u, body.n, "the package is cut off"));
	as_entry e = { .at = main.end, .type = AS_PART, .name = as_lit("payload") };
	e.data = as_from(body, main.end);
	return s <= AS_PARTIAL && e.data.n > 0 ? as_worse(s, as_put(u, NULL, &e, NULL)) : s;
}

const as_format as_format_rpm = {
	.id = "rpm",
	.title = "RPM package",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\xed\xab\xee\xdb", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "version 3 and 4, binary and source",
		"payloads of gzip, bzip2, lzma, xz and zstd", NULL },
	.verifies = (const char *const[]){ "SHA-1 and SHA-256 of the header",
		"MD5 of header and payload", "SHA-256 of the payload", NULL },
	.keeps = (const char *const[]){ "what the package says of itself; its scripts",
		"OpenPGP signatures: over what, algorithm, key, time", NULL },
	.samples = (const char *const[]){ "rpmbuild 4.18.0", NULL },
	.gaps = (const char *const[]){ "signatures are told, not verified: there is no key",
		"files' digests and capabilities of the header are not compared with the payload",
		"stripped cpio payloads (files of more than 4 GiB) are not opened", NULL },
	.spec = "https://rpm-software-management.github.io/rpm/manual/format_v4.html",
	.see = NULL,
};
