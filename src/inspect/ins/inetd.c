/* SPDX-License-Identifier: Apache-2.0 */
/* inetd.conf(5): service type protocol wait user program arguments. The service is a name, a port, or
 * host:service. Whether inetd itself runs is decided elsewhere. */
#include "inspect/daemon.h"
#include "inspect/inspector.h"

static as_status listener(as_facts *out, as_span line, as_span program)
{
	as_span service = as_word(line, 0);
	as_listener row = {
		.where = line, .source = as_lit("inetd"), .daemon = as_base_name(program)
	};
	as_endpoint e = as_endpoint_of(service);
	row.protocol = as_starts(as_word(line, 2), "udp") ? as_lit("udp") : as_lit("tcp");
	row.address = e.port.has ? e.address : (as_span){ 0 };
	as_listener daemon = { 0 };
	bool known = as_daemon_of(program, &daemon);
	row.service = known ? daemon.service : (as_span){ 0 };
	row.cleartext = known && daemon.cleartext;
	row.port = e.port;
	if (!e.port.has && !as_service_of(service, &row))
		row.service = service;
	return as_add_listener(out, row);
}

static as_status one(as_facts *out, as_span line)
{
	as_span user = as_field(as_field(as_word(line, 4), '.', 0), ':', 0),
		program = as_word(line, 5);
	bool type = as_is(as_word(line, 1), "stream") || as_is(as_word(line, 1), "dgram");
	if (line.p[0] == '#' || !type || !program.p)
		return AS_OK;
	uint64_t at = 0;
	/* argument 0 is written too; tcpd and busybox stand before the real program */
	size_t i = as_word(line, 6).p ? 6 : 5;
	bool wraps =
		as_is(as_base_name(program), "tcpd") || as_is(as_base_name(program), "busybox");
	as_span first = wraps ? as_word(line, i) : program;
	(void)as_within(line, as_word(line, i), &at);
	as_span tail = as_from(line, at + as_word(line, i).n);
	as_status s =
		as_add_autostart(out, (as_autostart){ .where = line,
					      .init = as_lit("inetd"),
					      .name = as_word(line, 0),
					      .command = as_from(line, at),
					      .program = first,
					      .args = tail.n > 0 ? as_trim(tail) : (as_span){ 0 },
					      .user = user,
					      .trigger = as_lit("connection") });
	if (s == AS_OK)
		s = listener(out, line, first);
	return s;
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_cur c = as_cur_le(f->data, 0);
	as_status s = AS_OK;
	for (as_span line; s == AS_OK && as_line(&c, &line);) {
		line = as_trim(line);
		if (line.n > 0)
			s = one(out, line);
	}
	return s;
}

const as_inspector as_inspector_inetd = {
	.id = "inetd",
	.title = "Services started on connection (inetd)",
	.paths = (const char *const[]){ "*/etc/inetd.conf", "*/etc/inetd.d/*", NULL },
	.cares = as_file_is_text,
	.inspect = inspect,
	.tables = (const char *const[]){ "autostart", "listener", NULL },
};
