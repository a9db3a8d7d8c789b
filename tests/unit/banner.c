/* SPDX-License-Identifier: Apache-2.0 */
/* The component pack: every row is in use; versions are found where they stand and nowhere else. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cur.h"
#include "base/embed.h"
#include "knowledge/banner.h"

typedef struct hits {
	size_t n;
	as_banner last;
	as_status answer;
} hits;

static as_status keep(void *ctx, const as_banner *hit)
{
	hits *h = ctx;
	h->n++;
	h->last = *hit;
	return h->answer;
}

static hits scan(const char *bytes, size_t n)
{
	hits h = { .answer = AS_OK };
	assert_int_equal(as_banner_scan(AS_COMPONENTS, as_bytes(bytes, n), keep, &h), AS_OK);
	return h;
}

static void test_whole_pack(void **state)
{
	(void)state;
	size_t n = 0;
	as_span text = as_embedded_file(as_embedded_knowledge, "components.tsv");
	as_cur c = as_cur_le(text, 0);
	for (as_span line; as_line(&c, &line);)
		n += line.n > 0 && line.p[0] != '#';
	assert_true(n >= 60);
	assert_int_equal(as_banner_rows(AS_COMPONENTS), n);
}

static void test_versions(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t n;
		const char *id, *version; /* version NULL: must not be found */
	} cases[] = {
		{ "\0BusyBox v1.36.1 (2023-05-18)\0", 30, "busybox", "1.36.1" },
		{ "\0SSH-2.0-dropbear_2022.8", 24, "dropbear", NULL }, /* more digits may follow */
		{ "\0BusyBox v%s (%s)\0", 18, "busybox", NULL },
		{ "\0SSH-2.0-dropbear_2022.83\r\n", 27, "dropbear", "2022.83" },
		{ "\0the server says SSH-2.0-OpenSSH_9.2p1\0", 39, "openssh", NULL },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hits h = scan(cases[i].bytes, cases[i].n);
		assert_int_equal(h.n > 0, cases[i].version != NULL);
		if (h.n > 0) {
			assert_true(as_is(h.last.id, cases[i].id));
			assert_true(as_is(h.last.version, cases[i].version));
		}
	}
}

/* A row without a version has none, also where the version before it stood as far into its window. */
static void test_identity(void **state)
{
	(void)state;
	static const char versioned[] = "\0BusyBox v1.36.1 (x)",
			  plain[] = "\0udhcp server (v%s) started";
	char both[2048] = { 0 };
	memcpy(both + 600, versioned, sizeof(versioned));
	memcpy(both + 1400, plain, sizeof(plain));
	hits h = scan(both, sizeof(both));
	assert_int_equal(h.n, 2);
	assert_true(as_is(h.last.id, "udhcp"));
	assert_int_equal(h.last.version.n, 0);
}

/* What stands before the window must still count: a printable byte there makes it another text. */
static void test_window_edges(void **state)
{
	(void)state;
	static const char banner[] = "\0dnsmasq-2.90\0";
	as_buf b = { 0 };
	for (size_t before = 0; before < 1500; before += 37) {
		as_buf_clear(&b);
		for (size_t i = 0; i < before; i++)
			as_buf_u8(&b, 0);
		as_buf_add(&b, banner, sizeof(banner) - 1);
		hits h = scan((const char *)b.p, b.n);
		assert_int_equal(h.n, 1);
		assert_true(as_is(h.last.version, "2.90"));
		assert_int_equal((size_t)(h.last.version.p - b.p), before + 9);
		b.p[before] = 'x';
		assert_int_equal(scan((const char *)b.p, b.n).n, 0);
	}
	as_buf_free(&b);
}

/* Literals without versions, without end: bounded, and said. */
static void test_flood(void **state)
{
	(void)state;
	hits h = { .answer = AS_OK };
	as_buf b = { 0 };
	for (size_t i = 0; i < 40000; i++)
		as_buf_text(&b, "BusyBox v U-Boot OpenSSL ");
	assert_int_equal(as_banner_scan(AS_COMPONENTS, as_buf_span_of(&b), keep, &h), AS_PARTIAL);
	assert_int_equal(h.n, 0);
	as_buf_free(&b);
}

static void test_stop(void **state)
{
	(void)state;
	static const char twice[] = "\0BusyBox v1.36.1 (x\0BusyBox v1.35.0 (x\0";
	hits h = { .answer = AS_LIMIT };
	assert_int_equal(
		as_banner_scan(AS_COMPONENTS, as_bytes(twice, sizeof(twice) - 1), keep, &h),
		AS_LIMIT);
	assert_int_equal(h.n, 1);
	assert_int_equal(scan(twice, sizeof(twice) - 1).n, 2);
	assert_int_equal(scan("", 0).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_pack),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_window_edges),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
