#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The shape of every pack in knowledge/: columns, identifiers, vocabularies, expressions, samples.

Prints 'N passed, N failed' and exits 1 if anything failed. Reads files only; no network.
"""
import ctypes
import ctypes.util
import datetime
import fnmatch
import ipaddress
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
PACKS = TOP / "knowledge"
sys.path.insert(0, str(TOP / "tools/knowledge"))
import check_names  # noqa: E402
import packs  # noqa: E402
import published  # noqa: E402

KINDS = set("""hardcoded-credential default-credential private-key secret-in-config weak-crypto
expired-certificate insecure-service debug-interface insecure-update missing-hardening
unsafe-function-use excessive-privilege known-vulnerability unsupported-component
backdoor-indicator undocumented-access non-reproducible-build unexamined""".split())
ID = re.compile(r"[a-z0-9][a-z0-9._+-]*")
LIMIT = 20000   # steps that one search of one window may take, whatever the window holds
NO_MATCH = -1   # PCRE2_ERROR_NOMATCH
PROTOCOLS = {"tcp", "udp", "sctp", "ip", "icmpv6", "ethernet", "serial", "802.11", "bluetooth", ""}
EXPOSURES = set("""remote-shell file-transfer file-sharing web proxy management messaging database
name-service discovery media address-assignment time wireless vpn routing debug logging monitoring
authentication telephony mobile-network mail printing hardware industrial directory update
local""".split())
NOISE = {"schema", "documentation", "licence", "upstream-project", "special-range"}
ORDINARY = b"""The quick brown fox version 1.2.3 of 2020-01-01 jumps over linux, openssl and zlib.
/usr/lib/libz.so.1.2.13 http://www.example.com/busybox-1.36.1.tar.gz curl 8.0 (see nginx)
GLIBC_2.34 GCC: (GNU) 12.2.0 Copyright 1995-2022 %s version %s v%d.%d.%d (library: OpenSSL 3)
"""

passed = failed = 0


def expect(ok, what):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print("FAILED:", what)


def load(name, columns):
    """The rows of a pack; a missing or misshapen one fails the run and gives no rows."""
    try:
        rows = packs.read(PACKS / name)
    except (OSError, ValueError) as e:
        expect(False, f"{name}: {e}")
        return []
    expect(len(rows) > 0 and list(rows[0]) == columns.split(), f"{name}: columns {columns}")
    values = [tuple(r.values()) for r in rows]
    expect(len(set(values)) == len(values), f"{name}: no row twice")
    expect(all(v == v.strip() for r in values for v in r), f"{name}: no space at the ends")
    return rows


class Pcre2:
    """Just enough of libpcre2-8 to compile and match; the program uses the same library."""

    def __init__(self):
        name = ctypes.util.find_library("pcre2-8") or "libpcre2-8.so.0"
        try:
            self.lib = ctypes.CDLL(name)
        except OSError:
            self.lib = None
            return
        p, n = ctypes.c_void_p, ctypes.c_size_t
        self.lib.pcre2_compile_8.restype = p
        self.lib.pcre2_compile_8.argtypes = [ctypes.c_char_p, n, ctypes.c_uint32, p, p, p]
        self.lib.pcre2_match_data_create_from_pattern_8.restype = p
        self.lib.pcre2_match_data_create_from_pattern_8.argtypes = [p, p]
        self.lib.pcre2_match_8.argtypes = [p, ctypes.c_char_p, n, n, ctypes.c_uint32, p, p]
        self.lib.pcre2_get_ovector_pointer_8.restype = ctypes.POINTER(n)
        self.lib.pcre2_get_ovector_pointer_8.argtypes = [p]

    def search(self, pattern, data):
        """None: does not compile or exceeds LIMIT. (): no match. Otherwise the first capture, b"" without one."""
        pattern = b"(*LIMIT_MATCH=%d)" % LIMIT + pattern
        code, where = ctypes.c_int(), ctypes.c_size_t()
        rx = self.lib.pcre2_compile_8(
            pattern, len(pattern), 0, ctypes.byref(code), ctypes.byref(where), None)
        if not rx:
            return None
        found = self.lib.pcre2_match_data_create_from_pattern_8(rx, None)
        n = self.lib.pcre2_match_8(rx, data, len(data), 0, 0, found, None)
        if n < 1:
            return () if n == NO_MATCH else None
        if n == 1:  # no group, or none that took part
            return b""
        o = self.lib.pcre2_get_ovector_pointer_8(found)
        return data[o[2]:o[3]]


def check_component(row, pcre):
    what = f"components.tsv {row['id']} {row['literal']!r}"
    expect(ID.fullmatch(row["id"]), f"{what}: id")
    expect(row["purl"].startswith("pkg:generic/"), f"{what}: purl")
    expect(bool(row["cpe_vendor"]) == bool(row["cpe_product"]), f"{what}: CPE vendor and product")
    expect(re.fullmatch(r"0\.\d+|1\.0", row["confidence"]), f"{what}: confidence")
    expect(row["source"], f"{what}: source")
    if "unverified" in row["source"]:
        expect(float(row["confidence"]) <= 0.6, f"{what}: unverified, so at most 0.6")
    literal, regex = packs.compile_row(row)
    expect(len(literal) >= 5, f"{what}: a literal has 5 bytes or more")
    expect(regex.groups <= 1, f"{what}: at most one capture")
    expect(not list(packs.matches(ORDINARY, literal, regex)), f"{what}: matches ordinary text")
    if pcre.lib:
        expect(pcre.search(row["regex"].encode(), b"") is not None, f"{what}: compiles as PCRE2")
    return literal, regex


def check_effort(what, row, literal, sample, pcre):
    """No window, however made, may make the expression run away."""
    n, regex = packs.WINDOW, row["regex"].encode()
    cut = sample[:-tail_of(sample)] or sample
    for window in (b"\0" * n + literal + b"\0" * n, b"1" * n + literal + b"1" * n,
                   (b"1.1\0" * n)[:n] + literal + b"\0" * n, literal * (2 * n // len(literal)),
                   b"a\0\0" * 170 + literal + b"1.2.3\0\0\0" * 64,
                   cut * (2 * n // max(len(cut), 1)), cut[:-1] + b"\0" * n):
        expect(pcre.search(regex, window) is not None, f"{what}: too much effort")


def tail_of(sample):
    return min(26, max(len(sample) - 8, 0))


def check_components():
    rows = load("components.tsv", "id name cpe_vendor cpe_product purl literal regex confidence "
                                  "source")
    pcre = Pcre2()
    samples = {s["row"]: s for s in packs.read(TOP / "tests/knowledge/samples.tsv")}
    used, names = set(), {}
    for row in rows:
        literal, regex = check_component(row, pcre)
        own = (row["name"], row["cpe_vendor"], row["cpe_product"], row["purl"])
        expect(names.setdefault(row["id"], own) == own, f"{row['id']}: rows of an id agree")
        key = packs.row_key(row)
        used.add(key)
        sample = samples.get(key)
        expect(sample, f"{row['id']} {row['literal']!r}: has a sample")
        if not sample:
            continue
        data = packs.unescape(sample["sample"])
        found = [packs.version_of(m).decode() for _, m in packs.matches(data, literal, regex)]
        expect(found[:1] == [sample["version"]], f"{row['id']}: sample gives {found}")
        if pcre.lib:
            check_effort(f"{row['id']} {row['literal']!r}", row, literal, data, pcre)
            got = pcre.search(row["regex"].encode(), data)
            expect(got == sample["version"].encode(), f"{row['id']}: PCRE2 gives {got}")
    published.check(rows, expect)
    expect(set(samples) == used, "samples.tsv: every sample belongs to a row")
    expect(len(names) >= 60, f"{len(names)} components, at least 60")
    return set(names)


def check_weblibs():
    rows = load("weblibs.tsv", "id name cpe_vendor cpe_product purl literal regex confidence source")
    pcre = Pcre2()
    samples = {s["row"]: s for s in packs.read(TOP / "tests/knowledge/weblib_samples.tsv")}
    names = {}
    for row in rows:
        what = f"weblibs.tsv {row['id']} {row['literal']!r}"
        own = (row["name"], row["purl"])
        expect(names.setdefault(row["id"], own) == own, f"{what}: rows of an id agree")
        expect(row["purl"].replace("%40", "@") == "pkg:npm/" + row["id"].removeprefix("npm:"), f"{what}: purl")
        expect(bool(row["cpe_vendor"]) == bool(row["cpe_product"]), f"{what}: CPE vendor and product")
        literal, regex = packs.compile_row(row)
        expect(len(literal) >= 5 and regex.groups == 1, f"{what}: a literal of 5 bytes or more, one capture")
        expect(not list(packs.matches(ORDINARY, literal, regex)), f"{what}: matches ordinary text")
        sample = samples.pop(packs.row_key(row), None)
        expect(sample or "unverified" in row["source"] and float(row["confidence"]) <= 0.6, f"{what}: has a sample")
        data = packs.unescape(sample["sample"]) if sample else literal
        found = [m.group(1).decode() for _, m in packs.matches(data, literal, regex)]
        expect(not sample or sample["version"] in found, f"{what}: sample gives {found}")
        if pcre.lib:
            check_effort(what, row, literal, data, pcre)
    expect(not samples, "weblib_samples.tsv: every sample belongs to a row")


def check_suppliers():
    pcre = Pcre2()
    for row in load("suppliers.tsv", "id name role group part literal regex confidence source"):
        what = f"suppliers.tsv {row['id']} {row['literal']!r}"
        expect(ID.fullmatch(row["id"]) and row["source"], f"{what}: id and source")
        expect(row["role"] in ("chip-sdk", "name") and bool(row["part"]) == (row["role"] == "chip-sdk"), f"{what}: role")
        literal, regex = packs.compile_row(row)
        expect(len(literal) >= 5 and regex.groups == 0, f"{what}: a literal of 5 bytes or more, no capture")
        expect(not list(packs.matches(ORDINARY, literal, regex)), f"{what}: matches ordinary text")
        if pcre.lib:
            expect(pcre.search(b"(" + row["regex"].encode() + b")", b"") is not None, f"{what}: compiles as PCRE2")
            check_effort(what, {**row, "regex": "(" + row["regex"] + ")"}, literal, literal, pcre)


def check_listings():
    """Lists of restrictions: each entry of a list that is there, with a day, words and a source, and nothing said from memory."""
    lists = {row["id"]: row for row in load("restriction_lists.tsv", "id title jurisdiction authority as_of url source")}
    expect(all(ID.fullmatch(i) and len(r["jurisdiction"]) == 2 and r["source"] for i, r in lists.items()), "restriction_lists.tsv: ids, jurisdictions, sources")
    for row in load("restrictions.tsv", "list entity kind date until names words source confidence"):
        what = f"restrictions.tsv {row['list']} {row['entity']!r}"
        expect(row["list"] in lists and row["kind"] in ("company", "category"), f"{what}: list and kind")
        expect(re.fullmatch(r"\d{4}-\d\d-\d\d", row["date"]) and row["date"] <= lists[row["list"]]["as_of"], f"{what}: a day that the list may have")
        expect(len(row["words"]) > 20 and row["source"] and "memory" not in row["source"], f"{what}: words and source")
        expect(row["confidence"] in ("high", "medium"), f"{what}: confidence")


def check_names_of_companies():
    rows = load("legal_forms.tsv", "form kind place source")
    expect(len({r["form"] for r in rows}) == len(rows), "legal_forms.tsv: each form once")
    for row in rows:
        expect(row["place"] in ("end", "begin", "both", "any") and row["kind"] and row["source"], f"legal_forms.tsv {row['form']}: place and source")
        expect(not row["form"].isascii() or re.fullmatch(r"[a-z0-9]+( [a-z0-9]+)*", row["form"]), f"legal_forms.tsv {row['form']}: words")
    roles = {"equipment-maker", "chip-vendor", "software", "assessor", "service-provider", "operator", ""}
    for row in load("supplier_directory.tsv", "name country role field aliases parents segments products identifiers source"):
        expect(row["role"] in roles and re.fullmatch(r"([A-Z]{2})?", row["country"]) and row["source"], f"supplier_directory.tsv {row['name']}")


def check_macs():
    rows = load("macs.tsv", "organization prefixes")
    prefixes = [p for r in rows for p in r["prefixes"].split(",")]
    expect(len(prefixes) > 30000 and all(re.fullmatch("[0-9a-f]{6}", p) for p in prefixes), "macs.tsv: prefixes of six digits")
    expect(len(set(prefixes)) == len(prefixes) < 65536, "macs.tsv: each prefix once, and not more than are read")
    owner = {p: r["organization"] for r in rows for p in r["prefixes"].split(",")}
    expect(owner.get("00e04c") == "REALTEK SEMICONDUCTOR CORP." and owner.get("001882") == "HUAWEI TECHNOLOGIES CO.,LTD", "macs.tsv: known owners")
    expect((PACKS / "macs.tsv").stat().st_size < 1 << 20, "macs.tsv: less than 1 MiB")


def check_credentials():
    rows = load("credentials.tsv", "user password device source")
    pairs = {(r["user"], r["password"]) for r in rows}
    distinct = {r["password"] for r in rows}
    expect(len(pairs) == len(rows), "credentials.tsv: each user and password once")
    expect(80 <= len(distinct) <= 150, f"credentials.tsv: {len(distinct)} passwords, 80 to 150")
    for r in rows:
        expect(r["password"] and r["device"] and r["source"], f"credentials.tsv: {r}")


def check_services():
    rows = load("services.tsv", "daemon service protocol default_port exposure cleartext source")
    names = [r["daemon"] for r in rows]
    expect(len(names) == len(set(names)), "services.tsv: each daemon once")
    expect(len(names) >= 120, f"services.tsv: {len(names)} daemons, at least 120")
    for r in rows:
        what = f"services.tsv {r['daemon']}"
        expect(re.fullmatch(r"[A-Za-z0-9._+-]+", r["daemon"]), f"{what}: a program's base name")
        expect(r["protocol"] in PROTOCOLS, f"{what}: protocol")
        expect(r["exposure"] in EXPOSURES, f"{what}: exposure")
        expect(r["cleartext"] in ("0", "1"), f"{what}: cleartext")
        port = r["default_port"]
        expect(port == "" or 0 < int(port) < 65536, f"{what}: port")
        expect(port == "" or r["protocol"] in ("tcp", "udp", "sctp"), f"{what}: port of what")


def check_clauses():
    listed = load("clause_list.tsv", "framework clause title coverage evidence_pass "
                                     "evidence_fail source")
    pairs = load("clauses.tsv", "framework clause title kind direction coverage source confidence rules")
    rules = [p.stem for p in (TOP / "rules").glob("*.sql")]
    keys = {(r["framework"], r["clause"]): r for r in listed}
    expect(len(keys) == len(listed), "clause_list.tsv: each clause once")
    for r in listed:
        expect(r["coverage"] in ("full", "partial", "none"), f"clause_list.tsv {r['clause']}")
    for r in pairs:
        what = f"clauses.tsv {r['framework']} {r['clause']} {r['kind']}"
        expect(r["kind"] in KINDS, f"{what}: kind")
        expect(r["direction"] in ("against", "bears-on"), f"{what}: direction")
        own = keys.get((r["framework"], r["clause"]))
        expect(own and own["title"] == r["title"] and own["coverage"] == r["coverage"],
               f"{what}: as in clause_list.tsv")
        expect(fnmatch.filter(rules, r["rules"]), f"{what}: no rule is called {r['rules']}")
    one = {(r["framework"], r["clause"], r["kind"], r["rules"]) for r in pairs}
    expect(len(one) == len(pairs), "clauses.tsv: each clause, kind and pattern of rules once")
    expect({r["kind"] for r in pairs} == KINDS - {"unexamined"}, "clauses.tsv: every kind")
    spoken = {(r["clause"], rule) for r in pairs for rule in fnmatch.filter(rules, r["rules"])
              if r["framework"] == "3GPP TS 33.117" and r["kind"] == "missing-hardening"}
    expect(("4.3.3.1.5", "hardening-no-relro") in spoken, "no RELRO speaks to buffer overflows")
    for clause in ("4.2.3.4.3.1", "4.3.3.1.4", "4.2.3.6.1"):
        expect(not any(c == clause for c, _ in spoken), f"no missing hardening speaks to {clause}")
    for name in ("scas", "eu_toolbox", "other_frameworks"):
        text = (PACKS / f"frameworks/{name}.json").read_text(encoding="utf-8")
        expect(isinstance(json.loads(text), dict), f"frameworks/{name}.json")


def check_generated():
    """What tools/knowledge/clauses writes is what is committed."""
    with tempfile.TemporaryDirectory() as scratch:
        there = pathlib.Path(scratch)
        shutil.copytree(PACKS, there / "knowledge")
        shutil.copytree(TOP / "tools/knowledge", there / "tools/knowledge")
        done = subprocess.run([sys.executable, there / "tools/knowledge/clauses"],
                              capture_output=True, text=True)
        expect(done.returncode == 0, f"tools/knowledge/clauses: {done.stderr}")
        for name in ("clauses.tsv", "clause_list.tsv"):
            expect((there / "knowledge" / name).read_bytes() == (PACKS / name).read_bytes(),
                   f"{name}: is what tools/knowledge/clauses writes")


def check_eol(ids):
    rows = load("eol.tsv", "id branch_prefix eol_date source")
    expect(len({(r["id"], r["branch_prefix"]) for r in rows}) == len(rows), "eol.tsv: once each")
    for r in rows:
        what = f"eol.tsv {r['id']} {r['branch_prefix']}"
        expect(r["id"] in ids, f"{what}: a component of components.tsv")
        expect(re.fullmatch(r"\d+(\.\d+)*", r["branch_prefix"]), f"{what}: branch")
        try:
            datetime.date.fromisoformat(r["eol_date"])
            expect(True, what)
        except ValueError:
            expect(False, f"{what}: date {r['eol_date']}")


def check_noise():
    for r in load("noise.tsv", "pattern class why"):
        what, text = f"noise.tsv {r['pattern']}", r["pattern"]
        expect(r["class"] in NOISE, f"{what}: class")
        if "://" in text:
            expect(text.startswith(("http://", "https://")), f"{what}: address prefix")
        elif "/" in text:
            try:
                ipaddress.ip_network(text)
                expect(True, what)
            except ValueError as e:
                expect(False, f"{what}: {e}")
        else:
            expect(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", text), f"{what}: host")


def check_published_keys():
    rows = load("published-keys.tsv", "fingerprint name source")
    expect(len({r["fingerprint"] for r in rows}) == len(rows), "published-keys.tsv: once each")
    for r in rows:
        what = f"published-keys.tsv {r['fingerprint'][:12]}"
        expect(re.fullmatch(r"[0-9a-f]{64}", r["fingerprint"]), f"{what}: SHA-256")
        expect(r["name"] and r["source"], what)


def check_known():
    rows = load("known.tsv", "id name literal means source")
    expect(len({r["id"] for r in rows}) == len({r["literal"] for r in rows}) == len(rows), "known.tsv: once each")
    whole = (PACKS / "known.tsv").read_bytes()
    for r in rows:
        what = f"known.tsv {r['id']}"
        raw = packs.unescape(r["literal"])
        expect(7 <= len(raw) <= 128 and raw[0] != 0, f"{what}: length of the literal")
        expect(raw not in whole, f"{what}: the pack itself would match")
        expect(raw not in ORDINARY, f"{what}: matches ordinary text")
        expect(ID.fullmatch(r["id"]) and r["name"] and r["means"], what)
        expect(all(s.startswith("http") for s in r["source"].split("; ")), f"{what}: source")


def check_reference():
    rows = load("reference.tsv", "class effect beside with packages")
    for r in rows:
        what = f"reference.tsv {r['class']} {r['effect']} {r['beside']}"
        expect(r["class"] in ("daemon", "tool", "library") and r["beside"] in "01", f"{what}: class, beside")
        expect(int(r["with"]) <= int(r["packages"]), f"{what}: part of the packages")
    pairs = {(r["class"], r["effect"], r["beside"]) for r in rows}
    expect(len(pairs) == len(rows) == 3 * 2 * len({r["effect"] for r in rows}), "reference.tsv: every combination once")
    size = (PACKS / "reference.pack").stat().st_size
    expect(size % 5 == 0 and 0 < size <= 600 * 1024, "reference.pack: whole records, at most 600 KiB")


def check_signatures():
    components = load("signatures.tsv", "id name cpe_vendor cpe_product cpe_also upstream family sources releases")
    for i, r in enumerate(components):
        what = f"signatures.tsv {r['id']}"
        family = components[int(r["family"])]
        expect(ID.fullmatch(r["id"]) and r["name"] and 0 < len(r["releases"].split()) <= 15, what)
        expect(int(r["family"]) <= i and family["family"] == r["family"] and family["releases"] == r["releases"], f"{what}: family")
        expect(bool(r["cpe_vendor"]) == bool(r["cpe_product"]), f"{what}: vendor and product")
    parts = packs.read(PACKS / "signature-parts.tsv")
    owners = [int(r["component"]) for r in parts]
    expect(owners == sorted(owners) and owners[-1] < len(components), "signature-parts.tsv: in the order of the components")
    expect(all(3 <= int(r["texts"]) <= 100 and 0 <= int(r["bare"]) <= 100 for r in parts), "signature-parts.tsv: numbers")
    pack = (PACKS / "signatures.pack").read_bytes()
    records = [pack[at:at + 9] for at in range(0, len(pack), 9)]
    keys = [int.from_bytes(r[:6], "little") for r in records]
    expect(len(pack) % 9 == 0 and len(pack) < 25 << 20 and keys == sorted(keys), "signatures.pack: whole records, ascending, under 25 MiB")
    identify = [0] * len(parts)
    for r in records:
        of, lo, hi = int.from_bytes(r[6:8], "little"), r[8] >> 4, r[8] & 15
        if lo > hi:
            expect(of < len(components) or of == 0xffff, "signatures.pack: a form of a component, or of anybody")
        elif of >= len(parts) or hi >= len(components[owners[of]]["releases"].split()):
            expect(False, "signatures.pack: a text of a part, in releases it has")
        elif lo == 0 and hi + 1 == len(components[owners[of]]["releases"].split()):
            identify[of] += 1
    expect(identify == [int(r["texts"]) for r in parts], "signature-parts.tsv: as many texts as signatures.pack has")


def check_licences():
    rows = load("licences.tsv", "spdx kind pattern source")
    ids = {r["pattern"] for r in rows if r["kind"] == "id"}
    names = [r["pattern"].lower() for r in rows if r["kind"] in ("id", "name")]
    expect(len(set(names)) == len(names), "licences.tsv: a name once, whatever its case")
    for r in rows:
        parts = re.split(" (?:OR|AND|WITH) ", r["spdx"])
        expect(all(p in ids for p in parts), f"licences.tsv: {r['spdx']} is made of ids")
        expect(r["kind"] in ("id", "name") and r["source"], f"licences.tsv {r['pattern']}: kind and source")
    told = load("licence_texts.tsv", "spdx hashes inside source")
    for r in told:
        expect(re.fullmatch(r"[0-9a-f]{8}(,[0-9a-f]{8}){1,9}", r["hashes"]), f"licence_texts.tsv {r['spdx']}: hashes")
        expect(set(r["inside"].split(",")) <= {t["spdx"] for t in told} | {"-"}, f"licence_texts.tsv {r['spdx']}: inside")


def check_vulnerable():
    """What tells which parts of a kernel or a BusyBox are not built, and further names in the CPE dictionary."""
    for row in load("kernel_files.tsv", "path options module"):
        ok = re.fullmatch(r"[\w.,+@/-]+", row["path"]) and re.fullmatch(r"[A-Z0-9_a-z]+( [A-Z0-9_a-z]+)*", row["options"])
        expect(ok and re.fullmatch(r"[\w.]*", row["module"]), f"kernel_files.tsv: {row}")
    for row in load("busybox.tsv", "word applets plain source"):
        ok = row["word"] and row["applets"] and row["plain"] in ("yes", "no") and row["source"]
        expect(ok, f"busybox.tsv: {row}")
    known = {r["id"] for r in packs.read(PACKS / "components.tsv")}
    for row in load("cpe_names.tsv", "id vendor product source"):
        expect(row["id"] in known and row["vendor"] and row["product"] and row["source"], f"cpe_names.tsv: {row}")


def main():
    check_known()
    check_vulnerable()
    check_reference()
    check_signatures()
    check_eol(check_components())
    check_credentials()
    check_weblibs()
    check_suppliers()
    check_macs()
    check_listings()
    check_names_of_companies()
    check_services()
    check_clauses()
    check_generated()
    check_noise()
    check_published_keys()
    check_licences()
    check_names.check(TOP, expect)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
