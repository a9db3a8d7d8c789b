/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration of daemons: each setting as written, and what the daemon listens on by it. The files
 * share four shapes: "Key value", "key=value", the same in [sections], and "key value;" in blocks. */
#include "base/text.h"
#include "inspect/daemon.h"
#include "inspect/inspector.h"

enum { SETTINGS = 4000 /* of one file */ };

typedef enum shape { WORDS, EQUALS, INI, BLOCKS } shape;

static const struct config {
	const char *glob, *daemon;
	shape shape;
	bool listens; /* also without a word on the port */
} configs[] = {
	{ "*/ssh/sshd_config", "sshd", WORDS, true },
	{ "*/ssh/sshd_config.d/*.conf", "sshd", WORDS, false },
	{ "*/etc/sshd_config", "sshd", WORDS, true },
	{ "*/etc/default/dropbear", "dropbear", EQUALS, true },
	{ "*/etc/default/snmpd", "snmpd", EQUALS, false },
	{ "*/etc/default/tftpd-hpa", "tftpd-hpa", EQUALS, true },
	{ "*/etc/default/telnetd", "telnetd", EQUALS, true },
	{ "*/vsftpd.conf", "vsftpd", EQUALS, true },
	{ "*/proftpd.conf", "proftpd", WORDS, true },
	{ "*/lighttpd.conf", "lighttpd", EQUALS, true },
	{ "*/etc/lighttpd/conf-enabled/*.conf", "lighttpd", EQUALS, false },
	{ "*/nginx.conf", "nginx", BLOCKS, false },
	{ "*/etc/nginx/conf.d/*.conf", "nginx", BLOCKS, false },
	{ "*/etc/nginx/sites-enabled/*", "nginx", BLOCKS, false },
	{ "*/boa.conf", "boa", WORDS, true },
	{ "*/mini_httpd.conf", "mini_httpd", EQUALS, true },
	{ "*/thttpd.conf", "thttpd", EQUALS, true },
	{ "*/snmpd.conf", "snmpd", WORDS, true },
	{ "*/snmpd.local.conf", "snmpd", WORDS, false },
	{ "*/dnsmasq.conf", "dnsmasq", EQUALS, true },
	{ "*/etc/dnsmasq.d/*", "dnsmasq", EQUALS, false },
	{ "*/hostapd*.conf", "hostapd", EQUALS, false },
	{ "*/etc/ppp/options*", "pppd", WORDS, false },
	{ "*/etc/ppp/peers/*", "pppd", WORDS, false },
	{ "*/ntp.conf", "ntpd", WORDS, true },
	{ "*/chrony.conf", "chronyd", WORDS, false },
	{ "*/mosquitto.conf", "mosquitto", WORDS, true },
	{ "*/etc/mosquitto/conf.d/*.conf", "mosquitto", WORDS, false },
	{ "*/smb.conf", "smbd", INI, true },
	{ "*/rsyncd.conf", "rsync", INI, false },
	{ "*/easycwmp.conf", "easycwmpd", EQUALS, false },
	{ "*/cwmpd.conf", "cwmpd", EQUALS, false },
	{ "*/etc/osmocom/osmo-*.cfg", "osmocom", WORDS, false },
	{ "*/etc/openvpn/*.conf", "openvpn", WORDS, false },
	{ "*.ovpn", "openvpn", WORDS, false },
};
enum { N_CONFIGS = sizeof(configs) / sizeof(configs[0]) };

/* Settings that name a port. */
static const struct port_key {
	const char *daemon, *key, *service, *protocol;
	bool clear;
} port_keys[] = {
	{ "sshd", "Port", "ssh", "tcp", false },
	{ "dropbear", "DROPBEAR_PORT", "ssh", "tcp", false },
	{ "vsftpd", "listen_port", "ftp", "tcp", true },
	{ "proftpd", "Port", "ftp", "tcp", true },
	{ "lighttpd", "server.port", "http", "tcp", true },
	{ "nginx", "listen", "http", "tcp", true },
	{ "boa", "Port", "http", "tcp", true },
	{ "mini_httpd", "port", "http", "tcp", true },
	{ "thttpd", "port", "http", "tcp", true },
	{ "snmpd", "agentaddress", "snmp", "udp", true },
	{ "dnsmasq", "port", "dns", "udp", true },
	{ "mosquitto", "port", "mqtt", "tcp", true },
	{ "mosquitto", "listener", "mqtt", "tcp", true },
	{ "tftpd-hpa", "TFTP_ADDRESS", "tftp", "udp", true },
};
enum { N_PORT_KEYS = sizeof(port_keys) / sizeof(port_keys[0]) };

typedef struct reading {
	as_facts *out;
	const as_file *f;
	const struct config *config;
	as_span section, address; /* address: a listen address for all ports */
	bool found, tls;          /* a port was named; lighttpd: ssl.engine */
	bool looking;             /* only for the address, which may stand after the ports */
	size_t n;
} reading;

/* Files that other programs read under a daemon's name, and documentation. */
static bool is_other(as_span path)
{
	static const char *const others[] = { "/tmpfiles.d/", "/sysusers.d/", "/dbus-1/",
		"/apparmor", "/logrotate", "/modprobe.d/", "/doc/", "/examples/", "/fail2ban/",
		NULL };
	for (const char *const *o = others; *o; o++)
		if (as_has(path, *o))
			return true;
	return false;
}

static const struct config *config_of(const as_file *f)
{
	if (is_other(f->path))
		return NULL;
	for (size_t i = 0; i < N_CONFIGS; i++)
		if (as_glob(configs[i].glob, f->path))
			return &configs[i];
	return NULL;
}

static as_status listener(reading *r, const struct port_key *k, as_span value, as_span where)
{
	as_listener row = { .where = where,
		.daemon = as_lit(k->daemon),
		.service = as_lit(k->service),
		.protocol = as_lit(k->protocol),
		.source = as_lit("config"),
		.cleartext = k->clear };
	if (as_is(row.service, "http") && (as_has(where, " ssl") || r->tls)) {
		row.service = as_lit("https");
		row.cleartext = 0;
	}
	if (as_starts(value, "unix:") || as_starts(value, "/"))
		return AS_OK;
	if (as_starts(value, "tcp:"))
		row.protocol = as_lit("tcp");
	as_endpoint e = as_endpoint_of(value);
	as_listener usual = { 0 };
	(void)as_daemon_of(row.daemon, &usual);
	row.port = e.port.has ? e.port : usual.port;
	row.address = e.address.p ? e.address : r->address;
	r->found = true;
	return e.port.has && e.port.v == 0 ? AS_OK : as_add_listener(r->out, row);
}

static as_status ports(reading *r, as_span key, as_span value, as_span where)
{
	as_status s = AS_OK;
	for (size_t i = 0; s == AS_OK && i < N_PORT_KEYS; i++) {
		const struct port_key *k = &port_keys[i];
		if (!as_is(as_lit(k->daemon), r->config->daemon) || !as_is_nocase(key, k->key))
			continue;
		as_span one;
		for (size_t n = 0; s == AS_OK && n < 16 && (one = as_field(value, ',', n)).p; n++)
			s = listener(r, k, as_field(as_word(one, 0), ';', 0), where);
	}
	return s;
}

static as_status setting(reading *r, as_span key, as_span value, as_span where)
{
	static const char *const addresses[] = { "listen_address", "server.bind", "listen-address",
		"bind_address", NULL };
	for (size_t i = 0; i < key.n; i++) /* the rest of a list or a condition is no key */
		if (as_find(as_lit("\"()[]{}$,"), as_cut(key, i, 1), 0) != SIZE_MAX)
			return AS_OK;
	if (key.n == 0)
		return AS_OK;
	if (++r->n > SETTINGS && !r->looking)
		return as_beyond(r->out, where, "too many settings: the rest was not read");
	for (const char *const *a = addresses; *a; a++)
		if (as_is(key, *a))
			r->address = value;
	if (r->looking)
		return AS_OK;
	r->tls = r->tls || (as_is(key, "ssl.engine") && as_is(value, "enable"));
	as_status s = as_add_setting(r->out, (as_setting){ .where = where,
						     .daemon = as_lit(r->config->daemon),
						     .section = r->section,
						     .name = key,
						     .value = value });
	return s == AS_OK ? ports(r, key, value, where) : s;
}

/* "Key value", a run of blanks between; a line that opens a block is its section. */
static as_status words(reading *r, as_span line)
{
	as_span key = as_word(line, 0);
	as_span value = as_trim(as_from(line, key.n));
	if (as_starts(value, "=")) /* sshd takes Key=value as well */
		value = as_trim(as_from(value, 1));
	if (as_is_nocase(key, "Match"))
		r->section = as_is_nocase(value, "all") ? (as_span){ 0 } : line;
	if (key.n > 0 && key.p[0] == '<')
		r->section = as_at(key, 1) == '/' ? (as_span){ 0 } : line;
	else if (r->section.n > 0 && as_is(as_lit(r->config->daemon), "openvpn"))
		return AS_OK; /* a key or certificate within <tags> */
	if (as_is(as_lit(r->config->daemon), "osmocom") &&
		(as_is(key, "line") || as_is(key, "ctrl")))
		r->section = line;
	return setting(r, key, as_unquote(value), line);
}

static as_status equals(reading *r, as_span line)
{
	size_t eq = as_find_byte(line, '=', 0);
	as_span key = as_trim(eq == SIZE_MAX ? line : as_cut(line, 0, eq));
	as_span value = eq == SIZE_MAX ? as_lit("") : as_trim(as_from(line, eq + 1));
	if (as_is(as_lit(r->config->daemon), "lighttpd"))
		value = as_trim(as_field(value, '#', 0));
	if (as_ends(key, "+") || as_ends(key, ":"))
		key = as_trim(as_cut(key, 0, key.n - 1));
	return setting(r, key, as_unquote(value), line);
}

static as_status blocks(reading *r, as_span line)
{
	if (as_ends(line, "{")) {
		r->section = as_trim(as_cut(line, 0, line.n - 1));
		return AS_OK;
	}
	as_span key = as_word(line, 0);
	as_span value = as_trim(as_field(as_from(line, key.n), ';', 0));
	return as_is(key, "}") ? AS_OK : setting(r, key, value, line);
}

static as_status one(reading *r, as_span line)
{
	if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';' || line.p[0] == '!')
		return AS_OK;
	if (r->config->shape == INI && line.p[0] == '[') {
		r->section = as_field(as_from(line, 1), ']', 0);
		return AS_OK;
	}
	static as_status (*const readers[])(reading *, as_span) = {
		[WORDS] = words, [EQUALS] = equals, [INI] = equals, [BLOCKS] = blocks
	};
	return readers[r->config->shape](r, line);
}

static as_status every_line(reading *r)
{
	as_cur c = as_cur_le(r->f->data, 0);
	as_status s = AS_OK;
	for (as_span line; s == AS_OK && as_line(&c, &line);)
		s = one(r, as_trim(line));
	return s;
}

static as_status inspect(as_facts *out, const as_file *f)
{
	reading r = { .out = out, .f = f, .config = config_of(f), .looking = true };
	as_status s = r.config ? every_line(&r) : AS_OK;
	r = (reading){ .out = out, .f = f, .config = r.config, .address = r.address };
	s = s == AS_OK && r.config ? every_line(&r) : s;
	as_listener row = { .source = as_lit("default"), .address = r.address };
	if (s != AS_OK || !r.config || !r.config->listens || r.found ||
		!as_daemon_of(as_lit(r.config->daemon), &row))
		return s;
	return as_add_listener(out, row);
}

const as_inspector as_inspector_daemon_config = {
	.id = "daemon_config",
	.title = "Settings of daemons, and where they listen",
	.paths = (const char *const[]){ "*.conf", "*/sshd_config", "*/etc/default/*",
		"*/etc/dnsmasq.d/*", "*/etc/nginx/*", "*/etc/ppp/*", "*/etc/osmocom/*", "*.ovpn",
		NULL },
	.cares = as_file_is_text,
	.inspect = inspect,
	.tables = (const char *const[]){ "setting", "listener", NULL },
};
