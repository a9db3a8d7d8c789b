#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Known vulnerabilities against components.

  - records of NVD (records.json, real ones; INDEX.csv: whose): versions below, at and above every end of every range; what is right is
    worked out here, by other code than Assay's. Prints precision and recall, and each miss
  - configurations written by hand after NISTIR 7696 and the NVD API: cases.json
  - packages of distributions and ecosystems, the kernel's options, BusyBox's applets: cases.json, too

The records are imported by `assay knowledge import`; components stand in dossiers that are made here, which vuln-one matches.
Last line: N passed, N failed.
"""
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = pathlib.Path(os.environ.get("ASSAY_SOURCE", HERE.parents[1]))
ASSAY = os.environ.get("ASSAY_TESTED") or str(TOP / "build/quick/assay")
ONE = str(pathlib.Path(ASSAY).parent / "tests/vuln-one")
sys.path.insert(0, str(TOP / "tests/dossier"))
import make  # noqa: E402

BAR = 0.95  # of precision and of recall
passed = failed = 0


def expect(ok, what):
	global passed, failed
	passed, failed = passed + bool(ok), failed + (not ok)
	if not ok:
		print("FAILED:", what)


def imported(folder, files):
	"""An index of these files."""
	path = os.path.join(folder, "index.db")
	done = subprocess.run([ASSAY, "knowledge", "import", "--index", path, *map(str, files)], stdout=subprocess.PIPE,
		stderr=subprocess.STDOUT, text=True, check=False)
	if done.returncode != 0:
		sys.exit("the import failed: " + done.stdout)
	return path


def dossier(path, facts):
	"""A dossier with the facts: {table: [{column: value}]}."""
	d = make.Dossier(path)
	d.add("object", id=1, sha256="0" * 64, size=1, state="examined")
	for table, rows in facts.items():
		for row in rows:
			own = {} if "object" in row or table in ("meta",) else {"object": 1}
			if table == "component":
				own.update(method="banner", confidence=900)
			if table == "elf":
				own.update(bits=32, textrel=0, wx=0, sections=0)
			d.add(table, **{**own, **row})
	d.db.commit()
	d.db.close()


def matched(path, index):
	done = subprocess.run([ONE, path, index], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
	if done.returncode != 0:
		sys.exit("the matching failed: " + done.stdout)
	db = sqlite3.connect(path)
	rows = db.execute("SELECT cve, component, version, verdict, why FROM vulnerability_match").fetchall()
	db.close()
	return {row[:3]: row[3:] for row in rows}, done.stdout


# The truth about versions, simple and slow: numbers, letters after them, words before a release.
EARLY = {"dev": -60, "alpha": -50, "a": -50, "test": -50, "beta": -40, "b": -40, "pre": -30, "rc": -20}


def key(version, update=""):
	text = version.lower() + (update if update not in ("*", "-") else "")
	parts = re.findall(r"\d+|[a-z]+", text)
	out = []
	for i, part in enumerate(parts):
		if part.isdigit():
			out.append((2, int(part), ""))
		elif part in EARLY and i + 1 < len(parts) or part in ("rc", "beta", "alpha"):
			out.append((-1, EARLY[part], ""))
		else:
			out.append((1, 0, part))
	while out and out[-1] == (2, 0, ""):
		out.pop()
	return out + [(0, 0, "")]


def base(version):
	return re.sub(r"(?<=\d)p\d+.*$", "", version)


def holds(match, version):
	"""Whether a criterion of a record means a version."""
	field = match["criteria"].replace("\\", "").split(":")
	own, update = field[5], field[6]
	if own not in ("*", "-"):
		plain = key(version) == key(own, update)
		return plain or (update == "*" and key(base(version)) == key(own))
	if own == "-":
		return False
	v = key(version)
	start, after = match.get("versionStartIncluding"), match.get("versionStartExcluding")
	end, before = match.get("versionEndIncluding"), match.get("versionEndExcluding")
	return not ((start and v < key(start)) or (after and v <= key(after)) or (before and v >= key(before)) or
		(end and (v if update != "*" else min(v, key(base(version)))) > key(end, update)))


def around(version):
	"""The version, and versions just below and above it."""
	number = re.match(r"(.*?)(\d+|[a-z])([^\da-z]*)$", version)
	out = {version}
	if not number:
		return out
	front, last = number.group(1), number.group(2)
	if last.isdigit():
		out.add(f"{front}{int(last) + 1}")
		if int(last) > 0:
			out.add(f"{front}{int(last) - 1}")
	else:
		out.add(front + chr(min(ord(last) + 1, ord("z"))))
		out.add(front + chr(ord(last) - 1) if last > "a" else front)
	return {v for v in out if v}


def ends(match):
	field = match["criteria"].replace("\\", "").split(":")
	found = set()
	for name in ("versionStartIncluding", "versionStartExcluding", "versionEndIncluding", "versionEndExcluding"):
		if name in match:
			found |= around(match[name])
			if field[6] not in ("*", "-") and name.startswith("versionEnd"):
				found |= around(match[name] + field[6])
	if field[5] not in ("*", "-"):
		found |= around(field[5])
		if field[6] not in ("*", "-"):
			found |= around(field[5] + field[6])
	if field[4] == "openssh":
		found |= {v + "p1" for v in found if re.fullmatch(r"[\d.]+", v)}
	return found


def criteria(record, names):
	for configuration in record.get("configurations", []):
		for node in configuration["nodes"]:
			for match in node["cpeMatch"]:
				field = match["criteria"].replace("\\", "").split(":")
				if match["vulnerable"] and ":".join(field[3:5]) in names:
					yield ":".join(field[2:5]), match


def measure(folder):
	with open(HERE / "INDEX.csv", encoding="utf-8") as f:
		products_of = dict(line.rstrip("\n").split(",")[::2] for line in list(f)[1:])
	page = json.loads((HERE / "records.json").read_text(encoding="utf-8"))
	tests, rows = {}, set()
	for record in (one["cve"] for one in page["vulnerabilities"]):
		cve, products = record["id"], products_of[record["id"]]
		by_product = {}
		for product, match in criteria(record, set(products.split(";"))):
			by_product.setdefault(product, []).append(match)
		for product, matches in by_product.items():
			for version in set().union(*map(ends, matches)):
				wanted = any(holds(m, version) for m in matches) and record["vulnStatus"] != "Rejected"
				tests[(cve, product, version)] = wanted
				rows.add((product, version))
	facts = {"component": [{"id": p, "name": p.split(":")[2], "version": v, "cpe": f"cpe:2.3:{p}:{v}:*:*:*:*:*:*:*"}
		for p, v in sorted(rows)], "elf": [{"os": "linux"}]}
	path = os.path.join(folder, "measure.assay")
	dossier(path, facts)
	found, took = matched(path, imported(folder, [HERE / "records.json"]))
	right = wrong = missed = silent = 0
	for (cve, product, version), wanted in sorted(tests.items()):
		verdict = found.get((cve, product, version), ("none", ""))
		said = verdict[0] == "affected"
		right, wrong = right + (said and wanted), wrong + (said and not wanted)
		missed, silent = missed + (wanted and not said), silent + (not wanted and not said)
		if said != wanted:
			print(f"{cve} {product} {version}: {'missed' if wanted else 'wrong'}; {verdict[0]}: {verdict[1]}")
	precision, recall = right / max(right + wrong, 1), right / max(right + missed, 1)
	print(f"{len(products_of)} records, {len(tests)} versions of their products at and beside the ends ({right + missed} affected): "
		f"precision {precision:.4f}, recall {recall:.4f}; {took.strip()}")
	expect(right > 100 and precision >= BAR, f"precision {precision:.4f}")
	expect(recall >= BAR, f"recall {recall:.4f}")


def hand_written(folder):
	cases = json.loads((HERE / "cases.json").read_text(encoding="utf-8"))
	for case in cases:
		name = re.sub(r"\W+", "-", case["name"])[:60]
		work = os.path.join(folder, name)
		os.mkdir(work)
		files = []
		for i, feed in enumerate(case["feeds"]):
			files.append(os.path.join(work, f"{i}.json"))
			with open(files[-1], "w", encoding="utf-8") as f:
				json.dump(feed, f)
		path = os.path.join(work, "case.assay")
		dossier(path, case["facts"])
		found, _ = matched(path, imported(work, files))
		said = {f"{cve} {what} {version}".strip(): verdict for (cve, what, version), (verdict, _) in found.items()}
		why = "\n".join(w for _, w in found.values())
		expect(said == case["expect"], f"{case['name']}: {said}, wanted {case['expect']}")
		for words in case.get("why", []):
			expect(words in why, f"{case['name']}: why says not '{words}' but {why}")


def main():
	with tempfile.TemporaryDirectory() as folder:
		measure(folder)
		hand_written(folder)
	print(f"{passed} passed, {failed} failed")
	return 1 if failed or not passed else 0


if __name__ == "__main__":
	sys.exit(main())
