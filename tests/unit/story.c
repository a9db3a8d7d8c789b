/* SPDX-License-Identifier: Apache-2.0 */
/* What explanations of code rest on: numbers that must never change, a table that must be in order, texts that cannot
 * be misread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "code/fingerprint.h"
#include "code/phrase.h"

/* Marks in users' files rest on these: an operation that is added takes the next number, none is given away. */
static void test_numbers_of_operations_are_theirs_for_ever(void **state)
{
	(void)state;
	bool taken[256] = { false };
	for (int i = 0; i < AS_N_OP_KINDS; i++) {
		uint8_t n = as_fingerprint_kind((as_op_kind)i);
		bool silent = i == AS_OP_NOP || i == AS_OP_KILL || i == AS_OP_PACKED;
		assert_int_equal(n == 0, silent);
		assert_false(n != 0 && taken[n]);
		taken[n] = true;
	}
	assert_int_equal(as_fingerprint_kind(AS_OP_MOVE), 1);
	assert_int_equal(as_fingerprint_kind(AS_OP_NOT), 20);
	assert_int_equal(as_fingerprint_kind(AS_OP_LOAD), 21);
	assert_int_equal(as_fingerprint_kind(AS_OP_SELECT), 30);
	assert_int_equal(as_fingerprint_kind(AS_OP_CALL), 35);
	assert_int_equal(as_fingerprint_kind(AS_OP_TRAP), 39);
}

static void test_signatures_are_found(void **state)
{
	static const char *const names[] = {
#define SIGNATURE(name, takes) name,
#include "code/signature.def"
#undef SIGNATURE
	};
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *takes = as_phrase_signature(as_lit(names[i]));
		assert_non_null(takes);
		assert_true(strlen(takes) <= AS_ARGS_MAX);
		assert_int_equal(strspn(takes, "spixofz"), strlen(takes));
	}
	assert_string_equal(as_phrase_signature(as_lit("strcmp")), "ss");
	assert_null(as_phrase_signature(as_lit("strcmpx")));
	assert_null(as_phrase_signature(as_lit("strcm")));
	assert_null(as_phrase_signature((as_span){ 0 }));
}

static void say(as_buf *b, as_span text)
{
	as_buf_clear(b);
	as_phrase_text(b, text);
	as_buf_u8(b, 0);
}

static void test_texts_end_where_they_end(void **state)
{
	as_buf b = { 0 };
	(void)state;
	say(&b, as_lit("letmein"));
	assert_string_equal((const char *)b.p, "\"letmein\"");
	say(&b, as_lit("a\"); harmless(\"")); /* cannot pass for code */
	assert_string_equal((const char *)b.p, "\"a\"\"); harmless(\"\"\"");
	char text[200];
	memset(text, 'x', sizeof(text));
	say(&b, as_bytes(text, sizeof(text)));
	assert_true(b.n < 80);
	assert_true(as_has(as_buf_span_of(&b), "x\xe2\x80\xa6\""));
	as_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_of_operations_are_theirs_for_ever),
		cmocka_unit_test(test_signatures_are_found),
		cmocka_unit_test(test_texts_end_where_they_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
