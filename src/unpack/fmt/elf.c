/* SPDX-License-Identifier: Apache-2.0 */
/* ELF, measured: to the end of its last header table, section or segment. What the file says of
 * itself is read by its inspectors; only of kernels something is taken out: embedded configuration
 * (also of the module configs.ko, which may carry it instead) and file system, and what a boot wrapper packs.
 *    0 7f "ELF"   4 class (1: 32, 2: 64 bits)   5 byte order (1: little, 2: big)   6 version (1)
 *   16 type u16   18 machine   20 version u32   24 entry, program headers, section headers (32 or
 *   64 bits each), flags u32, then u16: header size, program header size and number, section header
 *   size and number, section of names */
#include "elf.h"
#include "unpack/kernel.h"

enum { PT_INTERP = 3, SHT_NOBITS = 8, ET_REL = 1, ET_CORE = 4, EM_MAX = 0x1100, MANY = 0xffff };

typedef struct header {
	bool wide, big;
	uint16_t type;
	uint64_t ph_at, sh_at, n_ph, n_sh;
	uint16_t ph_len, sh_len, len;
	uint64_t end; /* of the file, bytes */
	bool interp;  /* asks for a program interpreter */
	size_t loads; /* segments with bytes */
} header;

static bool read_header(as_span image, header *h)
{
	uint8_t class = as_at(image, 4), order = as_at(image, 5);
	*h = (header){ .wide = class == 2, .big = order == 2 };
	as_cur c = as_cur_of(image, 16, h->big);
	h->type = as_u16(&c);
	uint16_t machine = as_u16(&c);
	uint32_t version = as_u32(&c);
	(void)as_uword(&c, h->wide); /* entry */
	h->ph_at = as_uword(&c, h->wide);
	h->sh_at = as_uword(&c, h->wide);
	as_skip(&c, 4);
	h->len = as_u16(&c);
	h->ph_len = as_u16(&c);
	h->n_ph = as_u16(&c);
	h->sh_len = as_u16(&c);
	h->n_sh = as_u16(&c);
	bool idents =
		(class == 1 || class == 2) && (order == 1 || order == 2) && as_at(image, 6) == 1;
	bool types = h->type <= ET_CORE || h->type >= 0xfe00;
	return as_ok(&c) && idents && types && version == 1 && machine < EM_MAX &&
	       h->len == (h->wide ? 64 : 52) &&
	       (h->n_ph == 0 || h->ph_len == (h->wide ? 56 : 32)) &&
	       (h->sh_at == 0 || h->n_sh == 0 || h->sh_len == (h->wide ? 64 : 40));
}

/* Raises the end; false if it does not fit into 64 bits. */
static bool reach(header *h, uint64_t at, uint64_t n)
{
	uint64_t end = 0;
	if (!as_add(&end, at, n))
		return false;
	h->end = as_max(h->end, end);
	return true;
}

/* Counts that do not fit into 16 bits stand in section 0. */
static void read_counts(as_span image, header *h)
{
	as_cur c = as_cur_of(image, h->sh_at, h->big);
	as_skip(&c, 8);
	as_skip(&c, h->wide ? 24 : 12);
	uint64_t n_sh = as_uword(&c, h->wide);
	as_skip(&c, 4);
	uint32_t n_ph = as_u32(&c);
	if (h->sh_at == 0 || !as_ok(&c))
		return;
	h->n_sh = h->n_sh == 0 && n_sh <= UINT32_MAX ? n_sh : h->n_sh;
	h->n_ph = h->n_ph == MANY ? n_ph : h->n_ph;
}

static bool read_segments(as_span image, header *h)
{
	as_cur c = as_cur_of(image, h->ph_at, h->big);
	bool ok = reach(h, h->n_ph ? h->ph_at : 0, h->n_ph * h->ph_len);
	for (uint64_t i = 0; ok && i < h->n_ph && as_ok(&c); i++) {
		uint32_t type = as_u32(&c);
		as_skip(&c, h->wide ? 4 : 0);
		uint64_t at = as_uword(&c, h->wide);
		as_skip(&c, h->wide ? 16 : 8);
		uint64_t n = as_uword(&c, h->wide);
		as_skip(&c, h->wide ? 16 : 12);
		if (!as_ok(&c))
			break;
		h->interp = h->interp || type == PT_INTERP;
		h->loads += n > 0;
		ok = n == 0 || reach(h, at, n);
	}
	return ok;
}

static bool read_sections(as_span image, header *h)
{
	as_cur c = as_cur_of(image, h->sh_at, h->big);
	if (h->sh_at == 0 || h->n_sh == 0)
		return true;
	bool ok = reach(h, h->sh_at, h->n_sh * h->sh_len);
	for (uint64_t i = 0; ok && i < h->n_sh && as_ok(&c); i++) {
		as_skip(&c, 4);
		uint32_t type = as_u32(&c);
		as_skip(&c, h->wide ? 16 : 8);
		uint64_t at = as_uword(&c, h->wide), n = as_uword(&c, h->wide);
		as_skip(&c, h->wide ? 24 : 16);
		if (as_ok(&c) && i > 0 && type != SHT_NOBITS && type != 0 && n > 0)
			ok = reach(h, at, n);
	}
	return ok;
}

static bool read_all(as_span image, header *h)
{
	if (!read_header(image, h))
		return false;
	h->end = h->len;
	read_counts(image, h);
	return read_segments(image, h) && read_sections(image, h);
}

static as_elf_shape shape_of(const header *h)
{
	uint64_t behind = UINT64_MAX;
	(void)as_add(&behind, h->ph_at, h->n_ph * h->ph_len);
	return (as_elf_shape){ .wide = h->wide, .big = h->big, .behind = behind };
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_all(image, &h))
		return AS_NOT_THIS;
	bool whole = h.end <= image.n;
	as_elf_shape shape = shape_of(&h);
	uint64_t end = as_max(h.end, as_elf_upx_end(image, &shape));
	*out = (as_extent){ .size = as_min(end, image.n),
		.sure = whole ? AS_STRUCTURED : AS_PLAUSIBLE };
	return AS_OK;
}

/* A kernel, or a wrapper around one, asks for no interpreter and is not small. */
static bool is_bare(as_span body, const header *h)
{
	enum { SMALLEST = 512 << 10 };
	return !h->interp && h->loads > 0 && h->type != ET_CORE && body.n >= SMALLEST;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	if (!read_all(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_status s = h.end > body.n ? as_lost(u, body.n, "file is cut off") : AS_OK;
	as_elf_shape shape = shape_of(&h);
	s = as_worse(s, as_elf_upx(u, body, &shape));
	if (s > AS_PARTIAL)
		return s;
	if (is_bare(body, &h) && as_kernel_banner(body).n > 0)
		return as_worse(s, as_kernel_parts(u, body, "ELF"));
	if (is_bare(body, &h))
		return as_worse(s, as_kernel_wrapped(u, body, "ELF"));
	if (h.type == ET_REL && as_kernel_config(body).n > 0)
		return as_worse(s, as_kernel_parts(u, body, "ELF"));
	as_struct(u, 0, body.n, "ELF");
	return s;
}

const as_format as_format_elf = {
	.id = "elf",
	.title = "ELF",
	.kind = AS_LEAF,
	.magic = (const as_magic[]){ { .bytes = "\x7f"
						"ELF",
					     .len = 4,
					     .at = 0 },
		{ 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "32 and 64 bits, both byte orders",
		"kernels: configuration, initial file system and packed payload are taken out",
		"programs packed by UPX, with or without its marks: NRV2B, NRV2D, NRV2E, LZMA; the "
		"filters of i386, ARM, ARM64 and PowerPC",
		NULL },
	.verifies = (const char *const[]){ "UPX: Adler-32 of what it packed", NULL },
	.keeps = NULL,
	.samples =
		(const char *const[]){ "GNU ld and objcopy 2.40, of five architectures' binutils",
			"Debian's programs, libraries and kernels",
			"UPX 3.94, of seven architectures", NULL },
	.gaps =
		(const char *const[]){
			"compressed kernels inside an ELF boot wrapper are not taken out",
			"of what UPX packs: shared libraries and its layouts before 1.20 are "
			"recognised, if its mark was left, and not unpacked",
			NULL },
	.spec = "https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html",
	.see = NULL,
};
