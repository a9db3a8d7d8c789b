/* SPDX-License-Identifier: Apache-2.0 */
/* Packet filter rules as files hold them: iptables-save (":CHAIN POLICY", "-A CHAIN ... -j TARGET") and
 * nftables (the policy of base chains, and rule lines with a verdict). */
#include "inspect/inspector.h"
#include "inspect/shell.h"

/* The word after option -x or --word in an iptables line. p NULL without. */
static as_span after(as_span line, const char *option, const char *word)
{
	as_span w;
	for (size_t i = 0; i < AS_CMD_WORDS && (w = as_word(line, i)).p; i++)
		if (as_is(w, option) || as_is(w, word))
			return as_word(line, i + 1);
	return (as_span){ 0 };
}

static as_status iptables(as_facts *out, as_span line)
{
	as_firewall_rule row = { .where = line, .tool = as_lit("iptables"), .text = line };
	if (line.p[0] == ':') {
		row.chain = as_from(as_word(line, 0), 1);
		row.action = as_word(line, 1);
		return as_is(row.action, "-") ? AS_OK : as_add_firewall_rule(out, row);
	}
	if (!as_starts(line, "-A ") && !as_starts(line, "-I "))
		return AS_OK;
	row.chain = as_word(line, 1);
	row.action = after(line, "-j", "--jump");
	row.protocol = after(line, "-p", "--protocol");
	row.port = after(line, "--dport", "--dports");
	row.source = after(line, "-s", "--source");
	return as_add_firewall_rule(out, row);
}

static as_status nft(as_facts *out, as_span line, as_span chain)
{
	as_firewall_rule row = {
		.where = line, .tool = as_lit("nft"), .chain = chain, .text = line
	};
	static const char *const verdicts[] = { "accept", "drop", "reject", NULL };
	if (as_has(line, " hook ")) {
		row.chain = after(line, "hook", "hook");
		row.action = as_field(after(line, "policy", "policy"), ';', 0);
		if (!row.action.p || row.action.n == 0)
			row.action = as_lit("accept"); /* the kernel's default */
		return as_add_firewall_rule(out, row);
	}
	for (const char *const *v = verdicts; *v; v++)
		if (as_is(after(line, *v, *v), *v) || as_ends(as_field(line, ';', 0), *v))
			row.action = as_lit(*v);
	row.port = after(line, "dport", "dport");
	row.source = after(line, "saddr", "saddr");
	return row.action.p ? as_add_firewall_rule(out, row) : AS_OK;
}

static as_status inspect(as_facts *out, const as_file *f)
{
	bool is_nft = as_has(f->path, "nft");
	as_cur c = as_cur_le(f->data, 0);
	as_status s = AS_OK;
	as_span chain = { 0 };
	for (as_span line; s == AS_OK && as_line(&c, &line);) {
		line = as_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (is_nft && as_starts(line, "chain "))
			chain = as_word(line, 1);
		s = is_nft ? nft(out, line, chain) : iptables(out, line);
	}
	return s;
}

const as_inspector as_inspector_firewall = {
	.id = "firewall",
	.title = "Packet filter rules (iptables, nftables)",
	.paths = (const char *const[]){ "*/etc/iptables/*", "*/etc/iptables*",
		"*/etc/sysconfig/ip*tables", "*/etc/nftables*", "*/etc/firewall*", NULL },
	.cares = as_file_is_text,
	.inspect = inspect,
	.tables = (const char *const[]){ "firewall_rule", NULL },
};
