/* SPDX-License-Identifier: Apache-2.0 */
/* Network files that are meant to hurt: nesting, numbers, names and lists without end; and names that are near. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assess/names.h"
#include "assess/near.h"
#include "assess/network.h"

enum { MANY = 1000000, COLLIDING = 3000, LOW_BITS = 1023, LINE = 64 };

static const char head[] = "[assessment]\nquestion=\"q\"\noperator=\"o\"\ncurrency=\"c\"\n";

static as_span no_file(void *ctx, as_span name, unsigned line, as_faults *f)
{
	(void)ctx;
	as_fault_add(f, name, line, "there is no file");
	return (as_span){ 0 };
}

/* Reads a network file; how many faults it has. */
static size_t faults_in(as_span text, as_arena *arena)
{
	as_faults f = { .arena = arena };
	as_network_files files = { .read = no_file };
	(void)as_network_read(text, as_lit("n"), as_lit(""), &files, &f);
	assert_false(f.no_memory);
	return f.n + f.untold;
}

static void repeat(as_buf *b, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		as_buf_text(b, text);
}

static void nesting_ends(void **state)
{
	(void)state;
	static const char *const openings[] = { "[", "{a=", "a.", "[[", "'''" };
	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
		as_arena *arena = as_arena_new(0);
		as_buf b = { 0 };
		as_buf_text(&b, head);
		as_buf_text(&b, i == 2 ? "" : "discount = ");
		repeat(&b, openings[i], MANY);
		assert_true(faults_in(as_buf_span_of(&b), arena) > 0);
		as_buf_free(&b);
		as_arena_free(arena);
	}
}

static void numbers_have_bounds(void **state)
{
	(void)state;
	static const char *const numbers[] = { "1e308", "1e309", "-1e309", "inf", "-inf", "nan",
		"0x7fffffffffffffff", "0b1", "18446744073709551616", "-1", "1_0", "2.5", "00" };
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		as_arena *arena = as_arena_new(0);
		as_span plain = as_print(arena, "%sstart = %s\n", head, numbers[i]),
			quantity = as_print(arena, "%s[loss]\nrecord = { low = 1, high = %s }\n",
				head, numbers[i]);
		/* one more than the good file has: there is no equipment */
		assert_int_equal(faults_in(plain, arena), 2);
		bool fine = i == 10 || i == 11;
		assert_int_equal(faults_in(quantity, arena), fine ? 1 : 2);
		as_arena_free(arena);
	}
}

static void names_are_found_again(void **state)
{
	(void)state;
	as_names names = { .arena = as_arena_new(0) };
	char name[LINE];
	for (size_t i = 0; i < MANY; i++) {
		(void)snprintf(name, sizeof(name), "Name %zu", i);
		assert_int_equal(as_names_add(&names, as_copy(names.arena, as_lit(name))), i);
	}
	for (size_t i = 0; i < MANY; i += 997) {
		(void)snprintf(name, sizeof(name), "NAME %zu", i);
		assert_int_equal(as_names_find(&names, as_lit(name)), i);
	}
	assert_int_equal(as_names_find(&names, as_lit("Name")), SIZE_MAX);
	as_arena *arena = names.arena;
	as_names_free(&names);
	as_arena_free(arena);
}

/* Names whose hashes agree in their last bits, as somebody may choose them. */
static void names_that_collide_stay_apart(void **state)
{
	(void)state;
	as_names names = { .arena = as_arena_new(0) };
	char name[LINE];
	size_t n = 0;
	for (size_t i = 0; n < COLLIDING; i++) {
		(void)snprintf(name, sizeof(name), "n%zu", i);
		if ((as_hash64(strlen(name), as_lit(name)) & LOW_BITS) == 0)
			assert_int_equal(
				as_names_add(&names, as_copy(names.arena, as_lit(name))), n++);
	}
	for (size_t i = 0; i < n; i++)
		assert_int_equal(as_names_find(&names, names.p[i]), i);
	as_arena *arena = names.arena;
	as_names_free(&names);
	as_arena_free(arena);
}

/* A million suppliers of one name, in a circle of owners, and a million aliases: told, and not for ever. */
static void many_of_everything(void **state)
{
	(void)state;
	static const char *const parts[] = { "[[supplier]]\nname=\"a\"\nparent=\"a\"\n",
		"[[class]]\n", "[[scenario]]\nname=\"s\"\nreplace=[{},{},{}]\n",
		"[[control]]\nname=\"c\"\nthreats=[\"x\",\"y\"]\n" };
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		as_arena *arena = as_arena_new(0);
		as_buf b = { 0 };
		as_buf_text(&b, head);
		repeat(&b, parts[i], MANY / 10);
		assert_true(faults_in(as_buf_span_of(&b), arena) >= MANY / 10);
		as_buf_free(&b);
		as_arena_free(arena);
	}
}

static void near_names(void **state)
{
	(void)state;
	static const struct {
		const char *given, *there, *said;
	} rows[] = { { "strat", "start", "; did you mean 'start'?" },
		{ "Example-One", "Example One", "; did you mean 'Example One'?" },
		{ "exmaple one", "Example One", "; did you mean 'Example One'?" },
		{ "ab", "cd", "" }, { "count", "sites", "" }, { "x", "y", "" }, { "", "y", "" } };
	as_arena *arena = as_arena_new(0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		as_near n = { .given = as_lit(rows[i].given) };
		as_near_try(&n, as_lit("something else altogether"));
		as_near_try(&n, as_lit(rows[i].there));
		assert_string_equal(as_near_text(&n, arena), rows[i].said);
	}
	as_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(nesting_ends),
		cmocka_unit_test(numbers_have_bounds), cmocka_unit_test(names_are_found_again),
		cmocka_unit_test(names_that_collide_stay_apart),
		cmocka_unit_test(many_of_everything), cmocka_unit_test(near_names) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
