# SPDX-License-Identifier: Apache-2.0
"""What components are called: by families of source packages, in names.tsv; and which hold copies of others, in copies.tsv."""
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent


def family(source, version):
	"""A source package's name without the version that stands in it: bind9 9.18 is bind, lua5.3 is lua, libxml2 2.9 is libxml."""
	m = re.match(r"(.*?[a-z+])-?(\d+(\.\d+)*)(-lts)?$", source)
	if m and (version == m[2] or re.match(re.escape(m[2]) + r"[.~+a-z]", version)):
		return m[1]
	return source


def stem(path):
	"""A file's name without versions and folder: libssl.so.1.1 and libssl.so.3 are one."""
	return re.sub(r"\d+([._-]\d+)*", "#", path.rsplit("/", 1)[-1])


def rows(name):
	path = HERE / name
	if path.exists():
		for line in path.read_text(encoding="utf-8").splitlines():
			if line and not line.startswith("#"):
				yield line.split("\t")


TABLE = {row[0]: row for row in rows("names.tsv")} # family, or family/part: id, name, cpe_vendor, cpe_product, ...


def row(family, part=None):
	return TABLE.get("%s/%s" % (family, part)) or TABLE.get(family)


def id_of(family, part=None):
	found = row(family, part)
	return found[1] if found else family


def of(source, version, path):
	"""The component that a file of a package is."""
	return id_of(family(source, version), stem(path))


def known(knowledge):
	"""{component: its releases} of a pack."""
	out = {}
	for line in (pathlib.Path(knowledge) / "signatures.tsv").read_text(encoding="utf-8").splitlines():
		if not line.startswith("#"):
			f = line.split("\t")
			out.setdefault(f[0], []).extend(f[-1].split())
	return out


def copies():
	"""{(component, component that holds a copy of it)}"""
	return {(row[0], row[1]) for row in rows("copies.tsv") if row[2] == "yes"}


NO_COPIES = {(row[0], row[1]) for row in rows("copies.tsv") if row[2] == "no"}
