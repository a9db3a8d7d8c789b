/* SPDX-License-Identifier: Apache-2.0 */
/* The saved environment of U-Boot: a block whose size only the boot loader knows.
 *    0 CRC-32 of everything behind the header, in the machine's byte order
 *   [4 flags, one byte: where two copies are kept]
 *    then "name=value" NUL, again and again, NUL, and padding up to the block's end
 * The size is found by the checksum: those that are usual are tried until it fits. Of two copies in a row that with
 * the later flags is in use: it counts up from copy to copy, and 0 follows 255. What comes out is text: a line for
 * each variable, a line end in a value written as backslash and line end (as mkenvimage reads it). */
#include "unpack/fmt/uboot_env.h"

enum {
	SUM_LEN = 4,
	SIZE_MAX_ = AS_UBOOT_ENV_MAX, /* of a block */
	FINE = 256,                   /* steps of sizes that are tried */
	FINE_TO = 16 << 10,           /* up to here; then */
	COARSE = 4096,
	NAME_MAX_LEN = 128,
};

typedef struct env {
	as_span text; /* the variables with their NULs, without the last one */
	uint64_t size;
	unsigned n_vars;
	uint8_t flags;
	bool big, copies; /* byte order of the sum; has flags */
} env;

static bool is_value_byte(uint8_t b)
{
	return as_printable(b) || b == '\t' || b == '\n' || b == '\r' || b == 0x1b;
}

size_t as_uboot_variable(as_span s, size_t at)
{
	size_t n = 0, equals = 0;
	uint8_t b = 0;
	for (; (b = as_at(s, at + n)) != 0; n++) {
		if (!is_value_byte(b) || (equals == 0 && (b <= ' ' || n > NAME_MAX_LEN)))
			return 0;
		if (b == '=' && equals == 0)
			equals = n;
	}
	return equals > 0 && at + n < s.n ? n : 0;
}

/* The run of variables that begins at offset at and ends with an empty one. */
static bool read_text(as_span image, size_t at, env *e)
{
	as_span s = as_cut(image, 0, as_min(image.n, SIZE_MAX_));
	size_t from = at, n = 0;
	for (e->n_vars = 0; (n = as_uboot_variable(s, at)) > 0; e->n_vars++)
		at += n + 1;
	e->text = as_cut(s, from, at - from);
	return e->n_vars > 0 && at < s.n && s.p[at] == 0;
}

/* The size at which the sum over everything behind the header fits; 0 if there is none. */
static uint64_t fit(as_span image, uint64_t header, uint64_t least, uint32_t sum)
{
	as_cur le = as_cur_le(as_cut(image, 0, SUM_LEN), 0);
	uint32_t other = as_u32(&le), crc = 0;
	uint64_t end = as_min(image.n, SIZE_MAX_), done = header;
	for (uint64_t size = FINE; done < end; size += size < FINE_TO ? FINE : COARSE) {
		uint64_t to = as_min(size, end);
		if (to <= done)
			continue;
		crc = as_crc32(crc, as_cut(image, done, to - done));
		done = to;
		if (to >= least && (crc == sum || crc == other))
			return to;
	}
	return 0;
}

static bool read_env(as_span image, bool copies, env *e)
{
	uint64_t header = SUM_LEN + copies;
	as_cur c = as_cur_be(image, 0);
	uint32_t sum = as_u32(&c);
	*e = (env){ .flags = as_u8(&c), .copies = copies };
	if (!as_ok(&c) || !read_text(image, header, e))
		return false;
	e->size = fit(image, header, header + e->text.n + 1, sum);
	uint32_t crc = as_crc32(0, as_cut(image, header, e->size > header ? e->size - header : 0));
	e->big = crc == sum;
	return e->size > 0;
}

static bool read_any(as_span image, env *e)
{
	return read_env(image, false, e) || read_env(image, true, e);
}

/* The second copy right behind the first one. */
static bool read_copy(as_span image, const env *first, env *e)
{
	as_span rest = as_from(image, first->size);
	return first->copies && read_env(as_cut(rest, 0, as_min(rest.n, first->size)), true, e) &&
	       e->size == first->size;
}

static bool glance(as_span start)
{
	enum { LOOK = 1024 };
	as_span s = as_cut(start, 0, as_min(start.n, LOOK));
	size_t at = as_uboot_variable(s, SUM_LEN) > 0 ? SUM_LEN : SUM_LEN + 1;
	size_t n = as_uboot_variable(s, at);
	/* Text of a program has such runs too; but what stands before it is text then, not a checksum. */
	bool text = true;
	for (size_t i = 0; i < SUM_LEN; i++)
		text = text && (is_value_byte(as_at(s, i)) || as_at(s, i) == 0);
	return n > 0 && !text;
}

static as_status probe(as_span image, as_extent *out)
{
	env e, copy;
	if (!read_any(image, &e))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = e.size, .sure = AS_CHECKSUMMED };
	if (read_copy(image, &e, &copy))
		out->size += copy.size;
	return AS_OK;
}

as_span as_uboot_lines(as_arena *a, as_span text)
{
	uint8_t *out = as_alloc_array(a, text.n + 1, 2);
	size_t n = 0;
	for (size_t i = 0; out && i < text.n; i++) {
		if (text.p[i] == '\n')
			out[n++] = '\\';
		out[n++] = text.p[i] ? text.p[i] : '\n';
	}
	return as_bytes(out, n);
}

static as_status put_env(as_unpack *u, as_span body, uint64_t at, const env *e, const char *name)
{
	if (as_want(u, 2 * e->text.n) != AS_OK)
		return AS_LIMIT;
	as_entry out = { .at = at, .type = AS_PART, .name = as_lit(name) };
	out.data = as_uboot_lines(as_memory(u), e->text);
	as_struct(u, at, e->size, "U-Boot environment");
	as_tellf(u, as_cut(body, at, SUM_LEN), name, "crc ok, %s, size %llu, %u variables",
		e->big ? "big-endian" : "little-endian", (unsigned long long)e->size, e->n_vars);
	if (e->copies)
		as_tellf(u, as_cut(body, at + SUM_LEN, 1), "flags", "%s %u", name, e->flags);
	return as_put(u, NULL, &out, NULL);
}

static bool later(uint8_t a, uint8_t b)
{
	if (a == 0xff && b == 0)
		return false;
	return (a == 0 && b == 0xff) || a >= b;
}

static as_status unpack(as_unpack *u, as_span body)
{
	env e, copy;
	if (!read_any(body, &e))
		return as_lost(u, 0, "environment is damaged");
	if (!read_copy(body, &e, &copy))
		return put_env(u, body, 0, &e, "u-boot.env");
	bool first = later(e.flags, copy.flags);
	as_status s = put_env(u, body, 0, &e, first ? "u-boot.env" : "env-before.txt");
	if (s <= AS_PARTIAL)
		s = as_worse(s,
			put_env(u, body, e.size, &copy, first ? "env-before.txt" : "u-boot.env"));
	return s;
}

/* The sum has no magic: an environment is found by its first variable, which is the first of the alphabet where
 * U-Boot itself has written it; where an object begins, by any letter. */
#define AT_BOTH(text)                                                                              \
	{ text, sizeof(text) - 1, 4, false }, { text, sizeof(text) - 1, 5, false }
#define AT_START(text)                                                                             \
	{ text, 1, 4, true }, { text, 1, 5, true }
static const as_magic magic[] = { AT_BOTH("activ"), AT_BOTH("addcon"), AT_BOTH("addip="),
	AT_BOTH("addmisc="), AT_BOTH("addtty="), AT_BOTH("altbootcmd="), AT_BOTH("arch="),
	AT_BOTH("args_"), AT_BOTH("autoload="), AT_BOTH("autostart="), AT_BOTH("baudrate="),
	AT_BOTH("bcb_"), AT_BOTH("board"), AT_BOTH("boot"), AT_BOTH("bridge"), AT_BOTH("bsp"),
	AT_BOTH("build"), AT_BOTH("clk"), AT_BOTH("console="), AT_BOTH("country="), AT_BOTH("cpu="),
	AT_BOTH("date="), AT_BOTH("dfu_"), AT_BOTH("dtb"), AT_BOTH("emmc"), AT_BOTH("env"),
	AT_BOTH("eth1addr="), AT_BOTH("ethact="), AT_BOTH("ethaddr="), AT_BOTH("fdt"),
	AT_BOTH("fileaddr="), AT_BOTH("filesize="), AT_BOTH("flash"), AT_BOTH("gatewayip="),
	AT_BOTH("hostname="), AT_BOTH("hw"), AT_BOTH("image"), AT_BOTH("ipaddr="),
	AT_BOTH("kernel"), AT_BOTH("loadaddr="), AT_BOTH("mac"), AT_BOTH("mtd"), AT_BOTH("nand"),
	AT_BOTH("netmask="), AT_BOTH("ramargs="), AT_BOTH("root"), AT_BOTH("serial"),
	AT_BOTH("serverip="), AT_BOTH("silent="), AT_BOTH("stderr="), AT_BOTH("stdin="),
	AT_BOTH("ubi"), AT_BOTH("uboot"), AT_BOTH("usb"), AT_BOTH("ver="), AT_START("_"),
	AT_START("a"), AT_START("b"), AT_START("c"), AT_START("d"), AT_START("e"), AT_START("f"),
	AT_START("g"), AT_START("h"), AT_START("i"), AT_START("j"), AT_START("k"), AT_START("l"),
	AT_START("m"), AT_START("n"), AT_START("o"), AT_START("p"), AT_START("q"), AT_START("r"),
	AT_START("s"), AT_START("t"), AT_START("u"), AT_START("v"), AT_START("w"), AT_START("x"),
	AT_START("y"), AT_START("z"), AT_START("A"), AT_START("B"), AT_START("C"), AT_START("D"),
	AT_START("E"), AT_START("F"), AT_START("G"), AT_START("H"), AT_START("I"), AT_START("K"),
	AT_START("L"), AT_START("M"), AT_START("N"), AT_START("P"), AT_START("R"), AT_START("S"),
	AT_START("T"), AT_START("U"), AT_START("V"), AT_START("W"), { 0 } };

const as_format as_format_uboot_env = {
	.id = "uboot_env",
	.title = "U-Boot environment",
	.kind = AS_CARRIER,
	.magic = magic,
	.anywhere = true,
	.glance = glance,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "single and redundant", "sums of either byte order",
		"sizes up to 512 KiB: multiples of 256 bytes to 16 KiB, then of 4 KiB, and the "
		"object's own",
		NULL },
	.verifies = (const char *const[]){ "CRC-32", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "mkenvimage (u-boot-tools 2023.01)", NULL },
	.gaps = (const char *const[]){ "whose checksum is wrong",
		"inside a raw image one whose first variable has an uncommon name",
		"values that are no ASCII", NULL },
	.spec = "https://docs.u-boot.org/en/latest/usage/environment.html",
	.see = NULL,
};
