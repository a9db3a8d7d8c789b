// SPDX-License-Identifier: Apache-2.0
// The dossier as this page carries it (src/report/page_data.c), as objects.

const raw = JSON.parse(document.getElementById("data").textContent);

const D = {};
for (const name of ["inputs", "states", "findings", "clauses", "rules", "maps", "elf", "components", "listeners",
	"vulnerabilities", "vulnerable", "known", "looked", "licences", "suppliers", "steps", "feeds", "starts", "accounts", "secrets", "keys", "certificates", "addresses", "unexamined", "kernels", "quality", "built"])
	D[name] = rowsOf(raw[name]);
D.shares = { object: 0, structure: 0, padding: 0, unknown: 0, ...Object.fromEntries(raw.shares.rows) };
D.meta = Object.fromEntries(raw.meta.rows);
D.states = Object.fromEntries(D.states.map(s => [s.state, s.n]));
D.formats = new Map(raw.formats.rows);

const SEVERITIES = ["critical", "high", "medium", "low", "info"];
D.explained = D.findings.filter(f => f.verdict === "holds" && f.explained === f.n);
D.holding = D.findings.filter(f => f.verdict === "holds" && f.explained < f.n);
D.undecided = D.findings.filter(f => f.verdict !== "holds");
for (const finding of D.findings)
	finding.evidence = [];
const findingOf = new Map(D.findings.map(f => [f.id, f]));
for (const place of raw.evidence)
	findingOf.get(place.finding)?.evidence.push(place);

// Places in columns: 20,000 rows stay small and quick.
const P = Object.fromEntries(raw.places.columns.map((name, i) => [name, raw.places.rows.map(r => r[i])]));
P.index = new Map(P.id.map((id, i) => [id, i]));
// A parent stands before its children; what says otherwise is no tree, and stands at the top.
P.up = P.parent.map((id, i) => {
	const up = id === null ? -1 : P.index.get(id) ?? -1;
	return up < i ? up : -1;
});
P.children = P.id.map(() => []);
P.up.forEach((up, i) => up >= 0 && P.children[up].push(i));
P.roots = P.id.map((_, i) => i).filter(i => P.up[i] < 0);
P.path = i => (P.up[i] < 0 ? P.name[i] : P.path(P.up[i]) + "/" + P.name[i]);

D.extents = new Map(D.maps.map(m => [m.id, []]));
for (const [object, at, len, cls, label, entropy, type] of raw.extents.rows)
	D.extents.get(object)?.push({ at, len, cls, label, entropy, type });

const titleOf = type => D.formats.get(type) ?? type ?? "data";
