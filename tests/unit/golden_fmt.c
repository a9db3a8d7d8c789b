/* SPDX-License-Identifier: Apache-2.0 */
/* Every golden input of a format gives what its writer put in (tests/golden/fmt/make.py says how
 * the truth is written), and the command that shows an entry with ordinary tools shows the same
 * bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <unistd.h>

#include "opened.h"

static opener shared;
static unsigned n_wrong;

static void complain(const char *path, const char *what, as_span line)
{
	print_error("%s: %s: %.*s\n", path, what, (int)line.n, (const char *)line.p);
	n_wrong++;
}

/* Takes the line out of what was said; a name of * fits any. */
static bool take_line(as_buf *said, as_span want)
{
	bool any = as_starts(want, "part\t*\t");
	as_cur c = as_cur_le(as_buf_span_of(said), 0);
	for (as_span line; as_line(&c, &line);) {
		as_span rest = as_from(want, 6); /* after "part\t*" */
		bool fits = any ? as_starts(line, "part\t") && line.n >= rest.n &&
					    as_same(as_from(line, line.n - rest.n), rest)
				: as_same(line, want);
		uint64_t at = 0;
		if (!fits || !as_within(as_buf_span_of(said), line, &at))
			continue;
		memset(&said->p[at], '#', line.n);
		return true;
	}
	return false;
}

static void check_one(const char *path, const char *id)
{
	char name[5000];
	opened r;
	size_t n_parts = 0, n_losses = 0;
	bool unknown = false;
	(void)id;
	(void)snprintf(name, sizeof(name), "%s.bin", path);
	as_span data = read_exact(name);
	(void)snprintf(name, sizeof(name), "%s.truth", path);
	as_span truth = read_exact(name);
	if (!truth.p) { /* another room's way of writing it */
		free((void *)(uintptr_t)data.p);
		return;
	}
	assert_int_equal(open_it(&shared, data, NULL, &r), AS_OK);
	as_cur c = as_cur_le(truth, 0);
	for (as_span line; as_line(&c, &line);) {
		n_parts += as_starts(line, "part\t");
		n_losses += as_starts(line, "lost\t");
		unknown = unknown || as_is(line, "unknown");
		if (!as_is(line, "unknown") && !take_line(&r.lines, line))
			complain(path, "was not said", line);
	}
	if (n_parts != r.n_parts || n_losses != r.n_losses || (r.unknown && !unknown))
		complain(path, "parts, losses or unknown bytes of other number",
			as_buf_span_of(&r.lines));
	opened_free(&r);
	free((void *)(uintptr_t)data.p);
	free((void *)(uintptr_t)truth.p);
}

static void golden_inputs(void **state)
{
	(void)state;
	shared = opener_new();
	n_wrong = 0;
	assert_true(each_golden(check_one) >= 60);
	assert_int_equal(n_wrong, 0);
	opener_free(&shared);
}

/* The command of a format with IN and OUT put in; the caller frees it. */
static char *command_of(const as_format *f, const char *in, const char *out)
{
	as_buf b = { 0 };
	as_span see = as_lit(f->see);
	for (size_t at = 0; at < see.n;) {
		as_span rest = as_from(see, at);
		bool is_in = as_starts(rest, "IN"), is_out = as_starts(rest, "OUT");
		if (is_in || is_out)
			as_buf_print(&b, "'%s'", is_in ? in : out);
		else
			as_buf_u8(&b, rest.p[0]);
		at += is_in ? 2 : is_out ? 3 : 1;
	}
	as_buf_u8(&b, 0);
	return (char *)b.p;
}

static char see_out[] = "/tmp/assay-see-XXXXXX";
static size_t n_seen;

/* A stream's command must show exactly the bytes that were unpacked. */
static void see_one(const char *path, const char *id)
{
	char name[5000];
	opened r;
	const as_format *f = as_format_by_id(id);
	/* Padding after a stream is noise to the tools, and the format wants to be cut out
	 * first. */
	if (f->kind != AS_STREAM || !f->see || strstr(path, "padded") || strstr(path, "lz4/frames"))
		return;
	(void)snprintf(name, sizeof(name), "%s.bin", path);
	as_span data = read_exact(name);
	assert_int_equal(open_it(&shared, data, NULL, &r), AS_OK);
	char *command = command_of(f, name, see_out);
	int status = system(command);
	as_span shown = read_exact(see_out);
	char hex[65];
	as_sha256 sum = as_sha256_of(shown);
	as_sha256_hex(&sum, hex);
	bool same = as_has(as_buf_span_of(&r.lines), hex);
	bool missing = status != 0 && WEXITSTATUS(status) == 127;
	if (!missing && !same)
		complain(path, "the command shows something else", as_lit(command));
	n_seen += !missing;
	opened_free(&r);
	free(command);
	free((void *)(uintptr_t)data.p);
	free((void *)(uintptr_t)shown.p);
}

static void commands_show_the_same(void **state)
{
	(void)state;
	shared = opener_new();
	n_wrong = 0;
	int fd = mkstemp(see_out);
	assert_true(fd >= 0);
	close(fd);
	(void)each_golden(see_one);
	(void)unlink(see_out);
	assert_int_equal(n_wrong, 0);
	assert_true(n_seen > 0);
	opener_free(&shared);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_inputs),
		cmocka_unit_test(commands_show_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
