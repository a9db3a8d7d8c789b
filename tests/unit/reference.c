/* SPDX-License-Identifier: Apache-2.0 */
/* The reference population: that the packs are in order, that a program's own package can be left out, and that what
 * everybody knows to be ordinary is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/embed.h"
#include "knowledge/reference.h"

enum { RECORD = 5, COUNT_BITS = 4 };

/* Records by hand: 0x10 in 1 package, 0x20 in 2, 0x30 in no comparison, 0x40 in 15 or more. */
static const uint8_t small[] = { 0x01, 0x01, 0, 0, 0, 0x02, 0x02, 0, 0, 0, 0x00, 0x03, 0, 0, 0,
	0x0f, 0x04, 0, 0, 0 };

static void test_look_up(void **state)
{
	as_reference r = { .pack = as_bytes(small, sizeof(small)) };
	(void)state;
	assert_int_equal(as_reference_compared(&r, 0x10), 1);
	assert_int_equal(as_reference_compared(&r, 0x20), 2);
	assert_int_equal(as_reference_compared(&r, 0x30), 0);
	assert_int_equal(as_reference_compared(&r, 0x40), AS_REFERENCE_MOST);
	assert_int_equal(as_reference_compared(&r, 0x11), 0);
	assert_true(as_reference_occurs(&r, 0x30));
	assert_false(as_reference_occurs(&r, 0x50));
	r.pack = (as_span){ 0 };
	assert_int_equal(as_reference_compared(&r, 0x10), 0);
	assert_false(as_reference_occurs(&r, 0x10));
}

static void test_own_is_left_out(void **state)
{
	static const uint64_t keys[] = { 0x10, 0x20, 0x30, 0x40 };
	as_reference_own own = { .keys = keys, .n_keys = 4, .has = { [AS_CLASS_LIBRARY] = true } };
	as_reference r = { .pack = as_bytes(small, sizeof(small)), .own = &own };
	int run = as_reference_effect("run");
	unsigned of = 0;
	(void)state;
	assert_int_equal(as_reference_compared(&r, 0x10), 0);
	assert_int_equal(as_reference_compared(&r, 0x20), 1);
	assert_int_equal(as_reference_compared(&r, 0x40), AS_REFERENCE_MOST);
	assert_false(as_reference_occurs(&r, 0x10));
	assert_true(as_reference_occurs(&r, 0x30));
	r.with[AS_CLASS_LIBRARY][run][0] = 3;
	r.of[AS_CLASS_LIBRARY][run][0] = 50;
	own.effects[AS_CLASS_LIBRARY] = (uint16_t)(1u << run);
	assert_int_equal(as_reference_share(&r, AS_CLASS_LIBRARY, run, false, &of), 2);
	assert_int_equal(of, 49);
	own.effects[AS_CLASS_LIBRARY] = 0;
	assert_int_equal(as_reference_share(&r, AS_CLASS_LIBRARY, run, false, &of), 3);
	assert_int_equal(of, 49);
	r.own = NULL;
	assert_int_equal(as_reference_share(&r, AS_CLASS_LIBRARY, run, false, &of), 3);
	assert_int_equal(of, 50);
}

static void test_effects(void **state)
{
	int run = as_reference_effect("run"), listen = as_reference_effect("listen");
	(void)state;
	assert_int_equal(as_reference_effect("no such effect"), -1);
	assert_int_equal(as_reference_effect(NULL), -1);
	for (int i = 0; i < AS_EFFECTS; i++)
		assert_int_equal(as_reference_effect(as_reference_effect_name(i)), i);
	assert_true(as_reference_beside((uint16_t)(1u << listen), run));
	assert_false(as_reference_beside((uint16_t)(1u << run), run));
	assert_true(as_reference_beside((uint16_t)(1u << run), listen));
}

static void test_pack_is_sorted(void **state)
{
	as_span pack = as_embedded_file(as_embedded_reference, "reference.pack");
	uint64_t last = 0;
	(void)state;
	assert_int_equal(pack.n % RECORD, 0);
	assert_true(pack.n / RECORD > 10000);
	for (size_t i = 0; i < pack.n; i += RECORD) {
		uint64_t key = 0;
		for (size_t j = RECORD; j-- > 0;)
			key = key << 8 | pack.p[i + j];
		key >>= COUNT_BITS;
		assert_true(i == 0 || key > last);
		last = key;
	}
}

/* What many programs compare with, and what none should. */
static void test_what_is_ordinary(void **state)
{
	as_reference r;
	unsigned of = 0, with;
	(void)state;
	as_reference_open(&r);
	assert_true(as_reference_compared(&r, as_reference_key(as_lit("yes"))) > 7);
	assert_true(as_reference_compared(&r, as_reference_key(as_lit("localhost"))) > 3);
	assert_true(as_reference_compared(&r, as_reference_key(as_lit("none"))) > 7);
	assert_int_equal(
		as_reference_compared(&r, as_reference_key(as_lit("xm9!operator-door"))), 0);
	assert_false(as_reference_occurs(&r, as_reference_key(as_lit("xm9!operator-door"))));
	with = as_reference_share(&r, AS_CLASS_LIBRARY, as_reference_effect("run"), false, &of);
	assert_true(of > 40 && with * 10 < of);
	with = as_reference_share(&r, AS_CLASS_DAEMON, as_reference_effect("listen"), true, &of);
	assert_true(of > 20 && with * 2 > of);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_look_up),
		cmocka_unit_test(test_own_is_left_out), cmocka_unit_test(test_effects),
		cmocka_unit_test(test_pack_is_sorted), cmocka_unit_test(test_what_is_ordinary) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
