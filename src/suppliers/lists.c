/* SPDX-License-Identifier: Apache-2.0 */
#include "suppliers/lists_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/text.h"

static const char *const clears[] = {
	"DELETE FROM listing_name WHERE listing IN (SELECT id FROM listing WHERE list = ?1)",
	"DELETE FROM listing_identifier WHERE listing IN (SELECT id FROM listing WHERE list = ?1)",
	"DELETE FROM listing WHERE list = ?1",
	"DELETE FROM list WHERE id = ?1",
};

as_lists *as_lists_new(sqlite3 *db, as_told *told)
{
	static const char aside[] = "CREATE TEMP TABLE IF NOT EXISTS sanction (entity TEXT, words "
				    "TEXT, date TEXT, until TEXT)";
	as_lists *l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	*l = (as_lists){ .db = db, .told = told };
	bool ok = as_db_run(db, aside) == AS_OK &&
		  as_db_run(db, "DELETE FROM temp.sanction") == AS_OK;
	l->list = as_db_prepare(db, "INSERT INTO list VALUES (?1, ?2, ?3, ?4, ?5, NULL, ?6, ?7)");
	l->listing = as_db_prepare(db, "INSERT INTO listing (list, entity, kind, date, until, "
				       "words, source, ref) VALUES (?1, "
				       "?2, ?3, ?4, ?5, ?6, ?7, ?8)");
	l->name = as_db_prepare(db, "INSERT OR IGNORE INTO listing_name VALUES (?1, ?2)");
	l->identifier = as_db_prepare(
		db, "INSERT OR IGNORE INTO listing_identifier VALUES (?1, lower(?2), lower(?3))");
	l->find = as_db_prepare(db, "SELECT id FROM listing WHERE list = ?1 AND ref = ?2");
	l->aside = as_db_prepare(db, "INSERT INTO temp.sanction VALUES (?1, ?2, ?3, ?4)");
	ok = ok && l->list && l->listing && l->name && l->identifier && l->find && l->aside;
	for (size_t i = 0; i < sizeof(clears) / sizeof(clears[0]) && ok; i++)
		ok = (l->clear[i] = as_db_prepare(db, clears[i])) != NULL;
	if (ok)
		return l;
	as_lists_free(l);
	return NULL;
}

void as_lists_free(as_lists *l)
{
	if (!l)
		return;
	sqlite3_stmt *all[] = { l->list, l->listing, l->name, l->identifier, l->find, l->aside,
		l->clear[0], l->clear[1], l->clear[2], l->clear[3] };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		sqlite3_finalize(all[i]);
	as_buf_free(&l->text);
	free(l);
}

as_lists_counts as_lists_counted(const as_lists *l) { return l->n; }

void as_lists_bind(sqlite3_stmt *q, int i, as_span s)
{
	if (s.n > 0)
		(void)sqlite3_bind_text(q, i, (const char *)s.p, (int)s.n, SQLITE_TRANSIENT);
	else
		(void)sqlite3_bind_null(q, i);
}

/* Begins a list, once: what was there of it goes. */
static as_status begin(as_lists *l, const as_list_about *a)
{
	char now[32];
	const char *fixed = getenv("SOURCE_DATE_EPOCH");
	time_t t = fixed ? (time_t)strtoll(fixed, NULL, 10) : time(NULL);
	struct tm tm;
	as_status s = AS_OK;
	for (size_t i = 0; i < l->n_begun; i++)
		if (as_is(a->id, l->begun[i]))
			return AS_OK;
	if (l->n_begun == AS_LISTS_AT_ONCE) {
		as_problem(l->told, "more than 64 lists in one import", a->id);
		return AS_NOT_THIS;
	}
	memcpy(l->begun[l->n_begun], a->id.p, a->id.n);
	l->begun[l->n_begun++][a->id.n] = 0;
	for (size_t i = 0; i < sizeof(clears) / sizeof(clears[0]) && s == AS_OK; i++) {
		as_lists_bind(l->clear[i], 1, a->id);
		s = as_db_step(l->clear[i]);
	}
	(void)strftime(now, sizeof(now), "%Y-%m-%d", gmtime_r(&t, &tm));
	as_lists_bind(l->list, 1, a->id);
	as_lists_bind(l->list, 2, a->title);
	as_lists_bind(l->list, 3, a->jurisdiction);
	as_lists_bind(l->list, 4, a->authority);
	as_db_word(l->list, 5, NULL);
	as_db_word(l->list, 6, l->told->file);
	as_db_word(l->list, 7, now);
	return s == AS_OK ? as_db_step(l->list) : s;
}

/* A date as lists write them ("2021-03-12", "March 12, 2021", "03/12/2021"), as YYYY-MM-DD; empty if it is none. */
as_span as_lists_date(as_span s, char out[16])
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	uint64_t day, year, month = 0;
	s = as_trim(s);
	if (as_is_date(as_cut(s, 0, 10)))
		return as_cut(s, 0, 10);
	size_t space = as_find_byte(s, ' ', 0), comma = as_find_byte(s, ',', 0);
	if (as_at(s, 2) == '/' && as_at(s, 5) == '/' && as_number(as_cut(s, 0, 2), 10, &month) &&
		as_number(as_cut(s, 3, 2), 10, &day) && as_number(as_cut(s, 6, 4), 10, &year)) {
		(void)snprintf(out, 16, "%04u-%02u-%02u", (unsigned)year % 10000,
			(unsigned)month % 100, (unsigned)day % 100);
		return as_is_date(as_lit(out)) ? as_lit(out) : (as_span){ 0 };
	}
	if (space < 3 || space == SIZE_MAX || comma == SIZE_MAX || comma < space ||
		!as_number(as_cut(s, space + 1, comma - space - 1), 10, &day) ||
		!as_number(as_cut(s, comma + 2, 4), 10, &year))
		return (as_span){ 0 };
	for (size_t m = 0; m < 12; m++) {
		bool same = true;
		for (size_t i = 0; i < 3; i++)
			same = same && (s.p[i] | 0x20) == (uint8_t)months[3 * m + i];
		month = same ? m + 1 : month;
	}
	(void)snprintf(out, 16, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
		(unsigned)day % 100);
	return as_is_date(as_lit(out)) ? as_lit(out) : (as_span){ 0 };
}

as_status as_lists_name(as_lists *l, as_span name)
{
	name = as_trim(name);
	if (name.n == 0 || name.n > AS_NAME_BYTES)
		return AS_OK;
	sqlite3_bind_int64(l->name, 1, l->at);
	as_lists_bind(l->name, 2, name);
	return as_db_step(l->name);
}

/* Whether every word of an abbreviation stands in a name, or its letters begin the name's words. */
static bool is_short_for(as_span abbreviation, as_span name)
{
	as_span word;
	bool words = abbreviation.n > 0;
	size_t letters = 0;
	for (size_t i = 0; words && (word = as_word(abbreviation, i)).p; i++)
		words = as_find(name, word, 0) != SIZE_MAX;
	for (size_t i = 0; letters < abbreviation.n && (word = as_word(name, i)).p; i++)
		letters += as_at(word, 0) == abbreviation.p[letters];
	return words || letters == abbreviation.n;
}

/* The names that one text holds: "X Co., Ltd. (X)", and of the Entity List "Huawei ... Affiliated Entity: X". */
as_status as_lists_names(as_lists *l, as_span text)
{
	static const char affiliated[] = "Affiliated Entity:";
	size_t at = as_find(text, as_lit(affiliated), 0);
	if (at != SIZE_MAX)
		return as_lists_names(l, as_trim(as_from(text, at + as_lit(affiliated).n)));
	size_t open = SIZE_MAX;
	for (size_t i = text.n > 0 && text.p[text.n - 1] == ')' ? text.n : 0;
		i > 0 && open == SIZE_MAX; i--)
		open = text.p[i - 1] == '(' ? i - 1 : SIZE_MAX;
	if (open != SIZE_MAX && open > 0) {
		as_span before = as_trim(as_cut(text, 0, open)),
			inside = as_cut(text, open + 1, text.n - open - 2);
		if (is_short_for(inside, before)) {
			as_status s = as_lists_name(l, inside);
			return s == AS_OK ? as_lists_name(l, before) : s;
		}
	}
	return as_lists_name(l, text);
}

as_status as_lists_all(as_lists *l, as_span list)
{
	as_status s = AS_OK;
	as_span one;
	size_t n = 0;
	for (size_t at = 0; s == AS_OK && at < list.n && n < AS_LIST_NAMES; at += one.n + 1, n++) {
		size_t end = as_find_byte(list, ';', at);
		one = as_cut(list, at, (end == SIZE_MAX ? list.n : end) - at);
		s = as_lists_names(l, as_trim(one));
	}
	return s;
}

as_status as_lists_identifier(as_lists *l, as_span kind, as_span value)
{
	sqlite3_bind_int64(l->identifier, 1, l->at);
	as_lists_bind(l->identifier, 2, kind);
	as_lists_bind(l->identifier, 3, value);
	return as_db_step(l->identifier);
}

/* Identifiers between semicolons; a kind may stand before a colon. */
as_status as_lists_identifiers(as_lists *l, as_span list)
{
	as_status s = AS_OK;
	as_span one;
	for (size_t at = 0; s == AS_OK && at < list.n; at += one.n + 1) {
		size_t end = as_find_byte(list, ';', at);
		one = as_cut(list, at, (end == SIZE_MAX ? list.n : end) - at);
		as_span value = as_trim(one);
		size_t colon = as_find_byte(value, ':', 0);
		if (value.n == 0 || value.n > AS_LIST_ID)
			continue;
		sqlite3_bind_int64(l->identifier, 1, l->at);
		as_lists_bind(l->identifier, 2,
			colon == SIZE_MAX ? as_lit("registration") : as_cut(value, 0, colon));
		as_lists_bind(l->identifier, 3,
			colon == SIZE_MAX ? value : as_trim(as_from(value, colon + 1)));
		s = as_db_step(l->identifier);
	}
	return s;
}

as_status as_lists_entry(as_lists *l, const as_list_entry *e)
{
	char date[16], until[16];
	as_status s = begin(l, &e->list);
	if (s != AS_OK)
		return s;
	as_lists_bind(l->listing, 1, e->list.id);
	as_lists_bind(l->listing, 2, as_cut(e->entity, 0, as_min(e->entity.n, AS_LIST_WORDS)));
	as_db_word(l->listing, 3, e->category ? "category" : "company");
	as_lists_bind(l->listing, 4, as_lists_date(e->date, date));
	as_lists_bind(l->listing, 5, as_lists_date(e->until, until));
	as_lists_bind(l->listing, 6, as_cut(e->words, 0, as_min(e->words.n, AS_LIST_WORDS)));
	as_lists_bind(l->listing, 7, e->source);
	as_lists_bind(l->listing, 8, e->ref);
	s = as_db_step(l->listing);
	l->at = sqlite3_last_insert_rowid(l->db);
	l->n.listings += s == AS_OK;
	return s;
}

/* Persons, ships, aircraft and accounts are no suppliers. */
bool as_lists_is_other(as_span type)
{
	static const char *const others[] = { "person", "individual", "vessel", "airplane",
		"aircraft", "address", "identification", "passport", "cryptowallet", "bankaccount",
		"security", "ownership", "directorship", "family", "associate", "occupancy",
		"position", "unknownlink", "representation", "succession" };
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (as_is_nocase(type, others[i]))
			return true;
	return false;
}

as_status as_lists_end(as_lists *l)
{
	return as_db_run(l->db, "CREATE INDEX IF NOT EXISTS temp.sanction_of ON sanction (entity);"
				"UPDATE listing SET date = coalesce(date, (SELECT min(date) FROM "
				"temp.sanction WHERE entity = ref)), until = "
				"coalesce(until, (SELECT max(until) FROM temp.sanction WHERE "
				"entity = ref HAVING count(*) = count(until))), words "
				"= coalesce((SELECT group_concat(DISTINCT words) FROM "
				"temp.sanction WHERE entity = ref), words) WHERE ref IN "
				"(SELECT entity FROM temp.sanction);"
				"DELETE FROM temp.sanction");
}
