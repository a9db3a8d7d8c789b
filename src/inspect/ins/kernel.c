/* SPDX-License-Identifier: Apache-2.0 */
/* Linux kernels as they run (vmlinux, Image, what a zImage unpacks to), and kernel
 * configurations: as a file, or unpacked from the kernel that carries it. The
 * banner is one line in the data:
 *    Linux version RELEASE (USER@HOST) (COMPILER, LINKER) #BUILD OPTIONS DATE */
#include "base/ascii.h"
#include "inspect/inspector.h"

#include "elf/read.h"
#include "inspect/naming.h"

enum {
	BANNER_MAX = 1024,    /* bytes */
	SMALLEST = 16 * 1024, /* bytes; no kernel is smaller, nor the module configs.ko */
	CONFIDENCE = 980,     /* the whole banner was read, builder and compiler included */
};

typedef struct banner {
	as_span line, version, compiler, built;
} banner;

static bool is_config(as_span data)
{
	as_span start = as_cut(data, 0, as_min(data.n, 300));
	return as_starts(data, "#\n# Automatically generated") &&
	       (as_has(start, "Kernel Configuration") || as_has(start, "Linux kernel version:"));
}

static bool cares(const as_file *f)
{
	static const char *const types[] = { "elf", "data", "linux_image", "linux_raw", NULL };
	if (as_file_is_text(f))
		return is_config(f->data);
	for (size_t i = 0; types[i]; i++)
		if (as_is(as_lit(f->type), types[i]))
			return f->data.n >= SMALLEST;
	return false;
}

/* The parenthesis that starts at offset at, without its outer brackets; brackets nest. */
static as_span bracketed(as_span s, size_t at)
{
	size_t depth = 0;
	for (size_t i = at; i < s.n; i++) {
		depth += s.p[i] == '(';
		depth -= s.p[i] == ')' && depth > 0;
		if (depth == 0)
			return i > at ? as_cut(s, at + 1, i - at - 1) : (as_span){ 0 };
	}
	return (as_span){ 0 };
}

static bool read_banner(as_span line, banner *b)
{
	size_t start = as_lit("Linux version ").n;
	*b = (banner){ .line = line, .version = as_word(as_from(line, start), 0) };
	size_t at = start + b->version.n + 1;
	as_span builder = bracketed(line, at);
	as_span compiler = bracketed(line, at + builder.n + 3);
	size_t hash = as_find_byte(line, '#', at + builder.n + compiler.n);
	if (b->version.n == 0 || b->version.p[0] < '0' || b->version.p[0] > '9')
		return false;
	if (as_find_byte(builder, '@', 0) == SIZE_MAX || compiler.n == 0 || hash == SIZE_MAX)
		return false;
	b->compiler = compiler;
	b->built = as_trim(as_from(line, hash));
	return true;
}

/* The line in data that is a kernel's banner. Since 6.1 there are two; the one without a build
 * number after the # is replaced when the kernel is linked, and counts only if there is no
 * other. */
static bool find_banner(as_span data, banner *best)
{
	as_span mark = as_lit("Linux version ");
	size_t left = 256; /* places to look at */
	banner b;
	for (size_t at = as_find(data, mark, 0); at != SIZE_MAX && left > 0; left--) {
		as_span line = as_cut(data, at, as_min(data.n - at, BANNER_MAX));
		size_t end = 0;
		while (end < line.n && line.p[end] != '\n' && line.p[end] != 0)
			end++;
		bool is = read_banner(as_cut(line, 0, end), &b);
		bool numbered = is && as_is_digit(as_at(b.built, 1));
		if (is && (numbered || !best->line.p))
			*best = b;
		if (numbered)
			break;
		at = as_find(data, mark, at + mark.n);
	}
	return best->line.p != NULL;
}

static size_t numeric_len(as_span s)
{
	size_t n = 0;
	while (n < s.n && (as_is_digit(s.p[n]) || s.p[n] == '.'))
		n++;
	return n > 0 && s.p[n - 1] == '.' ? n - 1 : n;
}

/* The upstream version. Debian's and Ubuntu's release names number their interface, not the
 * source; the source version stands further on: "Debian 6.1.76-1", "(Ubuntu
 * 5.15.0-91.101-generic 5.15.131)". */
static as_span upstream(const banner *b)
{
	as_span debian = as_lit(" Debian "), ubuntu = as_lit("(Ubuntu ");
	size_t at = as_find(b->built, debian, 0);
	as_span found = b->version;
	if (at != SIZE_MAX)
		found = as_from(b->built, at + debian.n);
	at = as_find(b->built, ubuntu, 0);
	if (at != SIZE_MAX)
		found = as_word(as_from(b->built, at + ubuntu.n), 1);
	size_t n = numeric_len(found);
	return n > 0 ? as_cut(found, 0, n) : as_cut(b->version, 0, numeric_len(b->version));
}

static as_status state_kernel(as_facts *out, const as_file *f, const banner *b, bool configured)
{
	as_span v = upstream(b);
	as_kernel kernel = { .where = b->line,
		.version = b->version,
		.banner = b->line,
		.compiler = b->compiler,
		.built = b->built,
		.configured = configured };
	as_status s = as_add_kernel(out, kernel);
	as_component row = { .where = b->line,
		.id = as_lit("linux"),
		.name = as_lit("Linux kernel"),
		.version = v,
		.vendor = as_lit("linux"),
		.method = as_lit("kernel"),
		.confidence = CONFIDENCE,
		.evidence = b->line };
	row.purl = as_purl_generic(f->arena, as_lit("linux"), v);
	row.cpe = as_cpe_of(f->arena, 'o', as_lit("linux"), as_lit("linux_kernel"), v);
	return s == AS_OK ? as_add_component(out, row) : s;
}

/* "CONFIG_X=value" and "# CONFIG_X is not set". */
static as_status state_options(as_facts *out, as_span config)
{
	as_span line = { 0 };
	as_status s = AS_OK;
	for (as_cur c = as_cur_le(config, 0); s == AS_OK && as_line(&c, &line);) {
		as_kernel_option row = { .where = line };
		size_t equal = as_find_byte(line, '=', 0);
		if (as_starts(line, "CONFIG_") && equal != SIZE_MAX) {
			row.name = as_cut(line, 0, equal);
			row.value = as_unquote(as_from(line, equal + 1));
		} else if (as_starts(line, "# CONFIG_") && as_ends(line, " is not set")) {
			row.name = as_word(line, 1);
			row.value = as_lit("n");
		} else {
			continue;
		}
		s = as_add_kernel_option(out, row);
	}
	return s;
}

/* Whether the kernel carries its configuration. It is unpacked as an object of its own, a text. */
static bool has_config(as_span data)
{
	return as_find(data, as_lit("IKCFG_ST\x1f\x8b"), 0) != SIZE_MAX;
}

/* Programs mention kernels; a kernel has no interpreter. AS_NOT_THIS: this may be one. */
static as_status look_for_host(const as_file *f)
{
	as_elf_view e;
	as_status s = as_elf_open(&e, f->data, f->arena);
	bool hosted =
		s == AS_OK && (e.type == AS_ET_REL || as_elf_segment_typed(&e, AS_PT_INTERP) ||
				      as_elf_segment_typed(&e, AS_PT_DYNAMIC));
	return s == AS_OK && !hosted ? AS_NOT_THIS : s;
}

static as_status inspect(as_facts *out, const as_file *f)
{
	banner b = { 0 };
	if (as_file_is_text(f))
		return state_options(out, f->data);
	as_status s = look_for_host(f);
	if (s != AS_NOT_THIS)
		return s;
	if (!find_banner(f->data, &b))
		return AS_OK;
	return state_kernel(out, f, &b, has_config(f->data));
}

const as_inspector as_inspector_kernel = {
	.id = "kernel",
	.title = "Linux kernels and their configuration",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "kernel", "kernel_option", "component", NULL },
};
