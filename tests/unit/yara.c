/* SPDX-License-Identifier: Apache-2.0 */
/* Users' own YARA rules: what compiles and what is refused, what is told of a match, and that modules which
 * would like to read files are harmless in an examiner's sandbox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "knowledge/yara.h"
#include "sandbox/lock.h"

static char folder[] = "/tmp/assay-yara-XXXXXX";

static const char *in_folder(const char *name)
{
	static char path[256];
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(in_folder(name), "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static as_yara *load(const char *name, char problem[512])
{
	const char *const paths[] = { in_folder(name), NULL };
	return as_yara_new(paths, problem, 512);
}

static void expect_refused(const char *text, const char *why)
{
	char problem[512];
	write_file("bad.yar", text);
	assert_null(load("bad.yar", problem));
	if (!strstr(problem, why) || !strstr(problem, "bad.yar"))
		fail_msg("not refused for \"%s\": %s", why, problem);
}

static void refuses(void **state)
{
	char problem[512];
	(void)state;
	expect_refused("rule a {\n\tcondition:\n\t\tnonsense\n}\n", "bad.yar:3: ");
	expect_refused("include \"/etc/passwd\"\nrule a { condition: true }\n", "bad.yar:1: ");
	expect_refused(
		"rule a { condition: true } rule a { condition: true }\n", "duplicated identifier");
	expect_refused("import \"unheard_of\"\n", "bad.yar:1: ");
	assert_null(load("is-not-there.yar", problem));
	assert_non_null(strstr(problem, "is-not-there.yar: No such file"));
	assert_int_equal(mkdir(in_folder("empty"), 0700), 0);
	assert_null(load("empty", problem));
	assert_non_null(strstr(problem, "holds no *.yar"));
	assert_int_equal(mkfifo(in_folder("pipe.yar"), 0600), 0);
	assert_null(load("pipe.yar", problem));
	assert_non_null(strstr(problem, "is no file"));
	assert_int_equal(unlink(in_folder("pipe.yar")), 0);
}

typedef struct told {
	as_span data;
	as_buf text;
	size_t n;
} told;

static as_status found(void *ctx, const as_yara_hit *hit)
{
	told *t = ctx;
	uint64_t at = 0;
	bool inside = hit->where.p && as_within(t->data, hit->where, &at);
	t->n++;
	if (t->n <= 100)
		as_buf_print(&t->text, "%.*s/%.*s[%.*s] %.*s %llu+%llu%s %.*s (%.*s)\n",
			(int)hit->space.n, (const char *)hit->space.p, (int)hit->rule.n,
			(const char *)hit->rule.p, (int)hit->tags.n, (const char *)hit->tags.p,
			(int)hit->string.n, (const char *)hit->string.p, (unsigned long long)at,
			(unsigned long long)hit->where.n, inside ? "" : " whole",
			(int)hit->severity.n, (const char *)hit->severity.p,
			(int)hit->description.n, (const char *)hit->description.p);
	return t->text.bad ? AS_NOMEM : AS_OK;
}

static told scan(as_yara *y, as_span data, const char **unread)
{
	told t = { .data = data };
	assert_int_equal(as_yara_scan(y, data, found, &t, unread), AS_OK);
	as_buf_u8(&t.text, 0);
	return t;
}

static void tells_matches(void **state)
{
	char problem[512];
	const char *unread = "";
	(void)state;
	assert_int_equal(mkdir(in_folder("set"), 0700), 0);
	assert_int_equal(mkdir(in_folder("set/more"), 0700), 0);
	write_file(
		"set/more/b.yara", "rule small { meta: severity = 7 condition: filesize < 100 }\n");
	write_file("set/a.yar",
		"private rule hidden { condition: true }\n"
		"rule marker : one two {\n meta: description = \"a mark\" severity = \"High\"\n"
		" strings: $a = \"MARK\" $p = \"wild\" private\n condition: hidden and all of them "
		"}\n"
		"rule never { strings: $x = \"absent\" condition: $x }\n");
	write_file("set/read.me", "this is no rule\n");
	as_yara *y = load("set", problem);
	if (!y)
		fail_msg("%s", problem);
	assert_true(as_starts(as_yara_stamp(y), "4 rules in 2 files, SHA-256 "));
	told t = scan(y, as_lit("..MARK..wild..MARK"), &unread);
	assert_null(unread);
	assert_string_equal((const char *)t.text.p, "a/marker[one two] $a 2+4 High (a mark)\n"
						    "a/marker[one two] $a 14+4 High (a mark)\n"
						    "more/b/small[]  0+0 whole  ()\n");
	as_buf_free(&t.text);
	t = scan(y, as_lit("nothing"), &unread);
	assert_int_equal(t.n, 1);
	as_buf_free(&t.text);
	as_yara_free(y);
}

static void stamps_contents(void **state)
{
	char problem[512], first[200];
	(void)state;
	for (int i = 0; i < 3; i++) {
		write_file("own.yar",
			i < 2 ? "rule a { condition: true }\n" : "rule a { condition: false }\n");
		as_yara *y = load("own.yar", problem);
		assert_non_null(y);
		as_span stamp = as_yara_stamp(y);
		if (i > 0)
			assert_int_equal(as_is(stamp, first), i == 1);
		(void)snprintf(first, sizeof(first), "%.*s", (int)stamp.n, (const char *)stamp.p);
		as_yara_free(y);
	}
}

static void counts_no_further_than_told(void **state)
{
	char problem[512];
	const char *unread = NULL;
	static uint8_t many[2 << 20];
	(void)state;
	memset(many, 'A', sizeof(many));
	write_file("own.yar", "rule often { strings: $a = \"AAAA\" condition: $a }\n");
	as_yara *y = load("own.yar", problem);
	assert_non_null(y);
	told t = scan(y, as_bytes(many, sizeof(many)), &unread);
	assert_int_equal(t.n, AS_YARA_PLACES);
	assert_non_null(unread);
	as_buf_free(&t.text);
	t = scan(y, as_bytes(many, 4), &unread); /* and is ready for the next */
	assert_int_equal(t.n, 1);
	assert_null(unread);
	as_buf_free(&t.text);
	as_yara_free(y);
}

/* In a process that may open nothing: 0 if the rules match as outside. */
static int locked_in(as_yara *y, as_span data, as_span expected)
{
	const char *unread = NULL;
	told t = { .data = data };
	bool walls = (as_lock_in(1u << 30, -1) & AS_LOCK_SECCOMP) != 0;
	if (!walls)
		return 77;
	if (fopen("/etc/passwd", "r"))
		return 2;
	as_status s = as_yara_scan(y, data, found, &t, &unread);
	as_buf_u8(&t.text, 0);
	if (s != AS_OK || unread)
		return 3;
	return as_same(as_buf_span_of(&t.text), expected) ? 0 : 4;
}

static void modules_are_harmless(void **state)
{
	char problem[512];
	const char *unread = NULL;
	(void)state;
	write_file("own.yar",
		"import \"hash\"\nimport \"math\"\nimport \"elf\"\nimport \"pe\"\nimport \"time\"\n"
		"rule digest { condition: hash.md5(0, filesize) == "
		"\"900150983cd24fb0d6963f7d28e17f72\" }\n"
		"rule digest256 { condition: hash.sha256(0, 3) ==\n"
		" \"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\" }\n"
		"rule entropy { condition: math.entropy(0, filesize) > 1.0 }\n"
		"rule not_elf { condition: not (elf.machine == elf.EM_ARM) }\n"
		"rule later { condition: time.now() > 1000 }\n");
	as_yara *y = load("own.yar", problem);
	if (!y)
		fail_msg("%s", problem);
	as_span data = as_lit("abc");
	told t = scan(y, data, &unread);
	assert_non_null(strstr((const char *)t.text.p, "own/digest["));
	assert_non_null(strstr((const char *)t.text.p, "own/digest256["));
	assert_non_null(strstr((const char *)t.text.p, "own/entropy["));
	pid_t child = fork();
	if (child == 0)
		_exit(locked_in(y, data, as_buf_span_of(&t.text)));
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77);
	as_buf_free(&t.text);
	as_yara_free(y);
}

/* Modules that the library may have been built without, and that would like to read or write files. */
static void other_modules_are_harmless(void **state)
{
	static const char *const rules[] = {
		"import \"magic\"\nrule m { condition: magic.mime_type() == \"text/plain\" }\n",
		"import \"cuckoo\"\nrule c { condition: cuckoo.network.http_request(/x/) }\n",
		"import \"console\"\nrule l { condition: console.log(\"printed nowhere\") }\n"
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		char problem[512];
		write_file("own.yar", rules[i]);
		as_yara *y = load("own.yar", problem);
		if (!y)
			continue; /* the library was built without it */
		pid_t child = fork();
		if (child == 0) {
			static const char *const all[] = { "own/m[]  0+0 whole  ()\n", "",
				"own/l[]  0+0 whole  ()\n" };
			_exit(locked_in(
				y, as_lit("a text\n"), as_bytes(all[i], strlen(all[i]) + 1)));
		}
		int status = 0;
		assert_int_equal(waitpid(child, &status, 0), child);
		if (status != 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 77))
			fail_msg(
				"the examiner ended with %#x for:\n%s", (unsigned)status, rules[i]);
		as_yara_free(y);
	}
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "set/more/b.yara", "set/a.yar", "set/read.me",
		"set/more", "set", "empty", "bad.yar", "own.yar" };
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)remove(in_folder(names[i]));
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(tells_matches),
		cmocka_unit_test(stamps_contents),
		cmocka_unit_test(counts_no_further_than_told),
		cmocka_unit_test(modules_are_harmless),
		cmocka_unit_test(other_modules_are_harmless),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
