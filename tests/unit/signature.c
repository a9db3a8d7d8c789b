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
#include "knowledge/signature_weight.h"
#include "knowledge/tables.h"

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
	assert_true(only("1.7.8-git").bare && !only("1.7.8-gitx").bare);
	assert_int_equal(as_text_forms(as_lit("PCRE2_10.47"), f), 0); /* of a set of symbols */
	assert_int_equal(as_text_forms(as_lit("PCRE2_10.47 "), f), 2);
	char longer[400] = "%s version 0.8.45\n";
	memset(longer + 18, 'x', sizeof(longer) - 19);
	assert_true(as_same(only(longer).version, as_lit("0.8.45")));
}

static bool called(const char *text, const char *version, const char *name)
{
	size_t at = as_find(as_lit(text), as_lit(version), 0);
	return as_is_called(as_lit(text), at, as_lit(name));
}

static void test_called(void **state)
{
	(void)state;
	assert_true(called("net-tools 2.10", "2.10", "net-tools"));
	assert_true(called("Minicom2.11.1", "2.11.1", "minicom"));
	assert_true(called("@(#) $Net Tools, version 2.10 $", "2.10", "net-tools"));
	assert_true(called("gps-v3.27/gps.c", "3.27", "gps"));
	assert_false(called("removed in GnuTLS 3.8", "3.8", "gnutls"));
	assert_false(called("gnutls-cli 3.8", "3.8", "gnutls"));
	assert_false(called("libfoo 1.2", "1.2", "foo"));
	assert_false(called("1.2", "1.2", "foo"));
	assert_false(called("foo 1.2", "1.2", ""));
}

static void test_near(void **state)
{
	as_signature_component c = { 0 }, p = { 0 }, o = { 0 };
	(void)state;
	as_read_releases(&c, as_lit("2.4 2.8"));
	as_read_releases(&p, as_lit("9.2p1 9.8p1"));
	as_read_releases(&o, as_lit("1.1.1w 3.0.20 3.5.9"));
	assert_true(as_is_near(&c, as_lit("2.11.1")) && as_is_near(&c, as_lit("3.1")));
	assert_false(as_is_near(&c, as_lit("2.3")) || as_is_near(&c, as_lit("802.1")) ||
		     as_is_near(&c, as_lit("3.1.1")));
	assert_true(as_is_near(&p, as_lit("10.6p1")));
	assert_false(as_is_near(&p, as_lit("10.6")));
	assert_true(as_is_near(&o, as_lit("3.0.7")));
	assert_false(as_is_near(&o, as_lit("3.0")));
	assert_true(as_is_of_branch(&c, as_lit("2.4.7")) && !as_is_of_branch(&c, as_lit("2.5")));
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
	assert_true(chosen((const char *const[]){ "0.9", "2.1" }, 2, &all,
		"2.1")); /* before all that are known */
	assert_true(chosen((const char *const[]){ "9.1" }, 1, &all, NULL)); /* no such number */
	assert_true(chosen((const char *const[]){ "1.B" }, 1, &all, NULL)); /* no version */
}

typedef struct pieces {
	uint64_t sum;
	size_t n;
} pieces;

static as_status add_piece(void *ctx, as_span piece, uint64_t key)
{
	pieces *p = ctx;
	assert_int_equal(piece.n, AS_TABLE_LEN);
	assert_true(key >> 48 == 0);
	p->sum += key;
	p->n++;
	return AS_OK;
}

static pieces pieces_of(const uint8_t *data, size_t n)
{
	pieces p = { 0 };
	assert_int_equal(as_table_pieces(as_bytes(data, n), add_piece, &p), AS_OK);
	return p;
}

/* The table of CRC-32, as a machine of either byte order holds it, and at another place. */
static void test_tables(void **state)
{
	enum { ENTRIES = 256, APART = 24 };
	uint8_t little[ENTRIES * 4], big[ENTRIES * 4], later[ENTRIES * 4 + APART] = { 0 };
	(void)state;
	for (uint32_t i = 0; i < ENTRIES; i++) {
		uint32_t c = i;
		for (int k = 0; k < 8; k++)
			c = c & 1 ? 0xedb88320 ^ c >> 1 : c >> 1;
		for (unsigned b = 0; b < 4; b++) {
			little[4 * i + b] = (uint8_t)(c >> 8 * b);
			big[4 * i + 3 - b] = (uint8_t)(c >> 8 * b);
			later[APART + 4 * i + b] = (uint8_t)(c >> 8 * b);
		}
	}
	pieces a = pieces_of(little, sizeof(little)), b = pieces_of(big, sizeof(big));
	pieces c = pieces_of(later, sizeof(later));
	assert_true(a.n >= 3 && a.n <= 20);
	assert_true(a.n == b.n && a.sum == b.sum && c.n >= a.n);
	assert_int_equal(pieces_of(later + 1, sizeof(later) - 1 - 3).sum == a.sum, 0);
	assert_int_equal(pieces_of(little, AS_TABLE_LEN - 1).n, 0);
	assert_int_equal(pieces_of((const uint8_t *)"0123456789abcdefghijklmnopqrstuv", 32).n, 0);
}

static as_part_seen part(unsigned kind, bool library, unsigned found, unsigned of,
	unsigned sentences, unsigned beside)
{
	return (as_part_seen){ .kind = kind,
		.library = library,
		.of = of,
		.found = found,
		.sentences = sentences,
		.beside = beside };
}

static bool tells(unsigned kind, bool library, unsigned found, unsigned of, unsigned sentences,
	unsigned beside)
{
	as_part_seen p = part(kind, library, found, of, sentences, beside);
	return as_part_tells(&p);
}

static int64_t sure(unsigned kind, unsigned found, unsigned of, unsigned sentences, unsigned beside)
{
	as_part_seen p = part(kind, true, found, of, sentences, beside);
	return as_part_confidence(&p);
}

static void test_weight(void **state)
{
	enum { TEXTS = AS_BY_TEXTS, NAMES = AS_BY_NAMES, TABLES = AS_BY_TABLES };
	(void)state;
	assert_true(tells(TEXTS, false, 3, 10, 3, 0));
	assert_false(tells(TEXTS, false, 2, 4, 2, 0));     /* too few */
	assert_false(tells(TEXTS, false, 29, 100, 29, 0)); /* of a program less than its share */
	assert_true(tells(TEXTS, true, 8, 100, 8, 0));
	assert_false(tells(TEXTS, true, 5, 100, 5, 0)); /* of a library less than its share */
	/* Words: a list of glyphs, of keys, of what a protocol says. */
	assert_false(tells(TEXTS, true, 39, 100, 0, 0));
	assert_false(tells(TEXTS, true, 39, 100, 2, TEXTS));
	assert_true(tells(TEXTS, true, 40, 100, 0, 0)); /* more than a list of them */
	assert_true(tells(TEXTS, true, 39, 100, 0, TEXTS | TABLES));
	assert_true(tells(TEXTS, true, 39, 100, 0, NAMES));
	/* Names of a third, which both are made with; and those of the library itself. */
	assert_false(tells(NAMES, true, 29, 40, 0, NAMES));
	assert_true(tells(NAMES, true, 36, 40, 0, NAMES));
	assert_true(tells(NAMES, true, 26, 40, 0, NAMES | TABLES));
	assert_true(tells(TABLES, true, 27, 40, 0, TABLES));
	assert_false(tells(TABLES, true, 26, 40, 0, TABLES | TEXTS)); /* less than two thirds */
	/* The less there is, and the fewer kinds, the less sure. */
	assert_true(sure(TEXTS, 50, 100, 50, TEXTS) > sure(TEXTS, 49, 100, 49, TEXTS));
	assert_true(sure(TEXTS, 49, 100, 49, TEXTS) > sure(TEXTS, 39, 100, 39, TEXTS));
	assert_true(sure(TEXTS, 39, 100, 39, TEXTS) > sure(TEXTS, 29, 100, 29, TEXTS));
	assert_true(sure(TEXTS, 39, 100, 39, TEXTS | NAMES) > sure(TEXTS, 39, 100, 39, TEXTS));
	assert_true(sure(TEXTS, 29, 100, 29, TEXTS | TABLES) > sure(TEXTS, 29, 100, 29, TEXTS));
	assert_true(sure(TEXTS, 50, 100, 3, TEXTS) > sure(TEXTS, 50, 100, 2, TEXTS));
	assert_true(sure(NAMES, 40, 40, 0, NAMES | TEXTS) > sure(NAMES, 40, 40, 0, NAMES));
	assert_true(sure(TABLES, 40, 40, 0, TABLES | TEXTS) > sure(TABLES, 40, 40, 0, TABLES));
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
		cmocka_unit_test(test_called),
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_bare),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_weight),
		cmocka_unit_test(test_pack),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
