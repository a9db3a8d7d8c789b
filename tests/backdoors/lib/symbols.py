# SPDX-License-Identifier: Apache-2.0
"""Where the functions of truth.json stand in a program that was not stripped yet."""
import re
import subprocess

LINE = re.compile(r"^\s*\d+:\s+([0-9a-f]+)\s+(\d+|0x[0-9a-f]+)\s+FUNC\s+\S+\s+\S+\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)")


def plain(names):
	"""Names as the source has them: no parameters, no unnamed namespaces, no suffix of a clone."""
	out = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, text=True, check=True).stdout.split("\n")
	for name in out[:len(names)]:
		name = name.replace("(anonymous namespace)::", "")
		yield re.split(r"\(|\[abi:|\.(?:part|isra|constprop|cold|lto_priv)\b", name)[0]


def functions(path):
	"""{name: [(first address, address behind it)]}; clones and parts of a function stand under its name."""
	said = subprocess.run(["readelf", "-sW", str(path)], capture_output=True, text=True, check=True).stdout
	thumb = "arm" in subprocess.run(["readelf", "-hW", str(path)], capture_output=True, text=True, check=True).stdout.lower().split(
		"machine:")[1].split("\n")[0].split()
	rows = [m.groups() for m in map(LINE.match, said.split("\n")) if m and m[3] != "UND"]
	table = {}
	for (value, size, _, _), name in zip(rows, plain([r[3] for r in rows])):
		at = int(value, 16) & (~1 if thumb else ~0)
		span = (at, at + max(int(size, 0), 1))
		if span not in table.setdefault(name, []):
			table[name].append(span)
	return table


def places(truth, path):
	"""For each place of the truth: what of its chain is left: {role, name, spans, caller, caller_spans}."""
	table = functions(path)
	found = []
	for place in truth["places"]:
		left = [name for name in place["chain"] if name in table]
		if not left:
			raise LookupError("%s: nothing is left of %s" % (path, " < ".join(place["chain"])))
		found.append({"role": place["role"], "name": left[0], "spans": table[left[0]], "inlined": left[0] != place["chain"][0],
			"caller": left[1] if len(left) > 1 else None, "caller_spans": table[left[1]] if len(left) > 1 else []})
	return found
