/* SPDX-License-Identifier: Apache-2.0 */
/* FRM: firmware of Moxa's serial device servers, little-endian.
 *    0 "*FRM"   4 00000001 (big-endian)   8 size of all   12 header size u16   14 number of sections u16   64 sections:
 *    0 type (1 firmware, 2 files)   4 offset   8 size   12 unknown
 * A section of files: 0 device [32]   36 time   48 offset of the table   56 bytes of a row u16   58 rows u16
 *   66 rows u16 (if those before are 0); a row: 0 name [48]   56 size   60 offset, from the section's start */
#include "unpack/vendor.h"

enum {
	SECTIONS_AT = 64,
	SECTION = 16,
	SECTIONS_MAX = 16,
	ROW = 64,
	FILES_HEAD = 76,
	ROWS_MAX = 8192
};

typedef struct section {
	uint32_t type, at, n;
} section;

static bool read_section(as_span body, unsigned i, section *s)
{
	as_cur c = as_cur_le(body, SECTIONS_AT + (uint64_t)i * SECTION);
	*s = (section){ .type = as_u32(&c) };
	s->at = as_u32(&c);
	s->n = as_u32(&c);
	return as_ok(&c);
}

static unsigned n_sections(as_span body)
{
	as_cur c = as_cur_le(body, 12);
	uint16_t head = as_u16(&c), n = as_u16(&c);
	return as_ok(&c) && n <= SECTIONS_MAX && head >= SECTIONS_AT + n * SECTION ? n : 0;
}

static as_status probe(as_span image, as_extent *out)
{
	as_cur c = as_cur_le(image, 8);
	uint32_t size = as_u32(&c);
	unsigned n = n_sections(image);
	section s;
	bool fits = n > 0 && size > SECTIONS_AT + n * SECTION;
	for (unsigned i = 0; i < n && fits; i++)
		fits = read_section(image, i, &s) && s.at >= SECTIONS_AT &&
		       (uint64_t)s.at + s.n <= size;
	if (!fits)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(size, image.n) };
	out->sure = size <= image.n ? AS_STRUCTURED : AS_PLAUSIBLE;
	return AS_OK;
}

static as_status put_row(as_unpack *u, as_span files, uint64_t base, uint64_t at)
{
	as_cur c = as_cur_le(files, at);
	as_entry e = { .at = base + at, .type = AS_FILE };
	e.name = as_vendor_string(as_take(&c, 48));
	as_skip(&c, 8);
	uint32_t n = as_u32(&c), from = as_u32(&c);
	if (!as_ok(&c))
		return as_lost(u, base + at, "table of files is cut off");
	if (e.name.n == 0)
		return AS_OK;
	return as_vendor_file(u, files, &e, from, n);
}

static as_status put_files(as_unpack *u, as_span body, const section *s)
{
	as_span files = as_cut(body, s->at, s->at < body.n ? as_min(s->n, body.n - s->at) : 0);
	as_cur c = as_cur_le(files, 48);
	uint32_t table = as_u32(&c);
	as_skip(&c, 4);
	uint16_t row = as_u16(&c), n = as_u16(&c);
	as_skip(&c, 6);
	uint16_t other = as_u16(&c);
	n = n ? n : other;
	if (!as_ok(&c) || row < ROW || n > ROWS_MAX)
		return as_lost(u, s->at, "header of the files is damaged");
	as_vendor_text(u, as_cut(files, 0, 32), "device");
	as_struct(u, s->at, FILES_HEAD, "header of the files");
	as_struct(u, (uint64_t)s->at + table, (uint64_t)row * n, "table of files");
	as_status worst = AS_OK;
	for (unsigned i = 0; i < n && worst <= AS_PARTIAL; i++) {
		uint64_t at = table + (uint64_t)i * row;
		if (at + ROW > files.n)
			return as_worse(worst, as_lost(u, s->at, "table of files is cut off"));
		worst = as_worse(worst, put_row(u, files, s->at, at));
	}
	return worst;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_cur c = as_cur_le(body, 8);
	as_status worst = as_u32(&c) > body.n ? as_lost(u, body.n, "image is cut off") : AS_OK;
	uint16_t head = as_u16(&c);
	section s;
	as_struct(u, 0, head, "FRM header");
	for (unsigned i = 0; i < n_sections(body) && worst <= AS_PARTIAL; i++) {
		if (!read_section(body, i, &s))
			return as_worse(worst, as_lost(u, 0, "list of sections is cut off"));
		as_span name = as_lit(s.type == 1 ? "firmware.bin" : "section");
		worst = as_worse(worst, s.type == 2 ? put_files(u, body, &s)
						    : as_vendor_part(u, body, name, s.at, s.n));
	}
	return worst;
}

const as_format as_format_moxa = {
	.id = "moxa",
	.title = "Moxa FRM firmware",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "*FRM\0\0\0\x01", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "both places of the number of files", NULL },
	.verifies = NULL,
	.keeps = (const char *const[]){ "names alone: the format has no more", NULL },
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "what may be a checksum, of an unpublished kind", NULL },
	.spec = "https://github.com/onekey-sec/unblob/blob/main/docs/handlers.md",
	.see = NULL,
};
