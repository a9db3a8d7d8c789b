# SPDX-License-Identifier: Apache-2.0
"""Writes what was learned: signatures.tsv, signature-parts.tsv and signatures.pack (see knowledge/README.md)."""
import collections
import pathlib

import derive
import names

SMALLEST = 3 # texts of a part: with fewer, nothing is claimed


def write(folder, signatures, forms, note):
	"""note: a comment line about what it was learned from."""
	folder, corpus = pathlib.Path(folder), signatures.corpus
	parts = [i for i, p in enumerate(signatures.parts) if p.keys >= SMALLEST]
	used = sorted({signatures.parts[i].family for i in parts} | {corpus.families[f] for f in forms.owner.values() if f != derive.EVERYBODY})
	by = collections.defaultdict(set)
	for b in corpus.builds:
		by[b.family].add(b.source)
	sources = {f: " ".join(sorted(by[f])) for f in used}
	rows, number = [], {} # rows of signatures.tsv; (family, id) -> its row
	for family in used:
		mine = [i for i in parts if signatures.parts[i].family == family]
		main = names.row(family)
		for row in [main] + [names.TABLE.get("%s/%s" % (family, derive.plain(signatures.parts[i].name))) for i in mine]:
			id = row[1] if row else family
			if (family, id) not in number:
				number[family, id] = len(rows)
				rows.append([id, *(row[2:7] if row else (family, "", "", "", "")), str(number[family, names.id_of(family)]),
					sources[family], " ".join(corpus.releases[family])])
	of = {i: number[signatures.parts[i].family, names.id_of(signatures.parts[i].family, derive.plain(signatures.parts[i].name))] for i in parts}
	parts.sort(key=lambda i: (of[i], i))
	place = {old: new for new, old in enumerate(parts)}
	with open(folder / "signatures.tsv", "w", encoding="utf-8") as f:
		f.write("#id\tname\tcpe_vendor\tcpe_product\tcpe_also\tupstream\tfamily\tsources\treleases\n# %s\n" % note)
		f.writelines("\t".join(row) + "\n" for row in rows)
	with open(folder / "signature-parts.tsv", "w", encoding="utf-8") as f:
		f.write("#component\tpart\ttexts\tbare\talone\n")
		for i in parts:
			p = signatures.parts[i]
			f.write("%d\t%s\t%d\t%d\t%d\n" % (of[i], p.name, p.keys, p.bare, p.alone))
	records = [(key, place[part], lo << 4 | hi) for key, part, lo, hi in signatures.records if part in place]
	main = [number.get((f, names.id_of(f))) for f in corpus.families]
	records += [(key, f if f == derive.EVERYBODY else main[f], 0xf0) for key, f in forms.owner.items()]
	with open(folder / "signatures.pack", "wb") as f:
		for key, owner, span in sorted(records):
			f.write(key.to_bytes(6, "little") + owner.to_bytes(2, "little") + bytes([span]))
	return len(rows), len(parts), len(records)
