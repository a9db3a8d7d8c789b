/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts and guessing. The hashes were made with openssl passwd, htpasswd and mkpasswd. */
#include "collect.h"

#include "inspect/guess.h"

extern const as_inspector as_inspector_passwd, as_inspector_shadow, as_inspector_htpasswd,
	as_inspector_webusers;

#define Y "$y$j9T$abcdefgh$y7YixSZSrQy8hU6ORzd2u2Wa2NMN3ZDzpKLLnB2kgT9"
#define S6                                                                                         \
	"$6$abcdefgh$Jofd.FZRLVyYwt/"                                                              \
	"zWLWzi7cPbdUfgEgHrcdJLmkXy8uHwCGSf90RMkKTVTj0nhlkfJpZY94qtrpFrWz"                         \
	"1mwRvH1"

static void every_scheme_is_recognised_and_verified(void **state)
{
	(void)state;
	static const struct {
		const char *scheme, *secret;
	} hashes[] = {
		{ "des", "abOV.DfJmdnYw" },
		{ "md5", "$1$abcdefgh$l/LAqC8oJERu7Cmx6trtY/" },
		{ "apr1", "$apr1$abcdefgh$mMZnMi5KMcUTRCidnJ3Px0" },
		{ "sha256", "$5$abcdefgh$eKmO8qqatxyseBbtE4o3nrolLfuFP7p82NOMAwOerUC" },
		{ "sha512", S6 },
		{ "bcrypt", "$2y$05$AlXFSUy1ybwglDgiUWmtQuyy5u.nGDTB36.J.GrJYgLLXWWlmJHvC" },
		{ "sha1", "{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=" },
		{ "yescrypt", Y },
		{ "nt", "$3$$209c6174da490caeb422f3fa5a7ae634" },
	};
	as_arena *arena = as_arena_new(0);
	as_guesser g = as_guesser_of(arena);
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		as_span secret = as_lit(hashes[i].secret);
		assert_string_equal(as_hash_scheme(secret), hashes[i].scheme);
		as_guess hit = as_guess_hash(&g, as_lit("admin"), (as_span){ 0 }, secret);
		if (!hit.found || !as_is(hit.password, "admin"))
			fail_msg("%s: not guessed", hashes[i].scheme);
	}
	as_span digest = as_lit("80a6824e116f6910c6c11d3da0ad6541");
	assert_true(as_guess_hash(&g, as_lit("admin"), as_lit("router"), digest).found);
	assert_false(as_guess_hash(&g, as_lit("admin"), as_lit("other"), digest).found);
	as_arena_free(arena);
}

static void work_is_bounded_by_the_parameters_in_the_image(void **state)
{
	(void)state;
	as_arena *arena = as_arena_new(0);
	as_guesser g = as_guesser_of(arena);
	static const char *const dear[] = {
		"$5$rounds=999999999$abcdefgh$eKmO8qqatxyseBbtE4o3nrolLfuFP7p82NOMAwOerUC",
		"$2y$31$AlXFSUy1ybwglDgiUWmtQuyy5u.nGDTB36.J.GrJYgLLXWWlmJHvC",
		"$y$jZZ$abcdefgh$y7YixSZSrQy8hU6ORzd2u2Wa2NMN3ZDzpKLLnB2kgT9",
	};
	for (size_t i = 0; i < 3; i++) {
		as_guess none = as_guess_hash(&g, as_lit("admin"), (as_span){ 0 }, as_lit(dear[i]));
		assert_int_equal(none.tried, 0);
	}
	assert_int_equal(g.left, AS_GUESS_OBJECT_WORK);
	/* A hash that no default gives spends at most its share, and the object at most its own. */
	for (size_t i = 0; i < 5; i++)
		(void)as_guess_hash(&g, as_lit("nobody-knows"), (as_span){ 0 }, as_lit(Y));
	assert_true(g.left <= AS_GUESS_OBJECT_WORK);
	as_arena_free(arena);
}

static void passwd_and_shadow_lines(void **state)
{
	(void)state;
	collected p = collect(&as_inspector_passwd,
		as_lit("root:x:0:0:root:/root:/bin/sh\nops::0:0::/:/bin/sh\nbad line\n"
		       "nobody:*:65534:65534::/:/bin/false\nhttp:x:abc:3:d:e:f\n"
		       "old:abOV.DfJmdnYw:100:100::/:/bin/sh\n"),
		"text", "/etc/passwd");
	assert_int_equal(p.rows, 4);
	expect_has(&p, "account 0+29 source=passwd user=root secret=x scheme=shadow uid=0 gid=0");
	expect_has(&p, "user=ops secret= scheme=empty uid=0");
	expect_has(&p, "user=nobody secret=* scheme=locked");
	expect_has(&p, "user=old secret=abOV.DfJmdnYw scheme=des uid=100");
	collected_free(&p);
	collected s = collect(&as_inspector_shadow,
		as_lit("root:$1$abcdefgh$l/LAqC8oJERu7Cmx6trtY/:19000:0:99999:7:::\nadmin:" S6
		       ":1::::::\n"
		       "guest::19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\nkey:value:text\n"),
		"text", "/etc/shadow");
	assert_int_equal(s.rows, 4);
	expect_has(&s, "user=admin secret=" S6 " scheme=sha512 guessed=admin guessed_from=");
	expect_has(&s, "user=guest secret= scheme=empty");
	expect_has(&s, "user=daemon secret=* scheme=locked");
	collected_free(&s);
}

static void samba_hashes(void **state)
{
	(void)state;
	collected s = collect(&as_inspector_shadow,
		as_lit("admin:0:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:209C6174DA490CAEB422F3FA5A7AE634:["
		       "U  ]:LCT-0:\n"),
		"text", "/etc/samba/smbpasswd");
	expect_has(&s, "source=smbpasswd user=admin secret=$3$$209c6174da490caeb422f3fa5a7ae634 "
		       "scheme=nt uid=0 "
		       "guessed=admin");
	collected_free(&s);
}

static void web_users_are_told_by_content(void **state)
{
	(void)state;
	as_span hashed = as_lit("# users\nadmin:$apr1$abcdefgh$mMZnMi5KMcUTRCidnJ3Px0\n"
				"admin:router:80a6824e116f6910c6c11d3da0ad6541\n");
	collected a = collect(&as_inspector_htpasswd, hashed, "text", "");
	assert_int_equal(a.rows, 2);
	expect_has(&a, "source=htpasswd user=admin secret=$apr1$abcdefgh$mMZnMi5KMcUTRCidnJ3Px0 "
		       "scheme=apr1 "
		       "guessed=admin");
	expect_has(&a, "source=htdigest user=admin");
	collected_free(&a);
	/* Checksum lists, host:port lists and prose are not user files. */
	static const char *const others[] = { "name:0cc175b9c0f1b6a831c399e269772661\n",
		"localhost:8080\n",
		"admin:$apr1$abcdefgh$mMZnMi5KMcUTRCidnJ3Px0\nand then: some prose\n",
		"version:1234567890123\n" };
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		collected none = collect(&as_inspector_htpasswd, as_lit(others[i]), "text", "");
		assert_int_equal(none.rows, 0);
		collected_free(&none);
	}
}

static void plain_web_users_by_name(void **state)
{
	(void)state;
	collected l = collect(&as_inspector_webusers, as_lit("admin:letmein2\n# c:d\n"), "text",
		"/etc/lighttpd/lighttpd.user");
	assert_int_equal(l.rows, 1);
	expect_has(&l, "account 0+14 source=htpasswd user=admin secret=letmein2 scheme=plain");
	collected_free(&l);
	collected b = collect(&as_inspector_webusers,
		as_lit("A:192.168.\n/cgi-bin:operator:opsecret\n.au:audio/basic\n"), "text",
		"/etc/httpd.conf");
	assert_int_equal(b.rows, 1);
	expect_has(&b, "source=httpd.conf user=operator secret=opsecret scheme=plain");
	collected_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_scheme_is_recognised_and_verified),
		cmocka_unit_test(work_is_bounded_by_the_parameters_in_the_image),
		cmocka_unit_test(passwd_and_shadow_lines),
		cmocka_unit_test(samba_hashes),
		cmocka_unit_test(web_users_are_told_by_content),
		cmocka_unit_test(plain_web_users_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
