# SPDX-License-Identifier: Apache-2.0
"""RPM packages, by rpmbuild; one signed by rpmsign with a key of its own."""
import os
import pathlib
import subprocess
import tempfile

from make import Golden, case, part, prop, run
from trees import lie, read

SPEC = """Name: golden
Version: 1.2
Release: 3
Summary: A small package
License: Apache-2.0
Vendor: Example
BuildArch: noarch
%description
Nothing of use.
%post
echo installed
%files
%attr(0644, root, root) /etc/golden.conf
"""
CONF = b"answer = 42\n"
COMMON = ("--define", "_buildhost golden", "--define", "use_source_date_epoch_as_buildtime 1",
	"--define", "_build_id_links none", "--define", "clamp_mtime_to_source_date_epoch 1", "--nodeps")


def build(payload, key=False, files=(("etc/golden.conf", CONF),), spec=SPEC):
	"""The package that rpmbuild makes with that payload (such as w9.gzdio)."""
	with tempfile.TemporaryDirectory(prefix="assay-rpm-") as tmp:
		top = pathlib.Path(tmp)
		for name, data in files:
			path = top / "root" / name
			path.parent.mkdir(parents=True, exist_ok=True)
			path.write_bytes(data)
			os.utime(path, (1709294400, 1709294400))
		(top / "x.spec").write_text(spec.replace("%files", "%%install\ncp -a %s/root/. %%{buildroot}/\n%%files" % tmp))
		run("rpmbuild", "-bb", "--define", "_topdir %s/top" % tmp, "--define", "_binary_payload " + payload, *COMMON,
			str(top / "x.spec"))
		made = next((top / "top/RPMS").rglob("*.rpm"))
		if key:
			sign(top, made)
		return made.read_bytes()


def sign(top, package):
	home = top / "gpg"
	home.mkdir(0o700)
	env = dict(os.environ, GNUPGHOME=str(home))
	subprocess.run(["gpg", "--batch", "--passphrase", "", "--quick-gen-key", "golden", "rsa2048", "sign", "never"],
		env=env, check=True, capture_output=True)
	subprocess.run(["rpmsign", "--define", "_gpg_name golden", "--define", "__gpg /usr/bin/gpg", "--addsign", str(package)], env=env, check=True,
		capture_output=True)
	subprocess.run(["gpgconf", "--kill", "gpg-agent"], env=env, check=False, capture_output=True)


def payload_of(package):
	"""By the rules of the format, not by Assay: both headers say how long they are."""
	def end(at):
		n, store = (int.from_bytes(package[at + i:at + i + 4], "big") for i in (8, 12))
		return at + 16 + 16 * n + store
	return package[end(-(-end(96) // 8) * 8):]


FACTS = (prop("name", "golden"), prop("version", "1.2"), prop("release", "3"), prop("vendor", "Example"),
	prop("architecture", "noarch"), prop("header SHA-256", "ok"), prop("header SHA-1", "ok"), prop("package MD5", "ok"),
	prop("payload SHA-256", "ok"))


@case("rpm")
def rpms():
	for name, payload in (("gzip", "w9.gzdio"), ("xz", "w6.xzdio"), ("zstd", "w3.zstdio"), ("bzip2", "w9.bzdio"),
		("lzma", "w6.lzdio")):
		made = build(payload)
		yield Golden("rpm", name, made, part("postin", b"echo installed"), part("payload", payload_of(made)),
			prop("payload compressor", name), prop("signature", "none"), *FACTS)
	made = build("w9.gzdio", key=True)
	yield Golden("rpm", "signed", made + b"\xff" * 100, part("postin", b"echo installed"), part("payload", payload_of(made)), *FACTS)


@lie("rpm", "a digest of the package is wrong")
def rpm_wrong_digest():
	image = read("rpm", "gzip")
	image[-3] ^= 1
	return image
