#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The commands shown for a place, run on real images of every container format: a rule that raises every file makes
explain show the way to each, and each way must lead to bytes with the recorded SHA-256."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import make

ASSAY = os.environ.get("ASSAY", "build/quick/assay")
CACHE = os.environ.get("ASSAY_CACHE", os.path.join(make.ROOT, ".cache"))
WAYS = 12  # per image
UNKNOWN = {"zip-lzma"}  # what the ordinary tool (unzip) does not know either
RULE = """-- id: every-file
-- title: Every file
-- kind: unexamined
-- severity: info
-- confidence: 1
-- confidence-why: it is there
-- why: To show the way to it.
-- fix: None.
SELECT p.object, 0 AS at, min(o.size, 16) AS len, p.id AS place, p.path AS subject, 'holds' AS verdict
  FROM place AS p JOIN object AS o ON o.id = p.object
 WHERE p.parent IS NOT NULL AND o.size > 0
"""


def images():
    # meson fills freed memory to find our mistakes; mksquashfs does not survive that.
    environment = {k: v for k, v in os.environ.items() if k != "MALLOC_PERTURB_"}
    subprocess.run([os.path.join(make.ROOT, "tests/images/small")], check=True, stdout=subprocess.DEVNULL, timeout=900,
                   env={**environment, "ASSAY_CACHE": CACHE})
    folder = os.path.join(CACHE, "images/small")
    return sorted(name for name in os.listdir(folder) if os.path.exists(os.path.join(folder, name, "image")))


class See(unittest.TestCase):
    def ways(self, folder, name):
        """(finding's place, commands) of the first places of an image."""
        rules = os.path.join(folder, "rules")
        os.mkdir(rules)
        with open(os.path.join(rules, "every-file.sql"), "w", encoding="utf-8") as f:
            f.write(RULE)
        shutil.copy(os.path.join(CACHE, "images/small", name, "image"), os.path.join(folder, "input image"))
        done = subprocess.run([ASSAY, "review", "-q", "--rules", rules, "-o", "out", "input image"], cwd=folder,
                              capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(done.returncode, 0, name + done.stderr)
        with open(os.path.join(folder, "out/report.html"), encoding="utf-8") as f:
            text = re.search(r'<script type="application/json" id="data">(.*?)</script>', f.read(), re.S)[1]
        return [(e["path"], e["see"]) for e in json.loads(text)["evidence"]
                if e["finding"] == "every-file" and e.get("see")][:WAYS]

    def follow(self, folder, commands):
        with tempfile.TemporaryDirectory(dir=folder) as place:
            shutil.copy(os.path.join(folder, "input image"), place)
            return subprocess.run(["bash", "-c", commands], cwd=place, capture_output=True, check=False, timeout=60)

    def test_every_way_leads_there(self):
        shown, known = 0, 0
        for name in set(images()) - UNKNOWN:
            with tempfile.TemporaryDirectory() as folder:
                for path, commands in self.ways(folder, name):
                    shown += 1
                    if "# no ordinary tool" in commands:
                        continue
                    known += 1
                    with self.subTest(image=name, path=path):
                        done = self.follow(folder, commands)
                        self.assertIn(b": OK", done.stdout, f"{commands}\n{done.stderr.decode(errors='replace')}")
        self.assertGreater(known, 100)
        print(f"{known} of {shown} ways could be walked with ordinary tools")


if __name__ == "__main__":
    unittest.main()
