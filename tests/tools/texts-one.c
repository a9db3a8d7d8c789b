/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of files, for learning signatures.
 *   usage: texts-one FILE...     of each file:
 *                                  file NAME
 *                                  bare VERSION        (a text that is nothing else)
 *                                  form KEY VERSION    (a version and what it stands in; see as_text_forms)
 *                                  said VERSION        (the same of texts that are hardly more than a version)
 *                                  keys N, then N words of 64 bits, little-endian: those of its texts, ascending,
 *                                    without the names of what it imports or offers
 *                                  names N, and as many words: those of the names of what it offers
 *                                  tables N, and as many words: those of pieces of tables in its data
 *                                each once, in this order */
#include "in_process.h"
#include "elf/read.h"
#include "inspect/borrowed.h"
#include "knowledge/tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST = 1 << 20, MARKS = 2 /* of a form: less is met everywhere */, BARE = 256 };

typedef struct keys {
	uint64_t *v;
	size_t n, bare;
	as_text_keys imports, exports;
} keys;

static as_status add(void *ctx, as_span text)
{
	keys *k = ctx;
	as_text_form forms[AS_FORMS_MOST];
	size_t n = as_text_forms(text, forms);
	for (size_t i = 0; i < n; i++) {
		const char *version = (const char *)forms[i].version.p;
		int length = (int)forms[i].version.n;
		if (forms[i].bare && k->bare++ < BARE)
			printf("bare %.*s\n", length, version);
		else if (forms[i].marks >= MARKS)
			printf("form %" PRIx64 " %.*s\n", forms[i].key, length, version);
		else
			printf("said %.*s\n", length, version);
	}
	if (k->n == MOST)
		return AS_LIMIT;
	uint64_t key = as_text_key(text);
	if (as_text_tells(text) && !as_has_text_key(&k->imports, key))
		k->v[k->n++] = key;
	return AS_OK;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* Those of the keys that are names of what the file offers, or those that are not. */
static void print(const char *what, const keys *k, bool names)
{
	size_t n = 0;
	uint64_t *some = calloc(k->n + 1, sizeof(*some));
	for (size_t i = 0; some && i < k->n; i++)
		if ((i == 0 || k->v[i] != k->v[i - 1]) &&
			as_has_text_key(&k->exports, k->v[i]) == names)
			some[n++] = k->v[i];
	printf("%s %zu\n", what, n);
	if (some)
		fwrite(some, sizeof(*some), n, stdout);
	free(some);
}

static as_status add_table(void *ctx, as_span piece, uint64_t key)
{
	keys *k = ctx;
	(void)piece;
	if (k->n == MOST)
		return AS_LIMIT;
	k->v[k->n++] = key;
	return AS_OK;
}

/* Pieces of tables in the sections of data: what code is made into differs from build to build. */
static void print_tables(as_span data, as_arena *arena, keys *k)
{
	as_elf_view e;
	k->n = 0;
	bool open = as_elf_open(&e, data, arena) == AS_OK;
	for (size_t i = 0; open && i < e.n_sections; i++) {
		const as_elf_section *s = &e.sections[i];
		as_span name = as_elf_string(e.section_names, s->name);
		bool is_data = as_starts(name, ".rodata") || as_same(name, as_lit(".data"));
		if (is_data && s->data.n > 0 && (s->data.p - data.p) % 4 == 0 &&
			as_table_pieces(s->data, add_table, k) != AS_OK)
			break;
	}
	qsort(k->v, k->n, sizeof(*k->v), compare);
	print("tables", k, false);
}

int main(int argc, char **argv)
{
	keys k = { .v = calloc(MOST, sizeof(*k.v)) };
	as_arena *arena = as_arena_new(0);
	int failed = !k.v || !arena;
	for (int i = 1; i < argc && !failed; i++) {
		as_span data = read_whole(argv[i]);
		k.n = k.bare = 0;
		as_arena_reset(arena);
		printf("file %s\n", argv[i]);
		if (as_borrowed(data, arena, &k.imports, &k.exports) > AS_PARTIAL ||
			as_texts(data, add, &k) > AS_LIMIT)
			failed = 1;
		qsort(k.v, k.n, sizeof(*k.v), compare);
		print("keys", &k, false);
		print("names", &k, true);
		print_tables(data, arena, &k);
		free_whole(data);
	}
	as_arena_free(arena);
	free(k.v);
	return failed;
}
