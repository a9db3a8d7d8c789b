/* SPDX-License-Identifier: Apache-2.0 */
/* What says which components are inside, on files that mean harm: golden inputs cut off anywhere and with bytes
 * changed, and files with more of everything than is kept, where it must be said that something was left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <ftw.h>
#include <stdlib.h>

#include "collect.h"
#include "leaf.h"
#include "unpack/engine.h"

enum { STEPS = 48, CHANGES = 60, PATH_ROOM = 4096 };

#define INSPECTOR(id) extern const as_inspector as_inspector_##id;
#include "inspect/inspectors.def"
#undef INSPECTOR

static const as_inspector *const tested[] = { &as_inspector_signature, &as_inspector_weblib,
	&as_inspector_node_package, &as_inspector_python_package, &as_inspector_java_package,
	&as_inspector_php_package, &as_inspector_lua_package, &as_inspector_perl_module,
	&as_inspector_pkgconfig, &as_inspector_licence, &as_inspector_supplier, &as_inspector_font,
	&as_inspector_package_note, &as_inspector_go_build, &as_inspector_rust_build,
	&as_inspector_mac_config, &as_inspector_mac_nvram, &as_inspector_changelog,
	&as_inspector_app_bundle };

static const as_inspector *current;
static size_t n_inputs, n_rows;

static uint64_t next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

/* What is told must lie in the file. */
static as_status on_row(void *ctx, as_span encoded)
{
	const as_span *data = ctx;
	as_row row;
	assert_true(as_row_decode(encoded, &row));
	assert_true(row.at <= data->n && row.len <= data->n - row.at);
	n_rows++;
	return AS_OK;
}

static as_status on_lost(void *ctx, const char *reason, uint64_t at, const char *text)
{
	const as_span *data = ctx;
	assert_true(at <= data->n && text[0] != 0 && reason[0] != 0);
	return AS_PARTIAL;
}

/* On a copy that ends where its bytes end, so that sanitizers see what reads on. */
static void inspect(as_span data, const char *path)
{
	uint8_t *p = malloc(data.n + !data.n);
	assert_non_null(p);
	memcpy(p, data.p, data.n);
	as_span copy = as_bytes(p, data.n);
	as_arena *arena = as_arena_new(256 << 20);
	as_file f = { .data = copy, .type = leaf_type(copy), .path = as_lit(path), .arena = arena };
	as_facts out = { .data = copy, .emit = on_row, .lost = on_lost, .ctx = &copy };
	if (!current->cares || current->cares(&f))
		assert_true(current->inspect(&out, &f) <= AS_PARTIAL);
	as_buf_free(&out.row);
	as_arena_free(arena);
	free(p);
}

static void change(as_span data, const char *path)
{
	static const uint8_t odd[] = { 0, 1, 0x7f, 0x80, 0xff };
	uint64_t seed = 88172645463325252u + data.n;
	uint8_t *p = malloc(data.n);
	assert_non_null(p);
	for (size_t i = 0; i < CHANGES; i++) {
		memcpy(p, data.p, data.n);
		/* Headers are where lengths and counts stand. */
		size_t near = i % 3 ? (size_t)as_min(data.n, 512) : data.n;
		for (size_t k = 0; k <= i % 4; k++) {
			uint64_t v = next(&seed);
			p[v % near] =
				v >> 40 & 1 ? odd[(v >> 41) % sizeof(odd)] : (uint8_t)(v >> 50);
		}
		inspect(as_bytes(p, data.n), path);
	}
	free(p);
}

static int on_file(const char *path, const struct stat *st, int kind, struct FTW *w)
{
	(void)st, (void)w;
	FILE *f = kind == FTW_F && !strstr(path, "rows.tsv") ? fopen(path, "rb") : NULL;
	const char *root = strstr(path, "/root/");
	as_buf b = { 0 };
	for (size_t n = f ? 1 : 0; n > 0; b.n += n)
		n = fread(as_buf_room(&b, 1 << 16), 1, 1 << 16, f);
	as_span data = as_buf_span_of(&b);
	for (size_t i = 0; i <= STEPS && data.n > 0; i++)
		inspect(as_cut(data, 0, data.n * i / STEPS), root ? root + 5 : "");
	if (data.n > 0) {
		change(data, root ? root + 5 : "");
		n_inputs++;
	}
	as_buf_free(&b);
	if (f)
		fclose(f);
	return 0;
}

static void test_damaged(void **state)
{
	char folder[PATH_ROOM];
	const char *source = getenv("ASSAY_SOURCE");
	(void)state;
	for (size_t i = 0; i < sizeof(tested) / sizeof(tested[0]); i++) {
		current = tested[i];
		n_inputs = n_rows = 0;
		(void)snprintf(folder, sizeof(folder), "%.3000s/tests/golden/ins/%s",
			source ? source : ".", current->id);
		assert_int_equal(nftw(folder, on_file, 16, FTW_PHYS), 0);
		assert_true(n_inputs > 0);
		assert_true(n_rows >= n_inputs); /* of what was not damaged, or hardly */
	}
}

/* A number for each # of line, in hexadecimal for each @. */
static void add_line(as_buf *b, const char *line, unsigned number)
{
	for (const char *p = line; *p; p++)
		if (*p == '#')
			as_buf_print(b, "%u", number);
		else if (*p == '@')
			as_buf_print(b, "%02x", number);
		else
			as_buf_u8(b, (uint8_t)*p);
}

/* Lines with numbers between head and tail: so many are kept, and of so many it is said that some were left out. */
typedef struct many {
	const as_inspector *in;
	const char *path, *head, *line, *tail;
	unsigned kept, over;
} many;

static void expect(const many *m, unsigned n, bool said)
{
	as_buf b = { 0 };
	as_buf_text(&b, m->head);
	for (unsigned i = 0; i < n; i++)
		add_line(&b, m->line, i);
	as_buf_text(&b, m->tail);
	as_span data = as_buf_span_of(&b);
	collected all = collect(m->in, data, as_type_of(data), m->path);
	if ((all.lost > 0) != said)
		fail_msg("%s: %zu times said that something was left out, after %zu rows",
			m->in->id, all.lost, all.rows);
	collected_free(&all);
	as_buf_free(&b);
}

static void test_more_than_is_kept(void **state)
{
	static const many all[] = {
		{ &as_inspector_pkgconfig, "/usr/lib/pkgconfig/x.pc", "", "v#=#\n",
			"Version: ${v63}\n", 64, 65 },
		{ &as_inspector_licence, "/usr/share/doc/x/copyright", "Format: 1.0\n\n",
			"Files: *\nLicense: L#\n\n", "", 64, 65 },
		{ &as_inspector_licence, "/x/LICENSE", "", "some words of no licence #\n", "", 10,
			40000 },
		{ &as_inspector_weblib, "", "", "/*! jQuery v3.#.1 | (c) */\n", "", 200, 257 },
		{ &as_inspector_rust_build, "",
			"\x7f"
			"ELF",
			"/cargo/registry/src/index.crates.io-6f17d22bba15001f/x-1.0.#/src/lib.rs",
			"", 1024, 1025 },
		{ &as_inspector_mac_config, "/etc/x", "", "macaddr=00:14:@:10:20:31\n", "", 50,
			256 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		expect(&all[i], all[i].kept, false);
		expect(&all[i], all[i].over, true);
	}
}

/* An address within so many bytes of a line is looked at, one behind them is said to be not. */
static void test_long_line(void **state)
{
	static const char setting[] = "macaddr=00:14:22:10:20:31";
	(void)state;
	for (size_t n = 4000; n <= 5000; n += 1000) {
		as_buf b = { 0 };
		for (size_t i = 0; i < n; i++)
			as_buf_u8(&b, i % 2 ? 'x' : ' ');
		as_buf_print(&b, " %s %03000d\n%s\n", setting, 0, "x=y");
		collected all =
			collect(&as_inspector_mac_config, as_buf_span_of(&b), "text", "/etc/x");
		assert_int_equal(all.rows, n == 4000);
		assert_int_equal(all.lost, n == 5000);
		collected_free(&all);
		as_buf_free(&b);
	}
}

static void add_be(as_buf *b, uint32_t v)
{
	for (int i = 24; i >= 0; i -= 8)
		as_buf_u8(b, (uint8_t)(v >> i));
}

/* A collection of more fonts than are looked at, all of which have their names outside of it: both is said. */
static void test_many_damaged_fonts(void **state)
{
	enum { FONTS = 65, LOOKED_AT = 64, HEAD = 12 };
	as_buf b = { 0 };
	(void)state;
	as_buf_text(&b, "ttcf");
	add_be(&b, 0x10000);
	add_be(&b, FONTS);
	for (size_t i = 0; i < FONTS; i++)
		add_be(&b, HEAD + 4 * FONTS);
	add_be(&b, 0x10000);
	add_be(&b, 1 << 16); /* one table, and what is of no use here */
	add_be(&b, 0);
	as_buf_text(&b, "name");
	add_be(&b, 0);
	add_be(&b, 1 << 20);
	add_be(&b, 16);
	collected all = collect(&as_inspector_font, as_buf_span_of(&b), "data", "");
	assert_int_equal(all.lost, LOOKED_AT + 1);
	expect_has(&all, "the names of a font lie outside of it");
	expect_has(&all, "more fonts in one file than are looked at");
	collected_free(&all);
	as_buf_free(&b);
}

/* A program that is known by a version which stands alone, and more such versions than are kept. */
static void test_more_versions_than_are_kept(void **state)
{
	char path[PATH_ROOM];
	const char *source = getenv("ASSAY_SOURCE");
	(void)state;
	(void)snprintf(path, sizeof(path), "%.3000s/tests/golden/ins/signature/arping-armhf",
		source ? source : ".");
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	as_buf b = { 0 };
	for (size_t n = 1; n > 0; b.n += n)
		n = fread(as_buf_room(&b, 1 << 16), 1, 1 << 16, f);
	fclose(f);
	collected plain = collect(&as_inspector_signature, as_buf_span_of(&b), "elf", "");
	assert_true(plain.rows > 0);
	assert_int_equal(plain.lost, 0);
	for (unsigned i = 0; i < 2100; i++) {
		as_buf_print(&b, "2.%u", i);
		as_buf_u8(&b, 0);
	}
	collected full = collect(&as_inspector_signature, as_buf_span_of(&b), "elf", "");
	assert_int_equal(full.lost, 1);
	collected_free(&plain);
	collected_free(&full);
	as_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_more_than_is_kept),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_many_damaged_fonts),
		cmocka_unit_test(test_more_versions_than_are_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
