/* SPDX-License-Identifier: Apache-2.0 */
#include "suppliers/name.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "base/embed.h"
#include "base/map.h"
#include "knowledge/tsv.h"

enum {
	FORMS = 512,                /* rows of legal_forms.tsv that fit */
	FORM_WORDS = 6,             /* of a legal form */
	FOLDED = 4 * AS_NAME_BYTES, /* bytes of a name in ASCII letters */
	SEED = 0x5eed, /* of the weights: words of a pack that ships, not of an attacker */
	ARENA = 64 << 20,
	UNITS_OF_COUNTRY = 128,
};

#define COUNTRY 1.5f /* the weight of a country's name */

typedef enum place { AT_END = 1, AT_BEGIN = 2, ANYWHERE = 4 } place;

typedef struct form {
	as_span text, kind;
	as_span word[FORM_WORDS];
	size_t n;
	place place;
	bool raw; /* not of ASCII letters: compared before transliteration */
} form;

struct as_naming {
	UTransliterator *latin;
	form form[FORMS];
	size_t n_forms;
	as_map seen;      /* words of organizations' names, and in how many */
	as_map countries; /* words of countries' names */
	double names;
};

static bool is_letter(uint8_t c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/* Whether a dot at offset at stands in an abbreviation of single letters: "S.p.A.", "l.l.c". */
static bool is_inside_initials(as_span s, size_t at)
{
	bool single =
		at > 0 && is_letter(as_at(s, at - 1)) && (at < 2 || !is_letter(as_at(s, at - 2)));
	return single && is_letter(as_at(s, at + 1)) && !is_letter(as_at(s, at + 2));
}

/* Takes the next word of lower-case ASCII into word (of n bytes at least); its length, 0 at the end. */
static size_t next_word(as_span s, size_t *at, uint8_t *word, size_t n)
{
	size_t len = 0;
	while (*at < s.n && !is_letter(s.p[*at]))
		(*at)++;
	for (; *at < s.n; (*at)++) {
		uint8_t c = s.p[*at];
		bool joins = c == '\'' || c == '`' || (c == '.' && is_inside_initials(s, *at));
		if (!is_letter(c) && !joins)
			break;
		if (is_letter(c) && len < n)
			word[len++] = c;
	}
	return len;
}

/* Cuts lower-case ASCII into words; single letters beside each other are one ("S. A."). Owned by the arena. */
static size_t cut(as_arena *arena, as_span s, as_span *word, size_t max)
{
	uint8_t *room = as_alloc(arena, s.n + 1);
	size_t n = 0, at = 0;
	bool was_single = false;
	for (size_t len; room && n <= max && (len = next_word(s, &at, room, s.n)) > 0;
		room += len) {
		bool single = len == 1 && *room >= 'a';
		if (single && was_single) {
			word[n - 1].n++;
		} else if (n < max) {
			word[n++] = as_bytes(room, len);
		} else {
			break;
		}
		was_single = single;
	}
	return n;
}

static bool is_ascii(as_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80)
			return false;
	return true;
}

/* In lower case, of ASCII, written to `to`. What cannot be transliterated is left out. */
static as_span fold(const as_naming *names, as_span text, uint8_t to[FOLDED])
{
	enum { UNITS = 4 * AS_NAME_BYTES };
	UChar wide[UNITS];
	int32_t n = 0, end = 0, written = 0;
	UErrorCode error = U_ZERO_ERROR;
	if (is_ascii(text)) {
		for (size_t i = 0; i < text.n; i++)
			to[i] = text.p[i] >= 'A' && text.p[i] <= 'Z' ? text.p[i] | 0x20 : text.p[i];
		return as_bytes(to, text.n);
	}
	u_strFromUTF8WithSub(
		wide, UNITS, &n, (const char *)text.p, (int32_t)text.n, ' ', NULL, &error);
	end = n;
	if (U_SUCCESS(error) && names->latin)
		utrans_transUChars(names->latin, wide, &n, UNITS, 0, &end, &error);
	if (U_SUCCESS(error))
		u_strToUTF8WithSub((char *)to, FOLDED, &written, wide, n, ' ', NULL, &error);
	return U_SUCCESS(error) && written <= FOLDED ? as_bytes(to, (size_t)written)
						     : as_bytes(to, 0);
}

/* The kinds of forms that were met, in order, each once. */
typedef struct kinds {
	as_span kind[8];
	size_t n;
} kinds;

static int order(as_span a, as_span b)
{
	int c = memcmp(a.p, b.p, (size_t)as_min(a.n, b.n));
	return c ? c : (a.n > b.n) - (a.n < b.n);
}

static void add_kind(kinds *k, as_span kind)
{
	size_t i = 0;
	while (i < k->n && order(k->kind[i], kind) < 0)
		i++;
	if (k->n == sizeof(k->kind) / sizeof(k->kind[0]) || (i < k->n && as_same(k->kind[i], kind)))
		return;
	memmove(&k->kind[i + 1], &k->kind[i], (k->n - i) * sizeof(k->kind[0]));
	k->kind[i] = kind;
	k->n++;
}

/* Legal forms of another alphabet that hang on the name without a space. */
static as_span strip_raw(const as_naming *names, as_span s, kinds *k)
{
	for (size_t i = 0; i < names->n_forms; i++) {
		const form *f = &names->form[i];
		if (!f->raw || s.n <= f->text.n)
			continue;
		if (as_same(as_from(s, s.n - f->text.n), f->text)) {
			add_kind(k, f->kind);
			return as_trim(as_cut(s, 0, s.n - f->text.n));
		}
		if ((f->place & AT_BEGIN) && as_same(as_cut(s, 0, f->text.n), f->text)) {
			add_kind(k, f->kind);
			return as_trim(as_from(s, f->text.n));
		}
	}
	return s;
}

static bool matches(const form *f, const as_span *word)
{
	for (size_t i = 0; i < f->n; i++)
		if (!as_same(f->word[i], word[i]))
			return false;
	return true;
}

/* The longest form at one end of n words that leaves a word; NULL: none. */
static const form *form_at(const as_naming *names, const as_span *word, size_t n, place where)
{
	const form *best = NULL;
	for (size_t i = 0; i < names->n_forms; i++) {
		const form *f = &names->form[i];
		if (f->raw || !(f->place & where) || f->n >= n || (best && f->n <= best->n))
			continue;
		if (matches(f, where == AT_END ? word + n - f->n : word))
			best = f;
	}
	return best;
}

/* Takes legal forms off both ends, and words that only join others. Answers how many words are left, from *word on. */
static size_t strip(const as_naming *names, as_span **word, size_t n, kinds *k)
{
	size_t kept = 0;
	for (const form *f; (f = form_at(names, *word, n, AT_END));) {
		if (f->place != (place)(ANYWHERE | AT_END))
			add_kind(k, f->kind);
		n -= f->n;
	}
	for (const form *f; (f = form_at(names, *word, n, AT_BEGIN));) {
		add_kind(k, f->kind);
		*word += f->n;
		n -= f->n;
	}
	for (size_t i = 0; i < n; i++) {
		bool joins = false;
		for (size_t j = 0; j < names->n_forms && n > 1 && !joins; j++)
			joins = (names->form[j].place & ANYWHERE) &&
				as_same(names->form[j].text, (*word)[i]);
		if (!joins || (i + 1 == n && kept == 0))
			(*word)[kept++] = (*word)[i];
	}
	return kept;
}

/* How much a word tells. Behind the first a country's name tells little: which part of a company it is. */
static float weight(const as_naming *names, as_span word, bool first)
{
	uint64_t n = 0, key = as_hash64(SEED, word);
	if (!first && as_map_get(&names->countries, key, &n))
		return COUNTRY;
	n = 0;
	(void)as_map_get(&names->seen, key, &n);
	return (float)log((names->names + 1) / ((double)n + 0.5));
}

static as_status conclude(const as_naming *names, as_arena *arena, const as_span *word, size_t n,
	const kinds *k, as_name *out)
{
	size_t len = 0, at = 0, used = 0, of_kinds = 0;
	for (size_t i = 0; i < n; i++)
		len += word[i].n;
	for (size_t i = 0; i < k->n; i++)
		of_kinds += k->kind[i].n + 1;
	uint8_t *core = as_alloc(arena, len + 1), *forms = as_alloc(arena, of_kinds + 1);
	*out = (as_name){ .word = as_alloc_array(arena, n + 1, sizeof(*out->word)), .n = n };
	if (!core || !forms || !out->word)
		return AS_NOMEM;
	for (size_t i = 0; i < n; i++) {
		memcpy(core + at, word[i].p, word[i].n);
		out->word[i] = (as_name_word){ as_bytes(core + at, word[i].n),
			weight(names, word[i], i == 0) };
		out->weight += out->word[i].weight;
		at += word[i].n;
	}
	out->core = as_bytes(core, len);
	for (size_t i = 0; i < k->n; i++) {
		memcpy(forms + used, k->kind[i].p, k->kind[i].n);
		used += k->kind[i].n;
		forms[used++] = ' ';
	}
	out->forms = as_bytes(forms, used);
	return AS_OK;
}

as_status as_name_read(as_naming *names, as_arena *arena, as_span text, as_name *out)
{
	as_span room[AS_NAME_WORDS], *word = room;
	uint8_t folded[FOLDED];
	kinds k = { 0 };
	as_span s = as_trim(as_cut(text, 0, as_min(text.n, AS_NAME_BYTES)));
	if (!is_ascii(s))
		s = strip_raw(names, s, &k);
	size_t n = cut(arena, fold(names, s, folded), word, AS_NAME_WORDS);
	n = strip(names, &word, n, &k);
	return conclude(names, arena, word, n, &k, out);
}

/* Reads legal_forms.tsv. */
static bool read_forms(as_naming *names)
{
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, "legal_forms.tsv"), 0);
	as_span field[4];
	while (as_tsv_row(&c, field, 4) == 4) {
		form *f = &names->form[names->n_forms];
		if (names->n_forms == FORMS)
			return false;
		*f = (form){ .text = field[0], .kind = field[1], .raw = !is_ascii(field[0]) };
		f->place = as_is(field[2], "both")    ? AT_END | AT_BEGIN
			   : as_is(field[2], "begin") ? AT_BEGIN
			   : as_is(field[2], "any")   ? ANYWHERE | AT_END
						      : AT_END;
		while (f->n < FORM_WORDS && (f->word[f->n] = as_word(f->text, f->n)).p)
			f->n++;
		names->n_forms++;
	}
	return names->n_forms > 0;
}

/* Counts in how many organizations' names each word stands, by macs.tsv. */
static as_status weigh(as_naming *names)
{
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, "macs.tsv"), 0);
	as_span field[1], word[AS_NAME_WORDS];
	uint8_t folded[FOLDED];
	as_arena *arena = as_arena_new(ARENA);
	as_status s = arena ? AS_OK : AS_NOMEM;
	names->seen.seed = SEED;
	while (s == AS_OK && as_tsv_row(&c, field, 1) == 1) {
		as_span text = as_cut(field[0], 0, as_min(field[0].n, AS_NAME_BYTES));
		text = fold(names, text, folded);
		size_t n = cut(arena, text, word, AS_NAME_WORDS);
		for (size_t i = 0; i < n && s == AS_OK; i++) {
			uint64_t key = as_hash64(SEED, word[i]), seen = 0;
			(void)as_map_get(&names->seen, key, &seen);
			s = as_map_set(&names->seen, key, seen + 1);
		}
		names->names++;
		as_arena_reset(arena);
	}
	as_arena_free(arena);
	return s;
}

static as_status add_country(as_naming *names, const char *locale, const char *language)
{
	UChar wide[UNITS_OF_COUNTRY];
	char text[4 * UNITS_OF_COUNTRY];
	uint8_t folded[FOLDED];
	as_span word[AS_NAME_WORDS];
	int32_t n = 0;
	UErrorCode error = U_ZERO_ERROR;
	as_arena *arena = as_arena_new(ARENA);
	as_status s = arena ? AS_OK : AS_NOMEM;
	(void)uloc_getDisplayCountry(locale, language, wide, UNITS_OF_COUNTRY, &error);
	u_strToUTF8(text, (int32_t)sizeof(text), &n, wide, -1, &error);
	if (s == AS_OK && U_SUCCESS(error) && n > 0 && n < (int32_t)sizeof(text)) {
		size_t words = cut(
			arena, fold(names, as_bytes(text, (size_t)n), folded), word, AS_NAME_WORDS);
		for (size_t i = 0; i < words && s == AS_OK; i++)
			s = as_map_set(&names->countries, as_hash64(SEED, word[i]), 1);
	}
	as_arena_free(arena);
	return s;
}

/* The names of countries in English and in what is spoken there. */
static as_status read_countries(as_naming *names)
{
	as_status s = AS_OK;
	names->countries.seed = SEED;
	for (const char *const *code = uloc_getISOCountries(); *code && s == AS_OK; code++) {
		char locale[16], likely[64];
		UErrorCode error = U_ZERO_ERROR;
		(void)snprintf(locale, sizeof(locale), "und_%s", *code);
		s = add_country(names, locale, "en");
		(void)uloc_addLikelySubtags(locale, likely, (int32_t)sizeof(likely), &error);
		if (s == AS_OK && U_SUCCESS(error))
			s = add_country(names, locale, likely);
	}
	return s;
}

as_naming *as_naming_new(void)
{
	static const char id[] = "Any-Latin; NFD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower";
	UChar wide[sizeof(id)];
	UErrorCode error = U_ZERO_ERROR;
	as_naming *names = calloc(1, sizeof(*names));
	if (!names)
		return NULL;
	u_charsToUChars(id, wide, (int32_t)sizeof(id));
	names->latin = utrans_openU(wide, -1, UTRANS_FORWARD, NULL, 0, NULL, &error);
	if (U_SUCCESS(error) && read_forms(names) && weigh(names) == AS_OK &&
		read_countries(names) == AS_OK)
		return names;
	as_naming_free(names);
	return NULL;
}

void as_naming_free(as_naming *names)
{
	if (!names)
		return;
	if (names->latin)
		utrans_close(names->latin);
	as_map_free(&names->seen);
	as_map_free(&names->countries);
	free(names);
}
