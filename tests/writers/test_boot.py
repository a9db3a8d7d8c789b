# SPDX-License-Identifier: Apache-2.0
"""Boot formats: environments of mkenvimage, boot images of mkbootimg, FIT of mkimage, text of srec_cat, volumes of
EDK II; and what damage leaves of them."""
import hashlib
import io
import pathlib
import random
import re
import sqlite3
import subprocess
import tarfile
import tempfile
import unittest

from writers import ASSAY, have, run, said
from lib import apt  # noqa: E402  tests/images

OVMF = pathlib.Path("/usr/share/OVMF/OVMF_CODE.fd")


def sha(data):
	return hashlib.sha256(data).hexdigest()


def put(files, *argv, out="out"):
	with tempfile.TemporaryDirectory(prefix="assay-boot-") as tmp:
		for name, data in files.items():
			pathlib.Path(tmp, name).write_bytes(data)
		run(*argv, cwd=tmp)
		return pathlib.Path(tmp, out).read_bytes()


def parts(lines):
	"""Names to digests of what came out."""
	rows = [l.split(" ", 6) for l in lines if l.startswith(("part ", "file "))]
	return {r[6].split(" hint ")[0]: r[5] for r in rows}


@unittest.skipUnless(have("mkenvimage"), "mkenvimage")
class Environment(unittest.TestCase):
	TEXT = b"baudrate=115200\nbootcmd=run distro\nbootdelay=0\nserverip=192.0.2.9\n"

	def test_sizes(self):
		for size in (256, 1000, 0x1000, 0x2000, 0x10000, 0x1F000, 0x20000, 0x40000, 0x80000):
			for options in ((), ("-r",), ("-b",), ("-p", "0"), ("-r", "-b")):
				with self.subTest(size=size, options=options):
					image = put({"in": self.TEXT}, "mkenvimage", "-s", str(size), *options, "-o", "out", "in")
					self.assertEqual(parts(said(image)), {"/u-boot.env": sha(self.TEXT)})

	def test_in_flash(self):
		"""Behind something else, where nobody says where it stands."""
		image = put({"in": self.TEXT}, "mkenvimage", "-s", "8192", "-r", "-o", "out", "in")
		flash = random.Random(1).randbytes(0x8000) + image + b"\xff" * 0x2000 + random.Random(2).randbytes(0x1000)
		self.assertIn(sha(image), parts(said(flash)).values())

	def test_damage(self):
		"""One flipped bit, and it is no longer believed; of two copies the other still is."""
		one = bytearray(put({"in": self.TEXT}, "mkenvimage", "-s", "2048", "-r", "-o", "out", "in"))
		for at in random.Random(3).sample(range(5, 2048), 8):
			bad = bytearray(one)
			bad[at] ^= 1 << at % 8
			self.assertNotIn("type uboot_env", "\n".join(said(bytes(bad))))
			self.assertIn(sha(bytes(one)), parts(said(bytes(bad + one))).values())


@unittest.skipUnless(have("mkbootimg"), "mkbootimg")
class Android(unittest.TestCase):
	def test_pages(self):
		files = {n: random.Random(n).randbytes(3000 + len(n) * 777) for n in ("kernel", "ramdisk", "second", "dtb")}
		for page in (2048, 4096, 8192, 16384):
			for version, names in ((0, "kernel ramdisk"), (0, "kernel ramdisk second"), (1, "kernel ramdisk second"),
				(2, "kernel ramdisk second dtb"), (3, "kernel ramdisk")):
				with self.subTest(page=page, version=version, names=names):
					image = put(files, "mkbootimg", "--header_version", str(version), "--pagesize", str(page),
						*[w for n in names.split() for w in ("--" + n, n)], "-o", "out")
					lines = said(image)
					self.assertEqual(parts(lines), {"/" + n: sha(files[n]) for n in names.split()})
					self.assertEqual(version < 3, any("value=sha1 ok" in l for l in lines))

	def test_damage(self):
		files = {n: random.Random(n).randbytes(9000) for n in ("kernel", "ramdisk")}
		image = put(files, "mkbootimg", "--kernel", "kernel", "--ramdisk", "ramdisk", "-o", "out")
		block = image[:4096] + b"\0" * 4096 + image[8192:]
		lines = said(block)
		self.assertEqual(parts(lines)["/ramdisk"], sha(files["ramdisk"]))
		self.assertTrue(any("id is not the SHA-1" in l for l in lines))
		self.assertEqual(parts(said(image[:13000]))["/kernel"], sha(files["kernel"]))


@unittest.skipUnless(have("mkimage"), "mkimage")
class Fit(unittest.TestCase):
	def test_automatic(self):
		kernel, tree = random.Random(4).randbytes(5000), put({"in": b"/dts-v1/; / { model = \"x\"; };"}, "dtc", "-q",
			"-O", "dtb", "-o", "out", "in")
		for options in ((), ("-E",), ("-E", "-B", "0x200"), ("-E", "-p", "0x2000")):
			with self.subTest(options=options):
				image = put({"kernel": kernel, "tree": tree}, "mkimage", "-f", "auto", "-A", "arm", "-O", "linux", "-T",
					"kernel", "-C", "none", "-a", "0x8000", "-e", "0x8000", "-n", "golden", "-d", "kernel", "-b", "tree",
					*options, "out")
				got = parts(said(image))
				self.assertEqual((got["/kernel-1"], got["/fdt-1"]), (sha(kernel), sha(tree)))


@unittest.skipUnless(have("mkimage") and have("openssl"), "mkimage and openssl")
class Signed(unittest.TestCase):
	"""Signatures of mkimage, the control tree with the public key in the same image; and forgeries."""
	TREE = b"""/dts-v1/; / { description = "x"; #address-cells = <1>; images {
		kernel { data = /incbin/("kernel"); type = "kernel"; arch = "arm"; os = "linux"; compression = "none";
			load = <0x8000>; entry = <0x8000>; hash-1 { algo = "sha256"; }; %s };
		control { data = /incbin/("control"); type = "flat_dt"; arch = "arm"; compression = "none"; hash-1 { algo = "sha256"; }; }; };
		configurations { default = "c"; c { kernel = "kernel"; fdt = "control"; %s }; }; };"""
	NODE = b'signature-1 { algo = "%s"; key-name-hint = "dev"; %s };'
	CONTROL = b'/dts-v1/; / { model = "x"; signature { }; };'
	GOOD = "value=verified with the key in a device tree here"

	def signed(self, algo, key, conf, options=()):
		kernel = random.Random(algo).randbytes(4000)
		node = self.NODE % (algo, b'sign-images = "kernel", "fdt";' if conf else b"")
		files = {"kernel": kernel, "its": self.TREE % ((b"", node) if conf else (node, b"")),
			"control": put({"in": self.CONTROL}, "dtc", "-q", "-p", "2000", "-O", "dtb", "-o", "out", "in")}
		make = key + "; mkimage -f its -k . -K control -r out && mkimage -f its -k . %s out" % " ".join(options)
		return put(files, "sh", "-c", make), kernel

	def test_verified(self):
		rsa = "openssl genrsa -out dev.key 2048 && openssl req -batch -new -x509 -key dev.key -subj /CN=dev -out dev.crt"
		curve = "openssl ecparam -name prime256v1 -genkey -noout -out dev.pem"
		for algo, key in ((b"sha1,rsa2048", rsa), (b"sha256,ecdsa256", curve), (b"sha384,ecdsa256", curve)):
			for conf in (False, True):
				for options in ((), ("-E",)):
					with self.subTest(algo=algo, conf=conf, options=options):
						image, kernel = self.signed(algo, key, conf, options)
						lines = said(image)
						self.assertEqual(parts(lines)["/kernel"], sha(kernel))
						self.assertEqual(len([l for l in lines if l.endswith(self.GOOD)]), 1, lines)
						# a byte of the kernel, and one of what a configuration's signature covers
						at = image.index(bytes.fromhex("00008000")) + 2 if conf else image.index(kernel) + 1000
						bad = bytearray(image)
						bad[at] ^= 4
						lines = said(bytes(bad))
						self.assertFalse([l for l in lines if l.endswith(self.GOOD)])
						self.assertTrue([l for l in lines if "a signature is wrong" in l])
						self.assertIn("/kernel", parts(lines))


@unittest.skipUnless(have("mkimage") and have("openssl") and have("fdtput"), "mkimage, openssl and device-tree-compiler")
class Joined(unittest.TestCase):
	"""The FIT is one object, the control tree with its keys another one: mkimage -K."""
	TREE = b"""/dts-v1/; / { description = "x"; #address-cells = <1>; images {
		kernel { data = /incbin/("kernel"); type = "kernel"; arch = "arm"; os = "linux"; compression = "none"; load = <0x8000>;
			entry = <0x8000>; hash-1 { algo = "sha256"; }; };
		fdt { data = /incbin/("kernel"); type = "flat_dt"; arch = "arm"; compression = "none"; hash-1 { algo = "sha256"; };
			signature-1 { algo = "sha256,%s"; key-name-hint = "two"; }; }; };
		configurations { default = "c"; c { kernel = "kernel"; fdt = "fdt";
			signature-1 { algo = "sha256,%s"; %s key-name-hint = "one"; sign-images = "kernel", "fdt"; }; }; }; };"""

	def written(self, algo, key, padding):
		with tempfile.TemporaryDirectory(prefix="assay-boot-") as tmp:
			tmp = pathlib.Path(tmp)
			(tmp / "kernel").write_bytes(random.Random(algo).randbytes(4000))
			(tmp / "its").write_bytes(self.TREE % (algo, algo, padding))
			(tmp / "in").write_bytes(Signed.CONTROL)
			make = "dtc -q -p 4000 -O dtb -o dtb in; for n in one two; do %s; done; mkimage -f its -k . -K dtb -r fit" % key
			subprocess.run(["sh", "-ec", make], cwd=tmp, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
			return (tmp / "fit").read_bytes(), (tmp / "dtb").read_bytes()

	def verdicts(self, **files):
		with tempfile.TemporaryDirectory(prefix="assay-boot-") as tmp:
			for name, data in files.items():
				pathlib.Path(tmp, name).write_bytes(data)
			run(str(ASSAY), "review", "-q", "-o", tmp + "/out", *(tmp + "/" + n for n in files))
			db = sqlite3.connect(tmp + "/out/dossier.assay")
			rows = db.execute("SELECT name, value FROM property WHERE name LIKE '%/verdict-in-review'").fetchall()
			db.close()
			return dict(rows)

	def test_joined(self):
		rsa = "openssl genrsa -out $n.key 2048 && openssl req -batch -new -x509 -key $n.key -subj /CN=$n -out $n.crt"
		curve = "openssl ecparam -name prime256v1 -genkey -noout -out $n.pem"
		conf, image = "configurations/c/signature-1/verdict-in-review", "images/fdt/signature-1/verdict-in-review"
		for algo, key, padding in ((b"rsa2048", rsa, b""), (b"rsa2048", rsa, b'padding = "pss";'), (b"ecdsa256", curve, b"")):
			with self.subTest(algo=algo, padding=padding):
				fit, dtb = self.written(algo, key, padding)
				good = self.verdicts(fit=fit, dtb=dtb)
				self.assertRegex(good[conf], r"^verified with key one of dtb ")
				self.assertRegex(good[image], r"^verified with key two of dtb ")
				bad = bytearray(fit)
				bad[fit.index(bytes.fromhex("00008000")) + 2] ^= 4  # where the kernel is loaded: the configuration's alone
				wrong = self.verdicts(fit=bytes(bad), dtb=dtb)
				self.assertRegex(wrong[conf], r"^wrong: not of key one of dtb ")
				self.assertEqual(wrong[image], good[image])
				none = self.verdicts(fit=fit)
				self.assertEqual(set(none.values()), {"no key of that name in the review"})


@unittest.skipUnless(have("iucode_tool"), "iucode-tool")
class Microcode(unittest.TestCase):
	"""iucode_tool reads what the golden inputs' generator makes, takes it apart and packs it for early start."""
	GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden/fmt/ucode/intel.bin"

	def listed(self, path):
		out = subprocess.run(["iucode_tool", "-L", "-tb", str(path)], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
		return re.findall(r"sig (0x\w+), pf_mask (0x\w+), (\d{4}-\d\d-\d\d), rev (0x\w+), size (\d+)", out)

	def test_same(self):
		theirs = self.listed(self.GOLDEN)
		self.assertEqual(len(theirs), 2)
		told = "\n".join(said(self.GOLDEN.read_bytes()))
		for sig, mask, date, revision, _ in theirs:
			sig = int(sig, 16)
			name = "intel-%02x-%02x-%02x-0x%02x" % (sig >> 8 & 15, (sig >> 4 & 15) | (sig >> 12 & 0xF0), sig & 15, int(mask, 16))
			self.assertIn("name=%s\tvalue=revision=0x%08x date=%s" % (name, int(revision, 16), date), told)

	def test_early(self):
		"""Its cpio archive holds the updates that we then find in it."""
		with tempfile.TemporaryDirectory(prefix="assay-boot-") as tmp:
			early = pathlib.Path(tmp, "early.cpio")
			subprocess.run(["iucode_tool", "-tb", str(self.GOLDEN), "--write-earlyfw=" + str(early)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
			run(str(ASSAY), "extract", "-q", "-j", "1", "-C", tmp + "/out", str(early))
			found = {sha(p.read_bytes()) for p in pathlib.Path(tmp, "out").rglob("*") if p.is_file()}
		self.assertLessEqual(set(parts(said(self.GOLDEN.read_bytes())).values()), found)


@unittest.skipUnless(have("objcopy") and have("sbsign") and have("openssl"), "objcopy, sbsign and openssl")
class Unified(unittest.TestCase):
	"""Unified kernel images: sections put into systemd's stub by objcopy, as its manual says, and signed by sbsign."""

	def stub(self):
		path, = apt.Apt("bookworm", "amd64").alone(["systemd-boot-efi"])
		data = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(path)], check=True, stdout=subprocess.PIPE).stdout
		with tarfile.open(fileobj=io.BytesIO(data)) as tar:
			return tar.extractfile("./usr/lib/systemd/boot/efi/linuxx64.efi.stub").read()

	def sections(self, size):
		dice = random.Random(size)
		return {"osrel": b"ID=x\n" * (size % 7 + 1), "cmdline": b"quiet root=/dev/sda%d" % size, "uname": b"6.1.0-%d" % size, "splash": dice.randbytes(333),
			"dtb": put({"in": Signed.CONTROL}, "dtc", "-q", "-O", "dtb", "-o", "out", "in"), "initrd": dice.randbytes(size * 2), "linux": dice.randbytes(size)}

	def written(self):
		stub = self.stub()
		for size in (700, 5000, 100001):
			inside = self.sections(size)
			add = " ".join("--add-section .%s=%s --change-section-vma .%s=0x%x" % (n, n, n, 0x30000 + i * 0x100000) for i, n in enumerate(inside))
			plain = put({"stub": stub, **inside}, "sh", "-c", "objcopy %s stub out" % add)
			yield plain, inside, False
			key = "openssl req -batch -new -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout k -out c && "
			yield put({"in": plain}, "sh", "-c", key + "sbsign --key k --cert c --output out in && sbsign --key k --cert c --output out out"), inside, True

	def test_sections(self):
		for image, inside, signed in self.written():
			with self.subTest(size=len(image), signed=signed):
				lines = said(image)
				got = parts(lines)
				self.assertEqual(lines[0].split()[:2], ["type", "uki"])
				self.assertEqual({n: got.get("/" + n) for n in inside}, {n: sha(d) for n, d in inside.items()})
				self.assertEqual("/signature-0.p7b" in got, signed)
				self.assertFalse([l for l in lines if l.startswith("lost") or " unknown " in l], lines)

	def test_damage(self):
		"""Its end is lost, or a block: what that does not touch still comes out."""
		image, inside, _ = next(self.written())
		at = image.index(inside["initrd"])
		got = parts(said(image[:at + 100]))
		self.assertEqual(got.get("/osrel"), sha(inside["osrel"]))
		got = parts(said(image[:at] + b"\0" * 64 + image[at + 64:]))
		self.assertEqual({n for n in inside if got.get("/" + n) != sha(inside[n])}, {"initrd"})


@unittest.skipUnless(have("srec_cat"), "srec_cat")
class Text(unittest.TestCase):
	def test_lengths(self):
		low, high = random.Random(5).randbytes(777), random.Random(6).randbytes(70000)
		for form in ("-intel", "-motorola"):
			for length in (30, 44, 78, 120):
				with self.subTest(form=form, length=length):
					image = put({"low": low, "high": high}, "srec_cat", "low", "-binary", "-offset", "0x100", "high",
						"-binary", "-offset", "0x8000", "-o", "out", form, "-line-length=%d" % length)
					self.assertEqual(parts(said(image)), {"/0x00000100": sha(low), "/0x00008000": sha(high)})

	def test_damage(self):
		"""A line that is lost takes its bytes with it, and nothing else."""
		data = random.Random(7).randbytes(4000)
		lines = put({"in": data}, "srec_cat", "in", "-binary", "-o", "out", "-intel", "-line-length=44").splitlines(True)
		gone = lines[:20] + lines[21:]
		got = parts(said(b"".join(gone)))
		self.assertEqual(len(got), 2)
		self.assertEqual(got["/0x00000000"], sha(data[:int(lines[20][3:7], 16)]))


@unittest.skipUnless(OVMF.exists() and have("UEFIExtract"), "OVMF and UEFIExtract")
class Volumes(unittest.TestCase):
	def test_same_programs(self):
		"""UEFIExtract and we take the same programs out of the inner volumes of OVMF."""
		with tempfile.TemporaryDirectory(prefix="assay-boot-") as tmp:
			image = pathlib.Path(tmp, "ovmf")
			image.write_bytes(OVMF.read_bytes())
			subprocess.run(["UEFIExtract", str(image), "dump"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
			theirs = {sha(p.read_bytes()) for p in pathlib.Path(tmp).rglob("body.bin")
				if p.read_bytes()[:2] in (b"MZ", b"VZ")}
			run(str(ASSAY), "extract", "-q", "-j", "1", "-C", tmp + "/ours", str(OVMF))
			ours = {sha(p.read_bytes()) for p in pathlib.Path(tmp, "ours").rglob("*") if p.is_file()}
		self.assertGreater(len(theirs), 50)
		self.assertEqual(theirs - ours, set())
