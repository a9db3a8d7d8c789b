/* SPDX-License-Identifier: Apache-2.0 */
/* OpenWrt's /etc/config: every option as a setting of the daemon (the file's name), what dropbear,
 * uhttpd and the CWMP client listen on by it, and the firewall's rules. */
#include "inspect/daemon.h"
#include "inspect/inspector.h"
#include "inspect/uci.h"

enum { OPTIONS = 10000 /* of one file */ };

static const struct port_option {
	const char *file, *key, *service, *protocol;
	bool clear;
} port_options[] = {
	{ "dropbear", "Port", "ssh", "tcp", false },
	{ "uhttpd", "listen_http", "http", "tcp", true },
	{ "uhttpd", "listen_https", "https", "tcp", false },
	{ "snmpd", "agentaddress", "snmp", "udp", true },
	{ "easycwmp", "port", "cwmp", "tcp", true },
	{ "cwmp", "port", "cwmp", "tcp", true },
	{ "telnet", "port", "telnet", "tcp", true },
	{ "vsftpd", "port", "ftp", "tcp", true },
};

typedef struct reading {
	as_facts *out;
	as_span file; /* its base name: the daemon */
	size_t n;
	as_firewall_rule rule; /* being gathered */
	bool open;
} reading;

static as_status close_rule(reading *r)
{
	bool open = r->open;
	r->open = false;
	return open && r->rule.action.p ? as_add_firewall_rule(r->out, r->rule) : AS_OK;
}

/* config defaults / zone: input is the policy. config rule / redirect: one rule each. */
static as_status firewall(reading *r, const as_uci *i)
{
	if (!i->key.p) {
		as_status s = close_rule(r);
		r->rule = (as_firewall_rule){
			.where = i->where, .tool = as_lit("uci"), .chain = i->type, .text = i->where
		};
		r->open = true;
		return s;
	}
	bool policy = as_is(i->type, "defaults") || as_is(i->type, "zone");
	if (policy && as_is(i->key, "input")) {
		r->rule.action = i->value;
		r->rule.where = r->rule.text = i->where;
	}
	if (as_is(i->key, "target"))
		r->rule.action = i->value;
	if (as_is(i->key, "proto"))
		r->rule.protocol = i->value;
	if (as_is(i->key, "dest_port") || (as_is(i->key, "src_dport") && !r->rule.port.p))
		r->rule.port = i->value;
	if (as_is(i->key, "src") || (policy && as_is(i->key, "name")))
		r->rule.source = i->value;
	return AS_OK;
}

static as_status listener(reading *r, const as_uci *i)
{
	for (size_t k = 0; k < sizeof(port_options) / sizeof(port_options[0]); k++) {
		const struct port_option *p = &port_options[k];
		if (!as_is(r->file, p->file) || !as_is_nocase(i->key, p->key))
			continue;
		as_endpoint e = as_endpoint_of(i->value);
		return e.port.has ? as_add_listener(r->out, (as_listener){ .where = i->where,
								    .daemon = r->file,
								    .service = as_lit(p->service),
								    .protocol = as_lit(p->protocol),
								    .port = e.port,
								    .address = e.address,
								    .source = as_lit("config"),
								    .cleartext = p->clear })
				  : AS_OK;
	}
	return AS_OK;
}

static as_status each(void *ctx, const as_uci *i)
{
	reading *r = ctx;
	as_status s = as_is(r->file, "firewall") ? firewall(r, i) : AS_OK;
	if (s != AS_OK || !i->key.p)
		return s;
	if (++r->n > OPTIONS)
		return as_beyond(r->out, i->where, "too many options: the rest was not read");
	s = as_add_setting(r->out, (as_setting){ .where = i->where,
					   .daemon = r->file,
					   .section = i->name.p ? i->name : i->type,
					   .name = i->key,
					   .value = i->value });
	return s == AS_OK ? listener(r, i) : s;
}

static as_status inspect(as_facts *out, const as_file *f)
{
	reading r = { .out = out, .file = as_base_name(f->path) };
	as_status s = as_uci_each(f->data, each, &r);
	return s == AS_OK ? close_rule(&r) : s;
}

const as_inspector as_inspector_uci_config = {
	.id = "uci_config",
	.title = "OpenWrt configuration (UCI)",
	.paths = (const char *const[]){ "*/etc/config/*", NULL },
	.cares = as_file_is_text,
	.inspect = inspect,
	.tables = (const char *const[]){ "setting", "listener", "firewall_rule", NULL },
};
