/* SPDX-License-Identifier: Apache-2.0 */
/* A driver that is not built is not vulnerable, nor is an applet that BusyBox was built without. */
#include "base/ascii.h"
#include "vuln/hit.h"

#include "base/cur.h"
#include "base/embed.h"
#include "knowledge/tsv.h"
#include "vuln/order.h"

enum { FILES_MAX = 64, PATH_MAX_LEN = 200 };
#define TEXT(s) (int)(s).n, (const char *)(s).p

/* A row of kernel_files.tsv: a folder (with a slash at its end) or a file (without its ending), the options
 * of which one builds
 * it, and the module that it is then in, if that is one. */
typedef struct built {
	as_span path, options, module;
	uint32_t next; /* 1 + the next of the same path; 0: none */
} built;

struct as_built {
	built *rows;
	uint32_t n;
	as_map first; /* hash of a path: index of its latest row */
};

static struct as_built *load_built(as_matcher *m)
{
	enum { ROWS = 16384, COLUMNS = 4 };
	as_span f[COLUMNS];
	struct as_built *b = as_alloc(m->arena, sizeof(*b));
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, "kernel_files.tsv"), 0);
	if (b)
		b->rows = as_alloc_array(m->arena, ROWS, sizeof(*b->rows));
	for (size_t n; b && b->rows && b->n < ROWS && (n = as_tsv_row(&c, f, COLUMNS)) > 0;) {
		uint64_t key = as_hash64(0, f[0]), next = UINT32_MAX;
		(void)as_map_get(&b->first, key, &next);
		b->rows[b->n] = (built){ .path = f[0], .next = (uint32_t)next + 1 };
		b->rows[b->n].options = n > 1 ? f[1] : (as_span){ 0 };
		b->rows[b->n].module = n > 2 ? f[2] : (as_span){ 0 };
		if (as_map_set(&b->first, key, b->n) != AS_OK)
			break;
		b->n++;
	}
	return b;
}

void as_built_free(struct as_built *b)
{
	if (b)
		as_map_free(&b->first);
}

/* Whether none of the options (separated by spaces, without CONFIG_) is set; *module: one is set, as a
 * module only. An option
 * that is not mentioned is not set, unless the kernel is so old that it may have had another name. */
static bool all_unset(const as_image *image, as_span options, bool *module)
{
	char name[96] = "CONFIG_";
	*module = false;
	for (size_t i = 0;; i++) {
		uint64_t value = 'n';
		as_span option = as_word(options, i);
		if (!option.p)
			return i > 0;
		if (option.n + 7 > sizeof(name))
			return false;
		memcpy(name + 7, option.p, option.n);
		bool told = as_image_has(&image->options, as_bytes(name, option.n + 7), &value);
		*module = value == 'm';
		if (value != 'n' || (!told && image->old_kernel))
			return false;
	}
}

/* Why what a row names is not in this kernel; p NULL: it may be. */
static as_span row_absent(as_matcher *m, const built *row, as_span path)
{
	bool module = false;
	if (all_unset(&m->image, row->options, &module))
		return as_print(m->arena,
			"%.*s is built by CONFIG_%.*s, which this kernel does not have", TEXT(path),
			TEXT(as_word(row->options, 0)));
	if (module && row->module.n > 0 && m->image.n_modules > 0 &&
		!as_image_has(&m->image.modules, row->module, NULL))
		return as_print(m->arena,
			"%.*s is built as the module %.*s, which is not in the image", TEXT(path),
			TEXT(row->module));
	return (as_span){ 0 };
}

static as_span rows_absent(as_matcher *m, as_span name, as_span path)
{
	uint64_t at = 0;
	as_span why = { 0 };
	if (!as_map_get(&m->built->first, as_hash64(0, name), &at))
		return why;
	for (uint32_t i = (uint32_t)at + 1; i > 0 && !why.p; i = m->built->rows[i - 1].next)
		if (as_same(m->built->rows[i - 1].path, name))
			why = row_absent(m, &m->built->rows[i - 1], path);
	return why;
}

/* Why a file of the kernel's source is not in this kernel: of the file itself and its folders, one that is
 * not built is enough. */
static as_span file_absent(as_matcher *m, as_span path)
{
	as_span why = { 0 };
	size_t dot = path.n;
	m->built = m->built ? m->built : load_built(m);
	if (!m->built)
		return why;
	for (size_t i = path.n; i > 0 && !why.p; i--) {
		if (path.p[i - 1] == '/')
			why = rows_absent(m, as_cut(path, 0, i), path);
		else if (path.p[i - 1] == '.' && dot == path.n)
			why = rows_absent(m, as_cut(path, 0, dot = i - 1), path);
	}
	return why;
}

static bool in_path(uint8_t b)
{
	return as_is_alnum(b) || b == '/' || b == '_' || b == '-' || b == '.';
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
	bool begins = at == 0 || !(as_is_alnum(text.p[at - 1]) || text.p[at - 1] == '-');
	bool ends = !(as_is_alnum(as_at(rest, 0)) || as_at(rest, 0) == '-');
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

bool as_may_be_absent(const as_matcher *m, const as_part *part)
{
	return (as_is(part->what, "linux") && m->image.configured) ||
	       (as_is(part->what, "busybox") && m->image.n_applets > 0);
}

as_span as_absent(as_matcher *m, const as_part *part, as_span files, as_span summary)
{
	if (as_is(part->what, "linux"))
		return kernel_absent(m, files, summary);
	if (as_is(part->what, "busybox"))
		return applet_absent(m, summary);
	return (as_span){ 0 };
}
