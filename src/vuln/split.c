/* SPDX-License-Identifier: Apache-2.0 */
/* A lexer that knows just enough grammar to find where records begin and end, and to see at once that one is
 * broken: what may follow what, and that brackets match. After a fault it looks, onwards only, for the head
 * that records of this stream have ("{", and the first key of the record before), so that all of it takes
 * time linear in the stream. */
#include "vuln/split.h"

#include <stdlib.h>

#include "base/cur.h"

enum {
	STACK = 256,    /* nested values followed; records of more are refused here already */
	SIGNATURE = 64, /* bytes of a first key, with its quotes, that is looked for */
	TAIL = 1024,    /* bytes kept while looking: a head may stand across two pieces */
	LEVEL_MAX = 2,  /* brackets around records */
};

typedef enum want { VALUE, VALUE_OR_END, KEY, KEY_OR_END, COLON, AFTER } want;

struct as_split {
	as_split_calls calls;
	as_buf window;
	uint64_t base; /* where the window begins in the stream */
	size_t pos;    /* next byte to read, in the window */
	bool planned, lost, in_record, in_string, escaped, is_key, in_word;
	want want;
	unsigned depth, level; /* brackets open; of them around records */
	bool members;          /* records are the members of an object */
	char list[32];         /* the key at depth 1 of the list of records, or empty */
	bool in_list;          /* within that list */
	char stack[STACK];
	char frame[LEVEL_MAX]; /* the brackets around records */
	size_t token;          /* where the string or word being read begins, in the window */
	size_t key,
		key_n; /* the last key at the depth around records, with its quotes, in the window */
	size_t record; /* where the record begins, in the window */
	uint8_t signature[SIGNATURE];
	size_t signature_n;
	bool fresh; /* the record has no first key so far */
};

as_split *as_split_new(const as_split_calls *calls)
{
	as_split *s = calloc(1, sizeof(*s));
	if (s)
		s->calls = *calls;
	return s;
}

void as_split_free(as_split *s)
{
	if (!s)
		return;
	as_buf_free(&s->window);
	free(s);
}

static bool is_space(uint8_t b) { return b == ' ' || b == '\n' || b == '\r' || b == '\t'; }

static as_span window(const as_split *s) { return as_buf_span_of(&s->window); }

static size_t skip_space(as_span s, size_t i)
{
	while (i < s.n && is_space(s.p[i]))
		i++;
	return i;
}

static size_t back_space(as_span s, size_t i)
{
	while (i > 0 && is_space(s.p[i - 1]))
		i--;
	return i;
}

/* Where in head the key stands that text quotes, with a colon after it, at depth 1 of the outermost object;
 * SIZE_MAX: nowhere. */
static size_t key_at_top(as_span head, const char *text)
{
	unsigned depth = 0;
	for (size_t i = 0; i < head.n; i++) {
		uint8_t b = head.p[i];
		depth += b == '{' || b == '[';
		depth -= depth > 0 && (b == '}' || b == ']');
		if (b != '"')
			continue;
		size_t end = i + 1;
		while (end < head.n && head.p[end] != '"')
			end += head.p[end] == '\\' ? 2 : 1;
		size_t colon = skip_space(head, end + 1);
		if (depth == 1 && as_at(head, colon) == ':' &&
			as_is(as_cut(head, i + 1, end - i - 1), text))
			return colon;
		i = end;
	}
	return SIZE_MAX;
}

/* Whether s begins with a text that names a vulnerability. */
static bool names_one(as_span s)
{
	static const char *const names[] = { "\"CVE-", "\"TEMP-", "\"GHSA-" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (as_starts(s, names[i]))
			return true;
	return false;
}

/* Whether the first member of the outermost object is an object whose first key names a vulnerability. */
static bool names_vulnerabilities(as_span head)
{
	size_t i = skip_space(head, skip_space(head, 0) + 1);
	if (as_at(head, i) != '"')
		return false;
	size_t end = as_find_byte(head, '"', i + 1);
	i = end == SIZE_MAX ? head.n : skip_space(head, end + 1);
	if (as_at(head, i) != ':')
		return false;
	i = skip_space(head, i + 1);
	return as_at(head, i) == '{' && names_one(as_from(head, skip_space(head, i + 1)));
}

/* Tells the layout from the beginning. */
static void plan(as_split *s)
{
	static const char list[] = "vulnerabilities";
	as_span head = as_cut(window(s), 0, as_min(window(s).n, AS_HEAD_MAX));
	bool object = as_at(head, skip_space(head, 0)) == '{';
	s->planned = true;
	if (as_at(head, skip_space(head, 0)) == '[') {
		s->level = 1;
		s->frame[0] = '[';
		s->in_list = true;
		return;
	}
	size_t colon = object ? key_at_top(head, list) : SIZE_MAX;
	bool document = key_at_top(head, "document") !=
			SIZE_MAX; /* CSAF has such a list, too, but is of one piece */
	if (colon != SIZE_MAX && !document && as_at(head, skip_space(head, colon + 1)) == '[') {
		s->level = 2;
		s->frame[0] = '{';
		s->frame[1] = '[';
		memcpy(s->list, list, sizeof(list));
	} else if (object && names_vulnerabilities(head)) {
		s->level = 1;
		s->frame[0] = '{';
		s->members = true;
	}
}

static as_piece_of piece(const as_split *s)
{
	as_span w = window(s);
	as_piece_of p = { .text = as_cut(w, s->record, s->pos - s->record),
		.at = s->base + s->record };
	if (s->members && s->key_n > 2)
		p.name = as_cut(w, s->key + 1, s->key_n - 2);
	return p;
}

/* The record is over, or lost: its bytes need not be kept. */
static void forget(as_split *s)
{
	s->in_record = false;
	s->key_n = 0;
}

/* Goes to look for the next record after a fault. */
static as_status lose(as_split *s, const char *reason)
{
	as_piece_of p = { .at = s->base + s->pos };
	if (s->in_record)
		p = piece(s);
	as_status st = s->calls.refused(s->calls.ctx, &p, reason, s->base + s->pos);
	forget(s);
	s->lost = true;
	s->in_string = s->in_word = s->escaped = false;
	return st;
}

/* A record begins where the next byte stands, or at the key before it. */
static void begin(as_split *s)
{
	s->in_record = true;
	s->record = s->pos;
	s->fresh = true;
}

static bool at_level(const as_split *s)
{
	return s->depth == s->level && (s->level < 2 || s->in_list);
}

static as_status finish(as_split *s)
{
	as_piece_of p = piece(s);
	as_status st = s->calls.record(s->calls.ctx, &p);
	forget(s);
	return st;
}

/* A value ended: what follows it, and whether it was a record. */
static as_status after_value(as_split *s)
{
	s->want = AFTER;
	if (s->depth == 0) { /* another document may follow */
		s->want = VALUE;
		s->key_n = s->in_record ? s->key_n : 0;
	}
	return s->in_record && s->depth == s->level ? finish(s) : AS_OK;
}

static as_status open_bracket(as_split *s, char b)
{
	if (s->want != VALUE && s->want != VALUE_OR_END)
		return lose(s, "a bracket where none may stand");
	if (s->depth == STACK)
		return lose(s, "values nest too deep");
	if (at_level(s) && !s->in_record)
		begin(s);
	if (s->depth == 1 && s->list[0] && s->key_n > 2) {
		as_span key = as_cut(window(s), s->key + 1, s->key_n - 2);
		s->in_list = b == '[' && as_is(key, s->list);
		s->key_n = 0; /* else the window would be kept from here on */
	}
	s->stack[s->depth++] = b;
	s->want = b == '{' ? KEY_OR_END : VALUE_OR_END;
	s->pos++;
	return AS_OK;
}

static as_status close_bracket(as_split *s, char b)
{
	bool may = s->want == AFTER || s->want == (b == '}' ? KEY_OR_END : VALUE_OR_END);
	if (!may || s->depth == 0 || s->stack[s->depth - 1] != (b == '}' ? '{' : '['))
		return lose(s, "brackets that do not match");
	s->depth--;
	s->pos++;
	if (s->depth < 2)
		s->in_list = s->level == 1 && !s->members && s->depth == 1;
	return after_value(s);
}

static as_status end_string(as_split *s)
{
	as_span token = as_cut(window(s), s->token, s->pos - s->token);
	if (!s->is_key) {
		bool beside = s->depth == 1 && s->level == 2 && s->key_n > 2 && token.n > 2;
		as_status st = !beside ? AS_OK
				       : s->calls.beside(s->calls.ctx,
						 as_cut(window(s), s->key + 1, s->key_n - 2),
						 as_cut(token, 1, token.n - 2));
		return st == AS_OK ? after_value(s) : st;
	}
	s->want = COLON;
	if (s->in_record && s->fresh && s->depth == s->level + 1) {
		s->signature_n = token.n <= SIGNATURE ? token.n : 0;
		memcpy(s->signature, token.p, s->signature_n);
		s->fresh = false;
	}
	if (!s->in_record && s->depth == 1) {
		s->key = s->token;
		s->key_n = token.n;
	}
	return AS_OK;
}

/* Within a string: on to its end, or to the end of the window. */
static as_status read_string(as_split *s)
{
	as_span w = window(s);
	while (s->pos < w.n) {
		uint8_t b = w.p[s->pos];
		if (b < 0x20)
			return lose(s, "a control character in a text");
		s->pos++;
		if (s->escaped) {
			s->escaped = false;
		} else if (b == '\\') {
			s->escaped = true;
		} else if (b == '"') {
			s->in_string = false;
			return end_string(s);
		}
	}
	return AS_OK;
}

/* Within a number or a word. */
static as_status read_word(as_split *s)
{
	as_span w = window(s);
	while (s->pos < w.n) {
		uint8_t b = w.p[s->pos];
		if (b <= ' ' || b == ',' || b == ']' || b == '}' || b == ':' || b == '"' ||
			b == '{' || b == '[') {
			s->in_word = false;
			return after_value(s);
		}
		s->pos++;
	}
	return AS_OK;
}

static as_status begin_string(as_split *s)
{
	s->is_key = s->want == KEY || s->want == KEY_OR_END;
	if (!s->is_key && s->want != VALUE && s->want != VALUE_OR_END)
		return lose(s, "a text where none may stand");
	if (!s->is_key && at_level(s) && !s->in_record)
		begin(s);
	s->in_string = true;
	s->token = s->pos++;
	return AS_OK;
}

static as_status begin_word(as_split *s)
{
	bool control =
		s->window.p[s->pos] < ' '; /* which is no word: the lexer would stay where it is */
	if (control || (s->want != VALUE && s->want != VALUE_OR_END))
		return lose(s, "something where nothing may stand");
	if (at_level(s) && !s->in_record)
		begin(s);
	s->in_word = true;
	s->token = s->pos;
	return read_word(s);
}

static as_status read_mark(as_split *s, uint8_t b)
{
	bool comma = b == ',';
	if (comma ? s->want != AFTER || s->depth == 0 : s->want != COLON)
		return lose(s, "a comma or a colon where none may stand");
	s->pos++;
	s->want = !comma || s->stack[s->depth - 1] == '[' ? VALUE : KEY;
	return AS_OK;
}

static as_status read_one(as_split *s)
{
	if (s->in_string)
		return read_string(s);
	if (s->in_word)
		return read_word(s);
	uint8_t b = s->window.p[s->pos];
	if (is_space(b)) {
		s->pos++;
		return AS_OK;
	}
	if (b == '{' || b == '[')
		return open_bracket(s, (char)b);
	if (b == '}' || b == ']')
		return close_bracket(s, (char)b);
	if (b == ',' || b == ':')
		return read_mark(s, b);
	return b == '"' ? begin_string(s) : begin_word(s);
}

/* Whether the brace at i, before the first key that records here have, may begin one. */
static bool may_begin(const as_split *s, as_span w, size_t brace)
{
	if (s->level == 0)
		return brace == 0 || w.p[brace - 1] == '\n';
	size_t before = back_space(w, brace);
	return before > 0 && (w.p[before - 1] == ',' || w.p[before - 1] == '[');
}

/* The same for members: the key of the object whose brace stands at i, its opening quote; SIZE_MAX: none. */
static size_t member_key(as_span w, size_t brace)
{
	size_t i = back_space(w, brace);
	if (i == 0 || w.p[i - 1] != ':')
		return SIZE_MAX;
	i = back_space(w, i - 1);
	if (i < 2 || w.p[i - 1] != '"')
		return SIZE_MAX;
	size_t quote = i - 1;
	while (quote > 0 && w.p[quote - 1] >= ' ' && w.p[quote - 1] != '"')
		quote--;
	return quote == 0 || w.p[quote - 1] != '"' ? SIZE_MAX : quote - 1;
}

/* Stands the lexer where a record begins. */
static void resume(as_split *s, size_t brace, size_t key)
{
	memcpy(s->stack, s->frame, sizeof(s->frame));
	s->depth = s->level;
	s->in_list = s->level == 2 || (s->level == 1 && !s->members);
	s->want = VALUE;
	s->lost = false;
	s->pos = brace;
	s->key_n = 0;
	if (key != SIZE_MAX) {
		s->key = key;
		s->key_n = back_space(as_buf_span_of(&s->window), brace) - key;
		while (s->key_n > 0 && s->window.p[s->key + s->key_n - 1] != '"')
			s->key_n--;
	}
}

/* The next place from i on that may be the first key of a record: of members, the name of a vulnerability. */
static size_t find_head(const as_split *s, as_span w, size_t i)
{
	if (!s->members)
		return s->signature_n ? as_find(w, as_bytes(s->signature, s->signature_n), i)
				      : SIZE_MAX;
	i = as_find_byte(w, '"', i);
	while (i != SIZE_MAX && !names_one(as_from(w, i)))
		i = as_find_byte(w, '"', i + 1);
	return i;
}

/* Looks for the next record from where the fault was. */
static void search(as_split *s)
{
	as_span w = window(s);
	for (size_t i = find_head(s, w, s->pos); i != SIZE_MAX; i = find_head(s, w, i + 1)) {
		size_t brace = back_space(w, i);
		if (brace == 0 || w.p[brace - 1] != '{' || brace - 1 < s->pos)
			continue;
		size_t key = s->members ? member_key(w, brace - 1) : SIZE_MAX;
		if (s->members ? key != SIZE_MAX : may_begin(s, w, brace - 1)) {
			resume(s, brace - 1, key);
			return;
		}
	}
	s->pos = w.n > TAIL && w.n - TAIL > s->pos ? w.n - TAIL : s->pos;
}

/* Drops what is read, once it is much. */
static void compact(as_split *s)
{
	size_t keep = s->pos;
	if (s->in_record)
		keep = s->record;
	else if (s->in_string || s->in_word)
		keep = s->token;
	if (s->key_n > 0 && s->key < keep)
		keep = s->key;
	if (s->lost && keep > 0)
		keep = keep > TAIL ? keep - TAIL
				   : 0; /* what stands before a head is looked at, too */
	if (keep < s->window.n / 2 && keep < AS_RECORD_MAX / 64)
		return;
	memmove(s->window.p, s->window.p + keep, s->window.n - keep);
	s->window.n -= keep;
	s->base += keep;
	s->pos -= keep;
	s->token -= as_min(keep, s->token);
	s->key -= as_min(keep, s->key);
	s->record -= as_min(keep, s->record);
}

static as_status read_all(as_split *s)
{
	as_status st = AS_OK;
	bool searched = false;
	while (st == AS_OK && s->pos < s->window.n && !(s->lost && searched)) {
		searched = s->lost;
		if (s->lost)
			search(s);
		else
			st = read_one(s);
		searched = searched && s->lost;
		if (s->in_record && s->pos - s->record > AS_RECORD_MAX)
			st = lose(s, "longer than 64 MiB");
		else if ((s->in_string || s->in_word) && !s->in_record &&
			 s->pos - s->token > AS_RECORD_MAX)
			st = lose(s, "longer than 64 MiB");
	}
	return st;
}

as_status as_split_add(as_split *s, as_span bytes)
{
	as_buf_add(&s->window, bytes.p, bytes.n);
	if (s->window.bad)
		return AS_NOMEM;
	if (!s->planned && s->window.n < AS_HEAD_MAX)
		return AS_OK;
	if (!s->planned)
		plan(s);
	as_status st = read_all(s);
	compact(s);
	return st;
}

as_status as_split_end(as_split *s, bool *cut)
{
	*cut = false;
	if (!s->planned)
		plan(s);
	as_status st = read_all(s);
	if (st == AS_OK && s->in_word) {
		s->in_word = false;
		st = after_value(s);
	}
	if (st != AS_OK || s->lost)
		return st;
	*cut = s->in_record || s->in_string || s->depth > 0 || s->want == COLON;
	if (!*cut)
		return AS_OK;
	return lose(s,
		s->in_record ? "it is cut off" : "the file ends before its list of records does");
}
