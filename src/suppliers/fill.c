/* SPDX-License-Identifier: Apache-2.0 */
#include "suppliers/fill.h"

#include <stdio.h>

#include "base/embed.h"
#include "base/map.h"
#include "base/text.h"
#include "knowledge/tsv.h"
#include "suppliers/file.h"

enum { LINE = 512, PATHS = 3, VERSION_LINES = 40 };

typedef struct filling {
	as_putting *put;
	as_buf name, value; /* of the row in hand */
	uint64_t n;         /* identifiers, or rows, that were read */
	as_map addressed;   /* suppliers whose address was read */
} filling;

typedef as_status (*reader)(filling *f, as_span text);

/* A registry's file. */
typedef struct registry {
	const char *id, *title, *package;
	const char *paths[PATHS]; /* below the folder; the first that is there is read */
	reader read[PATHS];
} registry;

/* A name or an address as the directory keeps it: no control characters, one space between words. */
static as_span tidy(as_buf *to, as_span s)
{
	as_buf shown = { 0 };
	as_buf_clear(to);
	as_text_add(&shown, as_trim(s));
	for (size_t i = 0; i < shown.n; i++) {
		bool space = shown.p[i] == ' ';
		if (!space || (i + 1 < shown.n && shown.p[i + 1] != ' '))
			as_buf_u8(to, shown.p[i]);
	}
	to->bad = to->bad || shown.bad;
	as_buf_free(&shown);
	return as_buf_span_of(to);
}

/* What stands for nobody. */
static bool is_nobody(as_span name)
{
	static const char *const words[] = { "private", "ieee registration authority", "reserved",
		"unassigned", "none", "unknown", "n/a" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (as_is_nocase(name, words[i]))
			return true;
	return name.n == 0 || as_starts(name, "---") || as_starts(name, "(");
}

static as_status add(filling *f, as_span name, const char *kind, as_span value, int64_t *id)
{
	name = tidy(&f->name, name);
	*id = 0;
	if (is_nobody(name) || name.n > AS_NAME_BYTES)
		return AS_OK;
	as_status s = f->name.bad ? AS_NOMEM : as_put_supplier(f->put, name, "registry", id);
	if (s == AS_OK)
		s = as_put_identifier(f->put, *id, as_lit(kind), value);
	f->n += s == AS_OK;
	return s;
}

static bool is_country(as_span s)
{
	return s.n == 2 && s.p[0] >= 'A' && s.p[0] <= 'Z' && s.p[1] >= 'A' && s.p[1] <= 'Z';
}

/* The digits of a block of MAC addresses: those before a range, and those that do not change in it. "741AE0" and
 * "900000-9FFFFF" are 741ae09. */
static as_span block(as_span base, as_span range, uint8_t out[12])
{
	size_t n = 0;
	for (size_t i = 0; i < base.n && n < 6; i++)
		if (base.p[i] != '-')
			out[n++] = base.p[i];
	size_t dash = as_find_byte(range, '-', 0);
	for (size_t i = 0;
		dash != SIZE_MAX && i < dash && n < 12 && range.p[i] == as_at(range, dash + 1 + i);
		i++)
		out[n++] = range.p[i];
	for (size_t i = 0; i < n; i++)
		out[i] |= out[i] >= 'A' ? 0x20 : 0;
	return as_bytes(out, n);
}

/* The lines of an address behind an assignment; the last may be a country. */
static as_status read_address(filling *f, as_cur *c, int64_t id)
{
	as_span line, last = { 0 };
	uint64_t was;
	if (id == 0 || as_map_get(&f->addressed, (uint64_t)id, &was))
		return AS_OK;
	as_buf_clear(&f->value);
	while (as_line(c, &line) && as_trim(line).n > 0) {
		if (last.n > 0) {
			as_buf_add(&f->value, last.p, last.n);
			as_buf_text(&f->value, ", ");
		}
		last = as_trim(line);
	}
	bool country = is_country(last);
	if (!country && last.n > 0)
		as_buf_add(&f->value, last.p, last.n);
	else if (f->value.n > 2)
		f->value.n -= 2;
	as_status s = country ? as_put_field(f->put, id, "country", last, true) : AS_OK;
	as_span place = tidy(&f->name, as_buf_span_of(&f->value));
	if (s == AS_OK && place.n > 0)
		s = as_put_field(f->put, id, "place", place, true);
	return s == AS_OK ? as_map_set(&f->addressed, (uint64_t)id, 1) : s;
}

/* oui.txt and its like: two lines an assignment, the second with "(base 16)", then the address. */
static as_status read_ieee(filling *f, as_span text)
{
	as_cur c = as_cur_le(text, 0);
	as_span line, base = { 0 };
	uint8_t digits[12];
	as_status s = AS_OK;
	while (s == AS_OK && as_line(&c, &line)) {
		size_t at = as_find(line, as_lit("(base 16)"), 0);
		if (as_has(line, "(hex)"))
			base = as_word(line, 0);
		if (at == SIZE_MAX || base.n != 8)
			continue;
		int64_t id = 0;
		as_span mac = block(base, as_trim(as_cut(line, 0, at)), digits);
		s = add(f, as_from(line, at + 9), "mac", mac, &id);
		if (s == AS_OK)
			s = read_address(f, &c, id);
	}
	return s;
}

/* pci.ids and usb.ids: four digits, two spaces, a vendor. */
static as_status read_ids(filling *f, as_span text, const char *kind)
{
	as_cur c = as_cur_le(text, 0);
	as_span line;
	as_status s = AS_OK;
	int64_t id;
	uint64_t number;
	while (s == AS_OK && as_line(&c, &line))
		if (as_number(as_cut(line, 0, 4), 16, &number) && as_at(line, 4) == ' ')
			s = add(f, as_from(line, 6), kind, as_cut(line, 0, 4), &id);
	return s;
}

static as_status read_pci(filling *f, as_span text) { return read_ids(f, text, "pci"); }
static as_status read_usb(filling *f, as_span text) { return read_ids(f, text, "usb"); }

/* enterprises.tsv: a number, a tab, a name. */
static as_status read_enterprises(filling *f, as_span text)
{
	as_cur c = as_cur_le(text, 0);
	as_span line;
	as_status s = AS_OK;
	int64_t id;
	uint64_t number;
	while (s == AS_OK && as_line(&c, &line)) {
		as_span value = as_field(line, '\t', 0), name = as_field(line, '\t', 1);
		if (as_number(value, 10, &number) && name.p)
			s = add(f, name, "pen", value, &id);
	}
	return s;
}

static const registry registries[] = {
	{ "ieee-ma-l", "IEEE registry of MAC addresses (MA-L)", "ieee-data",
		{ "ieee-data/oui.txt" }, { read_ieee } },
	{ "ieee-ma-m", "IEEE registry of MAC addresses (MA-M)", "ieee-data",
		{ "ieee-data/mam.txt" }, { read_ieee } },
	{ "ieee-ma-s", "IEEE registry of MAC addresses (MA-S)", "ieee-data",
		{ "ieee-data/oui36.txt" }, { read_ieee } },
	{ "ieee-iab", "IEEE registry of MAC addresses (IAB)", "ieee-data", { "ieee-data/iab.txt" },
		{ read_ieee } },
	{ "pci", "PCI vendors (pci.ids)", "pci.ids", { "misc/pci.ids", "hwdata/pci.ids" },
		{ read_pci, read_pci } },
	{ "usb", "USB vendors (usb.ids)", "usb.ids", { "misc/usb.ids", "hwdata/usb.ids" },
		{ read_usb, read_usb } },
	{ "iana-pen", "IANA enterprise numbers", NULL, { "wireshark/enterprises.tsv" },
		{ read_enterprises } },
};

/* The version that a file states in one of its first lines ("# Version: 2025.07.26"), else the day it was changed. */
static void find_date(as_span text, char date[AS_FILE_DATE])
{
	as_cur c = as_cur_le(text, 0);
	as_span line;
	for (int i = 0; i < VERSION_LINES && as_line(&c, &line); i++) {
		size_t at = as_find(line, as_lit("Version:"), 0);
		as_span v = at == SIZE_MAX ? (as_span){ 0 } : as_word(as_from(line, at + 8), 0);
		if (v.n != 10 || as_at(v, 4) != '.' || as_at(v, 7) != '.')
			continue;
		memcpy(date, v.p, v.n);
		date[4] = date[7] = '-';
		date[10] = 0;
	}
}

static as_status read_registry(
	filling *f, sqlite3 *db, const registry *r, const char *folder, bool *found)
{
	char path[AS_DIRECTORY_PATH], date[AS_FILE_DATE];
	*found = false;
	for (size_t i = 0; i < PATHS && r->paths[i]; i++) {
		as_buf text = { 0 };
		int n = snprintf(path, sizeof(path), "%s/%s", folder, r->paths[i]);
		if (n < 0 || n >= (int)sizeof(path) || as_file_read(path, &text, date) != AS_OK) {
			as_buf_free(&text);
			continue;
		}
		*found = true;
		f->n = 0;
		find_date(as_buf_span_of(&text), date);
		as_put_source(f->put, r->title);
		as_status s = r->read[i](f, as_buf_span_of(&text));
		as_buf_free(&text);
		return s == AS_OK ? as_put_read(db, r->id, r->title, path, date, f->n) : s;
	}
	return AS_OK;
}

/* Blocks of MAC addresses as they ship: without countries, and fewer. */
static as_status read_shipped_macs(filling *f, as_span text)
{
	as_cur c = as_cur_le(text, 0);
	as_span field[2], one;
	as_status s = AS_OK;
	int64_t id;
	while (s == AS_OK && as_tsv_row(&c, field, 2) == 2)
		for (size_t i = 0; s == AS_OK && (one = as_field(field[1], ',', i)).p; i++)
			s = add(f, field[0], "mac", one, &id);
	return s;
}

/* Each of a list between semicolons. */
static as_status each(
	filling *f, int64_t id, as_span list, as_status (*put)(filling *, int64_t, as_span))
{
	as_span one;
	as_status s = AS_OK;
	for (size_t i = 0; s == AS_OK && (one = as_field(list, ';', i)).p; i++)
		if (as_trim(one).n > 0)
			s = put(f, id, as_trim(one));
	return s;
}

static as_status put_alias(filling *f, int64_t id, as_span v)
{
	return as_put_name(f->put, id, v, "alias");
}
static as_status put_segment(filling *f, int64_t id, as_span v)
{
	return as_put_supplies(f->put, id, "segment", v);
}
static as_status put_product(filling *f, int64_t id, as_span v)
{
	return as_put_supplies(f->put, id, "product", v);
}

static as_status put_parent(filling *f, int64_t id, as_span v)
{
	char circle[LINE];
	int64_t parent;
	as_status s = as_put_supplier(f->put, v, "shipped", &parent);
	if (s == AS_OK)
		s = as_put_owner(f->put, parent, id, circle, sizeof(circle));
	return s == AS_NOT_THIS ? AS_OK : s; /* what a person said otherwise stands */
}

static as_status put_identifier(filling *f, int64_t id, as_span v)
{
	size_t colon = as_find_byte(v, ':', 0);
	return colon == SIZE_MAX
		       ? AS_OK
		       : as_put_identifier(f->put, id, as_cut(v, 0, colon), as_from(v, colon + 1));
}

/* knowledge/supplier_directory.tsv. */
static as_status read_directory(filling *f, as_span text)
{
	enum {
		NAME,
		COUNTRY,
		ROLE,
		FIELD,
		ALIASES,
		PARENTS,
		SEGMENTS,
		PRODUCTS,
		IDENTIFIERS,
		SOURCE,
		COLUMNS
	};
	static const char *const fields[] = {
		[COUNTRY] = "country", [ROLE] = "role", [FIELD] = "field"
	};
	as_cur c = as_cur_le(text, 0);
	as_span x[COLUMNS];
	as_status s = AS_OK;
	while (s == AS_OK && as_tsv_row(&c, x, COLUMNS) == COLUMNS) {
		char source[LINE];
		int64_t id = 0;
		(void)snprintf(source, sizeof(source), "%.*s", (int)x[SOURCE].n, x[SOURCE].p);
		as_put_source(f->put, source);
		s = as_put_supplier(f->put, x[NAME], "shipped", &id);
		for (size_t i = COUNTRY; i <= FIELD && s == AS_OK; i++)
			if (x[i].n > 0)
				s = as_put_field(f->put, id, fields[i], x[i], true);
		s = s == AS_OK ? each(f, id, x[ALIASES], put_alias) : s;
		s = s == AS_OK ? each(f, id, x[PARENTS], put_parent) : s;
		s = s == AS_OK ? each(f, id, x[SEGMENTS], put_segment) : s;
		s = s == AS_OK ? each(f, id, x[PRODUCTS], put_product) : s;
		s = s == AS_OK ? each(f, id, x[IDENTIFIERS], put_identifier) : s;
		as_put_source(f->put, "user");
		f->n += s == AS_OK;
	}
	return s;
}

/* components.tsv and signatures.tsv: who made software, by the vendor's name in CPE names. */
static as_status read_cpe(filling *f, as_span text)
{
	as_cur c = as_cur_le(text, 0);
	as_span x[4];
	as_status s = AS_OK;
	while (s == AS_OK && as_tsv_row(&c, x, 4) == 4) {
		int64_t id = 0;
		as_buf_clear(&f->value);
		for (size_t i = 0; i < x[2].n; i++)
			if (x[2].p[i] != '\\')
				as_buf_u8(&f->value, x[2].p[i] == '_' ? ' ' : x[2].p[i]);
		if (x[2].n == 0)
			continue;
		s = add(f, as_buf_span_of(&f->value), "cpe", x[2], &id);
		if (s == AS_OK && id > 0)
			s = as_put_supplies(f->put, id, "product", x[1]);
		if (s == AS_OK && id > 0)
			s = as_put_field(f->put, id, "role", as_lit("software"), true);
	}
	return s;
}

/* suppliers.tsv: makers that images name, and the companies they belong to. */
static as_status read_makers(filling *f, as_span text)
{
	as_cur c = as_cur_le(text, 0);
	as_span x[4], one;
	as_status s = AS_OK;
	while (s == AS_OK && as_tsv_row(&c, x, 4) == 4) {
		int64_t id = 0;
		if (as_is(x[0], "shenzhen")) /* a place: many companies */
			continue;
		s = as_put_supplier(f->put, x[1], "shipped", &id);
		if (s == AS_OK && as_is(x[2], "chip-sdk"))
			s = as_put_field(f->put, id, "role", as_lit("chip-vendor"), true);
		for (size_t i = 0; s == AS_OK && (one = as_trim(as_field(x[3], ',', i))).n > 0; i++)
			s = put_parent(f, id, one);
		f->n += s == AS_OK;
	}
	return s;
}

static const struct {
	const char *id, *title, *file;
	reader read;
} shipped[] = {
	{ "shipped", "organizations that ship with Assay", "supplier_directory.tsv",
		read_directory },
	{ "makers", "makers that images name", "suppliers.tsv", read_makers },
	{ "cpe-components", "vendors in CPE names of components", "components.tsv", read_cpe },
	{ "cpe-signatures", "vendors in CPE names of signatures", "signatures.tsv", read_cpe },
};

static as_status read_shipped(filling *f, sqlite3 *db)
{
	as_status s = AS_OK;
	for (size_t i = 0; i < sizeof(shipped) / sizeof(shipped[0]) && s == AS_OK; i++) {
		f->n = 0;
		as_put_source(f->put, shipped[i].title);
		s = shipped[i].read(f, as_embedded_file(as_embedded_knowledge, shipped[i].file));
		if (s == AS_OK)
			s = as_put_read(
				db, shipped[i].id, shipped[i].title, shipped[i].file, NULL, f->n);
	}
	return s;
}

static as_status read_all(filling *f, sqlite3 *db, const char *folder, const as_filled *told)
{
	const char *lacking = NULL;
	char text[LINE];
	bool ieee = false;
	as_status s = read_shipped(f, db);
	for (size_t i = 0; i < sizeof(registries) / sizeof(registries[0]) && s == AS_OK; i++) {
		bool found;
		const registry *r = &registries[i];
		s = read_registry(f, db, r, folder, &found);
		ieee = ieee || (found && r->read[0] == read_ieee);
		if (found || !r->package || (lacking && strcmp(lacking, r->package) == 0))
			continue;
		lacking = r->package;
		(void)snprintf(text, sizeof(text),
			"%s is not installed: its suppliers are missing (apt install %s; then "
			"assay suppliers fill)",
			r->title, r->package);
		told->say(told->ctx, text);
	}
	if (s == AS_OK && !ieee) {
		f->n = 0;
		as_put_source(f->put, "MAC addresses that ship with Assay");
		s = read_shipped_macs(f, as_embedded_file(as_embedded_knowledge, "macs.tsv"));
		if (s == AS_OK)
			s = as_put_read(db, "macs",
				"MAC addresses that ship with Assay, without countries", "macs.tsv",
				NULL, f->n);
	}
	return s;
}

as_status as_fill(sqlite3 *db, as_naming *names, const char *folder, const as_filled *told)
{
	filling f = { .put = as_put_new(db, names) };
	as_status s = f.put ? read_all(&f, db, folder, told) : AS_IO;
	if (s == AS_OK)
		s = as_put_findable(f.put);
	as_put_free(f.put);
	as_map_free(&f.addressed);
	as_buf_free(&f.name);
	as_buf_free(&f.value);
	return s;
}
