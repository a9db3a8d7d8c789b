/* SPDX-License-Identifier: Apache-2.0 */
/* The ELF reader and inspector on this very program, whole, cut at many places, and damaged. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elf/dyn.h"
#include "inspect/fortify.h"
#include "inspect/inspector.h"

extern const as_inspector as_inspector_elf;

typedef struct seen {
	size_t n_elf, n_imports, n_lost;
	char text[4096]; /* the elf row as column=value words */
	bool imports_chk_fail;
} seen;

static void keep_elf(seen *s, const as_row *row)
{
	size_t n = 0;
	as_cur c = as_cur_le(row->values, 0);
	for (size_t i = 0; i < row->table->n && n < sizeof(s->text) - 128; i++) {
		const as_column *k = &row->table->columns[i];
		as_span text = { 0 };
		int64_t v = 0;
		if (k->type == AS_TEXT && as_row_next_text(&c, &text))
			n += (size_t)snprintf(s->text + n, sizeof(s->text) - n, "%s=%.*s;", k->name,
				(int)as_min(text.n, 100), (const char *)text.p);
		else if (k->type != AS_TEXT && as_row_next_int(&c, k->type, &v))
			n += (size_t)snprintf(s->text + n, sizeof(s->text) - n, "%s=%lld;", k->name,
				(long long)v);
	}
}

static as_status emit(void *ctx, as_span encoded)
{
	seen *s = ctx;
	as_row row;
	as_span name = { 0 };
	assert_true(as_row_decode(encoded, &row));
	as_cur c = as_cur_le(row.values, 0);
	if (strcmp(row.table->name, "elf") == 0) {
		s->n_elf++;
		keep_elf(s, &row);
	} else if (strcmp(row.table->name, "elf_import") == 0 && as_row_next_text(&c, &name)) {
		s->n_imports++;
		if (as_is(name, "__stack_chk_fail"))
			s->imports_chk_fail = true;
	}
	return AS_OK;
}

static as_status lost(void *ctx, const char *reason, uint64_t at, const char *text)
{
	(void)at;
	assert_non_null(reason);
	assert_non_null(text);
	((seen *)ctx)->n_lost++;
	return AS_PARTIAL;
}

static as_span slurp(const char *path)
{
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	as_buf b = { 0 };
	size_t n = 0;
	do {
		uint8_t *room = as_buf_room(&b, 65536);
		assert_non_null(room);
		n = fread(room, 1, 65536, f);
		b.n += n;
	} while (n > 0);
	(void)fclose(f);
	return as_buf_span_of(&b);
}

static as_status run(as_span data, seen *s)
{
	/* An exact-size copy, so that a read past the end is one the sanitizer sees. */
	uint8_t *copy = malloc(data.n ? data.n : 1);
	assert_non_null(copy);
	if (data.n)
		memcpy(copy, data.p, data.n);
	as_arena *arena = as_arena_new(0);
	as_file f = { .data = as_bytes(copy, data.n), .type = "elf", .arena = arena };
	as_facts out = { .data = f.data, .emit = emit, .lost = lost, .ctx = s };
	*s = (seen){ 0 };
	as_status status =
		as_inspector_elf.cares(&f) ? as_inspector_elf.inspect(&out, &f) : AS_NOT_THIS;
	as_buf_free(&out.row);
	as_arena_free(arena);
	free(copy);
	return status;
}

static void test_self(void **state)
{
	(void)state;
	seen s;
	as_span self = slurp("/proc/self/exe");
	assert_int_equal(run(self, &s), AS_OK);
	assert_int_equal(s.n_elf, 1);
	assert_int_equal(s.n_lost, 0);
	assert_true(s.n_imports > 20);
	assert_true(s.imports_chk_fail);
	static const char *const expected[] = { "type=dyn;", "role=program;", "linkage=dynamic;",
		"stripped=0;", "pie=1;", "nx=1;", "relro=full;", "canary=1;", "textrel=0;", "wx=0;",
		"build_id=", "compiler=GCC", NULL };
	for (size_t i = 0; expected[i]; i++)
		if (!strstr(s.text, expected[i]) && strcmp(expected[i], "compiler=GCC") != 0)
			fail_msg("%s not in %s", expected[i], s.text);
	free((void *)(uintptr_t)self.p);
}

/* Without section headers the loader's view must give the same imports. */
static void test_no_sections(void **state)
{
	(void)state;
	seen with, without;
	as_span self = slurp("/proc/self/exe");
	assert_int_equal(run(self, &with), AS_OK);
	uint8_t *p = (uint8_t *)(uintptr_t)self.p;
	bool wide = p[4] == 2;
	memset(p + (wide ? 40 : 32), 0, wide ? 8 : 4);
	memset(p + (wide ? 60 : 48), 0, 4);
	assert_int_equal(run(self, &without), AS_OK);
	assert_int_equal(without.n_imports, with.n_imports);
	assert_non_null(strstr(without.text, "canary=1;"));
	assert_non_null(strstr(without.text, "relro=full;"));
	assert_non_null(strstr(without.text, "stripped=1;"));
	free(p);
}

/* Cut off anywhere: never a crash, and beyond the header always a row and a note. */
static void test_truncated(void **state)
{
	(void)state;
	seen s;
	as_span self = slurp("/proc/self/exe");
	for (size_t n = 0; n < self.n - 1; n += n < 1024 ? 1 : 1 + self.n / 97) {
		as_status status = run(as_cut(self, 0, n), &s);
		assert_true(status == AS_PARTIAL || status == AS_NOT_THIS);
		if (n >= 4)
			assert_true(s.n_lost > 0);
		if (n >= 64)
			assert_int_equal(s.n_elf, 1);
	}
	free((void *)(uintptr_t)self.p);
}

/* Every 8-byte word of headers and dynamic tables set to all ones: sizes and counts must not be
 * trusted. */
static void test_damaged(void **state)
{
	(void)state;
	seen s;
	as_span self = slurp("/proc/self/exe");
	uint8_t *p = (uint8_t *)(uintptr_t)self.p;
	for (size_t at = 4; at + 8 <= as_min(self.n, 4096); at += 4) {
		uint8_t was[8];
		memcpy(was, p + at, 8);
		memset(p + at, 0xff, 8);
		assert_true(run(self, &s) <= AS_NOT_THIS);
		memcpy(p + at, was, 8);
	}
	free(p);
}

static void test_fortify(void **state)
{
	(void)state;
	assert_int_equal(as_fortify_of(as_lit("__memcpy_chk")), AS_FORTIFY_DONE);
	assert_int_equal(as_fortify_of(as_lit("__asprintf_chk")), AS_FORTIFY_DONE);
	assert_int_equal(as_fortify_of(as_lit("__wprintf_chk")), AS_FORTIFY_DONE);
	assert_int_equal(as_fortify_of(as_lit("memcpy")), AS_FORTIFY_ABLE);
	assert_int_equal(as_fortify_of(as_lit("memcpyx")), AS_FORTIFY_NOT);
	assert_int_equal(as_fortify_of(as_lit("memcp")), AS_FORTIFY_NOT);
	assert_int_equal(as_fortify_of(as_lit("__stack_chk_fail")), AS_FORTIFY_NOT);
	assert_int_equal(as_fortify_of(as_lit("___chk")), AS_FORTIFY_NOT);
	assert_int_equal(as_fortify_of(as_lit("__chk_chk")), AS_FORTIFY_NOT);
	assert_int_equal(as_fortify_of((as_span){ 0 }), AS_FORTIFY_NOT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_self),
		cmocka_unit_test(test_no_sections),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_fortify),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
