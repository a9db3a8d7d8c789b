#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""report.html in a real browser: what it shows, by keyboard alone, to a screen reader, on paper, when it is large and
when the dossier is hostile. With ASSAY_PICTURES=FOLDER it leaves pictures of itself there."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import browser
import make

ASSAY = os.environ.get("ASSAY", "build/quick/assay")
PICTURES = os.environ.get("ASSAY_PICTURES")
GATE = os.path.join(make.ROOT, "tests/golden/ins/code/gate-x86_64")
OBJECTS = 20000
FAULTS = 5000    # known vulnerabilities, in two components for five of them
ROWS_MAX = 60    # rows of the tree that may be in the page at once
NODES_MAX = 9000  # elements of the whole page, whatever the dossier holds

CONTRAST = """(() => {
	const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => v / (c.startsWith("color") ? 1 : 255))
		.map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
	const probe = document.body.appendChild(document.createElement("span"));
	const paint = name => { probe.style.color = `var(--${name})`; return getComputedStyle(probe).color; };
	return Object.fromEntries(["ink", "soft", "accent", "critical", "high", "medium", "low", "info", "open", "good"].map(
		name => [name, Math.min(ratio(paint(name), paint("paper")), ratio(paint(name), paint("panel")))]));
})()"""


@unittest.skipUnless(browser.program(), "no Chromium on this machine")
class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        for name, options in (("plain", {}), ("hostile", {"objects": 1, "hostile": True}), ("big", {"objects": OBJECTS}),
                              ("known", {"faults": FAULTS})):
            dossier = os.path.join(cls.folder, name + ".assay")
            make.make(dossier, **options)
            subprocess.run([ASSAY, "report", dossier, "--format", "html", "-o", cls.page(name)], check=True)
        subprocess.run([ASSAY, "review", "-q", "-o", os.path.join(cls.folder, "code"), GATE], check=True)
        shutil.copy(os.path.join(cls.folder, "code", "report.html"), cls.page("code"))
        for name, n in (("a", 3000), ("b", 1096)):
            os.makedirs(os.path.join(cls.folder, "root"), exist_ok=True)
            with open(os.path.join(cls.folder, "root", name), "wb") as f:
                f.write(name.encode() * n)
        subprocess.run([ASSAY, "review", "-q", "-o", os.path.join(cls.folder, "tree"), os.path.join(cls.folder, "root")],
                       check=True)
        shutil.copy(os.path.join(cls.folder, "tree", "report.html"), cls.page("tree"))
        cls.b = browser.Browser()

    @classmethod
    def tearDownClass(cls):
        cls.b.close()
        shutil.rmtree(cls.folder)

    @classmethod
    def page(cls, name):
        return os.path.join(cls.folder, name + ".html")

    def open(self, name="plain", **options):
        self.b.open(self.page(name), **options)
        self.b.frame()

    def picture(self, name):
        if PICTURES:
            self.b.picture(os.path.join(PICTURES, name + ".png"))

    def focused(self):
        return self.b.run("document.activeElement.id || document.activeElement.className ||"
                          " document.activeElement.textContent.slice(0, 40)")

    def count(self, selector):
        return self.b.run(f"document.querySelectorAll({json.dumps(selector)}).length")

    def tearDown(self):
        self.assertEqual(self.b.complaints(), [])
        self.assertEqual([u for u in self.b.requests() if not u.startswith("file://" + self.folder)], [])


class FirstScreen(Page):
    def test_what_was_looked_at_and_what_matters(self):
        self.open()
        self.picture("desktop-light")
        text = self.b.run("document.querySelector('.overview').innerText")
        db_hash = self.b.run("JSON.parse(document.getElementById('data').textContent).inputs.rows[0][4]")
        for word in ("basestation.bin", db_hash, "64 MiB", "2026-11-23", "0.1.0", "99.1 %", "1 in part",
                     "A login account has a factory password"):
            self.assertIn(word, text)
        self.assertEqual(self.count(".matters li"), 5)
        self.assertEqual(self.b.run("[...document.querySelectorAll('.matters .severity')].map(e => e.textContent)"),
                         ["critical"] * 2 + ["high"] * 3)
        self.assertLessEqual(self.b.run("document.querySelector('.matters').getBoundingClientRect().bottom"), 900)
        self.assertEqual(self.b.run("[...document.querySelectorAll('.severities strong')].map(e => e.textContent)"),
                         ["2", "4", "5", "3", "1"])

    def test_a_folder_is_as_large_as_its_files(self):
        self.open("tree")
        self.assertIn("4.0 KiB in 2 files, a folder", self.b.run("document.querySelector('.masthead').innerText"))

    def test_themes(self):
        for dark in (False, True):
            self.open(dark=dark)
            for name, ratio in self.b.run(CONTRAST).items():
                self.assertGreaterEqual(ratio, 4.5, f"{name}, dark: {dark}")
        self.picture("desktop-dark")
        ground = "getComputedStyle(document.body).backgroundColor"
        before = self.b.run(ground)
        self.b.run("document.querySelector('.theme').click()")
        self.assertNotEqual(self.b.run(ground), before)
        self.b.run("localStorage.clear()")

    def test_narrow(self):
        for width in (320, 420, 800):
            self.open(width=width, height=800)
            self.b.run("document.querySelector('#map-of')?.append(new Option('flash.bin/' + 'part/'.repeat(40)))")
            self.assertLessEqual(self.b.run("document.documentElement.scrollWidth"), width)
            if width == 420:
                self.picture("narrow")


class Keyboard(Page):
    def test_skip_link_comes_first_and_works(self):
        self.open()
        self.b.key("Tab")
        self.assertEqual(self.focused(), "skip")
        self.b.key("Enter")
        self.assertEqual(self.focused(), "main")

    def test_way_through_the_page(self):
        """Tab reaches head, contents, overview, findings, map, tree and tables, in the order they are read."""
        self.open()
        seen = []
        for _ in range(180):
            self.b.key("Tab")
            seen.append(self.b.run(
                "(e => e.closest('nav') ? 'nav' : e.closest('.finding') ? 'finding' : e.closest('.overview') ? 'overview'"
                " : e.matches('.theme, .map, .tree, .skip') ? e.className : e.closest('section')?.id ?? e.tagName)"
                "(document.activeElement)"))
        order = [name for i, name in enumerate(seen) if i == 0 or seen[i - 1] != name]
        want = ["skip", "theme", "nav", "overview", "finding", "map", "tree", "hardening", "components", "services"]
        at = -1
        for name in want:
            self.assertIn(name, order[at + 1:], order)
            at = order.index(name, at + 1)

    def test_finding_opens_to_its_evidence(self):
        self.open()
        self.b.run("document.querySelector('#finding-account-empty-password > summary').focus()")
        self.b.key("Enter")
        self.b.frame()
        card = "document.querySelector('#finding-account-empty-password')"
        self.assertTrue(self.b.run(card + ".open"))
        self.b.key("Tab")
        self.b.key("Enter")
        self.b.frame()
        text = self.b.run(card + ".innerText")
        for word in ("Lock the account", "6164 6d69 6e3a", "gzip -dc < seen-1 > seen-2", "xxd -s 55 -l 27 seen-3"):
            self.assertIn(word, text)
        self.b.run(card + ".scrollIntoView()")
        self.picture("finding")
        self.b.run(card + ".querySelector('.query summary').click()")
        self.assertIn("SELECT object, at, len", self.b.run(card + ".innerText"))

    def test_link_from_the_first_screen_opens_the_finding(self):
        self.open()
        self.b.run("document.querySelector('.matters a').click()")
        self.b.frame()
        self.assertTrue(self.b.run("document.querySelector('#finding-account-default-password').open"))
        self.assertEqual(self.b.run("document.activeElement.tagName"), "SUMMARY")

    def test_tree(self):
        self.open()
        self.b.run("document.querySelector('.tree').focus()")
        active = "document.getElementById(document.querySelector('.tree').getAttribute('aria-activedescendant'))"
        name = active + ".querySelector('.name').textContent"
        self.assertEqual(self.b.run(name), "basestation.bin")
        self.b.key("ArrowDown", 2)
        self.assertEqual(self.b.run(name), "0x100000.gzip")
        self.b.key("ArrowRight", 3)
        self.assertEqual(self.b.run(name), "etc/")
        self.b.key("ArrowRight")
        self.assertEqual(self.b.run(name), "passwd")
        self.assertEqual(self.b.run(active + ".getAttribute('aria-level')"), "5")
        self.b.key("ArrowLeft", 2)
        self.assertEqual(self.b.run(active + ".getAttribute('aria-expanded')"), "false")
        self.assertIn("mode 0755", self.b.run("document.querySelector('#tree .told').innerText"))
        self.b.key("Home")
        self.b.key("s")
        self.assertTrue(self.b.run(name).startswith("s"))

    def test_map(self):
        self.open()
        self.b.run("document.querySelector('.map').focus()")
        told = "document.querySelector('#map .told').innerText"
        whole = self.b.run(told)
        self.assertIn("64 MiB in view", whole)
        self.b.key("ArrowRight")
        self.assertIn("U-Boot 2018.03", self.b.run(told))
        self.assertIn("at 0x0", self.b.run(told))
        self.picture("map")
        self.b.key("Enter")
        self.b.key("End")
        self.assertIn("padding", self.b.run(told))
        self.b.key("Escape")
        self.b.run("document.querySelector('#map details summary').click()")
        self.b.frame()
        self.assertEqual(self.count("#map tbody tr"), len(self.b.run(
            "JSON.parse(document.getElementById('data').textContent).extents.rows.filter(r => r[0] === 1)")))

    def test_table_sorts_and_filters(self):
        self.open()
        head = "document.querySelectorAll('#hardening thead th')[3]"
        self.b.run(head + ".querySelector('button').focus()")
        self.b.key("Enter")
        self.assertEqual(self.b.run(head + ".getAttribute('aria-sort')"), "ascending")
        self.b.key("Enter")
        self.assertEqual(self.b.run(head + ".getAttribute('aria-sort')"), "descending")
        self.b.run("document.querySelector('#hardening input').focus()")
        for letter in "osmo-b":
            self.b.key(letter)
        self.assertEqual(self.b.run("document.querySelector('#hardening .status').textContent"), "2 of 40")


class ScreenReader(Page):
    def test_names_landmarks_headings(self):
        self.open()
        nodes = self.b.call("Accessibility.getFullAXTree")["nodes"]
        roles = [(n.get("role", {}).get("value"), n.get("name", {}).get("value", "")) for n in nodes if not n["ignored"]]
        for landmark in ("banner", "navigation", "main"):
            self.assertEqual(sum(r == landmark for r, _ in roles), 1, landmark)
        for role, name in roles:
            if role in ("button", "link", "searchbox", "combobox", "tree", "treeitem", "application", "table", "region"):
                self.assertTrue(name.strip(), role)
        levels = self.b.run("[...document.querySelectorAll('h1, h2, h3, h4')].filter(h => h.offsetParent)"
                            ".map(h => +h.tagName[1])")
        self.assertEqual(levels[0], 1)
        self.assertEqual(levels.count(1), 1)
        for before, after in zip(levels, levels[1:]):
            self.assertLessEqual(after, before + 1)
        self.assertEqual(self.count("section:not([aria-labelledby])"), 0)
        self.assertEqual(self.b.run("(ids => ids.length - new Set(ids).size)([...document.querySelectorAll('[id]')]"
                                    ".map(e => e.id))"), 0)


class Large(Page):
    def test_twenty_thousand_objects(self):
        self.open("big")
        self.assertGreater(self.b.run("JSON.parse(document.getElementById('data').textContent).places.rows.length"), OBJECTS)
        self.assertLess(self.count("*"), NODES_MAX)
        self.b.run("document.querySelector('#tree input').value = 'file';"
                   "document.querySelector('#tree input').dispatchEvent(new Event('input'))")
        self.b.frame()
        self.assertIn("20,000 matches", self.b.run("document.querySelector('#tree .status').textContent"))
        # However far it is scrolled, the page holds only the rows in view, and each step makes only those.
        self.b.run("window.made = []; new MutationObserver(list => made.push(list.reduce((n, m) => n + m.addedNodes.length, 0)))"
                   ".observe(document.querySelector('.layer'), { childList: true })")
        height = self.b.run("document.querySelector('.layer').offsetHeight")
        self.assertGreater(height, OBJECTS * 28)
        for step in range(1, 21):
            self.b.run(f"document.querySelector('.tree').scrollTop = {height * step // 20}")
            self.b.frame()
            self.assertLessEqual(self.count(".row"), ROWS_MAX)
        self.assertEqual(self.b.run("made.filter(n => n > %d).length" % ROWS_MAX), 0)
        self.b.run("document.querySelector('.tree').focus()")
        self.b.key("End")
        self.assertIn("file-", self.b.run("document.querySelector('.row[aria-selected=true] .name').textContent"))
        self.assertLess(self.count("*"), NODES_MAX)

    def test_search_finds_one_among_them(self):
        self.open("big")
        self.b.run("document.querySelector('#tree input').focus()")
        for letter in "file-19999":
            self.b.key(letter)
        self.b.frame()
        self.assertEqual(self.b.run("document.querySelector('#tree .status').textContent"), "1 match")
        self.assertIn("file-19999", self.b.run("[...document.querySelectorAll('.row .name')].pop().textContent"))


class Known(Page):
    """Components and what is known to be wrong with them."""
    DATA = "JSON.parse(document.getElementById('data').textContent)"

    def choose(self, section, label, word):
        """Takes an option of a table's choice, by how it begins, as the keyboard does."""
        chosen = self.b.run(f"""(() => {{
            const label = [...document.querySelectorAll('#{section} .choice')].find(l => l.textContent.startsWith({json.dumps(label)}));
            const select = label.querySelector('select');
            const at = [...select.options].findIndex(o => o.text.startsWith({json.dumps(word)}));
            select.selectedIndex = at;
            select.dispatchEvent(new Event('change'));
            return at < 0 ? null : select.options[at].text;
        }})()""")
        self.b.frame()
        self.assertIsNotNone(chosen, f"{section}: no {label} {word}")
        return chosen

    def status(self, section):
        return self.b.run(f"document.querySelector('#{section} .status').textContent")

    def cells(self, section, column):
        return self.b.run(f"[...document.querySelectorAll('#{section} .table:first-of-type tbody tr:not(.group, .detail)')]"
                          f".map(r => r.cells[{column}]?.innerText.trim())")

    def press(self, expression):
        """Opens by the keyboard."""
        self.b.run(expression + ".focus()")
        self.b.key("Enter")
        self.b.frame()

    def row(self, section, name):
        return (f"[...document.querySelectorAll('#{section} button.opens')].find(b => b.textContent.includes({json.dumps(name)}))")

    def test_large(self):
        self.open("known")
        self.assertEqual(self.b.run(self.DATA + ".vulnerabilities.rows.length"), FAULTS + 3)
        self.assertGreater(self.b.run(self.DATA + ".components.rows.length"), FAULTS * 2 // 5)
        self.assertLess(self.count("*"), NODES_MAX)
        self.assertEqual(self.status("vulnerabilities"), f"{FAULTS + 3:,}")
        self.assertEqual(len(self.cells("vulnerabilities", 0)), 100)
        self.picture("vulnerabilities")

    def test_choices_and_words_together(self):
        self.open("known")
        self.assertEqual(self.choose("vulnerabilities", "Priority", "urgent"), "urgent (251)")
        self.assertEqual(self.status("vulnerabilities"), "251 of 5,003")
        self.assertEqual(set(self.cells("vulnerabilities", 2)), {"urgent"})
        self.choose("vulnerabilities", "Affected", "possibly")
        self.assertEqual(set(self.cells("vulnerabilities", 3)), {"possibly"})
        self.choose("vulnerabilities", "Reach", "network")
        self.assertEqual(set(self.cells("vulnerabilities", 6)), {"network"})
        self.choose("vulnerabilities", "Told by", "osv")
        self.assertEqual(set(self.cells("vulnerabilities", 7)), {"osv"})
        few = int(self.status("vulnerabilities").split()[0])
        want = self.b.run(f"""(t => t.rows.map(r => Object.fromEntries(t.columns.map((c, i) => [c, r[i]])))
            .filter(r => r.priority === 'urgent' && r.verdict === 'possibly' && r.reach === 'network' && r.source === 'osv').length
            )({self.DATA}.vulnerabilities)""")
        self.assertEqual(few, want)
        self.assertGreater(few, 5)
        self.b.run("document.querySelector('#vulnerabilities input').focus()")
        for letter in "part-0012":
            self.b.key(letter)
        self.assertEqual(set(self.cells("vulnerabilities", 1)), {"part-0012 1.0"})
        self.press("[...document.querySelectorAll('#vulnerabilities .tools button')].find(b => b.textContent === 'Clear')")
        self.assertEqual(self.status("vulnerabilities"), "5,003")

    def test_most_urgent_first_and_sorted_by_urgency_not_by_letter(self):
        self.open("known")
        self.assertEqual(set(self.cells("vulnerabilities", 2)), {"urgent"})
        head = "document.querySelectorAll('#vulnerabilities thead button')[2]"
        self.press(head)
        self.assertEqual(set(self.cells("vulnerabilities", 2)), {"urgent"})
        self.press(head)
        self.assertEqual(self.cells("vulnerabilities", 2)[:2], ["none", "low"])

    def test_words_for_newcomers(self):
        """How many vulnerabilities there are is said as on the screen; how many functions are checked, in words."""
        self.open()
        for section in ("vulnerabilities", "overview"):
            self.assertIn("1 affected (1 urgent), 1 possibly, 1 ruled out.", self.b.run(f"document.querySelector('#{section}').innerText"))
        cells = self.b.run("[...document.querySelectorAll('#hardening tbody .grade[title]')].map(c => [c.innerText, c.title])")
        self.assertGreater(len(cells), 3)
        for words, meant in cells:
            self.assertRegex(words, r"^(none|all|\d+) of \d+ checked$")
            self.assertRegex(meant, r"^Of \d+ functions? of the C library that this file uses .* (is|are) used in that form\.$")

    def test_groups_count_and_open(self):
        self.open("known")
        self.choose("vulnerabilities", "Group by", "component")
        self.assertEqual(self.status("vulnerabilities"), "5,003 in 2,002 groups")
        self.assertEqual(self.cells("vulnerabilities", 0), [])
        heads = self.b.run("[...document.querySelectorAll('#vulnerabilities tr.group')].map(r => r.innerText)")
        self.assertEqual(len(heads), 100)
        self.assertIn("3 urgent", " ".join(heads))
        openssl = next(h for h in heads if h.startswith("openssl"))
        self.assertIn("2: 1 urgent, 1 not affected", openssl)
        self.press(self.row("vulnerabilities", "openssl 1.0.2u"))
        self.assertEqual(self.cells("vulnerabilities", 0), ["CVE-2022-0778", "CVE-2015-1793"])
        self.assertIn("openssl", self.focused_text())
        self.assertEqual(self.b.run("document.activeElement.getAttribute('aria-expanded')"), "true")
        self.picture("groups")
        self.b.key("Enter")
        self.b.frame()
        self.assertEqual(self.cells("vulnerabilities", 0), [])

    def focused_text(self):
        return self.b.run("document.activeElement.textContent")

    def test_way_is_drawn_to_the_fault_and_leads_to_its_places(self):
        self.open()
        self.press(self.row("vulnerabilities", "CVE-2022-0778"))
        way = "#vulnerabilities ol.reach"
        self.assertEqual(self.b.run(f"[...document.querySelectorAll('{way} .what')].map(e => e.textContent)"),
                         ["Started by", "Program", "Listens on", "Runs as", "Links with", "Component", "Fault"])
        self.assertEqual(self.b.run(f"[...document.querySelectorAll('{way} .words')].map(e => e.textContent)"),
                         ["inittab", "lighttpd", "tcp 443", "root", "libcrypto.so.1.0.2", "OpenSSL 1.0.2u", "CVE-2022-0778"])
        places = self.b.run(f"[...document.querySelectorAll('{way} li')].map(e => {{ const r = e.getBoundingClientRect();"
                            " return [Math.round(r.top), Math.round(r.left)]; })")
        self.assertEqual(places, sorted(places))
        self.assertGreater(len({left for _, left in places}), 3)
        self.press(f"document.querySelector('{way} .start summary')")
        text = self.b.run(f"document.querySelector('{way} .start').innerText")
        for word in ("xxd -s 55 -l 47", "7061 776e"):
            self.assertIn(word, text)
        self.picture("way")
        self.press(f"document.querySelector('{way} .program a')")
        self.assertIn("/usr/sbin/lighttpd", self.b.run("document.querySelector('#tree .told').innerText"))
        self.assertEqual(self.focused(), "tree")

    def test_what_does_not_affect_has_no_way(self):
        self.open()
        self.press(self.row("vulnerabilities", "CVE-2015-1793"))
        self.assertEqual(self.count("#vulnerabilities tr.detail"), 1)
        self.assertEqual(self.count("#vulnerabilities ol.reach"), 0)
        self.assertEqual(dict(zip(self.cells("vulnerabilities", 0), self.cells("vulnerabilities", 6)))["CVE-2015-1793"], "network")

    def test_licences_with_what_they_rest_on(self):
        self.open()
        rows = dict(zip(self.cells("components", 0), self.cells("components", 2)))
        self.assertEqual(rows["OpenSSL"], "(GPL-2.0-only OR MIT) AND MIT AND Zlib")
        self.assertEqual(rows["BusyBox"], "MIT")
        self.assertEqual(rows["Linux"], "not known")
        self.press(self.row("components", "OpenSSL"))
        text = self.b.run("document.querySelector('#components tr.detail').innerText")
        for word in ("How it is reached", "tcp 443", "Zlib by a copyright file /usr/lib/libssl.so.1.0.2", "pkg:generic/openssl@1.0.2u"):
            self.assertIn(word, text)
        self.choose("components", "Licence", "not known")
        self.assertEqual(set(self.cells("components", 2)), {"not known"})
        self.assertIn("Example Chips", self.b.run("document.querySelector('#components').innerText"))
        self.picture("components")

    def test_component_leads_to_its_vulnerabilities(self):
        self.open("known")
        self.b.run("document.querySelector('#components input').value = 'part-0999';"
                   "document.querySelector('#components input').dispatchEvent(new Event('input'))")
        self.press(self.row("components", "part-0999"))
        self.press("[...document.querySelectorAll('#components tr.detail button')].find(b => b.textContent.startsWith('Show its'))")
        self.assertEqual(set(self.cells("vulnerabilities", 1)), {"part-0999 1.0"})

    def test_names_for_a_screen_reader(self):
        self.open()
        self.press(self.row("vulnerabilities", "CVE-2022-0778"))
        nodes = self.b.call("Accessibility.getFullAXTree")["nodes"]
        named = {(n.get("role", {}).get("value"), n.get("name", {}).get("value", "").strip()) for n in nodes if not n["ignored"]}
        self.assertIn(("list", "How openssl is reached"), named)
        for label in ("Priority", "Affected", "Reach", "Group by"):
            self.assertTrue([n for n in named if n[0] == "combobox" and n[1].startswith(label)], label)
        self.assertEqual([n for n in named if n[0] in ("button", "link", "combobox") and not n[1]], [])
        self.assertEqual(self.count("tr.detail > td:not([colspan])"), 0)

    def test_narrow(self):
        for width in (320, 800):
            self.open(width=width, height=800)
            self.press(self.row("vulnerabilities", "CVE-2022-0778"))
            self.assertLessEqual(self.b.run("document.documentElement.scrollWidth"), width)
        self.picture("way-narrow")

    def test_paper_shows_the_ways_once(self):
        self.open(dark=True)
        path = os.path.join(PICTURES or self.folder, "known.pdf")
        self.b.pdf(path)
        text = " ".join(subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout.split())
        for word in ("Started by", "Listens on", "tcp 443", "Runs as"):
            self.assertIn(word, text)
        self.assertEqual(text.count("Listens on"), 1)
        self.assertEqual(self.count("tr.detail"), 0)


class Hostile(Page):
    def test_names_stay_names(self):
        self.open("hostile")
        self.b.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        self.b.frame()
        self.b.run("document.querySelectorAll('button.opens').forEach(b => b.click())")
        self.b.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        self.b.frame()
        self.assertEqual(self.count("#components ol.reach, #vulnerabilities ol.reach") > 2, True)
        self.assertIn(make.HOSTILE, self.b.run("document.querySelector('#vulnerabilities ol.reach').textContent"))
        self.assertEqual(self.count("img"), 0)
        self.assertEqual(self.count("script"), 2)
        self.assertEqual(self.count("[onerror]"), 0)
        self.assertIn(make.HOSTILE, self.b.run("document.querySelector('#findings').textContent"))
        self.picture("hostile")

    def test_policy_forbids_what_is_not_the_page(self):
        self.open("hostile")
        policy = self.b.run("document.querySelector('meta[http-equiv]').content")
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertNotIn("http", policy)
        blocked = self.b.run("""new Promise(done => {
			addEventListener("securitypolicyviolation", event => done(event.effectiveDirective));
			const script = document.createElement("script");
			script.textContent = "window.broken = true";
			document.body.append(script);
		})""")
        self.assertTrue(blocked.startswith("script-src"))
        self.assertIsNone(self.b.run("window.broken"))
        self.b.events = []


class Code(Page):
    CARD = "document.querySelector('#finding-code-hidden-effect')"

    def card(self):
        self.open("code")
        self.b.run("document.querySelector('#finding-code-hidden-effect > summary').click()")
        self.b.frame()

    def test_path_is_drawn_from_entry_to_effect(self):
        self.card()
        kinds = self.b.run(f"[...{self.CARD}.querySelectorAll('.way .what')].map(e => e.textContent)")
        self.assertEqual(kinds, ["Entered", "Calls", "Tests", "Effect"])
        words = self.b.run(f"[...{self.CARD}.querySelectorAll('.way .words')].map(e => e.textContent)")
        self.assertIn("__libc_start_main", words[0])
        self.assertIn('"xmlset_roodkcableoj28840ybtide") == 0', words[2])
        self.assertEqual(words[3], 'execl("/bin/sh", "sh", NULL)')
        self.assertIn("entered", self.b.run(f"{self.CARD}.querySelector('.way').getAttribute('aria-label')"))
        tops = self.b.run(f"[...{self.CARD}.querySelectorAll('.way .step')].map(e => e.getBoundingClientRect().top)")
        self.assertEqual(tops, sorted(tops))
        self.picture("path")

    def test_code_is_folded_until_asked_for(self):
        self.card()
        self.assertEqual(self.count("#finding-code-hidden-effect .more pre, #finding-code-hidden-effect .listing"), 0)
        self.b.run(f"{self.CARD}.querySelector('.more summary').focus()")
        self.b.key("Enter")
        self.b.frame()
        self.assertIn('\t\t\texecl("/bin/sh", "sh", NULL);', self.b.run(f"{self.CARD}.querySelector('.more pre').textContent"))
        self.b.run(f"{self.CARD}.querySelectorAll('.more summary')[1].click()")
        self.b.frame()
        rows = self.b.run(f"[...{self.CARD}.querySelectorAll('.listing tbody tr')].map(r => r.innerText)")
        self.assertTrue([r for r in rows if "call 0x10d0" in r and "the comparison: strcmp(" in r], rows)
        self.assertTrue([r for r in rows if "the effect: execl(" in r], rows)
        heads = self.b.run(f"[...{self.CARD}.querySelectorAll('.listing thead th')].map(e => e.scope)")
        self.assertEqual(heads, ["col"] * 4)

    def test_what_speaks_against_it_stands_beside_it(self):
        self.card()
        against = self.b.run(f"{self.CARD}.querySelector('ul.against').innerText")
        self.assertIn('2 other constants apart: "GET ", "PUT "', against)

    def test_narrow_and_on_paper(self):
        self.open("code", width=360, height=800)
        self.b.run("document.querySelector('#finding-code-hidden-effect > summary').click()")
        self.b.frame()
        self.assertLessEqual(self.b.run("document.documentElement.scrollWidth"), 360)
        path = os.path.join(self.folder, "code.pdf")
        self.b.pdf(path)
        text = " ".join(subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout.split())
        for word in ("Entered", "Tests", "Effect", "What speaks against it"):
            self.assertIn(word, text)


class Explained(Page):
    def test_explained_stands_apart_with_its_reason(self):
        marks = os.path.join(self.folder, "marks.tsv")
        out = os.path.join(self.folder, "code")
        dossier = os.path.join(out, "dossier.assay")
        subprocess.run([ASSAY, "mark", dossier, "code-hidden-effect", "--reason", "test of the <b>factory</b>", "--by", "Ada",
                        "--marks", marks], check=True, stdout=subprocess.DEVNULL)
        out = os.path.join(self.folder, "marked")
        subprocess.run([ASSAY, "review", "-q", "-o", out, "--marks", marks, GATE], check=True)
        shutil.copy(os.path.join(out, "report.html"), self.page("marked"))
        self.open("marked")
        self.assertEqual(self.count("#severity-explained #finding-code-hidden-effect"), 1)
        self.assertEqual(self.count("#severity-medium"), 0)
        self.b.run("document.querySelector('#finding-code-hidden-effect > summary').click()")
        self.b.frame()
        text = self.b.run("document.querySelector('#finding-code-hidden-effect').innerText")
        self.assertIn("Explained: test of the <b>factory</b> (Ada, ", text)
        self.assertIn("What speaks against it", text)


class Paper(Page):
    def test_prints_on_a4(self):
        self.open(dark=True)
        path = os.path.join(PICTURES or self.folder, "report.pdf")
        self.b.pdf(path)
        info = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
        self.assertIn("A4", info)
        text = " ".join(subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True,
                                       check=True).stdout.split())
        for word in ("basestation.bin", "Lock the account, or set a secret per device", "/usr/sbin/dropbear",
                     "evidence against", "entries are encrypted", "0x800000.squashfs"):
            self.assertIn(word, text)
        self.assertNotIn("Zoom in", text)
        self.assertLess(text.index("A Telnet server is started"), text.index("Rules are questions"))
        # Paper is light even where the screen was dark, and the screen is dark again afterwards.
        self.assertGreater(self.lightness(path), 0.85)
        self.assertEqual(self.b.run("[...document.querySelectorAll('details.finding')].filter(d => d.open).length"), 0)
        self.assertIsNone(self.b.run("document.documentElement.dataset.theme ?? null"))

    def lightness(self, pdf):
        """Of the darkest page, 0 to 1."""
        subprocess.run(["pdftoppm", "-r", "20", "-gray", pdf, os.path.join(self.folder, "page")], check=True)
        shares = []
        for name in os.listdir(self.folder):
            if name.endswith(".pgm"):
                with open(os.path.join(self.folder, name), "rb") as f:
                    pixels = f.read().split(b"\n", 3)[3]
                shares.append(sum(pixels) / len(pixels) / 255)
        return min(shares)


del Page

if __name__ == "__main__":
    unittest.main()
