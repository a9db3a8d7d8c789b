/* SPDX-License-Identifier: Apache-2.0 */
/* What tells components apart: texts and the forms that versions stand in, the range of releases that fits what
 * was found, which of several versions is believed; and that the pack that ships is in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/embed.h"
#include "knowledge/signature.h"
#include "knowledge/signature_version.h"

enum { RECORD = 9 };

static as_status count(void *ctx, as_span text)
{
	unsigned *n = ctx;
	*n = *n * 100 + (unsigned)text.n;
	return AS_OK;
}

static void test_texts(void **state)
{
	static const char data[] = "\x01"
				   "ab\0abc\0\xff"
				   "hello\tworld\n\0not ended";
	unsigned n = 0;
	(void)state;
	assert_int_equal(as_texts(as_bytes(data, sizeof(data) - 1), count, &n), AS_OK);
	assert_int_equal(n, 3 * 100 + 12); /* too short; 3; 12 bytes; the last does not end */
}

static as_text_form only(const char *text)
{
	as_text_form f[AS_FORMS_MOST];
	assert_int_equal(as_text_forms(as_lit(text), f), 1);
	return f[0];
}

static void test_forms(void **state)
{
	as_text_form f[AS_FORMS_MOST];
	(void)state;
	assert_true(as_same(only("dnsmasq-2.86").version, as_lit("2.86")));
	assert_true(as_same(only("version 9.2p1, see").version, as_lit("9.2p1")));
	assert_true(as_same(only("This is 1.2.").version, as_lit("1.2")));
	assert_true(only("tool 1.2").key == only("tool 10.22.3").key);
	assert_true(only("tool 1.2").key != only("other 1.2").key);
	assert_true(only("v1.2").bare && only("1.2").bare && !only("x1.2").bare);
	assert_int_equal(as_text_forms(as_lit("OpenSSL 3.0.9 30 May 2023"), f), 3);
	uint64_t may = f[0].key;
	assert_int_equal(as_text_forms(as_lit("OpenSSL 3.1.4 24 Oct 2023"), f), 3);
	assert_true(f[0].key == may);
	assert_int_equal(f[0].marks, 7);
	assert_true(as_same(only("collectd/5.12.0.git").version, as_lit("5.12.0")));
	assert_true(as_same(only("0.8.45+nmu").version, as_lit("0.8.45")));
}

static as_signature_component sample(void)
{
	as_signature_component c = { 0 };
	as_read_releases(&c, as_lit("1.0 1.2 1.4 2.0"));
	assert_int_equal(c.n_releases, 4);
	return c;
}

static as_spans spans(const uint16_t by[4], uint16_t n)
{
	as_spans s = { .n = n };
	for (int i = 0; i < 4; i++)
		s.by[i] = by[i];
	return s;
}

static void test_range(void **state)
{
	as_signature_component c = sample();
	as_spans expected = spans((const uint16_t[]){ 10, 10, 10, 10 }, 30);
	as_spans middle = spans((const uint16_t[]){ 3, 10, 10, 2 }, 10);
	as_spans last = spans((const uint16_t[]){ 0, 0, 3, 10 }, 10);
	as_spans none = { 0 };
	(void)state;
	as_range r = as_spans_range(&middle, &expected, &c);
	assert_true(as_same(r.newer_than, as_lit("1.0")) && as_same(r.older_than, as_lit("2.0")));
	assert_int_equal(r.n, 2);
	r = as_spans_range(&last, &expected, &c);
	assert_true(as_same(r.newer_than, as_lit("1.4")) && r.older_than.n == 0);
	r = as_spans_range(&none, &expected, &c);
	assert_true(r.newer_than.n == 0 && r.older_than.n == 0);
}

static bool chosen(const char *const *texts, size_t n, const as_range *range, const char *right)
{
	as_signature_component c = sample();
	as_stated_version bare[8];
	as_stated out = { 0 };
	for (size_t i = 0; i < n; i++)
		bare[i] = (as_stated_version){ .version = as_lit(texts[i]),
			.text = as_lit(texts[i]) };
	bool told = as_choose_bare(bare, n, &c, range, true, &out);
	return right ? told && as_same(out.v[0].version, as_lit(right)) : !told;
}

static void test_bare(void **state)
{
	as_range all = { 0 }, late = { .newer_than = as_lit("1.4") };
	(void)state;
	assert_true(chosen((const char *const[]){ "127.0.0.1", "1.4" }, 2, &all, "1.4"));
	assert_true(chosen((const char *const[]){ "1.3", "1.4" }, 2, &all,
		"1.4")); /* a known release before another */
	assert_true(
		chosen((const char *const[]){ "1.3", "1.5" }, 2, &all, NULL)); /* cannot be told */
	assert_true(chosen((const char *const[]){ "1.3", "2.1" }, 2, &late, "2.1"));
	assert_true(chosen((const char *const[]){ "9.1" }, 1, &all, NULL)); /* no such number */
	assert_true(chosen((const char *const[]){ "1.B" }, 1, &all, NULL)); /* no version */
}

static uint64_t key_at(as_span pack, size_t i)
{
	uint64_t key = 0;
	for (size_t k = 6; k > 0; k--)
		key = key << 8 | pack.p[i * RECORD + k - 1];
	return key;
}

static void test_pack(void **state)
{
	as_span pack = as_embedded_file(as_embedded_reference, "signatures.pack");
	(void)state;
	assert_true(pack.n > RECORD * 100000u && pack.n % RECORD == 0);
	for (size_t i = 1; i < pack.n / RECORD; i++)
		assert_true(key_at(pack, i - 1) <= key_at(pack, i));
	assert_int_equal(as_signature_prepare(), AS_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_bare),
		cmocka_unit_test(test_pack),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
