# SPDX-License-Identifier: Apache-2.0
"""Self-extracting scripts: makeself's by itself; ONIE's installers and others as their published layout has them. What makeself
wrote stands apart from what it should be: the archive is what gzip and tar unpack behind its script."""
import hashlib
import io
import os
import pathlib
import subprocess
import tarfile
import tempfile

from make import EPOCH, TEXT, Golden, case, noise, part, prop
from trees import lie

ONIE = b"""#!/bin/sh
echo -n "Verifying image checksum ..."
%ssha1=$(sed -e '1,/^exit_marker$/d' "$0" | sha1sum | awk '{ print $1 }')
payload_sha1=%s
if [ "$sha1" != "$payload_sha1" ] ; then
    exit 1
fi
tmp_dir=$(mktemp -d)
sed -e '1,/^exit_marker$/d' "$0" | tar xf - -C $tmp_dir
exit 0
exit_marker
"""
OLD = b"""#!/bin/sh
# This script was generated using Makeself 2.1.5
CRCsum="%d"
MD5="%s"
label="golden"
script="./install.sh"
filesizes="%d"
offset=`head -n 11 "$0" | wc -c | tr -d " "`
exit 0
eval $finish
# end
"""
OTHER = b"""#!/bin/bash
ARCHIVE=`awk '/^__ARCHIVE_BELOW__/ {print NR + 1; exit 0; }' $0`
tail -n+$ARCHIVE $0 | tar xzv -C $TMPDIR
exit 0
__ARCHIVE_BELOW__
"""
TAIL = b"#!/bin/sh\ntail -n +4 \"$0\" | tar xz -C /\nexit 0\n"


def tar():
	out = io.BytesIO()
	with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as t:
		for name, data in (("installer/install.sh", b"#!/bin/sh\n"), ("installer/fs.zip", noise(300))):
			info = tarfile.TarInfo(name)
			info.size = len(data)
			t.addfile(info, io.BytesIO(data))
	return out.getvalue()


def cksum(data):
	return int(subprocess.run(["cksum"], input=data, stdout=subprocess.PIPE, check=True).stdout.split()[0])


def makeself(*options):
	with tempfile.TemporaryDirectory() as tmp:
		box = pathlib.Path(tmp, "box")
		box.mkdir()
		(box / "install.sh").write_bytes(b"#!/bin/sh\necho installed\n")
		(box / "data").write_bytes(TEXT[:600])
		for path in (box / "install.sh", box / "data", box):
			os.utime(path, (EPOCH, EPOCH))
		subprocess.run(["makeself", "--nox11", "--packaging-date", "2024-03-01", "--tar-extra", "--sort=name", *options, "box", "out.run", "golden", "./install.sh"], cwd=tmp,
			stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
		return pathlib.Path(tmp, "out.run").read_bytes()


def behind(image):
	"""Where the archive begins, by what the script says: it is left to the shell to find that out."""
	with tempfile.TemporaryDirectory() as tmp:
		pathlib.Path(tmp, "out.run").write_bytes(image)
		said = subprocess.run(["sh", "out.run", "--dumpconf"], cwd=tmp, stdout=subprocess.PIPE, check=True).stdout.decode()
		skip = int(next(l for l in said.splitlines() if l.startswith("SKIP=")).split('"')[1])
	return len(b"".join(image.splitlines(True)[:skip]))


def onie(data, flip=0, size=None, behind=b""):
	sha1 = hashlib.sha1(data).hexdigest().encode()
	line = b"" if size is None else b"payload_image_size=%d\n" % size
	return ONIE % (line, sha1[1:] + sha1[:1] if flip else sha1) + data + behind


def old(data, flip=0, size=None, crc=None):
	return OLD % (cksum(data) + flip if crc is None else crc, hashlib.md5(data).hexdigest().encode(), len(data) if size is None else size) + data


def split(image, data):
	return [part("script", image[:len(image) - len(data)]), part("payload", data)]


@case("selfextract")
def images():
	for name, options in (("makeself", ["--sha256", "--bzip2"]), ("makeself-xz", ["--xz"])):
		image = makeself(*options)
		data = image[behind(image):]
		yield Golden("selfextract", name, image, *split(image, data), prop("kind", "makeself"), prop("label", "golden"),
			prop("script", "./install.sh"), prop("md5", "ok"), prop("cksum", "ok"), *[prop("sha256", "ok")] * (name == "makeself"))
	image = old(tar())
	yield Golden("selfextract", "old", image, *split(image, tar()), prop("kind", "makeself"), prop("md5", "ok"), prop("cksum", "ok"))
	one, two = tar()[:1500], noise(300)
	script = OLD.replace(b"%d", b"%d %d").replace(b"%s", b"%s %s") % (cksum(one), cksum(two), hashlib.md5(one).hexdigest().encode(),
		hashlib.md5(two).hexdigest().encode(), len(one), len(two))
	yield Golden("selfextract", "several", script + one + two, part("script", script), part("payload", one), part("payload-1", two),
		prop("md5", "ok"), prop("cksum", "ok"))
	image = onie(tar())
	yield Golden("selfextract", "onie", image, *split(image, tar()), prop("kind", "ONIE"), prop("sha1", "ok"))
	image = onie(tar(), size=len(tar()))
	yield Golden("selfextract", "onie-signed", image + noise(90), *split(image, tar()),
		part("gap-0x%x" % len(image), noise(90)), prop("kind", "ONIE"), prop("sha1", "ok"))
	image = onie(tar(), 1)
	yield Golden("selfextract", "wrong", image, *split(image, tar()), prop("sha1", "wrong"), ("lost", "checksum of the payload is wrong"))
	for name, text in (("other", OTHER), ("tail", TAIL)):
		yield Golden("selfextract", name, text + noise(400), part("script", text), part("payload", noise(400)), prop("kind", "script"))


@lie("selfextract", "a part is cut off", "part .* /payload")
def selfextract_long_payload():
	return old(tar(), size=0xFFFFFFFFFFFF)


@lie("", "!type selfextract")
def selfextract_payload_of_nothing():
	return old(tar(), size=0)[:400]


@lie("", "!type selfextract")
def selfextract_sizes_that_overflow():
	return OLD.replace(b"%d\"\noffset", b"%d 18446744073709551615\"\noffset") % (1, b"0" * 32, 5) + TEXT


@lie("", "!type selfextract")
def selfextract_text_behind_a_mark():
	return OTHER + TEXT


@lie("selfextract", "checksum of the payload is wrong", "part .* /payload")
def selfextract_other_cksum():
	return old(tar(), 1)


@lie("selfextract", "!checksum of the payload is wrong", "part .* /payload")
def selfextract_no_cksum():
	return old(tar(), crc=0)


@lie("", "!type selfextract")
def selfextract_line_that_is_not_there():
	return TAIL.replace(b"+4", b"+4000000000") + noise(400)
