#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Network files as users meet them: everything that may be wrong with one, or with what it names, is said once, at its line, all of it in one
go; and nothing is half-written.

usage: run.py [TEST...]      takes ASSAY_TESTED (or ASSAY) from the environment
"""
import csv
import datetime
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import tomllib
import unittest

import jsonschema

ASSAY = os.environ.get("ASSAY_TESTED") or os.environ["ASSAY"]
TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/dossier"))
import make  # noqa: E402

HERE = "@@"  # stands where a fault is to be told, and is taken out
DONE, USAGE, INPUT, OUTPUT = 0, 2, 3, 4
RESULTS = ("assessment.assay", "assessment.html", "assessment.json", "decision.csv")
# Root is refused nothing, unless it gives up that right.
REFUSED = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()

GOOD = """[assessment]
question = "Keep A?"
operator = "Operator"
currency = "EUR"
start = 2027
years = 3
subscribers = 1000

[loss]
subscriber_hour = 0.5
record = 2

[[supplier]]
name = "A"
aliases = ["A Networks"]
[[supplier]]
name = "B"

[[segment]]
name = "radio"
[[segment]]
name = "core"

[[threat]]
name = "intrusion"
rate = { events = 3, years = 2 }
via = ["internet", "management"]
susceptibility = { low = 0.02, likely = 0.1, high = 0.3 }
hours = { low = 2, high = 40 }

[[class]]
name = "north"
supplier = "A"
product = "X"
segment = "radio"
region = "n"
count = 10
subscribers = 500
exposure = ["management"]
age = 1
life = 8
replacement = 100

[[class]]
name = "centre"
supplier = "B"
product = "Y"
segment = "core"
region = "s"
count = 2
subscribers = 800
replacement = 1000

[[scenario]]
name = "swap"
replace = [{ supplier = "A", with = "B", by = 2029 }]
"""


def marked(text):
	"""The text without marks, and the lines that they stood in."""
	lines = [i for i, line in enumerate(text.split("\n"), 1) for _ in range(line.count(HERE))]
	return text.replace(HERE, ""), lines


class Case(unittest.TestCase):
	fresh = True  # each run finds no results of another

	def setUp(self):
		folder = tempfile.TemporaryDirectory()
		self.addCleanup(folder.cleanup)
		self.at = pathlib.Path(folder.name)
		self.out = self.at / "out"

	def put(self, name, content):
		path = self.at / name
		path.write_bytes(content if isinstance(content, bytes) else content.encode())
		return path

	def assay(self, *words, through=(), **more):
		return subprocess.run([*through, ASSAY, "assess", *map(str, words)], capture_output=True, text=True, cwd=self.at, check=False, timeout=300, **more)

	def assess(self, *words, network="n.toml", **more):
		if self.fresh:
			shutil.rmtree(self.out, ignore_errors=True)
		return self.assay(network, "-o", self.out, "--trials", "200", "--draws", "20", *words, **more)

	def told(self, p, n):
		"""Its faults as (file, line, text), after the checks that hold for every refusal."""
		self.assertEqual(p.returncode, INPUT, p.stdout + p.stderr)
		self.assertEqual(p.stdout, "")
		*lines, last = p.stderr.splitlines()
		self.assertRegex(last, r"^assay: \d+ things? (is|are) wrong with '", p.stderr)
		found = []
		for line in lines:
			at = re.match(r"(?:assay: )?(?:(\S+?):)?(?:(\d+): )?(.*)$", line)
			found.append((at[1] or "", int(at[2] or 0), at[3].strip()))
		self.assertEqual(len(found), n, p.stderr)
		self.assertEqual(len(set(found)), n, p.stderr)
		self.assertEqual(last.split()[1], str(n))
		self.assertFalse(self.out.exists() and any(self.out.iterdir()), "something was written")
		return found

	def refused(self, text, *expected, file="n.toml"):
		"""The network is refused for these reasons only, each told at its mark, in order."""
		clean, lines = marked(text)
		self.put("n.toml", clean)
		found = self.told(self.assess(), len(expected))
		for (where, line, said), wanted in zip(found, expected):
			self.assertIn(wanted, said)
			self.assertEqual(where, file)
		if lines:
			self.assertEqual([line for _, line, _ in found], lines, found)
		return found

	def notes(self, text):
		"""What is noted of a network that is fine; it stands beside the results as well."""
		clean, lines = marked(text)
		self.put("n.toml", clean)
		p = self.assess()
		self.assertEqual(p.returncode, DONE, p.stderr)
		notes = re.findall(r"^assay: note: n\.toml:(\d+): (.*)$", p.stderr, re.M)
		if lines:
			self.assertEqual([int(n[0]) for n in notes], lines, p.stderr)
		caveats = [r[0] for r in self.ask("SELECT text FROM caveat")]
		for _, text in notes:
			self.assertIn(text, caveats)
		return [n[1] for n in notes]

	def ask(self, sql):
		db = sqlite3.connect("file:%s?mode=ro" % (self.out / "assessment.assay"), uri=True)
		try:
			return db.execute(sql).fetchall()
		finally:
			db.close()

	def change(self, old, new):
		"""The good network with another text in one place."""
		self.assertIn(old, GOOD)
		return GOOD.replace(old, new, 1)


class Good(Case):
	def test_good_file_and_start_file(self):
		self.assertEqual(self.notes(GOOD), [])
		self.assertEqual({p.name for p in self.out.iterdir()} & set(RESULTS), set(RESULTS))
		self.assertFalse([p for p in self.out.iterdir() if p.name.endswith(".new")])
		self.put("n.toml", self.assay("init").stdout)
		self.assertEqual(self.assess().returncode, DONE)

	def test_crlf_and_mark_of_byte_order(self):
		self.put("n.toml", b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
		p = self.assess()
		self.assertEqual(p.returncode, DONE, p.stderr)

	def test_aliases_stand_for_their_supplier(self):
		self.assertEqual(self.notes(self.change('supplier = "A"\nproduct', 'supplier = "a networks"\nproduct')), [])
		self.assertEqual(self.ask("SELECT supplier FROM product WHERE product = 'X'"), [("A",)])

	def test_same_results_wherever_it_stands(self):
		self.put("n.toml", GOOD)
		self.assertEqual(self.assess().returncode, DONE)
		first = (self.out / "assessment.json").read_bytes()
		(self.at / "sub").mkdir()
		shutil.move(self.at / "n.toml", self.at / "sub/n.toml")
		self.assertEqual(self.assess(network=self.at / "sub/n.toml").returncode, DONE)
		self.assertEqual((self.out / "assessment.json").read_bytes(), first)


class Syntax(Case):
	def test_faults_of_toml(self):
		for line, wanted in (('operator = Operator', "texts need quotes"), ('operator = "Operator', "without an end"), ('operator "x"', "needs = here"), ("operator = ", "needs a value"),
				('operator = "a" "b"', "more on the line"), ('operator = "\\q"', "backslash"), ('operator = [1 2]', "needs a comma or ]"), ("= 3", "needs a name"),
				('operator = "a\x07"', "no characters"), ("operator = 01", "texts need quotes"), ("operator = 2026-02-30", "texts need quotes")):
			with self.subTest(line):
				self.refused(self.change('operator = "Operator"', HERE + line), "this line")
				self.assertIn(wanted, self.assess().stderr)

	def test_twice(self):
		self.refused(self.change('years = 3', 'years = 3\n%syears = 4' % HERE), "this line states a name twice: 'years'")
		self.refused(GOOD + '%s[assessment]\nquestion = "x"\n' % HERE, "this line states a name twice: 'assessment'")
		text = GOOD.replace("[assessment]", "[[assessment]]") + '%s[[assessment]]\nquestion = "x"\noperator = "y"\ncurrency = "z"\n' % HERE
		self.refused(text, "there is more than one [assessment]")

	def test_hostile_bytes(self):
		for what, data in {"nothing": b"", "zeros": bytes(4096), "noise": bytes(range(256)) * 16, "deep": b"a = " + b"[" * 100000, "deep tables": b"a = " + b"{a=" * 100000,
				"deep names": b"a" + b".a" * 100000 + b" = 1", "deep heads": b"[" + b"a." * 100000 + b"a]", "number": b"a = " + b"9" * 1000000, "exponent": b"a = 1e999999999",
				"quote": b'a = "' + b"x" * 1000000, "commas": b"a = [" + b"," * 1000000, "faults": b"?\n" * 100000, "tables": b"[[x]]\n" * 100000}.items():
			with self.subTest(what):
				self.put("n.toml", data)
				p = self.assess()
				self.assertEqual(p.returncode, INPUT, p.stderr[-500:])
				self.assertLess(len(p.stderr), 300000)

	def test_many_faults_are_counted(self):
		self.put("n.toml", GOOD + "".join('[[class]]\nname = "c%d"\nsupplier = "A"\nproduct = "X"\nsegment = "radio"\ncount = -1\n' % i for i in range(1500)))
		p = self.assess()
		self.assertIn("1500 things are wrong", p.stderr)
		self.assertIn("the first 1000 of which are told", p.stderr)
		self.assertEqual(len(p.stderr.splitlines()), 1001)


class Fields(Case):
	def test_unknown_names(self):
		self.refused(self.change("start = 2027", HERE + "strat = 2027"), "assessment has no field 'strat'; did you mean 'start'?")
		self.refused(self.change("start = 2027", HERE + "colour = 3"), "assessment has no field 'colour'; it has question, operator")
		self.refused(GOOD + HERE + "[[scenrio]]\nname = \"x\"\n", "there is no table 'scenrio'; did you mean 'scenario'?")
		self.refused(HERE + "colour = 3\n" + GOOD, "there is no field outside a table 'colour'")
		self.refused(self.change("{ events = 3, years = 2 }", "{ events = 3, yaers = 2 }" + HERE), "a quantity has no 'yaers'; did you mean 'years'?")

	def test_missing(self):
		self.refused(self.change('question = "Keep A?"\n', "").replace("[assessment]", HERE + "[assessment]"), "assessment: question is missing (what is to be decided")
		self.refused(GOOD.split("\n\n", 1)[1], "[assessment] is missing: assay assess init writes a file to start from")
		self.refused(self.change('[[class]]\nname = "north"\nsupplier = "A"\n', HERE + '[[class]]\nname = "north"\n'), "class: supplier is missing")
		self.refused(self.change('name = "north"', HERE + 'name = " "'), "class: name is empty")

	def test_kinds(self):
		for old, new, wanted in (("start = 2027", 'start = "2027"', "start is '2027'; it is to be a number"), ("start = 2027", "start = 2027.5", "start is 2027.5; it is to be a whole number"),
				('operator = "Operator"', "operator = 3", "operator is a number; it is to be a text"), ('operator = "Operator"', "operator = [\"x\"]", "operator is a list; it is to be a text"),
				('aliases = ["A Networks"]', "aliases = true", "aliases is true or false; it is to be a list of texts"), ('aliases = ["A Networks"]', "aliases = [\"x\", 3]", "aliases: a number is no text"),
				("replacement = 100\n", 'replacement = "100"\n', "replacement is to be a number, or { low, high }"), ("hours = { low = 2, high = 40 }", 'hours = { low = "2", high = 40 }', "hours: low is '2'; it is to be a number"),
				("rate = { events = 3, years = 2 }", "rate = { events = 3, years = 2, source = 7 }", "rate: source is a number; it is to be a text"),
				("age = 1", "support_ends = 5", "support_ends is a number; it is to be a day"), ("age = 1", 'support_ends = "2026-2-1"', "support_ends is '2026-2-1'; it is to be a day, YYYY-MM-DD"),
				('exposure = ["management"]', 'exposure = ["managment"]', "'managment' is none of internet, customers, signalling, management, site, supplier; did you mean 'management'?"),
				("age = 1", 'redundancy = "perhaps"', "redundancy: 'perhaps' is none of none, same, diverse"), ("via = [", "evidence = 1\nvia = [", "evidence is a number; it is to be true or false")):
			with self.subTest(new):
				self.refused(self.change(old, HERE + new), wanted)

	def test_bounds(self):
		for old, new, wanted in (("count = 10", "count = -10", "count is -10; it lies between 1 and 1000000000"), ("count = 10", "count = 0", "count is 0"), ("count = 10", "count = 1e300", "count is 1e+300"),
				("count = 10", "count = 2.5", "count is 2.5; it is to be a whole number"), ("subscribers = 500", "subscribers = -1", "subscribers is -1"), ("replacement = 100\n", "replacement = -1\n", "replacement is -1; it cannot be less than 0"),
				("replacement = 100\n", "replacement = inf\n", "replacement is to be a number that ends"), ("replacement = 100\n", "replacement = nan\n", "replacement is to be a number that ends"),
				("replacement = 100\n", "replacement = { low = 5, high = inf }\n", "replacement is to be a number that ends"),
				("susceptibility = { low = 0.02, likely = 0.1, high = 0.3 }", "susceptibility = 1.5", "susceptibility is 1.5; it lies between 0 and 1"),
				("susceptibility = { low = 0.02, likely = 0.1, high = 0.3 }", "susceptibility = { low = 0.1, likely = 0.2, high = 3 }", "susceptibility is 3; it lies between 0 and 1"),
				("years = 3", "years = 51", "years is 51; it lies between 1 and 50"), ("years = 3", "years = 0", "years is 0"), ("start = 2027", "start = 1066", "start is 1066; it lies between 2000 and 2200"),
				("years = 3", "years = 3\ndiscount = 4", None)):
			with self.subTest(new):
				if wanted:
					self.refused(self.change(old, HERE + new), wanted)
				else:
					self.refused(self.change(old, new.replace("discount", HERE + "discount")), "discount is 4; it lies between 0 and 1")

	def test_quantities(self):
		for value, wanted in (("{ low = 9, high = 1 }", "two values above 0, the first below the second"), ("{ low = 0, high = 1 }", "two values above 0"), ("{ low = 1, likely = 9, high = 5 }", "in this order"),
				("{ min = 3, max = 2 }", "lower end below its upper end"), ("{ low = 3 }", "is to be a number, or { low, high }"), ("{}", "is to be a number, or { low, high }"), ("{ low = 1, max = 3 }", "is to be a number, or"),
				("{ low = 1, high = 3, cap = 2 }", "cap above its upper value"), ("{ events = 1, years = 0 }", "more than 0 years"),
				("{ low = 0, likely = 1e300, high = 1.7e308 }", "0, or between 1e-18 and 1e18"), ("{ low = 1e-300, high = 1e300 }", "0, or between 1e-18 and 1e18"), ("1e19", "0, or between 1e-18 and 1e18"), ("{ events = 1, years = 1e-300 }", "0, or between 1e-18 and 1e18"), ("{ events = -1, years = 2 }", "count of at least 0")):
			with self.subTest(value):
				self.refused(self.change("rate = { events = 3, years = 2 }", HERE + "rate = " + value), wanted)


class Names(Case):
	def test_unknown(self):
		for old, new, wanted in (('supplier = "A"\nproduct', 'supplier = "Aa"\nproduct', "class: supplier: there is no [[supplier]] called 'Aa', nor an alias"), ('segment = "radio"', 'segment = "raido"', "class: segment: there is no [[segment]] called 'raido'; did you mean 'radio'?"),
				("age = 1", 'controls = ["verified_updates"]', "class: controls: there is no control called 'verified_updates'; did you mean 'verified-updates'?"), ("age = 1", 'admin = "C"', "class: admin: there is no [[supplier]] called 'C'"),
				("via = [", 'suppliers = ["C"]\nvia = [', "threat: suppliers: there is no [[supplier]] called 'C'"), ("via = [", 'segments = ["cor"]\nvia = [', "threat: segments: there is no segment called 'cor'; did you mean 'core'?"),
				("via = [", 'risks = ["R10"]\nvia = [', "threat: risks: 'R10' is no risk of the EU toolbox: R1 to R9"), ('[[supplier]]\nname = "B"', '[[supplier]]\nname = "B"\nparent = "C"', "supplier: parent: there is no [[supplier]] called 'C'")):
			with self.subTest(new):
				at = new.rindex("\n") + 1 if new.startswith("[[") else 0
				self.refused(self.change(old, new[:at] + HERE + new[at:]), wanted)

	def test_unknown_in_scenarios(self):
		for scenario, wanted in (('replace = [{ supplier = "C", with = "B", by = 2029 }]', "replace: supplier: there is no [[supplier]] called 'C'"), ('replace = [{ supplier = "A", with = "C", by = 2029 }]', "replace: with: there is no [[supplier]] called 'C'"),
				('replace = [{ supplier = "A", with = "B", segments = ["cores"], by = 2029 }]', "there is no segment called 'cores'; did you mean 'core'?"), ('replace = [{ supplier = "A", with = "B", regions = ["west"], by = 2029 }]', "there is no region called 'west'"),
				('apply = [{ control = "guard" }]', "apply: control: there is no control called 'guard'"), ('apply = [{ control = "monitoring" }]', "apply: what 'monitoring' costs is not told: add [[control]]")):
			with self.subTest(scenario):
				self.refused(GOOD + '[[scenario]]\nname = "more"\n%s%s\n' % (HERE, scenario), wanted)
		control = GOOD + '[[control]]\nname = "monitoring"\nyearly = 5\n[[scenario]]\nname = "more"\n'
		self.refused(control + HERE + 'apply = [{ control = "monitoring", products = ["Z"] }]\n', "apply: products: there is no product called 'Z'")
		self.refused(control + HERE + 'apply = [{ control = "monitoring", suppliers = ["Z"] }]\n', "apply: suppliers: there is no [[supplier]] called 'Z'")

	def test_one_unknown_name_is_told_once(self):
		self.refused(GOOD.replace('segment = "radio"', HERE + 'segment = "x"').replace('segment = "core"', 'segment = "x"'), "there is no [[segment]] called 'x'")

	def test_control_for_unknown_threat(self):
		self.refused(GOOD + '[[control]]\nname = "monitoring"\n%sthreats = ["intrusio"]\n' % HERE, "control: threats: there is no threat called 'intrusio'; did you mean 'intrusion'?")
		self.refused(GOOD + '[[control]]\nname = "mine"\n%smeasure = "TM12"\n' % HERE, "'TM12' is no measure of the EU toolbox")

	def test_duplicates(self):
		for table, extra in (("supplier", ""), ("segment", ""), ("threat", 'rate = 1\nresponse = 1\nevidence = false\n'), ("control", ""), ("class", 'supplier = "A"\nproduct = "X"\nsegment = "radio"\n'), ("scenario", "")):
			with self.subTest(table):
				one = '[[%s]]\nname = "twin"\n%s' % (table, extra)
				text = GOOD + one + one.replace('name = "twin"', HERE + 'name = "TWIN"')
				first = GOOD.count("\n") + 1
				self.refused(text, "%s: there are two of the name 'TWIN' (the first: n.toml:%d)" % (table, first))
		self.refused(self.change('[[supplier]]\nname = "B"', '[[supplier]]\nname = "B"\n%saliases = ["a networks"]' % HERE), "the alias 'a networks' of 'B' stands for another supplier, too")

	def test_owners_in_a_circle(self):
		circle = GOOD + '[[supplier]]\nname = "C"\nparent = "D"\n[[supplier]]\nname = "D"\nparent = "E"\n[[supplier]]\nname = "E"\n%sparent = "C"\n[[supplier]]\nname = "F"\nparent = "C"\n' % HERE
		self.refused(circle, "supplier: 'E' is owned by 'C', and this leads back to 'E': owners must not form a circle")
		self.refused(self.change('name = "B"', 'name = "B"\n%sparent = "B"' % HERE), "'B' is owned by 'B'")

	def test_long_chain_of_owners(self):
		n = 20000
		self.put("n.toml", GOOD + "".join('[[supplier]]\nname = "s%d"\nparent = "s%d"\n' % (i, i + 1) for i in range(n)) + '[[supplier]]\nname = "s%d"\nparent = "s0"\n' % n)
		self.told(self.assess(), 1)


class Meaning(Case):
	def test_classes(self):
		self.refused(self.change("subscribers = 500", HERE + "subscribers = 5000"), "class: 'north' serves 5000 subscribers, but the operator has 1000 in all")
		self.refused(self.change("count = 10", "count = 10\n%ssites = 11" % HERE), "class: 'north' has 10 elements, which cannot stand at 11 sites")
		self.refused(GOOD.split("[[class]]")[0], "there is no equipment: [[class]], or an inventory in [assessment]")

	def test_threats(self):
		self.refused(self.change("[loss]\nsubscriber_hour = 0.5\nrecord = 2\n", "").replace("hours =", HERE + "hours ="), "threat: 'intrusion': hours needs subscriber_hour in [loss]")
		self.refused(self.change("hours = {", HERE + "secondary = 3\nhours = {"), "threat: 'intrusion': secondary needs secondary_chance")
		self.refused(self.change("hours = { low = 2, high = 40 }", "").replace("[[threat]]", HERE + "[[threat]]"), "threat: 'intrusion' costs nothing: give hours")
		self.refused(self.change("susceptibility = { low = 0.02, likely = 0.1, high = 0.3 }\n", "").replace("[[threat]]", HERE + "[[threat]]"), "threat: 'intrusion' says no susceptibility")
		self.refused(self.change("hours = {", HERE + "capability = 0.5\nhours = {"), "takes susceptibility, or capability and resistance together")

	def test_what_is_struck_follows_from_the_rate(self):
		for per in ("supplier", "product", "region"):
			for hits in ("element", "product", "component", "supplier", "region", "all"):
				text = self.change("via =", 'per = "%s"\n%shits = "%s"\nvia =' % (per, "" if hits == per else HERE, hits))
				with self.subTest(per=per, hits=hits):
					if hits == per:
						self.assertEqual(self.notes(text), [])
					else:
						self.refused(text, "hits is %s, but a rate per %s strikes all of one %s at once" % (hits, per, per))
			self.assertEqual(self.notes(self.change("via =", 'per = "%s"\nvia =' % per)), [])
			self.assertEqual(self.ask("SELECT hits FROM threat"), [(per,)])

	def test_changes(self):
		for change, wanted in (('{ supplier = "A", with = "A Networks", by = 2029 }', "'A' is to be replaced by itself"), ('{ supplier = "A", with = "B" }', "how fast it goes is not told"), ('{ supplier = "A", with = "B", by = 2027 }', "by 2027 is no later than the beginning of the first year"),
				('{ supplier = "A", with = "B", by = 2020 }', "by 2020 is no later than the beginning of the first year, 2027: there is no time for it"), ('{ supplier = "A", with = "B", by = 1999 }', "by is 1999; it lies between 2000 and 2200"),
				('{ supplier = "A", with = "B", by = 2029, share = 0.5 }', "share belongs to cap"), ('{ supplier = "A", with = "B", by = 2029, segments = ["core"] }', "there is no equipment of 'A' in these segments and regions: nothing would change"),
				('{ supplier = "A", with = "B", by = 2029, sites_month = 0 }', "sites_month is 0"), ('{ supplier = "A", by = 2029 }', "with is missing")):
			with self.subTest(change):
				self.refused(self.change('{ supplier = "A", with = "B", by = 2029 }', HERE + change), wanted)
		self.refused(self.change("life = 8\nreplacement = 100\n", "life = 8\n").replace("replace = [", HERE + "replace = ["), "replace: what it costs is not told: cost here, or replacement in 1 class of 'A'")

	def test_caps(self):
		cap = '[[class]]\nname = "other"\nsupplier = "B"\nproduct = "Y"\nsegment = "radio"\ncount = 10\nreplacement = 5\n%s[[scenario]]\nname = "cap"\n%scap = [%s]\n'
		for caps, wanted in (('{ supplier = "A", with = "B", share = 1.2, by = 2029 }', "share is 1.2; it lies between 0 and 1"), ('{ supplier = "A", with = "B", share = -0.2, by = 2029 }', "share is -0.2"), ('{ supplier = "A", with = "B", share = 1, by = 2029 }', "a share of 1 changes nothing"),
				('{ supplier = "A", with = "B", by = 2029 }', "cap: share is missing")):
			with self.subTest(caps):
				self.refused(GOOD + cap % ("", HERE, caps), wanted)
		both = '{ supplier = "A", with = "B", share = 0.3, by = 2029 }, { supplier = "B", segments = ["radio"], with = "A", share = 0.4, by = 2029 }'
		self.refused(GOOD + cap % (HERE, "", both), "scenario: 'cap': the caps leave only 70 % of segment 'radio' to anybody")

	def test_what_changes_nothing_is_noted(self):
		more = GOOD + '[[class]]\nname = "other"\nsupplier = "B"\nproduct = "Y"\nsegment = "radio"\ncount = 90\nreplacement = 5\n[[scenario]]\nname = "more"\n'
		self.assertEqual(self.notes(more + HERE + 'cap = [{ supplier = "A", with = "B", share = 0.3, by = 2029 }]\n'), ["cap: 'A' has 10 % of segment 'radio' already: there the cap changes nothing"])
		self.assertEqual(self.notes(more + HERE + 'freeze = [{ supplier = "B", with = "A" }]\n'), ["freeze: 2 of 2 classes of 'B' have no life: they are never renewed, so nothing happens to them"])
		self.assertEqual(self.notes(more + HERE + 'replace = [{ supplier = "B", with = "A", by = 2040 }]\n'), ["replace: by 2040 lies beyond the last year that is looked at, 2029"])
		first = more.count("\n") + 1
		self.assertEqual(self.notes(more + 'replace = [{ supplier = "B", segments = ["radio"], with = "A", by = 2029 },\n%s{ supplier = "B", with = "A", by = 2028 }]\n' % HERE),
			["replace: an earlier change of the scenario (line %d) takes 1 of 2 classes of 'B': the first that names a class counts" % first])

	def test_a_cap_of_nothing_is_a_cap(self):
		self.notes(GOOD + '[[scenario]]\nname = "none left"\ncap = [{ supplier = "A", with = "B", share = 0, months = 12 }]\n')
		self.assertEqual(self.ask("SELECT kind, segments, elements FROM scenario_change WHERE scenario = 2"), [("cap", "radio", 10)])

	def test_nothing_examined_is_all_of_it(self):
		self.notes(GOOD)
		self.assertIn("2 of 2 products, with 100 % of the elements and 100 % of what serves subscribers, have no dossier",
			"".join(r[0] for r in self.ask("SELECT text FROM caveat")))

	def test_costs_are_shown_where_nothing_is_lost(self):
		self.put("n.toml", self.change("rate = { events = 3, years = 2 }", "rate = 0"))
		p = self.assess()
		self.assertEqual(p.returncode, DONE, p.stderr)
		self.assertRegex(p.stdout, r"(?m)^accept +")
		self.assertRegex(p.stdout, r"(?m)^swap +")

	def test_sums_beyond_all_numbers_are_refused(self):
		self.put("n.toml", GOOD.replace("subscriber_hour = 0.5", "subscriber_hour = { low = 1, high = 1e18 }").replace("hours = { low = 2, high = 40 }", "hours = 100000\nresponse = { low = 1e-18, high = 1e18 }")
			.replace("subscribers = 1000\n", "subscribers = 100000000000\n").replace("subscribers = 500", "subscribers = 100000000000").replace("rate = { events = 3, years = 2 }", "rate = 200"))
		p = self.assess()
		self.assertEqual(p.returncode, INPUT, p.stdout)
		self.assertIn("come to more than can be reckoned with; nothing was written", p.stderr)
		self.assertEqual(list(self.out.iterdir()), [])

	def test_end_of_support_counts_from_its_day_on(self):
		losses = {}
		for day in ("2020-01-01", "2028-01-01", "2029-06-01", "2030-01-01", "2999-12-31", None):
			text = self.change("age = 1", "age = 1\nsupport_ends = %s" % day) if day else GOOD
			self.put("n.toml", text.replace("rate = { events = 3, years = 2 }", "rate = 20"))
			self.assertEqual(self.assess("--trials", "20000").returncode, DONE)
			losses[day] = self.ask("SELECT loss FROM scenario WHERE name = 'accept'")[0][0]
			self.assertEqual(self.ask("SELECT count(*) FROM parameter WHERE name = 'what it means: its supplier mends it no more'"), [(1 if day and day < "2030" else 0,)])
		self.assertGreater(losses["2020-01-01"], losses["2028-01-01"])
		self.assertGreater(losses["2028-01-01"], losses["2029-06-01"])
		self.assertGreater(losses["2029-06-01"], losses[None])
		self.assertEqual((losses["2030-01-01"], losses["2999-12-31"]), (losses[None], losses[None]))

	def test_accept_changes_nothing(self):
		self.refused(GOOD + '%s[[scenario]]\nname = "Accept"\nreplace = [{ supplier = "A", with = "B", by = 2029 }]\n' % HERE, "'accept' is the one in which nothing changes")

	def test_too_many(self):
		self.refused(GOOD + "".join('[[control]]\nname = "c%d"\n' % i for i in range(64)), "controls, with those that ship: at most 64 can be looked at")
		self.refused(GOOD + "".join('[[scenario]]\nname = "s%d"\n' % i for i in range(64)), "there are 65 scenarios: at most 64")
		self.refused(GOOD + "".join('[[threat]]\nname = "t%d"\nrate = 1\nresponse = 1\nevidence = false\n' % i for i in range(256)), "there are 257 threats: at most 256")

	def test_all_in_one_go(self):
		"""Faults of every kind in one file are told together, by line."""
		text = self.change("start = 2027", HERE + "start = 1").replace("record = 2", HERE + "record = two").replace('name = "core"', HERE + 'name = "radio"').replace('segment = "core"', 'segment = "radio"')
		text = text.replace("count = 10", HERE + "count = -1").replace('product = "Y"', '%sprodukt = "Y"' % HERE).replace("[[class]]\nname = \"centre\"", HERE + "[[class]]\nname = \"centre\"").replace("by = 2029", "by = 2026" + HERE)
		self.refused(text, "start is 1", "texts need quotes", "two of the name 'radio'", "count is -1", "product is missing", "no field 'produkt'; did you mean 'product'?", "by 2026 is no later than")


class Inventory(Case):
	HEAD = "name,supplier,product,segment,count,replacement_low,replacement_high\n"
	ROW = "east,A,X,radio,5,10,20\n"

	def with_inventory(self, content, name="i.csv"):
		if content is not None:
			self.put(name, content)
		self.put("n.toml", self.change("years = 3", 'years = 3\ninventory = ["%s"]' % name).replace("by = 2029", "by = 2029, cost = 1"))
		return self.assess()

	def wrong(self, content, *expected):
		"""expected: (line, text) of each fault."""
		found = self.told(self.with_inventory(content), len(expected))
		for (file, line, said), (at, wanted) in zip(found, expected):
			self.assertEqual((file, line), ("i.csv", at), said)
			self.assertIn(wanted, said)

	def right(self, content):
		p = self.with_inventory(content)
		self.assertEqual(p.returncode, DONE, p.stderr)
		return self.ask("SELECT product, sum(elements) FROM product WHERE elements > 0 GROUP BY product")

	def test_spreadsheets(self):
		wanted = [("X", 15), ("Y", 2)]
		plain = self.HEAD + self.ROW
		for what, data in {"plain": plain, "crlf": plain.replace("\n", "\r\n"), "semicolon": plain.replace(",", ";"), "tab": plain.replace(",", "\t"), "mark": b"\xef\xbb\xbf" + plain.encode(), "no end": plain[:-1],
				"quoted": "\n".join(",".join('"%s"' % c for c in line.split(",")) for line in plain.split("\n")[:2]), "sep": "sep=;\n" + plain.replace(",", ";"), "empty lines": plain + "\n\n,,,,,,\n",
				"semicolon and commas": plain.replace(",", ";").replace("east", '"a,b,c,d,e,f,g";east').replace("name", '"Tags,of,all,kinds,as,a,list";name'), "blanks": plain.replace(",", " , "), "capitals": self.HEAD.upper() + self.ROW,
				"blank for _": plain.replace("_", " "), "others": plain.replace("\n", ",\n", 1).replace("20\n", "20,\n").replace("high,", "high,County and more,Tags").replace("20,", "20,Kent,x"),
				"lines in quotes": plain.replace("east", '"ea\nst ""x"""')}.items():
			with self.subTest(what):
				self.assertEqual(self.right(data), wanted)

	def test_number_of_elements_may_be_left_out(self):
		self.assertEqual(self.right("name,manufacturer,device type,role\nr1,A,X,radio\nr2,A,X,radio\n"), [("X", 12), ("Y", 2)])

	def test_columns(self):
		self.wrong("name,supplier,segment\neast,A,radio\n", (1, "there is no column product (its product line); also called: model|"))
		self.wrong("a,b,c\n1,2,3\n", (1, "this line names no column that is known, such as name, supplier, product"))
		self.wrong(self.HEAD.replace("count", "count,Count") + "east,A,X,radio,5,5,10,20\n", (1, "two columns are count: 'Count' is the second"))
		self.wrong(self.HEAD.replace("count", "count,exposuer") + "east,A,X,radio,5,internet,10,20\n", (1, "there is no column 'exposuer'; did you mean 'exposure'?"))
		self.wrong(self.HEAD.replace("replacement_low", "replacement") + self.ROW, (1, "two columns are replacement: 'replacement_high' is the second"))
		self.wrong("", (1, "names no column"))

	def test_cells(self):
		self.wrong(self.HEAD + "east,A,X,radio,five,10,20\n", (2, "count is 'five'; it is to be a number"))
		self.wrong(self.HEAD + 'east,A,X,radio,"1,200",10,20\n', (2, "count is '1,200'; it is to be a number"))
		self.wrong(self.HEAD + "east,A,X,radio,-5,10,20\n", (2, "count is -5"))
		self.wrong(self.HEAD + "east,A,X,radio,5,20,10\n", (2, "replacement needs two values above 0"))
		self.wrong(self.HEAD + "east,A,X,radio,5,20\n", (2, "replacement is to be a number, or"))
		self.wrong(self.HEAD + "east,,X,radio,5,10,20\n", (2, "supplier is missing"))
		self.wrong(self.HEAD + "east,A,X,radio,5,10,20,30\n", (2, "this line has 8 fields, the first line names 7"))
		self.wrong(self.HEAD + self.ROW + "west,Aa,X,radoi,5,10,20\n", (3, "there is no [[supplier]] called 'Aa'"), (3, "there is no [[segment]] called 'radoi'; did you mean 'radio'?"))
		self.wrong(self.HEAD + self.ROW * 2, (3, "there are two of the name 'east' (the first: i.csv:2)"))

	def test_quotes(self):
		self.wrong(self.HEAD + 'east,"A,X,radio,5,10,20\n', (2, "a quotation mark opens here and is never closed"))
		self.wrong(self.HEAD + 'east,"A"B,X,radio,5,10,20\n', (2, "'B' stands behind a closing quotation mark"))
		self.wrong(self.HEAD + '"a\nb",A,X,radio,5,10,20\nwest,A,X,radio,-1,10,20\n', (4, "count is -1"))

	def test_bytes(self):
		self.wrong((self.HEAD + self.ROW).encode("utf-16"), (1, "this is UTF-16: save it as CSV in UTF-8"))
		self.wrong((self.HEAD + self.ROW.replace("east", "Zürich")).encode("latin-1"), (2, "a byte that is no UTF-8: save it as CSV in UTF-8"))
		self.wrong((self.HEAD + self.ROW).encode() + b"\0", (3, "a byte 0: this is no CSV file"))
		self.wrong(bytes(100), (1, "a byte 0"))
		p = self.with_inventory(b"PK\3\4" + bytes(range(256)))
		self.assertIn("i.csv", self.told(p, 1)[0][0])

	def test_what_cannot_be_read(self):
		(self.at / "folder").mkdir()
		(self.at / "loop").symlink_to("loop")
		os.mkfifo(self.at / "pipe")
		with open(self.at / "large", "wb") as f:
			f.truncate(300 << 20)
		for name, wanted in (("folder", "it is a folder"), ("loop", "Too many levels of symbolic links"), ("pipe", "it is no file"), ("/dev/zero", "it is no file"), ("large", "it is larger than 256 MiB"), ("none.csv", "No such file or directory"), (".", "it is a folder")):
			with self.subTest(name):
				(file, line, said), = self.told(self.with_inventory(None, name=name), 1)
				self.assertEqual((file, line), ("n.toml", 7))
				self.assertIn("assessment: inventory: '%s': %s" % (name, wanted), said)

	def test_not_allowed_to_read(self):
		secret = self.put("i.csv", self.HEAD + self.ROW)
		self.put("n.toml", self.change("years = 3", 'years = 3\ninventory = ["i.csv"]'))
		secret.chmod(0)
		(_, line, said), = self.told(self.assess(through=REFUSED), 1)
		self.assertEqual((line, said), (7, "assessment: inventory: 'i.csv': Permission denied"))

	def test_many_lines(self):
		"""Ten thousand classes are nothing; a million are read, more are not, and none of it takes the machine down."""
		def limits():
			if "quick" in ASSAY or "release" in ASSAY:
				resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
		for n, expected in ((10000, None), (1000001, "at most 1000000 can be read")):
			with self.subTest(n), open(self.at / "i.csv", "w", encoding="utf-8") as f:
				f.write(self.HEAD)
				f.writelines("c%d,A,X,radio,5,10,20\n" % i for i in range(n))
			self.put("n.toml", self.change("years = 3", 'years = 3\ninventory = ["i.csv"]'))
			p = self.assess(preexec_fn=limits)
			if expected:
				self.assertIn(expected, self.told(p, 1)[0][2])
			else:
				self.assertEqual(p.returncode, DONE, p.stderr)
				self.assertEqual(self.ask("SELECT elements FROM product WHERE product = 'X'"), [(10 + 5 * n,)])

	def test_nearly_a_million_lines_of_one_name(self):
		with open(self.at / "i.csv", "w", encoding="utf-8") as f:
			f.write("name,supplier,product,segment\n")
			f.writelines("same,A,X,radio\n" for _ in range(999000))
		self.put("n.toml", self.change("years = 3", 'years = 3\ninventory = ["i.csv"]'))
		p = self.assess()
		self.assertEqual(p.returncode, INPUT, p.stderr[:500])
		self.assertIn("998999 things are wrong", p.stderr)

	def test_columns_of_exports(self):
		"""First lines as asset-management programs write them are understood (docs/network-file.md says where they are from)."""
		for what, head, row in EXPORTS:
			with self.subTest(what):
				self.assertEqual(self.right(head + "\n" + row + "\n"), [("X", 11), ("Y", 2)])


EXPORTS = (
	("NetBox, list of devices", "Name,Status,Tenant,Site,Location,Rack,Role,Manufacturer,Type,IP Address", "r1,Active,,n,,,radio,A,X,10.0.0.1/32"),
	("Nautobot, export of devices", "name,status__name,role__name,device_type__manufacturer__name,device_type__model,location__name,serial,tags", "r1,Active,radio,A,X,n,1,"),
	("LibreNMS, devices of its API", "device_id,hostname,sysName,os,version,hardware,vendor,location,role,status", "1,r1.example,r1,ios,15.2,X,A,n,radio,1"),
	("SolarWinds, Orion.Nodes", "Caption,Vendor,MachineType,IOSVersion,Location,Role", "r1,A,X,15.2,n,radio"),
	("ServiceNow, cmdb_ci_netgear", "name,manufacturer,model_id,model_number,firmware_version,serial_number,location,device_type,layer", "r1,A,X,X-1,4,1,n,router,radio"),
	("ServiceNow, a list's titles", "Name,Manufacturer,Model ID,Firmware version,Location,Layer", "r1,A,X,4,n,radio"),
)


class Dossiers(Case):
	def with_dossier(self, name="d.assay"):
		self.put("n.toml", self.change('product = "X"', 'product = "X"\ndossier = "%s"' % name))
		return self.assess()

	def dossier(self, name="d.assay"):
		d = make.Dossier(str(self.at / name))
		obj = d.object(b"image", "raw")
		d.add("place", kind="file", name="image", path="image", container="", object=obj)
		d.finish()
		return self.at / name

	def wrong(self, wanted, name="d.assay"):
		(file, line, said), = self.told(self.with_dossier(name), 1)
		self.assertEqual(file, "n.toml")
		self.assertEqual(line, 1 + GOOD.index('product = "X"').__index__() and GOOD[:GOOD.index('product = "X"')].count("\n") + 2, said)
		self.assertIn("class: dossier: '%s'" % name, said)
		self.assertIn(wanted, said)

	def test_good(self):
		self.dossier()
		self.assertEqual(self.with_dossier().returncode, DONE)
		self.assertEqual(self.ask("SELECT dossier FROM product WHERE product = 'X'"), [("d.assay",)])
		(self.at / "review").mkdir()
		shutil.move(self.at / "d.assay", self.at / "review/dossier.assay")
		self.assertEqual(self.with_dossier("review").returncode, DONE)

	def test_missing(self):
		self.wrong("No such file or directory")
		(self.at / "folder").mkdir()
		self.wrong("No such file or directory", "folder")

	def test_other_files(self):
		for data in (b"", b"x", bytes(100000), b"SQLite format 3\0", b"SQLite format 3\0" + bytes(4096)):
			self.put("d.assay", data)
			self.wrong("is not a dossier")
		db = sqlite3.connect(self.put("d.assay", b""))
		db.execute("CREATE TABLE finding (id)")
		db.commit()
		db.close()
		self.wrong("is not a dossier")
		os.unlink(self.at / "d.assay")
		os.mkfifo(self.at / "d.assay")
		self.wrong("")

	def test_other_versions(self):
		for version in (1, 3, 99):
			path = self.dossier()
			db = sqlite3.connect(path)
			db.execute("PRAGMA user_version = %d" % version)
			db.commit()
			db.close()
			self.wrong("version")
		db = sqlite3.connect(path)
		db.execute("PRAGMA user_version = 0")
		db.commit()
		db.close()
		self.wrong("is not finished: review the image again")

	def test_cut(self):
		whole = self.dossier().read_bytes()
		for share in (0.1, 0.5, 0.9):
			self.put("d.assay", whole[:int(len(whole) * share)])
			self.wrong("")

	def test_hostile(self):
		path = self.dossier()
		for statement in ("DROP TABLE finding", "DROP TABLE finding; CREATE VIEW finding AS SELECT load_extension('x') AS id", "DROP TABLE finding; CREATE VIEW finding AS WITH RECURSIVE r(id) AS (SELECT 1 UNION ALL SELECT id FROM r) SELECT id FROM r"):
			db = sqlite3.connect(path)
			db.executescript(statement)
			db.close()
			with self.subTest(statement):
				self.wrong("")
			path = self.dossier()

	def test_bytes_turned_over(self):
		"""A dossier with findings, some of its bytes changed: it is read as far as it goes or refused, and never more."""
		make.make(str(self.at / "d.assay"), 20, True, 5)
		whole = (self.at / "d.assay").read_bytes()
		pages = len(whole) // 4096
		chance = random.Random(20261127)
		ends = set()
		for turn in range(80):
			data = bytearray(whole)
			page = chance.randrange(pages) * 4096
			for _ in range(chance.choice((1, 4, 30))):
				data[page + chance.randrange(4096)] = chance.randrange(256)
			self.put("d.assay", bytes(data))
			p = self.with_dossier()
			self.assertIn(p.returncode, (DONE, INPUT), (turn, p.stderr))
			self.assertNotIn("Sanitizer", p.stderr)
			ends.add(p.returncode)
		self.assertEqual(ends, {DONE, INPUT})

	def test_image_of_no_dossier(self):
		self.refused(self.change('product = "X"', 'product = "X"\n%simage = "%s"' % (HERE, "a" * 64)), "class: image: no dossier named here is of the image aaaa")
		self.refused(self.change('product = "X"', 'product = "X"\n%simage = "xyz"' % HERE), "image: 'xyz' is no SHA-256")
		self.dossier()
		self.refused(self.change('product = "X"', 'product = "X"\ndossier = "d.assay"\n%simage = "%s"' % (HERE, "a" * 64)), "names a dossier and an image")

	def test_start_before_the_review(self):
		path = self.dossier()
		db = sqlite3.connect(path)
		db.execute("INSERT INTO meta VALUES ('reviewed', '2028-05-01T00:00:00Z')")
		db.commit()
		db.close()
		p = self.with_dossier()
		self.assertEqual(p.returncode, DONE)
		self.assertIn("note: n.toml:5: assessment: the first year, 2027, lies before the review in 'd.assay' (2028-05-01)", p.stderr)


class Commands(Case):
	def test_usage(self):
		for words in ((), ("a", "b"), ("--colour", "n.toml"), ("--trials", "x", "n.toml"), ("--trials", "0", "n.toml"), ("--seed", "-1", "n.toml"), ("--years", "", "n.toml"), ("--precision", "2", "n.toml"), ("--jobs", "nan", "n.toml")):
			with self.subTest(words):
				p = self.assay(*words)
				self.assertEqual(p.returncode, USAGE, p.stderr)
				self.assertTrue(p.stderr)
		self.assertEqual(self.assay("--help").returncode, DONE)

	def test_network_that_cannot_be_read(self):
		(self.at / "folder").mkdir()
		os.mkfifo(self.at / "pipe")
		for name, wanted in (("none.toml", "No such file"), ("folder", "it is a folder"), ("pipe", "it is no file"), ("/dev/zero", "it is no file")):
			p = self.assess(network=name)
			self.assertEqual(p.returncode, INPUT)
			self.assertRegex(p.stderr, r"^assay: '%s': %s.*\n$" % (name, wanted))

	def test_scenario(self):
		self.put("n.toml", GOOD)
		found = self.told(self.assess("--scenario", "swpa", "--scenario", "z"), 2)
		self.assertEqual([f[2] for f in found], ["there is no scenario called 'swpa'; did you mean 'swap'?", "there is no scenario called 'z'"])
		self.assertEqual(self.assess("--scenario", "SWAP").returncode, DONE)
		self.assertEqual(self.ask("SELECT name FROM scenario"), [("accept",), ("swap",)])

	def test_years(self):
		self.put("n.toml", GOOD)
		self.assertIn("at most 50 years", self.told(self.assess("--years", "51"), 1)[0][2])

	def test_more_than_memory(self):
		self.put("n.toml", self.change("years = 3", "years = 3\ntrials = 100000000\nouter = 1000000"))
		p = self.assay("n.toml", "-o", self.out)
		self.assertIn("do not fit into memory", self.told(p, 1)[0][2])


class Output(Case):
	fresh = False

	def failed(self, wanted, **more):
		p = self.assess(**more)
		self.assertEqual(p.returncode, OUTPUT, p.stdout + p.stderr)
		self.assertEqual(p.stdout, "")
		self.assertRegex(p.stderr, r"^assay: [^\n]*%s[^\n]*\n$" % wanted)

	def setUp(self):
		super().setUp()
		self.put("n.toml", GOOD)

	def before(self):
		"""Results that stand there from before."""
		self.out.mkdir()
		for name in RESULTS:
			(self.out / name).write_text("old")

	def old(self):
		self.assertEqual({p.name: p.read_text() for p in self.out.iterdir() if p.is_file()}, {name: "old" for name in RESULTS})

	def test_folder_is_a_file(self):
		self.out.write_text("x")
		self.failed("it is no folder")
		self.assertEqual(self.out.read_text(), "x")

	def test_folder_in_nowhere(self):
		self.out = pathlib.Path("/proc/none/b")
		self.failed("No such file or directory")

	def test_not_allowed_to_write(self):
		self.before()
		self.out.chmod(0o555)
		self.failed("Permission denied", through=REFUSED)
		self.old()

	def test_result_is_a_folder(self):
		self.before()
		(self.out / "decision.csv").unlink()
		(self.out / "decision.csv").mkdir()
		self.failed("decision.csv': it is a folder")
		self.assertEqual((self.out / "assessment.assay").read_text(), "old")
		self.assertEqual(sorted(p.name for p in self.out.iterdir()), sorted(RESULTS))

	def test_disk_is_full(self):
		self.before()
		for room in (1 << 12, 40 << 10):
			self.failed("", preexec_fn=lambda room=room: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))))
			self.old()

	def test_killed(self):
		self.before()
		for wait in (0.02, 0.1, 0.3, 0.6):
			p = subprocess.Popen([ASSAY, "assess", "n.toml", "-o", self.out, "--trials", "1000000"], cwd=self.at, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
			time.sleep(wait)
			p.kill()
			p.wait()
			self.assertEqual({name: (self.out / name).read_text() for name in RESULTS}, {name: "old" for name in RESULTS})
		self.assertEqual(self.assess().returncode, DONE)
		self.assertFalse([p.name for p in self.out.iterdir() if p.name not in RESULTS])

	def test_left_over_and_planted(self):
		"""What a killed run left is no obstacle, and a link planted there is not followed."""
		self.out.mkdir()
		(self.at / "victim").write_text("whole")
		for name in RESULTS:
			(self.out / (name + ".new")).symlink_to(self.at / "victim")
		(self.out / "assessment.assay.new-journal").write_text("rubbish")
		self.assertEqual(self.assess().returncode, DONE)
		self.assertEqual((self.at / "victim").read_text(), "whole")


class Schema(Case):
	def setUp(self):
		super().setUp()
		self.schema = json.loads(self.assay("schema").stdout)
		jsonschema.Draft202012Validator.check_schema(self.schema)
		self.validator = jsonschema.Draft202012Validator(self.schema)

	@staticmethod
	def plain(text):
		return json.loads(json.dumps(tomllib.loads(text), default=lambda d: d.isoformat() if isinstance(d, datetime.date) else d))

	def test_accepts(self):
		for text in (GOOD, self.assay("init").stdout, (TOP / "examples/national/network.toml").read_text(), self.change("age = 1", "support_ends = 2030-01-01"), self.change('via = ["internet", "management"]', 'via = "internet"'),
				self.change("susceptibility = { low = 0.02, likely = 0.1, high = 0.3 }", "susceptibility = { successes = 3, trials = 40 }"), self.change("hours = { low = 2, high = 40 }", "hours = { values = [2, 5, 30] }")):
			self.validator.validate(self.plain(text))
		self.assertEqual(self.schema["$schema"], "https://json-schema.org/draft/2020-12/schema")

	def test_refuses(self):
		"""What the program refuses for its shape, the schema refuses as well."""
		for old, new in (("start = 2027", "strat = 2027"), ("start = 2027", 'start = "2027"'), ("start = 2027", "start = 2027.5"), ("start = 2027", "start = 1066"), ('question = "Keep A?"\n', ""), ('operator = "Operator"', "operator = 3"),
				("count = 10", "count = -1"), ("count = 10", "count = 0"), ("replacement = 100\n", "replacement = -1\n"), ("replacement = 100\n", 'replacement = "100"\n'), ("rate = { events = 3, years = 2 }", "rate = { events = 3 }"), ("rate = { events = 3, years = 2 }", "rate = { events = 3, years = 0 }"),
				("rate = { events = 3, years = 2 }", "rate = { low = 3 }"), ("rate = { events = 3, years = 2 }", "rate = { low = 1, max = 3 }"), ("rate = { events = 3, years = 2 }", "rate = { low = 1, hihg = 3 }"), ("rate = { events = 3, years = 2 }\n", ""),
				("susceptibility = { low = 0.02, likely = 0.1, high = 0.3 }", "susceptibility = { values = [0.1, 3] }"), ("hours = { low = 2, high = 40 }", "hours = { values = [2] }"),
				("susceptibility = { low = 0.02, likely = 0.1, high = 0.3 }", "susceptibility = 1.5"), ("susceptibility = { low = 0.02, likely = 0.1, high = 0.3 }", "susceptibility = { low = 0.1, likely = 0.2, high = 3 }"), ('exposure = ["management"]', 'exposure = ["managment"]'),
				("[[scenario]]", "[[scenrio]]"), ('with = "B", by', "by"), ("by = 2029", "by = 1999"), ("by = 2029", 'bye = 2029')):
			with self.subTest(new):
				text = self.change(old, new)
				self.assertFalse(self.validator.is_valid(self.plain(text)))
				self.put("n.toml", text)
				self.assertEqual(self.assess().returncode, INPUT)

	def test_every_field_is_told(self):
		for name, table in self.schema["$defs"].items():
			for field, told in table.get("properties", {}).items():
				self.assertTrue(told["description"], name + "." + field)


class Closed(Case):
	"""What the operator has explained, and what a maker's statement closes, is no way in any more."""
	CVE = "CVE-2099-0001"

	def run_assay(self, *words):
		p = subprocess.run([ASSAY, *map(str, words)], capture_output=True, text=True, cwd=self.at, check=False, timeout=300, env=dict(os.environ, ASSAY_KNOWLEDGE=str(self.at / "index.db"),
			SOURCE_DATE_EPOCH="1795800000"))
		self.assertEqual(p.returncode, DONE, p.stderr)

	def import_(self, name, document):
		self.put(name, json.dumps(document))
		self.run_assay("knowledge", "import", "--quiet", name)

	def state(self):
		"""Ways in, log-odds they add, expected loss; paths enough to compare, under the same events."""
		self.run_assay("assess", "n.toml", "-o", self.out, "--trials", "20000", "--draws", "100")
		ways = {r[0] for r in self.ask("SELECT finding FROM way_in")}
		return ways, self.ask("SELECT shift FROM product WHERE product = 'X'")[0][0], self.ask("SELECT loss FROM scenario WHERE name = 'accept'")[0][0]

	def test_marks_and_statements_close(self):
		root = self.at / "root"
		(root / "bin").mkdir(parents=True)
		(root / "etc").mkdir()
		self.put("b.c", '#include <stdio.h>\nint main(void) { return puts("BusyBox v1.36.1 (2023-11-07 18:53:09 UTC)") < 0; }\n')
		subprocess.run(["gcc", "-o", root / "bin/busybox", self.at / "b.c"], check=True)
		(root / "etc/inittab").write_text("::respawn:/bin/telnetd\n")
		(root / "bin/telnetd").symlink_to("busybox")
		(root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\nsupport:x:0:0:support:/:/bin/sh\n")
		self.import_("feed.json", {"resultsPerPage": 1, "startIndex": 0, "totalResults": 1, "format": "NVD_CVE", "version": "2.0", "timestamp": "2026-01-03T00:00:00.000",
			"vulnerabilities": [{"cve": {"id": self.CVE, "published": "2026-01-01T00:00:00.000", "lastModified": "2026-01-02T00:00:00.000", "vulnStatus": "Analyzed",
				"descriptions": [{"lang": "en", "value": "A fault."}], "configurations": [{"nodes": [{"operator": "OR", "negate": False, "cpeMatch": [{"vulnerable": True,
					"criteria": "cpe:2.3:a:busybox:busybox:*:*:*:*:*:*:*:*", "versionEndExcluding": "1.37.0", "matchCriteriaId": "0" * 8}]}]}]}}]})
		self.put("n.toml", self.change('product = "X"', 'product = "X"\ndossier = "review"').replace("rate = { events = 3, years = 2 }", "rate = 20"))
		review = ("review", "-q", "root", "-o", "review")
		self.run_assay(*review)
		both, shift, loss = self.state()
		self.assertIn("account-second-root", both)
		self.assertTrue([w for w in both if w.startswith("busybox")], both)
		self.run_assay("mark", "review/dossier.assay", "account-second-root", "--reason", "the rescue account")
		self.run_assay(*review, "--marks", "assay-marks.tsv")
		one, less, loses = self.state()
		self.assertEqual(both - one, {"account-second-root"})
		self.assertLess(less, shift)
		self.assertLess(loses, loss)
		self.import_("vex.json", {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/1", "author": "maker", "timestamp": "2026-01-01T00:00:00Z", "version": 1,
			"statements": [{"vulnerability": {"name": self.CVE}, "products": [{"@id": "pkg:generic/busybox@1.36.1"}], "status": "not_affected", "justification": "component_not_present"}]})
		self.run_assay(*review, "--marks", "assay-marks.tsv")
		none, least, rest = self.state()
		self.assertEqual([w for w in one - none if w.startswith("busybox")], sorted(one - none))
		self.assertTrue(one - none)
		self.assertLess(least, less)
		self.assertLess(rest, loses)


if __name__ == "__main__":
	program = unittest.main(exit=False, verbosity=1)
	bad = len(program.result.failures) + len(program.result.errors)
	print("%d passed, %d failed" % (program.result.testsRun - bad, bad))
	sys.exit(1 if bad or not program.result.testsRun else 0)
