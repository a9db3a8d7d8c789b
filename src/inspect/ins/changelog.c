/* SPDX-License-Identifier: Apache-2.0 */
/* Changelogs of Debian's packages (deb-changelog(5)), newest entry first:
 *   source (version) distribution; urgency=...
 *     * an item, which may go on below, deeper
 *       - and have items of its own
 *    -- who  when
 * They name what an entry fixed, also what was carried back to an older release of the maker. The head of an
 * entry gives package and version, so it does not matter where the file stands, or in which archive. */
#include "inspect/inspector.h"

enum { HEAD_MAX = 512, ROWS_MAX = 20000 };

typedef struct reader {
	as_facts *out;
	as_span source, version; /* of the entry; source p NULL: before the first */
	const char *parent;      /* what the item that this one is a part of says */
	size_t n;
} reader;

/* Whether a line is the head of an entry; its parts. */
static bool is_head(as_span line, as_span *source, as_span *version)
{
	size_t open = as_find(line, as_lit(" ("), 0), close = as_find(line, as_lit(") "), 0);
	if (line.n > HEAD_MAX || open == 0 || open == SIZE_MAX || close == SIZE_MAX ||
		close <= open + 2)
		return false;
	*source = as_cut(line, 0, open);
	*version = as_cut(line, open + 2, close - open - 2);
	bool plain = as_find_byte(*source, ' ', 0) == SIZE_MAX &&
		     as_find_byte(*version, ' ', 0) == SIZE_MAX;
	return plain && as_is_text(line) && as_find(line, as_lit("; urgency="), close) != SIZE_MAX;
}

static bool has_one(as_span text, const char *const *words)
{
	for (; *words; words++)
		if (as_has(text, *words))
			return true;
	return false;
}

/* What an item says of the names in it: "fixed"; "open", where a fix is taken back or missing; NULL: nothing,
 * where it is about the files of a patch. */
static const char *says(as_span item)
{
	static const char *const open[] = { "Revert", "revert", "REVERT", "ot fixed",
		"ot yet fixed", "nfixed", "till vulnerable", NULL };
	static const char *const moved[] = { "Drop", "drop", "Remove", "remove", "Refresh",
		"refresh", "Rename", "rename", "Rebase", "rebase", NULL };
	static const char *const files[] = { "patch", "Patch", "upstream", ".diff", NULL };
	if (has_one(item, open))
		return "open";
	return has_one(item, moved) && has_one(item, files) ? NULL : "fixed";
}

static bool is_digit(uint8_t b) { return b >= '0' && b <= '9'; }

/* The name of a vulnerability at offset at of text; n 0: there is none. */
static as_span name_at(as_span text, size_t at)
{
	enum { YEAR = 4, DIGITS_MIN = 4, DIGITS_MAX = 7 };
	size_t n = 4;
	while (n < 4 + YEAR && is_digit(as_at(text, at + n)))
		n++;
	if (n != 4 + YEAR || as_at(text, at + n) != '-')
		return (as_span){ 0 };
	size_t from = ++n;
	while (is_digit(as_at(text, at + n)))
		n++;
	return n - from < DIGITS_MIN || n - from > DIGITS_MAX ? (as_span){ 0 }
							      : as_cut(text, at, n);
}

static as_status state(reader *r, as_span item, const char *what)
{
	as_status s = AS_OK;
	for (size_t at = as_find(item, as_lit("CVE-"), 0); s == AS_OK && at != SIZE_MAX;
		at = as_find(item, as_lit("CVE-"), at + 4)) {
		as_span name = name_at(item, at);
		if (name.n == 0)
			continue;
		if (r->n++ == ROWS_MAX)
			return as_unread(r->out, as_from(item, at),
				"changelog: more names of vulnerabilities than are kept");
		s = as_add_changelog(r->out, (as_changelog){ .where = name,
						     .source = r->source,
						     .version = r->version,
						     .cve = name,
						     .says = as_lit(what) });
	}
	return s;
}

/* One item with the lines that belong to it. */
static as_status close_item(reader *r, as_span item)
{
	as_span text = as_trim(item);
	const char *own = says(text), *parent = r->parent;
	if (as_at(text, 0) == '*')
		r->parent = own;
	else if (!parent || !as_is(as_lit(parent), "fixed"))
		own = parent;
	return own && r->source.p ? state(r, text, own) : AS_OK;
}

/* Whether a line begins an item: "  * text", "    - text". */
static bool begins_item(as_span line)
{
	as_span text = as_trim(line);
	uint8_t c = as_at(text, 0);
	return as_at(line, 0) == ' ' && as_at(text, 1) == ' ' && (c == '*' || c == '-' || c == '+');
}

static as_status inspect(as_facts *out, const as_file *f)
{
	reader r = { .out = out, .parent = "fixed" };
	as_status s = AS_OK;
	size_t from = 0;
	as_cur c = as_cur_le(f->data, 0);
	as_span line, source, version;
	for (size_t at = 0; s == AS_OK && as_line(&c, &line); at = as_pos(&c)) {
		bool head = is_head(line, &source, &version);
		if (!head && !begins_item(line) && !as_starts(line, " -- "))
			continue;
		s = close_item(&r, as_cut(f->data, from, at - from));
		from = at;
		if (head) {
			r.source = source;
			r.version = version;
			r.parent = "fixed";
		}
	}
	as_span last = as_from(f->data, from);
	while (last.n > 0 && last.p[last.n - 1] > ' ')
		last.n--; /* the end may have cut a number */
	return s == AS_OK ? close_item(&r, last) : s;
}

static bool cares(const as_file *f)
{
	as_cur c = as_cur_le(as_cut(f->data, 0, as_min(f->data.n, HEAD_MAX)), 0);
	as_span line, source, version;
	return as_file_is_text(f) && as_line(&c, &line) && is_head(line, &source, &version);
}

const as_inspector as_inspector_changelog = {
	.id = "changelog",
	.title = "What a package's changelog says to have fixed",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "changelog", NULL },
};
