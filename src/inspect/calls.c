/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/calls.h"

#include "base/text.h"
#include "inspect/daemon.h"

static bool is_netcat(const as_cmd *cmd)
{
	static const char *const names[] = { "nc", "ncat", "netcat", "nc.traditional", "nc.openbsd",
		NULL };
	return cmd && cmd->n > 1 && as_name_in(cmd->word[0], names);
}

/* A shell that reads its commands from standard input: no script, no -c. */
static bool is_bare_shell(const as_cmd *cmd)
{
	if (!cmd || cmd->n == 0 || !as_is_shell(cmd->word[0]) || as_cmd_has(cmd, 'c', NULL))
		return false;
	for (size_t i = 1; i < cmd->n; i++)
		if (!as_starts(cmd->word[i], "-"))
			return false;
	return true;
}

/* The first word of a command line given as one argument. */
static bool runs_shell(as_span command)
{
	return command.n > 0 && as_is_shell(as_word(command, 0));
}

static as_span netcat_exec(const as_cmd *cmd)
{
	as_span e = as_cmd_option(cmd, 'e', "exec");
	e = e.p ? e : as_cmd_option(cmd, 'c', "sh-exec");
	return e;
}

static bool is_listening(const as_cmd *cmd) { return as_cmd_has(cmd, 'l', "listen"); }

/* The address of a socat that runs a shell; listening tells which way the connection goes. */
static bool socat_shell(const as_cmd *cmd, bool listening)
{
	bool shell = false, listens = false, connects = false;
	for (size_t i = 1; as_cmd_is(cmd, "socat") && i < cmd->n; i++) {
		as_span w = cmd->word[i], rest = as_field(w, ':', 1);
		bool runs = as_starts(w, "EXEC:") || as_starts(w, "exec:") ||
			    as_starts(w, "SYSTEM:") || as_starts(w, "system:");
		shell = shell || (runs && runs_shell(as_field(rest, ',', 0)));
		listens = listens || as_has(as_field(w, ':', 0), "-LISTEN") ||
			  as_has(as_field(w, ':', 0), "-listen");
		connects = connects || as_starts(w, "TCP") || as_starts(w, "tcp") ||
			   as_starts(w, "UDP") || as_starts(w, "udp") || as_starts(w, "OPENSSL") ||
			   as_starts(w, "SSL");
	}
	return shell && (listening ? listens : connects && !listens);
}

static bool piped_shell(const as_cmd *cmd, bool listening)
{
	if (is_netcat(cmd) && is_bare_shell(cmd->before))
		return is_listening(cmd) == listening;
	if (is_bare_shell(cmd) && is_netcat(cmd->before))
		return is_listening(cmd->before) == listening;
	return false;
}

static bool shell_listener(const as_cmd *cmd)
{
	if (is_netcat(cmd) && is_listening(cmd) && runs_shell(netcat_exec(cmd)))
		return true;
	if ((as_cmd_is(cmd, "tcpsvd") || as_cmd_is(cmd, "udpsvd")) && !as_cmd_has(cmd, 'E', "E"))
		for (size_t i = 3; i < cmd->n; i++)
			if (as_starts(cmd->word[i], "/bin/") && as_is_shell(cmd->word[i]) && i <= 8)
				return true;
	return socat_shell(cmd, true) || piped_shell(cmd, true);
}

static bool shell_connect(const as_cmd *cmd)
{
	if (is_netcat(cmd) && !is_listening(cmd) && runs_shell(netcat_exec(cmd)))
		return true;
	bool dev = as_starts(cmd->to, "/dev/tcp/") || as_starts(cmd->to, "/dev/udp/");
	bool telnet = is_bare_shell(cmd) && cmd->before && as_cmd_is(cmd->before, "telnet");
	return (dev && is_bare_shell(cmd)) || telnet || socat_shell(cmd, false) ||
	       piped_shell(cmd, false);
}

static bool exec_listener(const as_cmd *cmd)
{
	return is_netcat(cmd) && is_listening(cmd) && netcat_exec(cmd).n > 0 &&
	       !runs_shell(netcat_exec(cmd));
}

static bool dev_tcp(const as_cmd *cmd)
{
	return as_starts(cmd->to, "/dev/tcp/") || as_starts(cmd->to, "/dev/udp/");
}

static bool is_telnetd(const as_cmd *cmd)
{
	static const char *const names[] = { "telnetd", "utelnetd", "in.telnetd", NULL };
	return as_name_in(cmd->word[0], names) && as_is_daemon_start(cmd);
}

static bool telnetd_shell(const as_cmd *cmd)
{
	return is_telnetd(cmd) && runs_shell(as_cmd_option(cmd, 'l', "login"));
}

static bool decodes(const as_cmd *cmd)
{
	return cmd && cmd->n > 1 &&
	       ((as_cmd_is(cmd, "base64") && as_cmd_has(cmd, 'd', "decode")) ||
		       as_cmd_is(cmd, "uudecode") ||
		       (as_cmd_is(cmd, "openssl") && as_cmd_has(cmd, 0, "d")) ||
		       (as_cmd_is(cmd, "xxd") && as_cmd_has(cmd, 'r', NULL)));
}

static bool eval_decoded(const as_cmd *cmd)
{
	bool eval = as_cmd_is(cmd, "eval") &&
		    (as_has(cmd->where, "base64 -d") || as_has(cmd->where, "base64 --decode"));
	return eval || (is_bare_shell(cmd) && decodes(cmd->before));
}

static bool is_fetcher(const as_cmd *cmd)
{
	static const char *const names[] = { "wget", "curl", "uclient-fetch", "tftp", "ftpget",
		NULL };
	return cmd && cmd->n > 1 && as_name_in(cmd->word[0], names);
}

static bool fetch_run(const as_cmd *cmd) { return is_bare_shell(cmd) && is_fetcher(cmd->before); }

/* Mode bits of a chmod argument: octal, or the plain symbolic forms people write. */
static bool mode_has(as_span mode, uint64_t bits, const char *const *symbolic)
{
	uint64_t v = 0;
	if (as_number(mode, 8, &v))
		return (v & bits) != 0 && v <= 07777;
	for (; *symbolic; symbolic++)
		if (as_glob(*symbolic, mode))
			return true;
	return false;
}

static as_span chmod_mode(const as_cmd *cmd)
{
	for (size_t i = 1; as_cmd_is(cmd, "chmod") && i + 1 < cmd->n; i++)
		if (!as_starts(cmd->word[i], "-"))
			return cmd->word[i];
	return (as_span){ 0 };
}

static bool chmod_world(const as_cmd *cmd)
{
	static const char *const symbolic[] = { "[ao]*[+=]*w*", "[ugo]*o*[+=]*w*", NULL };
	as_span mode = chmod_mode(cmd);
	uint64_t v = 0;
	bool sticky = as_number(mode, 8, &v) && (v & 01000) != 0;
	return mode.n > 0 && !sticky && mode_has(mode, 02, symbolic);
}

static bool chmod_setuid(const as_cmd *cmd)
{
	static const char *const symbolic[] = { "u*[+=]*s*", "+*s*", "a*+*s*", NULL };
	as_span mode = chmod_mode(cmd);
	return mode.n > 0 && mode_has(mode, 04000, symbolic);
}

static bool is_flash_device(as_span path)
{
	return as_starts(path, "/dev/mtd") || as_starts(path, "/dev/ubi");
}

static bool flash_write(const as_cmd *cmd)
{
	static const char *const writers[] = { "flashcp", "nandwrite", "ubiupdatevol", "sysupgrade",
		NULL };
	if (is_flash_device(cmd->to))
		return true;
	if (cmd->n < 2)
		return false;
	if (as_cmd_is(cmd, "mtd"))
		for (size_t i = 1; i < cmd->n; i++)
			if (as_is(cmd->word[i], "write"))
				return true;
	for (size_t i = 1; as_cmd_is(cmd, "dd") && i < cmd->n; i++)
		if (as_starts(cmd->word[i], "of=") && is_flash_device(as_from(cmd->word[i], 3)))
			return true;
	return as_name_in(cmd->word[0], writers) && !as_is(cmd->word[1], "--help");
}

static bool flash_erase(const as_cmd *cmd)
{
	static const char *const erasers[] = { "flash_erase", "flash_eraseall", "flash_erase_all",
		NULL };
	return cmd->n > 1 && (as_name_in(cmd->word[0], erasers) ||
				     (as_cmd_is(cmd, "mtd") && as_is(cmd->word[1], "erase")));
}

static bool env_write(const as_cmd *cmd) { return as_cmd_is(cmd, "fw_setenv") && cmd->n > 1; }

static bool module_from_tmp(const as_cmd *cmd)
{
	if (!as_cmd_is(cmd, "insmod") && !as_cmd_is(cmd, "modprobe"))
		return false;
	for (size_t i = 1; i < cmd->n; i++)
		if (as_starts(cmd->word[i], "/tmp/") || as_starts(cmd->word[i], "/var/tmp/"))
			return true;
	return false;
}

static bool account_add(const as_cmd *cmd)
{
	return (cmd->n > 1 && (as_cmd_is(cmd, "adduser") || as_cmd_is(cmd, "useradd"))) ||
	       as_is(cmd->to, "/etc/passwd") || as_is(cmd->to, "/etc/shadow");
}

static bool is_iptables(const as_cmd *cmd)
{
	static const char *const names[] = { "iptables", "ip6tables", "iptables-legacy",
		"iptables-nft", NULL };
	return as_name_in(cmd->word[0], names);
}

static bool firewall_flush(const as_cmd *cmd)
{
	if (as_cmd_is(cmd, "nft"))
		return cmd->n == 3 && as_is(cmd->word[1], "flush") &&
		       as_is(cmd->word[2], "ruleset");
	as_span last = cmd->n > 1 ? cmd->word[cmd->n - 1] : (as_span){ 0 };
	return is_iptables(cmd) && (as_is(last, "-F") || as_is(last, "--flush"));
}

static bool firewall_accept(const as_cmd *cmd)
{
	for (size_t i = 1; is_iptables(cmd) && i + 2 < cmd->n; i++)
		if ((as_is(cmd->word[i], "-P") || as_is(cmd->word[i], "--policy")) &&
			(as_is(cmd->word[i + 1], "INPUT") || as_is(cmd->word[i + 1], "FORWARD")))
			return as_is(cmd->word[i + 2], "ACCEPT");
	return false;
}

static bool debug_server(const as_cmd *cmd)
{
	static const char *const names[] = { "gdbserver", "adbd", "tcf-agent", NULL };
	return as_name_in(cmd->word[0], names) && as_is_daemon_start(cmd);
}

static bool packet_capture(const as_cmd *cmd)
{
	static const char *const names[] = { "tcpdump", "tshark", "dumpcap", NULL };
	return as_name_in(cmd->word[0], names) && cmd->n > 1 && !as_cmd_has(cmd, 0, "version");
}

static bool interactive_shell(const as_cmd *cmd)
{
	return is_bare_shell(cmd) && cmd->n > 1 && as_cmd_has(cmd, 'i', NULL);
}

/* A constant that could be a secret: not empty, no variable, no placeholder. */
static bool is_literal(as_span s)
{
	return s.n > 0 && !as_is_variable(s) && s.p[0] != '<' && s.p[0] != '%' && s.p[0] != '-';
}

static bool password_in_pipe(const as_cmd *cmd)
{
	if (!as_cmd_is(cmd, "passwd") && !as_cmd_is(cmd, "chpasswd"))
		return false;
	if (as_cmd_is(cmd, "chpasswd") && cmd->input.n > 0 && !as_is_variable(cmd->input))
		return true;
	const as_cmd *echo = cmd->before;
	if (!echo || echo->n < 2 || !(as_cmd_is(echo, "echo") || as_cmd_is(echo, "printf")))
		return false;
	return is_literal(echo->word[echo->n - 1]) && !as_is(echo->word[echo->n - 1], "\\n");
}

static bool user_and_password(as_span s, char separator)
{
	return is_literal(as_field(s, separator, 1)) && is_literal(as_field(s, separator, 0));
}

static bool password_argument(const as_cmd *cmd)
{
	static const char *const sql[] = { "mysql", "mysqldump", "mysqladmin", "mariadb", NULL };
	if (cmd->n < 2)
		return false;
	if (as_cmd_is(cmd, "sshpass"))
		return is_literal(as_cmd_option(cmd, 'p', NULL));
	if (as_name_in(cmd->word[0], sql))
		for (size_t i = 1; i < cmd->n; i++)
			if (as_starts(cmd->word[i], "-p") && is_literal(as_from(cmd->word[i], 2)))
				return true;
	if (as_cmd_is(cmd, "curl"))
		return user_and_password(as_cmd_option(cmd, 'u', "user"), ':');
	if (as_cmd_is(cmd, "smbclient"))
		return user_and_password(as_cmd_option(cmd, 'U', "user"), '%');
	if (as_cmd_is(cmd, "wget") || as_name_in(cmd->word[0], sql))
		return is_literal(as_cmd_option(cmd, 0, "password")) ||
		       is_literal(as_cmd_option(cmd, 0, "http-password"));
	if (as_cmd_is(cmd, "ftpget") || as_cmd_is(cmd, "ftpput") || as_cmd_is(cmd, "ncftpget"))
		return is_literal(as_cmd_option(cmd, 'p', NULL));
	for (size_t i = 1; as_cmd_is(cmd, "openssl") && i < cmd->n; i++)
		if (as_starts(cmd->word[i], "pass:") && is_literal(as_from(cmd->word[i], 5)))
			return true;
	return false;
}

/* Text of a web request that reaches the shell's parser. */
static bool query_eval(const as_cmd *cmd)
{
	bool parses =
		as_cmd_is(cmd, "eval") || (as_is_shell(cmd->word[0]) && as_cmd_has(cmd, 'c', NULL));
	return parses && as_has(cmd->where, "QUERY_STRING");
}

static const struct pattern {
	const char *name;
	bool (*is)(const as_cmd *cmd);
} patterns[] = {
	{ "shell-listener", shell_listener },
	{ "shell-connect", shell_connect },
	{ "exec-listener", exec_listener },
	{ "dev-tcp", dev_tcp },
	{ "telnetd-shell", telnetd_shell },
	{ "telnetd", is_telnetd },
	{ "eval-decoded", eval_decoded },
	{ "fetch-run", fetch_run },
	{ "chmod-world", chmod_world },
	{ "chmod-setuid", chmod_setuid },
	{ "flash-write", flash_write },
	{ "flash-erase", flash_erase },
	{ "env-write", env_write },
	{ "module-from-tmp", module_from_tmp },
	{ "account-add", account_add },
	{ "firewall-flush", firewall_flush },
	{ "firewall-accept", firewall_accept },
	{ "debug-server", debug_server },
	{ "packet-capture", packet_capture },
	{ "interactive-shell", interactive_shell },
	{ "password-argument", password_argument },
	{ "password-argument", password_in_pipe },
	{ "query-eval", query_eval },
};

bool as_cmd_flashes(const as_cmd *cmd)
{
	static const char *const installers[] = { "dpkg", "opkg", "ipkg", "rpm", NULL };
	if (flash_write(cmd) || fetch_run(cmd))
		return true;
	if (cmd->n < 3 || !as_name_in(cmd->word[0], installers))
		return false;
	return as_is(cmd->word[1], "install") || as_is(cmd->word[1], "-i") ||
	       as_is(cmd->word[1], "-U") || as_is(cmd->word[1], "-Uvh") ||
	       as_is(cmd->word[1], "-ivh");
}

/* The bytes from the first command of a pipeline to cmd. */
static as_span pipeline(as_span data, const as_cmd *cmd)
{
	uint64_t from = 0, to = 0;
	as_span first = cmd->before ? cmd->before->where : cmd->where;
	if (!as_within(data, first, &from) || !as_within(data, cmd->where, &to) || to < from)
		return cmd->where;
	return as_cut(data, from, to - from + cmd->where.n);
}

as_status as_add_calls(as_facts *out, const as_cmd *cmd)
{
	as_cmd launched;
	as_span user = { 0 };
	const as_cmd *run = as_launched(cmd, &launched, &user) ? &launched : cmd;
	as_span where = pipeline(out->data, cmd);
	as_status s = AS_OK;
	for (size_t i = 0; s == AS_OK && i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		if (run->n == 0 || !patterns[i].is(run))
			continue;
		s = as_add_script_call(out, (as_script_call){ .where = where,
						    .pattern = as_lit(patterns[i].name),
						    .program = as_base_name(run->word[0]),
						    .text = where,
						    .line = cmd->line });
	}
	return s;
}
