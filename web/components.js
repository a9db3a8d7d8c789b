// SPDX-License-Identifier: Apache-2.0
// Components, and what is known to be wrong with them.

const PRIORITIES = ["urgent", "high", "medium", "low", "none"];
const VERDICTS = { affected: "yes", possibly: "possibly", not: "no" };
const METHODS = { metadata: "its own description", package: "the package database", module: "the module itself",
	copyright: "a copyright file", text: "a licence text" };
const NOT_KNOWN = "not known";

const byComponent = rows => {
	const map = new Map();
	for (const row of rows) {
		const key = releaseKey(row.component, row.version);
		if (!map.has(key))
			map.set(key, []);
		map.get(key).push(row);
	}
	return map;
};
const faultsOf = byComponent(D.vulnerabilities);
const licencesOf = byComponent(D.licences);
const priorityOf = row => row.priority ?? "none";
const titled = row => (row.version ? `${row.component} ${row.version}` : row.component);

// "12: 1 urgent, 11 high": each vulnerability once, however many components have it, where it presses most
const pressing = rows => {
	const most = new Map();
	for (const row of rows)
		if (!most.has(row.cve) || PRIORITIES.indexOf(priorityOf(row)) < PRIORITIES.indexOf(priorityOf(most.get(row.cve))))
			most.set(row.cve, row);
	const parts = tallyOf([...most.values()], priorityOf, PRIORITIES).map(([p, n]) => `${number.format(n)} ${p === "none" ? "not affected" : p}`);
	return parts.length === 1 ? parts[0] : `${number.format(most.size)}: ${parts.join(", ")}`;
};

// The same words and numbers as on the screen of the review.
const knownWords = () => D.known.length > 0 && el("p", {}, el("strong", {}, `${D.known.map(row => row.text).join(", ")}. `),
	"Each is counted once here, however many components have it; below, each has a row for every component that has it.");

// How little was looked at, where that is not all that was imported.
const lookedAt = () => D.looked.length > 0 && el("p.looked", {}, `${capital(D.looked[0].text ?? "it is not known what was looked at")}.`);

let faultTable = null;
const faultsButton = row => {
	const faults = faultsOf.get(releaseKey(row.id, row.release)) ?? [];
	return faults.length > 0 && el("button", { type: "button", onclick: () => {
		faultTable.narrow(titled({ component: row.id, version: row.release }));
		document.getElementById("vulnerabilities").scrollIntoView();
	} }, `Show its ${count(faults.length, "known vulnerability", "known vulnerabilities")}`);
};

const licenceItem = l => el("li", {}, l.spdx ?? ["as written: ", el("q", {}, short(l.text ?? "", 200))], " ",
	quiet(`by ${METHODS[l.method] ?? l.method}`), " ", placeLink(l.place, l.path));

const licenceList = row => {
	const rows = licencesOf.get(releaseKey(row.id, "")) ?? [];
	return [el("h4", {}, "Licence"), rows.length === 0
		? el("p.quiet", {}, "Not known: nothing in the image says.")
		: [row.licence && el("p", {}, row.licence), el("ul.rests", {}, rows.slice(0, 100).map(licenceItem)),
			rows.length > 100 && el("p.quiet", {}, `and ${count(rows.length - 100, "more")}`)]];
};

const makersOf = row => {
	const rows = D.suppliers.filter(s => s.object === row.object);
	return rows.length > 0 && [el("h4", {}, "Who made parts of the same file"), el("ul.rests", {}, rows.slice(0, 20).map(s =>
		el("li", {}, [s.name, s.part, s.belongs_to && `of ${s.belongs_to}`].filter(Boolean).join(", "), " ",
			quiet(`by its ${s.role}`), " ", code(s.evidence))))];
};

// What is one software stands in one row: everything that it was seen as.
const seenAs = row => row.same?.map(m => [m.method === "package" ? "package " : "", m.id, m.version === row.version ? "" : ` ${m.version ?? ""}`].join(""));
const otherVersions = row => row.others?.map(o => `${o.id} ${o.version}`);

const componentDetail = row => el("div.body", {},
	definitions([["Seen as", seenAs(row)?.join(", ")], ["Other versions are here", otherVersions(row)?.join(", ")],
		["Package URL", row.purl && digest(row.purl)], ["CPE", row.cpe && digest(row.cpe)],
		["Seen in", row.path && placeLink(row.place, row.path)], ["Text", code(row.evidence)]]),
	el("h4", {}, "How it is reached"), wayOf(row.id, row.release), licenceList(row), makersOf(row),
	el("p", {}, faultsButton(row)));

const licenceWord = row => row.licence ?? (row.written ? `as written: ${row.written}` : NOT_KNOWN);

const componentColumns = [
	{ key: "name", label: "Name", value: r => r.name ?? r.id },
	{ key: "version", label: "Version", cell: r => (r.others ? [r.version, quiet(` and ${count(r.others.length, "other")}`)] : r.version) },
	{ key: "licence", label: "Licence", terms: true, value: licenceWord,
		cell: r => (licenceWord(r) === NOT_KNOWN ? quiet(NOT_KNOWN) : short(licenceWord(r), 48)) },
	{ key: "supplier", label: "Supplier", cell: r => r.supplier ?? quiet(NOT_KNOWN) },
	{ key: "method", label: "Recognised by" },
	{ key: "confidence", label: "Confidence", num: true, cell: r => `${Math.round(r.confidence * 100)} %` },
	{ key: "reach", label: "Reach", value: r => reachWord(r.reach) },
	{ key: "faults", label: "Known vulnerabilities", value: r => faultsOf.get(releaseKey(r.id, r.release))?.length ?? 0,
		cell: r => { const rows = faultsOf.get(releaseKey(r.id, r.release)); return rows ? pressing(rows) : ""; } }];

const components = () => {
	if (D.components.length === 0)
		return el("p.quiet", {}, "No component was recognised.");
	return [lead("Software recognised in the image, once each, whether seen in files, in a package database, or in both. Each opens to what it was recognised by, how it is reached, and what its licence rests on."),
		new DataTable(componentColumns, D.components, { caption: "Components", filter: "Filter: a name, a licence, a path",
			text: r => [r.path, r.purl, r.cpe, r.evidence, ...seenAs(r) ?? []].filter(Boolean).join(" "), detail: componentDetail,
			choices: [{ label: "Reach", value: r => reachWord(r.reach), order: [...Object.values(REACHES), NOT_KNOWN] },
				{ label: "Licence", value: licenceWord }, { label: "Supplier", value: r => r.supplier ?? NOT_KNOWN },
				{ label: "Recognised by", value: r => r.method ?? NOT_KNOWN }],
			groups: [{ label: "component", value: r => r.name ?? r.id }, { label: "licence", value: licenceWord },
				{ label: "supplier", value: r => r.supplier ?? NOT_KNOWN }, { label: "reach", value: r => reachWord(r.reach) }] }).node,
		D.suppliers.length > 0 && [el("h3", {}, "Who made parts"), dataTable([{ key: "name", label: "Name" }, { key: "part", label: "Part" },
			{ key: "belongs_to", label: "Belongs to" }, { key: "role", label: "Told by" },
			{ key: "confidence", label: "Confidence", num: true, cell: r => `${Math.round(r.confidence * 100)} %` },
			{ key: "evidence", label: "Evidence", cell: r => code(r.evidence) }, pathColumn],
		D.suppliers, { caption: "Who made parts", filter: "Filter makers" })]];
};

// Known vulnerabilities: what they are, why they are thought to be here, and what leads there.
const feedTable = () => [el("h3", {}, "What the index was made of"),
	dataTable([{ key: "kind", label: "Feed" }, { key: "name", label: "File" }, { key: "newest", label: "Newest record" },
		{ key: "age", label: "Days old at the review", num: true }, { key: "imported", label: "Imported" }, { key: "read", label: "Read", num: true }, { key: "kept", label: "Kept", num: true },
		{ key: "refused", label: "Refused", num: true }], D.feeds, { caption: "Feeds of vulnerabilities" })];

const exploitedWord = r => (r.kev !== null ? `known since ${r.kev}` : r.epss !== null ? rounded(100 * r.epss) : "");

const faultDetail = row => el("div.body", {},
	row.verdict !== "not" && wayOf(row.component, row.version, { text: row.cve,
		note: [row.verdict === "possibly" ? "possibly affected" : "affected", row.range].filter(Boolean).join(", ") }),
	row.summary && el("p", {}, row.summary),
	el("p", {}, el("strong", {}, "Why. "), row.why),
	row.because && el("p", {}, el("strong", {}, "How urgent. "), row.because),
	definitions([["Weakness", row.cwe], ["CVSS", row.vector], ["Published", row.published?.slice(0, 10)],
		["Told by", row.source], ["Feeds", row.sources], ["Disputed", row.disputed ? "yes" : null], ["Seen in", row.path && placeLink(row.place, row.path)]]));

const faultColumns = [
	{ key: "cve", label: "Which", cell: r => mono(r.cve) },
	{ key: "component", label: "Component", value: titled },
	{ key: "priority", label: "Priority", value: r => PRIORITIES.indexOf(priorityOf(r)),
		cell: r => el(`span.priority.${PRIORITIES.includes(priorityOf(r)) ? priorityOf(r) : "none"}`, {}, priorityOf(r)) },
	{ key: "verdict", label: "Affected", value: r => VERDICTS[r.verdict] ?? r.verdict },
	{ key: "cvss", label: "CVSS", num: true, cell: r => (r.cvss === null ? "" : r.cvss.toFixed(1)) },
	{ key: "exploited", label: "Exploited", value: r => (r.kev !== null ? 2 : r.epss), cell: exploitedWord },
	{ key: "reach", label: "Reach", value: r => reachWord(r.reach) },
	{ key: "source", label: "Told by" },
	{ key: "summary", label: "What", value: r => r.summary, cell: r => short(r.summary ?? "", LONG) }];

// On paper: the way to each of the first components, at its most urgent vulnerability.
const ways = rows => [...byComponent(rows).values()].map(([first]) => first).slice(0, 10);

const vulnerabilities = () => {
	const n = D.vulnerable[0].n;
	if (D.feeds.length === 0)
		return el("p.quiet", {}, `Nothing was looked up: ${D.meta.vulnerabilities ?? "no data was given"}. `,
			"a review looks into the index that ", code("assay knowledge update"), " or ", code("assay knowledge import FILE..."), " fills, else into what ships.");
	faultTable = new DataTable(faultColumns, D.vulnerabilities, { caption: "Known vulnerabilities",
		filter: "Filter: a component, a CVE, a word", tally: pressing, detail: faultDetail, paper: ways,
		text: r => [priorityOf(r), r.why, r.because, r.range, r.cwe, r.path].filter(Boolean).join(" "),
		choices: [{ label: "Priority", value: priorityOf, order: PRIORITIES },
			{ label: "Affected", value: r => VERDICTS[r.verdict] ?? r.verdict, order: Object.values(VERDICTS) },
			{ label: "Reach", value: r => reachWord(r.reach), order: [...Object.values(REACHES), NOT_KNOWN] },
			{ label: "Told by", value: r => r.source },
			{ label: "Exploited", value: r => (r.kev !== null ? "known to be" : NOT_KNOWN), order: ["known to be", NOT_KNOWN] }],
		groups: [{ label: "component", value: titled }, { label: "priority", value: priorityOf }, { label: "reach", value: r => reachWord(r.reach) }] });
	return [
		lead("Published vulnerabilities of the components, the most urgent first. Each opens to why it is thought to concern this image, and what leads there."),
		lookedAt(), knownWords(),
		n > D.vulnerabilities.length && el("p.quiet", {}, `The ${number.format(D.vulnerabilities.length)} most urgent of ${number.format(n)}; all: `,
			code("assay show DOSSIER vulnerabilities")),
		D.vulnerabilities.length > 0 ? faultTable.node : el("p.quiet", {}, "None is known of what was recognised."), feedTable()];
};
