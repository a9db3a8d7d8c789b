# SPDX-License-Identifier: Apache-2.0
"""What the tests of this folder share."""
import os
import pathlib
import subprocess
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
ASSAY = os.environ.get("ASSAY", str(TOP / "build/assay"))


def run(*argv, status=0, **more):
	"""Runs a command and answers its standard output; another exit status than the one expected is an error."""
	done = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
		stderr=subprocess.PIPE, text=True, check=False, **more)
	if status is not None and done.returncode != status:
		raise AssertionError("%s: exit %d\n%s" % (" ".join(map(str, argv)), done.returncode,
			(done.stdout + done.stderr)[-4000:]))
	return done.stdout


def sources():
	"""The files of the project, committed or not, relative to its top."""
	out = run("git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard", cwd=TOP)
	return [p for p in out.split("\n") if p and (TOP / p).is_file()]


def copy_sources(to):
	names = tempfile.NamedTemporaryFile("w", suffix=".list")
	with names:
		names.write("\n".join(sources()))
		names.flush()
		run("bash", "-c", "tar -C \"$1\" -cT \"$2\" | tar -C \"$3\" -x", "copy", TOP, names.name, to)
