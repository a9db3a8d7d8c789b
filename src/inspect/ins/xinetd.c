/* SPDX-License-Identifier: Apache-2.0 */
/* xinetd.conf(5): service NAME { attribute = value ... }. Blocks named defaults are not services. */
#include "inspect/daemon.h"
#include "inspect/inspector.h"

typedef struct block {
	as_span name, from, server, args, user, port, protocol, bind;
	bool disabled, open;
} block;

static as_status close_block(as_facts *out, const block *b, as_span last)
{
	uint64_t from = 0, to = 0;
	if (!b->open || b->server.n == 0 || !as_within(out->data, b->from, &from) ||
		!as_within(out->data, last, &to))
		return AS_OK;
	as_span where = as_cut(out->data, from, to + last.n - from);
	as_status s = as_add_autostart(out, (as_autostart){ .where = where,
						    .init = as_lit("xinetd"),
						    .name = b->name,
						    .command = b->server,
						    .program = b->server,
						    .args = b->args,
						    .user = b->user,
						    .trigger = as_lit("connection"),
						    .enabled = as_some(!b->disabled) });
	as_listener row = {
		.where = where, .source = as_lit("xinetd"), .enabled = as_some(!b->disabled)
	};
	bool known = as_daemon_of(b->server, &row);
	row.daemon = as_base_name(b->server);
	row.protocol = b->protocol.p ? b->protocol : row.protocol;
	if (!as_service_of(b->name, &row) && !known)
		row.service = b->name;
	as_endpoint e = as_endpoint_of(b->port);
	row.port = e.port.has ? e.port : row.port;
	row.address = b->bind;
	return s == AS_OK ? as_add_listener(out, row) : s;
}

static void attribute(block *b, as_span line)
{
	as_span name = as_trim(as_field(line, '=', 0)),
		value = as_trim(as_from(line, as_field(line, '=', 0).n + 1));
	const struct {
		const char *name;
		as_span *to;
	} wanted[] = { { "server", &b->server }, { "server_args", &b->args }, { "user", &b->user },
		{ "port", &b->port }, { "protocol", &b->protocol }, { "bind", &b->bind },
		{ "interface", &b->bind } };
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (as_is(name, wanted[i].name) && value.n > 0)
			*wanted[i].to = value;
	if (as_is(name, "disable"))
		b->disabled = as_is_nocase(value, "yes");
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_cur c = as_cur_le(f->data, 0);
	as_status s = AS_OK;
	block b = { 0 };
	for (as_span line; s == AS_OK && as_line(&c, &line);) {
		line = as_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (as_is(as_word(line, 0), "service") && as_word(line, 1).p)
			b = (block){ .name = as_field(as_word(line, 1), '{', 0),
				.from = line,
				.open = true };
		else if (line.p[0] == '}') {
			s = close_block(out, &b, line);
			b = (block){ 0 };
		} else if (b.open && as_find_byte(line, '=', 0) != SIZE_MAX) {
			attribute(&b, line);
		}
	}
	return s;
}

const as_inspector as_inspector_xinetd = {
	.id = "xinetd",
	.title = "Services started on connection (xinetd)",
	.paths = (const char *const[]){ "*/etc/xinetd.conf", "*/etc/xinetd.d/*", NULL },
	.cares = as_file_is_text,
	.inspect = inspect,
	.tables = (const char *const[]){ "autostart", "listener", NULL },
};
