/* SPDX-License-Identifier: Apache-2.0 */
#include "report/see.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "report/common.h"
#include "report/encode.h"
#include "report/sql.h"

enum { DEPTH = 64 /* containers around a place */, SHOWN = 256 /* bytes of a dump */ };

typedef struct way {
	as_buf *out;
	as_buf file;      /* the file that now stands for the container, as a shell word */
	as_buf input;     /* the input, as a shell word */
	unsigned n;       /* files made */
	bool about_entry; /* not its bytes but its entry (mode, owner, kind) is what to look at */
	bool bytes;       /* the place has bytes to look at */
	bool lost;        /* a step without a tool was met: the commands end there */
	int64_t len;      /* of the bytes to look at */
} way;

/* From the input inwards. A hard link is shown as the name that holds the data. */
static const char chain_sql[] =
	"WITH RECURSIVE up(id, depth) AS (SELECT coalesce(hardlink, id), 0 FROM place WHERE id = "
	"?1 UNION ALL SELECT p.owner, up.depth + 1 FROM "
	"up"
	" JOIN place AS p ON p.id = up.id WHERE p.owner IS NOT NULL AND up.depth < 64)"
	" SELECT p.name, p.path, p.at, p.len, p.format, s.see, o.sha256, p.format = 'folder' OR "
	"(c.object IS NULL AND c.parent IS NULL),"
	" p.parent IS NULL, up.depth = 0, p.mode FROM up CROSS JOIN place AS p ON p.id = up.id"
	" LEFT JOIN place AS c ON c.id = p.owner LEFT JOIN format_see AS s ON s.format = p.format"
	" LEFT JOIN object AS o ON o.id = p.object ORDER BY up.depth DESC";

enum { NAME, PATH, AT, LEN, FORMAT, SEE, SHA256, IN_FOLDER, IS_INPUT, IS_GOAL, MODE };

static void add_word(as_buf *out, as_span escaped)
{
	as_buf raw = { 0 };
	as_unescape(&raw, escaped);
	as_shell_add(out, as_buf_span_of(&raw));
	out->bad = out->bad || raw.bad;
	as_buf_free(&raw);
}

/* The path as a pattern that matches it alone, for tools that take patterns only. */
static void as_pattern(as_buf *raw)
{
	as_buf quoted = { 0 };
	for (size_t i = 0; i < raw->n; i++) {
		if (as_find_byte(as_lit("*?[\\"), raw->p[i], 0) != SIZE_MAX)
			as_buf_u8(&quoted, '\\');
		as_buf_u8(&quoted, raw->p[i]);
	}
	quoted.bad = quoted.bad || raw->bad;
	as_buf_free(raw);
	*raw = quoted;
}

/* The entry's path within its container: no leading slash, nothing a tool takes for an option. */
static void add_path(as_buf *out, as_span path, bool pattern)
{
	as_buf raw = { 0 };
	while (as_starts(path, "/"))
		path = as_from(path, 1);
	if (as_starts(path, "-"))
		as_buf_text(&raw, "./");
	as_unescape(&raw, path);
	if (pattern)
		as_pattern(&raw);
	as_shell_add(out, as_buf_span_of(&raw));
	out->bad = out->bad || raw.bad;
	as_buf_free(&raw);
}

static bool word_at(as_span s, size_t at, const char *word)
{
	size_t n = strlen(word);
	bool before = at > 0 && as_is_word(s.p[at - 1]);
	bool after = as_is_word(as_at(s, at + n));
	return !before && !after && as_is(as_cut(s, at, n), word);
}

/* Fills a template's IN, OUT, PATH and PATTERN with shell words. Within quotes the word closes them
 * and opens them again, so that it stays one word and nothing of it is taken for shell. */
static void fill(way *w, as_span see, as_span path, as_span out_word)
{
	enum { N = 4 };
	static const char *const names[N] = { "IN", "OUT", "PATH", "PATTERN" };
	as_buf words[N] = { 0 };
	uint8_t quote = 0;
	as_buf_add(&words[0], w->file.p, w->file.n);
	as_buf_add(&words[1], out_word.p, out_word.n);
	add_path(&words[2], path, false);
	add_path(&words[3], path, true);
	for (size_t at = 0; at < see.n;) {
		size_t k = 0;
		while (k < N && !word_at(see, at, names[k]))
			k++;
		if (k == N) {
			uint8_t b = see.p[at++];
			if (b == '\\' && quote != '\'') { /* what follows is no quote */
				as_buf_u8(w->out, b);
				as_buf_u8(w->out, as_at(see, at++));
				continue;
			}
			quote = quote == b ? 0 : quote == 0 && (b == '\'' || b == '"') ? b : quote;
			as_buf_u8(w->out, b);
			continue;
		}
		as_buf_add(w->out, &quote, quote ? 1 : 0);
		as_buf_add(w->out, words[k].p, words[k].n);
		as_buf_add(w->out, &quote, quote ? 1 : 0);
		at += strlen(names[k]);
	}
	for (size_t k = 0; k < N; k++)
		as_buf_free(&words[k]);
}

/* A file of a container's image, merged from its layers: from the uppermost layer that has it. */
static const char merged[] =
	" || { p=PATH; n=${p%%/*}; n=${n#merged}; n=${n#-}; n=${n:-1}\n"
	"  t() { tar -xOf IN \"$1\" 2>/dev/null || tar -xOf IN \"./$1\" 2>/dev/null; }\n"
	"  digests() { tr ',' '\\n' | sed -n 's/.*\"digest\": "
	"*\"sha256:\\([0-9a-f]*\\)\".*/\\1/p'; }\n"
	"  l=$(t manifest.json | tr -d '\\n' | sed 's/\"Layers\"/\\n/g' | sed -n \"$((n+1))p\" | "
	"cut -d']' -f1"
	" | tr ',\"[:' '\\n\\n\\n\\n' | grep '[a-z0-9]')\n"
	"  [ \"$l\" ] || l=$(t blobs/sha256/$(t index.json | digests | sed -n \"${n}p\") | tr -d "
	"'\\n'"
	" | sed 's/.*\"layers\"//' | digests | sed 's,^,blobs/sha256/,')\n"
	"  for f in $(printf '%s\\n' $l | tac); do t \"$f\" > layer\n"
	"    tar -xOf layer \"${p#*/}\" > OUT 2>/dev/null || tar -xOf layer \"./${p#*/}\" > OUT "
	"2>/dev/null && break\n"
	"  done; }";

static void no_tool(way *w, sqlite3_stmt *st)
{
	as_buf_text(w->out, "# no ordinary tool is known for this step (");
	as_span format = as_sql_span(st, FORMAT);
	as_buf_add(w->out, format.p, format.n);
	as_buf_text(w->out, "):\nassay extract ");
	as_buf_add(w->out, w->input.p, w->input.n);
	as_buf_text(w->out, " -C seen --match ");
	add_word(w->out, as_sql_span(st, PATH));
	as_buf_text(w->out, "\n");
	w->lost = true;
}

/* What lists an entry with its mode and owner. */
static const struct {
	const char *format, *command;
} listings[] = { { "squashfs", "unsquashfs -no-wildcards -lln IN PATH" },
	{ "tar", "tar --numeric-owner -tvf IN PATH" },
	{ "cpio", "cpio -itvn --quiet PATTERN < IN" }, { "zip", "unzip -Z IN PATTERN" },
	{ "ar", "ar tv IN PATH" }, { "ext", "debugfs -R \"stat \\\"/\"PATH\"\\\"\" IN" } };

/* Whether the entry is of a container's image, merged from its layers: no one archive has it under that path. */
static bool is_merged(sqlite3_stmt *st)
{
	return as_is(as_sql_span(st, FORMAT), "tar") && as_starts(as_sql_span(st, PATH), "/merged");
}

static void list_entry(way *w, sqlite3_stmt *st)
{
	for (size_t i = 0; i < sizeof(listings) / sizeof(listings[0]) && !is_merged(st); i++)
		if (as_is(as_sql_span(st, FORMAT), listings[i].format)) {
			fill(w, as_lit(listings[i].command), as_sql_span(st, PATH), (as_span){ 0 });
			as_buf_text(w->out, "\n");
			return;
		}
	if (sqlite3_column_type(st, MODE) != SQLITE_NULL)
		as_buf_print(
			w->out, "# mode %04o in the image\n", sqlite3_column_int(st, MODE) & 07777);
}

/* One step inwards: from the file that stands for the container to that of the place. */
static void step(way *w, sqlite3_stmt *st)
{
	as_span see = as_sql_span(st, SEE);
	as_buf next = { 0 };
	bool goal = sqlite3_column_int(st, IS_GOAL), has_bytes = as_sql_span(st, SHA256).p != NULL;
	if (goal && w->about_entry)
		list_entry(w, st);
	if (goal && !has_bytes)
		return;
	bool as_is_there = sqlite3_column_type(st, AT) == SQLITE_INTEGER &&
			   sqlite3_column_type(st, LEN) == SQLITE_INTEGER;
	as_buf_print(&next, "seen-%u", ++w->n);
	if (as_is_there) {
		as_buf_text(w->out, "dd if=");
		as_buf_add(w->out, w->file.p, w->file.n);
		as_buf_print(w->out,
			" of=%.*s bs=64K iflag=skip_bytes,count_bytes skip=%lld count=%lld "
			"status=none\n",
			(int)next.n, (const char *)next.p, (long long)sqlite3_column_int64(st, AT),
			(long long)sqlite3_column_int64(st, LEN));
	} else if (see.n > 0) {
		as_span path = as_sql_span(st, PATH);
		fill(w, see, path, as_buf_span_of(&next));
		if (is_merged(st))
			fill(w, as_lit(merged), path, as_buf_span_of(&next));
		as_buf_text(w->out, "\n");
	} else {
		no_tool(w, st);
	}
	as_buf_free(&w->file);
	w->file = next;
}

static bool chain_row(void *ctx, sqlite3_stmt *st)
{
	way *w = ctx;
	if (sqlite3_column_int(st, IS_INPUT)) {
		as_buf_clear(&w->file);
		as_buf_clear(&w->input);
		add_word(&w->file, as_sql_span(st, NAME));
		add_word(&w->input, as_sql_span(st, NAME));
	} else if (sqlite3_column_int(st, IN_FOLDER)) { /* a file of an input that is a folder */
		as_buf raw = { 0 };
		as_buf_add(&raw, as_sql_span(st, PATH).p, as_sql_span(st, PATH).n);
		as_buf_add(&w->file, w->input.n ? "/" : "", w->input.n ? 1 : 0);
		add_path(&w->file, as_buf_span_of(&raw), false);
		as_buf_free(&raw);
	} else {
		step(w, st);
	}
	return !w->lost;
}

static bool digest_row(void *ctx, sqlite3_stmt *st)
{
	way *w = ctx;
	as_span sha256 = as_sql_span(st, 0);
	if (sha256.n != 64)
		return false;
	if (w->n > 0)
		as_buf_print(w->out, "echo '%.64s  %.*s' | sha256sum -c\n", (const char *)sha256.p,
			(int)w->file.n, (const char *)w->file.p);
	else /* a name of the user's or of a folder: sha256sum's lists do not take every one */
		as_buf_print(w->out,
			"test \"$(sha256sum < %.*s)\" = '%.64s  -' && echo SHA-256: OK\n",
			(int)w->file.n, (const char *)w->file.p, (const char *)sha256.p);
	w->bytes = true;
	return false;
}

static void look(way *w, const as_see *what)
{
	as_buf_print(w->out, "xxd");
	if (what->has_range)
		as_buf_print(w->out, " -s %lld", (long long)what->at);
	as_buf_print(w->out, " -l %lld ",
		(long long)(what->has_range && what->len < SHOWN ? what->len : SHOWN));
	as_buf_add(w->out, w->file.p, w->file.n);
	as_buf_text(w->out, "\n");
}

/* What an ELF header is cited for stands in its segments and the dynamic segment. */
static bool elf_row(void *ctx, sqlite3_stmt *st)
{
	way *w = ctx;
	if (sqlite3_column_int64(st, 0) != w->len)
		return false;
	as_buf_text(w->out, "readelf -W -h -l -d ");
	as_buf_add(w->out, w->file.p, w->file.n);
	as_buf_text(w->out, "\n");
	return false;
}

/* objdump of binutils-multiarch knows every architecture; one of another name may have to stand for it. */
static void disassemble(way *w, const as_see_code *c)
{
	if (c->machine)
		as_buf_print(w->out, "objdump -D -b binary -m %s --adjust-vma=0x%llx ", c->machine,
			(unsigned long long)c->base);
	else
		as_buf_text(w->out, "objdump -d ");
	as_buf_print(w->out, "%s--start-address=0x%llx --stop-address=0x%llx ", c->options,
		(unsigned long long)c->start, (unsigned long long)c->stop);
	as_buf_add(w->out, w->file.p, w->file.n);
	as_buf_text(w->out, "\n");
}

as_status as_see_add(sqlite3 *db, as_see what, as_buf *out)
{
	way w = { .out = out, .about_entry = !what.has_range, .len = what.len };
	char id[32];
	int n = snprintf(id, sizeof(id), "%lld", (long long)what.place);
	as_status s = as_sql_each_of(db, chain_sql, as_bytes(id, (size_t)n), chain_row, &w);
	if (s == AS_OK && !w.lost) {
		s = as_sql_each_of(db,
			"SELECT o.sha256 FROM place AS p JOIN object AS o ON o.id = p.object WHERE "
			"p.id = ?1",
			as_bytes(id, (size_t)n), digest_row, &w);
		if (w.bytes)
			look(&w, &what);
		if (s == AS_OK && w.bytes && what.has_range && what.at == 0)
			s = as_sql_each_of(db,
				"SELECT e.len FROM elf AS e JOIN place AS p ON p.object = e.object"
				" WHERE p.id = ?1 AND e.at = 0 LIMIT 1",
				as_bytes(id, (size_t)n), elf_row, &w);
		for (size_t i = 0; w.bytes && i < what.n_code; i++)
			disassemble(&w, &what.code[i]);
	}
	as_buf_free(&w.file);
	as_buf_free(&w.input);
	return s == AS_OK && !out->bad ? AS_OK : AS_IO;
}
