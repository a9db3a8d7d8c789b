/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in configuration, family by family, and what must not be taken for one. */
#include "collect.h"

#include <stdlib.h>

extern const as_inspector as_inspector_secret_command, as_inspector_secret_config,
	as_inspector_secret_files, as_inspector_secret_json, as_inspector_secret_nvram,
	as_inspector_secret_script, as_inspector_secret_uci, as_inspector_secret_xml,
	as_inspector_token;

typedef struct sample {
	const as_inspector *in;
	const char *path, *type, *text;
	const char *rows
		[4]; /* what the rows must contain, in order; their number is the number of rows */
} sample;

static void check(const sample *s)
{
	collected all = collect(s->in, as_lit(s->text), s->type, s->path);
	size_t n = 0;
	for (; n < 4 && s->rows[n]; n++)
		expect_has(&all, s->rows[n]);
	if (all.rows != n)
		fail_msg("%s: %zu rows for %zu:\n%s", s->path, all.rows, n,
			(const char *)all.text.p);
	collected_free(&all);
}

#define CONFIG &as_inspector_secret_config
#define FILES &as_inspector_secret_files
#define JSON &as_inspector_secret_json
#define UCI &as_inspector_secret_uci
#define XML &as_inspector_secret_xml
#define SH &as_inspector_secret_script
#define COMMAND &as_inspector_secret_command
#define TOKEN &as_inspector_token

static const sample samples[] = {
	{ CONFIG, "/etc/hostapd/hostapd.conf", "text",
		"#wpa_passphrase=old one\nssid=x\nwpa_passphrase=Field Service "
		"77\nauth_server_shared_secret=r4d1us\n"
		"wep_key0=0123456789\nieee8021x=1\n",
		{ "secret 31+31 kind=wifi-psk name=wpa_passphrase value=Field Service 77 "
		  "format=hostapd",
			"kind=radius name=auth_server_shared_secret value=r4d1us",
			"kind=wep-key name=wep_key0" } },
	{ CONFIG, "/etc/wpa_supplicant.conf", "text",
		"network={\n  ssid=\"a\"\n  identity=\"bob\"\n  password=\"eap pw\"\n  "
		"psk=\"correct horse\"\n}\n",
		{ "kind=wifi-psk name=password value=eap pw user=bob",
			"kind=wifi-psk name=psk value=correct horse" } },
	{ CONFIG, "/etc/wireguard/wg0.conf", "text",
		"[Interface]\nPrivateKey = "
		"yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\nListenPort = 51820\n",
		{ "kind=vpn name=PrivateKey value=yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk= "
		  "format=wireguard "
		  "context=wireguard Interface" } },
	{ CONFIG, "/etc/raddb/clients.conf", "text",
		"client nas {\n  ipaddr = 10.0.0.1\n  secret = testing123\n}\n",
		{ "kind=radius name=secret value=testing123 format=radius context=radius client "
		  "nas" } },
	{ CONFIG, "/etc/swanctl/swanctl.conf", "text",
		"secrets {\n ike-1 {\n  secret = \"my psk\"\n }\n}\n",
		{ "kind=vpn name=secret value=my psk format=swanctl context=swanctl ike-1" } },
	{ CONFIG, "/etc/osmocom/osmo-bsc.cfg", "text", "line vty\n password osmo-Vty9\n no login\n",
		{ "kind=password name=password value=osmo-Vty9" } },
	{ CONFIG, "/etc/app.yaml", "text",
		"db:\n  user: app\n  password: Sup3rGeheim # here\n  api_key: \"{{ vault }}\"\n  "
		"token: ${TOKEN}\n",
		{ "kind=password name=password value=Sup3rGeheim user=app format=yaml "
		  "placeholder=0" } },
	{ CONFIG, "/etc/nvram.defaults", "text",
		"http_username=admin\nhttp_passwd=s3cr3t!\nwl0_wpa_psk=Nvram-Wifi-Key\n",
		{ "secret 20+19 kind=password name=http_passwd value=s3cr3t! user=admin "
		  "format=nvram placeholder=0",
			"kind=wifi-psk name=wl0_wpa_psk value=Nvram-Wifi-Key format=nvram" } },
	{ CONFIG, "/etc/x.conf", "text",
		"password =\npassword = changeme\npassword_file = /etc/pw\npassword = "
		"/etc/pw\npass = yes\n"
		"#password = real\n;password = real\nbypass = 12345\nPASSWORD_MAX_AGE 90\npassword "
		"= $PASS\n",
		{ "value=changeme format=text placeholder=1",
			"value=$PASS format=text placeholder=1" } },
	{ CONFIG, "/usr/share/doc/x/app.conf", "text", "password = Real-Looking-1\n",
		{ "placeholder=1" } },
	{ CONFIG, "/etc/pam.d/common-password", "text", "password required pam_unix.so\n",
		{ NULL } },
	{ FILES, "/etc/ppp/chap-secrets", "text",
		"# client server secret\nbts0815 * \"Dial 1n\" *\n",
		{ "secret 23+21 kind=ppp name=secret value=Dial 1n user=bts0815 format=ppp "
		  "context=*" } },
	{ FILES, "/etc/snmp/snmpd.conf", "text",
		"rocommunity public\nrwcommunity private 10.0.0.0/8\ncom2sec -Cn ctx ro default "
		"hidden\n"
		"createUser ops SHA \"authpass1\"\n",
		{ "kind=snmp-community name=rocommunity value=public",
			"name=rwcommunity value=private format=snmp context=10",
			"name=com2sec value=hidden",
			"kind=snmp-user name=SHA value=authpass1 user=ops" } },
	{ FILES, "/etc/ipsec.secrets", "text",
		": PSK \"backhaul-psk\"\n10.0.0.1 %any : PSK \"second\"\nbob : EAP \"b0bs\"\n: RSA "
		"key.pem\n",
		{ "kind=ipsec-psk name=PSK value=backhaul-psk",
			"value=second format=ipsec context=10.0.0.1 %any",
			"kind=vpn name=EAP value=b0bs user=bob" } },
	{ FILES, "/etc/openvpn/auth.txt", "text", "gateway\nVpn-Pass-9\n",
		{ "secret 8+10 kind=vpn name=auth-user-pass value=Vpn-Pass-9 user=gateway" } },
	{ FILES, "/etc/openvpn/client.conf", "text", "client\nauth-user-pass auth.txt\n",
		{ NULL } },
	{ FILES, "/root/.netrc", "text", "machine fw.isp.net login up password Geh3im\n",
		{ "kind=password name=password value=Geh3im user=up format=netrc "
		  "context=fw.isp.net" } },
	{ FILES, "/etc/fstab", "text",
		"//nas/x /mnt cifs username=u1,password=Nas99,ro 0 0\n/dev/sda1 / ext4 ro 0 0\n",
		{ "value=Nas99 user=u1" } },
	{ UCI, "/etc/config/wireless", "text",
		"config wifi-iface 'default'\n\toption encryption 'psk2'\n\toption key "
		"'Gw-Default-4711'\n"
		"config wifi-iface\n\toption encryption wep-open\n\toption key1 's:13charwepkey1'\n"
		"config wifi-iface 'o'\n\toption auth_secret 'UciRadius55'\n",
		{ "kind=wifi-psk name=key value=Gw-Default-4711 format=uci context=wireless "
		  "wifi-iface default",
			"kind=wep-key name=key1 value=13charwepkey1",
			"kind=radius name=auth_secret" } },
	{ UCI, "/etc/config/network", "text",
		"config interface 'wan'\n\toption proto 'pppoe'\n\toption username "
		"'line@isp'\n\toption password 'pp-Sec'\n"
		"config interface 'wg0'\n\toption proto 'wireguard'\n"
		"\toption private_key 'yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk='\n",
		{ "kind=ppp name=password value=pp-Sec user=line@isp",
			"kind=vpn name=private_key" } },
	{ UCI, "/etc/config/cwmp", "text",
		"config acs 'acs'\n\toption username 'cpe'\n\toption password 'fleet-Acs'\n"
		"config cpe\n\toption connection_request_password 'Knock'\n",
		{ "kind=tr069-acs name=password value=fleet-Acs user=cpe", "kind=tr069-cpe" } },
	{ UCI, "/etc/config/rpcd", "text",
		"config login\n\toption username 'root'\n\toption password '$p$root'\n", { NULL } },
	{ XML, "", "text/xml",
		"<?xml version=\"1.0\"?><D><!-- <Password>no</Password> "
		"--><ManagementServer><Username>hg1</Username>"
		"<Password>Xml-Acs</Password></ManagementServer><PreSharedKey "
		"i=\"1\"><KeyPassphrase>Wifi Key</KeyPassphrase>"
		"<KeyPassphrase>WifiKey1</KeyPassphrase></PreSharedKey>\n<DM name=\"User\" "
		"val=\"tech\"/><DM name=\"Pass\" "
		"val=\"Zte521\"/></D>",
		{ "kind=tr069-acs name=Password value=Xml-Acs user=hg1 format=xml "
		  "context=D/ManagementServer",
			"kind=wifi-psk name=KeyPassphrase value=WifiKey1",
			"name=Pass value=Zte521 user=tech" } },
	{ XML, "", "text/xml",
		"<ui><string name=\"password\">Passwort</string><property "
		"name=\"password\">x</property>"
		"<define name=\"WRONG_PASSWORD\" value=\"1323\"/><a "
		"password=\"\"/><Password/><x>&password;</x></ui>",
		{ NULL } },
	{ JSON, "/etc/app.json", "text/json",
		"{\"mqtt\": {\"username\": \"dev\", \"password\": \"Mq7t-pw\", \"port\": 1883},\n "
		"\"password\": {\"type\": 1},"
		" \"a\": [\"password\", \"x\"], \"token\": \"input\"}",
		{ "secret 29+21 kind=password name=password value=Mq7t-pw user=dev format=json "
		  "context=mqtt" } },
	{ JSON, "/www/i18n/de.json", "text/json", "{\"password\": \"Passwort\"}", { NULL } },
	{ SH, "", "text/script",
		"#!/bin/"
		"sh\nOAM_USER=oam\nOAM_PASSWORD='Omc-2019-upload'\nPASSWORD=\"$1\"\nTOKEN=${TOKEN:-"
		"}\n"
		"PASS=$(cat /etc/pw)\nread PASSWORD\nPASS=0\nif [ \"$PASSWORD\" = x ]; "
		"then\nexport DBPASS=\"Stat5-collect\"\n",
		{ "secret 23+30 kind=password name=OAM_PASSWORD value=Omc-2019-upload user=oam "
		  "format=shell",
			"kind=database name=DBPASS value=Stat5-collect" } },
	{ SH, "", "text/script", "#!/usr/bin/python3\npassword = getpass()\nPASSWORD='literal1'\n",
		{ NULL } },
	{ COMMAND, "", "text/script",
		"#!/bin/sh\nP=Zz9-xyz\nsshpass -p S3cr3t-ssh ssh root@10.0.0.1\ncurl -s -u "
		"up:L0ad-it https://x/ -u $A:$B\n"
		"echo \"admin:Ch-pw-1\" | chpasswd\nsshpass -p $P ssh x\nwget --password=\"$1\" "
		"ftp://x/\n",
		{ "secret 20+39 kind=password name=sshpass -p value=S3cr3t-ssh format=shell "
		  "context=sshpass",
			"name=curl --user value=L0ad-it user=up",
			"name=chpasswd value=Ch-pw-1 user=admin" } },
	{ TOKEN, "", "elf",
		"\x01"
		"ftp://btsload:N3ighbour@10.20.0.6/cells http://%s:%s@%s/ "
		"http://user:password@host.example.com/ "
		"http://$U:$P@fw.isp.net/ mailto://x http://a.b/c:d@e",
		{ "secret 1+33 kind=url-credential name=ftp value=N3ighbour user=btsload "
		  "format=url context=10.20.0.6 "
		  "placeholder=0",
			"value=password user=user format=url context=host.example.com "
			"placeholder=1" } },
	{ TOKEN, "", "text/script", "#!/bin/sh\n  # as in ftp://joan:Qw7-zz@fw.isp.net/x\n",
		{ "value=Qw7-zz user=joan format=url context=fw.isp.net placeholder=1" } },
	{ TOKEN, "", "text",
		"key=AKIAQ3EGRIT5WZLKJ7UA\nAKIAIOSFODNN7EXAMPLE\nXAKIAQ3EGRIT5WZLKJ7UA "
		"AKIAAAAAAAAAAAAAAAAA\n"
		"ghp_16C7e42F292c6912E7710c838347Ae178B4a\nAIzaShort eyJhbGci\n",
		{ "secret 4+20 kind=token name=aws-access-key",
			"value=AKIAIOSFODNN7EXAMPLE format=token placeholder=1",
			"name=github-token value=ghp_16C7e42F292c6912E7710c838347Ae178B4a "
			"format=token placeholder=0" } },
};

static void every_family_gives_its_rows_and_no_more(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		check(&samples[i]);
}

static void binary_nvram_is_read_in_runs(void **state)
{
	(void)state;
	as_buf b = { 0 };
	as_buf_text(&b, "FLSH");
	for (unsigned i = 0; i < 16; i++)
		as_buf_u8(&b, (uint8_t)(i * 17));
	size_t at = 0;
	for (unsigned i = 0; i < 10; i++) {
		at = i == 5 ? b.n : at;
		as_buf_print(&b, i == 5 ? "http_passwd=Bin-Pw-1" : "lan_%u=x", i);
		as_buf_u8(&b, 0);
	}
	collected all = collect(&as_inspector_secret_nvram, as_buf_span_of(&b), "data", "");
	char want[96];
	(void)snprintf(want, sizeof(want),
		"secret %zu+20 kind=password name=http_passwd value=Bin-Pw-1 format=nvram", at);
	expect_has(&all, want);
	assert_int_equal(all.rows, 1);
	collected_free(&all);
	/* One setting alone is what any program contains. */
	collected none =
		collect(&as_inspector_secret_nvram, as_cut(as_buf_span_of(&b), at, 21), "data", "");
	assert_int_equal(none.rows, 0);
	collected_free(&none);
	as_buf_free(&b);
}

static void samples_cut_at_every_byte_stay_in_bounds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		as_span whole = as_lit(samples[i].text);
		for (size_t n = 0; n < whole.n; n++) {
			uint8_t *exact = malloc(n + 1);
			memcpy(exact, whole.p, n);
			collected all = collect(samples[i].in, as_bytes(exact, n), samples[i].type,
				samples[i].path);
			assert_true(all.rows <= 5);
			collected_free(&all);
			free(exact);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_family_gives_its_rows_and_no_more),
		cmocka_unit_test(binary_nvram_is_read_in_runs),
		cmocka_unit_test(samples_cut_at_every_byte_stay_in_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
