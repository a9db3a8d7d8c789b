#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A supplier who means harm: nasty images, dossiers, queries and rules against the real program.

usage: run.py [TEST...]       in the environment: ASSAY, the program (default: build/assay)

Whatever the image: exit status 0, every report valid, the damage or limit recorded, nothing written outside the
output folder, nothing on the terminal that the terminal would obey, no process larger than 512 MiB.
Last line: N passed, N failed.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import hiding  # noqa: E402
import images  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
ASSAY = os.path.abspath(os.environ.get("ASSAY", TOP / "build/assay"))
SANITIZED = b"__asan_init" in open(ASSAY, "rb").read()
WORK = pathlib.Path(tempfile.mkdtemp(prefix="assay-hostile-"))
MEMORY = 512 << 10  # KiB that a process may take
PATIENCE = 600  # seconds until a run counts as hung: a guard, not a measure
BAIT = [pathlib.Path(p) for p in ("/tmp/assay-evil", "/assay-evil", "/tmp/evil")]
# What a terminal would obey or show otherwise than it is: controls, bidirectional marks, invisible characters.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class Failed(Exception):
    pass


def insist(ok, what):
    if not ok:
        raise Failed(what)


# What a process is said to have taken begins with what its parent had when it was made, and this one reads reports of
# hundreds of megabytes: a small one stands between.
BETWEEN = """import os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(pid, 0)
with open(sys.argv[1], "w") as f:
    f.write("%d" % used.ru_maxrss)
code = os.waitstatus_to_exitcode(status)
sys.exit(code if code >= 0 else 128 - code)
"""


def run(argv, expect=(0,), cwd=None, quiet=False):
    """Runs the program; what it wrote, and the largest process' memory in KiB."""
    with tempfile.TemporaryFile() as out, tempfile.NamedTemporaryFile() as taken:
        p = subprocess.Popen([sys.executable, "-I", "-S", "-c", BETWEEN, taken.name, ASSAY, *map(str, argv)], stdout=out,
                             stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=cwd or WORK, start_new_session=True)
        try:
            p.wait(PATIENCE)
        except subprocess.TimeoutExpired as e:
            os.killpg(p.pid, signal.SIGKILL)
            p.wait()
            raise Failed("hangs: %s" % argv[:3]) from e
        memory = int(taken.read() or 0)
        out.seek(0)
        raw = out.read()
    text = raw.decode(errors="replace")
    insist(p.returncode in expect, "exit status %d: %s" % (p.returncode, text[-400:]))
    text = text.replace("\r\n", "\n")
    insist(quiet or not OBEYED.search(text), "obeyed by a terminal: %r" % OBEYED.findall(text)[:5])
    insist(SANITIZED or 0 < memory <= MEMORY, "a process took %d MiB" % (memory >> 10))
    return text, memory


def ask(out, sql):
    with sqlite3.connect("file:%s?mode=ro" % (out / "dossier.assay"), uri=True) as db:
        return db.execute(sql).fetchall()


def reasons(out):
    return {r for r, in ask(out, "SELECT DISTINCT reason FROM unexamined")}


def check_page(out):
    page = (out / "report.html").read_text()
    insist(page.count("<script") == page.count("</script") and page.count("<script") <= 3, "markup in report.html")
    insist("alert(1)</script>" not in page and "<img src=x" not in page, "markup of the image in report.html")


def check_json(path):
    """Insists that a file is JSON. Elements of its lists are read one by one: there may be millions."""
    text = path.read_text()
    decode = json.JSONDecoder().raw_decode
    space = re.compile(r"\s*").match

    def past(at, wanted):
        at = space(text, at).end()
        insist(text[at:at + 1] in wanted, "%s: no JSON at %d" % (path.name, at))
        return at + 1, text[at:at + 1]

    def values(at, close):
        """Reads values with commas between them, and names before them in an object, up to close."""
        start = space(text, at).end()
        more = text[start:start + 1] != close
        at = at if more else past(at, (close,))[0]
        while more:
            at = space(text, at).end()
            if close == "}":
                name, at = decode(text, at)
                insist(isinstance(name, str), "%s: a name is none at %d" % (path.name, at))
                at = space(text, past(at, (":",))[0]).end()
            if close == "}" and text[at:at + 1] == "[":
                at = values(at + 1, "]")
            else:
                _, at = decode(text, at)
            at, mark = past(at, (",", close))
            more = mark == ","
        return at

    end = values(past(0, ("{",))[0], "}")
    insist(not text[end:].strip(), "%s: something follows the JSON" % path.name)


def check_output(out):
    insist(ask(out, "PRAGMA quick_check") == [("ok",)], "the dossier is damaged")
    insist(ask(out, "SELECT COUNT(*) FROM place")[0][0] > 0, "an empty dossier")
    insist(ask(out, "SELECT COUNT(*) FROM rule WHERE outcome LIKE 'failed%'")[0][0] == 0, "rules failed: %s" % ask(
        out, "SELECT id, outcome FROM rule WHERE outcome LIKE 'failed%'")[:3])
    vex = ["vex.csaf.json", "vex.openvex.json"] if ask(out, "SELECT COUNT(*) FROM vulnerability_match")[0][0] else []
    for name in ("report.json", "findings.sarif", "sbom.cdx.json", "sbom.spdx.json", *vex):
        check_json(out / name)
    check_page(out)
    names = sorted(p.name for p in out.iterdir())
    insist(names == ["dossier.assay", "findings.sarif", "report.html", "report.json", "sbom.cdx.json",
                     "sbom.spdx.json", *vex], "the output folder holds %s" % names)


def nothing_outside(before):
    insist(not any(p.exists() or p.is_symlink() for p in BAIT), "written outside")
    after = {p for p in WORK.iterdir()}
    insist(after <= before, "written outside: %s" % (after - before))


def review(make, *options, want=(), forbid=(), keep=False):
    """Makes the image, reviews it, checks everything that must always hold; the output folder."""
    folder = WORK / make.__name__
    folder.mkdir()
    image = make(folder)
    out = folder / "out"
    before = set(WORK.iterdir())
    started = time.monotonic()
    _, memory = run(["review", image, "-o", out, *options])
    took = time.monotonic() - started
    nothing_outside(before)
    check_output(out)
    found = reasons(out)
    insist(set(want) <= found, "recorded is %s, not %s" % (sorted(found), want))
    insist(not set(forbid) & found, "recorded: %s: %s" % (sorted(found), ask(
        out, "SELECT stage, reason, text FROM unexamined LIMIT 5")))
    for what in ("summary", "findings", "unexamined"):
        run(["show", out / "dossier.assay", what])
    print("     %-18s %6.1f s  %4d MiB  %s" % (make.__name__, took, memory >> 10, ", ".join(sorted(found))))
    if not keep:
        shutil.rmtree(folder)
    return out


def bombs():
    review(images.zip_flat, want=["limit"])
    review(images.zip_letters, want=["limit"])
    review(images.zip_nested, want=["limit"])
    review(images.zip_of_equals, want=["limit"])
    review(images.zip_quine)
    review(images.asks_memory, want=["damaged"])
    out = review(images.oci_layers, want=["limit"], keep=True)
    unpacked = ask(out, "SELECT SUM(size) FROM (SELECT DISTINCT o.id, o.size FROM object AS o JOIN place AS p ON p.object = o.id"
                   " WHERE p.path LIKE '%/merged/%')")[0][0] or 0
    insist(unpacked <= 20 * (17 << 20), "merged layers hold %d bytes: they were not stopped in proportion" % unpacked)
    shutil.rmtree(out.parent)


def told_again_and_again():
    review(images.ntfs_shared_runs, want=["damaged"])
    review(images.dmg_growing_chunks, want=["damaged"])


def containers_of_themselves():
    review(images.disk_in_itself)
    review(images.ext_in_itself)
    review(images.gzip_deep, want=["limit"])
    review(images.cpio_nested, want=["limit"])


def entries_without_number():
    for make, n in ((images.cpio_many, 1000000), (images.tar_many, 300000)):
        out = review(make, forbid=["damaged", "limit"], keep=True)
        insist(ask(out, "SELECT COUNT(*) FROM place WHERE kind = 'file'")[0][0] >= n, "entries are missing")
        shutil.rmtree(out.parent)
    review(images.cpio_many, "--max-objects", "1000", want=["limit"])


def sparse_without_end():
    review(images.squashfs_sparse, want=["limit"])
    review(images.fat_loops, want=["damaged"])


def search_without_end():
    review(images.magics)
    review(images.magics_dense)
    review(images.magics_all)


def structures_without_end():
    for make in (images.elf_absurd, images.certificates, images.trees, images.banners):
        review(make, forbid=["crash", "hang", "memory"])


def guesses_are_bounded():
    out = review(images.shadow, forbid=["crash", "hang", "memory"], keep=True)
    insist(ask(out, "SELECT COUNT(*) FROM account")[0][0] >= 50000, "accounts are missing")
    shutil.rmtree(out.parent)


def one_long_line():
    review(images.one_line, forbid=["crash", "hang", "memory"])


def findings_at_many_places():
    out = review(images.fanout, want=["limit"], keep=True)
    listed = dict(ask(out, "SELECT rule, n FROM finding"))
    insist(listed.get("backdoor-telnet-shell", 0) >= 100, "findings are missing: %s" % listed)
    insist(ask(out, "SELECT COUNT(*) FROM place WHERE path LIKE '/etc/init.d/s%'")[0][0] == 60000, "places are missing")
    shutil.rmtree(out.parent)


def names_are_data():
    out = review(images.names, keep=True)
    for what in ("tree", "files", "components", "findings", "credentials", "services", "code", "addresses", "unexamined"):
        run(["show", out / "dossier.assay", what])
        run(["show", out / "dossier.assay", what, "--csv"])
        json.loads(run(["show", out / "dossier.assay", what, "--json"])[0])
    paths = {p for p, in ask(out, "SELECT path FROM place")}
    insist(any("DROP TABLE" in p for p in paths) and any("<script>" in p for p in paths), "names are missing")
    csv = run(["show", out / "dossier.assay", "files", "--csv"])[0]
    insist(not re.search(r'(?m)(^|,)"?[=@+]', csv), "a spreadsheet would run a cell: %s" % re.findall(
        r'(?m)(?:^|,)"?[=@+][^,]*', csv)[:3])
    for i, in ask(out, "SELECT id FROM finding LIMIT 30"):
        run(["explain", out / "dossier.assay", i])
    shutil.rmtree(out.parent)
    review(images.named_input)
    review(images.names_long)
    review(images.names_deep)
    review(images.names_twice)


def names_are_stated():
    """What is stated of vulnerable packages holds their names as they are, and package URLs that any reader takes."""
    feed, index = WORK / "main.json", WORK / "index.db"
    feed.write_text(json.dumps({"distroversion": "v3.20", "reponame": "main", "packages": [
        {"pkg": {"name": n, "secfixes": {"1.1-r0": ["CVE-2024-%d" % i]}}} for i, n in enumerate(images.PACKAGES, 1000)]}))
    run(["knowledge", "import", "--index", index, feed])
    out = review(images.packages, "--index", index, keep=True)
    products = json.loads((out / "vex.csaf.json").read_text())["product_tree"]["full_product_names"]
    odd = {p["name"] for p in products} ^ {n + " 1.0-r0" for n in images.PACKAGES}
    insist(not odd, "the products and the packages are not the same: %s" % odd)
    statements = json.loads((out / "vex.openvex.json").read_text())["statements"]
    purls = {p["product_identification_helper"]["purl"] for p in products}
    insist(purls == {s["products"][0]["@id"] for s in statements}, "the documents name other products")
    bad = [p for p in purls if not re.fullmatch(r"pkg:apk/alpine/([\w.~:-]|%[0-9A-F]{2})+@1\.0-r0\?arch=x86", p, re.A)]
    insist(not bad and len(purls) == len(images.PACKAGES), "no package URLs: %s" % bad)
    shutil.rmtree(out.parent)


def nothing_hides():
    for make in hiding.SEEN:
        out = review(make, keep=True)
        seen = ask(out, "SELECT COUNT(*) FROM account WHERE user = '%s'" % hiding.HIDDEN)[0][0]
        insist(seen, "%s: the account is not seen; places: %s" % (make.__name__, ask(out, "SELECT path FROM place")[:20]))
        shutil.rmtree(out.parent)
    for make, rule in hiding.FOUND:
        out = review(make, keep=True)
        rules = {r for r, in ask(out, "SELECT DISTINCT rule FROM finding")}
        insist(rule in rules, "%s: no %s but %s" % (make.__name__, rule, sorted(rules)))
        shutil.rmtree(out.parent)
    for make, reason in hiding.SAID:
        review(make, want=[reason])


def everything_in(folder):
    for root, dirs, files in os.walk(folder):
        for name in dirs + files:
            yield pathlib.Path(root) / name


def extraction_stays_inside():
    for make in (images.tar_escapes, images.zip_escapes, images.cpio_escapes, images.names, images.names_long,
                 images.names_deep, images.names_twice):
        review(make)
        folder = WORK / make.__name__
        folder.mkdir()
        image = make(folder)
        target = folder / "in" / "side"
        target.mkdir(parents=True)
        (target / "trap").symlink_to("/tmp")
        before = set(WORK.iterdir()), set(folder.iterdir())
        run(["extract", image, "-C", target])
        nothing_outside(before[0])
        insist(set(folder.iterdir()) == before[1] and list((folder / "in").iterdir()) == [target], "written beside")
        links = [p for p in everything_in(target) if p.is_symlink() and p.name != "trap"]
        insist(not links, "links were made: %s" % links[:3])
        odd = [p for p in everything_in(target) if not p.is_symlink() and not p.is_dir() and not p.is_file()]
        insist(not odd, "device nodes were made: %s" % odd[:3])
        setuid = [p for p in everything_in(target) if not p.is_symlink() and p.stat().st_mode & 0o6000]
        insist(not setuid, "setuid bits were kept: %s" % setuid[:3])
        if "escapes" in make.__name__:
            good = [p for p in everything_in(target) if p.name == "good"]
            insist(good and good[0].read_bytes() == b"good", "what is harmless is missing")
        shutil.rmtree(folder)


def extraction_through_links():
    """The output folder itself may hold links where the image has folders."""
    folder = WORK / "through"
    target, outside = folder / "target", folder / "outside"
    outside.mkdir(parents=True)
    target.mkdir()
    image = images.names_twice(folder)
    for name in ("twice.tar.unpacked", "twice.tar", ".assay-objects", "links.tsv"):
        (target / name).symlink_to(outside)
    run(["extract", image, "-C", target], expect=(0, 4))
    insist(not list(outside.iterdir()), "written through a link: %s" % list(outside.iterdir()))
    shutil.rmtree(folder)


def good_dossier():
    folder = WORK / "dossiers"
    if not folder.exists():
        folder.mkdir()
        image = folder / "tree"
        (image / "etc").mkdir(parents=True)
        (image / "etc/passwd").write_text("root::0:0::/:/bin/sh\n")
        run(["review", image, "-o", folder / "out"])
    return folder / "out/dossier.assay"


def changed(name, script):
    """A copy of a good dossier, changed by SQL."""
    path = WORK / "dossiers" / name
    shutil.copy(good_dossier(), path)
    db = sqlite3.connect(path)
    db.execute("PRAGMA writable_schema = ON")
    db.executescript(script)
    db.commit()
    db.close()
    return path


def read_all(path, expect=(0, 2, 3, 4)):
    for what in ("summary", "tree", "files", "findings", "components", "credentials", "unexamined"):
        run(["show", path, what, "--seconds", "2"], expect)
    run(["query", path, "SELECT COUNT(*) FROM finding", "--seconds", "2"], expect)
    run(["report", path, "--format", "html", "-o", WORK / "dossiers/r.html", "--seconds", "2"], expect)
    for p in (WORK / "dossiers").glob("r.html*"):
        p.unlink()


def dossiers_of_others():
    good = good_dossier()
    before = set(WORK.iterdir())
    read_all(good, (0,))
    finding = "DROP TABLE finding; CREATE VIEW finding AS "
    scripts = {
        "extension": finding + "SELECT load_extension('/tmp/assay-evil.so') AS id, 1 AS rule;",
        "endless": finding + "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n AS id, n AS rule, "
                             "n AS kind, n AS severity, n AS confidence, n AS title FROM r;",
        "large": finding + "SELECT printf('%.200000000c', 'x') AS id, 'r' AS rule, 'k' AS kind, 'high' AS severity, "
                           "1 AS confidence, randomblob(200000000) AS title;",
        "trigger": "CREATE TRIGGER t AFTER INSERT ON finding BEGIN SELECT writefile('/tmp/assay-evil', 'x'); END;",
        "schema": "".join("CREATE TABLE t%d (%s);" % (i, ", ".join("c%d" % k for k in range(200))) for i in range(3000)),
        "words": "UPDATE place SET path = path || char(27) || '[2J' || char(10) || char(8238) || '<script>alert(1)</script>',"
                 " name = char(27) || 'c'; UPDATE finding SET title = char(27) || ']0;x' || char(7) || '</script>';",
        "types": "UPDATE place SET mode = 1e300, parent = id, object = -1; UPDATE object SET size = 'many'; "
                 "UPDATE finding SET severity = x'00ff', confidence = 'x', n = -9223372036854775808;",
        "loop": "UPDATE place SET parent = (SELECT MAX(id) FROM place);",
        "virtual": "CREATE VIRTUAL TABLE v USING fts5(a);",
        "columns": "DROP TABLE place; CREATE TABLE place (id);",
        "collation": "CREATE TABLE z (a TEXT COLLATE nocase DEFAULT (abs(-9223372036854775808)));",
    }
    for name, script in scripts.items():
        try:
            path = changed(name + ".assay", script)
        except sqlite3.Error as e:
            raise Failed("%s cannot be made: %s" % (name, e)) from e
        read_all(path)
    whole = good.read_bytes()
    for i in range(0, len(whole), max(1, len(whole) // 25)):
        broken = WORK / "dossiers/broken.assay"
        broken.write_bytes(whole[:i] + b"\xff" * 64 + whole[i + 64:])
        read_all(broken)
        broken.write_bytes(whole[:i])
        read_all(broken)
    nothing_outside(before)


def queries_only_read():
    good = good_dossier()
    before, was = set(WORK.iterdir()), good.read_bytes()
    listed = sorted(p.name for p in good.parent.iterdir())
    for sql in ("DELETE FROM finding", "UPDATE finding SET severity = 'info'", "INSERT INTO meta VALUES ('a', 'b')",
                "CREATE TABLE x (a)", "CREATE TEMP TABLE x (a)", "DROP TABLE finding", "ATTACH '/tmp/assay-evil' AS e",
                "ATTACH DATABASE '/etc/passwd' AS e", "VACUUM INTO '/tmp/assay-evil'", "VACUUM", "REINDEX",
                "PRAGMA writable_schema = 1", "PRAGMA journal_mode = WAL", "PRAGMA user_version = 7",
                "PRAGMA temp_store_directory = '/tmp'", "SELECT load_extension('/tmp/assay-evil')",
                "SELECT writefile('/tmp/assay-evil', 'x')", "SELECT readfile('/etc/passwd')",
                "SELECT edit('x', 'touch /tmp/assay-evil')", "SELECT fts3_tokenizer('simple', x'00')",
                "SELECT * FROM fsdir('/')", "BEGIN", "SELECT 1; DELETE FROM finding", ".shell touch /tmp/assay-evil",
                "DETACH main", "ANALYZE", "EXPLAIN DELETE FROM finding; DELETE FROM finding",
                "WITH x AS (SELECT 1) DELETE FROM finding", "REPLACE INTO meta VALUES ('a', 'b')",
                "CREATE VIRTUAL TABLE temp.x USING rtree(a, b, c)", "SAVEPOINT a"):
        text, _ = run(["query", good, sql], (2, 3, 4))
        insist("root:" not in text, "read a file: %s" % sql)
    for sql in ("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT MAX(n) FROM r",
                "SELECT COUNT(*) FROM place a, place b, place c, place d, place e, place f, place g, object h, object i, "
                "meta j, meta k, meta l, rule m, rule n, rule o, rule p"):
        run(["query", good, sql, "--seconds", "2"], (2, 3, 4))
    run(["query", good, "SELECT randomblob(2000000000), zeroblob(2000000000), printf('%.*c', 2000000000, 'x')"], (2, 3, 4))
    run(["query", good, "SELECT char(27) || '[2J', char(8238), 'a' || char(10) || char(13) || 'b', x'1b5b324a'"])
    insist(good.read_bytes() == was, "the dossier was changed")
    insist(listed == sorted(p.name for p in good.parent.iterdir()), "files beside the dossier")
    nothing_outside(before)


RULE = """-- id: %s
-- title: t
-- kind: weak-crypto
-- severity: %s
-- confidence: 0.5
-- confidence-why: none
-- cwe: CWE-1
-- why: w
-- fix: f
%s
"""


def rules_only_read():
    rules, image = WORK / "rules", WORK / "rules-image"
    rules.mkdir()
    (image / "etc").mkdir(parents=True)
    (image / "etc/passwd").write_text("root::0:0::/:/bin/sh\n")
    evil = {"drop": "DROP TABLE finding", "attach": "ATTACH '/tmp/assay-evil' AS e",
            "delete": "WITH x AS (SELECT 1) DELETE FROM place", "load": "SELECT load_extension('/tmp/assay-evil') AS object",
            "vacuum": "VACUUM INTO '/tmp/assay-evil'", "two": "SELECT 1 AS object; DELETE FROM place",
            "temp": "INSERT INTO temp.hit VALUES (1, 2, 3, 4, 5, 6, 7, 8)", "pragma": "PRAGMA user_version = 99",
            "blob": "SELECT 1 AS object, zeroblob(2000000000) AS note, randomblob(1000000000) AS subject",
            "rows": "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT 1 AS object, n AS note FROM r",
            "text": "SELECT 1 AS object, char(27) || '[2J<script>alert(1)</script>' AS subject, char(10) AS note, 'x' AS grp"}
    for name, sql in evil.items():
        (rules / (name + ".sql")).write_text(RULE % (name, "high", sql))
    (rules / "endless.sql").write_text(RULE % ("endless", "high", "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
                                               "FROM r) SELECT MAX(n) AS object FROM r"))
    (rules / "header.sql").write_text("-- id: \x1b[31m\n-- title: x\nSELECT 1")
    (rules / "binary.sql").write_bytes(bytes(range(256)) * 1000)
    (rules / "empty.sql").write_bytes(b"")
    (rules / "large.sql").write_bytes(b"-- id: large\n" + b"-- why: x\n--   more\n" * 200000)
    os.mkfifo(rules / "fifo.sql")
    (rules / "link.sql").symlink_to("/etc/shadow")
    (rules / "\x1b[31mname.sql").write_text("nothing")
    out = WORK / "rules-out"
    before = set(WORK.iterdir()) | {out}
    run(["review", image, "-o", out, "--rules", rules])
    nothing_outside(before)
    insist(ask(out, "PRAGMA quick_check") == [("ok",)], "the dossier is damaged")
    insist(ask(out, "SELECT COUNT(*) FROM finding WHERE rule = 'account-empty-password'")[0][0] == 1, "findings are gone")
    outcomes = dict(ask(out, "SELECT id, outcome FROM rule"))
    for name in list(evil) + ["endless"]:
        insist(name in ("text", "rows") or outcomes.get(name, "").startswith("failed"), "%s: %s" % (name, outcomes.get(name)))
    check_page(out)
    for path in (rules, image, out):
        shutil.rmtree(path)


TESTS = [bombs, told_again_and_again, containers_of_themselves, entries_without_number,
         findings_at_many_places, sparse_without_end, search_without_end, structures_without_end,
         guesses_are_bounded, one_long_line, names_are_data, names_are_stated, nothing_hides, extraction_stays_inside, extraction_through_links,
         dossiers_of_others, queries_only_read, rules_only_read]


def main(words):
    failed = 0
    tests = [t for t in TESTS if t.__name__ in words] if words else TESTS
    for test in tests:
        started = time.monotonic()
        try:
            test()
            print("ok   %s (%.0f s)" % (test.__name__, time.monotonic() - started), flush=True)
        except (Failed, OSError, sqlite3.Error, ValueError, subprocess.CalledProcessError) as e:
            failed += 1
            print("FAIL %s: %s" % (test.__name__, str(e)[:1000]), flush=True)
            for path in WORK.iterdir():
                if path.name != "dossiers":
                    shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(WORK, ignore_errors=True)
    print("%d passed, %d failed" % (len(tests) - failed, failed))
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
