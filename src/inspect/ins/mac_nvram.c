/* SPDX-License-Identifier: Apache-2.0 */
/* MAC addresses in binary nvram and boot environments, as they are set or as a boot loader has them built in: a name
 * such as "ethaddr", "=", an address and NUL or the end of a line. To whom the IEEE assigned what they begin with. */
#include "base/ascii.h"
#include "inspect/supplier.h"

#include "knowledge/mac.h"

enum { NAME_MAX_LEN = 64 };

static bool in_name(uint8_t b)
{
	return as_is_word(b) || b == '.' || b == ':' || b == '/' || b == '-';
}

/* The setting whose '=' stands at at, if its value is an address and nothing else. */
static as_span setting_at(as_span data, size_t at)
{
	uint8_t mac[AS_MAC_BYTES];
	size_t from = at;
	as_span value = as_from(data, at + 1);
	uint8_t end = as_at(value, AS_MAC_TEXT);
	if (!as_mac_read(value, mac) || (end != 0 && end != '\n' && end != '\r'))
		return (as_span){ 0 };
	while (from > 0 && at - from < NAME_MAX_LEN && in_name(data.p[from - 1]))
		from--;
	as_span name = as_cut(data, from, at - from);
	return as_names_mac(name) ? as_cut(data, from, at - from + 1 + AS_MAC_TEXT)
				  : (as_span){ 0 };
}

static bool cares(const as_file *f) { return as_is(as_lit(f->type), "data"); }

static as_status inspect(as_facts *out, const as_file *f)
{
	as_mac_told *told = as_alloc(f->arena, sizeof(*told));
	as_status s = told ? AS_OK : AS_NOMEM;
	for (size_t at = as_find_byte(f->data, '=', 0); at != SIZE_MAX && s == AS_OK;
		at = as_find_byte(f->data, '=', at + 1)) {
		as_span setting = setting_at(f->data, at);
		if (setting.n > 0)
			s = as_add_mac_owner(out, told, as_from(f->data, at + 1), setting);
	}
	return s;
}

const as_inspector as_inspector_mac_nvram = {
	.id = "mac_nvram",
	.title = "Owners of MAC addresses in boot environments and nvram",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "supplier", NULL },
};
