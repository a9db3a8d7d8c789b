/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/json.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/cur.h"
#include "base/map.h"
#include "base/text.h"

enum { FEW = 12 /* members that are compared one by one */ };

typedef struct parser {
	as_arena *arena;
	as_cur c;
	as_fault *fault;
} parser;

static as_value *read_value(parser *p, unsigned depth);

static bool wrong(parser *p, const char *reason, uint64_t at)
{
	if (!p->fault->reason)
		*p->fault = (as_fault){ .reason = reason, .at = at };
	return false;
}

static as_value *spent(parser *p)
{
	(void)wrong(p, "it takes more memory than one record may", as_pos(&p->c));
	p->fault->spent = true;
	return NULL;
}

static uint8_t peek(const parser *p) { return as_at(p->c.s, as_pos(&p->c)); }

static void skip_space(parser *p)
{
	while (as_left(&p->c) > 0) {
		uint8_t b = peek(p);
		if (b != ' ' && b != '\n' && b != '\r' && b != '\t')
			return;
		as_skip(&p->c, 1);
	}
}

/* Four hexadecimal digits of an escape. */
static bool hex4(as_cur *c, uint32_t *unit)
{
	uint64_t v = 0;
	as_span s = as_take(c, 4);
	for (size_t i = 0; i < s.n; i++) {
		uint8_t b = s.p[i], low = b | 0x20;
		bool digit = as_is_digit(b), letter = low >= 'a' && low <= 'f';
		if (!digit && !letter)
			return false;
		v = v << 4 | (uint64_t)(digit ? b - '0' : low - 'a' + 10);
	}
	*unit = (uint32_t)v;
	return as_ok(c);
}

static size_t put_utf8(uint8_t *to, uint32_t v)
{
	if (v < 0x80) {
		to[0] = (uint8_t)v;
		return 1;
	}
	size_t n = v < 0x800 ? 2 : v < 0x10000 ? 3 : 4;
	static const uint8_t marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = n - 1; i > 0; i--, v >>= 6)
		to[i] = (uint8_t)(0x80 | (v & 0x3f));
	to[0] = (uint8_t)(marks[n] | v);
	return n;
}

/* The character of \uXXXX, also where it takes two of them; half of a pair alone becomes U+FFFD. */
static bool read_unicode(as_cur *c, uint32_t *v)
{
	enum { REPLACEMENT = 0xfffd };
	if (!hex4(c, v) || *v == 0)
		return false;
	bool high = *v >= 0xd800 && *v < 0xdc00;
	if (!high) {
		*v = *v >= 0xdc00 && *v < 0xe000 ? REPLACEMENT : *v;
		return true;
	}
	as_cur ahead = *c;
	uint32_t low = 0;
	if (as_is(as_take(&ahead, 2), "\\u") && hex4(&ahead, &low) && low >= 0xdc00 &&
		low < 0xe000) {
		*v = 0x10000 + ((*v - 0xd800) << 10) + (low - 0xdc00);
		*c = ahead;
		return true;
	}
	*v = REPLACEMENT;
	return true;
}

/* One escape after its backslash into to; answers its bytes, 0 if there is no such escape. */
static size_t read_escape(as_cur *c, uint8_t *to)
{
	static const char from[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	uint8_t b = as_u8(c);
	uint32_t v = 0;
	if (b == 'u')
		return read_unicode(c, &v) ? put_utf8(to, v) : 0;
	const char *at = b ? strchr(from, b) : NULL;
	if (!at)
		return 0;
	to[0] = (uint8_t)means[at - from];
	return 1;
}

/* raw, which has backslashes, without them. */
static bool unescape(parser *p, as_span raw, uint64_t at, as_span *out)
{
	uint8_t *to = as_alloc(p->arena, raw.n); /* an escape is longer than what it means */
	size_t n = 0;
	if (!to)
		return spent(p) != NULL;
	for (as_cur c = as_cur_be(raw, 0); as_left(&c) > 0;) {
		size_t next = as_find_byte(raw, '\\', as_pos(&c));
		as_span plain = as_take(&c, (next == SIZE_MAX ? raw.n : next) - as_pos(&c));
		memcpy(to + n, plain.p, plain.n);
		n += plain.n;
		if (as_left(&c) == 0)
			break;
		as_skip(&c, 1);
		size_t got = read_escape(&c, to + n);
		if (got == 0)
			return wrong(p, "an escape that JSON does not have", at + as_pos(&c));
		n += got;
	}
	*out = as_bytes(to, n);
	return true;
}

/* Where the string that begins at from ends (its quote), and what it holds: a backslash, more than ASCII. */
static size_t scan_string(as_span s, size_t from, bool *escaped, bool *wide)
{
	size_t i = from;
	for (; i < s.n && s.p[i] != '"' && s.p[i] >= 0x20; i++) {
		*wide = *wide || s.p[i] >= 0x80;
		if (s.p[i] == '\\') {
			*escaped = true;
			i++;
		}
	}
	return i;
}

static bool is_utf8(as_span s, size_t *bad)
{
	for (size_t i = 0; i < s.n;) {
		size_t n = s.p[i] < 0x80 ? 1 : as_utf8(s, i);
		*bad = i;
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

static bool read_string(parser *p, as_span *out)
{
	bool escaped = false, wide = false;
	size_t bad = 0, from = as_pos(&p->c) + 1;
	size_t end = scan_string(p->c.s, from, &escaped, &wide);
	if (end >= p->c.s.n)
		return wrong(p, "it is cut off", p->c.s.n);
	if (p->c.s.p[end] != '"')
		return wrong(p, "a control character in a text", end);
	as_span raw = as_cut(p->c.s, from, end - from);
	if (wide && !is_utf8(raw, &bad))
		return wrong(p, "bytes that are no UTF-8", from + bad);
	as_seek(&p->c, end + 1);
	*out = raw.n ? raw : as_lit("");
	return !escaped || unescape(p, raw, from, out);
}

static size_t digits(as_span s, size_t i)
{
	while (as_is_digit(as_at(s, i)))
		i++;
	return i;
}

static bool read_number(parser *p, as_span *out)
{
	as_span s = as_from(p->c.s, as_pos(&p->c));
	size_t i = as_at(s, 0) == '-', whole = digits(s, i);
	bool ok = whole > i && (as_at(s, i) != '0' || whole == i + 1);
	size_t end = whole;
	if (as_at(s, end) == '.') {
		end = digits(s, whole + 1);
		ok = ok && end > whole + 1;
	}
	if ((as_at(s, end) | 0x20) == 'e') {
		size_t sign = end + 1 + (as_at(s, end + 1) == '-' || as_at(s, end + 1) == '+');
		end = digits(s, sign);
		ok = ok && end > sign;
	}
	if (!ok)
		return wrong(p, as_left(&p->c) ? "neither a value nor its end" : "it is cut off",
			as_pos(&p->c));
	*out = as_take(&p->c, end);
	return true;
}

static as_value *read_word(parser *p, as_value *v)
{
	static const struct {
		const char *word;
		as_json_type type;
		bool truth;
	} words[] = { { "true", AS_JSON_BOOL, true }, { "false", AS_JSON_BOOL, false },
		{ "null", AS_JSON_NULL, false } };
	as_span rest = as_from(p->c.s, as_pos(&p->c));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (as_starts(rest, words[i].word)) {
			v->type = words[i].type;
			v->truth = words[i].truth;
			as_skip(&p->c, strlen(words[i].word));
			return v;
		}
	v->type = AS_JSON_NUMBER;
	return read_number(p, &v->text) ? v : NULL;
}

typedef struct key_slot {
	const as_value *held;
} key_slot;

/* A key and its colon. */
static bool read_key(parser *p, as_span *key)
{
	skip_space(p);
	if (peek(p) != '"')
		return wrong(p, as_left(&p->c) ? "no key where one must stand" : "it is cut off",
			as_pos(&p->c));
	if (!read_string(p, key))
		return false;
	skip_space(p);
	if (peek(p) != ':')
		return wrong(p, as_left(&p->c) ? "no colon after a key" : "it is cut off",
			as_pos(&p->c));
	as_skip(&p->c, 1);
	return true;
}

as_status as_json_twice(as_arena *a, const as_value *object, const as_value **twice)
{
	size_t n = 0, cap = 4 * FEW;
	*twice = NULL;
	for (const as_value *v = object->first; v; v = v->next)
		n++;
	for (const as_value *v = object->first; v && n <= FEW; v = v->next)
		for (const as_value *w = object->first; w != v; w = w->next)
			if (as_same(v->key, w->key))
				*twice = v;
	if (n <= FEW)
		return AS_OK;
	while (cap < 2 * n)
		cap *= 2;
	key_slot *slots = as_alloc_array(a, cap, sizeof(*slots));
	if (!slots)
		return AS_NOMEM;
	uint64_t seed = (uintptr_t)slots; /* nobody else knows where we stand */
	for (const as_value *v = object->first; v; v = v->next) {
		size_t i = as_hash64(seed, v->key) % cap;
		while (slots[i].held && !as_same(slots[i].held->key, v->key))
			i = i + 1 < cap ? i + 1 : 0;
		if (slots[i].held)
			*twice = v;
		slots[i].held = v;
	}
	return AS_OK;
}

static bool keys_differ(parser *p, const as_value *object, uint64_t at)
{
	const as_value *twice = NULL;
	if (as_json_twice(p->arena, object, &twice) != AS_OK)
		return spent(p) != NULL;
	if (!twice)
		return true;
	(void)wrong(p, "a key stands twice", at);
	p->fault->name = twice->key;
	return false;
}

/* The elements or members after the opening bracket, and the closing one. */
static bool read_members(parser *p, as_value *v, unsigned depth)
{
	uint64_t begin = as_pos(&p->c) - 1;
	uint8_t close = v->type == AS_JSON_OBJECT ? '}' : ']';
	as_value **tail = &v->first;
	skip_space(p);
	while (peek(p) != close || v->first) {
		as_span key = { 0 };
		if (v->type == AS_JSON_OBJECT && !read_key(p, &key))
			return false;
		*tail = read_value(p, depth + 1);
		if (!*tail)
			return false;
		(*tail)->key = key;
		tail = &(*tail)->next;
		skip_space(p);
		if (peek(p) == close)
			break;
		if (peek(p) != ',')
			return wrong(p,
				as_left(&p->c) ? "neither a comma nor an end" : "it is cut off",
				as_pos(&p->c));
		as_skip(&p->c, 1);
	}
	as_skip(&p->c, 1);
	return v->type != AS_JSON_OBJECT || keys_differ(p, v, begin);
}

static as_value *read_value(parser *p, unsigned depth)
{
	skip_space(p);
	if (depth > AS_JSON_DEPTH) {
		(void)wrong(p, "values nest too deep", as_pos(&p->c));
		return NULL;
	}
	as_value *v = as_alloc(p->arena, sizeof(*v));
	if (!v)
		return spent(p);
	uint8_t b = peek(p);
	if (b == '{' || b == '[') {
		v->type = b == '{' ? AS_JSON_OBJECT : AS_JSON_ARRAY;
		as_skip(&p->c, 1);
		return read_members(p, v, depth) ? v : NULL;
	}
	if (b == '"') {
		v->type = AS_JSON_TEXT;
		return read_string(p, &v->text) ? v : NULL;
	}
	return read_word(p, v);
}

as_value *as_json_parse(as_arena *a, as_span text, as_fault *fault)
{
	parser p = { .arena = a, .c = as_cur_be(text, 0), .fault = fault };
	*fault = (as_fault){ 0 };
	as_value *v = read_value(&p, 0);
	skip_space(&p);
	if (v && as_left(&p.c) > 0) {
		(void)wrong(&p, "something after the value", as_pos(&p.c));
		return NULL;
	}
	return v;
}

const as_value *as_json_get(const as_value *object, const char *key)
{
	if (!object || object->type != AS_JSON_OBJECT)
		return NULL;
	for (const as_value *v = object->first; v; v = v->next)
		if (as_is(v->key, key))
			return v;
	return NULL;
}
