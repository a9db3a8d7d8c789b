/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in binary nvram and boot environments: "name=value" strings, each ended by NUL, one
 * after the other (Broadcom nvram after its header, U-Boot environment after its checksum, MTD
 * dumps). A run of such strings is read wherever it stands; single ones are not, because code is
 * full of them. */
#include "base/ascii.h"
#include "inspect/secret.h"

enum { RUN_LEAST = 8, STRING_MAX = 1024, NAME_MAX_LEN = 64 };

static size_t name_length(as_span s)
{
	size_t n = 0;
	for (; n < s.n && n <= NAME_MAX_LEN; n++) {
		uint8_t b = s.p[n];
		bool fits = as_is_word(b) || b == '-' || b == '.' || b == ':' || b == '/';
		if (!fits)
			break;
	}
	return n > 0 && n <= NAME_MAX_LEN && as_at(s, n) == '=' ? n : 0;
}

/* The string that ends at the next NUL, if it is "name=value". */
static bool take_setting(as_span data, size_t at, as_span *out)
{
	size_t end = as_find_byte(as_cut(data, 0, as_min(data.n, at + STRING_MAX)), 0, at);
	if (end == SIZE_MAX)
		return false;
	*out = as_cut(data, at, end - at);
	return name_length(*out) > 0 && as_is_text(*out);
}

static size_t run_length(as_span data, size_t at, size_t *end)
{
	size_t n = 0;
	for (as_span setting; take_setting(data, at, &setting); n++)
		at += setting.n + 1;
	*end = at;
	return n;
}

static as_status read_run(as_facts *out, const as_guesser *g, as_span data, size_t at)
{
	as_status s = AS_OK;
	for (as_span setting; s == AS_OK && take_setting(data, at, &setting); at += setting.n + 1) {
		size_t n = name_length(setting);
		as_pair p = { .where = setting,
			.name = as_cut(setting, 0, n),
			.value = as_from(setting, n + 1),
			.quoted = true,
			.sentence = true };
		s = as_add_pair(out, g, &p, NULL, "nvram");
	}
	return s;
}

/* Where the text before the '=' at offset at begins. */
static size_t name_start(as_span data, size_t at, size_t from)
{
	while (at > from && data.p[at - 1] > ' ' && data.p[at - 1] < 0x7f)
		at--;
	return at;
}

static bool cares(const as_file *f)
{
	return as_is(as_lit(f->type), "data") || as_is(as_lit(f->type), "uboot");
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_guesser g = as_guesser_of(f->arena);
	as_status s = AS_OK;
	size_t at = 0;
	for (size_t from = 0; s == AS_OK && (at = as_find_byte(f->data, '=', at)) != SIZE_MAX;
		at++) {
		size_t start = name_start(f->data, at,
			(size_t)as_max(from, at > NAME_MAX_LEN ? at - NAME_MAX_LEN : 0));
		size_t end = start;
		if (run_length(f->data, start, &end) >= RUN_LEAST)
			s = read_run(out, &g, f->data, start);
		from = end > at ? end : from;
		at = end > at ? end - 1 : at;
	}
	return s;
}

const as_inspector as_inspector_secret_nvram = {
	.id = "secret_nvram",
	.title = "Secrets in binary nvram and boot environments",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "secret", NULL },
};
