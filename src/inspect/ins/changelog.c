/* SPDX-License-Identifier: Apache-2.0 */
/* Changelogs of Debian's packages (deb-changelog(5)), newest entry first:
 *   source (version) distribution; urgency=...
 *     * an item, which may go on below, deeper
 *       - and have items of its own
 *    -- who  when
 * They name what an entry fixed, also what was carried back to an older release of the maker. The head of the first
 * entry says of which package, in which version, the file is. Prose: what is not plainly a fix is told as a name that
 * is mentioned, and what may take a fix back leaves it open. */
#include "base/ascii.h"
#include "inspect/inspector.h"

enum { HEAD_MAX = 512, ROWS_MAX = 20000 };

/* What is said of a name; in the order in which one wins over another. */
typedef enum verdict { MENTIONED, FIXED, ABOUT, OPEN } verdict;

typedef struct reader {
	as_facts *out;
	as_span source, version; /* of the entry; source p NULL: before the first */
	as_span of, newest;      /* source and version of the first entry: of what the file is */
	verdict parent;          /* of the item that this one is a part of */
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

/* What stands around a name, in lower case, with one blank for what separates words. Of a long item: how it
 * begins, too, since that is where it says what it is about. */
enum { BEFORE = 240, AFTER = 160, HEAD = 160, CONTEXT_MAX = BEFORE + AFTER + HEAD + 1 };

typedef struct context {
	uint8_t text[CONTEXT_MAX];
	size_t n, name; /* length; where the name is */
} context;

static void fold(context *c, as_span s)
{
	for (size_t i = 0; i < s.n && c->n < CONTEXT_MAX; i++) {
		bool blank = s.p[i] <= ' ';
		if (!blank || (c->n > 0 && c->text[c->n - 1] != ' '))
			c->text[c->n++] = blank ? ' ' : as_lower(s.p[i]);
	}
}

static void read_context(context *c, as_span item, size_t at)
{
	size_t from = at > BEFORE ? at - BEFORE : 0;
	c->n = 0;
	if (from > 0)
		fold(c, as_cut(item, 0, as_min(from, HEAD)));
	fold(c, as_cut(item, from, at - from));
	c->name = c->n;
	fold(c, as_cut(item, at, as_min(item.n - at, AFTER)));
}

/* Where a word stands from an offset on; with * at its end, what begins so. SIZE_MAX: nowhere. */
static size_t find_word(as_span s, const char *word, size_t from)
{
	as_span w = as_lit(word);
	bool begins = as_at(w, w.n - 1) == '*';
	w.n -= begins;
	for (size_t at = as_find(s, w, from); at != SIZE_MAX; at = as_find(s, w, at + 1))
		if ((at == 0 || !as_is_alnum(s.p[at - 1])) &&
			(begins || !as_is_alnum(as_at(s, at + w.n))))
			return at;
	return SIZE_MAX;
}

static bool has_one(as_span s, const char *const *words)
{
	for (; *words; words++)
		if (find_word(s, *words, 0) != SIZE_MAX)
			return true;
	return false;
}

/* Whether one of the few words before an offset denies what stands there. */
static bool is_denied(as_span s, size_t at)
{
	enum { WORDS = 4 };
	static const char *const no[] = { "not", "no", "never", "n't", "cannot", "without",
		"yet to be", "to be", "incomplete", "still", "nor", NULL };
	size_t from = at;
	for (size_t words = 0; from > 0; from--) {
		uint8_t b = s.p[from - 1];
		words += b == ' ';
		if (words > WORDS || b == '.' || b == ';' || b == '*' || b == ')')
			break;
	}
	as_span before = as_cut(s, from, at - from);
	return has_one(before, no) || as_find(before, as_lit("n't "), 0) != SIZE_MAX;
}

/* Whether a fix is told: by a word that is not denied. *denied: one is. */
static bool tells_fix(as_span s, bool *denied)
{
	static const char *const fixes[] = { "fix", "fixes", "fixed", "fixing", "address",
		"addresses", "addressed", "addressing", "prevent*", "avoid*", "backport*",
		"cherry-pick*", "cherrypick*", "closes", "resolve*", "security update",
		"security release", NULL };
	bool told = false;
	*denied = false;
	for (const char *const *word = fixes; *word; word++) {
		for (size_t at = find_word(s, *word, 0); at != SIZE_MAX;
			at = find_word(s, *word, at + 1)) {
			bool no = is_denied(s, at);
			told |= !no;
			*denied |= no;
		}
	}
	return told;
}

/* Whether the name is that of a patch: debian/patches/CVE-..., CVE-....patch. */
static bool names_patch(const context *c)
{
	as_span s = as_bytes(c->text, c->n), before = as_cut(s, 0, c->name);
	as_span word = as_word(as_from(s, c->name), 0);
	size_t blank = c->name;
	while (blank > 0 && s.p[blank - 1] != ' ')
		blank--;
	as_span path = as_from(before, blank);
	return as_has(path, "d/p/") || as_has(path, "patches/") || as_has(word, ".patch") ||
	       as_has(word, ".diff");
}

/* Whether a patch is taken out: "drop ... patch" before the name, "... was dropped" anywhere. */
static bool takes_out(const context *c)
{
	static const char *const take[] = { "drop", "drops", "dropping", "remove", "removes",
		"removing", "disable", "disables", "disabling", "delete", "deletes", NULL };
	static const char *const taken[] = { "dropped", "removed", "disabled", "deleted", NULL };
	as_span s = as_bytes(c->text, c->n);
	bool patch = as_has(s, "patch") || as_has(s, ".diff") || as_has(s, "d/p/") ||
		     find_word(s, "fix", 0) != SIZE_MAX || find_word(s, "fixes", 0) != SIZE_MAX;
	return patch && (has_one(as_cut(s, 0, c->name), take) || has_one(s, taken));
}

static verdict says(const context *c)
{
	static const char *const open[] = { "revert*", "back out", "backed out", "backs out",
		"unfixed", "left open", "postpone*", "still vulnerable", "still affected",
		"remains vulnerable", "not yet", "no fix", NULL };
	static const char *const gone[] = { "upstream", "merged", "included", "applied", "obsolete",
		"superseded", "no longer needed", "integrated", NULL };
	static const char *const about[] = { "vulnerable to", "affected by", "introduced",
		"unimportant", "known issue*", "regression*", "refresh*", "rename*", "rebase*",
		"disable*", "todo", NULL };
	as_span s = as_bytes(c->text, c->n);
	bool denied, told = tells_fix(s, &denied) || names_patch(c);
	if (has_one(s, open) || denied)
		return OPEN;
	if (takes_out(c))
		return has_one(s, gone) ? ABOUT : OPEN;
	return has_one(s, about) ? ABOUT : told ? FIXED : MENTIONED;
}

/* The name of a vulnerability at offset at of text; n 0: there is none. */
static as_span name_at(as_span text, size_t at)
{
	enum { YEAR = 4, DIGITS_MIN = 4, DIGITS_MAX = 7 };
	size_t n = 4;
	while (n < 4 + YEAR && as_is_digit(as_at(text, at + n)))
		n++;
	if (n != 4 + YEAR || as_at(text, at + n) != '-')
		return (as_span){ 0 };
	size_t from = ++n;
	while (as_is_digit(as_at(text, at + n)))
		n++;
	return n - from < DIGITS_MIN || n - from > DIGITS_MAX ? (as_span){ 0 }
							      : as_cut(text, at, n);
}

/* One item with the lines that belong to it: what it says of each name, unless what it is a part of says more. */
static as_status state(reader *r, as_span item, verdict parent)
{
	static const char *const words[] = { "mentioned", "fixed", "mentioned", "open" };
	as_status s = AS_OK;
	context c;
	for (size_t at = as_find(item, as_lit("CVE-"), 0); s == AS_OK && at != SIZE_MAX;
		at = as_find(item, as_lit("CVE-"), at + 4)) {
		as_span name = name_at(item, at);
		if (name.n == 0)
			continue;
		if (r->n++ == ROWS_MAX)
			return as_beyond(r->out, as_from(item, at),
				"changelog: more names of vulnerabilities than are kept");
		read_context(&c, item, at);
		verdict own = says(&c);
		s = as_add_changelog(r->out,
			(as_changelog){ .where = name,
				.source = r->source,
				.version = r->version,
				.newest = as_same(r->source, r->of) ? r->newest : (as_span){ 0 },
				.cve = name,
				.says = as_lit(words[own > parent ? own : parent]) });
	}
	return s;
}

static as_status close_item(reader *r, as_span item)
{
	as_span text = as_trim(item);
	verdict parent = r->parent;
	if (as_at(text, 0) == '*') {
		context c;
		read_context(&c, as_cut(text, 0, as_min(text.n, HEAD)), as_min(text.n, HEAD));
		r->parent = says(&c);
		parent = MENTIONED;
	}
	return r->source.p ? state(r, text, parent) : AS_OK;
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
	reader r = { .out = out };
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
			r.parent = MENTIONED;
			r.of = r.of.p ? r.of : source;
			r.newest = r.newest.p ? r.newest : version;
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
