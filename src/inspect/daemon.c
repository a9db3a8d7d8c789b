/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/daemon.h"

#include "inspect/calls.h"

enum {
	CLEAR = 1,
	SILENT = 2 /* listens only when told */,
	PLACED = 4 /* [HOST:]PORT among its arguments */
};

/* Daemons of network equipment, their service, and the options that change where they listen. */
static const struct daemon {
	const char *name, *service, *protocol;
	uint16_t port;
	uint8_t flags;
	char port_option;
	const char *port_word;
	char address_option;
} daemons[] = {
	{ "telnetd", "telnet", "tcp", 23, CLEAR, 'p', NULL, 'b' },
	{ "in.telnetd", "telnet", "tcp", 23, CLEAR, 0, NULL, 0 },
	{ "utelnetd", "telnet", "tcp", 23, CLEAR, 'p', NULL, 0 },
	{ "telnetd-ssl", "telnet", "tcp", 23, CLEAR, 'p', NULL, 0 },
	{ "sshd", "ssh", "tcp", 22, 0, 'p', NULL, 0 },
	{ "dropbear", "ssh", "tcp", 22, 0, 'p', NULL, 0 },
	{ "rlogind", "login", "tcp", 513, CLEAR, 0, NULL, 0 },
	{ "in.rlogind", "login", "tcp", 513, CLEAR, 0, NULL, 0 },
	{ "rshd", "shell", "tcp", 514, CLEAR, 0, NULL, 0 },
	{ "in.rshd", "shell", "tcp", 514, CLEAR, 0, NULL, 0 },
	{ "rexecd", "exec", "tcp", 512, CLEAR, 0, NULL, 0 },
	{ "ftpd", "ftp", "tcp", 21, CLEAR | SILENT, 0, NULL, 0 },
	{ "in.ftpd", "ftp", "tcp", 21, CLEAR, 0, NULL, 0 },
	{ "vsftpd", "ftp", "tcp", 21, CLEAR, 0, NULL, 0 },
	{ "proftpd", "ftp", "tcp", 21, CLEAR, 'p', "port", 0 },
	{ "pure-ftpd", "ftp", "tcp", 21, CLEAR, 'S', "bind", 0 },
	{ "bftpd", "ftp", "tcp", 21, CLEAR, 0, NULL, 0 },
	{ "stupid-ftpd", "ftp", "tcp", 21, CLEAR, 0, NULL, 0 },
	{ "tftpd", "tftp", "udp", 69, CLEAR | SILENT, 0, NULL, 0 },
	{ "in.tftpd", "tftp", "udp", 69, CLEAR, 'a', "address", 0 },
	{ "atftpd", "tftp", "udp", 69, CLEAR, 0, "port", 0 },
	{ "tftpd-hpa", "tftp", "udp", 69, CLEAR, 'a', "address", 0 },
	{ "httpd", "http", "tcp", 80, CLEAR, 'p', NULL, 0 },
	{ "uhttpd", "http", "tcp", 80, CLEAR | SILENT, 'p', NULL, 0 },
	{ "mini_httpd", "http", "tcp", 80, CLEAR, 'p', NULL, 'h' },
	{ "thttpd", "http", "tcp", 80, CLEAR, 'p', NULL, 'h' },
	{ "micro_httpd", "http", "tcp", 80, CLEAR, 0, NULL, 0 },
	{ "goahead", "http", "tcp", 80, CLEAR, 0, NULL, 0 },
	{ "webs", "http", "tcp", 80, CLEAR, 0, NULL, 0 },
	{ "boa", "http", "tcp", 80, CLEAR, 0, NULL, 0 },
	{ "lighttpd", "http", "tcp", 80, CLEAR | SILENT, 0, NULL, 0 },
	{ "nginx", "http", "tcp", 80, CLEAR | SILENT, 0, NULL, 0 },
	{ "snmpd", "snmp", "udp", 161, CLEAR, 0, NULL, 0 },
	{ "mini_snmpd", "snmp", "udp", 161, CLEAR, 'p', "udp-port", 0 },
	{ "snmptrapd", "snmptrap", "udp", 162, CLEAR, 0, NULL, 0 },
	{ "dnsmasq", "dns", "udp", 53, CLEAR, 'p', "port", 'a' },
	{ "named", "dns", "udp", 53, CLEAR, 'p', NULL, 0 },
	{ "unbound", "dns", "udp", 53, CLEAR, 0, NULL, 0 },
	{ "udhcpd", "dhcp", "udp", 67, CLEAR, 0, NULL, 0 },
	{ "dhcpd", "dhcp", "udp", 67, CLEAR, 'p', NULL, 0 },
	{ "odhcpd", "dhcp", "udp", 547, CLEAR, 0, NULL, 0 },
	{ "ntpd", "ntp", "udp", 123, CLEAR, 0, NULL, 0 },
	{ "chronyd", "ntp", "udp", 123, CLEAR, 0, NULL, 0 },
	{ "mosquitto", "mqtt", "tcp", 1883, CLEAR, 'p', "port", 0 },
	{ "smbd", "smb", "tcp", 445, 0, 'p', "port", 0 },
	{ "nmbd", "netbios-ns", "udp", 137, CLEAR, 'p', "port", 0 },
	{ "rpcbind", "sunrpc", "tcp", 111, CLEAR, 0, NULL, 'h' },
	{ "portmap", "sunrpc", "tcp", 111, CLEAR, 0, NULL, 'i' },
	{ "miniupnpd", "upnp", "udp", 1900, CLEAR, 0, NULL, 0 },
	{ "upnpd", "upnp", "udp", 1900, CLEAR, 0, NULL, 0 },
	{ "minidlnad", "upnp", "udp", 1900, CLEAR, 0, NULL, 0 },
	{ "easycwmpd", "cwmp", "tcp", 7547, CLEAR, 0, NULL, 0 },
	{ "cwmpd", "cwmp", "tcp", 7547, CLEAR, 0, NULL, 0 },
	{ "tr069", "cwmp", "tcp", 7547, CLEAR, 0, NULL, 0 },
	{ "openvpn", "openvpn", "udp", 1194, SILENT, 0, "port", 0 },
	{ "pptpd", "pptp", "tcp", 1723, CLEAR, 0, NULL, 'l' },
	{ "xl2tpd", "l2tp", "udp", 1701, CLEAR, 'p', NULL, 0 },
	{ "charon", "ike", "udp", 500, 0, 0, NULL, 0 },
	{ "pluto", "ike", "udp", 500, 0, 0, NULL, 0 },
	{ "racoon", "ike", "udp", 500, 0, 0, NULL, 0 },
	{ "gdbserver", "gdb", "tcp", 0, CLEAR | SILENT | PLACED, 0, NULL, 0 },
	{ "adbd", "adb", "tcp", 5555, CLEAR, 0, NULL, 0 },
	{ "tcf-agent", "tcf", "tcp", 1534, CLEAR, 0, NULL, 0 },
	{ "iperf", "iperf", "tcp", 5001, CLEAR | SILENT, 'p', "port", 'B' },
	{ "iperf3", "iperf", "tcp", 5201, CLEAR | SILENT, 'p', "port", 'B' },
	{ "rsync", "rsync", "tcp", 873, CLEAR | SILENT, 0, "port", 0 },
	{ "nfsd", "nfs", "tcp", 2049, CLEAR, 'p', NULL, 0 },
	{ "rpc.nfsd", "nfs", "tcp", 2049, CLEAR, 'p', NULL, 0 },
	{ "lpd", "printer", "tcp", 515, CLEAR, 0, NULL, 0 },
	{ "p910nd", "printer", "tcp", 9100, CLEAR, 0, NULL, 0 },
	{ "x11vnc", "vnc", "tcp", 5900, CLEAR, 0, "rfbport", 0 },
	{ "osmo-bts-trx", "osmo-vty", "tcp", 4241, CLEAR | SILENT, 0, NULL, 0 },
	{ "osmo-bsc", "osmo-vty", "tcp", 4242, CLEAR | SILENT, 0, NULL, 0 },
};
enum { N_DAEMONS = sizeof(daemons) / sizeof(daemons[0]) };

/* Services that inetd, xinetd and socket units name, beyond those of the daemons above. */
static const struct service {
	const char *name, *protocol;
	uint16_t port;
	bool clear;
} services[] = {
	{ "telnet", "tcp", 23, true },
	{ "ftp", "tcp", 21, true },
	{ "tftp", "udp", 69, true },
	{ "ssh", "tcp", 22, false },
	{ "http", "tcp", 80, true },
	{ "www", "tcp", 80, true },
	{ "https", "tcp", 443, false },
	{ "login", "tcp", 513, true },
	{ "shell", "tcp", 514, true },
	{ "exec", "tcp", 512, true },
	{ "finger", "tcp", 79, true },
	{ "echo", "tcp", 7, true },
	{ "discard", "tcp", 9, true },
	{ "daytime", "tcp", 13, true },
	{ "chargen", "tcp", 19, true },
	{ "time", "tcp", 37, true },
	{ "pop3", "tcp", 110, true },
	{ "pop-3", "tcp", 110, true },
	{ "imap", "tcp", 143, true },
	{ "imap2", "tcp", 143, true },
	{ "smtp", "tcp", 25, true },
	{ "snmp", "udp", 161, true },
	{ "ntalk", "udp", 518, true },
	{ "talk", "udp", 517, true },
	{ "comsat", "udp", 512, true },
	{ "rsync", "tcp", 873, true },
	{ "git", "tcp", 9418, true },
	{ "printer", "tcp", 515, true },
	{ "swat", "tcp", 901, true },
	{ "bootps", "udp", 67, true },
	{ "netstat", "tcp", 15, true },
	{ "systat", "tcp", 11, true },
	{ "ident", "tcp", 113, true },
	{ "auth", "tcp", 113, true },
	{ "netbios-ssn", "tcp", 139, true },
	{ "ftps", "tcp", 990, false },
};
enum { N_SERVICES = sizeof(services) / sizeof(services[0]) };

static const struct daemon *daemon_named(as_span program)
{
	as_span base = as_base_name(program);
	for (size_t i = 0; i < N_DAEMONS; i++)
		if (as_is(base, daemons[i].name))
			return &daemons[i];
	return NULL;
}

bool as_service_of(as_span service, as_listener *out)
{
	for (size_t i = 0; i < N_SERVICES; i++) {
		if (!as_is(service, services[i].name))
			continue;
		out->service = as_lit(services[i].name);
		out->port = as_some(services[i].port);
		out->cleartext = services[i].clear;
		if (!out->protocol.p)
			out->protocol = as_lit(services[i].protocol);
		return true;
	}
	return false;
}

bool as_daemon_of(as_span program, as_listener *out)
{
	const struct daemon *d = daemon_named(program);
	if (!d)
		return false;
	out->daemon = as_lit(d->name);
	out->service = as_lit(d->service);
	out->protocol = as_lit(d->protocol);
	out->port = d->port ? as_some(d->port) : (as_opt){ 0 };
	out->cleartext = (d->flags & CLEAR) != 0;
	return true;
}

as_endpoint as_endpoint_of(as_span text)
{
	as_endpoint e = { 0 };
	uint64_t port = 0;
	for (unsigned i = 0; i < 2 && (as_starts(text, "udp:") || as_starts(text, "tcp:")); i++)
		text = as_from(text, 4);
	size_t colon = SIZE_MAX;
	for (size_t i = 0; i < text.n; i++)
		colon = text.p[i] == ':' ? i : colon;
	as_span tail = colon == SIZE_MAX ? text : as_from(text, colon + 1);
	bool v6 = colon != SIZE_MAX && text.p[0] != '[' && as_find_byte(text, ':', 0) != colon;
	if (!v6 && as_number(tail, 10, &port) && port <= UINT16_MAX) {
		e.port = as_some((int64_t)port);
		text = colon == SIZE_MAX ? (as_span){ 0 } : as_cut(text, 0, colon);
	}
	if (as_starts(text, "[") && as_ends(text, "]"))
		text = as_cut(text, 1, text.n - 2);
	if (text.n > 0)
		e.address = text;
	return e;
}

as_span as_cmd_join(as_arena *arena, const as_cmd *cmd, size_t i)
{
	as_span text = { 0 };
	for (; i < cmd->n; i++)
		text = text.p ? as_print(arena, "%.*s %.*s", (int)as_min(text.n, AS_WORD_MAX),
					text.p, (int)as_min(cmd->word[i].n, AS_WORD_MAX),
					cmd->word[i].p)
			      : cmd->word[i];
	return text;
}

/* Copies the words of cmd from the i-th on. */
static void copy_from(as_cmd *out, const as_cmd *cmd, size_t i)
{
	*out = (as_cmd){ .where = cmd->where, .line = cmd->line, .background = cmd->background };
	for (; i < cmd->n; i++)
		out->word[out->n++] = cmd->word[i];
}

/* chpst -u USER[:GROUP] ..., setuidgid USER ..., s6-setuidgid USER ...: run as another account. */
static bool change_user(const as_cmd *cmd, as_cmd *out, as_span *user)
{
	static const char *const with_value[] = { "-u", "-U", "-b", "-e", "-n", "-l", "-L", "-m",
		"-d", "-o", "-p", "-f", "-c", "-r", "-t", NULL };
	bool chpst = as_cmd_is(cmd, "chpst");
	size_t i = 1;
	if (!chpst && !as_cmd_is(cmd, "setuidgid") && !as_cmd_is(cmd, "s6-setuidgid"))
		return false;
	while (chpst && i < cmd->n && as_starts(cmd->word[i], "-"))
		i += as_name_in(cmd->word[i], with_value) ? 2 : 1;
	as_span chosen = chpst ? as_cmd_option(cmd, 'u', NULL) : cmd->n > 1 ? cmd->word[1] : *user;
	*user = chosen.p ? as_field(chosen, ':', 0) : *user;
	i += !chpst;
	if (i >= cmd->n)
		return false;
	copy_from(out, cmd, i);
	return true;
}

static bool start_stop_daemon(const as_cmd *cmd, as_cmd *out, as_span *user)
{
	as_cmd own = *cmd; /* without what stands after "--" */
	for (own.n = 1; own.n < cmd->n && !as_is(cmd->word[own.n], "--");)
		own.n++;
	if (!as_cmd_has(&own, 'S', "start") || as_cmd_has(&own, 't', "test"))
		return false;
	as_span program = as_cmd_option(&own, 'a', "startas");
	program = program.p ? program : as_cmd_option(&own, 'x', "exec");
	copy_from(out, cmd, own.n);
	out->word[0] = program;
	out->n = out->n == 0 ? 1 : out->n;
	as_span chuid = as_cmd_option(&own, 'c', "chuid");
	*user = chuid.p ? as_field(chuid, ':', 0) : *user;
	return program.n > 0;
}

bool as_launched(const as_cmd *cmd, as_cmd *out, as_span *user)
{
	static const char *const plain[] = { "daemon", "start_daemon", "service_start", "daemonize",
		"run_daemon", "startproc", "log_daemon_start", NULL };
	if (as_cmd_is(cmd, "start-stop-daemon"))
		return start_stop_daemon(cmd, out, user);
	if (change_user(cmd, out, user))
		return true;
	size_t i = 1;
	if (as_cmd_is(cmd, "procd_set_param") || as_cmd_is(cmd, "procd_add_param"))
		i = as_is(cmd->n > 1 ? cmd->word[1] : (as_span){ 0 }, "command") ? 2 : cmd->n;
	else if (cmd->n < 2 || !as_name_in(cmd->word[0], plain))
		return false;
	while (i < cmd->n && as_starts(cmd->word[i], "-"))
		i++;
	copy_from(out, cmd, i);
	return out->n > 0;
}

bool as_is_daemon_start(const as_cmd *cmd)
{
	static const char *const checks[] = { "--version", "--help", "-V", "--test", "-t", "-T",
		"-h", "-v", "-tq", "-qt", "--syntax-check", "-Q", NULL };
	const struct daemon *d = cmd->n > 0 ? daemon_named(cmd->word[0]) : NULL;
	if (!d)
		return false;
	if (as_is(as_lit(d->name), "rsync") && !as_cmd_has(cmd, 0, "daemon"))
		return false;
	for (const char *const *c = checks; *c && cmd->n == 2; c++)
		if (as_is(cmd->word[1], *c))
			return false;
	return !(as_cmd_is(cmd, "sshd") || as_cmd_is(cmd, "nginx") || as_cmd_is(cmd, "lighttpd")) ||
	       !(as_cmd_has(cmd, 't', NULL) || as_cmd_has(cmd, 'T', NULL));
}

static as_status add_endpoint(as_facts *out, as_listener row, as_endpoint e)
{
	row.port = e.port.has ? e.port : row.port;
	row.address = e.address.p ? e.address : row.address;
	row.source = as_lit("arguments");
	return as_add_listener(out, row);
}

/* nc -l -p PORT, nc -l PORT: what it serves is whatever it is given. */
static as_status netcat(as_facts *out, const as_cmd *cmd, as_listener row)
{
	if (!as_cmd_has(cmd, 'l', "listen"))
		return AS_OK;
	as_endpoint e = as_endpoint_of(as_cmd_option(cmd, 'p', NULL));
	for (size_t i = 1; i < cmd->n && !e.port.has; i++)
		e = as_starts(cmd->word[i], "-") ? e : as_endpoint_of(cmd->word[i]);
	row.protocol = as_lit(as_cmd_has(cmd, 'u', "udp") ? "udp" : "tcp");
	return e.port.has ? add_endpoint(out, row, e) : AS_OK;
}

static as_status socat(as_facts *out, const as_cmd *cmd, as_listener row)
{
	for (size_t i = 1; i < cmd->n; i++) {
		as_span kind = as_field(cmd->word[i], ':', 0);
		bool udp = as_starts(kind, "UDP") || as_starts(kind, "udp");
		if (!as_has(kind, "-LISTEN") && !as_has(kind, "-listen") && !as_is(kind, "TCP-L") &&
			!as_is(kind, "tcp-l"))
			continue;
		row.protocol = as_lit(udp ? "udp" : "tcp");
		row.cleartext = !as_starts(kind, "OPENSSL");
		return add_endpoint(
			out, row, as_endpoint_of(as_field(as_field(cmd->word[i], ':', 1), ',', 0)));
	}
	return AS_OK;
}

/* tcpsvd [-options] ADDRESS PORT PROGRAM [ARGS]: the service is the program's. */
static as_status tcpsvd(as_facts *out, const as_cmd *cmd, as_listener row)
{
	size_t i = 1;
	while (i < cmd->n && as_starts(cmd->word[i], "-"))
		i += as_is(cmd->word[i], "-c") || as_is(cmd->word[i], "-C") ||
				     as_is(cmd->word[i], "-b") || as_is(cmd->word[i], "-u") ||
				     as_is(cmd->word[i], "-l")
			     ? 2
			     : 1;
	if (i + 2 >= cmd->n)
		return AS_OK;
	bool udp = as_cmd_is(cmd, "udpsvd");
	(void)as_daemon_of(cmd->word[i + 2], &row);
	row.daemon = as_base_name(cmd->word[i + 2]);
	row.protocol = as_lit(udp ? "udp" : "tcp");
	as_listener named = { 0 };
	as_endpoint e = as_endpoint_of(cmd->word[i + 1]);
	if (!e.port.has && as_service_of(cmd->word[i + 1], &named))
		e.port = named.port;
	e.address = cmd->word[i];
	return add_endpoint(out, row, e);
}

/* gdbserver [options] HOST:PORT PROGRAM */
static as_status placed(as_facts *out, const as_cmd *cmd, as_listener row)
{
	for (size_t i = 1; i < cmd->n; i++) {
		as_endpoint e = as_endpoint_of(cmd->word[i]);
		if (e.port.has && as_find_byte(cmd->word[i], ':', 0) != SIZE_MAX)
			return add_endpoint(out, row, e);
	}
	return AS_OK;
}

static as_status by_options(
	as_facts *out, const as_cmd *cmd, const struct daemon *d, as_listener row)
{
	as_status s = AS_OK;
	unsigned found = 0;
	if (d->address_option)
		row.address = as_cmd_option(cmd, d->address_option, NULL);
	for (size_t i = 1; s == AS_OK && (d->port_option || d->port_word);) {
		as_span value = as_cmd_next_option(cmd, &i, d->port_option, d->port_word);
		if (!value.p)
			break;
		as_endpoint e = as_endpoint_of(value);
		if (e.port.has && ++found <= AS_CMD_WORDS)
			s = add_endpoint(out, row, e);
	}
	for (size_t i = 1; s == AS_OK && as_cmd_is(cmd, "uhttpd");) {
		as_span value = as_cmd_next_option(cmd, &i, 's', NULL);
		if (!value.p)
			break;
		row.service = as_lit("https");
		row.cleartext = 0;
		s = add_endpoint(out, row, as_endpoint_of(value));
	}
	if (s != AS_OK || found > 0 || d->flags & SILENT)
		return s;
	row.source = as_lit("default");
	return as_add_listener(out, row);
}

as_status as_add_listeners(as_facts *out, const as_cmd *cmd, as_opt enabled)
{
	static const char *const netcats[] = { "nc", "ncat", "netcat", "nc.traditional",
		"nc.openbsd", NULL };
	as_listener row = { .where = cmd->where, .enabled = enabled };
	if (cmd->n == 0)
		return AS_OK;
	row.daemon = as_base_name(cmd->word[0]);
	row.cleartext = 1;
	if (as_name_in(cmd->word[0], netcats))
		return netcat(out, cmd, row);
	if (as_cmd_is(cmd, "socat"))
		return socat(out, cmd, row);
	if (as_cmd_is(cmd, "tcpsvd") || as_cmd_is(cmd, "udpsvd"))
		return tcpsvd(out, cmd, row);
	const struct daemon *d = daemon_named(cmd->word[0]);
	if (!d || !as_is_daemon_start(cmd) || !as_daemon_of(cmd->word[0], &row))
		return AS_OK;
	return d->flags & PLACED ? placed(out, cmd, row) : by_options(out, cmd, d, row);
}

as_status as_add_start(as_facts *out, as_arena *arena, const as_start *start, const as_cmd *cmd)
{
	static const char *const servers[] = { "nc", "ncat", "netcat", "socat", "tcpsvd", "udpsvd",
		"inetd", "xinetd", "crond", "cron", "hostapd", "pppd", "syslogd", "klogd",
		"wpa_supplicant", "hotplug2", "getty", "agetty", "mgetty", NULL };
	as_cmd launched;
	as_span user = start->user;
	bool by_launcher = as_launched(cmd, &launched, &user);
	const as_cmd *run = by_launcher ? &launched : cmd;
	if (run->n == 0 || !(start->always || by_launcher || cmd->background ||
				   as_is_daemon_start(run) || as_name_in(run->word[0], servers)))
		return AS_OK;
	as_status s = as_add_autostart(out, (as_autostart){ .where = cmd->where,
						    .init = as_lit(start->init),
						    .name = start->name,
						    .command = as_cmd_join(arena, run, 0),
						    .program = run->word[0],
						    .args = as_cmd_join(arena, run, 1),
						    .user = user,
						    .trigger = start->trigger,
						    .enabled = start->enabled });
	return s == AS_OK ? as_add_listeners(out, run, start->enabled) : s;
}

typedef struct line_ctx {
	as_facts *out;
	as_arena *arena;
	const as_start *start;
} line_ctx;

static as_status each_command(void *ctx, const as_cmd *cmd)
{
	line_ctx *l = ctx;
	as_cmd started = *cmd;
	if (l->start->where.p)
		started.where = l->start->where;
	as_status s = as_add_start(l->out, l->arena, l->start, &started);
	return s == AS_OK ? as_add_calls(l->out, cmd) : s;
}

as_status as_add_start_line(
	as_facts *out, as_arena *arena, const as_start *start, as_span text, uint32_t line)
{
	line_ctx ctx = { out, arena, start };
	as_status s = as_shell_each_at(arena, text, text, line, each_command, &ctx);
	return s == AS_OK ? as_add_fetches(out, arena, text, text, line) : s;
}
