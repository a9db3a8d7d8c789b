/* SPDX-License-Identifier: Apache-2.0 */
/* Fonts by their table of names: family, version, maker, licence. Big-endian.
 *   TrueType, OpenType: 0 00 01 00 00, "OTTO" or "true"   4 number of tables   12 tables: tag, sum, offset, length
 *   collection: 0 "ttcf"   8 number of fonts   12 their offsets, each to what stands at 0 of a font
 *   WOFF 1: 0 "wOFF"   12 number of tables   44 tables: tag, offset, packed length, length, sum; zlib where packed
 *   table "name": 0 format   2 number of names   4 offset of the texts   6 names: platform, encoding, language, which,
 *   length, offset. Windows and Unicode write UTF-16, Macintosh one byte a letter.
 * Not read: WOFF 2, whose tables are packed with Brotli.
 * https://learn.microsoft.com/typography/opentype/spec/name https://www.w3.org/TR/WOFF/ */
#include "base/ascii.h"
#include "inspect/part.h"

#include "codec/codec.h"

enum {
	FONTS_MAX = 64,      /* of a collection that are looked at */
	TABLE_MAX = 1 << 20, /* bytes of a table of names, unpacked */
	TEXT_MAX = 1 << 10,  /* bytes of a name */
	NAMES_MAX = 4096,    /* that are looked at */
	SAYS_SO = 900,       /* the font names itself */
	ENGLISH = 0x409,     /* language of Windows */
	SFNT = 0x00010000,
};

enum name {
	FAMILY = 1,
	VERSION = 5,
	MAKER = 8,
	LICENCE = 13,
	LICENCE_AT = 14,
	WHOLE_FAMILY = 16,
	N_NAMES = 17
};

typedef struct font {
	as_facts *out;
	as_arena *arena;
	as_span where; /* the table in the file; what is told stands in it */
	bool packed;   /* texts are no bytes of the file */
	as_span name[N_NAMES], at[N_NAMES];
	unsigned rank[N_NAMES]; /* of what was taken: the higher, the better it is understood */
} font;

static bool cares(const as_file *f)
{
	static const char *const magics[] = { "OTTO", "true", "ttcf", "wOFF", "wOF2" };
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (as_starts(f->data, magics[i]))
			return true;
	as_cur c = as_cur_be(f->data, 0);
	return as_u32(&c) == SFNT && as_u16(&c) > 0 && as_ok(&c);
}

/* As UTF-8; outside the basic plane, and in halves of pairs, a question mark. */
static as_span from_utf16(as_arena *arena, as_span s)
{
	as_buf b = { 0 };
	for (as_cur c = as_cur_be(s, 0); as_left(&c) >= 2;) {
		unsigned v = as_u16(&c);
		if (v >= 0xd800 && v < 0xe000)
			v = '?';
		if (v >= 0x800)
			as_buf_u8(&b, (uint8_t)(0xe0 | v >> 12));
		if (v >= 0x80)
			as_buf_u8(
				&b, (uint8_t)(v >= 0x800 ? 0x80 | (v >> 6 & 0x3f) : 0xc0 | v >> 6));
		as_buf_u8(&b, (uint8_t)(v >= 0x80 ? 0x80 | (v & 0x3f) : v));
	}
	as_span out = b.bad ? (as_span){ 0 } : as_copy(arena, as_buf_span_of(&b));
	as_buf_free(&b);
	return out;
}

/* How well a name is understood: English of Windows, Unicode, anything of Windows, the Macintosh's Roman; 0: not. */
static unsigned rank_of(unsigned platform, unsigned encoding, unsigned language)
{
	enum { UNICODE, MACINTOSH, WINDOWS = 3, BMP = 1, FULL = 10 };
	bool windows = platform == WINDOWS && (encoding <= BMP || encoding == FULL);
	return windows && language == ENGLISH                            ? 4
	       : platform == UNICODE                                     ? 3
	       : windows                                                 ? 2
	       : platform == MACINTOSH && encoding == 0 && language == 0 ? 1
									 : 0;
}

static void take_name(font *f, as_cur *c, as_span texts)
{
	unsigned platform = as_u16(c), encoding = as_u16(c), language = as_u16(c),
		 which = as_u16(c);
	uint64_t n = as_u16(c), at = as_u16(c);
	as_span text = as_cut(texts, at, as_min(n, TEXT_MAX));
	unsigned rank = rank_of(platform, encoding, language);
	if (!as_ok(c) || which >= N_NAMES || rank <= f->rank[which] || text.n == 0)
		return;
	f->rank[which] = rank;
	f->at[which] = f->packed ? f->where : text;
	f->name[which] = as_trim(rank == 1 ? text : from_utf16(f->arena, text));
}

/* "2.37" of "Version 2.37; ttfautohint (v1.8)": from its first digit to the next blank or semicolon. */
static as_span version_of(as_span s)
{
	size_t from = 0, n = 0;
	while (from < s.n && !as_is_digit(s.p[from]))
		from++;
	as_span rest = as_from(s, from);
	while (n < rest.n && rest.p[n] > ' ' && rest.p[n] != ';' && rest.p[n] != ',')
		n++;
	return as_cut(rest, 0, n);
}

static as_status state(font *f)
{
	enum name family = f->name[WHOLE_FAMILY].n > 0 ? WHOLE_FAMILY : FAMILY;
	bool one_line = f->name[LICENCE].n > 0 &&
			as_find_byte(f->name[LICENCE], '\n', 0) == SIZE_MAX &&
			as_find_byte(f->name[LICENCE], '\r', 0) == SIZE_MAX;
	as_span version = f->name[VERSION], name = f->name[family];
	if (name.n == 0)
		return AS_OK;
	return as_add_part(f->out, f->arena,
		&(as_part){ .where = f->at[version.n > 0 ? VERSION : family],
			.type = "generic",
			.world = "font",
			.name = name,
			.version = version_of(version),
			.vendor = f->name[MAKER],
			.license = one_line ? f->name[LICENCE] : f->name[LICENCE_AT],
			.method = "font",
			.confidence = SAYS_SO,
			.evidence = as_print(f->arena, "%.*s %.*s", (int)name.n,
				(const char *)name.p, (int)version.n, (const char *)version.p) });
}

static as_status read_names(font *f, as_span table)
{
	as_cur c = as_cur_be(table, 2);
	size_t n = as_u16(&c);
	as_span texts = as_from(table, as_u16(&c));
	for (size_t i = 0; i < as_min(n, NAMES_MAX) && as_ok(&c); i++)
		take_name(f, &c, texts);
	as_status s = state(f);
	if (s == AS_OK && !as_ok(&c))
		return as_unread(f->out, f->where, "the names of a font are cut off");
	return s == AS_OK && n > NAMES_MAX
		       ? as_beyond(f->out, f->where, "more names of a font than are looked at")
		       : s;
}

static as_status read_packed(font *f, uint64_t n)
{
	size_t got = 0;
	uint8_t *to = n <= TABLE_MAX ? as_alloc(f->arena, (size_t)n + 1) : NULL;
	if (n > TABLE_MAX)
		return as_beyond(f->out, f->where, "more names of a font than are looked at");
	if (!to)
		return AS_NOMEM;
	as_status s = as_decode_block(AS_ZLIB, f->where, to, (size_t)n, &got);
	if (s >= AS_NOMEM)
		return s;
	f->packed = true;
	return got > 0 ? read_names(f, as_bytes(to, got))
		       : as_unread(f->out, f->where, "the names of a font are damaged");
}

/* One font of a file of one or many: finds its table of names. */
static as_status read_font(as_facts *out, const as_file *file, uint64_t at, bool woff)
{
	font f = { .out = out, .arena = file->arena };
	as_cur c = as_cur_be(file->data, at + (woff ? 12 : 4));
	size_t n = as_u16(&c);
	as_seek(&c, at + (woff ? 44 : 12));
	for (size_t i = 0; i < n && as_ok(&c); i++) {
		as_span tag = as_take(&c, 4);
		if (!woff)
			as_skip(&c, 4);
		uint64_t from = as_u32(&c), held = as_u32(&c), whole = woff ? as_u32(&c) : held;
		if (woff)
			as_skip(&c, 4);
		if (!as_ok(&c) || !as_is(tag, "name"))
			continue;
		f.where = as_cut(file->data, from, held);
		if (f.where.n == 0)
			return as_unread(out, tag, "the names of a font lie outside of it");
		return whole > held ? read_packed(&f, whole) : read_names(&f, f.where);
	}
	return as_ok(&c) ? AS_OK : as_unread(out, file->data, "the tables of a font are cut off");
}

static as_status read_collection(as_facts *out, const as_file *f)
{
	as_cur c = as_cur_be(f->data, 8);
	uint64_t n = as_u32(&c);
	as_status s = AS_OK;
	for (size_t i = 0; i < as_min(n, FONTS_MAX) && s <= AS_PARTIAL; i++) {
		uint64_t at = as_u32(&c);
		if (!as_ok(&c))
			return as_unread(out, f->data, "a collection of fonts is cut off");
		s = as_worse(s, read_font(out, f, at, false));
	}
	if (s <= AS_PARTIAL && n > FONTS_MAX)
		s = as_beyond(out, f->data, "more fonts in one file than are looked at");
	return s;
}

static as_status inspect(as_facts *out, const as_file *f)
{
	if (as_starts(f->data, "wOF2"))
		return as_unread(out, as_cut(f->data, 0, 4),
			"font in WOFF 2: its names are packed with Brotli");
	if (as_starts(f->data, "ttcf"))
		return read_collection(out, f);
	return read_font(out, f, 0, as_starts(f->data, "wOFF"));
}

const as_inspector as_inspector_font = {
	.id = "font",
	.title = "Fonts by their table of names",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "component", "licence", NULL },
};
