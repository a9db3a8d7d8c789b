/* SPDX-License-Identifier: Apache-2.0 */
/* MAC addresses in configuration: to whom the IEEE assigned what they begin with. Only where the words before one on
 * its line say that it is such an address: elsewhere stand those of others (leases, filters, examples). */
#include "base/ascii.h"
#include "inspect/supplier.h"

#include "knowledge/mac.h"

enum { LINE_MAX_LEN = 4096 }; /* bytes of a line in which addresses are read */

static bool in_address(uint8_t b) { return as_is_alnum(b) || b == ':' || b == '-'; }

static as_status read_line(as_facts *out, as_mac_told *told, as_span line)
{
	uint8_t mac[AS_MAC_BYTES];
	as_status s = AS_OK;
	for (size_t at = 1; at + AS_MAC_TEXT <= line.n && s == AS_OK; at++) {
		if (in_address(line.p[at - 1]) || !as_mac_read(as_from(line, at), mac))
			continue;
		if (at + AS_MAC_TEXT > LINE_MAX_LEN)
			return as_beyond(out, as_from(line, at),
				"MAC addresses far into a long line were not looked at");
		if (as_names_mac(as_cut(line, 0, at)))
			s = as_add_mac_owner(out, told, as_from(line, at),
				as_cut(line, 0, as_min(line.n, LINE_MAX_LEN)));
	}
	return s;
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_mac_told *told = as_alloc(f->arena, sizeof(*told));
	as_status s = told ? AS_OK : AS_NOMEM;
	as_span line;
	for (as_cur c = as_cur_le(f->data, 0); s == AS_OK && as_line(&c, &line);) {
		line = as_trim(line);
		if (as_at(line, 0) == '#' || as_at(line, 0) == ';')
			continue; /* no setting */
		s = read_line(out, told, line);
	}
	return s;
}

const as_inspector as_inspector_mac_config = {
	.id = "mac_config",
	.title = "Owners of MAC addresses in configuration",
	.paths = (const char *const[]){ "*/etc/*", "*/nvram*", "*/firmware/*.txt", "*/uEnv.txt",
		"*.env", NULL },
	.cares = as_file_is_text,
	.most = 1 << 20,
	.inspect = inspect,
	.tables = (const char *const[]){ "supplier", NULL },
};
