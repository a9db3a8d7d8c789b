/* SPDX-License-Identifier: Apache-2.0 */
/* DNI's header, before firmware of Netgear's devices: 128 bytes of lines "name:value" (device, version, region, hd_id)
 * filled up with NUL, the image, and a byte that makes the sum of all bytes 255. */
#include "base/ascii.h"
#include "unpack/vendor.h"

enum { HEADER = 128, LAST = 1 };

static bool is_header(as_span image)
{
	as_span head = as_cut(image, 0, HEADER);
	size_t end = as_find_byte(head, 0, 0);
	if (image.n <= HEADER + LAST || end == SIZE_MAX ||
		!as_has(as_cut(head, 0, end), "\nversion:"))
		return false;
	for (size_t i = 0; i < end; i++)
		if (!as_printable(as_at(head, i)) && !as_is_space(as_at(head, i)))
			return false;
	return as_all(as_from(head, end), 0);
}

static bool sum_right(as_span image)
{
	uint8_t sum = 0;
	for (size_t i = 0; i < image.n; i++)
		sum = (uint8_t)(sum + image.p[i]);
	return sum == 0xff;
}

static as_status probe(as_span image, as_extent *out)
{
	if (!is_header(image))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n, .sure = AS_STRUCTURED };
	return AS_OK;
}

static void tell(as_unpack *u, as_span head)
{
	static const char *const names[] = { "device", "version", "region", "hd_id" };
	as_span line;
	as_cur c = as_cur_be(as_cut(head, 0, as_find_byte(head, 0, 0)), 0);
	while (as_line(&c, &line))
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (as_is(as_field(line, ':', 0), names[i]))
				as_vendor_text(u, as_from(line, strlen(names[i]) + 1), names[i]);
}

static as_status unpack(as_unpack *u, as_span body)
{
	if (!is_header(body))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER, "DNI header");
	as_struct(u, body.n - LAST, LAST, "sum");
	tell(u, as_cut(body, 0, HEADER));
	as_status s = as_vendor_sum(u, body, as_from(body, body.n - LAST), "sum", sum_right(body),
		"sum is wrong, or something follows the image");
	return as_worse(
		s, as_vendor_part(u, body, as_lit("image"), HEADER, body.n - HEADER - LAST));
}

const as_format as_format_dni = {
	.id = "dni",
	.title = "DNI header",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "device:", .len = 7, .at = 0 }, { 0 } },
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "with and without a hardware id", NULL },
	.verifies = (const char *const[]){ "sum of all bytes", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "the header does not say how far the image reaches", NULL },
	.spec = "https://github.com/openwrt/openwrt/blob/master/tools/firmware-utils/src/"
		"mkdniimg.c",
	.see = NULL,
};
