#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a dossier out of thin air: a mobile base station as a review would record it.

usage: make.py OUT.assay [--objects N] [--faults N] [--hostile]

For tests of what reads dossiers, where a whole review would take too long or is not what is tested.
--objects N   fill the tree with N more files
--faults N    N more known vulnerabilities, in two components for five of them
--hostile     names and texts that try to break out of every format
"""
import argparse
import hashlib
import os
import random
import re
import sqlite3
import struct
import sys
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HOSTILE = "</script><img src=x onerror=alert(1)>\"'`=cmd|calc!A0,\\x1b[31m;\u202eend"
MIB = 1 << 20
with open(os.path.join(ROOT, "src/dossier/read.h"), encoding="utf-8") as _header:
    SCHEMA = int(re.search(r"AS_DOSSIER_SCHEMA = (\d+)", _header.read())[1])


def fact_tables():
    """CREATE statements of the fact tables, as tools/gen_facts.py makes them."""
    with open(os.path.join(ROOT, "src/model/facts.sql"), encoding="utf-8") as f:
        text = re.sub(r"--[^\n]*", "", f.read())
    for name, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\);", text, re.S):
        yield (f'CREATE TABLE "{name}" (object INTEGER NOT NULL REFERENCES object(id),'
               f" at INTEGER, len INTEGER, {body})")


class Dossier:
    def __init__(self, path):
        if os.path.exists(path):
            os.remove(path)
        self.db = sqlite3.connect(path)
        self.db.execute("PRAGMA page_size = 4096")
        self.db.execute(f"PRAGMA application_id = {0x41535359}")
        with open(os.path.join(ROOT, "src/dossier/schema.sql"), encoding="utf-8") as f:
            self.db.executescript(f.read())
        for statement in fact_tables():
            self.db.execute(statement)
        self.random = random.Random(33117)
        self.by_digest, self.bytes = {}, {}

    def add(self, table, **values):
        names = ", ".join(f'"{n}"' for n in values)
        marks = ", ".join("?" * len(values))
        row = self.db.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(values.values()))
        return row.lastrowid

    def object(self, data, kind, state="examined", size=None, entropy=None):
        digest = hashlib.sha256(data).hexdigest()
        if digest not in self.by_digest:
            self.by_digest[digest] = self.add("object", sha256=digest, sha1=hashlib.sha1(data).hexdigest(), size=size or len(data), type=kind,
                                              entropy=entropy or 5200, state=state)
            self.bytes[self.by_digest[digest]] = data
        return self.by_digest[digest]

    def exhibit(self, obj, at, length):
        self.db.execute("INSERT OR IGNORE INTO exhibit VALUES (?, ?, ?, ?)",
                        (obj, at, length, self.bytes[obj][at:at + length][:256]))

    def finish(self):
        self.db.execute(f"PRAGMA user_version = {SCHEMA}")
        self.db.commit()
        self.db.close()


class FileSystem:
    """Places below one container."""

    def __init__(self, d, owner, container, kind):
        self.d, self.owner, self.container, self.kind = d, owner, container, kind
        self.dirs = {"": owner}

    def dir(self, path, mode=0o755):
        path = path.strip("/")
        if path not in self.dirs:
            parent = self.dir(os.path.dirname(path))
            self.dirs[path] = self.d.add("place", parent=parent, owner=self.owner, format=self.kind,
                                         kind="dir", name=os.path.basename(path), path="/" + path,
                                         container=self.container, mode=mode, uid=0, gid=0,
                                         mtime=1609459200)
        return self.dirs[path]

    def file(self, path, obj, mode=0o644, kind="file", **more):
        parent = self.dir(os.path.dirname(path))
        return self.d.add("place", parent=parent, owner=self.owner, object=obj, format=self.kind,
                          kind=kind, name=os.path.basename(path), path=path, container=self.container,
                          mode=mode, uid=0, gid=0, mtime=1609459200, **more)


def cpio(entries):
    """A newc archive: [(name, mode, bytes)]. Answers the bytes and where each file's data stands."""
    out, where = b"", {}
    for i, (name, mode, data) in enumerate(entries + [("TRAILER!!!", 0, b"")]):
        raw = name.encode() + b"\0"
        fields = [i + 1, mode, 0, 0, 1, 1609459200, len(data), 0, 0, 0, 0, len(raw), 0]
        out += b"070701" + b"".join(b"%08X" % v for v in fields) + raw
        out += b"\0" * (-len(out) % 4)
        where[name] = len(out)
        out += data + b"\0" * (-len(data) % 4)
    return out, where


SHADOW = (b"root:$1$salt$qJH7.N4xYta3aEG/dfqo/0:18628:0:99999:7:::\nadmin::18628:0:99999:7:::\n"
          b"daemon:*:18628:0:99999:7:::\n")
PASSWD = b"root:x:0:0:root:/root:/bin/ash\nadmin:x:0:0:operator:/root:/bin/ash\ndaemon:*:1:1::/:/bin/false\n"
KEY = (b"-----BEGIN RSA PRIVATE KEY-----\n" + b"MIIEpAIBAAKCAQEAsynthetic0not0a0key0\n" * 12
       + b"-----END RSA PRIVATE KEY-----\n")
CERT = b"-----BEGIN CERTIFICATE-----\n" + b"MIIDdzCCAl+gAwIBAgIEsynthetic\n" * 9 + b"-----END CERTIFICATE-----\n"
WIFI = b"interface=wlan0\nssid=service\nwpa=2\nwpa_passphrase=12345678\n"
SNMP = b"rocommunity public\nrwcommunity private 0.0.0.0/0\nsyslocation tower\n"
UPDATE = (b"#!/bin/sh\n# fetch and flash\nwget --no-check-certificate http://update.example.net/fw.bin -O /tmp/fw"
          b" && flashcp /tmp/fw /dev/mtd4\n")
INITTAB = b"::sysinit:/etc/init.d/rcS\nttyS0::respawn:/bin/ash\n::respawn:/usr/sbin/telnetd -F -l /bin/login\n"

RULES = [
    # id, kind, severity, confidence, cwe, title, why, fix
    ("account-default-password", "default-credential", "critical", 0.98, "CWE-1393",
     "A login account has a factory password that is on public lists",
     "Anyone who has the list can log in as this account, on every device of the line.",
     "Lock the account, or set a secret per device at production and force a change at first use."),
    ("account-empty-password", "default-credential", "high", 0.95, "CWE-258",
     "Login account with an empty password",
     "Anyone who reaches a login prompt gets this account's rights without a secret.",
     "Lock the account, or set a secret that differs from device to device."),
    ("account-second-root", "undocumented-access", "high", 0.9, "CWE-250",
     "A second account has the rights of root",
     "An account with user number 0 is root under another name, and easily overlooked in reviews.",
     "Give it its own user number and only the rights it needs, or remove it."),
    ("private-key-shipped", "private-key", "critical", 0.97, "CWE-321",
     "A private key that fits a certificate is shipped in the image",
     "Every device of the line, and everyone who has the image, can act in the name of that certificate.",
     "Make the key on the device at first start; revoke this certificate."),
    ("service-telnet", "insecure-service", "high", 0.9, "CWE-319",
     "A Telnet server is started at boot",
     "Passwords and sessions cross the network in clear text.", "Remove telnetd; offer SSH only."),
    ("console-shell", "debug-interface", "medium", 0.85, "CWE-1299",
     "A shell without login on the serial console",
     "Whoever opens the housing has a root shell.", "Start getty with login, or none."),
    ("update-plain-http", "insecure-update", "high", 0.9, "CWE-494",
     "Firmware is fetched over plain HTTP and flashed unchecked",
     "Who sits on the path replaces the firmware.", "Fetch over TLS with checks on, and verify a signature."),
    ("secret-wifi", "secret-in-config", "medium", 0.8, "CWE-798",
     "A Wi-Fi passphrase is the same in all devices",
     "One device read gives access to all.", "Make it per device."),
    ("snmp-community", "default-credential", "medium", 0.9, "CWE-1393",
     "SNMP communities 'public' and 'private' allow reading and writing",
     "Anyone who reaches the port can read and change the configuration.", "Use SNMPv3 with keys per device."),
    ("elf-hardening-relro", "missing-hardening", "low", 0.99, "CWE-693",
     "Programs without full RELRO", "A write to the global offset table redirects calls.",
     "Link with -Wl,-z,relro,-z,now."),
    ("elf-no-pie", "missing-hardening", "low", 0.99, "CWE-693",
     "Programs are not position independent", "Code stands at an address known beforehand.",
     "Compile with -fPIE, link with -pie."),
    ("elf-rpath-leaves", "missing-hardening", "medium", 0.8, "CWE-426",
     "Programs look for libraries in folders outside the image",
     "Who can create that folder runs code as the program.", "Remove the RPATH at link time."),
    ("component-unsupported", "unsupported-component", "medium", 0.85, "CWE-1104",
     "OpenSSL 1.0.2 has had no fixes since 2020", "Known weaknesses stay open.",
     "Move to a supported branch."),
    ("kernel-no-kaslr", "missing-hardening", "low", 0.9, "CWE-1188", "The kernel starts at a fixed address",
     "Kernel exploits need no leak.", "Set CONFIG_RANDOMIZE_BASE."),
    ("build-path", "non-reproducible-build", "info", 0.7, "CWE-215", "Build paths are left in binaries",
     "They tell who built it and where, and the build is not reproducible.", "Use -ffile-prefix-map."),
]
UNDECIDED = ("firewall-open", "insecure-service", "medium", 0.5, "CWE-284",
             "The firewall may accept everything at start",
             "The policy is set from a variable that only the running device knows.",
             "Set the policy to DROP before interfaces come up.")

PROGRAMS = """/bin/busybox /usr/sbin/dropbear /usr/sbin/lighttpd /usr/sbin/snmpd /usr/sbin/dnsmasq
/usr/sbin/hostapd /usr/sbin/pppd /usr/bin/osmo-bts-trx /usr/bin/osmo-bsc /usr/bin/osmo-msc /usr/bin/osmo-mgw
/usr/bin/osmo-pcu /usr/bin/osmo-trx-uhd /usr/bin/curl /usr/bin/openssl /usr/bin/sudo /usr/sbin/chronyd
/usr/bin/tcpdump /usr/sbin/cwmpd /usr/bin/mtd /usr/sbin/iptables /usr/bin/gdbserver""".split()
LIBRARIES = """libc.so.6 libssl.so.1.0.2 libcrypto.so.1.0.2 libz.so.1 libosmocore.so.19 libosmogsm.so.18
libosmovty.so.9 libosmoabis.so.10 libosmo-netif.so.11 libtalloc.so.2 libsctp.so.1 libpcap.so.0.8
libsqlite3.so.0 libortp.so.13 libusb-1.0.so.0 libcurl.so.4 libnl-3.so.200 libpcre.so.3""".split()
COMPONENTS = [
    ("openssl", "OpenSSL", "1.0.2u", "/usr/lib/libcrypto.so.1.0.2", "OpenSSL 1.0.2u  20 Dec 2019"),
    ("openssl", "OpenSSL", "1.0.2u", "/usr/lib/libssl.so.1.0.2", "OpenSSL 1.0.2u  20 Dec 2019"),
    ("busybox", "BusyBox", "1.30.1", "/bin/busybox", "BusyBox v1.30.1 (2021-02-03 10:00:00 UTC)"),
    ("dropbear", "Dropbear", "2018.76", "/usr/sbin/dropbear", "SSH-2.0-dropbear_2018.76"),
    ("lighttpd", "lighttpd", "1.4.53", "/usr/sbin/lighttpd", "lighttpd/1.4.53"),
    ("net-snmp", "Net-SNMP", "5.7.3", "/usr/sbin/snmpd", "NET-SNMP version 5.7.3"),
    ("dnsmasq", "dnsmasq", "2.80", "/usr/sbin/dnsmasq", "dnsmasq-2.80"),
    ("hostapd", "hostapd", "2.9", "/usr/sbin/hostapd", "hostapd v2.9"),
    ("pppd", "ppp", "2.4.7", "/usr/sbin/pppd", "pppd version 2.4.7"),
    ("curl", "curl", "7.64.0", "/usr/bin/curl", "curl 7.64.0"),
    ("zlib", "zlib", "1.2.11", "/usr/lib/libz.so.1", "deflate 1.2.11 Copyright 1995-2017"),
    ("sqlite", "SQLite", "3.27.2", "/usr/lib/libsqlite3.so.0", "2019-02-25 16:06:06 bd49a8271d65"),
    ("osmo-bts", "OsmoBTS", "1.4.0", "/usr/bin/osmo-bts-trx", "osmo-bts-trx version 1.4.0"),
    ("osmo-bsc", "OsmoBSC", "1.7.0", "/usr/bin/osmo-bsc", "osmo-bsc version 1.7.0"),
    ("sudo", "sudo", "1.8.27", "/usr/bin/sudo", "Sudo version 1.8.27"),
    ("tcpdump", "tcpdump", "4.9.3", "/usr/bin/tcpdump", "tcpdump 4.9.3"),
]
CLAUSES = [
    # framework, clause, title, coverage, pass, fail, kinds
    ("3GPP TS 33.117", "4.2.2.2.2", "Protection at the transport layer", "partial",
     "Captures show TLS 1.2 or later only", "Clear-text protocols are started", ["weak-crypto", "insecure-service"]),
    ("3GPP TS 33.117", "4.2.3.4.2.1", "Predefined accounts deleted or disabled", "partial",
     "No account with a usable secret is shipped", "An account with a known secret is shipped",
     ["default-credential", "hardcoded-credential", "undocumented-access"]),
    ("3GPP TS 33.117", "4.2.3.3.5", "Software integrity", "partial", "A signature is checked before flashing",
     "Unsigned images are flashed", ["insecure-update"]),
    ("3GPP TS 33.117", "4.2.2.2.3.1", "Authorization token verification within one PLMN", "none", "", "", []),
    ("EU CRA Annex I", "I.2.b", "Secure by default configuration", "partial", "", "",
     ["default-credential", "insecure-service", "debug-interface"]),
    ("EU CRA Annex I", "I.2.e", "Confidentiality of data", "partial", "", "", ["private-key", "secret-in-config"]),
    ("EU CRA Annex I", "I.2.j", "Limited attack surface", "partial", "", "", ["debug-interface", "excessive-privilege"]),
    # Narrower than the kind: only rules with such a name speak to it.
    ("ETSI EN 303 645", "5.1-99", "Narrowed to other rules", "partial", "", "", ["default-credential=secret-*"]),
    ("ETSI EN 303 645", "5.1-98", "Narrowed to these rules", "partial", "", "", ["default-credential=account-*"]),
    ("ETSI EN 303 645", "5.1-1", "No universal default passwords", "partial", "", "", ["default-credential"]),
    ("ETSI EN 303 645", "5.3-2", "Secure update mechanism", "partial", "", "", ["insecure-update"]),
    ("EU 5G toolbox", "TM02", "Ensuring the application of security measures in 5G standards", "partial", "", "",
     ["missing-hardening", "weak-crypto"]),
]
FORMATS = [("gzip", "gzip", "gzip -dc < IN > OUT"),
           ("cpio", "cpio archive", "cpio -i --quiet --to-stdout PATH < IN > OUT"),
           ("squashfs", "SquashFS 4", "unsquashfs -cat IN PATH > OUT"),
           ("uimage", "U-Boot legacy image", None)]


class Station:
    """The image: a bootloader, a kernel, a root file system, settings, and bytes nobody knows."""

    def __init__(self, d, objects, hostile, faults=0):
        self.d, self.objects, self.hostile, self.faults = d, objects, hostile, faults
        self.files = {}

    def text(self, plain):
        return f"{plain} {HOSTILE}" if self.hostile else plain

    def meta(self):
        for name, value in (("tool", "assay"), ("version", "0.1.0"), ("schema", str(SCHEMA)),
                            ("knowledge", "2026-11-01"), ("reviewed", "2026-11-23T12:00:00Z"),
                            ("limits", "depth 16, objects 2000000, bytes 68719476736, ratio 1000, seconds 120")):
            self.d.add("meta", name=name, value=value)
        for row in FORMATS:
            self.d.add("format_see", format=row[0], title=row[1], see=row[2])
        for framework, clause, title, coverage, good, bad, kinds in CLAUSES:
            self.d.add("clause", framework=framework, clause=clause, title=title, coverage=coverage,
                       evidence_pass=good, evidence_fail=bad, source="public text")
            for kind in kinds:
                kind, _, rules = kind.partition("=")
                self.d.add("clause_kind", framework=framework, clause=clause, kind=kind,
                           source="public text", confidence="high", rules=rules or "*")

    def image(self):
        """The bytes are real, so that commands shown can be run: an archive in a gzip stream at 8 MiB."""
        d = self.d
        files = [("etc/passwd", 0o100644, PASSWD), ("etc/shadow", 0o100600, SHADOW)]
        archive, _ = cpio(files)
        packed = zlib.compressobj(9, zlib.DEFLATED, 31)
        stream = packed.compress(archive) + packed.flush()
        self.raw = bytearray(b"\xff" * (64 * MIB)) if self.objects == 0 else bytearray(16 * MIB)
        noise = self.d.random.randbytes(2 * MIB)
        self.raw[0x0:0x60000] = noise[:0x60000]
        self.raw[0x100000:0x100000 + len(stream)] = stream
        self.raw = bytes(self.raw)
        name = self.text("basestation.bin").replace("/", "")
        self.input = d.object(self.raw, "data", entropy=4110)
        self.top = d.add("place", object=self.input, format="input", kind="input", name=name,
                         path="/" + name, container="")
        self.stream, self.archive = stream, archive
        self.name = name

    def part(self, at, length, kind, label, data=None, state="examined", entropy=6100):
        d = self.d
        data = data if data is not None else self.raw[at:at + min(length, 4096)] + struct.pack("<Q", at)
        obj = d.object(data, kind, state=state, size=length, entropy=entropy)
        d.add("extent", object=self.input, at=at, len=length, **{"class": "object"}, label=label,
              child=obj, entropy=entropy)
        place = d.add("place", parent=self.top, owner=self.top, object=obj, format="scan", kind="part",
                      name=f"{at:#x}.{kind}", path=f"/{at:#x}.{kind}", container=self.name, at=at, len=length)
        return obj, place

    def parts(self):
        d, size = self.d, len(self.raw)
        self.part(0, 0x60000, "data", "U-Boot 2018.03", entropy=6300)
        obj, place = self.part(0x100000, len(self.stream), "gzip", "gzip", self.stream, entropy=7900)
        cpio_obj = d.object(self.archive, "cpio")
        chain = f"{self.name}/{0x100000:#x}.gzip"
        inner = d.add("place", parent=place, owner=place, object=cpio_obj, format="gzip", kind="part",
                      name="content", path="/content", container=chain)
        self.initrd = FileSystem(d, inner, chain + "/content", "cpio")
        d.add("extent", object=obj, at=0, len=len(self.stream), **{"class": "structure"}, label="gzip")
        d.add("extent", object=cpio_obj, at=0, len=len(self.archive), **{"class": "structure"}, label="cpio")
        self.kernel, _ = self.part(0x200000, 0x420000, "uimage", "Linux 4.14.98 uImage", entropy=7960)
        self.part(0x680000, 0x6000, "dtb", "device tree", entropy=4300)
        rootfs_at, rootfs_len = 0x800000, min(22 * MIB, size // 2 - 0x100000)
        _, rootfs = self.part(rootfs_at, rootfs_len, "squashfs", "SquashFS, xz", entropy=7990)
        self.rootfs = FileSystem(d, rootfs, f"{self.name}/{rootfs_at:#x}.squashfs", "squashfs")
        self.account(size)

    def account(self, size):
        """Padding between the parts, one stretch of unknown bytes, some known structure."""
        d, end = self.d, 0
        rows = d.db.execute("SELECT at, len FROM extent WHERE object = ? ORDER BY at", (self.input,)).fetchall()
        for at, length in rows + [(size, 0)]:
            gap = at - end
            if gap > 0 and end >= 0x800000:
                known = min(0x90000, gap // 4)
                d.add("extent", object=self.input, at=end, len=known, **{"class": "unknown"}, entropy=7994)
                d.add("unexamined", object=self.input, at=end, len=known, stage="scan", reason="unknown",
                      text="bytes of no known format; high entropy: compressed or encrypted")
                d.add("extent", object=self.input, at=end + known, len=64, **{"class": "structure"},
                      label="environment header", entropy=2000)
                end, gap = end + known + 64, gap - known - 64
            if gap > 0:
                d.add("extent", object=self.input, at=end, len=gap, **{"class": "padding"}, label="0xff",
                      entropy=0)
            end = at + length

    def put(self, path, data, kind, mode=0o644, fs=None):
        obj = self.d.object(data, kind)
        self.files[path] = (obj, (fs or self.rootfs).file(path, obj, mode))
        return obj

    def configuration(self):
        for fs in (self.initrd, self.rootfs):
            self.put("/etc/passwd", PASSWD, "text", fs=fs)
            self.put("/etc/shadow", SHADOW, "text", 0o600, fs=fs)
        self.put("/etc/inittab", INITTAB, "text")
        self.put("/etc/hostapd.conf", WIFI, "text")
        self.put("/etc/snmp/snmpd.conf", SNMP, "text")
        self.put("/usr/sbin/fwupdate", UPDATE, "text/script", 0o777)
        self.put("/etc/ssl/private/server.key", KEY, "pem", 0o644)
        self.put("/etc/ssl/server.crt", CERT, "pem")
        self.put("/etc/firewall.sh", b"#!/bin/sh\niptables -P INPUT $POLICY\n", "text/script", 0o755)
        if self.hostile:
            self.put("/www/" + HOSTILE.replace("/", ""), b"<html>", "text")
            self.put("/www/=SUM(A1)", b"=SUM(A1)", "text")
        self.rootfs.file("/etc/mtab", None, 0o777, "symlink", target="/proc/mounts")
        self.rootfs.file("/dev/console", None, 0o600, "char", major=5, minor=1)

    def facts(self):
        d, f = self.d, self.files
        shadow, passwd, key, cert = (f[p][0] for p in ("/etc/shadow", "/etc/passwd",
                                     "/etc/ssl/private/server.key", "/etc/ssl/server.crt"))
        first = SHADOW.index(b"\n")
        d.add("account", object=shadow, at=0, len=first, source="shadow", user="root",
              secret="$1$salt$qJH7.N4xYta3aEG/dfqo/0", scheme="md5", guessed="password",
              guessed_from="factory list")
        d.add("account", object=shadow, at=first + 1, len=27, source="shadow", user="admin", secret="",
              scheme="empty")
        d.add("account", object=passwd, at=0, len=30, source="passwd", user="root", secret="x", scheme="shadow",
              uid=0, gid=0, home="/root", shell="/bin/ash")
        d.add("secret", object=f["/etc/hostapd.conf"][0], at=35, len=23, kind="wifi-psk", name="wpa_passphrase",
              value=self.text("12345678"), format="hostapd", placeholder=0, guessed="12345678")
        d.add("secret", object=f["/etc/snmp/snmpd.conf"][0], at=0, len=18, kind="snmp-community",
              name="rocommunity", value="public", format="text", placeholder=0, guessed="public")
        print_ = hashlib.sha256(b"spki").hexdigest()
        d.add("key", object=key, at=0, len=len(KEY), part="private", format="pem-pkcs1", algorithm="RSA",
              bits=2048, fingerprint=print_, parse="ok")
        d.add("certificate", object=cert, at=0, len=len(CERT), subject="CN=bts.example.net",
              issuer="CN=bts.example.net", serial="01", not_before="2015-01-01T00:00:00Z",
              not_after="2025-01-01T00:00:00Z", signature="sha1WithRSAEncryption", algorithm="RSA", bits=2048,
              ca=0, self_signed=1, fingerprint=print_, sha256=hashlib.sha256(CERT).hexdigest(),
              names="bts.example.net", bundle=1)
        init = f["/etc/inittab"][0]
        d.add("autostart", object=init, at=55, len=47, init="inittab", name="respawn",
              command="/usr/sbin/telnetd -F -l /bin/login", program="/usr/sbin/telnetd",
              args="-F -l /bin/login", user="root", trigger="respawn", enabled=1)
        d.add("listener", object=init, at=55, len=47, daemon="telnetd", service="telnet", protocol="tcp", port=23,
              source="default", cleartext=1, enabled=1)
        d.add("listener", object=f["/etc/snmp/snmpd.conf"][0], at=None, len=None, daemon="snmpd", service="snmp",
              protocol="udp", port=161, address="0.0.0.0", source="config", cleartext=1, enabled=1)
        at = UPDATE.index(b"http")
        d.add("fetch", object=f["/usr/sbin/fwupdate"][0], at=28, len=80, tool="wget",
              url="http://update.example.net/fw.bin", scheme="http", verify="off", flashes=1, purpose="firmware")
        d.add("address", object=f["/usr/sbin/fwupdate"][0], at=at, len=32, kind="url",
              value="http://update.example.net/fw.bin", scheme="http", host="update.example.net")
        d.add("address", object=cert, at=0, len=9, kind="url", value="http://www.w3.org/2001/XMLSchema",
              scheme="http", host="www.w3.org", noise="schema")
        d.add("kernel", object=self.kernel, at=64, len=80, version="4.14.98",
              banner="Linux version 4.14.98 (build@ci)", compiler="gcc 7.3.0", built="2021-02-03", configured=1)

    def binaries(self):
        d, rnd = self.d, self.d.random
        paths = [(p, "program") for p in PROGRAMS] + [(f"/usr/lib/{n}", "library") for n in LIBRARIES]
        for path, role in paths:
            data = b"\x7fELF\1\1\1" + path.encode() + rnd.randbytes(200)
            obj = self.put(path, data, "elf", 0o4755 if path.endswith("sudo") else 0o755)
            program = role == "program"
            fortifiable = rnd.randrange(0, 30)
            d.add("elf", object=obj, type="dyn", role=role, machine="arm", bits=32, endian="little",
                  abi="eabi5-hard", linkage="dynamic", interp="/lib/ld-linux-armhf.so.3" if program else None,
                  soname=None if program else os.path.basename(path), needed="libc.so.6",
                  build_id=hashlib.sha1(data).hexdigest(), compiler="GCC: (Buildroot) 7.3.0", stripped=1,
                  pie=(rnd.random() < 0.5) * 1 if program else None, nx=1,
                  relro=rnd.choice(["none", "partial", "partial", "full"]), canary=(rnd.random() < 0.6) * 1,
                  fortified=rnd.randrange(0, fortifiable + 1), fortifiable=fortifiable,
                  runpath="/home/build/out/lib" if "osmo-pcu" in path else None, textrel=0, wx=0, sections=29)
            d.exhibit(obj, 0, 64)
            d.add("code", object=obj, at=0, len=52, **{"class": "library" if role == "library" else "tool"}, functions=40,
                  instructions=4000, bytes=16000, code_bytes=16384, unresolved=0, partial=0,
                  sectionless=0)
            d.add("measure", object=obj, at=0, len=52, name="unsafe-strcpy", numerator=rnd.randrange(0, 12), denominator=12)
        d.db.executemany("INSERT INTO known_measure VALUES ('all', 'unsafe-strcpy', ?, ?, 40)",
                         [(0, 20), (200, 30), (1000, 40)])
        for ident, name, version, path, text in COMPONENTS:
            cpe = f"cpe:2.3:a:{ident}:{ident}:{version}:*:*:*:*:*:*:*"
            d.add("component", object=self.files[path][0], at=8, len=32, id=ident, name=self.text(name),
                  version=version, vendor=ident, purl=f"pkg:generic/{ident}@{version}", cpe=cpe, method="banner",
                  confidence=930, evidence=self.text(text))
        for nth, (ident, *_) in enumerate(COMPONENTS):
            d.add("licence", object=self.files[COMPONENTS[nth][3]][0], component=ident, spdx=("MIT", "GPL-2.0-only OR MIT")[nth % 2],
                  text="as written", method="copyright")
        d.add("licence", object=self.files[COMPONENTS[1][3]][0], component=COMPONENTS[1][0], spdx="Zlib", text="zlib", method="copyright")
        d.add("component", object=self.kernel, at=64, len=80, id="linux", name="Linux", version="4.14.98",
              purl="pkg:generic/linux@4.14.98", cpe="cpe:2.3:o:linux:linux_kernel:4.14.98:*:*:*:*:*:*:*",
              method="kernel", confidence=990, evidence="Linux version 4.14.98 (build@ci)")
        self.vulnerable()

    def vulnerable(self):
        """Known vulnerabilities: exploited and reached, possibly, fixed by somebody, with and without scores."""
        d = self.d
        d.add("knowledge_source", kind="nvd", name="nvd.json.gz", newest="2026-05-01T00:00:00", imported="2026-05-02T00:00:00Z",
              read=330000, stored=329990, unchanged=0, refused=10)
        known = [("CVE-2022-0778", "openssl", "1.0.2u", "affected", 7.5, "3.1", "high", "CWE-835", "2022-04-01", 0.12, "urgent"),
                 ("CVE-2015-1793", "openssl", "1.0.2u", "not", 6.5, "2.0", None, "CWE-310 CWE-254", None, None, None),
                 ("CVE-2024-1086", "linux", "4.14.98", "possibly", None, None, None, None, None, None, "low")]
        for cve, what, version, verdict, score, cvss, severity, cwe, kev, epss, priority in known:
            d.add("vulnerability", cve=cve, summary=self.text("A fault."), cvss=score, cvss_version=cvss, vector=None,
                  severity=severity, cwe=cwe, kev=kev, epss=epss, percentile=epss, published="2022-03-15T17:15:08.513",
                  modified="2024-06-21T19:15:21Z", status="Analyzed", disputed=0, sources="nvd")
            d.add("vulnerability_match", cve=cve, component=what, version=version, object=self.kernel, at=64, len=80,
                  verdict=verdict, why=self.text(f"{what} {version}: before 9"), range="before 9", witness=version,
                  version_order="upstream", source="nvd", reach="network" if priority == "urgent" else None,
                  chain=None, priority=priority, because=priority and "CVSS")

        self.reached()
        self.many()

    def reached(self):
        """The way to OpenSSL, through a library of a server that listens; the kernel's; and one file that nothing uses."""
        d, place, obj = self.d, self.at, {p: o for p, (o, _) in self.files.items()}
        init, daemon, lib, held = "/etc/inittab", "/usr/sbin/lighttpd", "/usr/lib/libcrypto.so.1.0.2", "/usr/lib/libz.so.1"
        ways = {("openssl", "1.0.2u"): ("network", "inittab starts lighttpd as root, which listens on tcp 443, and links with libcrypto.so.1.0.2", [
                    ("start", "inittab", self.text("lighttpd: /usr/sbin/lighttpd -D"), init, 55, 47), ("program", "lighttpd", None, daemon, None, None),
                    ("port", "tcp 443", "by its arguments", init, 55, 47), ("user", "root", "when it starts", init, 55, 47),
                    ("library", self.text("libcrypto.so.1.0.2"), None, lib, None, None),
                    ("component", self.text("OpenSSL 1.0.2u"), "told by its banner", lib, 8, 32)]),
                ("linux", "4.14.98"): ("started", "the kernel runs", [("kernel", "Linux 4.14.98", None, None, 64, 80)]),
                ("zlib", "1.2.11"): ("present", "libz.so.1 holds it", [("component", "zlib 1.2.11", "told by its banner", held, 8, 32)])}
        for (what, version), (reach, chain, steps) in ways.items():
            d.add("component_reach", component=what, version=version, reach=reach, chain=self.text(chain))
            for i, (kind, text, note, path, at, length) in enumerate(steps):
                where = obj[path] if path else self.kernel
                d.add("reach_step", component=what, version=version, step=i + 1, kind=kind, text=text, note=note, object=where,
                      place=place(path) if path else None, at=at, len=length)
                if at is not None:
                    d.exhibit(where, at, length)
        d.add("supplier", object=obj[daemon], at=0, len=8, name=self.text("Example Chips"), role="chip-sdk", part="SDK", belongs_to="Example",
              confidence=800, evidence=self.text("/home/sdk/example"))

    def at(self, path):
        return self.files[path][1]

    def many(self):
        """As large images have them: each of the components has a way of four steps and a licence."""
        rnd, d = random.Random(4), self.d
        lib, obj = self.files["/usr/lib/libz.so.1"][1], self.files["/usr/lib/libz.so.1"][0]
        for i in range(self.faults * 2 // 5):
            name = f"part-{i:04}"
            d.add("component", object=obj, at=8, len=32, id=name, name=self.text(name), version="1.0", vendor=f"maker {i % 40}", method="banner",
                  purl=f"pkg:generic/{name}@1.0", confidence=900, evidence=f"{name} 1.0")
            d.add("licence", object=obj, component=name, spdx=("MIT", "GPL-2.0-only", "Zlib", None)[i % 4], text="as written", method="metadata")
            reach = ("network", "started", "used", "present")[i % 4]
            d.add("component_reach", component=name, version="1.0", reach=reach, chain=f"{name}d listens")
            for k, kind in enumerate(("start", "program", "port", "component")):
                d.add("reach_step", component=name, version="1.0", step=k + 1, kind=kind, text=f"{name}{kind}", note="a note", object=obj, place=lib,
                      at=8, len=24 + k)
        for i in range(self.faults):
            cve, priority = f"CVE-2020-{10000 + i}", ("urgent", "high", "medium", "low")[min(3, i * 20 // self.faults)]
            d.add("vulnerability", cve=cve, summary="A fault in the parser of a message. " * 8, cvss=rnd.randrange(20, 100) / 10, cvss_version="3.1",
                  severity="high", kev="2021-01-01" if i % 97 == 0 else None, epss=rnd.random() / 9, published="2020-01-01", disputed=0, sources="nvd")
            d.add("vulnerability_match", cve=cve, component=f"part-{i * 2 // 5:04}", version="1.0", object=obj, at=8, len=32,
                  verdict=("affected", "possibly")[i % 2], why="part 1.0 (by its banner); affected: before 2", range="before 2", witness="1.0",
                  version_order="upstream", source=("nvd", "osv", "cve")[i % 3], reach=("network", "started", "used", "present")[i * 2 // 5 % 4],
                  chain="partd listens", priority=priority, because="CVSS; reached")

    def filler(self):
        rnd = self.d.random
        folders = [f"/usr/share/{a}/{b}" for a in ("mibs", "locale", "doc", "www", "firmware")
                   for b in ("a", "b", "c", "d", "e", "f", "g", "h")]
        for i in range(self.objects):
            data = b"filler %d" % i
            obj = self.d.object(data, rnd.choice(["text", "data", "text/json", "image/png"]),
                                size=rnd.randrange(10, 90000), entropy=rnd.randrange(3000, 8000))
            self.rootfs.file(f"{folders[i % len(folders)]}/file-{i:05}", obj)

    def findings(self):
        relro = self.d.db.execute("SELECT object FROM elf WHERE relro <> 'full' ORDER BY object").fetchall()
        pie = self.d.db.execute("SELECT object FROM elf WHERE pie = 0 ORDER BY object").fetchall()
        f = {p: o for p, (o, _) in self.files.items()}
        first = SHADOW.index(b"\n")
        places = {
            "account-default-password": [(f["/etc/shadow"], 0, first, "root", "the password is 'password'")],
            "account-empty-password": [(f["/etc/shadow"], first + 1, 27, "admin", None)],
            "account-second-root": [(f["/etc/passwd"], 31, 40, "admin", None)],
            "private-key-shipped": [(f["/etc/ssl/private/server.key"], 0, len(KEY), "RSA 2048",
                                     "fits the certificate CN=bts.example.net")],
            "service-telnet": [(f["/etc/inittab"], 55, 47, "telnetd", None)],
            "console-shell": [(f["/etc/inittab"], 28, 26, "ttyS0", None)],
            "update-plain-http": [(f["/usr/sbin/fwupdate"], 28, 80, "http://update.example.net/fw.bin", None)],
            "secret-wifi": [(f["/etc/hostapd.conf"], 35, 23, "wpa_passphrase", None)],
            "snmp-community": [(f["/etc/snmp/snmpd.conf"], 0, 18, "public", None),
                               (f["/etc/snmp/snmpd.conf"], 19, 29, "private", "may write")],
            "elf-hardening-relro": [(o, 0, 64, None, None) for o, in relro],
            "elf-no-pie": [(o, 0, 64, None, None) for o, in pie],
            "elf-rpath-leaves": [(f["/usr/bin/osmo-pcu"], 0, 64, "/home/build/out/lib", None)],
            "component-unsupported": [(f["/usr/lib/libcrypto.so.1.0.2"], 8, 32, "OpenSSL 1.0.2u", None)],
            "kernel-no-kaslr": [(self.kernel, 64, 80, "4.14.98", None)],
            "build-path": [(f["/usr/bin/osmo-pcu"], 0, 64, "/home/build", None)],
            "firewall-open": [(f["/etc/firewall.sh"], 10, 27, "$POLICY", None)],
        }
        for rule in RULES + [UNDECIDED]:
            self.finding(rule, places[rule[0]], "unknown" if rule is UNDECIDED else "holds")
        for name in ("account-weak-hash", "sshd-root-login", "certificate-expired"):
            self.rule((name, "weak-crypto", "medium", 0.8, "CWE-327", name.replace("-", " "), "", ""), "silent")

    def rule(self, rule, outcome):
        ident, kind, severity, confidence, cwe, title, why, fix = rule
        self.d.add("rule", id=ident, title=self.text(title), kind=kind, severity=severity, confidence=confidence,
                   confidence_why="read from the file itself", cwe=cwe, why=self.text(why), fix=self.text(fix),
                   sql=f"SELECT object, at, len, 'x' AS subject, 'holds' AS verdict\n  FROM fact -- {ident}",
                   outcome=outcome)

    def finding(self, rule, places, verdict):
        ident, kind, severity, confidence, cwe, title, why, fix = rule
        self.rule(rule, "holds" if verdict == "holds" else "undecided")
        self.d.add("finding", id=ident, rule=ident, kind=kind, severity=severity, confidence=confidence,
                   title=self.text(title), why=self.text(why), fix=self.text(fix), cwe=cwe, verdict=verdict,
                   n=len(places))
        for i, (obj, at, length, subject, note) in enumerate(places):
            self.d.add("finding_place", finding=ident, i=i, object=obj, at=at, len=length,
                       subject=self.text(subject) if subject else None, note=note, verdict=verdict)
            self.d.exhibit(obj, at, length)

    def damage(self):
        d = self.d
        broken = d.object(b"\x1f\x8b\x08 cut off", "gzip", state="partial")
        place = self.rootfs.file("/usr/share/log.gz", broken)
        d.add("unexamined", object=broken, place=place, at=10, len=None, stage="gzip", reason="damaged",
              text="compressed data is damaged or cut off")
        locked = d.object(b"PK\3\4 locked", "zip", state="unexamined")
        place = self.rootfs.file("/usr/share/vendor.zip", locked)
        d.add("unexamined", object=locked, place=place, at=0, len=None, stage="zip", reason="encrypted",
              text=self.text("entries are encrypted"))

    def build(self):
        self.meta()
        self.image()
        self.parts()
        self.configuration()
        self.facts()
        self.binaries()
        self.filler()
        self.findings()
        self.damage()


def make(path, objects=0, hostile=False, faults=0):
    """Writes the dossier; answers the bytes of the image it tells of."""
    d = Dossier(path)
    station = Station(d, objects, hostile, faults)
    station.build()
    d.finish()
    return station.raw


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--objects", type=int, default=0)
    parser.add_argument("--faults", type=int, default=0)
    parser.add_argument("--hostile", action="store_true")
    parser.add_argument("--image", help="write the image's bytes here too")
    args = parser.parse_args()
    raw = make(args.out, args.objects, args.hostile, args.faults)
    if args.image:
        with open(args.image, "wb") as f:
            f.write(raw)


if __name__ == "__main__":
    sys.exit(main())
