# SPDX-License-Identifier: Apache-2.0
"""What the tests of properties share."""
import os
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
ASSAY = os.path.abspath(os.environ.get("ASSAY", TOP / "build/quick/assay"))
TESTED = os.path.abspath(os.environ.get("ASSAY_TESTED", ASSAY))
CACHE = pathlib.Path(os.environ.get("ASSAY_CACHE", TOP / ".cache"))
GOLDEN = sorted((TOP / "tests/golden/fmt").glob("*/*.bin"))
PATIENCE = 900  # seconds until a run counts as hung: a guard, not a measure


def run(*argv, status=0, **more):
	"""Runs a command and answers its standard output; another exit status than the one expected is an error."""
	done = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
		timeout=PATIENCE, **more)
	if done.returncode != status:
		raise AssertionError("%s: exit %d\n%s" % (" ".join(map(str, argv[:4])), done.returncode, done.stderr.decode(errors="replace")[-2000:]))
	return done.stdout


def review(out, *images):
	"""Reviews images for what is in them, not for what is wrong with it; the dossier."""
	run(ASSAY, "review", *images, "-o", out, "-q", "--without", "code", "--no-vulnerabilities")
	return out / "dossier.assay"
