#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""assessment.html in a real browser: that every section is there, that figures and charts say what assessment.json says, and what becomes
of names that are hostile, of a network without threats, of 10,000 classes, of paper, and of a page without its chart library.
With ASSAY_PICTURES=FOLDER it leaves pictures of itself there."""
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import browser
import make

BUNDLER = pathlib.Path(__file__).resolve().parents[2] / "web/assessment/node_modules/esbuild"
# A build that npm could not serve has tables and no charts, and says so when it is set up.
charted = unittest.skipUnless(BUNDLER.is_dir(), "npm has not brought the chart library")

ASSAY = os.environ.get("ASSAY", "build/quick/assay")
PICTURES = os.environ.get("ASSAY_PICTURES")
NODES_MAX = 20000  # elements of the whole page, however large the network is
EVIL = ["<script>alert(1)</script>", "</script><img src=x onerror=alert(2)>", "شركة الاتصالات (ش.م.ع)", "Z" * 200, "=HYPERLINK(1)"]
SECTIONS = ["overview", "ways", "frontier", "exceedance", "timeline", "comparison", "concentration", "products", "unknown", "frameworks", "method"]
FIGURES = ["frontier", "exceedance", "bands", "timeline", "origins", "concentration", "drivers", "rests"]

CLASS = """
[[class]]
name = {name}
supplier = {supplier}
product = {product}
segment = {segment}
region = "north"
count = {count}
subscribers = {subscribers}
exposure = ["internet", "management", "supplier"]
age = 4
life = 10
replacement = {{ low = 4000, likely = 7000, high = 12000 }}
renewal = {{ low = 3000, likely = 5000, high = 8000 }}
"""


def one_class(name, supplier, product, segment, count=100, subscribers=1000, dossier=None):
    text = CLASS.format(name=json.dumps(name), supplier=json.dumps(supplier), product=json.dumps(product), segment=json.dumps(segment),
                        count=count, subscribers=subscribers)
    return text + (f"dossier = {json.dumps(dossier)}\n" if dossier else "")


def start_file():
    return subprocess.run([ASSAY, "assess", "init"], check=True, capture_output=True, text=True).stdout


def named(kind, names):
    return "".join(f"\n[[{kind}]]\nname = {json.dumps(n)}\n" for n in names)


def insert(text, before, what):
    at = text.index("\n" + before)
    return text[:at] + what + text[at:]


def hostile_file():
    """The start file with names that try to break out, two dossiers and a scenario of each of them."""
    text = start_file().replace('question = "', 'question = "<b>' + EVIL[0] + '</b> ')
    text = insert(text, "[[segment]]", named("segment", EVIL))
    text = insert(text, "[[supplier]]", named("supplier", EVIL))
    classes = "".join(one_class(f"c{i} {e}", e, EVIL[(i + 1) % len(EVIL)], EVIL[(i + 2) % len(EVIL)], 50 + i,
                                dossier=["plain.assay", "it's <b>.assay", None][i % 3]) for i, e in enumerate(EVIL))
    text = insert(text, "# What the controls", classes)
    scenarios = "".join(f"\n[[scenario]]\nname = {json.dumps('s ' + e)}\nwhat = {json.dumps(e)}\n"
                        f'freeze = [{{ supplier = {json.dumps(e)}, with = "Example Two", product = "Cell X", version = "9" }}]\n' for e in EVIL)
    return text + scenarios


def large_file():
    text = start_file()
    text = insert(text, "[[supplier]]", named("supplier", [f"S{i}" for i in range(4)]))
    text = insert(text, "[[segment]]", named("segment", [f"seg {i}" for i in range(30)]))
    return insert(text, "# What the controls", "".join(
        one_class(f"class {i}", f"S{i % 4}", f"P{i % 500}", f"seg {i % 30}", 1 + i % 7) for i in range(10000)))


def two(v):
    """Two significant digits with thousands parted, as people read them."""
    if v == 0:
        return "0"
    places = 1 - math.floor(math.log10(abs(v)))
    text = f"{round(v, places):,.{max(0, places)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "\u2212")


def unit(most):
    return next(((size, word) for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")) if most >= size), (1, ""))


def percent(p):
    return "< 0.1\u00a0%" if 0 < p < 0.001 else "> 99\u00a0%" if 0.995 < p < 1 else two(100 * p) + "\u00a0%"


class Assessments:
    """What the tests look at, each made when it is first asked for."""

    def __init__(self):
        self.folder = tempfile.mkdtemp()
        make.make(os.path.join(self.folder, "plain.assay"))
        make.make(os.path.join(self.folder, "it's <b>.assay"), objects=1, hostile=True)

    def start(self):
        return start_file().replace('# dossier = "radio5/dossier.assay"', 'dossier = "plain.assay"')

    def need(self, name):
        if os.path.exists(os.path.join(self.folder, name)):
            return
        many = {"start": ("20000", "400"), "hostile": ("4000", "100"), "none": ("1000", "10"), "large": ("400", "40")}
        text = {"start": self.start, "hostile": hostile_file, "large": large_file,
                "none": lambda: re.sub(r"\[\[threat\]\].*?(?=\n\[\[class\]\])", "", self.start(), flags=re.S)}[name]()
        path = os.path.join(self.folder, name + ".toml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        subprocess.run([ASSAY, "assess", path, "-q", "-o", os.path.join(self.folder, name), "--trials", many[name][0], "--draws", many[name][1]], check=True)


def setUpModule():
    global ALL
    ALL = Assessments()


def tearDownModule():
    shutil.rmtree(ALL.folder)


@unittest.skipUnless(browser.program(), "no Chromium on this machine")
class Paper(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = ALL.folder
        with open(cls.page("start"), encoding="utf-8") as f:
            cls.html = f.read()
        cls.b = browser.Browser()

    @classmethod
    def tearDownClass(cls):
        cls.b.close()

    @classmethod
    def page(cls, name):
        ALL.need(name)
        return os.path.join(cls.folder, name, "assessment.html")

    @classmethod
    def data(cls, name="start"):
        ALL.need(name)
        with open(os.path.join(cls.folder, name, "assessment.json"), encoding="utf-8") as f:
            return json.load(f)

    def changed(self, name, change):
        """The page of the start file with other data: the data is no script, so the policy lets it be."""
        head, rest = self.html.split('<script type="application/json" id="data">')
        data, tail = rest.split("</script>", 1)
        tables = json.loads(data)
        change(tables)
        path = os.path.join(self.folder, name)
        os.makedirs(path, exist_ok=True)  # so that it counts as made
        with open(self.page(name), "w", encoding="utf-8") as f:
            f.write(head + '<script type="application/json" id="data">' + json.dumps(tables).replace("<", "\\u003c") + "</script>" + tail)
        self.open(name)

    def open(self, name="start", **options):
        self.b.open(self.page(name), **options)
        self.b.frame()
        self.b.frame()

    def run_js(self, expression):
        return self.b.run(expression)

    def text(self, selector):
        return self.b.run(f"document.querySelector({json.dumps(selector)}).innerText")

    def count(self, selector):
        return self.b.run(f"document.querySelectorAll({json.dumps(selector)}).length")

    def cells(self, selector):
        """The rows of a table as text, cell by cell, lines parted by '|'."""
        return self.b.run(f"[...document.querySelector({json.dumps(selector)}).querySelectorAll('tbody tr')].map(r => [...r.cells].map("
                          "c => c.innerText.trim().replace(/\\s*\\n\\s*/g, '|')))")

    def picture(self, name):
        if PICTURES:
            self.b.picture(os.path.join(PICTURES, name + ".png"))

    def tearDown(self):
        self.assertEqual(self.b.complaints(), [])
        self.assertEqual([u for u in self.b.requests() if not u.startswith(("file://" + self.folder, "blob:null/"))], [])


class Sections(Paper):
    def test_all_are_there_in_order(self):
        self.open()
        self.picture("assessment-light")
        self.assertEqual(self.b.run("[...document.querySelectorAll('main > section')].map(s => s.id)"), SECTIONS)
        self.assertEqual(self.b.run("[...document.querySelectorAll('#contents a')].map(a => a.hash.slice(1))"), SECTIONS)
        self.assertEqual(self.b.run("[...document.querySelectorAll('main > section')].filter(s => s.innerText.trim().length < 200).map(s => s.id)"), [])
        self.assertEqual(self.b.run("[...document.querySelectorAll('figure.chart')].map(f => f.id)"), ["figure-" + f for f in FIGURES])

    def test_the_question_and_the_answer_come_first(self):
        self.open()
        meta, text = self.data()["meta"], self.text("#overview")
        self.assertEqual(self.text("h1"), meta["question"])
        for key in ("answer_1", "answer_2", "answer_3"):
            self.assertIn(meta[key], text)
        for caveat in self.data()["caveat"]:
            self.assertIn(caveat["text"], text)
        self.assertLessEqual(self.b.run("document.querySelector('.answer').getBoundingClientRect().bottom"), 900)

    def test_method_says_how_it_can_be_done_again(self):
        self.open()
        meta, text = self.data()["meta"], self.text("#method")
        for value in (meta["network"], meta["assumptions"], f"{int(meta['paths']):,}", f"{int(meta['outer']):,}"):
            self.assertIn(value, text)
        self.assertIn(f"Seed\n{meta['seed']}", text)
        self.assertIn(next(t["source"] for t in self.data()["threat"]), text)

    def test_same_bytes_again(self):
        path = os.path.join(self.folder, "start.toml")
        subprocess.run([ASSAY, "assess", path, "-q", "-j", "1", "-o", os.path.join(self.folder, "again"), "--trials", "20000", "--draws", "400"], check=True)
        with open(self.page("again"), encoding="utf-8") as f:
            self.assertEqual(f.read(), self.html)


class Figures(Paper):
    def test_ways(self):
        self.open()
        data = self.data()["scenario"]
        size, word = unit(max(s["total"] for s in data))
        self.assertIn(f"EUR {word}".strip(), self.text("#ways .lead"))
        rows = self.cells("#ways")
        self.assertEqual(len(rows), len(data))
        best = int(self.data()["meta"]["best"])
        for row, s, letter in zip(rows, data, "ABCDEFGH"):
            self.assertEqual(row[0].replace("|", " ").split(" expected to")[0], f"{letter} {s['name']}")
            self.assertEqual("expected to come to least" in row[0], s["id"] == best)
            for cell, key in zip(row[1:5], ("cost", "changes", "loss", "total")):
                low, high = s[key + "_low"], s[key + "_high"]
                self.assertEqual(cell, two(s[key] / size) + (f"|{two(low / size)} to {two(high / size)}" if low != high else ""))
            self.assertEqual(row[5], percent(s["best"]))
            if s["deadline"] is not None:
                self.assertEqual(row[7].split("|")[0], percent(s["in_time"]))

    def test_frontier_stands_where_the_figures_say(self):
        self.open()
        data = self.data()["scenario"]
        dots = self.b.run("[...document.querySelectorAll('#figure-frontier circle')].map(c => { const m = c.getCTM(); const p = new DOMPoint(+c.getAttribute('cx'),"
                          " +c.getAttribute('cy')).matrixTransform(m); return [p.x, p.y, c.getAttribute('fill')]; })")
        self.assertEqual(len(dots), len(data))
        self.assertEqual([("accent" in fill) for _, _, fill in dots], [bool(s["efficient"]) for s in data])
        for axis, key, down in ((0, "cost", 1), (1, "loss", -1)):
            a, b = min(data, key=lambda s: s[key]), max(data, key=lambda s: s[key])
            pa, pb = dots[data.index(a)][axis], dots[data.index(b)][axis]
            self.assertGreater((pb - pa) * down, 0)
            for s, dot in zip(data, dots):
                self.assertAlmostEqual((dot[axis] - pa) / (pb - pa), (s[key] - a[key]) / (b[key] - a[key]), places=2)

    @charted
    def test_bars_begin_at_zero_and_are_as_long_as_the_loss(self):
        self.open()
        losses = [r for r in self.data()["loss_by"] if r["kind"] == "threat" and r["scenario"] == 0]
        losses.sort(key=lambda r: -r["loss"])
        bars = self.b.run("[...document.querySelector('#figure-origins .panel-chart').querySelectorAll('[aria-label=\"bar\"] rect')].map("
                          "r => [r.getBoundingClientRect().left, r.getBoundingClientRect().width])")
        zero = self.b.run("document.querySelector('#figure-origins .panel-chart [aria-label=\"rule\"] line').getBoundingClientRect().left")
        self.assertEqual(len(bars), len(losses))
        for (left, width), loss in zip(bars, losses):
            self.assertAlmostEqual(left, zero, delta=1)
            self.assertAlmostEqual(width / bars[0][1], loss["loss"] / losses[0]["loss"], delta=0.02)

    @charted
    def test_curves_and_bands(self):
        self.open()
        data = self.data()
        self.assertEqual(self.count("#figure-bands svg[role=img]"), len(data["scenario"]))
        self.assertEqual(self.count("#figure-exceedance svg[role=img] [aria-label=line] path"), min(6, len(data["scenario"])))
        for s in data["scenario"]:
            self.assertIn(percent(s["year_none"]), self.text("#figure-exceedance figcaption"))
        self.assertIn("(log)", self.b.run("document.querySelector('#figure-exceedance svg.plot').textContent"))

    @charted
    def test_timeline_has_the_deadline_and_ends_where_the_figures_end(self):
        self.open()
        data = self.data()
        labels = self.b.run("[...document.querySelectorAll('#figure-timeline svg[role=img]')].map(s => s.getAttribute('aria-label'))")
        for s in data["scenario"]:
            label = next(l for l in labels if l.split(" ", 1)[1].startswith(f"\u2068{s['name']}\u2069: after"))
            last = max((y for y in data["scenario_year"] if y["scenario"] == s["id"]), key=lambda y: y["year"])
            size, word = unit(last["cumulative_cost"])
            self.assertIn(f"EUR {two(last['cumulative_cost'] / size)} {word} of cost", label)
        self.assertEqual(self.b.run("[...document.querySelectorAll('#figure-timeline svg text')].filter(t => t.textContent === 'deadline').length"),
                         sum(s["deadline"] is not None for s in data["scenario"]))

    def test_comparison_in_words(self):
        self.open()
        data = self.data()
        pairs = [c for c in data["comparison"] if c["less"] > 0]
        rows = self.cells("#comparison > .table")
        self.assertEqual(len(rows), len(pairs))
        self.assertEqual(sum("cannot be told apart" in r[0] for r in rows), sum(not c["apart"] for c in pairs))
        self.changed("tie", lambda t: [r.__setitem__(t["comparison"]["columns"].index("apart"), 0) for r in t["comparison"]["rows"]])
        self.assertTrue(all("cannot be told apart" in r[0] for r in self.cells("#comparison > .table")))

    def test_concentration(self):
        self.open()
        index = next(c for c in self.data()["concentration_index"] if c["segment"] == "radio" and c["moment"] == "start" and c["scenario"] == 0)
        row = next(r for r in self.cells("#concentration > .table") if r[0] == "radio" and r[1] == "now")
        self.assertEqual(row[2:], [index["largest"], percent(index["largest_share"]), two(index["hhi"]), percent(index["common_mode"])])

    def test_products_lead_to_their_evidence(self):
        self.open()
        ways = [w for w in self.data()["way_in"]]
        self.assertTrue(ways)
        self.b.run("document.querySelector('#products button.opens').focus()")
        self.b.key("Enter")
        self.b.frame()
        text = self.text("#products tr.detail")
        for w in ways:
            command = ("assay show plain.assay vulnerabilities" if w["class"] in ("inside", "reachable", "exploited")
                       else f"assay explain plain.assay {w['finding']}")
            for word in (w["text"], w["path"], w["sha256"], command):
                if word:
                    self.assertIn(word, text)
        rows = self.cells("#products")
        self.assertTrue(any("not at all" in r[2] for r in rows if len(r) > 2))

    @charted
    def test_what_is_not_known(self):
        self.open()
        data = self.data()
        share = {r["origin"]: r["share"] for r in data["variance_share"] if r["output"] == "expected loss under accept"}
        self.assertIn(f"{percent(share['estimate'])} the operator's estimate", self.text("#figure-rests figcaption"))
        drivers = sorted(data["driver"], key=lambda d: -abs(d["loss_high"] - d["loss_low"]))[:12]
        self.assertEqual(self.count("#figure-drivers circle"), 2 * len(drivers))
        name = next(p["name"] for p in data["parameter"] if p["id"] == drivers[0]["parameter"])
        self.assertTrue(self.b.run("document.querySelector('#figure-drivers svg').getAttribute('aria-label')").startswith(name))

        def demand(t):
            t["information"]["rows"] = [[0, 230000, "an examination of Radio 5"]]
        self.changed("demand", demand)
        self.assertIn("an examination of Radio 5: worth up to EUR 230,000", self.text("#unknown"))

    def test_frameworks_and_law(self):
        self.open()
        data = self.data()
        clause = data["product_clause"][0]
        self.assertIn(f"{clause['framework']} {clause['clause']}", " ".join(r[0] for r in self.cells("#frameworks") + self.b.run(
            "[...document.querySelectorAll('#frameworks tbody th')].map(c => [c.innerText])")))
        sentence = "it moves no figure of this paper"
        self.assertIn(sentence, self.text("#frameworks"))

        def fill(t):
            def rows(table, *objects):
                t[table]["rows"] = [[o.get(c) for c in t[table]["columns"]] for o in objects]
            rows("restriction", {"supplier": "Example One", "role": "supplier", "list": "A list", "words": "its own words", "entity": "Entity Ltd", "score": 0.93})
            rows("toolbox", {"id": "R2", "title": "A risk of the toolbox", "kind": "risk"}, {"id": "TM03", "title": "A measure of the toolbox", "kind": "measure"})
            rows("proposal", {"rank": 1, "measure": "a measure first", "cost": 1200000, "gain": 3400000})
            t["meta"]["rows"].append(["proposal", "How close to the best it is"])
        self.changed("filled", fill)
        text = self.text("#frameworks")
        for word in (sentence, "its own words", "Entity Ltd", "A risk of the toolbox", "A measure of the toolbox"):
            self.assertIn(word, text)
        self.assertIn("a measure first", self.text("#ways"))
        self.assertIn("1.2 million", self.text("#ways"))
        self.assertIn("How close to the best it is", self.text("#ways"))


class NoFigures(Paper):
    def test_no_money_and_the_ways_in_first(self):
        self.open("none")
        self.picture("assessment-none")
        data = self.data("none")
        self.assertIn(data["meta"]["figures"], self.text("#overview"))
        self.assertEqual(self.b.run("[...document.querySelectorAll('main > section')].map(s => s.id)"),
                         ["overview", "products", "ways", "concentration", "unknown", "frameworks", "method"])
        self.assertEqual(self.b.run("[...document.querySelectorAll('figure.chart')].map(f => f.id)"), ["figure-concentration"])
        self.assertNotRegex(self.text("main"), r"EUR [0-9]|NaN|undefined|null|Infinity")
        self.assertIn(data["way_in"][0]["text"], self.text("#products"))


class Hostile(Paper):
    @charted
    def test_names_are_text(self):
        self.open("hostile")
        self.picture("assessment-hostile")
        self.b.run("document.querySelectorAll('#products button.opens, #frameworks button.opens').forEach(b => b.click())")
        self.b.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        self.b.frame()
        self.assertEqual(self.count("script"), 2)
        self.assertEqual(self.count("main img, main b, main i, main u, main script, main style, main iframe, main a[href^=javascript], svg style"), 0)
        text = self.b.run("document.body.textContent")
        for name in EVIL:
            self.assertIn(name, text)
        self.assertTrue(self.text("h1").startswith(f"<b>{EVIL[0]}</b>"))
        self.assertIn(r"assay explain 'it'\''s <b>.assay' ", self.text("#products"))
        with open(self.page("hostile"), encoding="utf-8") as f:
            self.assertEqual(f.read().count("<script"), 2)
        self.assertNotRegex(self.text("main"), r"\bNaN\b|\bundefined\b|\[object")

    def test_wide_as_the_screen_and_no_wider(self):
        for name in ("hostile", "start"):
            for width in (320, 420, 800, 1360):
                self.open(name, width=width, height=800)
                self.assertLessEqual(self.b.run("document.documentElement.scrollWidth"), width, name)
        self.open("hostile", width=420, height=800)
        self.picture("assessment-narrow")


class Reading(Paper):
    @charted
    def test_charts_have_words_and_numbers(self):
        self.open()
        short = self.b.run("[...document.querySelectorAll('figure.chart svg.plot')].filter(s => s.getAttribute('role') !== 'img' || "
                           "(s.getAttribute('aria-label') ?? '').length < 20).length")
        self.assertEqual(short, 0)
        self.assertEqual(self.count("figure.chart details.numbers table"), len(FIGURES))
        self.assertEqual(self.count("figure.chart figcaption h3"), len(FIGURES))
        self.assertEqual(self.b.run("[...document.querySelectorAll('main h2, main h3')].map(h => h.innerText).filter(t => !t)"), [])

    def test_keyboard_reaches_the_numbers_and_brings_them_as_csv(self):
        downloads = tempfile.mkdtemp(dir=self.folder)
        self.b.call("Page.setDownloadBehavior", behavior="allow", downloadPath=downloads)
        self.open()
        self.b.run("document.querySelector('#figure-frontier summary').focus()")
        self.b.key("Enter")
        self.b.key("Tab")
        self.assertEqual(self.b.run("document.activeElement.getAttribute('aria-label')"), "Download as CSV: Cost against the loss that is left")
        self.b.key("Enter")
        self.b.wait("Page.downloadWillBegin")
        path = os.path.join(downloads, "figure-frontier.csv")
        while not any(e.get("method") == "Page.downloadProgress" and e["params"]["state"] == "completed" for e in self.b.events):
            self.b.events.append(self.b.message())
        with open(path, encoding="utf-8-sig", newline="") as f:
            lines = f.read().split("\r\n")
        data = self.data()["scenario"]
        self.assertEqual(lines[0], "name,cost,cost_low,cost_high,loss,loss_low,loss_high,efficient")
        self.assertEqual([float(x) for x in lines[1].split(",")[1:]], [data[0][k] for k in lines[0].split(",")[1:]])

    def test_a_formula_is_text_in_csv(self):
        self.open()
        tables = self.data()

        def evil(t):
            t["scenario"]["rows"][0][t["scenario"]["columns"].index("name")] = '=1+1,"x'
        self.changed("formula", evil)
        self.assertTrue(tables["scenario"])
        self.b.run("window.kept = []; URL.createObjectURL = blob => { blob.text().then(t => window.kept.push(t)); return '#'; };"
                   "HTMLAnchorElement.prototype.click = () => {}; document.querySelector('#figure-frontier details button').click()")
        self.b.frame()
        self.assertIn("\"'=1+1,\"\"x\"", self.b.run("window.kept[0]"))

    def test_themes(self):
        light = """(() => {
			const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => v / (c.startsWith("color") ? 1 : 255))
				.map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
			const probe = document.body.appendChild(document.createElement("span"));
			const paint = name => { probe.style.color = `var(--${name})`; return light(getComputedStyle(probe).color); };
			return Object.fromEntries(["paper", ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap(i => [`fill-${i}`, `on-${i}`]), ...[0, 1, 2, 3, 4, 5].map(i => `line-${i}`)]
				.map(name => [name, paint(name)]));
		})()"""
        for dark in (False, True):
            self.open(dark=dark)
            value = self.b.run(light)

            def ratio(a, b):
                return (max(value[a], value[b]) + 0.05) / (min(value[a], value[b]) + 0.05)
            for i in range(6):
                self.assertGreaterEqual(ratio(f"line-{i}", "paper"), 3, f"line {i}, dark: {dark}")
            for i in range(8):
                self.assertGreaterEqual(ratio(f"fill-{i}", f"on-{i}"), 4.5, f"words on fill {i}, dark: {dark}")
            for i in range(5):  # neighbours in a stack differ in grey
                self.assertGreaterEqual(ratio(f"fill-{i}", f"fill-{i + 1}"), 1.5, f"fill {i} beside the next, dark: {dark}")
        self.picture("assessment-dark")

    def test_large_opens_with_few_elements(self):
        self.open("large")
        self.assertEqual(self.data("large")["meta"]["figures"], "yes")
        self.assertGreaterEqual(len(self.data("large")["product"]), 500)
        self.assertEqual(self.count("main > section"), len(SECTIONS))
        self.assertLessEqual(self.count("*"), NODES_MAX)

    def test_without_the_chart_library_tables_say_it_all(self):
        script = self.b.call("Page.addScriptToEvaluateOnNewDocument", source="Object.defineProperty(window, 'Charts', { get: () => undefined, set: () => {} })")
        try:
            self.open()
            self.assertEqual(self.count("svg"), 0)
            self.assertEqual(self.b.run("[...document.querySelectorAll('figure.chart')].map(f => f.querySelectorAll('tbody tr').length > 0)"), [True] * len(FIGURES))
            self.assertEqual(self.count("figure.chart details"), 0)
        finally:
            self.b.call("Page.removeScriptToEvaluateOnNewDocument", identifier=script["identifier"])


class OnPaper(Paper):
    def printed(self, name):
        self.open(name, dark=True)
        path = os.path.join(self.folder, name + ".pdf")
        self.b.pdf(path)
        return path

    def test_a_document(self):
        path = self.printed("start")
        info = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
        self.assertRegex(info, r"Page size: +59[45]\.\d+ x 84[12]")
        pages = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout.split("\f")
        self.assertLessEqual(len(pages), 26)
        first = [" ".join(p.split())[:60] for p in pages]
        self.assertIn(self.data()["meta"]["question"], " ".join(pages[0].split()))
        self.assertIn(" ".join(self.data()["meta"]["answer_1"].split()), " ".join(pages[0].split()))
        for title in ("The ways to act", "How bad a year can be", "From year to year", "How they compare", "Concentration", "The facts that carry it",
                      "What is not known", "Frameworks and law", "Method and sources"):
            self.assertTrue(any(f.startswith(title) for f in first), title)
        self.assertGreaterEqual("".join(pages).count("Rests on"), 3)  # the head of a long table comes again on the next page
        self.assertIn("assay explain plain.assay", "".join(pages))    # products with ways in are opened
        self.assertIn("stand in assessment.assay", " ".join("".join(pages).split()))
        self.assertEqual(self.count("tr.detail"), 0)                  # and closed again
        self.assertNotIn("theme", self.b.run("Object.keys(document.documentElement.dataset)"))

    @charted
    def test_charts_are_as_wide_as_paper(self):
        self.open(width=500, height=900)
        self.b.run("dispatchEvent(new Event('beforeprint'))")
        self.assertEqual(self.b.run("document.querySelector('#figure-frontier svg').getAttribute('width')"), "670")
        self.b.run("dispatchEvent(new Event('afterprint'))")
        self.assertLess(int(self.b.run("document.querySelector('#figure-frontier svg').getAttribute('width')")), 500)


if __name__ == "__main__":
    unittest.main()
