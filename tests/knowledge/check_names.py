# SPDX-License-Identifier: Apache-2.0
"""The shape of tools/learn/components/names.tsv, and that it says what components.tsv and cpe_names.tsv say."""
import re

import packs

TABLE = "tools/learn/components/names.tsv"
COLUMNS = "family id name cpe_vendor cpe_product cpe_also upstream source".split()
FAMILY = re.compile(r"[a-z0-9][a-z0-9.+_-]*(/[^/\s\d]+)?")
ID = re.compile(r"[a-z0-9][a-z0-9._+-]*")
CPE = re.compile(r"[a-z0-9][a-z0-9._+-]*:[a-z0-9][a-z0-9._+-]*")
UPSTREAM = re.compile(r"(github|bitbucket)/[a-z0-9-]+/[a-z0-9._-]+")
SOURCES = {"components.tsv", "NVD record", "OpenWrt PKG_CPE_ID", "Buildroot CPE_ID", "Yocto CVE_PRODUCT", "purl2cpe",
           "cve-bin-tool VENDOR_PRODUCT", "known"}


def product(row):
    return (row["cpe_vendor"], row["cpe_product"])


def check_row(row, expect):
    what = f"names.tsv {row['family']}"
    also, cpe = row["cpe_also"].split(), ":".join(product(row))
    expect(all(v == v.strip() for v in row.values()), f"{what}: no space at the ends")
    expect(FAMILY.fullmatch(row["family"]), f"{what}: family, or family/part without digits")
    expect(ID.fullmatch(row["id"]) and row["name"], f"{what}: id and name")
    expect(cpe == ":" or CPE.fullmatch(cpe), f"{what}: CPE vendor and product, both or none")
    expect(not also or cpe != ":", f"{what}: further CPE only beside a first")
    expect(all(CPE.fullmatch(a) for a in also) and len({cpe, *also}) == 1 + len(also), f"{what}: each CPE once")
    expect(row["upstream"] == "" or UPSTREAM.fullmatch(row["upstream"]), f"{what}: upstream")
    expect(row["source"] in SOURCES, f"{what}: source")
    expect(cpe != ":" or row["source"] in ("components.tsv", "known"), f"{what}: no CPE to have that source")


def check(top, expect):
    try:
        rows = packs.read(top / TABLE)
    except (OSError, ValueError) as e:
        expect(False, f"names.tsv: {e}")
        return
    expect(rows and list(rows[0]) == COLUMNS, f"names.tsv: columns {' '.join(COLUMNS)}")
    by = {r["family"]: r for r in rows}
    expect(len(by) == len(rows), "names.tsv: no family twice")
    components = {r["id"]: r for r in packs.read(top / "knowledge/components.tsv")}
    owner = {product(r): r["id"] for r in components.values() if r["cpe_vendor"]}
    same = {}
    for row in rows:
        what = f"names.tsv {row['family']}"
        check_row(row, expect)
        expect(row["family"].split("/")[0] in by, f"{what}: its family has a row")
        expect(by.get(row["id"], row)["id"] == row["id"], f"{what}: the id is a family with another id")
        said = [row[c] for c in COLUMNS[2:7]]
        expect(same.setdefault(row["id"], said) == said, f"{what}: rows of an id agree")
        expect(owner.get(product(row), row["id"]) == row["id"], f"{what}: the id that components.tsv has for it")
        known = components.get(row["id"])
        expect((row["source"] == "components.tsv") == bool(known), f"{what}: components.tsv is the source")
        if known:
            expect((known["name"], *product(known)) == (row["name"], *product(row)), f"{what}: as in components.tsv")
    check_products(rows, packs.read(top / "knowledge/cpe_names.tsv"), expect)


def check_products(rows, further, expect):
    """A product of the National Vulnerability Database is one component; what cpe_names.tsv adds to one is here too."""
    ids, products = {}, {}
    for row in rows:
        mine = [":".join(product(row)), *row["cpe_also"].split()]
        products.setdefault(row["id"], set()).update(mine)
        for cpe in filter(":".__ne__, mine):
            expect(ids.setdefault(cpe, row["id"]) == row["id"], f"names.tsv {row['family']}: {cpe} has one id")
    for row in further:
        cpe = f"{row['vendor']}:{row['product']}"
        expect(cpe in products.get(row["id"], {cpe}), f"names.tsv {row['id']}: {cpe}, as in cpe_names.tsv")
