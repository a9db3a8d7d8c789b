/* SPDX-License-Identifier: Apache-2.0 */
/* bzImage: a self-unpacking Linux kernel for x86, little-endian.
 *   60 place of the PE header u32, if it begins with "MZ": then a signature may follow the kernel
 *  497 setup sectors   500 size of the rest u32, in 16 bytes   510 55 aa   514 "HdrS"
 *  518 protocol version   526 place of the version text, less 512
 *  584 payload offset u32   588 payload length u32 (both from protocol 2.08)
 * The setup sectors and one more come first, then the kernel with its payload. */
#include "unpack/kernel.h"

enum { SECTOR = 512, WITH_PAYLOAD = 0x0208, PARAGRAPH = 16, DEFAULT_SETUP = 4 };

typedef struct header {
	uint64_t code_at, size; /* bytes */
	uint16_t protocol;
	uint64_t payload_at, payload_len;
	as_span version;
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_le(image, 497);
	uint8_t setup = as_u8(&c);
	as_skip(&c, 2);
	uint64_t n = (uint64_t)as_u32(&c) * PARAGRAPH;
	as_seek(&c, 510);
	as_span mark = as_take(&c, 2);
	as_seek(&c, 514);
	as_span magic = as_take(&c, 4);
	h->protocol = as_u16(&c);
	as_seek(&c, 526);
	uint16_t version_at = as_u16(&c);
	h->code_at = (setup ? setup + 1u : DEFAULT_SETUP + 1u) * SECTOR;
	h->size = h->code_at + n;
	if (!as_ok(&c) || !as_is(mark, "\x55\xaa") || !as_is(magic, "HdrS") || n == 0)
		return false;
	as_cur text = as_cur_le(as_cut(image, 0, h->code_at), (uint64_t)version_at + SECTOR);
	h->version = version_at ? as_str(&text, 1) : (as_span){ 0 };
	h->payload_at = h->payload_len = 0;
	as_seek(&c, 584);
	uint32_t at = as_u32(&c), len = as_u32(&c);
	if (h->protocol >= WITH_PAYLOAD && as_ok(&c)) {
		h->payload_at = h->code_at + at;
		h->payload_len = len;
	}
	as_cur pe = as_cur_le(image, 60); /* of a kernel that is an EFI program as well */
	if (as_starts(image, "MZ"))
		h->size = as_max(h->size, as_kernel_pe_end(image, as_u32(&pe)));
	return h->protocol >= 0x0200 && h->protocol < 0x0300 &&
	       h->payload_at + h->payload_len <= h->size;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h) || h.code_at >= image.n)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(h.size, image.n), .label = h.version };
	out->sure = h.size <= image.n ? AS_STRUCTURED : AS_PLAUSIBLE;
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_tellf(u, as_cut(body, 518, 2), "protocol", "%u.%02u", h.protocol >> 8, h.protocol & 255);
	if (h.version.n > 0)
		as_tell(u, h.version, "version", h.version);
	as_status s = h.size > body.n ? as_lost(u, body.n, "kernel is cut off") : AS_OK;
	uint64_t from = h.payload_len ? h.payload_at : h.code_at;
	uint64_t to = h.payload_len ? as_min(body.n, h.payload_at + h.payload_len) : body.n;
	return as_worse(s, as_kernel_payload(u, body, as_min(from, body.n), to, "bzImage code"));
}

const as_format as_format_bzimage = {
	.id = "bzimage",
	.title = "Linux bzImage (x86)",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "HdrS", .len = 4, .at = 514 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "boot protocol 2.00 to 2.15; the payload by its field "
					   "from 2.08 on, else searched for",
		"kernels that are EFI programs, with a signature behind them", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = (const char *const[]){ "generator from the published layout", NULL },
	.gaps = (const char *const[]){ "the signature of a signed EFI kernel stays a trailing part",
		NULL },
	.spec = "https://docs.kernel.org/arch/x86/boot.html",
	.see = NULL,
};
