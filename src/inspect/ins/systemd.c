/* SPDX-License-Identifier: Apache-2.0 */
/* systemd units: what .service files run, .socket files listen on, .timer files trigger. A unit is
 * enabled by a link in a *.wants folder, which its bytes do not show. */
#include "inspect/daemon.h"
#include "inspect/inspector.h"

enum { LOGICAL_MAX = 8192 /* bytes of a line with its continuations */ };

typedef struct unit {
	as_facts *out;
	const as_file *f;
	as_span section, user, wanted, schedule;
	bool socket, timer;
	bool emit; /* second pass: User= and WantedBy= are known */
} unit;

static as_status exec(unit *u, as_span value, uint32_t line)
{
	while (value.n > 0 && (value.p[0] == '-' || value.p[0] == '@' || value.p[0] == '+' ||
				      value.p[0] == '!' || value.p[0] == ':'))
		value = as_from(value, 1);
	as_start start = { .init = "systemd",
		.name = as_base_name(u->f->path),
		.trigger = u->wanted,
		.user = u->user.p ? u->user : as_lit("root"),
		.always = true };
	return value.n > 0 ? as_add_start_line(u->out, u->f->arena, &start, value, line) : AS_OK;
}

static as_status listen(unit *u, as_span key, as_span value)
{
	as_endpoint e = as_endpoint_of(value);
	if (!e.port.has || value.p[0] == '/' || value.p[0] == '@')
		return AS_OK;
	as_span name = as_base_name(u->f->path);
	name = as_cut(name, 0, name.n - as_min(name.n, 7)); /* ".socket" */
	as_listener row = { .where = value,
		.daemon = name,
		.source = as_lit("config"),
		.protocol = as_lit(as_is(key, "ListenDatagram") ? "udp" : "tcp") };
	if (!as_service_of(name, &row))
		(void)as_daemon_of(name, &row);
	row.daemon = name;
	row.port = e.port;
	row.address = e.address;
	return as_add_listener(u->out, row);
}

static as_status key_value(unit *u, as_span key, as_span value, uint32_t line)
{
	const struct {
		const char *section, *key;
		as_span *to;
	} kept[] = { { "Service", "User", &u->user }, { "Socket", "SocketUser", &u->user },
		{ "Install", "WantedBy", &u->wanted }, { "Timer", "OnCalendar", &u->schedule },
		{ "Timer", "OnBootSec", &u->schedule },
		{ "Timer", "OnUnitActiveSec", &u->schedule } };
	for (size_t i = 0; !u->emit && i < sizeof(kept) / sizeof(kept[0]); i++)
		if (as_is(u->section, kept[i].section) && as_is(key, kept[i].key) && value.n > 0)
			*kept[i].to = value;
	if (!u->emit || value.n == 0)
		return AS_OK;
	bool runs = as_is(key, "ExecStart") || as_is(key, "ExecStartPre") ||
		    as_is(key, "ExecStartPost");
	if (as_is(u->section, "Service") && runs)
		return exec(u, value, line);
	if (as_is(u->section, "Socket") &&
		(as_is(key, "ListenStream") || as_is(key, "ListenDatagram")))
		return listen(u, key, value);
	return AS_OK;
}

/* Takes the next line together with what a backslash at its end continues. */
static bool logical_line(as_cur *c, as_span *line, uint32_t *number)
{
	size_t from = as_pos(c);
	as_span part;
	if (!as_line(c, &part))
		return false;
	++*number;
	while (as_ends(part, "\\") && as_pos(c) - from < LOGICAL_MAX && as_line(c, &part))
		++*number;
	*line = as_trim(as_cut(c->s, from, as_pos(c) - from));
	return true;
}

static as_status pass(unit *u)
{
	as_cur c = as_cur_le(u->f->data, 0);
	as_status s = AS_OK;
	uint32_t number = 0;
	u->section = (as_span){ 0 };
	for (as_span line; s == AS_OK && logical_line(&c, &line, &number);) {
		if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';')
			continue;
		size_t eq = as_find_byte(line, '=', 0);
		if (line.p[0] == '[')
			u->section = as_field(as_from(line, 1), ']', 0);
		else if (eq != SIZE_MAX)
			s = key_value(u, as_trim(as_cut(line, 0, eq)),
				as_trim(as_from(line, eq + 1)), number);
	}
	return s;
}

static as_status inspect(as_facts *out, const as_file *f)
{
	unit u = { .out = out, .f = f, .timer = as_ends(f->path, ".timer") };
	as_status s = pass(&u);
	u.emit = true;
	if (s == AS_OK)
		s = pass(&u);
	if (s != AS_OK || !u.timer)
		return s;
	return as_add_autostart(out, (as_autostart){ .init = as_lit("systemd"),
					     .name = as_base_name(f->path),
					     .user = as_lit("root"),
					     .trigger = u.schedule });
}

const as_inspector as_inspector_systemd = {
	.id = "systemd",
	.title = "systemd services, sockets and timers",
	.paths = (const char *const[]){ "*/systemd/system/*.service", "*/systemd/system/*.socket",
		"*/systemd/system/*.timer", NULL },
	.cares = as_file_is_text,
	.inspect = inspect,
	.tables = (const char *const[]){ "autostart", "listener", "script_call", "fetch", NULL },
};
