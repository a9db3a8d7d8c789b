/* SPDX-License-Identifier: Apache-2.0 */
/* Inspectors one after the other on one object: that one which runs out of memory is named, and silences none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "code/program.h"
#include "examine.h"
#include "inspect/engine.h"
#include "knowledge/yara.h"
#include "model/row.h"

enum {
	TIGHT = 1 << 20,  /* bytes of the arena */
	ROOMY = 64 << 20, /* the same */
	NOTE = 60 << 10,  /* bytes of JSON */
	HEADERS = 3000,
};
static const char marker[] = "MARK\0BusyBox v1.36.1 (2024-01-02 03:04:05 UTC)";

typedef struct heard {
	as_buf text; /* a line for each row and each loss */
} heard;

static bool stage(void *ctx, const char *id, uint64_t at)
{
	return (void)ctx, (void)id, (void)at, true;
}

static void add_row(as_buf *b, const as_row *row)
{
	as_cur c = as_cur_le(row->values, 0);
	as_span first = { 0 };
	if (row->table->columns[0].type == AS_TEXT)
		(void)as_row_next_text(&c, &first);
	as_buf_print(b, "row %s %.*s\n", row->table->name, (int)first.n, (const char *)first.p);
}

static as_status hear(void *ctx, as_message kind, as_span payload)
{
	as_buf *text = &((heard *)ctx)->text;
	as_row row;
	as_lost_message lost;
	if (kind == AS_M_ROW && as_row_decode(payload, &row))
		add_row(text, &row);
	else if (kind == AS_M_LOST && as_lost_decode(payload, &lost))
		as_buf_print(text, "lost %.*s %.*s\n", (int)lost.stage.n,
			(const char *)lost.stage.p, (int)lost.reason.n,
			(const char *)lost.reason.p);
	return AS_OK;
}

static as_yara *rules(void)
{
	char path[] = "/tmp/assay-inspection-XXXXXX", problem[512] = "";
	static const char text[] = "rule marker { strings: $a = \"MARK\" condition: $a }\n";
	const char *const paths[] = { path, NULL };
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	assert_int_equal(close(fd), 0);
	as_yara *y = as_yara_new(paths, problem, sizeof(problem));
	assert_int_equal(unlink(path), 0);
	if (!y)
		fail_msg("%s", problem);
	return y;
}

static void add_u16(as_buf *b, size_t v)
{
	as_buf_u8(b, (uint8_t)v);
	as_buf_u8(b, (uint8_t)(v >> 8));
}

static void add_note(as_buf *b, const char *fill)
{
	static const char head[] =
		"{\"type\":\"deb\",\"os\":\"debian\",\"name\":\"flood\",\"version\":\"1\",\"x\":[0";
	as_buf_u32(b, 4);
	as_buf_u32(b, NOTE);
	as_buf_u32(b, 0xcafe1a7e);
	as_buf_add(b, "FDO", 4);
	size_t end = b->n + NOTE;
	as_buf_text(b, head);
	while (b->n + strlen(fill) + 3 <= end)
		as_buf_text(b, fill);
	as_buf_text(b, "]}");
	while (b->n < end)
		as_buf_u8(b, ' ');
}

/* A program of headers that all point to so many notes, in turn, and to what follows them. */
static as_buf program(size_t headers, size_t notes, const char *fill)
{
	enum { HEAD = 64, ENTRY = 56, WHOLE = NOTE + 16 };
	as_buf b = { 0 };
	size_t at = HEAD + headers * ENTRY;
	as_buf_add(&b,
		"\x7f"
		"ELF\2\1\1\0\0\0\0\0\0\0\0\0",
		16);
	add_u16(&b, 3);
	add_u16(&b, 62);
	as_buf_u32(&b, 1);
	as_buf_u64(&b, 0);
	as_buf_u64(&b, HEAD);
	as_buf_u64(&b, 0);
	as_buf_u32(&b, 0);
	add_u16(&b, HEAD);
	add_u16(&b, ENTRY);
	add_u16(&b, headers);
	add_u16(&b, 64);
	as_buf_u32(&b, 0);
	for (size_t i = 0; i < headers; i++) {
		as_buf_u32(&b, 4);
		as_buf_u32(&b, 4);
		as_buf_u64(&b, at + i % notes * WHOLE);
		as_buf_u64(&b, 0);
		as_buf_u64(&b, 0);
		as_buf_u64(&b, WHOLE);
		as_buf_u64(&b, WHOLE);
		as_buf_u64(&b, 4);
	}
	for (size_t i = 0; i < notes; i++)
		add_note(&b, fill);
	as_buf_add(&b, marker, sizeof(marker));
	return b;
}

static heard inspect_file(as_file file, size_t memory)
{
	heard all = { 0 };
	as_sender send = { .send = hear, .stage = stage, .ctx = &all };
	as_yara *y = rules();
	as_arena *arena = as_arena_new(memory);
	assert_non_null(arena);
	file.arena = arena;
	file.yara = y;
	as_inspection in = {
		.file = file, .content = true, .without = as_lit("code"), .send = &send
	};
	assert_int_equal(as_inspect_object(&in), AS_OK);
	as_arena_free(arena);
	as_yara_free(y);
	as_buf_u8(&all.text, 0);
	return all;
}

static heard inspect(as_span data, size_t memory)
{
	return inspect_file((as_file){ .data = data, .type = "elf" }, memory);
}

static size_t times(const heard *all, const char *line)
{
	size_t n = 0;
	for (const char *p = (const char *)all->text.p; (p = strstr(p, line)); p++)
		n++;
	return n;
}

static void expect(const heard *all, const char *line, size_t n)
{
	if (times(all, line) != n)
		fail_msg("%zu times, not %zu: %s in:\n%s", times(all, line), n, line,
			(const char *)all->text.p);
}

/* The note has more values than memory for them. */
static void names_only_the_one_without_memory(void **state)
{
	(void)state;
	as_buf b = program(1, 1, ",0");
	heard all = inspect(as_buf_span_of(&b), TIGHT);
	expect(&all, "lost package_note memory\n", 1);
	expect(&all, " memory\n", 1);
	expect(&all, "row yara_match marker\n", 1);
	as_buf_free(&all.text);
	as_buf_free(&b);
}

/* Many headers, one note: what it takes does not add up. */
static void reads_one_note_once(void **state)
{
	(void)state;
	as_buf b = program(HEADERS, 1, ",0");
	heard all = inspect(as_buf_span_of(&b), ROOMY);
	expect(&all, "row component deb:debian/flood\n", 1);
	expect(&all, "row yara_match marker\n", 1);
	expect(&all, " memory\n", 0);
	expect(&all, "lost package_note", 0);
	as_buf_free(&all.text);
	as_buf_free(&b);
}

/* A script of more than is read of one: that is said, but where what follows stands in objects of its own. */
static void says_what_of_a_script_was_not_read(void **state)
{
	(void)state;
	as_buf b = { 0 };
	as_buf_text(&b, "#!/bin/sh\n");
	while (b.n < (2 << 20))
		as_buf_text(&b, "echo nothing at all\n");
	for (size_t opened = 0; opened < 2; opened++) {
		heard all = inspect_file((as_file){ .data = as_buf_span_of(&b),
						 .type = opened ? "selfextract" : "text/script",
						 .opened = opened },
			ROOMY);
		expect(&all, "lost secret_script limit\n", 1 - opened);
		expect(&all, "lost secret_command limit\n", 1 - opened);
		as_buf_free(&all.text);
	}
	as_buf_free(&b);
}

/* As many notes as are read, and one more, which is said. */
static void reads_few_notes(void **state)
{
	(void)state;
	for (size_t n = 8; n <= 9; n++) {
		as_buf b = program(HEADERS, n, ",0");
		heard all = inspect(as_buf_span_of(&b), ROOMY);
		expect(&all, "row component deb:debian/flood\n", 8);
		expect(&all, "lost package_note", n - 8);
		expect(&all, "row yara_match marker\n", 1);
		as_buf_free(&all.text);
		as_buf_free(&b);
	}
}

/* More headers than there is memory for: that is no file of another kind, nor one in which nothing was found. */
static void says_where_headers_do_not_fit(void **state)
{
	static const char *const readers[] = { "elf", "kernel", "kernel_module", "build_trace",
		"package_note", "go_build", "rust_build", "signature" };
	(void)state;
	as_buf b = program(60000, 1, ",0");
	heard all = inspect(as_buf_span_of(&b), TIGHT);
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		char line[80];
		(void)snprintf(line, sizeof(line), "lost %s memory\n", readers[i]);
		expect(&all, line, 1);
	}
	as_arena *arena = as_arena_new(TIGHT);
	as_program p;
	assert_int_equal(as_program_open(&p, as_buf_span_of(&b), arena), AS_NOMEM);
	assert_int_equal(
		as_program_open(&p, as_cut(as_buf_span_of(&b), 0, 63), arena), AS_NOT_THIS);
	as_arena_free(arena);
	expect(&all, "row elf", 0);
	expect(&all, "row kernel", 0);
	expect(&all, "row yara_match marker\n", 1);
	as_buf_free(&all.text);
	as_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_only_the_one_without_memory),
		cmocka_unit_test(says_where_headers_do_not_fit),
		cmocka_unit_test(reads_one_note_once),
		cmocka_unit_test(reads_few_notes),
		cmocka_unit_test(says_what_of_a_script_was_not_read),
	};
	return as_examine_prepare() == AS_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
