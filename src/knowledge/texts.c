/* SPDX-License-Identifier: Apache-2.0 */
#include "knowledge/texts.h"

#include "base/ascii.h"
#include "base/map.h"
#include "base/search.h"

enum { FORM_MOST = 200 /* bytes of a text that tells a version */ };

static const uint64_t seed = 0x6173736179746578; /* of the shipped pack: fixed */

static bool is_printable(uint8_t b) { return (b >= 0x20 && b < 0x7f) || b == '\t' || b == '\n'; }

as_status as_texts(as_span data, as_text_found found, void *ctx)
{
	as_status s = AS_OK;
	size_t from = 0;
	for (size_t i = 0; i < data.n && s == AS_OK; i++) {
		if (is_printable(data.p[i]))
			continue;
		size_t n = i - from;
		if (data.p[i] == 0 && n >= AS_TEXT_SHORT && n <= AS_TEXT_MOST)
			s = found(ctx, as_cut(data, from, n));
		from = i + 1;
	}
	return s;
}

bool as_text_tells(as_span text)
{
	for (size_t i = 0; i < text.n; i++) {
		bool capital = as_is_upper(text.p[i]);
		if (!capital && !as_is_digit(text.p[i]) && text.p[i] != '_')
			return text.n >= AS_TEXT_LEAST;
	}
	return false;
}

uint64_t as_text_key(as_span text) { return as_hash64(seed, text) >> 16; }

bool as_has_text_key(const as_text_keys *keys, uint64_t key)
{
	return as_with(keys->v, keys->n, sizeof(*keys->v), key) != NULL;
}

static bool is_month(as_span s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (size_t i = 0; s.n == 3 && i < sizeof(months) - 1; i += 3)
		if (as_same(s, as_bytes(months + i, 3)))
			return true;
	return false;
}

typedef struct shape {
	uint8_t b[FORM_MOST + 1];
	size_t n;
	size_t marks;
} shape;

/* Adds text to a form: # for digits, @ for a month, everything else as it is. */
static void add(shape *f, as_span text)
{
	for (size_t i = 0, n = 1; i < text.n; i += n) {
		uint8_t b = text.p[i];
		for (n = 1; i + n < text.n && as_is_digit(b) && as_is_digit(text.p[i + n]);)
			n++;
		for (; i + n < text.n && as_is_letter(b) && as_is_letter(text.p[i + n]);)
			n++;
		as_span word = as_cut(text, i, n);
		bool month = is_month(word);
		if (as_is_digit(b) || month)
			word = as_lit(month ? "@" : "#");
		else if (b != ' ' && b != '\t' && b != '\n')
			f->marks += n;
		for (size_t k = 0; k < word.n; k++)
			f->b[f->n++] = word.p[k];
	}
}

/* Where the version that begins at a place ends: at what a distribution adds (+, ~), and before a dot that no
 * number follows. */
static size_t end_of(as_span text, size_t at)
{
	size_t end = at;
	while (end < text.n) {
		bool dot = text.p[end] == '.' && as_is_digit(as_at(text, end + 1));
		if (!dot && !as_is_digit(text.p[end]) && !as_is_letter(text.p[end]))
			break;
		end++;
	}
	return end;
}

/* What may stand behind a version that is all of a text. */
static bool ends(as_span rest)
{
	static const char *const tails[] = { "", "-git", "-release", "-stable" };
	bool is = false;
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]) && !is; i++)
		is = rest.n == strlen(tails[i]) && as_starts(rest, tails[i]);
	return is;
}

/* The name of a set of symbols, such as LIBFOO_2.0: that of the release in which they came. */
static bool is_symbol_version(as_span text)
{
	bool line = false;
	for (size_t i = 0; i < text.n; i++) {
		bool capital = as_is_upper(text.p[i]);
		line = line || text.p[i] == '_';
		if (!capital && !as_is_digit(text.p[i]) && text.p[i] != '_' && text.p[i] != '.')
			return false;
	}
	return line && as_is_digit(as_at(text, text.n - 1));
}

static as_text_form form_of(as_span text, size_t at, size_t end)
{
	shape f = { 0 };
	add(&f, as_cut(text, 0, at));
	f.b[f.n++] = 1;
	add(&f, as_from(text, end));
	return (as_text_form){ .version = as_cut(text, at, end - at),
		.key = as_text_key(as_bytes(f.b, f.n)),
		.marks = f.marks,
		.bare = ends(as_from(text, end)) &&
			(at == 0 || (at == 1 && (text.p[0] | 0x20) == 'v')) };
}

/* Whether the number at a place belongs to a conversion of printf: %-6.6s. */
static bool is_conversion(as_span text, size_t at)
{
	while (at > 0 && strchr("-+#.* ", text.p[at - 1]))
		at--;
	return at > 0 && text.p[at - 1] == '%';
}

size_t as_text_forms(as_span text, as_text_form out[AS_FORMS_MOST])
{
	size_t n = 0;
	if (text.n > FORM_MOST)
		text = as_cut(text, 0, as_min(FORM_MOST, as_find_byte(text, '\n', 0)));
	if (is_symbol_version(text))
		return 0;
	for (size_t i = 0, end = 0; i < text.n && n < AS_FORMS_MOST; i = end) {
		end = i + 1;
		bool inside = i > 0 && (as_is_digit(text.p[i - 1]) || text.p[i - 1] == '.');
		if (!as_is_digit(text.p[i]) || inside || is_conversion(text, i))
			continue;
		end = end_of(text, i);
		out[n++] = form_of(text, i, end);
	}
	return n;
}
