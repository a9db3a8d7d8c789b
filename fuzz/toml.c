/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of TOML: what it tells must be about lines and bytes that there are, and its tree one that a reader of
 * settings can walk without looking twice. */
#include <math.h>

#include "assess/toml.h"
#include "base/text.h"
#include "insist.h"
#include "targets.h"

/* Dotted names in tables within tables, each as deep as the reader lets them be. */
enum { DEEPEST = (AS_TOML_DEPTH + 2) * (AS_TOML_DEPTH + 2) };

typedef struct text {
	unsigned lines, told; /* lines: how many there are; told: the last that a fault is on */
} text;

/* Touches every byte, for the sanitizers. */
static void touch(as_span s)
{
	volatile uint8_t all = 0;
	for (size_t i = 0; i < s.n; i++)
		all ^= s.p[i];
	(void)all;
}

static void on_fault(void *ctx, unsigned line, const char *message, as_span about)
{
	text *t = ctx;
	insist(line >= 1 && line <= t->lines, "a fault on a line that there is not");
	insist(line > t->told, "two faults of one line");
	insist(message && message[0], "a fault without words");
	touch(about);
	t->told = line;
}

static bool is_utf8(as_span s)
{
	for (size_t at = 0, n; at < s.n; at += n) {
		n = s.p[at] < 0x80 ? 1 : as_utf8(s, at);
		if (n == 0)
			return false;
	}
	return true;
}

static void check_value(const as_toml *v)
{
	touch(v->text);
	insist(v->kind != AS_TOML_TEXT || is_utf8(v->text), "a text that is none");
	insist(v->kind != AS_TOML_TIME || v->text.n > 0, "a time without a word");
	insist(v->kind != AS_TOML_NUMBER || !v->whole || v->number == floor(v->number),
		"a whole number with a fraction");
	insist(v->kind <= AS_TOML_ARRAY || !v->first, "a value with children");
}

static void check(const as_toml *v, const text *t, unsigned depth)
{
	const as_toml *last = NULL;
	size_t n = 0;
	insist(depth <= DEEPEST, "a tree that is too deep");
	insist(v->line >= 1 && v->line <= t->lines, "a value on a line that there is not");
	check_value(v);
	for (const as_toml *c = v->first; c; c = c->next, n++) {
		bool named = v->kind == AS_TOML_TABLE;
		insist(c->in == v && (named || !c->key.p),
			"a child of another, or an item with a name");
		touch(c->key);
		/* The first of a name is found by it: no second one hides behind it. */
		for (const as_toml *o = v->first; named && n < 100 && o != c; o = o->next)
			insist(!as_same(o->key, c->key), "two of one name");
		check(c, t, depth + 1);
		last = c;
	}
	insist(n == v->n && last == v->last, "children that are not counted");
}

void run_toml(const uint8_t *data, size_t n)
{
	as_arena *arena = as_arena_new(512 << 20);
	text t = { .lines = 1 };
	insist(arena, "no memory");
	for (size_t i = 0; i < n; i++)
		t.lines += data[i] == '\n';
	const as_toml *root = as_toml_read(as_bytes(data, n), arena, on_fault, &t);
	insist(root && root->kind == AS_TOML_TABLE, "a text that cannot be read at all");
	check(root, &t, 0);
	as_arena_free(arena);
}
