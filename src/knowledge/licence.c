/* SPDX-License-Identifier: Apache-2.0 */
#include "knowledge/licence.h"

#include <pthread.h>
#include <stdlib.h>
#include <strings.h>

#include "base/buf.h"
#include "base/embed.h"
#include "knowledge/tsv.h"

enum { NAMES_MAX = 4096, WORDS_MAX = 64 /* of an expression */ };

typedef struct known_name {
	as_span name, spdx;
} known_name;

/* Built once and then only read. Sorted without regard to case. */
static known_name *names;
static size_t n_names;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int compare(as_span a, as_span b)
{
	int r = strncasecmp((const char *)a.p, (const char *)b.p, (size_t)as_min(a.n, b.n));
	return r != 0 ? r : (a.n > b.n) - (a.n < b.n);
}

static int by_name(const void *a, const void *b)
{
	return compare(((const known_name *)a)->name, ((const known_name *)b)->name);
}

static void prepare(void)
{
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, "licences.tsv"), 0);
	as_span field[3];
	names = calloc(NAMES_MAX, sizeof(*names));
	for (size_t n; names && n_names < NAMES_MAX && (n = as_tsv_row(&c, field, 3)) > 0;)
		if (n == 3)
			names[n_names++] = (known_name){ field[2], field[0] };
	if (names)
		qsort(names, n_names, sizeof(*names), by_name);
}

as_status as_licence_prepare(void)
{
	(void)pthread_once(&once, prepare);
	return names ? AS_OK : AS_NOMEM;
}

static as_span look_up(as_span name)
{
	size_t low = 0, high = n_names;
	while (low < high && name.n > 0) {
		size_t mid = low + (high - low) / 2;
		int r = compare(names[mid].name, name);
		if (r == 0)
			return names[mid].spdx;
		low = r < 0 ? mid + 1 : low;
		high = r < 0 ? high : mid;
	}
	return (as_span){ 0 };
}

static const char *operator_of(as_span word)
{
	return as_is_nocase(word, "and")    ? " AND "
	       : as_is_nocase(word, "or")   ? " OR "
	       : as_is_nocase(word, "with") ? " WITH "
					    : NULL;
}

/* Appends what a name between two operators means, with the brackets around it. What follows WITH is an exception,
 * whose names are not looked up. */
static bool add_name(as_buf *b, as_span name, bool exception)
{
	while (as_starts(name, "(")) {
		as_buf_u8(b, '(');
		name = as_trim(as_from(name, 1));
	}
	size_t closing = 0;
	while (name.n > closing && name.p[name.n - 1 - closing] == ')' && !look_up(name).p)
		closing++;
	name = as_trim(as_cut(name, 0, name.n - closing));
	as_span spdx = exception ? name : look_up(name);
	if (!spdx.p || spdx.n == 0 || (exception && as_find_byte(name, ' ', 0) != SIZE_MAX))
		return false;
	as_buf_add(b, spdx.p, spdx.n);
	for (; closing > 0; closing--)
		as_buf_u8(b, ')');
	return true;
}

static bool add_expression(as_buf *b, as_span text)
{
	size_t from = 0, at = 0;
	bool exception = false;
	as_span word = as_word(text, 0);
	for (size_t i = 1; i < WORDS_MAX && word.p; word = as_word(text, i++)) {
		uint64_t begin = 0;
		const char *joined = operator_of(word);
		(void)as_within(text, word, &begin);
		at = (size_t)begin;
		if (!joined)
			continue;
		as_span name = as_trim(as_cut(text, from, at - from));
		if (name.n == 0 || !add_name(b, name, exception))
			return false;
		as_buf_text(b, joined);
		exception = as_is_nocase(word, "with");
		from = at + word.n;
	}
	as_span last = as_trim(as_from(text, from));
	return !word.p && last.n > 0 && add_name(b, last, exception);
}

as_span as_licence_named(as_arena *arena, as_span text)
{
	text = as_trim(text);
	if (as_licence_prepare() != AS_OK)
		return (as_span){ 0 };
	as_span spdx = look_up(text);
	if (spdx.p)
		return spdx;
	as_buf b = { 0 };
	bool known = add_expression(&b, text) && !b.bad;
	spdx = known ? as_copy(arena, as_buf_span_of(&b)) : (as_span){ 0 };
	as_buf_free(&b);
	return spdx;
}
