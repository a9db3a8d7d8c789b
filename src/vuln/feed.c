/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/feed.h"

#include <stdlib.h>
#include <time.h>

#include "base/ascii.h"
#include "base/cur.h"
#include "base/own.h"
#include "base/purl.h"
#include "base/text.h"

enum { SUMMARY = 400 /* characters */, NUMBER_MAX = 40 /* digits of a number that is taken */ };

void as_feed_wrong(as_feed *f, const char *reason, const char *name)
{
	if (f->wrong)
		return;
	f->wrong = reason;
	f->detail = as_lit(name);
}

static const as_value *member(const as_value *object, const char *key)
{
	const as_value *v = as_json_get(object, key);
	return v && v->type != AS_JSON_NULL ? v : NULL;
}

static const as_value *typed(as_feed *f, const as_value *v, as_json_type type, const char *name)
{
	static const char *const reasons[] = { [AS_JSON_BOOL] = "a truth value is expected here",
		[AS_JSON_NUMBER] = "a number is expected here",
		[AS_JSON_TEXT] = "a text is expected here",
		[AS_JSON_ARRAY] = "a list is expected here",
		[AS_JSON_OBJECT] = "an object is expected here" };
	if (!v || v->type == type)
		return v;
	as_feed_wrong(f, reasons[type], name);
	return NULL;
}

as_span as_take_text(as_feed *f, const as_value *object, const char *key)
{
	const as_value *v = typed(f, member(object, key), AS_JSON_TEXT, key);
	return v ? v->text : (as_span){ 0 };
}

as_span as_need_text(as_feed *f, const as_value *object, const char *key)
{
	as_span s = as_take_text(f, object, key);
	if (s.n == 0)
		as_feed_wrong(f, "something is missing", key);
	return s;
}

bool as_take_real(as_feed *f, const as_value *object, const char *key, double *out)
{
	char digits[NUMBER_MAX + 1] = { 0 };
	const as_value *v = member(object, key);
	if (v && v->type != AS_JSON_TEXT) /* YAML has texts only */
		v = typed(f, v, AS_JSON_NUMBER, key);
	if (!v || v->text.n == 0 || v->text.n > NUMBER_MAX)
		return false;
	memcpy(digits, v->text.p, v->text.n);
	char *end = NULL;
	*out = strtod(digits, &end);
	return *end == 0 && *out > -1e9 && *out < 1e9;
}

bool as_take_bool(as_feed *f, const as_value *object, const char *key, bool otherwise)
{
	const as_value *v = typed(f, member(object, key), AS_JSON_BOOL, key);
	return v ? v->truth : otherwise;
}

const as_value *as_take_list(as_feed *f, const as_value *object, const char *key)
{
	const as_value *v = typed(f, member(object, key), AS_JSON_ARRAY, key);
	return v ? v->first : NULL;
}

const as_value *as_take_object(as_feed *f, const as_value *object, const char *key)
{
	return typed(f, member(object, key), AS_JSON_OBJECT, key);
}

const as_value *as_element_object(as_feed *f, const as_value *v, const char *name)
{
	return typed(f, v, AS_JSON_OBJECT, name);
}

as_span as_element_text(as_feed *f, const as_value *v, const char *name)
{
	const as_value *t = typed(f, v, AS_JSON_TEXT, name);
	return t ? t->text : as_lit("");
}

void as_record_begin(as_feed *f, as_kind_of kind, as_span key, as_span modified)
{
	as_buf_clear(&f->row);
	as_buf_u8(&f->row, AS_FEED_RECORD);
	as_buf_u8(&f->row, (uint8_t)kind);
	as_buf_span(&f->row, key);
	as_buf_span(&f->row, modified);
	if (modified.n > 0 && !as_is_when(modified))
		as_feed_wrong(f, "a date that is none, or is to come", "");
}

void as_row_of(as_feed *f, as_index_table table) { as_buf_u8(&f->row, (uint8_t)table); }

void as_cell_text(as_feed *f, as_span s)
{
	as_buf_u8(&f->row, s.p ? AS_CELL_TEXT : AS_CELL_NONE);
	if (s.p)
		as_buf_span(&f->row, s);
	if (f->row.n > AS_FEED_MAX - 64)
		as_feed_wrong(f, "it says more than one record may", "");
	if (f->row.n > AS_FEED_MAX)
		f->row.n = AS_FEED_MAX / 2; /* it is not sent; its memory stays bounded */
}

void as_cell_word(as_feed *f, const char *text)
{
	as_cell_text(f, text ? as_lit(text) : (as_span){ 0 });
}

void as_cell_int(as_feed *f, int64_t v)
{
	as_buf_u8(&f->row, AS_CELL_INT);
	as_buf_u64(&f->row, (uint64_t)v);
}

void as_cell_real(as_feed *f, bool has, double v)
{
	uint64_t bits = 0;
	memcpy(&bits, &v, sizeof(bits));
	as_buf_u8(&f->row, has ? AS_CELL_REAL : AS_CELL_NONE);
	if (has)
		as_buf_u64(&f->row, bits);
}

static void send(as_feed *f)
{
	if (f->row.bad)
		f->status = AS_NOMEM;
	if (f->status == AS_OK)
		f->status = f->send(f->ctx, as_buf_span_of(&f->row));
	as_buf_clear(&f->row);
}

void as_record_end(as_feed *f)
{
	if (!f->wrong)
		send(f);
}

void as_feed_newest(as_feed *f, as_kind_of kind, as_span date)
{
	if (!as_is_when(date))
		return;
	as_buf_clear(&f->row);
	as_buf_u8(&f->row, AS_FEED_NEWEST);
	as_buf_u8(&f->row, (uint8_t)kind);
	as_buf_span(&f->row, date);
	send(f);
}

void as_feed_refuse(as_feed *f, as_span record, uint64_t at, const char *reason, as_span detail)
{
	enum { NAME = 200 };
	as_buf_clear(&f->row);
	as_buf_u8(&f->row, AS_FEED_REFUSED);
	as_buf_u8(&f->row, (uint8_t)f->kind);
	as_buf_span(&f->row, as_cut(f->file, 0, as_min(f->file.n, AS_FEED_MAX / 4)));
	as_buf_span(&f->row, as_cut(record, 0, as_min(record.n, NAME)));
	as_buf_u64(&f->row, at);
	as_buf_span(&f->row, as_lit(reason));
	as_buf_span(&f->row, as_cut(detail, 0, as_min(detail.n, NAME)));
	send(f);
}

void as_feed_cut(as_feed *f, const char *reason)
{
	as_buf_clear(&f->row);
	as_buf_u8(&f->row, AS_FEED_CUT);
	as_buf_span(&f->row, as_lit(reason));
	send(f);
}

bool as_is_own(as_span words, as_span status, as_span justification)
{
	static const char mark[] = AS_OWN_MARK, comma[] = ", ";
	const as_span parts[] = { as_lit(mark), status, as_lit(justification.n ? comma : ""),
		justification };
	size_t at = 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (words.n - at < parts[i].n || !as_same(as_cut(words, at, parts[i].n), parts[i]))
			return false;
		at += parts[i].n;
	}
	return at == words.n || words.p[at] == '.';
}

void as_feed_left_out(as_feed *f, uint64_t n)
{
	if (n == 0)
		return;
	as_buf_clear(&f->row);
	as_buf_u8(&f->row, AS_FEED_LEFT_OUT);
	as_buf_u64(&f->row, n);
	send(f);
}

as_span as_feed_version(as_span version, as_span purl, bool own)
{
	return own && purl.n > 0 && as_purl_split(purl).version.n == 0 ? as_lit("") : version;
}

as_span as_feed_summary(as_feed *f, as_span words)
{
	words = as_trim(words);
	if (words.n == 0)
		return (as_span){ 0 };
	uint8_t *to = as_alloc(f->arena, as_min(words.n, SUMMARY * 4u) + 4);
	size_t n = 0, characters = 0;
	if (!to)
		return (as_span){ 0 };
	for (size_t i = 0; i < words.n && characters < SUMMARY; characters++) {
		size_t len = as_utf8(words, i);
		bool blank = words.p[i] <= ' ' || len == 0;
		if (blank && n > 0 && to[n - 1] != ' ')
			to[n++] = ' ';
		for (size_t k = 0; k < len && !blank; k++)
			to[n++] = words.p[i + k];
		i += len ? len : 1;
	}
	return as_trim(as_bytes(to, n));
}

as_span as_feed_join(as_feed *f, as_span a, const char *separator, as_span b)
{
	if (a.n == 0 || b.n == 0)
		return a.n == 0 ? b : a;
	size_t between = strlen(separator);
	uint8_t *to = as_alloc(f->arena, a.n + between + b.n);
	if (!to) {
		as_feed_wrong(f, "it takes more memory than one record may", "");
		return a;
	}
	memcpy(to, a.p, a.n);
	memcpy(to + a.n, separator, between);
	memcpy(to + a.n + between, b.p, b.n);
	return as_bytes(to, a.n + between + b.n);
}

bool as_is_cve(as_span s) { return as_starts(s, "CVE-") && as_is_digit(as_at(s, 4)); }

bool as_is_when(as_span s)
{
	enum { LONGEST = 40, DAY = 10, THIS = 2026 /* for clocks that were never set */ };
	static const char others[] = "0123456789T:.+-Zz t";
	uint64_t year = 0;
	time_t now = time(NULL);
	struct tm tm;
	uint64_t most = gmtime_r(&now, &tm) && tm.tm_year + 1900 > THIS
				? (uint64_t)tm.tm_year + 1900
				: THIS;
	bool ok = s.n <= LONGEST && as_is_date(as_cut(s, 0, as_min(s.n, DAY)));
	for (size_t i = DAY; ok && i < s.n; i++)
		ok = s.p[i] != 0 && strchr(others, s.p[i]) != NULL;
	return ok && as_number(as_cut(s, 0, 4), 10, &year) && year <= most + 1;
}

const char *as_kind_name(as_kind_of kind)
{
	static const char *const names[] = {
#define KIND(id) #id,
#include "vuln/kinds.def"
#undef KIND
	};
	return kind < AS_KINDS ? names[kind] : "unknown";
}
