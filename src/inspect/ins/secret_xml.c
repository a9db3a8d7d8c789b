/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in XML trees: TR-069 data models and vendors' configuration. Three ways are in use:
 *    <Password>x</Password>
 *    <DM name="Password" val="x"/>  <param name="Password">x</param>
 *    <WLAN PreSharedKey="x"/>
 * A tolerant scanner instead of an XML library, because the evidence needs byte offsets and
 * because devices' trees are often not well-formed (no root, raw "&", cut off). It keeps the last
 * names of the path, follows no entity and resolves nothing. */
#include <string.h>

#include "base/ascii.h"
#include "inspect/secret.h"

enum { FILE_MAX = 16 << 20, DEPTH_MAX = 64, ATTRIBUTES_MAX = 64 };

typedef struct attribute {
	as_span name, value;
} attribute;

typedef struct tag {
	size_t from, end; /* bytes: the '<', and one past the '>' */
	as_span name;
	bool closes, closed; /* </x>, <x/> */
	attribute attributes[ATTRIBUTES_MAX];
	size_t n;
} tag;

typedef struct tree {
	as_span names[DEPTH_MAX],
		users[DEPTH_MAX]; /* users: the user name last seen among the children */
	size_t depth;             /* may be more than DEPTH_MAX: then not kept */
	as_span data;
	as_arena *arena;
	as_facts *out;
	as_guesser g;
} tree;

static bool is_name_byte(uint8_t b) { return as_is_word(b) || b == '-' || b == '.' || b == ':'; }

static as_span take_name(as_span s, size_t *at)
{
	size_t from = *at;
	while (*at < s.n && is_name_byte(s.p[*at]))
		(*at)++;
	return as_cut(s, from, *at - from);
}

static void skip_space(as_span s, size_t *at)
{
	while (*at < s.n && as_is_space(s.p[*at]))
		(*at)++;
}

/* Reads attributes up to the '>' of the tag; *at is left behind it. */
static bool take_attributes(as_span s, size_t *at, tag *t)
{
	while (*at < s.n && s.p[*at] != '>') {
		size_t before = *at;
		skip_space(s, at);
		attribute a = { .name = take_name(s, at) };
		skip_space(s, at);
		if (a.name.n > 0 && as_at(s, *at) == '=') {
			++*at;
			skip_space(s, at);
			uint8_t quote = as_at(s, *at);
			size_t end = quote == '"' || quote == '\'' ? as_find_byte(s, quote, *at + 1)
								   : SIZE_MAX;
			if (end == SIZE_MAX)
				return false;
			a.value = as_cut(s, *at + 1, end - *at - 1);
			*at = end + 1;
			if (t->n < ATTRIBUTES_MAX)
				t->attributes[t->n++] = a;
		} else if (as_at(s, *at) == '/') {
			t->closed = true;
			++*at;
		} else if (*at == before) {
			++*at;
		}
	}
	t->end = ++*at;
	return *at <= s.n;
}

/* Behind a comment, CDATA, processing instruction or declaration at offset at; at itself if
 * none. */
static size_t skip_special(as_span s, size_t at)
{
	static const struct {
		const char *begin, *end;
	} forms[] = { { "<!--", "-->" }, { "<![CDATA[", "]]>" }, { "<?", "?>" }, { "<!", ">" } };
	as_span rest = as_cut(s, at, as_min(s.n - at, 12));
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (!as_starts(rest, forms[i].begin))
			continue;
		size_t end = as_find(s, as_lit(forms[i].end), at + strlen(forms[i].begin));
		return end == SIZE_MAX ? s.n : end + strlen(forms[i].end);
	}
	return at;
}

static bool next_tag(as_span s, size_t *at, tag *t)
{
	for (;;) {
		size_t from = as_find_byte(s, '<', *at);
		if (from == SIZE_MAX)
			return false;
		*at = skip_special(s, from);
		if (*at != from)
			continue;
		*t = (tag){ .from = from, .closes = as_at(s, from + 1) == '/' };
		*at = from + 1 + t->closes;
		t->name = take_name(s, at);
		if (t->name.n > 0)
			return take_attributes(s, at, t);
	}
}

static bool is_any(as_span s, const char *const *names)
{
	for (; *names; names++)
		if (as_is_nocase(s, *names))
			return true;
	return false;
}

static const attribute *attribute_of(const tag *t, const char *const *names)
{
	for (size_t i = 0; i < t->n; i++)
		if (is_any(t->attributes[i].name, names))
			return &t->attributes[i];
	return NULL;
}

static const char *const name_attributes[] = { "name", "key", "n", "id", "param", NULL };
static const char *const value_attributes[] = { "value", "val", "v", "default", NULL };
static const char *const user_names[] = { "username", "user", "name", "login", "account",
	"loginname", "userid", "connectionrequestusername", NULL };
/* Elements whose text is for people. */
static const char *const prose[] = { "string", "message", "msg", "label", "text", "item", "option",
	"title", "span", "translation", "source", "p", "li", "td", "a", "description", "property",
	"summary", NULL };

/* Elements that declare a name of a program. */
static const char *const declarations[] = { "define", "macro", "constant", "enum", NULL };

static as_span context_of(const tree *t)
{
	as_buf b = { 0 };
	size_t depth = (size_t)as_min(t->depth, DEPTH_MAX);
	for (size_t i = depth > 3 ? depth - 3 : 0; i < depth; i++) {
		as_buf_text(&b, b.n > 0 ? "/" : "");
		as_buf_add(&b, t->names[i].p, (size_t)as_min(t->names[i].n, 64));
	}
	as_span text = as_copy(t->arena, as_buf_span_of(&b));
	as_buf_free(&b);
	return text;
}

static as_status pair(tree *t, as_span where, as_span name, as_span value, as_span user)
{
	/* An unknown name costs nothing: the context is made only for a secret. */
	if (!as_secret_kind(name, (as_span){ 0 }))
		return AS_OK;
	as_pair p = { .where = where,
		.name = name,
		.value = value,
		.context = context_of(t),
		.user = user,
		.quoted = true,
		.sentence = false };
	return as_add_pair(t->out, &t->g, &p, NULL, "xml");
}

/* Where a user name among the children of the open element is remembered. */
static as_span *user_slot(tree *t) { return &t->users[as_min(t->depth, DEPTH_MAX - 1)]; }

static as_status attributes(tree *t, const tag *g)
{
	as_span where = as_cut(t->data, g->from, g->end - g->from);
	const attribute *name = attribute_of(g, name_attributes),
			*value = attribute_of(g, value_attributes);
	if (is_any(g->name, declarations))
		return AS_OK;
	if (name && value) {
		as_status s = pair(t, where, name->value, value->value, *user_slot(t));
		if (is_any(name->value, user_names))
			*user_slot(t) = value->value;
		return s;
	}
	const attribute *user = attribute_of(g, user_names);
	as_status s = AS_OK;
	for (size_t i = 0; s == AS_OK && i < g->n; i++)
		s = pair(t, where, g->attributes[i].name, g->attributes[i].value,
			user ? user->value : (as_span){ 0 });
	return s;
}

/* An element that holds only text. */
static as_status leaf(tree *t, const tag *g, const tag *end)
{
	as_span text = as_trim(as_cut(t->data, g->end, end->from - g->end));
	const attribute *named = attribute_of(g, name_attributes);
	as_span name = named ? named->value : g->name;
	if (is_any(name, user_names))
		*user_slot(t) = text;
	if (is_any(g->name, prose))
		return AS_OK;
	return pair(t, as_cut(t->data, g->from, end->end - g->from), name, text, *user_slot(t));
}

static void enter(tree *t, as_span name)
{
	if (t->depth < DEPTH_MAX)
		t->names[t->depth] = name;
	t->depth++;
	*user_slot(t) = (as_span){ 0 };
}

static bool cares(const as_file *f)
{
	as_span type = as_lit(f->type), start = as_trim(as_cut(f->data, 0, as_min(f->data.n, 64)));
	return as_is(type, "text/xml") || (as_is(type, "text") && as_starts(start, "<"));
}

static as_status inspect(as_facts *out, const as_file *f)
{
	tree *t = as_alloc(f->arena, sizeof(*t));
	tag *g = as_alloc_array(f->arena, 2, sizeof(*g));
	if (!t || !g)
		return AS_NOMEM;
	t->data = f->data;
	t->arena = f->arena;
	t->out = out;
	t->g = as_guesser_of(f->arena);
	tag *open = &g[0], *now = &g[1];
	as_status s = AS_OK;
	bool opened = false; /* the tag before this one opened an element */
	for (size_t at = 0; s == AS_OK && next_tag(f->data, &at, now);) {
		if (now->closes) {
			t->depth -= t->depth > 0;
			s = opened && as_same(open->name, now->name) ? leaf(t, open, now) : AS_OK;
			opened = false;
			continue;
		}
		s = attributes(t, now);
		opened = !now->closed;
		if (opened)
			enter(t, now->name);
		*open = *now;
	}
	return s;
}

const as_inspector as_inspector_secret_xml = {
	.id = "secret_xml",
	.title = "Secrets in XML trees (TR-069, vendors' configuration)",
	.cares = cares,
	.most = FILE_MAX,
	.inspect = inspect,
	.tables = (const char *const[]){ "secret", NULL },
};
