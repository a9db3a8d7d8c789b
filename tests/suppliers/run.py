#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The directory of suppliers: filling, finding, changing, importing what is right and what is not, and screening.

usage: run.py [TEST...]      takes ASSAY_TESTED (or ASSAY) from the environment

data/ has rows of the real registries (IEEE, pci.ids) in their form; labels.tsv is what bench/screen measures.
"""
import csv
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

ASSAY = os.path.abspath(os.environ.get("ASSAY_TESTED") or os.environ["ASSAY"])
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "dossier"))
import make  # noqa: E402

FILLED = {}


def filled():
	"""A directory that the small registries filled, made once."""
	if "path" not in FILLED:
		FILLED["folder"] = tempfile.TemporaryDirectory()
		FILLED["path"] = pathlib.Path(FILLED["folder"].name) / "filled.db"
		p = subprocess.run([ASSAY, "suppliers", "fill", "--directory", FILLED["path"], "--data", HERE / "data"], capture_output=True, text=True,
			check=False)
		FILLED["said"] = p.stderr
		assert p.returncode == 0, p.stderr
	return FILLED["path"]


class Suppliers(unittest.TestCase):
	def setUp(self):
		folder = tempfile.TemporaryDirectory()
		self.addCleanup(folder.cleanup)
		self.at = pathlib.Path(folder.name)
		self.directory = self.at / "data" / "suppliers.db"
		self.directory.parent.mkdir()
		shutil.copy(filled(), self.directory)

	def run_it(self, *words, status=0, env=None):
		p = subprocess.run([ASSAY, "suppliers", *map(str, words), "--directory", str(self.directory), "--data", str(HERE / "data")],
			capture_output=True, text=True, cwd=self.at, check=False, timeout=600, env={**os.environ, **(env or {})})
		self.assertEqual(p.returncode, status, p.stdout + p.stderr)
		return p

	def put(self, name, content):
		path = self.at / name
		path.write_bytes(content if isinstance(content, bytes) else content.encode())
		return path

	def ask(self, sql, *values):
		db = sqlite3.connect("file:%s?mode=ro" % self.directory, uri=True)
		try:
			return db.execute(sql, values).fetchall()
		finally:
			db.close()

	def show(self, who):
		return json.loads(self.run_it("show", who, "--json").stdout)

	def screen(self, *words, status=1):
		return json.loads(self.run_it("screen", *words, "--json", status=status).stdout)

	def lists_of(self, name, status=1, least="0.5"):
		found = self.screen("--name", name, "--least", least, status=status)["suppliers"]
		return {h["list"]: h for h in reversed(found[0]["listings"])}

	def content(self):
		tables = ("supplier", "supplier_name", "supplies", "owner", "identifier", "seen", "listing", "listing_name", "list")
		return {t: sorted(map(str, self.ask("SELECT * FROM " + t))) for t in tables}


class Filling(Suppliers):
	def test_registries_are_read(self):
		block = self.ask("SELECT value FROM identifier JOIN supplier s ON s.id = supplier WHERE kind = 'mac' AND name = 'zte corporation'")[0][0]
		got = self.show("mac:" + block + "-AB-CD-EF")
		self.assertEqual((got["name"], got["country"]), ("zte corporation", "CN"))
		self.assertIn("shenzhen", got["place"].lower())
		self.assertEqual(self.ask("SELECT count(*) FROM supplier WHERE name = 'Private'"), [(0,)])
		self.assertEqual(self.ask("SELECT value FROM identifier JOIN supplier s ON s.id = supplier WHERE name LIKE 'IOG%'"), [("208593b",)])
		self.assertEqual(self.ask("SELECT s.name FROM identifier JOIN supplier s ON s.id = supplier WHERE kind = 'pci' ORDER BY value"),
			[("Realtek Semiconductor Co., Ltd.",), ("Huawei Technologies Co., Ltd.",)])
		self.assertEqual(self.ask("SELECT date FROM source WHERE id = 'pci'"), [("2023-04-10",)])

	def test_what_is_missing_is_said(self):
		filled()
		self.assertIn("apt install usb.ids", FILLED["said"])
		self.assertIn("(MA-S) is not installed", FILLED["said"])
		self.assertNotIn("pci.ids) is not installed", FILLED["said"])

	def test_nothing_installed(self):
		self.directory.unlink()
		(self.at / "none").mkdir()
		p = subprocess.run([ASSAY, "suppliers", "search", "huawei", "--directory", str(self.directory), "--data", str(self.at / "none")],
			capture_output=True, text=True, check=False)
		self.assertEqual(p.returncode, 0, p.stderr)
		self.assertIn("apt install ieee-data", p.stderr)
		self.assertIn("HUAWEI", p.stdout.upper())

	def test_filling_again_changes_nothing(self):
		before = self.content()
		self.run_it("fill")
		self.assertEqual(self.content(), before)

	def test_a_killed_fill_loses_nothing(self):
		self.directory.unlink()
		words = [ASSAY, "suppliers", "fill", "--directory", str(self.directory), "--data", str(self.at)]
		for wait in (0.02, 0.1, 0.3):
			p = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
			time.sleep(wait)
			p.send_signal(signal.SIGKILL)
			p.wait()
		self.run_it("fill")
		self.assertEqual(self.ask("PRAGMA integrity_check"), [("ok",)])
		self.assertGreater(self.ask("SELECT count(*) FROM supplier")[0][0], 100)

	def test_two_at_once(self):
		self.directory.unlink()
		words = [ASSAY, "suppliers", "search", "huawei", "--directory", str(self.directory), "--data", str(HERE / "data")]
		both = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
		self.assertEqual([p.communicate() and p.returncode for p in both], [0, 0, 0])
		self.assertEqual(self.ask("SELECT count(*) FROM supplier_text"), self.ask("SELECT count(*) FROM supplier"))

	def test_no_directory(self):
		p = subprocess.run([ASSAY, "suppliers", "search", "x", "--directory", self.put("text", "no database " * 100)], capture_output=True,
			text=True, check=False)
		self.assertNotEqual(p.returncode, 0)
		self.assertIn("text", p.stderr)
		db = sqlite3.connect(self.at / "other.db")
		db.execute("CREATE TABLE t (x)")
		db.commit()
		db.close()
		p = subprocess.run([ASSAY, "suppliers", "search", "x", "--directory", str(self.at / "other.db")], capture_output=True, text=True, check=False)
		self.assertEqual(p.returncode, 3)
		self.assertIn("no directory of suppliers", p.stderr)


class Finding(Suppliers):
	def test_search(self):
		rows = json.loads(self.run_it("search", "shenzhen", "rout", "--json").stdout)
		self.assertEqual([r["name"] for r in rows], ["Shenzhen RouterD Networks Limited"])
		self.assertIn("nobody is found", self.run_it("search", "qqqqzz").stderr)
		self.assertEqual(json.loads(self.run_it("search", "qqqqzz", "--json").stdout), [])
		self.run_it("search", '"', "*", "AND", "NEAR(", status=0)

	def test_names_and_identifiers(self):
		self.assertEqual(self.show("Huawei")["name"], "Huawei Technologies Co., Ltd.")
		self.assertEqual(self.show("pci:19e5")["name"], "Huawei Technologies Co., Ltd.")
		self.assertEqual(self.show("ericsson ab")["name"], "Ericsson AB")
		p = self.run_it("show", "HUAWEI TECHNOLOGIES CO LTD", status=3)
		self.assertIn("may be:", p.stderr)
		self.assertIn("nobody", self.run_it("show", "Qwertzuiop Fabrik", status=3).stderr)

	def test_other_alphabets(self):
		self.run_it("add", "name=华为终端有限公司", "country=China")
		self.assertEqual(self.show("华为终端有限公司")["country"], "CN")
		rows = json.loads(self.run_it("search", "华为终端有限公司", "--json").stdout)
		self.assertEqual(len(rows), 1)
		self.run_it("add", "name=Müller Meßtechnik GmbH")
		self.assertEqual(self.show("MULLER MESSTECHNIK")["name"], "Müller Meßtechnik GmbH")


class Changing(Suppliers):
	def test_add_and_edit(self):
		self.run_it("add", "name=Example Labs", "role=assessor", "field=5G core", "country=Sweden", "aliases=XLabs; X Labs", "identifiers=pen:99999")
		got = self.show("xlabs")
		self.assertEqual((got["name"], got["country"], got["role"], got["aliases"]), ("Example Labs", "SE", "assessor", ["X Labs", "XLabs"]))
		self.run_it("edit", "Example Labs", "aliases=Labs of X", "products+=audit;test", "note=")
		got = self.show("pen:99999")
		self.assertEqual((got["aliases"], got["products"]), (["Labs of X"], ["audit", "test"]))
		self.run_it("edit", "Example Labs", "name=Example Laboratories")
		got = self.show("Example Laboratories")
		self.assertEqual(got["former"], ["Example Labs"])
		self.assertIn("Example Laboratories", self.run_it("search", "laboratories").stdout)
		self.run_it("add", "name=Example Laboratories", status=2)

	def test_what_is_wrong_is_told_at_once(self):
		before = self.content()
		p = self.run_it("add", "name=Bad", "country=Atlantis", "role=king", "identifiers=mac:12;usb:xyz", "colour=red", "x", status=2)
		for text in ("Atlantis", "role", "mac:12", "usb:xyz", "colour", "'x'"):
			self.assertIn(text, p.stderr)
		self.assertEqual(self.content(), before)

	def test_a_circle_is_refused_by_name(self):
		self.run_it("add", "name=Aleph Works")
		self.run_it("add", "name=Beth Works", "parents=Aleph Works")
		self.run_it("add", "name=Gimel Works", "parents=Beth Works")
		before = self.content()
		p = self.run_it("edit", "Aleph Works", "parents=Gimel Works", status=2)
		for name in ("Aleph Works", "Beth Works", "Gimel Works"):
			self.assertIn(name, p.stderr)
		self.run_it("edit", "Aleph Works", "parents=Aleph Works", status=2)
		number = "#%d" % self.ask("SELECT id FROM supplier WHERE name = 'Aleph Works'")[0]
		self.run_it("edit", number, "parents=" + number, status=2)
		self.assertIn("nobody in the directory has this number", self.run_it("edit", number, "parents=#99999999", status=2).stderr)
		self.assertEqual(self.ask("SELECT count(*) FROM supplier WHERE name LIKE '#%'"), [(0,)])
		self.run_it("merge", "Aleph Works", "Gimel Works", status=3)
		self.assertEqual(self.content(), before)

	def test_duplicates_are_proposed_and_merged_by_hand(self):
		self.run_it("add", "name=Twofold Networks, Inc.", "identifiers=pen:88881")
		self.run_it("add", "name=TWOFOLD NETWORKS INC", "identifiers=pen:88882", "parents=Nokia Corporation")
		self.run_it("add", "name=Twofold Networks GmbH")
		rows = json.loads(self.run_it("duplicates", "--json", "--all").stdout)
		names = {r["name"] for r in rows}
		self.assertLessEqual({"Twofold Networks, Inc.", "TWOFOLD NETWORKS INC", "Twofold Networks GmbH"}, names)
		asked = json.loads(self.run_it("duplicates", "twofold", "--json").stdout)
		self.assertEqual(len(asked), 3)
		self.run_it("merge", "--apart", "Twofold Networks, Inc.", "Twofold Networks GmbH")
		self.run_it("merge", "Twofold Networks, Inc.", "TWOFOLD NETWORKS INC")
		got = self.show("twofold networks inc")
		self.assertEqual(got["aliases"], ["TWOFOLD NETWORKS INC"])
		self.assertEqual(got["identifiers"], ["pen:88881", "pen:88882"])
		self.assertEqual(got["parents"], ["Nokia Corporation"])
		names = {r["name"] for r in json.loads(self.run_it("duplicates", "--json", "--all").stdout)}
		self.assertNotIn("Twofold Networks GmbH", names)
		self.assertEqual(self.ask("PRAGMA integrity_check"), [("ok",)])

	def test_what_was_merged_stays_so(self):
		self.run_it("merge", "Nokia Corporation", "Nokia")
		self.run_it("fill")
		self.assertEqual(self.ask("SELECT count(*) FROM supplier WHERE name = 'Nokia'"), [(0,)])
		self.assertEqual(self.show("Nokia")["name"], "Nokia Corporation")


class Importing(Suppliers):
	def test_csv(self):
		sheet = 'Name;Country;Role;Aliases;Parents;Segments\n"Acme ""Best"" Radios";DE;equipment-maker;"Acme;ABR";Acme Holding;radio\nBeta Tests;;assessor;;;\n'
		p = self.run_it("import", self.put("s.csv", "\ufeff" + sheet))
		self.assertIn("2 suppliers", p.stderr)
		got = self.show('Acme "Best" Radios')
		self.assertEqual((got["country"], got["aliases"], got["parents"], got["segments"]), ("DE", ["ABR", "Acme"], ["Acme Holding"], ["radio"]))

	def test_round_trip(self):
		self.run_it("import", self.put("s.csv", "name,aliases,products,note\nAcme,\"A; B\",x;y,\"a, b\"\nBeta,,,\\backslash\n"))
		for form in ("--csv", "--json"):
			text = self.run_it("export", form).stdout
			before = self.content()
			self.run_it("import", self.put("again", text))
			self.assertEqual(self.run_it("export", form).stdout, text)
			self.assertEqual({k: v for k, v in self.content().items() if k != "supplier_name"}, {k: v for k, v in before.items() if k != "supplier_name"})

	def test_json(self):
		self.run_it("import", self.put("s.json", json.dumps([{"name": "Acme", "aliases": ["A", "B;C"], "country": "France"}])))
		self.assertEqual(self.show("B;C")["country"], "FR")
		self.run_it("import", self.put("t.json", json.dumps({"suppliers": [{"name": "Acme", "note": None, "products": "one; two"}]})))
		self.assertEqual(self.show("Acme")["products"], ["one", "two"])

	def test_all_problems_and_nothing_written(self):
		before = self.content()
		sheet = self.put("s.csv", "name,country,identifiers\nGood,DE,\n,DE,\nBad,Nowhere,\nWorse,DE,mac:zz\nMore,DE,,too many\n\"open,DE\n")
		data = self.put("s.json", '[{"name": "Fine"}, {"country": "DE"}, 7, {"name": 5}, {"name": "L", "aliases": [1]}, {"name": "K", "hue": 1}]')
		broken = self.put("b.json", '{"suppliers": [\n{"name": "x",}]}')
		p = self.run_it("import", sheet, data, broken, self.at / "missing.csv", status=3)
		for text in ("s.csv:3: a supplier without a name", "s.csv:4:", "'Nowhere'", "s.csv:5:", "s.csv:6: more fields", "s.csv:7: a quotation mark",
			"record 2: a supplier without a name", "record 3: a supplier is an object", "record 4:", "record 5:", "'hue'", "b.json:2:",
			"missing.csv: No such file"):
			self.assertIn(text, p.stderr)
		self.assertIn("nothing was imported", p.stderr)
		self.assertEqual(self.content(), before)

	def test_circles_in_files(self):
		p = self.run_it("import", self.put("s.csv", "name,parents\nOne,Two\nTwo,Three\nThree,One\n"), status=3)
		self.assertIn("a circle of owners", p.stderr)
		self.assertIn("s.csv:4", p.stderr)
		self.assertEqual(self.ask("SELECT count(*) FROM supplier WHERE name = 'Two'"), [(0,)])

	def test_hostile(self):
		before = self.content()
		rng = random.Random(1)
		deep = "[" * 100000
		cases = [b"", b"\n\n", b"name\n", b"\x00\x00\x00", b"name\n\x00\n", b"name\n\xff\xfe\n", b"name\n" + b"x" * 5000 + b"\n", b"name\n\"a\nb\"\n",
			b"name\n\x1b[31mred\n", deep.encode(), ('{"suppliers":' + deep).encode(), b'{"suppliers": {}}', b'{"results": 5}', b'{"schema": 1, "properties": 2}',
			b"name," * 300 + b"\n", b'"' * 100001, b"name\n" + b'"' + b"y" * (2 << 20) + b'"\n', b"SQLite format 3\x00" + bytes(200), b"list,entity\n,\n",
			bytes(rng.randrange(256) for _ in range(5000)), "name\n\u202eevil\n".encode()]
		for i, case in enumerate(cases):
			with self.subTest(i):
				p = subprocess.run([ASSAY, "suppliers", "import", self.put("hostile", case), "--directory", str(self.directory)],
					capture_output=True, check=False, timeout=120)
				self.assertIn(p.returncode, (0, 3), p.stderr)
				self.assertNotIn(b"\x1b", p.stderr)
		self.assertEqual(self.ask("PRAGMA integrity_check"), [("ok",)])
		self.assertEqual({k: v for k, v in self.content().items() if k.startswith("owner")}, {k: v for k, v in before.items() if k.startswith("owner")})

	def test_a_pipe_is_not_waited_for(self):
		os.mkfifo(self.at / "pipe")
		p = subprocess.run([ASSAY, "suppliers", "import", "pipe", "--directory", str(self.directory), "--data", str(HERE / "data")],
			capture_output=True, text=True, cwd=self.at, check=False, timeout=60)
		self.assertEqual(p.returncode, 3, p.stderr)
		self.assertIn("pipe: no regular file", p.stderr)

	def test_cut_anywhere(self):
		whole = 'name,country,aliases\n"Acme ""x""",DE,"a;b"\nBeta,FR,\n'.encode()
		for i in range(len(whole)):
			p = subprocess.run([ASSAY, "suppliers", "import", self.put("cut", whole[:i]), "--directory", str(self.directory)], capture_output=True,
				check=False, timeout=120)
			self.assertIn(p.returncode, (0, 3), p.stderr)

	def test_dossier(self):
		path = self.at / "d.assay"
		make.make(str(path), 0, False, 0)
		db = sqlite3.connect(path)
		db.execute("DELETE FROM supplier")
		db.execute("INSERT INTO supplier (object, name, role, part, belongs_to, confidence, evidence) SELECT min(id), 'HiSilicon', 'chip-sdk', 'SDK', 'Huawei', 900, 'x' FROM object")
		db.execute("INSERT INTO supplier (object, name, role, confidence, evidence) SELECT min(id), 'Unheard Of Makers', 'author', 500, 'x' FROM object")
		db.commit()
		db.close()
		self.run_it("import", path)
		self.assertEqual([(s["role"], s["part"]) for s in self.show("HiSilicon")["seen"]], [("chip-sdk", "SDK")])
		self.assertEqual(self.show("Unheard Of Makers")["origin"], "dossier")
		found = {s["name"]: s for s in self.screen(path)["suppliers"]}
		self.assertIn("parent", {h["relation"] for h in found["HiSilicon"]["listings"]})
		self.assertEqual(found["Unheard Of Makers"]["listings"], [])
		(self.at / "review").mkdir()
		(self.at / "review/dossier.assay").write_bytes(path.read_bytes())
		self.assertEqual({s["name"] for s in self.screen(self.at / "review")["suppliers"]}, set(found))
		self.assertTrue(any(h["certain"] for h in found["Huawei"]["listings"]))


class Screening(Suppliers):
	def test_what_a_hit_says(self):
		hit = self.lists_of("ZTE CORP.")["us-fcc-covered"]
		self.assertEqual((hit["certain"], hit["date"], hit["jurisdiction"], hit["entity"]), (True, "2021-03-12", "US", "ZTE Corporation"))
		self.assertTrue(hit["words"].startswith("Telecommunications equipment produced by ZTE Corporation"))
		self.assertEqual(hit["source"], "FCC Covered List as of 2026-08-22")

	def test_near_misses(self):
		for name in ("Shanghai Dahua Scale Factory", "Nokia Corporation", "Taiwan Semiconductor Manufacturing Co.", "Chartered Semiconductor Manufacturing",
			"China Palms Telecom.Ltd", "FIRST PACIFIC NETWORKS, INC.", "ZTEX GmbH", "Shenzhen Technology Co., Ltd", "Company Limited", "", "Ltd."):
			self.assertEqual(self.lists_of(name or " x ", status=0), {}, name)

	def test_ways_to_write_it(self):
		for name, list_ in (("Hikvision", "us-dod-1260h"), ("HANGZHOU HIKVISION DIGITAL TECHNOLOGY CO LTD", "us-fcc-covered"), ("TPLINK", "us-dod-1260h"),
			("Hytera  Communications Corporation Limited", "us-fcc-covered"), ("ООО Касперский Лаб", "us-fcc-covered"), ("Quectel Wireles Solutions", "us-dod-1260h"),
			("Huawei Technologies Deutschland GmbH", "us-dod-1260h"), ("Technologies Huawei Co Ltd", "us-dod-1260h"), ("H\u00fcawei Technologies", "us-dod-1260h")):
			self.assertIn(list_, self.lists_of(name), name)

	def test_certain_only_by_name_or_identifier(self):
		self.assertFalse(self.lists_of("ZTE GmbH")["us-fcc-covered"]["certain"])
		self.assertTrue(self.lists_of("zte corporation")["us-fcc-covered"]["certain"])
		self.assertFalse(self.lists_of("HiSilicon")["us-fcc-covered"]["certain"])

	def test_owners_and_owned(self):
		self.run_it("add", "name=Nadir Radio", "parents=Zhejiang Dahua Technology Co., Ltd.")
		self.run_it("add", "name=Zenith Group", "subsidiaries=Nadir Radio")
		self.run_it("add", "name=Grandchild", "parents=Nadir Radio", "aliases=GC Works")
		self.assertEqual(self.lists_of("GC Works")["us-dod-1260h"]["relation"], "parent")
		self.run_it("add", "name=Summit Holding", "subsidiaries=Zhejiang Dahua Technology Co., Ltd.")
		self.assertEqual(self.lists_of("Summit Holding")["us-dod-1260h"]["relation"], "subsidiary")

	def test_files(self):
		toml = self.put("n.toml", '[[equipment]]\nsupplier = "Huawei"\nmodel = "ZTE"\n[[equipment]]\nsupplier = "Nokia"\n[[supplier]]\nname = "Hytera"\n[operator]\nname = "Dahua"\n')
		got = self.screen(toml)
		self.assertEqual([s["name"] for s in got["suppliers"]], ["Huawei", "Nokia", "Hytera"])
		self.assertTrue(got["suppliers"][0]["where"].endswith("n.toml:2"))
		self.assertEqual([s["name"] for s in self.screen(self.put("l.txt", "# mine\nHuawei Technologies Co., Ltd.\n\nNokia\n"))["suppliers"]],
			["Huawei Technologies Co., Ltd.", "Nokia"])
		self.assertEqual([s["name"] for s in self.screen(self.put("l.csv", "site,vendor\n1,ZTE\n2,Nokia\n3,ZTE\n"))["suppliers"]], ["ZTE", "Nokia"])
		self.assertEqual([s["name"] for s in self.screen(self.put("l.json", '["ZTE", "Nokia"]'))["suppliers"]], ["ZTE", "Nokia"])
		self.assertEqual([s["name"] for s in self.screen(self.put("m.json", '{"equipment": [{"supplier": "ZTE", "name": "x"}]}'))["suppliers"]], ["ZTE"])
		self.assertIn("n.toml:1", self.run_it("screen", self.put("n.toml", "x = \ny = 1\n"), status=3).stderr)

	def test_exit_status(self):
		self.run_it("screen", "--name", "Nokia", status=0)
		self.run_it("screen", "--name", "Huawei", status=1)
		self.run_it("screen", "nowhere.toml", status=3)
		self.run_it("screen", status=2)
		self.run_it("screen", "--name", "x", "--least", "2", status=2)

	def test_csv_and_text(self):
		rows = list(csv.DictReader(self.run_it("screen", "--name", "ZTE", "--csv", status=1).stdout.splitlines()))
		self.assertIn(("us-ndaa-889", "2018-08-13", "yes"), {(r["list"], r["date"], r["certain"]) for r in rows})
		text = self.run_it("screen", "--name", "ZTE", status=1).stdout
		for words in ("FCC Covered List (US), 2021-03-12", "certain", "Routers produced in a foreign country", "says nothing about a product"):
			self.assertIn(words, text)

	def test_everybody(self):
		got = {s["name"] for s in self.screen("--everybody")["suppliers"] if s["listings"]}
		self.assertLessEqual({"zte corporation", "HUAWEI TECHNOLOGIES CO.,LTD", "HiSilicon"}, got)
		self.assertNotIn("Ericsson AB", got)


class Lists(Suppliers):
	def load(self, name, text):
		return self.run_it("import", self.put(name, text)).stderr

	def test_opensanctions_csv(self):
		said = self.load("targets.simple.csv", '"id","schema","name","aliases","birth_date","countries","addresses","identifiers","sanctions","phones","emails","program_ids",'
			'"dataset","first_seen","last_seen","last_change"\n"NK-1","Company","Orbweaver Radio JSC","Orb Radio;ОРБ Радио","","ru","","lei:ORB00000000000000001",'
			'"Export control 2024","","","US-X","US Trade Consolidated Screening List (CSL)","2024-01-01","",""\n"NK-2","Person","Ivan Orb","","","","","","","","","","US X","","",""\n')
		self.assertIn("1 listings", said)
		self.assertIn("1 persons", said)
		hit = list(self.lists_of("Orb Radio").values())[0]
		self.assertEqual((hit["jurisdiction"], hit["entity"], hit["date"]), ("US", "Orbweaver Radio JSC", None))
		self.run_it("add", "name=Some Front", "identifiers=lei:ORB00000000000000001")
		hit = list(self.lists_of("Some Front").values())[0]
		self.assertEqual((hit["certain"], hit["reason"], hit["score"]), (True, "the same identifier", 1.0))

	def test_ftm(self):
		lines = [{"id": "os-1", "schema": "Company", "caption": "Orbweaver Radio JSC", "datasets": ["eu_fsf"], "properties": {"name": ["Orbweaver Radio JSC"], "alias": ["OWR"]}},
			{"id": "s-1", "schema": "Sanction", "datasets": ["eu_fsf"], "properties": {"entity": ["os-1"], "startDate": ["2023-02-25"], "program": ["EU-RUS"], "reason": ["makes radios"]}},
			{"id": "p-1", "schema": "Person", "caption": "P", "datasets": ["eu_fsf"], "properties": {}}]
		self.load("entities.ftm.json", "\n".join(map(json.dumps, lines)) + "\n")
		hit = self.lists_of("orbweaver radio")["opensanctions: eu_fsf"]
		self.assertEqual((hit["date"], hit["jurisdiction"], hit["words"]), ("2023-02-25", "EU", "EU-RUS; makes radios"))

	def test_csl(self):
		row = {"id": "1", "source": "Entity List (EL) - Bureau of Industry and Security", "name": "Orbweaver Parent (Orb).  Affiliated Entity: Orbweaver Cloud Berlin", "alt_names": ["OWC"],
			"start_date": "2019-05-21", "license_requirement": "For all items subject to the EAR", "programs": [], "type": None, "federal_register_notice": "84 FR 22961"}
		self.load("csl.json", json.dumps({"results": [row, {"source": "SDN", "name": "Mr X", "type": "Individual"}]}))
		hit = list(self.lists_of("Orbweaver Cloud Berlin").values())[0]
		self.assertEqual((hit["date"], hit["authority"], hit["words"], hit["certain"]), ("2019-05-21", "Bureau of Industry and Security", "For all items subject to the EAR", True))
		self.load("csl.csv", "_id,source,entity_number,type,programs,name,title,addresses,federal_register_notice,start_date,end_date,standard_order,license_requirement,license_policy,"
			"call_sign,vessel_type,gross_tonnage,gross_registered_tonnage,vessel_flag,vessel_owner,remarks,source_list_url,alt_names,ids\n"
			"a1,Denied Persons List (DPL) - Bureau of Industry and Security,,Entity,,Deniedco Antennas Ltd,,,,2020-01-02,,,,,,,,,,,,,Denied Aerials; DCA,\n")
		self.assertEqual(list(self.lists_of("Denied Aerials").values())[0]["date"], "2020-01-02")
		self.load("csl.json", json.dumps({"results": [dict(row, name="Somebody Else Entirely", alt_names=[])]}))
		self.assertEqual(self.lists_of("Orbweaver Cloud Berlin", status=0), {})

	def test_ofac(self):
		sdn = self.put("sdn.csv", '36,"AEROCARIBBEAN AIRLINES","-0- ","CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n77,"DOE, John","individual","SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n\x1a\n'.replace("\x1a\n", ""))
		alt = self.put("alt.csv", '36,12,"aka","AERO-CARIBBEAN",-0- \n77,13,"aka","JD",-0- \n')
		self.assertIn("1 listings", self.run_it("import", sdn, alt).stderr)
		self.assertEqual(self.lists_of("Aero Caribbean")["us-ofac-sdn"]["words"], "CUBA")

	def test_fcc(self):
		self.load("table.csv", 'covered_equipment_or_services,date_of_inclusion_on_covered_list\n"Telecommunications equipment produced by Orbweaver Company, including video",'
			'"March 12, 2021"\n"Routers ^ produced in a foreign country, except some.","March 23, 2026"\n')
		hit = self.lists_of("Orbweaver Company")["us-fcc-covered"]
		self.assertEqual((hit["date"], hit["entity"]), ("2021-03-12", "Orbweaver Company"))
		self.assertIn("Routers ^ produced in a foreign country", [c["entity"] for c in self.screen("--name", "Orbweaver Company")["categories"]][-1])

	def test_own_sheet(self):
		self.load("mine.csv", "list,title,jurisdiction,entity,names,date,until,words\nmy-list,My list,SE,Orbweaver AB,Orb;OW,2025-01-01,2026-01-01,not in our core\n")
		hit = self.lists_of("Orbweaver")["my-list"]
		self.assertEqual((hit["title"], hit["until"], hit["words"]), ("My list", "2026-01-01", "not in our core"))
		self.assertIn("my-list", self.run_it("status").stdout)


if __name__ == "__main__":
	suite = unittest.TestLoader()
	names = sys.argv[1:]
	tests = suite.loadTestsFromNames(names, sys.modules[__name__]) if names else suite.loadTestsFromModule(sys.modules[__name__])
	result = unittest.TextTestRunner(verbosity=1).run(tests)
	failed = len(result.failures) + len(result.errors)
	print("%d passed, %d failed" % (result.testsRun - failed, failed))
	sys.exit(1 if failed else 0)
