/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/gopath.h"

#include "base/ascii.h"

enum { MODULES_MAX = 1024, BEFORE_MAX = 256 /* bytes of a path before ".go" */ };

typedef struct known {
	size_t n;
	as_span modules[MODULES_MAX];
} known;

static bool in_path(uint8_t b)
{
	return as_is_alnum(b) || b == '.' || b == '-' || b == '_' || b == '~' || b == '/' ||
	       b == '@' || b == '!' || b == '+';
}

/* A host: letters and a dot in it; the standard library's folders have none. */
static bool is_host(as_span s)
{
	size_t dot = as_find_byte(s, '.', 1);
	return dot != SIZE_MAX && dot + 1 < s.n && as_find_byte(s, '@', 0) == SIZE_MAX &&
	       as_is_lower(as_at(s, 0));
}

/* What stands behind the last folder of sources that a host follows; with -trimpath no folder stands before. */
static as_span below_sources(as_span path)
{
	static const char *const folders[] = { "/pkg/mod/", "/vendor/", "/src/" };
	as_span out = path;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		as_span folder = as_lit(folders[i]);
		size_t at = as_find(path, folder, 0);
		for (; at != SIZE_MAX; at = as_find(path, folder, at + 1)) {
			as_span rest = as_from(path, at + folder.n);
			bool hosted = is_host(as_field(rest, '/', 0)) && as_field(rest, '/', 1).p;
			out = hosted && rest.n < out.n ? rest : out;
		}
	}
	return out;
}

/* The module cache writes capitals as "!" and the small letter. */
static as_span with_capitals(as_arena *arena, as_span s)
{
	if (as_find_byte(s, '!', 0) == SIZE_MAX)
		return s;
	uint8_t *text = as_alloc(arena, s.n);
	size_t n = 0;
	for (size_t i = 0; text && i < s.n; i++) {
		bool capital = s.p[i] == '!' && as_is_lower(as_at(s, i + 1));
		i += capital;
		text[n++] = capital ? (uint8_t)(s.p[i] - 'a' + 'A') : s.p[i];
	}
	return as_bytes(text, text ? n : 0);
}

/* How many parts of a path are the module, without a version to tell: hosts of many owners have the owner's name in
 * between. */
static size_t n_parts(as_span path)
{
	static const char *const owners[] = { "github.com", "gitlab.com", "bitbucket.org",
		"codeberg.org", "golang.org", "salsa.debian.org", "git.sr.ht", "gitea.com",
		"launchpad.net" };
	as_span host = as_field(path, '/', 0), second = as_field(path, '/', 1),
		fourth = as_field(path, '/', 3);
	size_t n = 2;
	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
		if (as_is(host, owners[i]))
			n = 3;
	if (as_is(host, "gopkg.in") && as_find(second, as_lit(".v"), 0) == SIZE_MAX)
		n = 3;
	uint64_t major = 0;
	as_span after = n == 2 ? as_field(path, '/', 2) : fourth;
	bool numbered =
		as_starts(after, "v") && as_number(as_from(after, 1), 10, &major) && major > 1;
	return n + numbered;
}

/* Splits "example.org/a/b@v1.2.3/c.go"; without a version by the number of parts. */
static bool split(as_span path, as_span *module, as_span *version)
{
	size_t at = as_find(path, as_lit("@v"), 0), end = 0;
	if (!is_host(as_field(path, '/', 0)))
		return false;
	if (at != SIZE_MAX) {
		end = as_find_byte(path, '/', at);
		*module = as_cut(path, 0, at);
		*version = end == SIZE_MAX ? (as_span){ 0 } : as_cut(path, at + 1, end - at - 1);
		return version->n > 1;
	}
	for (size_t n = n_parts(path); n > 0 && end != SIZE_MAX; n--)
		end = as_find_byte(path, '/', end + (end > 0));
	*version = (as_span){ 0 };
	*module = end == SIZE_MAX ? (as_span){ 0 } : as_cut(path, 0, end);
	return end != SIZE_MAX;
}

static bool is_new(known *k, as_span module)
{
	for (size_t i = k->n; i > 0; i--)
		if (as_same(k->modules[i - 1], module))
			return false;
	if (k->n < MODULES_MAX)
		k->modules[k->n] = module;
	k->n++;
	return true;
}

/* Names of files stand one after the other, each ended by NUL. */
as_status as_gopath_each(as_gopath_ask *ask, as_gopath_fn *each)
{
	known *k = as_alloc(ask->f->arena, sizeof(*k));
	as_span data = ask->f->data, mark = as_bytes(".go", 4), module, version;
	as_status s = k ? AS_OK : AS_NOMEM;
	for (size_t at = as_find(data, mark, 0); at != SIZE_MAX && s == AS_OK;
		at = as_find(data, mark, at + 1)) {
		size_t from = at;
		while (from > 0 && at - from < BEFORE_MAX && in_path(data.p[from - 1]))
			from--;
		as_span path = below_sources(as_cut(data, from, at + 3 - from));
		if (!split(path, &module, &version) || !is_new(k, module))
			continue;
		if (k->n > MODULES_MAX)
			return as_beyond(ask->out, path, "too many modules of Go");
		s = each(ask, with_capitals(ask->f->arena, module), version, path);
	}
	return s;
}
