/* SPDX-License-Identifier: Apache-2.0 */
/* What a Rust program was built from.
 *   section .dep-v0: the list of packages that cargo auditable puts in: JSON, compressed with zlib
 *   else the names of source files in messages of panics: .../registry/src/INDEX/NAME-VERSION/src/file.rs, and the
 *   compiler's own
 *   folder /usr/src/rustc-VERSION/ or its note in .comment. Packages of which no message was kept are not seen.
 * https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md */
#include "base/ascii.h"
#include "inspect/part.h"

#include <pthread.h>

#include "base/literals.h"
#include "codec/codec.h"
#include "elf/read.h"
#include "inspect/manifest.h"
#include "inspect/naming.h"

enum {
	LIST_MAX = 8 << 20, /* bytes of the list, unpacked */
	STATED_MAX = 1024,
	TRIES_MAX = 100000,
	SURE = 980,    /* the build wrote it */
	BY_PATH = 950, /* a file of the package was compiled in */
	VERSION_MAX = 48,
	NAME_MAX_LEN = 64,
};

static const char *const marks[] = { "/registry/src/", "/cargo/registry/", "/cargo_registry/",
	"/usr/src/rustc-", "rustc version " };
enum { FIRST_OF_COMPILER = 3, N_MARKS = sizeof(marks) / sizeof(marks[0]) };

static as_literals *search; /* built once and then only read */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void) { search = as_literals_of(marks, N_MARKS); }

typedef struct context {
	as_facts *out;
	const as_file *f;
	as_span where; /* the section, for what is unpacked from it */
	size_t n, tries;
	bool left_out; /* more than can be listed */
	as_span stated[STATED_MAX];
} context;

static bool cares(const as_file *f)
{
	return as_starts(f->data, "\x7f"
				  "ELF");
}

static as_status listed(void *ctx, const as_manifest_entry *e)
{
	context *c = ctx;
	if (as_is(e->kind, "build")) /* ran when it was built, and is not in it */
		return AS_OK;
	bool own = !e->source.p || as_is(e->source, "local");
	return as_add_part(c->out, c->f->arena,
		&(as_part){ .where = c->where,
			.type = "cargo",
			.name = e->name,
			.version = e->version,
			.method = "build-info",
			.confidence = SURE,
			.evidence = as_print(c->f->arena, ".dep-v0: %.*s %.*s%s",
				(int)as_min(e->name.n, 256), (const char *)e->name.p,
				(int)as_min(e->version.n, 256), (const char *)e->version.p,
				own ? " (its own)" : "") });
}

static as_status read_list(context *c, as_span section)
{
	size_t n = 0, cap = (size_t)as_min(LIST_MAX, 64 * (uint64_t)section.n + 4096);
	uint8_t *text = as_alloc(c->f->arena, cap);
	if (!text)
		return AS_NOMEM;
	as_status s = as_decode_block(AS_ZLIB, section, text, cap, &n);
	if (s >= AS_NOMEM)
		return s;
	c->where = section;
	/* "packages" is an array in the outermost object. */
	as_status r = as_manifest_each(as_bytes(text, n), 3, c->f->arena, listed, c);
	if (r == AS_OK && s != AS_OK)
		return as_unread(
			c->out, section, "the list of Rust packages is damaged or too large");
	return r;
}

static bool is_new(context *c, as_span key)
{
	for (size_t i = c->n; i > 0; i--)
		if (as_same(c->stated[i - 1], key))
			return false;
	c->left_out = c->left_out || c->n == STATED_MAX;
	if (c->left_out)
		return false;
	c->stated[c->n++] = key;
	return true;
}

/* Three numbers with dots between them, and what may follow: "1.2.3", "1.2.3-beta.1+git". Its length, or 0. */
static size_t version_length(as_span s)
{
	size_t at = 0;
	for (size_t part = 0; part < 3; part++) {
		size_t from = at;
		while (as_is_digit(as_at(s, at)))
			at++;
		if (at == from || (part < 2 && as_at(s, at++) != '.'))
			return 0;
	}
	if (as_at(s, at) != '-' && as_at(s, at) != '+')
		return at;
	for (uint8_t b = as_at(s, at); b == '-' || b == '+' || b == '.' || as_is_alnum(b);)
		b = as_at(s, ++at);
	return at;
}

static bool in_name(uint8_t b) { return as_is_alnum(b) || b == '-' || b == '_'; }

/* NAME-VERSION/ behind the mark, perhaps after the folder of an index. */
static as_status look_at_package(context *c, uint64_t at)
{
	as_span rest = as_cut(c->f->data, at, as_min(c->f->data.n - at, 256));
	bool index = as_starts(rest, "index.crates.io-") || as_starts(rest, "github.com-");
	size_t slash = index ? as_find_byte(rest, '/', 0) : SIZE_MAX, dash = 0;
	rest = slash != SIZE_MAX ? as_from(rest, slash + 1) : rest;
	while (dash < NAME_MAX_LEN && in_name(as_at(rest, dash)) &&
		!(as_at(rest, dash) == '-' && version_length(as_from(rest, dash + 1)) > 0))
		dash++;
	size_t n =
		dash > 0 && as_at(rest, dash) == '-' ? version_length(as_from(rest, dash + 1)) : 0;
	as_span whole = as_cut(rest, 0, dash + 1 + n);
	if (n == 0 || n > VERSION_MAX || as_at(rest, whole.n) != '/' || !is_new(c, whole))
		return AS_OK;
	return as_add_part(c->out, c->f->arena,
		&(as_part){ .where = whole,
			.type = "cargo",
			.name = as_cut(whole, 0, dash),
			.version = as_from(whole, dash + 1),
			.method = "build-info",
			.confidence = BY_PATH,
			.evidence = whole });
}

static as_status look_at_compiler(context *c, uint64_t begin, uint64_t at)
{
	as_span rest = as_cut(c->f->data, at, as_min(c->f->data.n - at, 64));
	as_span version = as_cut(rest, 0, version_length(rest));
	if (version.n == 0 || version.n > VERSION_MAX || !is_new(c, version))
		return AS_OK;
	return as_add_part(c->out, c->f->arena,
		&(as_part){ .where = as_cut(c->f->data, begin, at - begin + version.n),
			.type = "generic",
			.name = as_lit("rust"),
			.version = version,
			.vendor = as_lit("rust-lang"),
			.cpe = as_cpe_of(
				c->f->arena, 'a', as_lit("rust-lang"), as_lit("rust"), version),
			.method = "build-info",
			.confidence = BY_PATH,
			.evidence = as_cut(c->f->data, begin, at - begin + version.n) });
}

static as_status on_mark(void *ctx, size_t mark, uint64_t at)
{
	context *c = ctx;
	uint64_t behind = at + as_lit(marks[mark]).n;
	if (c->tries++ == TRIES_MAX)
		return AS_LIMIT;
	return mark < FIRST_OF_COMPILER ? look_at_package(c, behind)
					: look_at_compiler(c, at, behind);
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_elf_view e;
	context *c = as_alloc(f->arena, sizeof(*c));
	(void)pthread_once(&once, prepare);
	if (!c || !search)
		return AS_NOMEM;
	c->out = out;
	c->f = f;
	as_status s = as_elf_open(&e, f->data, f->arena);
	const as_elf_section *list = s == AS_OK ? as_elf_section_named(&e, ".dep-v0") : NULL;
	if (s <= AS_NOT_THIS)
		s = list && list->data.n > 0 ? read_list(c, list->data) : AS_OK;
	if (s > AS_PARTIAL)
		return s;
	as_status t = as_literals_search(search, f->data, on_mark, c);
	bool cut = t == AS_LIMIT || (t == AS_OK && c->left_out);
	return as_worse(
		s, cut ? as_beyond(out, f->data, "too many names of Rust's source files") : t);
}

const as_inspector as_inspector_rust_build = {
	.id = "rust_build",
	.title = "Packages that a Rust program was built from",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "component", "licence", NULL },
};
