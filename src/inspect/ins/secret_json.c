/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in JSON: members with a telling name and a string for value. A scanner of our own,
 * because the evidence needs byte offsets, which a JSON library does not keep, and because
 * configuration with comments or a trailing comma is common. It keeps the names above a value (64
 * deep), not the values. */
#include "inspect/secret.h"

enum { FILE_MAX = 4 << 20, DEPTH_MAX = 64 };

typedef struct json {
	as_span data;
	size_t at;
	as_span names[DEPTH_MAX],
		users[DEPTH_MAX]; /* the member each level stands in; a user name in it */
	size_t depth;
} json;

/* Takes the string that opens at j->at; the span is without its quotes, escapes as they are. */
static bool take_string(json *j, as_span *out)
{
	for (size_t i = j->at + 1; i < j->data.n; i++) {
		if (j->data.p[i] == '\\') {
			i++;
		} else if (j->data.p[i] == '"') {
			*out = as_cut(j->data, j->at + 1, i - j->at - 1);
			j->at = i + 1;
			return true;
		}
	}
	j->at = j->data.n;
	return false;
}

static uint8_t skip_space(json *j)
{
	while (j->at < j->data.n && as_trim(as_cut(j->data, j->at, 1)).n == 0)
		j->at++;
	return as_at(j->data, j->at);
}

static bool is_user(as_span name)
{
	static const char *const names[] = { "username", "user", "login", "account", "identity",
		"email" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (as_is_nocase(name, names[i]))
			return true;
	return false;
}

static bool is_ascii(as_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80)
			return false;
	return true;
}

/* One string, which is a value, or the name of a member with what follows it. */
static as_status string(json *j, as_facts *out, const as_guesser *g, bool sample)
{
	size_t from = j->at;
	as_span name, value;
	if (!take_string(j, &name) || skip_space(j) != ':')
		return AS_OK;
	size_t level = (size_t)as_min(j->depth, DEPTH_MAX - 1);
	j->names[level] = name;
	j->at++;
	if (skip_space(j) != '"' || !take_string(j, &value))
		return AS_OK;
	if (is_user(name))
		j->users[level] = value;
	as_pair p = { .where = as_cut(j->data, from, j->at - from),
		.name = name,
		.value = value,
		.context = level > 0 ? j->names[level - 1] : (as_span){ 0 },
		.user = j->users[level],
		.quoted = true,
		.sample = sample };
	/* Words of another alphabet are labels of a user interface. */
	return is_ascii(value) ? as_add_pair(out, g, &p, NULL, "json") : AS_OK;
}

static bool cares(const as_file *f)
{
	static const char *const others[] = { "*locale*", "*lang*", "*i18n*", "*l10n*",
		"*translat*", "*schema*", "*/node_modules/*", "*openapi*", "*swagger*",
		"*package-lock.json" };
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (as_glob(others[i], f->path))
			return false;
	bool fits = as_is(as_lit(f->type), "text/json") || as_glob("*.json", f->path);
	return fits && as_file_is_text(f);
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_guesser g = as_guesser_of(f->arena);
	json *j = as_alloc(f->arena, sizeof(*j));
	if (!j)
		return AS_NOMEM;
	j->data = f->data;
	as_status s = AS_OK;
	bool sample = as_path_is_sample(f->path);
	while (s == AS_OK && j->at < f->data.n) {
		uint8_t b = as_at(f->data, j->at);
		if (b == '"') {
			s = string(j, out, &g, sample);
			continue;
		}
		if (b == '{' || b == '[') {
			j->depth++;
			size_t level = (size_t)as_min(j->depth, DEPTH_MAX - 1);
			j->users[level] = j->names[level] = (as_span){ 0 };
		} else if (b == '}' || b == ']') {
			j->depth -= j->depth > 0;
		}
		j->at++;
	}
	return s;
}

const as_inspector as_inspector_secret_json = {
	.id = "secret_json",
	.title = "Secrets in JSON",
	.paths =
		(const char *const[]){ "*.json", "*/etc/*", "*.conf", "*.cfg", "*/config/*", NULL },
	.cares = cares,
	.most = FILE_MAX,
	.inspect = inspect,
	.tables = (const char *const[]){ "secret", NULL },
};
