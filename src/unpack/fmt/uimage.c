/* SPDX-License-Identifier: Apache-2.0 */
/* uImage: U-Boot's legacy image, big-endian.
 *    0 27051956   4 header CRC-32 (with this field 0)   8 time   12 data size   16 load address
 *   20 entry point   24 data CRC-32   28 os   29 arch   30 type   31 compression   32 name
 * Some makers' boot loaders ask for a magic of their own; the header's checksum is over it, too.
 *   64 data; of types multi and script: u32 sizes, 0, then the parts, each on four bytes */
#include "unpack/format.h"

enum { USUAL = 0x27051956, HEADER = 64, NAME_LEN = 32, MULTI = 4, SCRIPT = 6, PARTS_MAX = 64 };

static const char *const systems[] = { "invalid", "openbsd", "netbsd", "freebsd", "4.4bsd", "linux",
	"svr4", "esix", "solaris", "irix", "sco", "dell", "ncr", "lynxos", "vxworks", "psos", "qnx",
	"u-boot", "rtems", "artos", "unity", "integrity", "ose", "plan9", "openrtos",
	"arm-trusted-firmware", "tee", "opensbi", "efi" };
static const char *const machines[] = { "invalid", "alpha", "arm", "x86", "ia64", "mips", "mips64",
	"powerpc", "s390", "sh", "sparc", "sparc64", "m68k", "nios", "microblaze", "nios2",
	"blackfin", "avr32", "st200", "sandbox", "nds32", "openrisc", "arm64", "arc", "x86_64",
	"xtensa", "riscv" };
static const char *const types[] = { "invalid", "standalone", "kernel", "ramdisk", "multi",
	"firmware", "script", "filesystem", "flat_dt", "kwbimage", "imximage", "ublimage",
	"omapimage", "aisimage", "kernel_noload", "pblimage", "mxsimage", "gpimage", "atmelimage",
	"socfpgaimage", "x86_setup", "lpc32xximage", "loadable", "rkimage", "rksd", "rkspi",
	"zynqimage", "zynqmpimage", "fpga", "vybridimage", "tee", "firmware_ivt", "pmmc",
	"stm32image" };
static const char *const packings[] = { "none", "gzip", "bzip2", "lzma", "lzo", "lz4", "zstd" };
/* Which format the data must then be; lz4 may be either of two. */
static const char *const formats[] = { NULL, "gzip", "bzip2", "lzma", "lzop", NULL, "zstd" };

typedef struct header {
	uint32_t sum, time, size, load, entry, data_sum;
	uint8_t os, arch, type, packing;
	as_span name;
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, 4);
	h->sum = as_u32(&c);
	h->time = as_u32(&c);
	h->size = as_u32(&c);
	h->load = as_u32(&c);
	h->entry = as_u32(&c);
	h->data_sum = as_u32(&c);
	h->os = as_u8(&c);
	h->arch = as_u8(&c);
	h->type = as_u8(&c);
	h->packing = as_u8(&c);
	as_span name = as_take(&c, NAME_LEN);
	size_t end = as_find_byte(name, 0, 0);
	h->name = as_cut(name, 0, end == SIZE_MAX ? NAME_LEN : end);
	if (!as_ok(&c))
		return false;
	/* Summed with the field of the sum itself as zeros. */
	uint32_t sum = as_crc32(0, as_cut(image, 0, 4));
	sum = as_crc32(sum, as_bytes("\0\0\0\0", 4));
	return as_crc32(sum, as_cut(image, 8, HEADER - 8)) == h->sum;
}

/* The makers' magics are too common to be worth a guess: the checksum says at once. */
static bool glance(as_span start)
{
	header h;
	return as_starts(start, "\x27\x05\x19\x56") || read_header(start, &h);
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .sure = AS_CHECKSUMMED, .label = h.name };
	out->size = as_min((uint64_t)HEADER + h.size, image.n);
	return AS_OK;
}

static const char *word(const char *const *table, size_t n, uint8_t i)
{
	return i < n && table[i] ? table[i] : "unknown";
}
#define WORD(table, i) word(table, sizeof(table) / sizeof((table)[0]), i)

static void tell(as_unpack *u, as_span body, const header *h)
{
	as_cur c = as_cur_be(body, 0);
	uint32_t magic = as_u32(&c);
	if (magic != USUAL)
		as_tellf(u, as_cut(body, 0, 4), "magic", "0x%08x", magic);
	as_tell(u, as_cut(body, HEADER - NAME_LEN, NAME_LEN), "name", h->name);
	as_tell(u, as_cut(body, 28, 1), "os", as_lit(WORD(systems, h->os)));
	as_tell(u, as_cut(body, 29, 1), "arch", as_lit(WORD(machines, h->arch)));
	as_tell(u, as_cut(body, 30, 1), "type", as_lit(WORD(types, h->type)));
	as_tell(u, as_cut(body, 31, 1), "compression", as_lit(WORD(packings, h->packing)));
	as_tellf(u, as_cut(body, 16, 4), "load", "0x%08x", h->load);
	as_tellf(u, as_cut(body, 20, 4), "entry", "0x%08x", h->entry);
	as_tellf(u, as_cut(body, 8, 4), "time", "%u", h->time);
}

/* The list of sizes and the parts after it. A list that does not fit is no list: then the data is
 * put whole. */
static bool put_parts(as_unpack *u, const header *h, as_span data, as_status *s)
{
	uint32_t sizes[PARTS_MAX];
	size_t n = 0;
	uint64_t sum = 0;
	as_cur c = as_cur_be(data, 0);
	for (uint32_t size; n < PARTS_MAX && (size = as_u32(&c)) != 0; n++) {
		sizes[n] = size;
		sum += size;
	}
	if (!as_ok(&c) || n == 0 || n == PARTS_MAX || sum > as_left(&c))
		return false;
	as_struct(u, HEADER, as_pos(&c), "list of parts");
	for (size_t i = 0; i < n && *s <= AS_PARTIAL; i++) {
		as_entry e = { .at = HEADER + as_pos(&c), .type = AS_PART };
		e.name = as_print(as_memory(u), "%zu", i);
		e.data = as_take(&c, sizes[i]);
		uint64_t pad = as_min((4 - sizes[i] % 4) % 4, as_left(&c));
		as_struct(u, HEADER + as_pos(&c), pad, "alignment");
		as_skip(&c, pad);
		if (!as_ok(&c)) {
			*s = as_lost(u, e.at, "a part runs past the end");
			break;
		}
		if (i == 0 && h->type == MULTI && h->packing < sizeof(formats) / sizeof(formats[0]))
			e.hint = formats[h->packing];
		*s = as_worse(*s, as_put(u, NULL, &e, NULL));
	}
	return true;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER, "uImage header");
	tell(u, body, &h);
	as_span data = as_from(body, HEADER);
	bool right = data.n == h.size && as_crc32(0, data) == h.data_sum;
	as_tell(u, as_cut(body, 24, 4), "data-crc", as_lit(right ? "ok" : "wrong"));
	if (data.n < h.size)
		s = as_lost(u, body.n, "data is cut off");
	else if (!right)
		s = as_lost(u, HEADER, "checksum of the data is wrong");
	if ((h.type == MULTI || h.type == SCRIPT) && put_parts(u, &h, data, &s))
		return s;
	as_entry e = { .at = HEADER, .type = AS_PART, .data = data };
	if (h.packing < sizeof(formats) / sizeof(formats[0]))
		e.hint = formats[h.packing];
	return data.n > 0 ? as_worse(s, as_put(u, NULL, &e, NULL)) : s;
}

#define MAGIC(bytes)                                                                               \
	{                                                                                          \
		bytes, 4, 0, false                                                                 \
	}
static const as_magic magic[] = { MAGIC("\x27\x05\x19\x56"), /* U-Boot */
	MAGIC("OKLI"),                                       /* OpenWrt's loader */
	MAGIC("1000"), MAGIC("1001"), MAGIC("1100"),         /* Netgear WNR1000v2, WPN824N */
	MAGIC("2001"), MAGIC("2003"), MAGIC("2004"), MAGIC("2061"),
	MAGIC("2200"),                               /* WNR2000, 612 */
	MAGIC("3700"), MAGIC("3701"), MAGIC("3703"), /* WNDR */
	MAGIC("NGE "), MAGIC("\x17NGA"),             /* GS110TPP, GS750E */
	MAGIC("\x83\x80\0\0"), MAGIC("\x93\0\x10\x10"),
	MAGIC("\x93\0\x12\x50"),                                           /* Zyxel GS1900, XGS */
	MAGIC("\x83\0\0\x06"), MAGIC("\x93\0\0\0"), MAGIC("\x93\x03\0\0"), /* ALLNET, RTL930x */
	{ "\x70\x22\x02", 3, 1, false } /* the search takes none that begins with NUL */,
	MAGIC("hsqs"), /* where the loader looks for SquashFS */
	{ 0 } };

const as_format as_format_uimage = {
	.id = "uimage",
	.title = "U-Boot legacy image",
	.kind = AS_CARRIER,
	.magic = magic,
	.glance = glance,
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "one part, multi-file, script",
		"magics of Netgear, ZyXEL, ALLNET, Realtek switches and OpenWrt's loader", NULL },
	.verifies = (const char *const[]){ "CRC-32 of the header and of the data", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "mkimage 2023.01",
		"Debian's installers for Kirkwood and Orion boards", NULL },
	.gaps = (const char *const[]){ "headers whose checksum is wrong",
		"the makers' magics are tried with mkimage's images, not on their own",
		"ALLNET SG8208M's magic, which is three NUL and a byte", NULL },
	.spec = "https://source.denx.de/u-boot/u-boot/-/blob/master/include/image.h",
	.see = NULL,
};
