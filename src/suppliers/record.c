/* SPDX-License-Identifier: Apache-2.0 */
#include "suppliers/record.h"

#include <stdio.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

#include "base/text.h"

enum {
	VALUE = 4096, /* bytes of one value */
	LIST = 10000, /* elements of a list */
	CIRCLE = 1024,
	NAME_UNITS = 128,
};

static const char *const fields[AS_FIELDS][2] = {
	[AS_FIELD_NAME] = { "name", "supplier" },
	[AS_FIELD_COUNTRY] = { "country", "country_code" },
	[AS_FIELD_PLACE] = { "place", "address" },
	[AS_FIELD_ROLE] = { "role", "type" },
	[AS_FIELD_FIELD] = { "field", "speciality" },
	[AS_FIELD_URL] = { "url", "website" },
	[AS_FIELD_NOTE] = { "note", "notes" },
	[AS_FIELD_ALIASES] = { "aliases", "alias" },
	[AS_FIELD_FORMER] = { "former", "former_names" },
	[AS_FIELD_BRANDS] = { "brands", "brand" },
	[AS_FIELD_PARENTS] = { "parents", "parent" },
	[AS_FIELD_SUBSIDIARIES] = { "subsidiaries", "subsidiary" },
	[AS_FIELD_SEGMENTS] = { "segments", "segment" },
	[AS_FIELD_PRODUCTS] = { "products", "product" },
	[AS_FIELD_IDENTIFIERS] = { "identifiers", "identifier" },
};
static const char *const roles[] = { "equipment-maker", "chip-vendor", "software", "assessor",
	"service-provider", "operator" };

const char *as_field_name(as_field_of f) { return fields[f][0]; }

as_field_of as_field_named(as_span name)
{
	for (size_t f = 0; f < AS_FIELDS; f++)
		if (as_is_nocase(name, fields[f][0]) || as_is_nocase(name, fields[f][1]))
			return (as_field_of)f;
	return AS_FIELDS;
}

/* The code of a country that is stated as a code or by its English name; p NULL: there is none. */
static as_span country_of(as_span text)
{
	const char *const *all = uloc_getISOCountries();
	for (; *all; all++) {
		char locale[8], name[4 * NAME_UNITS];
		UChar wide[NAME_UNITS];
		int32_t n = 0;
		UErrorCode error = U_ZERO_ERROR;
		if (as_is_nocase(text, *all))
			return as_lit(*all);
		if (text.n < 3)
			continue;
		(void)snprintf(locale, sizeof(locale), "und_%s", *all);
		(void)uloc_getDisplayCountry(locale, "en", wide, NAME_UNITS, &error);
		u_strToUTF8(name, (int32_t)sizeof(name), &n, wide, -1, &error);
		if (U_SUCCESS(error) && n < (int32_t)sizeof(name) && as_is_nocase(text, name))
			return as_lit(*all);
	}
	return (as_span){ 0 };
}

static bool is_hex(as_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return true;
}

static bool is_word(as_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == ':')
			return false;
	return s.n > 0;
}

/* An identifier as the directory keeps it, "kind:value" in lower case; NULL, or what is wrong with it. */
static const char *identifier(as_arena *arena, as_span text, as_span *out)
{
	size_t colon = as_find_byte(text, ':', 0), n = 0;
	uint8_t *to = as_alloc(arena, text.n + 1);
	if (!to || colon == SIZE_MAX || colon == 0)
		return "an identifier is kind:value, such as mac:00259e, pci:19e5, cpe:huawei or "
		       "pen:2011";
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (c != ' ' && (i <= colon || !as_starts(text, "mac") ||
					(c != ':' && c != '-' && c != '.')))
			to[n++] = c >= 'A' && c <= 'Z' ? c | 0x20 : c;
	}
	*out = as_bytes(to, n);
	as_span kind = as_cut(*out, 0, colon), value = as_from(*out, colon + 1);
	uint64_t number;
	if (as_is(kind, "mac") && (value.n < 6 || value.n > 12 || !is_hex(value)))
		return "a block of MAC addresses has 6 to 12 hexadecimal digits";
	if ((as_is(kind, "pci") || as_is(kind, "usb")) && (value.n != 4 || !is_hex(value)))
		return "a PCI or USB vendor has 4 hexadecimal digits";
	if (as_is(kind, "pen") && !as_number(value, 10, &number))
		return "an enterprise number is a number";
	if (!is_word(kind) || value.n == 0)
		return "an identifier is kind:value, such as mac:00259e, pci:19e5, cpe:huawei or "
		       "pen:2011";
	return NULL;
}

/* One value of a field, as it is kept; NULL, or what is wrong. */
static const char *check(as_arena *arena, as_field_of f, as_span text, as_span *out)
{
	*out = as_trim(text);
	if (out->n > VALUE)
		return "a value that is too long (4,096 bytes at most)";
	for (size_t i = 0; i < out->n; i++)
		if (out->p[i] < ' ' || out->p[i] == 0x7f)
			return "a value with control characters";
	if (!as_is_text(*out))
		return "a value that is no UTF-8";
	bool named = f == AS_FIELD_NAME || (f >= AS_FIELD_ALIASES && f <= AS_FIELD_SUBSIDIARIES);
	if (named && out->n > AS_NAME_BYTES)
		return "a name that is too long (1,024 bytes at most)";
	if (f == AS_FIELD_COUNTRY && out->n > 0) {
		as_span code = country_of(*out);
		if (!code.p)
			return "no country of ISO 3166 has this code or English name";
		*out = code;
	}
	bool known = f != AS_FIELD_ROLE || out->n == 0;
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]) && !known; i++)
		known = as_is(*out, roles[i]);
	if (!known)
		return "a role is equipment-maker, chip-vendor, software, assessor, "
		       "service-provider or operator";
	return f == AS_FIELD_IDENTIFIERS && out->n > 0 ? identifier(arena, *out, out) : NULL;
}

/* Adds an element to a list under way. */
static bool add(as_buf *list, as_arena *arena, as_field_of f, as_span text, as_record_fault fault,
	void *ctx)
{
	as_span value;
	const char *what = check(arena, f, text, &value);
	if (what) {
		fault(ctx, what, text);
		return false;
	}
	if (value.n > 0 && list->n > 0)
		as_buf_u8(list, '\n');
	as_buf_add(list, value.p, value.n);
	return true;
}

static bool keep(as_record *r, as_arena *arena, as_field_of f, as_buf *list, as_record_fault fault,
	void *ctx)
{
	r->field[f] = as_copy(arena, as_buf_span_of(list));
	bool ok = !list->bad && r->field[f].p;
	if (!ok)
		fault(ctx, "there is no memory for this", (as_span){ 0 });
	as_buf_free(list);
	return ok;
}

bool as_record_set(as_record *r, as_arena *arena, as_field_of f, as_span text,
	as_record_fault fault, void *ctx)
{
	as_buf list = { 0 };
	as_span one = text;
	bool ok = true;
	if (f < AS_FIELD_ALIASES)
		ok = add(&list, arena, f, text, fault, ctx);
	for (size_t at = 0; f >= AS_FIELD_ALIASES && at <= text.n; at += one.n + 1) {
		size_t end = as_find_byte(text, ';', at);
		one = as_cut(text, at, (end == SIZE_MAX ? text.n : end) - at);
		ok = add(&list, arena, f, one, fault, ctx) && ok;
	}
	return keep(r, arena, f, &list, fault, ctx) && ok;
}

static bool of_array(as_record *r, as_arena *arena, as_field_of f, const as_value *v,
	as_record_fault fault, void *ctx)
{
	as_buf list = { 0 };
	bool ok = true;
	size_t n = 0;
	for (const as_value *e = v->first; e; e = e->next) {
		bool text = e->type == AS_JSON_TEXT;
		if (!text || n++ == LIST)
			fault(ctx,
				text ? "a list of more than 10,000"
				     : "a list that holds something else than texts",
				v->key);
		ok = text && n <= LIST && add(&list, arena, f, e->text, fault, ctx) && ok;
		if (n > LIST)
			break;
	}
	return keep(r, arena, f, &list, fault, ctx) && ok;
}

/* What an export adds for people, and does not take back. */
static bool is_told_only(as_span key)
{
	static const char *const told[] = { "id", "origin", "seen", "sources" };
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (as_is(key, told[i]))
			return true;
	return false;
}

bool as_record_of_json(
	as_record *r, as_arena *arena, const as_value *object, as_record_fault fault, void *ctx)
{
	bool ok = true;
	*r = (as_record){ 0 };
	if (object->type != AS_JSON_OBJECT) {
		fault(ctx, "a supplier is an object", (as_span){ 0 });
		return false;
	}
	for (const as_value *v = object->first; v; v = v->next) {
		as_field_of f = as_field_named(v->key);
		if (f == AS_FIELDS && !is_told_only(v->key))
			fault(ctx, NULL, v->key);
		if (f == AS_FIELDS || v->type == AS_JSON_NULL)
			continue;
		if (v->type == AS_JSON_ARRAY && f >= AS_FIELD_ALIASES) {
			ok = of_array(r, arena, f, v, fault, ctx) && ok;
		} else if (v->type == AS_JSON_TEXT) {
			ok = as_record_set(r, arena, f, v->text, fault, ctx) && ok;
		} else {
			fault(ctx,
				f < AS_FIELD_ALIASES ? "this is a text"
						     : "this is a list of texts, or a text",
				v->key);
			ok = false;
		}
	}
	return ok;
}

/* What putting a record needs. */
typedef struct writing {
	as_putting *p;
	sqlite3 *db;
	int64_t id;
	as_record_fault fault;
	void *ctx;
} writing;

static as_status put_owner(writing *x, int64_t owner, int64_t owned)
{
	char circle[CIRCLE], text[CIRCLE + 64];
	as_status s = as_put_owner(x->p, owner, owned, circle, sizeof(circle));
	if (s == AS_NOT_THIS) {
		(void)snprintf(text, sizeof(text), "a circle of owners: %s", circle);
		x->fault(x->ctx, text, (as_span){ 0 });
	}
	return s;
}

/* A supplier named in a record: one that is there by its number, as #12, or any by its name. */
static as_status named_supplier(writing *x, as_span v, int64_t *id)
{
	uint64_t n = 0;
	if (as_at(v, 0) != '#' || !as_number(as_from(v, 1), 10, &n))
		return as_put_supplier(x->p, v, "user", id);
	sqlite3_stmt *q = as_db_prepare(x->db, "SELECT id FROM supplier WHERE id = ?1");
	if (!q)
		return AS_IO;
	sqlite3_bind_int64(q, 1, (int64_t)as_min(n, INT64_MAX));
	bool there = sqlite3_step(q) == SQLITE_ROW;
	*id = there ? sqlite3_column_int64(q, 0) : 0;
	sqlite3_finalize(q);
	if (there)
		return AS_OK;
	x->fault(x->ctx, "nobody in the directory has this number", v);
	return AS_NOT_THIS;
}

static as_status put_one(writing *x, as_field_of f, as_span v)
{
	static const char *const kinds[AS_FIELDS] = { [AS_FIELD_ALIASES] = "alias",
		[AS_FIELD_FORMER] = "former",
		[AS_FIELD_BRANDS] = "brand",
		[AS_FIELD_SEGMENTS] = "segment",
		[AS_FIELD_PRODUCTS] = "product" };
	if (f <= AS_FIELD_BRANDS)
		return as_put_name(x->p, x->id, v, kinds[f]);
	if (f == AS_FIELD_SEGMENTS || f == AS_FIELD_PRODUCTS)
		return as_put_supplies(x->p, x->id, kinds[f], v);
	if (f == AS_FIELD_IDENTIFIERS) {
		size_t colon = as_find_byte(v, ':', 0);
		return as_put_identifier(x->p, x->id, as_cut(v, 0, colon), as_from(v, colon + 1));
	}
	int64_t other;
	as_status s = named_supplier(x, v, &other);
	if (s != AS_OK)
		return s;
	return f == AS_FIELD_PARENTS ? put_owner(x, other, x->id) : put_owner(x, x->id, other);
}

static as_status run(writing *x, const char *sql)
{
	sqlite3_stmt *q = as_db_prepare(x->db, sql);
	if (!q)
		return AS_IO;
	sqlite3_bind_int64(q, 1, x->id);
	as_status s = as_db_step(q);
	sqlite3_finalize(q);
	return s;
}

static as_status clear(writing *x, as_field_of f)
{
	static const char *const sql[AS_FIELDS] = {
		[AS_FIELD_ALIASES] =
			"DELETE FROM supplier_name WHERE supplier = ?1 AND kind = 'alias'",
		[AS_FIELD_FORMER] =
			"DELETE FROM supplier_name WHERE supplier = ?1 AND kind = 'former'",
		[AS_FIELD_BRANDS] =
			"DELETE FROM supplier_name WHERE supplier = ?1 AND kind = 'brand'",
		[AS_FIELD_PARENTS] = "DELETE FROM owner WHERE owned = ?1",
		[AS_FIELD_SUBSIDIARIES] = "DELETE FROM owner WHERE owner = ?1",
		[AS_FIELD_SEGMENTS] =
			"DELETE FROM supplies WHERE supplier = ?1 AND kind = 'segment'",
		[AS_FIELD_PRODUCTS] =
			"DELETE FROM supplies WHERE supplier = ?1 AND kind = 'product'",
		[AS_FIELD_IDENTIFIERS] = "DELETE FROM identifier WHERE supplier = ?1",
	};
	return run(x, sql[f]);
}

static as_status put_list(writing *x, as_field_of f, as_span list, bool replace)
{
	as_status s = replace ? clear(x, f) : AS_OK, worst = AS_OK;
	as_span one;
	for (size_t at = 0; s == AS_OK && at < list.n; at += one.n + 1) {
		size_t end = as_find_byte(list, '\n', at);
		one = as_cut(list, at, (end == SIZE_MAX ? list.n : end) - at);
		s = one.n > 0 ? put_one(x, f, one) : AS_OK;
		worst = as_worse(worst, s);
		s = s == AS_NOT_THIS ? AS_OK : s; /* all that is wrong is told */
	}
	return as_worse(worst, s);
}

/* A supplier gets another name: the old one stays as a former one. */
static as_status rename_to(writing *x, as_span name)
{
	int64_t other = 0;
	as_status s = run(x,
		"UPDATE supplier_name SET kind = 'former' WHERE supplier = ?1 AND kind = 'name'");
	if (s == AS_OK)
		s = as_put_field(x->p, x->id, "name", name, false);
	if (s == AS_OK) /* it may have been an alias */
		s = run(x, "DELETE FROM supplier_name WHERE supplier = ?1 AND name = (SELECT name "
			   "FROM supplier WHERE id = ?1)");
	if (s == AS_OK)
		s = as_put_name(x->p, x->id, name, "name");
	if (s == AS_OK)
		s = as_put_supplier(x->p, name, "user", &other);
	if (s != AS_OK || other == x->id)
		return s;
	x->fault(x->ctx, "another supplier has this name: merge the two", name);
	return AS_NOT_THIS;
}

as_status as_record_put(as_putting *p, as_record *r, int64_t *id, bool replace, sqlite3 *db,
	as_record_fault fault, void *ctx)
{
	writing x = { .p = p, .db = db, .id = *id, .fault = fault, .ctx = ctx };
	as_status s = AS_OK, worst = AS_OK;
	if (x.id == 0)
		s = as_put_supplier(p, r->field[AS_FIELD_NAME], "user", &x.id);
	else if (r->field[AS_FIELD_NAME].n > 0)
		worst = rename_to(&x, r->field[AS_FIELD_NAME]);
	for (size_t f = AS_FIELD_COUNTRY; f <= AS_FIELD_NOTE && s == AS_OK; f++)
		if (r->field[f].p && (r->field[f].n > 0 || replace))
			s = as_put_field(p, x.id, fields[f][0], r->field[f], false);
	for (size_t f = AS_FIELD_ALIASES; f < AS_FIELDS && s == AS_OK; f++) {
		if (r->field[f].p)
			worst = as_worse(worst, put_list(&x, (as_field_of)f, r->field[f], replace));
		s = worst > AS_NOT_THIS ? worst : AS_OK;
	}
	if (s == AS_OK)
		s = run(&x, "UPDATE supplier SET edited = 1 WHERE id = ?1");
	*id = x.id;
	return as_worse(worst, s);
}
