# SPDX-License-Identifier: Apache-2.0
"""Writers that only PyPI has: they are installed beside the tests' cache, once, and by no other name than these."""
import hashlib
import os
import pathlib
import subprocess
import sys

PACKAGES = ("uefi-firmware==1.16", "virt-firmware==26.10", "lzfse==0.4.2.post1")
TOP = pathlib.Path(__file__).resolve().parents[2]


def installed():
	"""The folder that holds them, also put before Python's own; None if they cannot be had."""
	cache = pathlib.Path(os.environ.get("ASSAY_CACHE") or TOP / ".cache")
	folder = cache / ("writers-" + hashlib.sha256(repr(PACKAGES).encode()).hexdigest()[:16])
	if not (folder / "complete").exists():
		done = subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--target", str(folder),
			*PACKAGES], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
		if done.returncode != 0:
			return None
		(folder / "complete").touch()
	sys.path.insert(0, str(folder))
	return folder


def compressor():
	"""uefi-firmware's encoders of EFI 1.1 and Tiano, or None."""
	if not installed():
		return None
	from uefi_firmware import efi_compressor
	return efi_compressor


def lzfse():
	"""Apple's own program for LZFSE, or None."""
	if not installed():
		return None
	import lzfse as module
	return module


def lzvn(data):
	"""LZVN of Apple's program, which writes it for few bytes alone: so of pieces, each without the mark of its end."""
	out = b""
	for i in range(0, len(data), 4000):
		piece = data[i:i + 4000]
		packed = lzfse().compress(piece)
		if packed[:4] == b"bvxn":
			out += packed[12:-4 - 8]
		else:  # as it is: by codes for literals
			out += b"".join(b"\xe0" + bytes([len(p) - 16]) + p if len(p) > 15 else bytes([0xe0 + len(p)]) + p
				for p in (piece[k:k + 271] for k in range(0, len(piece), 271)))
	return out + b"\6" + bytes(7)


def virt_fw_vars(*argv, cwd):
	"""Runs virt-firmware's tool for stores of variables."""
	env = {**os.environ, "PYTHONPATH": str(installed())}
	return subprocess.run([sys.executable, "-m", "virt.firmware.vars", *argv], cwd=cwd, env=env, check=True,
		stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout
