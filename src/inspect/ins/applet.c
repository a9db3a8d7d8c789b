/* SPDX-License-Identifier: Apache-2.0 */
/* What a BusyBox was built with. The program holds the names of its applets one after another, each ended by
 * a NUL, in rising
 * order: "[\0[[\0acpid\0adjtimex\0...zcat\0". The longest such run that holds the names of ordinary applets
 * is the list. */
#include "base/ascii.h"
#include "inspect/binary.h"

enum {
	NAME_MAX_LEN = 32, /* bytes */
	LEAST = 4,         /* applets: a program of fewer names may be anything */
	MOST = 1024,
};

static bool in_name(uint8_t b)
{
	return as_is_lower(b) || as_is_digit(b) || b == '[' || b == '-' || b == '_' || b == '.';
}

/* The name at offset at, if one begins there and a NUL ends it. */
static as_span name_at(as_span s, size_t at)
{
	size_t n = 0;
	while (n < NAME_MAX_LEN && at + n < s.n && in_name(s.p[at + n]))
		n++;
	return n > 0 && at + n < s.n && s.p[at + n] == 0 ? as_cut(s, at, n) : (as_span){ 0 };
}

static bool rises(as_span a, as_span b)
{
	int by = memcmp(a.p, b.p, as_min(a.n, b.n));
	return by < 0 || (by == 0 && a.n < b.n);
}

/* How many names follow each other from offset at on; *end: behind them; *usual: of them, names that every
 * list has some of. */
static size_t run_at(as_span s, size_t at, size_t *end, size_t *usual)
{
	static const char *const ordinary[] = { "[", "ash", "awk", "cat", "cp", "echo", "grep",
		"init", "kill", "ls", "mount", "ps", "rm", "sh", "true", "umount", "vi", "wget",
		NULL };
	size_t n = 0;
	as_span last = { 0 };
	for (as_span name;
		n < MOST && (name = name_at(s, at)).n > 0 && (n == 0 || rises(last, name)); n++) {
		for (size_t i = 0; ordinary[i]; i++)
			*usual += as_is(name, ordinary[i]);
		last = name;
		at += name.n + 1;
	}
	*end = at;
	return n;
}

/* Where the list begins, or SIZE_MAX. */
static size_t find_list(as_span s)
{
	size_t best = SIZE_MAX, most = 0;
	for (size_t at = 0, end; at < s.n; at = end) {
		size_t usual = 0;
		while (at < s.n && (!in_name(s.p[at]) || (at > 0 && s.p[at - 1] != 0)))
			at++;
		size_t n = run_at(s, at, &end, &usual);
		end += end == at;
		if (n >= LEAST && usual >= LEAST && n > most) {
			best = at;
			most = n;
		}
	}
	return best;
}

static bool cares(const as_file *f) { return as_file_is_binary(f) && as_has(f->data, "BusyBox v"); }

static as_status inspect(as_facts *out, const as_file *f)
{
	as_status s = AS_OK;
	size_t at = find_list(f->data);
	as_span last = { 0 };
	for (size_t n = 0; s == AS_OK && at < f->data.n && n < MOST; n++) {
		as_span name = name_at(f->data, at);
		if (name.n == 0 || (last.n > 0 && !rises(last, name)))
			break;
		s = as_add_applet(out, (as_applet){ .where = name, .name = name });
		last = name;
		at += name.n + 1;
	}
	return s;
}

const as_inspector as_inspector_applet = {
	.id = "applet",
	.title = "Applets that a BusyBox was built with",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "applet", NULL },
};
