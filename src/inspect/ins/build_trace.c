/* SPDX-License-Identifier: Apache-2.0 */
/* What a build left in its product: paths on the machine that built it, __DATE__ and __TIME__,
 * the user and host of a kernel build, and debugging information that was not stripped. Marks
 * are searched in one pass; what stands around each decides whether it is a trace. Not read:
 * compressed debug sections, and paths that are not ASCII. */
#include "base/ascii.h"
#include "inspect/binary.h"

#include <pthread.h>
#include <string.h>

#include "base/literals.h"
#include "elf/read.h"
#include "inspect/supplier.h"

enum {
	PATH_MAX_LEN = 512, /* bytes */
	BEFORE_MAX = 256,   /* bytes of a path before its mark */
	STATED_MAX = 24,    /* traces of an object that are stated */
	TRIES_MAX = 20000,  /* marks of an object that are looked at */
	N_MONTHS = 12,
};

/* Months come first, then the kernel's banner, then folders where software is built. */
static const char *const marks[] = { "Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ",
	"Sep ", "Oct ", "Nov ", "Dec ", "Linux version ", "/home/", "/root/", "/build/", "/builds/",
	"/buildroot", "/build_dir/", "/workspace/", "/jenkins", "/Users/", "/tmp/work/" };
enum { KERNEL_MARK = N_MONTHS, N_MARKS = sizeof(marks) / sizeof(marks[0]) };

static as_literals *search; /* built once and then only read */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void) { search = as_literals_of(marks, N_MARKS); }

typedef struct context {
	as_facts *out;
	as_arena *arena;
	as_span data;
	size_t tries, n;
	as_span stated[STATED_MAX]; /* what makes a trace another one */
} context;

/* States a trace unless one like it was stated; key is what they have in common. */
static as_status state(context *c, const char *kind, as_span value, as_span key)
{
	for (size_t i = 0; i < c->n; i++)
		if (as_same(c->stated[i], key))
			return AS_OK;
	if (c->n == STATED_MAX)
		return AS_OK;
	c->stated[c->n++] = key;
	as_build_trace row = { .where = value, .kind = as_lit(kind), .value = value };
	return as_add_build_trace(c->out, row);
}

static bool digits(as_span s, uint64_t at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!as_is_digit(as_at(s, at + i)))
			return false;
	return n > 0;
}

/* "10:11:12" at offset at. */
static bool is_time(as_span s, uint64_t at)
{
	return digits(s, at, 2) && as_at(s, at + 2) == ':' && digits(s, at + 3, 2) &&
	       as_at(s, at + 5) == ':' && digits(s, at + 6, 2);
}

/* __DATE__ is "Mar  5 2019". A year alone may be part of a text, so the date must be a whole
 * string, or have __TIME__ or another time after it: "Mar 05 2019 - 10:11:12". */
static as_status look_at_date(context *c, uint64_t at)
{
	uint64_t day = at + 4, end = at + 11;
	bool date = (as_at(c->data, day) == ' ' || digits(c->data, day, 1)) &&
		    digits(c->data, day + 1, 1) && as_at(c->data, day + 2) == ' ' &&
		    digits(c->data, day + 3, 4) && !digits(c->data, end, 1);
	/* The compiler writes "Mar  1"; "Mar 01 2017" alone is somebody's date of release. */
	bool whole = as_at(c->data, day) != '0' && (at == 0 || as_at(c->data, at - 1) == 0) &&
		     as_at(c->data, end) == 0;
	if (!date)
		return AS_OK;
	for (uint64_t i = end; i < end + 8; i++)
		if (is_time(c->data, i))
			return state(c, "time-macro", as_cut(c->data, at, i + 8 - at),
				as_cut(c->data, at, i + 8 - at));
	as_span text = as_cut(c->data, at, end - at);
	return whole ? state(c, "time-macro", text, text) : AS_OK;
}

/* "Linux version 4.9 (user@host) (gcc ...) #1 SMP Tue Mar 5 10:11:12 CST 2019" */
static as_status look_at_kernel(context *c, uint64_t at)
{
	as_span line = as_cut(c->data, at, as_min(c->data.n - at, 512));
	size_t end = as_find_byte(line, '\n', 0);
	line = as_cut(line, 0, end == SIZE_MAX ? 0 : end);
	size_t open = as_find(line, as_lit(" ("), 0);
	size_t close = open == SIZE_MAX ? SIZE_MAX : as_find_byte(line, ')', open);
	size_t hash = close == SIZE_MAX ? SIZE_MAX : as_find_byte(line, '#', close);
	if (hash == SIZE_MAX)
		return AS_OK;
	as_span builder = as_cut(line, open + 2, close - open - 2), built = as_from(line, hash);
	as_status s = AS_OK;
	if (as_find_byte(builder, '@', 1) != SIZE_MAX)
		s = state(c, "user-host", builder, builder);
	for (size_t i = 0; s == AS_OK && i < built.n; i++)
		if (is_time(built, i))
			return state(c, "date", built, built);
	return s;
}

static bool in_path(uint8_t b) { return as_is_alnum(b) || (b != 0 && strchr("/._-+~@=", b)); }

/* A path a program uses at run time has no source file in it and lies in no build tree. */
static bool is_build_path(as_span path)
{
	static const char *const ends[] = { ".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".S", ".s",
		".go", ".rs", NULL };
	static const char *const trees[] = { "/build_dir/", "/buildroot", "/output/build/",
		"/tmp/work/", "/workspace/", "/jenkins/", "/openwrt/", NULL };
	for (size_t i = 0; ends[i]; i++)
		if (as_ends(path, ends[i]))
			return true;
	for (size_t i = 0; trees[i]; i++)
		if (as_has(path, trees[i]))
			return true;
	return false;
}

/* Everything up to the fourth slash: files of one tree are one trace. */
static as_span tree_of(as_span path)
{
	size_t at = 0;
	for (size_t i = 0; i < 3 && at != SIZE_MAX; i++)
		at = as_find_byte(path, '/', at + 1);
	return at == SIZE_MAX ? path : as_cut(path, 0, at);
}

static as_status look_at_path(context *c, uint64_t at)
{
	uint64_t from = at, to = at;
	while (from > 0 && at - from < BEFORE_MAX && in_path(as_at(c->data, from - 1)))
		from--;
	while (to < c->data.n && to - at < PATH_MAX_LEN && in_path(as_at(c->data, to)))
		to++;
	as_span path = as_cut(c->data, from, to - from);
	/* Compiler options and assignments may stand before it: -I/home/...,
	 * -ffile-prefix-map=/... */
	size_t root = as_find_byte(path, '/', 0);
	bool option =
		root > 0 && root != SIZE_MAX && (path.p[root - 1] == '=' || as_starts(path, "-I"));
	path = option ? as_from(path, root) : path;
	if (!as_starts(path, "/") || as_starts(path, "//") || !is_build_path(path))
		return AS_OK;
	size_t before = c->n;
	as_status s = state(c, "build-path", path, tree_of(path));
	return s == AS_OK && c->n > before
		       ? as_add_named_suppliers(c->out, c->arena, path, path, "path")
		       : s;
}

static as_status on_mark(void *ctx, size_t mark, uint64_t at)
{
	context *c = ctx;
	if (c->n == STATED_MAX || c->tries++ == TRIES_MAX)
		return AS_LIMIT;
	if (mark < N_MONTHS)
		return look_at_date(c, at);
	return mark == KERNEL_MARK ? look_at_kernel(c, at) : look_at_path(c, at);
}

static as_status look_at_debug(context *c, const as_file *f)
{
	as_elf_view e;
	as_status s = as_elf_open(&e, f->data, f->arena);
	if (s != AS_OK)
		return s == AS_NOT_THIS ? AS_OK : s;
	const as_elf_section *info = as_elf_section_named(&e, ".debug_info");
	if (!info || info->data.n == 0)
		return AS_OK;
	as_build_trace row = {
		.where = info->data, .kind = as_lit("debug"), .value = as_lit(".debug_info")
	};
	return as_add_build_trace(c->out, row);
}

static as_status inspect(as_facts *out, const as_file *f)
{
	context *c = as_alloc(f->arena, sizeof(*c));
	(void)pthread_once(&once, prepare);
	if (!c || !search)
		return AS_NOMEM;
	c->out = out;
	c->data = f->data;
	c->arena = f->arena;
	as_status s = look_at_debug(c, f);
	if (s != AS_OK)
		return s;
	s = as_literals_search(search, f->data, on_mark, c);
	if (s == AS_LIMIT && c->n < STATED_MAX)
		return as_beyond(out, f->data, "too many marks of a build to look at all");
	return s == AS_LIMIT ? AS_OK : s; /* enough was said about this object */
}

const as_inspector as_inspector_build_trace = {
	.id = "build_trace",
	.title = "Traces of the build: paths, dates, user and host, debugging information",
	.cares = as_file_is_binary,
	.inspect = inspect,
	.tables = (const char *const[]){ "build_trace", "supplier", NULL },
};
