#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The commands that `assay explain` prints are true: run in an empty folder beside the image, with ordinary tools and
without assay, they make the very bytes that the dossier speaks of, and show the exhibit.

usage: run.py [ASSAY [IMAGE...]]
Without arguments: ASSAY from the environment, and the test images in $ASSAY_CACHE/images that are there. An image of
many containers, with names that are awkward for a shell, is made here and always looked at; so is a folder.

Of each image: places of the findings of the rules that ship, some of every finding; and, by a rule of our own, places of
every format that the image is made of. Needs squashfs-tools, e2fsprogs, mtools, zip, unzip, cpio, zstd, lz4, lzop, xz.
Last line: N passed, N failed, where a test is one place.
"""
import collections
import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

ASSAY = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.environ["ASSAY"])
CACHE = pathlib.Path(os.environ.get("ASSAY_CACHE", ".cache")) / "images"
USUAL = ("basestation/basestation.bin", "gateway/gateway.zip", "server/server.img.gz")
OF_FINDING, OF_FORMAT, OF_MADE = 1, 4, 20 # places looked at
FINDINGS = 24                # of an image, of the rules that ship
AT_LEAST = 60                # places in all, or there is too little to judge by
RULE = """-- id: every-format
-- title: Places of every format
-- kind: unexamined
-- severity: info
-- confidence: 1
-- confidence-why: they are there
-- why: To show the way to them.
-- fix: None.
SELECT object, 0 AS at, 16 AS len, place, subject, 'holds' AS verdict, grp
  FROM (SELECT p.object, p.id AS place, p.path AS subject, p.format || '-' || p.kind || '-' || COALESCE(c.format, '') ||
               CASE WHEN p.path LIKE '%/merged%' THEN '-merged' ELSE '' END AS grp,
               ROW_NUMBER() OVER (PARTITION BY p.format, p.kind, c.format, f.format, p.path LIKE '%/merged%' ORDER BY p.id * 7919 % 10007) AS i
          FROM place AS p JOIN object AS o ON o.id = p.object
          LEFT JOIN place AS c ON c.id = p.owner
          LEFT JOIN place AS f ON f.id = c.owner
         WHERE p.parent IS NOT NULL AND o.size >= 16)
 WHERE i <= OF_FORMAT
"""
HEAD = re.compile(r"^  (\d+)\. (.*?)(?:, (\d+) bytes at offset (\d+))?$")
DUMP = re.compile(r"^    ([0-9a-f]{8})  ((?:[0-9a-f]{2,4} )*[0-9a-f]{2,4}) ")

Place = collections.namedtuple("Place", "finding path sha256 exhibit commands")


def run(*argv, cwd=None, **more):
    return subprocess.run(argv, cwd=cwd, check=True, capture_output=True, timeout=900, **more).stdout


def hexadecimal(line):
    """The bytes that a line of xxd, or of an exhibit, shows."""
    found = DUMP.match("    " + line.replace(": ", "  ", 1)) if ": " in line[:10] else DUMP.match(line)
    return bytes.fromhex(found.group(2).replace(" ", "")) if found else b""


def places(dossier, finding):
    """What explain says about each place of a finding."""
    text = run(ASSAY, "explain", str(dossier), finding).decode()
    text = text.split("\nWhere it was seen\n", 1)[1].split("\nThe query that accused\n", 1)[0]
    for block in re.split(r"\n\n(?=  \d+\. )", text):
        lines = block.split("\n")
        if not any(line.startswith("    to see it") for line in lines):
            continue
        start = next(i for i, line in enumerate(lines) if line.startswith("    to see it"))
        sha256 = [line.split(": ", 1)[1] for line in lines[:start] if line.startswith("    SHA-256: ")]
        exhibit = b"".join(hexadecimal(line) for line in lines[:start])
        yield Place(finding, HEAD.match(lines[0]).group(2), sha256[0] if sha256 else None, exhibit,
                    "\n".join(line[4:] for line in lines[start + 1:] if line.strip()))


def follow(place, image, folder):
    """Runs the commands; answers what is wrong, or None."""
    beside = os.path.join(folder, os.path.basename(image))
    os.symlink(image, beside)
    done = subprocess.run(["bash", "-c", place.commands], cwd=folder, capture_output=True, timeout=600,
                          env={"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"})
    said = done.stdout.decode(errors="replace")
    failed = f"{said[-300:]}{done.stderr.decode(errors='replace')[-300:]}"
    if ": OK" not in said:
        return "the digest is another: " + failed
    made = sorted((n for n in os.listdir(folder) if n.startswith("seen-")), key=lambda n: int(n[5:]))
    if made:
        data = pathlib.Path(folder, made[-1]).read_bytes()
        if hashlib.sha256(data).hexdigest() != place.sha256:
            return "the last file made is not the object"
    shown = b"".join(hexadecimal(line) for line in said.split("\n"))
    if not shown:
        return "xxd shows nothing: " + failed
    if place.exhibit and shown != place.exhibit:
        return f"xxd shows {shown[:40]!r}, the exhibit {place.exhibit[:40]!r}"
    if made and shown not in data:
        return "xxd shows other bytes"
    if "readelf" in place.commands and "ELF Header:" not in said:
        return "readelf shows no header: " + failed
    return None


def chosen(out, most):
    """The places to look at: some of the findings of the rules that ship, and some of every format."""
    rows = run(ASSAY, "query", str(out), "SELECT id FROM finding WHERE rule <> 'every-format' ORDER BY id", "--csv")
    shipped = rows.decode().split()[1:]
    step = max(1, len(shipped) // FINDINGS)
    for finding in shipped[::step]:
        with_bytes = [p for p in places(out, finding) if p.sha256 and "sha256sum" in p.commands]
        yield from with_bytes[:OF_FINDING]
    rows = run(ASSAY, "query", str(out), "SELECT id FROM finding WHERE rule = 'every-format' ORDER BY id", "--csv")
    for finding in rows.decode().split()[1:]:
        yield from list(places(out, finding))[:most]


def look_at(image, work, tally, most):
    rules = work / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "every-format.sql").write_text(RULE.replace("OF_FORMAT", str(most)))
    out = work / "out"
    run(ASSAY, "review", "-q", "--rules", str(rules), "-o", str(out), os.path.basename(image), cwd=os.path.dirname(image))
    for place in chosen(out / "dossier.assay", 2 * most):
        if "# no ordinary tool" in place.commands:
            tally["no tool"] += 1
            tally["without " + place.finding.split(":")[-1]] += 1
            continue
        with tempfile.TemporaryDirectory(dir=work) as folder:
            wrong = follow(place, image, folder)
        tally["failed" if wrong else "passed"] += 1
        tally["of " + place.finding.split(":")[-1]] += "every-format:" in place.finding
        if wrong:
            print(f"FAILED   {os.path.basename(image)} {place.finding} {place.path}: {wrong}\n{place.commands}", flush=True)
    shutil.rmtree(out)


AWKWARD = ["plain", "two words", "it's", 'a "quoted" one', "-dash", "ünïcode-名", "back\\slash", "star*[x]?", "$HOME `id`",
           "semi;colon", "new\nline", "tab\there", "#hash", "~tilde", "a&b|c", "(paren) {x}"]


def tree(root):
    for i, name in enumerate(AWKWARD):
        path = root / ("folder " + str(i % 3)) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"password={i} of {name}\n".encode() * (20 * i + 1))


def container_images(root, names, parts):
    """An image of a container as docker saves it and as OCI lays it out, of two compressed layers: what the upper one has hides what is below."""
    def layer(i, ending):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            for name in names[i::2] if i else names:
                info = tarfile.TarInfo(name)
                data = (root / name).read_bytes() + b"upper" * i
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        return run("zstd" if ending == "zst" else "gzip", "-c", input=out.getvalue())

    def write(path, members):
        with tarfile.open(path, "w") as tar:
            for name, data in members:
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))

    layers = [layer(0, "gz"), layer(1, "gz")]
    write(parts / "docker.tar", [("%d/layer.tar" % i, data) for i, data in enumerate(layers)] + [
        ("manifest.json", b'[{"Config":"c.json","RepoTags":["a:1"],"Layers":["0/layer.tar","1/layer.tar"]}]'), ("c.json", b"{}")])
    layers = [layer(0, "zst"), layer(1, "zst")]
    digests = ["sha256:" + hashlib.sha256(d).hexdigest() for d in layers]
    manifest = json.dumps({"schemaVersion": 2, "config": {"digest": digests[0]}, "layers": [{"digest": d, "size": 1} for d in digests]}).encode()
    index = json.dumps({"manifests": [{"digest": "sha256:" + hashlib.sha256(manifest).hexdigest()}]}).encode()
    blobs = [("./blobs/sha256/" + hashlib.sha256(d).hexdigest(), d) for d in [*layers, manifest]]
    write(parts / "oci.tar", [("./index.json", index), ("./oci-layout", b'{"imageLayoutVersion":"1.0.0"}'), *blobs])


def bundle(work):
    """One tar of every container that can be made with ordinary tools, each holding awkward names."""
    root, parts = work / "root", work / "parts"
    tree(root)
    parts.mkdir()
    names = sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())
    plain = [n for n in names if "\n" not in n]
    with tarfile.open(parts / "a tree.tar", "w") as tar:
        for name in names:
            tar.add(root / name, name)
    with tarfile.open(parts / "dotted.tar", "w") as tar:
        tar.add(root, ".")
    run("cpio", "-o", "-H", "newc", "-0", "--quiet", "-F", str(parts / "tree.cpio"), cwd=root, input="\0".join(names).encode())
    run("zip", "-qr", str(parts / "tree.zip"), ".", "-x", "*new*", cwd=root)
    run("mksquashfs", str(root), str(parts / "tree.squashfs"), "-quiet", "-no-progress", "-all-root", "-comp", "xz")
    flat = [n for n in plain if "/" in n and " " not in n.split("/")[1] and n.split("/")[1][0] not in "-"][:4]
    run("ar", "rc", str(parts / "tree.a"), *["./" + n for n in flat], cwd=root)
    run("mke2fs", "-q", "-t", "ext4", "-d", str(root), str(parts / "tree.ext4"), "8M")
    with open(parts / "tree.fat", "wb") as f:
        f.truncate(4 << 20)
    run("mkfs.vfat", str(parts / "tree.fat"), env={"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"})
    run("mcopy", "-i", str(parts / "tree.fat"), str(root / "folder 0" / "plain"), "::two words.txt")
    run("mcopy", "-i", str(parts / "tree.fat"), str(root / "folder 0" / "plain"), "::PLAIN.TXT")
    text = str(root / "folder 0" / "plain")
    longer = work / "longer"
    longer.write_bytes(pathlib.Path(text).read_bytes() * 50)
    for tool, ending in (("gzip", "gz"), ("bzip2", "bz2"), ("xz", "xz"), ("zstd", "zst"), ("lz4", "lz4"), ("lzop", "lzo")):
        (parts / ("text." + ending)).write_bytes(run(tool, "-c", str(longer)))
    (parts / "text.lzma").write_bytes(run("xz", "--format=lzma", "-c", str(longer)))
    container_images(root, names, parts)
    with tarfile.open(work / "all the parts.tar.gz", "w:gz") as tar:
        tar.add(parts, "parts")
    return str(work / "all the parts.tar.gz")


def main():
    images = [os.path.realpath(i) for i in sys.argv[2:]] or [os.path.realpath(CACHE / name) for name in USUAL if (CACHE / name).exists()]
    tally = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="assay-see-", dir="/var/tmp") as folder:
        work = pathlib.Path(folder)
        (work / "made").mkdir()
        own = bundle(work / "made")
        for image in [own, str(work / "made" / "root"), *images]:
            before = tally["passed"] + tally["failed"]
            look_at(image, work, tally, OF_FORMAT if image in images else OF_MADE)
            print(f"{os.path.basename(image)}: {tally['passed'] + tally['failed'] - before} places", flush=True)
    print("; ".join(f"{k[3:]} {n}" for k, n in sorted(tally.items()) if k.startswith("of ") and n))
    print(f"{tally['no tool']} places have no ordinary tool:", *(k[8:] for k in sorted(tally) if k.startswith("without ")))
    if images and tally["passed"] < AT_LEAST:
        print(f"FAILED   only {tally['passed']} places")
        tally["failed"] += 1
    print(f"{tally['passed']} passed, {tally['failed']} failed")
    return 1 if tally["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
