#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The commands as people use them: mistakes are named, nothing is said that did not happen, paths are the user's.

usage: run.py ASSAY
"""
import fcntl
import io
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import tarfile
import tempfile
import termios
import unittest
import zlib

ASSAY = os.path.abspath(sys.argv.pop(1) if len(sys.argv) > 1 else os.environ["ASSAY"])
TOP = pathlib.Path(__file__).resolve().parents[2]
MESON = """project('stand-in', 'c')
executable('assay', 'assay.c')
"""
PROGRAM = """#include <stdio.h>
#include <unistd.h>
int main(int n, char **a)
{
	char here[4096];
	printf("%s: %s in %s", a[0], n > 2 ? a[2] : "", getcwd(here, sizeof(here)));
	return 0;
}
"""


def assay(*words, cwd=None):
    return subprocess.run([ASSAY, *words], capture_output=True, text=True, cwd=cwd, check=False)


def image(path):
    """A tar with a tar in it, so that there is something to unpack twice."""
    inner = io.BytesIO()
    for made, entries in ((inner, {"etc/passwd": b"root::0:0::/:/bin/sh\n"}), (path, None)):
        how = {"fileobj": made} if entries else {"name": made}
        with tarfile.open(mode="w", **how) as t:
            for name, data in (entries or {"fs.tar": inner.getvalue(), "zero": b"\1" * 4096}).items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                t.addfile(info, io.BytesIO(data))


def on_terminal(columns, *words, cwd):
    """What a terminal of so many columns is sent."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    p = subprocess.Popen([ASSAY, *words], stdin=theirs, stdout=theirs, stderr=theirs, cwd=cwd)
    os.close(theirs)
    out = b""
    try:
        while part := os.read(ours, 65536):
            out += part
    except OSError:
        pass
    os.close(ours)
    p.wait()
    return out.decode()


class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.at = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)

    def refused(self, status, word, *words):
        p = assay(*words, cwd=self.at)
        self.assertEqual((p.returncode, p.stdout), (status, ""), words)
        self.assertTrue(p.stderr.startswith("assay: "), p.stderr)
        self.assertIn(word, p.stderr)
        return p.stderr

    def test_mistakes_are_named(self):
        self.refused(2, "--jobs", "review", "x", "-j", "many")
        self.refused(2, "info, low", "review", "x", "--fail-on", "bad")
        self.refused(2, "--bogus", "review", "--bogus", "x")
        self.refused(2, "--match", "review", "x", "--match", "*")
        (self.at / "file").write_bytes(b"x")
        self.refused(4, "file is no folder: the output of a review is one", "review", "file", "-o", "file")
        self.refused(2, "-o", "extract", "x", "-C", "y", "-o", "z")
        self.refused(2, "inputs", "review", *["x"] * 300)
        self.refused(3, "folder", "show", str(self.at))
        os.mkfifo(self.at / "pipe")
        self.refused(3, "no file", "show", str(self.at / "pipe"))

    def test_what_did_not_happen_is_not_told(self):
        said = self.refused(3, "nowhere.bin", "review", "nowhere.bin", "-o", "out")
        self.assertEqual(said.count("\n"), 1, said)
        self.assertFalse((self.at / "out/dossier.assay").exists())

    def test_live_line_fits_the_terminal(self):
        image(self.at / "a.tar")
        sent = on_terminal(40, "review", "a.tar", cwd=self.at)
        lines = [part.split("\n")[0] for part in sent.split("\r\x1b[K")[1:-1]]
        self.assertTrue(lines)
        self.assertTrue(any("objects" in line for line in lines), lines)
        self.assertLessEqual(max(map(len, lines)), 39, lines)
        self.assertEqual(sent.count("report.html"), 1)

    def test_interrupted_says_how_to_go_on(self):
        image(self.at / "a.tar")
        words = [ASSAY, "review", "a.tar", "--debug-fail", "hang:/etc/passwd"]
        p = subprocess.Popen(words, cwd=self.at, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        first = p.stderr.readline() # a stage: the review runs
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=60)
        self.assertIn("examine", first)
        self.assertEqual((p.returncode, out), (-signal.SIGINT, ""))
        self.assertIn("the same command takes the review up again", err)
        self.assertEqual(assay("review", "a.tar", cwd=self.at).returncode, 0)

    def test_folders_above_the_output_are_made(self):
        image(self.at / "a.tar")
        done = assay("review", "-q", "a.tar", "-o", "new/deep/out", cwd=self.at)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue((self.at / "new/deep/out/dossier.assay").is_file())
        done = assay("extract", "-q", "a.tar", "-C", "other/deep/out", cwd=self.at)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(list((self.at / "other/deep/out").rglob("passwd"))), 1)
        self.refused(4, "a.tar/out: Not a directory", "review", "a.tar", "-o", "a.tar/out")
        self.assertEqual((self.at / "a.tar").read_bytes()[:6], b"fs.tar")

    def test_folder_and_many_inputs_in_the_summary(self):
        (self.at / "root").mkdir()
        (self.at / "root/a").write_bytes(b"x" * 3000)
        (self.at / "root/b").write_bytes(b"y" * 1096)
        many = []
        for i in range(6):
            many.append(f"in{i}")
            (self.at / f"in{i}").write_bytes(b"%d\n" % i)
        text = assay("review", "root", *many, "-o", "all", cwd=self.at).stdout
        self.assertIn("4.0 KiB in 2 files, folder", text)
        page = (self.at / "all/report.html").read_text()
        inputs = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S)[1])["inputs"]
        rows = [dict(zip(inputs["columns"], row)) for row in inputs["rows"]]
        self.assertEqual([(row["size"], row.get("files")) for row in rows[:2]], [(4096, 2), (2, None)])
        self.assertIn("and 3 more", text)
        (self.at / "root/a").unlink()
        self.assertIn("1.1 KiB in 1 file, folder", assay("review", "root", "-o", "one", cwd=self.at).stdout)

    def test_parts_without_names_are_inside(self):
        """A U-Boot image that holds a script: nothing in it is a file or a container."""
        body = b"echo hello\n" * 40
        head = struct.pack(">7I4B32s", 0x27051956, 0, 0, len(body), 0, 0, zlib.crc32(body), 5, 2, 1, 0, b"one")
        head = head[:4] + struct.pack(">I", zlib.crc32(head)) + head[8:]
        (self.at / "one.img").write_bytes(head + body)
        self.assertRegex(assay("review", "one.img", cwd=self.at).stdout, r"\nInside +1 part\n")

    def test_a_mode_that_is_not_known_is_none(self):
        """Neither the input has one, nor a directory that an archive only implies."""
        with tarfile.open(self.at / "in.tar", "w") as t:
            t.addfile(tarfile.TarInfo("only/implied"))
        self.assertEqual(assay("review", "in.tar", cwd=self.at).returncode, 0)
        rows = json.loads(assay("show", "out", "tree", "--json", cwd=self.at).stdout)
        self.assertEqual([(r["name"], r["mode"]) for r in rows], [("in.tar", None), ("only", None), ("implied", "0644")])

    def test_ids_are_whole_on_narrow_terminals(self):
        (self.at / "root/etc").mkdir(parents=True)
        (self.at / "root/etc/passwd").write_text("root::0:0::/:/bin/sh\n", encoding="utf-8")
        self.assertEqual(assay("review", "root", cwd=self.at).returncode, 0)
        sent = on_terminal(50, "show", "out/dossier.assay", "findings", cwd=self.at)
        self.assertIn(" account-empty-password ", sent)
        self.assertNotIn("Login account with an empty password", sent)

    def test_more_entries_than_allowed_is_a_limit_and_no_crash(self):
        (self.at / "root").mkdir()
        for i in range(9):
            (self.at / "root" / str(i)).write_text("%d\n" % i, encoding="utf-8")
        for n in "ab":
            subprocess.run(["mksquashfs", "root", n + ".sqfs", "-quiet", "-no-progress", "-p", n + " d 755 0 0"],
                           cwd=self.at, check=True, capture_output=True)
        for what in (["root"], ["a.sqfs", "b.sqfs"]):
            done = assay("review", "-q", *what, "--max-objects", str(6 * len(what)), cwd=self.at)
            self.assertEqual(done.returncode, 0, done.stderr)
            told = assay("query", "out/dossier.assay", "SELECT reason, text FROM unexamined", "--csv", cwd=self.at).stdout
            self.assertIn("too many entries", told)
            self.assertNotIn("crash", told)
            self.assertNotIn("disk", told)

    def test_folder_is_seen_with_ordinary_tools(self):
        (self.at / "my root/etc").mkdir(parents=True)
        (self.at / "my root/etc/passwd").write_text("root::0:0::/:/bin/sh\n", encoding="utf-8")
        self.assertEqual(assay("review", "my root", cwd=self.at).returncode, 0)
        told = assay("explain", "out/dossier.assay", "account-empty-password", cwd=self.at).stdout
        steps = told.split("to see it")[1].split("\n\n")[0].split("\n")[1:]
        shown = subprocess.run("\n".join(steps), shell=True, cwd=self.at, capture_output=True, text=True, check=False)
        self.assertIn(": OK", shown.stdout, steps)
        self.assertNotIn("assay extract", told)
        self.assertIn("root::0:0", shown.stdout)

    def test_reference_shows_what_only_one_build_has(self):
        source = """#include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            __attribute__((noinline)) int other(const char *s) { return s[0] == 'q' ? puts("a line of help that is long") : 7; }
            __attribute__((noinline)) int ask(const char *s)
            {
                    if (strcmp(s, "status") == 0)
                            return puts("everything is in order");
            #ifdef HIDDEN
                    if (strcmp(s, "xq4711zz") == 0)
                            return system("/bin/sh");
            #endif
                    return other(s);
            }
            int main(int argc, char **argv) { return argc > 1 ? ask(argv[1]) : other("b"); }
            """
        (self.at / "a.c").write_text(source, encoding="utf-8")
        for folder, flags in (("in", ["-O2", "-DHIDDEN"]), ("ref", ["-O0"])):
            (self.at / folder).mkdir()
            subprocess.run(["gcc", "-w", "-s", *flags, "-o", self.at / folder / "ask", self.at / "a.c"], check=True)
        query = ("SELECT how, kind, value FROM counterpart JOIN difference USING (object) WHERE kind IN ('test', 'effect')"
                 " ORDER BY kind, value")
        want = ["how,kind,value", "path,effect,run /bin/sh", "path,test,xq4711zz"]
        done = assay("review", "in", "--reference", "ref", cwd=self.at)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Code that the reference build of the same program does not have", done.stdout)
        self.assertEqual(assay("query", "out/dossier.assay", query, "--csv", cwd=self.at).stdout.splitlines(), want)
        assay("review", "ref", "--as-reference", "-o", "other", cwd=self.at)
        done = assay("review", "in", "-o", "again", "--reference", "other/dossier.assay", cwd=self.at)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(assay("query", "again/dossier.assay", query, "--csv", cwd=self.at).stdout.splitlines(), want)
        done = assay("review", "in", "-o", "same", "--reference", "in", cwd=self.at)
        self.assertEqual(assay("query", "same/dossier.assay", "SELECT how FROM counterpart", "--csv", cwd=self.at).stdout.split(),
                         ["how", "same"])
        self.assertNotIn("reference build", done.stdout)

    def test_review_without(self):
        (self.at / "in").mkdir()
        shutil.copy("/bin/true", self.at / "in")
        done = assay("review", "in", "--without", "code,kernel", cwd=self.at)
        self.assertEqual(done.returncode, 0, done.stderr)
        query = "SELECT reason, text FROM unexamined UNION ALL SELECT COUNT(*), 'read' FROM code"
        said = assay("query", "out/dossier.assay", query, "--csv", cwd=self.at).stdout
        self.assertIn("left-out,the review was made --without this", said)
        self.assertIn("0,read", said)
        done = assay("review", "in", "-o", "other", "--without", "code,coda", cwd=self.at)
        self.assertEqual(done.returncode, 2)
        self.assertIn("'coda'", done.stderr)
        self.assertEqual(assay("review", "in", "--reference", "nothing", cwd=self.at).returncode, 3)

    def test_clauses_are_narrowed_to_the_rules_that_speak_to_them(self):
        (self.at / "root").write_text("1\n", encoding="utf-8")
        self.assertEqual(assay("review", "root", cwd=self.at).returncode, 0)
        asked = assay("query", "out/dossier.assay", "--csv", "SELECT DISTINCT rule FROM clause_rule WHERE framework = "
                      "'3GPP TS 33.117' AND clause IN ('4.3.4.10', '4.2.3.4.3.1', '4.2.6.2.1') ORDER BY 1", cwd=self.at)
        self.assertEqual(asked.stdout.split(), ["rule", "firewall-accepts-by-default"])

    def test_front_door_takes_the_users_paths(self):
        tree = self.at / "tree"
        tree.mkdir()
        shutil.copy(TOP / "run", tree / "run")
        shutil.copy(TOP / "meson_options.txt", tree)
        (tree / "meson.build").write_text(MESON, encoding="utf-8")
        (tree / "assay.c").write_text(PROGRAM, encoding="utf-8")
        here = self.at / "here"
        here.mkdir()
        for words in (["review", "fw.bin"], ["assay", "show", "fw.bin"]):
            p = subprocess.run(["../tree/run", *words], cwd=here, capture_output=True, text=True, check=False)
            self.assertEqual(p.returncode, 0, p.stderr)
            self.assertTrue(p.stdout.endswith(f"fw.bin in {here.resolve()}"), p.stdout)


if __name__ == "__main__":
    unittest.main()
