/* SPDX-License-Identifier: Apache-2.0 */
/* U-Boot as bare memory contents, and its first stages (SPL, TPL). There is no header: it begins with a jump, and
 * somewhere in it stands "U-Boot [SPL ]2023.01 (Jun 22 2023 - 08:38:07 +0000)" and what names the board. Of arm64:
 *    0 jump   8 address in memory u64   16 end u64, 24 beginning of what is not in the file u64: from the start, or
 *      addresses from one that 8 names
 * at which the device tree follows. The variables that U-Boot begins with (as in fmt/uboot_env.c, without a
 * checksum) come out as text; device trees and what else lies in it is found by the search of what nobody names. */
#include "base/ascii.h"
#include "unpack/fdt.h"
#include "unpack/fmt/uboot_env.h"

enum {
	SMALLEST = 4 << 10,
	LARGEST = 16 << 20,
	ERASED = 4096, /* bytes of 0xff, as in flash: it ends before them */
	BANNER_MAX = 256,
	VERSION_MAX = 80,
	PLACES_MAX = 4096, /* that name it, of which one must be the banner */
	VARIABLES_MIN = 4,
	KNOWN_MIN = 2, /* of them that every U-Boot knows */
};

/* How its first eight bytes are, by architecture. */
static const struct start {
	const char *arch, *mask, *bytes;
} starts[] = {
	{ "arm64", "\0\0\0\xfe\xff\xff\xff\xff", "\0\0\0\x14\x1f\x20\x03\xd5" }, /* b, nop */
	{ "arm64", "\0\0\0\xfe\0\0\0\xfe", "\0\0\0\x14\0\0\0\x14" },             /* b, b */
	{ "arm64", "\0\0\0\xfe\xff\xff\xff\xff", "\0\0\0\x14\0\0\0\0" },         /* b, room */
	{ "arm64", "\0\0\0\xff\0\0\0\xfe", "\0\0\0\xea\0\0\0\x14" },           /* b of 32 bits, b */
	{ "arm", "\0\0\0\xff\xff\xff\xff\xff", "\0\0\0\xea\x14\xf0\x9f\xe5" }, /* b, vectors */
	{ "arm", "\0\0\0\xff\0\0\0\xff", "\0\0\0\xea\0\0\0\xea" },             /* b, b */
	{ "arm64", "\xff\xff\0\0\0\0\0\xfe", "RK\0\0\0\0\0\x14" }, /* Rockchip's name, b */
	{ "arm", "\xff\xff\0\0\0\0\0\xff", "RK\0\0\0\0\0\xea" },
	{ "mips", "\xff\xff\0\0\xff\xff\xff\xff", "\x10\0\0\0\0\0\0\0" }, /* b, nop */
	{ "mipsel", "\0\0\xff\xff\xff\xff\xff\xff", "\0\0\0\x10\0\0\0\0" },
	{ "riscv", "\xff\xff\xff\xff\xff\xff\xff\xff", "\x2a\x82\xae\x84\x93\1\0\0" },
	{ "riscv", "\xff\xff\xff\xff\xff\xff\xff\xff", "\x73\x25\x40\xf1\x2a\x82\xae\x84" },
	{ "powerpc", "\xff\xff\xff\xff\xff\xff\xff\xff", "\x38\x20\2\0\x7c\x20\1\x24" },
	{ "powerpc", "\xff\xff\xff\xff\xff\xff\xff\xff", "\x27\x05\x19\x56U-Bo" },
};

typedef struct uboot {
	const char *arch;
	as_span banner; /* to its line's end */
	as_span version, stage, built, more;
	uint64_t end; /* of the program, without a device tree behind it */
	bool exact;   /* it says so itself */
} uboot;

static const char *arch_of(as_span image)
{
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		bool same = image.n >= 8;
		for (size_t k = 0; k < 8 && same; k++)
			same = ((image.p[k] ^ (uint8_t)starts[i].bytes[k]) &
				       (uint8_t)starts[i].mask[k]) == 0;
		if (same)
			return starts[i].arch;
	}
	return NULL;
}

/* "Jun 22 2023 - 08:38:07" begins s; a digit stands for any. */
static bool is_date(as_span s)
{
	static const char form[] = "Aaa .9 9999 - 99:99:99";
	bool is = s.n >= sizeof(form) - 1;
	for (size_t i = 0; is && i < sizeof(form) - 1; i++) {
		uint8_t b = s.p[i];
		if (form[i] == '9')
			is = as_is_digit(b);
		else if (form[i] == '.')
			is = as_is_digit(b) || b == ' ';
		else if (form[i] == 'A' || form[i] == 'a')
			is = form[i] == 'A' ? b >= 'A' && b <= 'Z' : b >= 'a' && b <= 'z';
		else
			is = b == (uint8_t)form[i];
	}
	return is;
}

static as_span to_line_end(as_span s)
{
	size_t n = 0;
	while (n < s.n && n < BANNER_MAX && as_printable(s.p[n]))
		n++;
	return as_cut(s, 0, n);
}

/* The banner that begins line. */
static bool read_banner(as_span line, uboot *b)
{
	size_t at = as_lit("U-Boot ").n;
	bool stage = as_same(as_cut(line, at + 1, 3), as_lit("PL "));
	b->banner = line;
	b->stage = stage ? as_cut(line, at, 3) : (as_span){ 0 };
	at += stage ? 4 : 0;
	size_t open = as_find(line, as_lit(" ("), at);
	if (!as_is_digit(as_at(line, at)) || open == SIZE_MAX || open - at > VERSION_MAX ||
		!is_date(as_from(line, open + 2)))
		return false;
	size_t close = as_find_byte(line, ')', open);
	b->version = as_cut(line, at, open - at);
	b->built = close == SIZE_MAX ? as_from(line, open + 2)
				     : as_cut(line, open + 2, close - open - 2);
	b->more = close == SIZE_MAX ? (as_span){ 0 } : as_trim(as_from(line, close + 1));
	return true;
}

static bool find_banner(as_span image, uboot *b)
{
	as_span mark = as_lit("U-Boot ");
	size_t at = as_find(image, mark, 0);
	for (unsigned n = 0; n < PLACES_MAX && at != SIZE_MAX; n++) {
		if (read_banner(to_line_end(as_from(image, at)), b))
			return true;
		at = as_find(image, mark, at + mark.n);
	}
	return false;
}

/* Where a program of arm64 says that it ends; 0 if that cannot be. */
static uint64_t stated_end(as_span image)
{
	as_cur c = as_cur_le(image, 8);
	uint64_t base = as_u64(&c), end = as_u64(&c), bss = as_u64(&c);
	if (end > image.n && end > base)
		end -= base;
	return as_ok(&c) && end >= SMALLEST && end <= image.n && (bss >= end || bss < SMALLEST)
		       ? end
		       : 0;
}

/* Where the first erased page behind offset from begins, without the erased bytes before it. */
static uint64_t erased(as_span image, uint64_t from)
{
	uint64_t at = (from + ERASED - 1) / ERASED * ERASED;
	while (at < image.n && !(image.p[at] == 0xff && as_all(as_cut(image, at, ERASED), 0xff)))
		at += ERASED;
	if (at >= image.n)
		return image.n;
	while (at > from && image.p[at - 1] == 0xff)
		at--;
	return at;
}

static bool read_uboot(as_span image, uboot *b)
{
	*b = (uboot){ .arch = arch_of(image) };
	uint64_t banner_at = 0;
	if (!b->arch || image.n < SMALLEST || image.n > LARGEST || !find_banner(image, b) ||
		!as_within(image, b->banner, &banner_at))
		return false;
	uint64_t last = banner_at + b->banner.n;
	b->end = strcmp(b->arch, "arm64") == 0 ? stated_end(image) : 0;
	b->exact = b->end >= last;
	if (!b->exact)
		b->end = erased(image, last);
	return true;
}

static as_status probe(as_span image, as_extent *out)
{
	uboot b;
	as_fdt fdt;
	if (!read_uboot(image, &b))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = b.end, .sure = b.exact ? AS_STRUCTURED : AS_PLAUSIBLE };
	if (b.exact && as_fdt_open(as_from(image, b.end), &fdt) && as_fdt_whole(&fdt))
		out->size += fdt.all.n;
	out->label = b.version;
	return AS_OK;
}

/* Whether a variable that ends where offset end is could belong to the defaults: texts of the program stand before
 * them. Where it begins, or SIZE_MAX. */
static size_t variable_before(as_span s, size_t end, size_t from)
{
	size_t at = end;
	if (end <= from || s.p[end - 1] != 0)
		return SIZE_MAX;
	for (at--; at > from && s.p[at - 1] != 0; at--)
		if (s.p[at - 1] == '%' || !as_printable(s.p[at - 1]))
			return SIZE_MAX;
	size_t n = as_uboot_variable(s, at);
	return n > 0 && n == end - at - 1 ? at : SIZE_MAX;
}

static bool is_known(as_span variable)
{
	static const char *const known[] = { "bootcmd=", "bootdelay=", "baudrate=", "bootargs=",
		"arch=", "board=", "loadaddr=", "ipaddr=", "serverip=", "ethaddr=", "stdin=",
		"stdout=" };
	bool is = false;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]) && !is; i++)
		is = as_starts(variable, known[i]);
	return is;
}

/* The defaults around the variable at offset *at, not before offset from; false if they are none. *at is set to where
 * the search goes on. */
static bool read_defaults(as_span s, size_t *at, size_t from, as_span *text, unsigned *n_vars)
{
	size_t start = *at, end = *at, n = 0, before = 0;
	unsigned n_known = 0;
	while ((before = variable_before(s, start, from)) != SIZE_MAX)
		start = before;
	as_span room = as_cut(s, 0, as_min(s.n, start + AS_UBOOT_ENV_MAX));
	*n_vars = 0;
	for (end = start; (n = as_uboot_variable(room, end)) > 0; end += n + 1, ++*n_vars)
		n_known += is_known(as_cut(room, end, n));
	*text = as_cut(s, start, end - start);
	*at = end > *at ? end : *at + 1;
	return *n_vars >= VARIABLES_MIN && n_known >= KNOWN_MIN && end < s.n && s.p[end] == 0;
}

static as_status put_defaults(as_unpack *u, as_span body)
{
	static const char *const marks[] = { "bootcmd=", "bootdelay=", "baudrate=" };
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t from = 0;
		for (size_t at = as_find(body, as_lit(marks[i]), 0); at != SIZE_MAX;
			at = as_find(body, as_lit(marks[i]), at)) {
			as_span text;
			unsigned n_vars;
			uint64_t where = 0;
			bool is = read_defaults(body, &at, from, &text, &n_vars);
			from = at;
			if (!is || !as_within(body, text, &where))
				continue;
			if (as_want(u, 2 * text.n) != AS_OK)
				return AS_LIMIT;
			as_struct(u, where, text.n + 1, "default environment");
			as_tellf(u, text, "default-environment", "%u variables, %zu bytes", n_vars,
				text.n);
			as_entry e = { .at = where, .type = AS_PART };
			e.name = as_lit("u-boot-default.env");
			e.data = as_uboot_lines(as_memory(u), text);
			return as_put(u, NULL, &e, NULL);
		}
	}
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	uboot b;
	if (!read_uboot(body, &b))
		return as_lost(u, 0, "program is damaged");
	as_tell(u, b.version, "version", b.version);
	as_tell(u, b.built, "built", b.built);
	if (b.stage.n > 0)
		as_tell(u, b.stage, "stage", b.stage);
	if (b.more.n > 0)
		as_tell(u, b.more, "board", b.more);
	as_tell(u, as_cut(body, 0, 8), "architecture", as_lit(b.arch));
	return put_defaults(u, body);
}

const as_format as_format_uboot = {
	.id = "uboot",
	.title = "U-Boot, bare",
	.kind = AS_LEAF,
	.magic = NULL,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "arm, arm64, mips, powerpc, riscv by their first jump",
		"U-Boot, SPL and TPL", "default environment as text", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples =
		(const char *const[]){ "U-Boot's own build (Debian's u-boot-amlogic, -imx, -mvebu, "
				       "-omap, -qemu, -rockchip, -sunxi, -tegra 2023.01)",
			"generator from the published layout", NULL },
	.gaps = (const char *const[]){ "x86",
		"inside raw flash images only where it begins a stretch that nothing else claims",
		"its end is exact for arm64 alone: else it goes to the first erased page, or all",
		"a default environment with values that are no ASCII", NULL },
	.spec = "https://docs.u-boot.org/en/latest/develop/environment.html",
	.see = NULL,
};
