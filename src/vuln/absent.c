/* SPDX-License-Identifier: Apache-2.0 */
/* A driver that is not built is not vulnerable, nor is an applet that BusyBox was built without. */
#include "vuln/hit.h"

#include "base/cur.h"
#include "base/embed.h"
#include "knowledge/tsv.h"
#include "vuln/order.h"

enum { FILES_MAX = 64, PATH_MAX_LEN = 200 };
#define TEXT(s) (int)(s).n, (const char *)(s).p

/* Whether none of the options (separated by spaces, without CONFIG_) is set; *module: one is set, as a
 * module only. */
static bool all_unset(const as_image *image, as_span options, bool *module)
{
	char name[96];
	*module = false;
	for (size_t i = 0;; i++) {
		uint64_t value = 0;
		as_span option = as_word(options, i);
		if (!option.p)
			return true;
		as_span full = { 0 };
		if (option.n + 8 < sizeof(name)) {
			memcpy(name, "CONFIG_", 7);
			memcpy(name + 7, option.p, option.n);
			full = as_bytes(name, option.n + 7);
		}
		if (!as_image_has(&image->options, full, &value) &&
			!as_image_has(&image->options, option, &value))
			continue;
		*module = value == 'm';
		return false;
	}
}

/* A file without its ending: rows of the pack name files so, and folders with a slash at their end. */
static as_span without_ending(as_span path)
{
	size_t dot = path.n;
	while (dot > 0 && path.p[dot - 1] != '.' && path.p[dot - 1] != '/')
		dot--;
	return dot > 0 && path.p[dot - 1] == '.' ? as_cut(path, 0, dot - 1) : path;
}

/* Why a file of the kernel's source is not in this kernel; p NULL: it may be. */
static as_span file_absent(as_matcher *m, as_span path)
{
	enum { COLUMNS = 4 };
	as_span f[COLUMNS];
	as_span stem = without_ending(path);
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, "kernel_files.tsv"), 0);
	for (size_t n; (n = as_tsv_row(&c, f, COLUMNS)) > 0;) {
		bool folder = n > 1 && f[0].n > 0 && f[0].p[f[0].n - 1] == '/';
		bool module = false;
		if (n < 2 ||
			(folder ? !as_same(as_cut(path, 0, f[0].n), f[0]) : !as_same(stem, f[0])))
			continue;
		if (all_unset(&m->image, f[1], &module))
			return as_print(m->arena,
				"%.*s is built by CONFIG_%.*s, which this kernel does not have",
				TEXT(path), TEXT(as_word(f[1], 0)));
		as_span built = n > 2 ? f[2] : (as_span){ 0 };
		if (module && built.n > 0 && m->image.n_modules > 0 &&
			!as_image_has(&m->image.modules, built, NULL))
			return as_print(m->arena,
				"%.*s is built as the module %.*s, which is not in the image",
				TEXT(path), TEXT(built));
	}
	return (as_span){ 0 };
}

static bool in_path(uint8_t b)
{
	return as_is_letter(b) || as_is_digit(b) || b == '/' || b == '_' || b == '-' || b == '.';
}

/* Paths of source files in words: "in net/sched/cls_u32.c in the Linux kernel". */
static size_t paths_in(as_span text, as_span *paths, size_t n)
{
	size_t k = 0;
	for (size_t at = 0; at < text.n && k < n;) {
		size_t end = at;
		while (end < text.n && in_path(text.p[end]))
			end++;
		as_span word = as_cut(text, at, end - at);
		while (word.n > 0 && word.p[word.n - 1] == '.')
			word.n--;
		if (word.n < PATH_MAX_LEN && as_ends(word, ".c") &&
			as_find_byte(word, '/', 1) != SIZE_MAX)
			paths[k++] = word;
		at = end + 1;
	}
	return k;
}

static as_span kernel_absent(as_matcher *m, as_span files, as_span summary)
{
	as_span paths[FILES_MAX], why = { 0 };
	if (!m->image.configured)
		return why;
	size_t n = paths_in(files.n > 0 ? files : summary, paths, FILES_MAX);
	for (size_t i = 0; i < n; i++) {
		as_span one = file_absent(m, paths[i]);
		if (!one.p)
			return one; /* one that may be there is enough */
		why = why.p ? why : one;
	}
	return n < FILES_MAX ? why : (as_span){ 0 };
}

/* The word at offset at of text, and whether it is spoken of as an applet: "the X applet", X.c, X_main. */
static bool names_applet(as_span text, size_t at, as_span word)
{
	as_span rest = as_from(text, at + word.n);
	bool begins = at == 0 || !(as_is_letter(text.p[at - 1]) || as_is_digit(text.p[at - 1]) ||
					 text.p[at - 1] == '-');
	bool ends = !(as_is_letter(as_at(rest, 0)) || as_is_digit(as_at(rest, 0)) ||
		      as_at(rest, 0) == '-');
	if (!begins || !ends)
		return false;
	return as_starts(rest, " applet") || as_starts(rest, "_main") || as_starts(rest, ".c ") ||
	       as_starts(rest, ".c:") || as_starts(rest, " utility") || as_starts(rest, " command");
}

static bool is_word(as_span text, size_t at, as_span word)
{
	uint8_t before = at > 0 ? text.p[at - 1] : ' ', after = as_at(text, at + word.n);
	return !as_is_letter(before) && !as_is_letter(after) && before != '-' && after != '-';
}

/* Whether the record speaks of that applet, or part of BusyBox. plain: wherever the word stands, it means that. */
static bool speaks_of(as_span text, as_span word, bool plain)
{
	for (size_t at = as_find(text, word, 0); at != SIZE_MAX; at = as_find(text, word, at + 1))
		if (names_applet(text, at, word) || (plain && is_word(text, at, word)))
			return true;
	return false;
}

static as_span applet_absent(as_matcher *m, as_span summary)
{
	enum { COLUMNS = 4 };
	as_span f[COLUMNS], named = { 0 };
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, "busybox.tsv"), 0);
	if (m->image.n_applets == 0)
		return named;
	for (size_t n; (n = as_tsv_row(&c, f, COLUMNS)) > 0;) {
		if (n < 3 || !speaks_of(summary, f[0], as_is(f[2], "yes")))
			continue;
		for (size_t i = 0; as_word(f[1], i).p; i++)
			if (as_image_has(&m->image.applets, as_word(f[1], i), NULL))
				return (as_span){ 0 };
		named = f[0];
	}
	return named.p ? as_print(m->arena, "it is in %.*s, and this BusyBox was built without it",
				 TEXT(named))
		       : named;
}

as_span as_absent(as_matcher *m, const as_part *part, as_span files, as_span summary)
{
	if (as_is(part->what, "linux"))
		return kernel_absent(m, files, summary);
	if (as_is(part->what, "busybox"))
		return applet_absent(m, summary);
	return (as_span){ 0 };
}
