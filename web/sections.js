// SPDX-License-Identifier: Apache-2.0
// The sections that are tables.

const pathColumn = { key: "path", label: "Path", path: true, cell: row => mono(row.path ?? "") };
const yesNo = v => (v === null ? "" : v ? "yes" : "no");
const lead = text => el("p.lead", {}, text);

// A property of a binary: which value is good, which is half, whom it concerns.
const GUARDS = [
	{ key: "pie", label: "PIE", about: "position-independent program", of: r => r.pie !== null, good: r => r.pie === 1 },
	{ key: "nx", label: "NX", about: "stack not executable", of: r => r.nx !== null, good: r => r.nx === 1 },
	{ key: "relro", label: "RELRO", about: "relocations read-only", of: r => r.relro !== null,
		good: r => r.relro === "full", half: r => r.relro === "partial" },
	{ key: "canary", label: "Canary", about: "stack protector", of: r => r.canary !== null, good: r => r.canary === 1 },
	{ key: "fortify", label: "FORTIFY", about: "functions of the C library in the form that checks sizes", of: r => r.fortified + r.fortifiable > 0,
		good: r => r.fortifiable === 0, half: r => r.fortified > 0 },
];

const gradeOf = (guard, row) => (!guard.of(row) ? "none" : guard.good(row) ? "good" : guard.half?.(row) ? "half" : "bad");
const WORDS = { relro: r => r.relro, fortify: r => {
	const all = r.fortified + r.fortifiable;
	return `${r.fortifiable === 0 ? "all" : r.fortified === 0 ? "none" : r.fortified} of ${all} checked`;
} };
const MEANT = { fortify: r => `Of ${count(r.fortified + r.fortifiable, "function")} of the C library that this file uses and that there are in a form ` +
	`that checks sizes, ${r.fortified} ${r.fortified === 1 ? "is" : "are"} used in that form.` };

const guardCell = guard => row => {
	const grade = gradeOf(guard, row);
	if (grade === "none")
		return el("span.grade.none", {}, "–", el("span.hidden", {}, " does not apply"));
	const word = WORDS[guard.key]?.(row) ?? { good: "yes", bad: "no" }[grade];
	return el(`span.grade.${grade}`, { title: MEANT[guard.key]?.(row) }, word);
};

const guardBars = rows => el("ul.guards", {}, GUARDS.map(guard => {
	const subject = rows.filter(guard.of), good = subject.filter(guard.good).length;
	const half = subject.filter(r => gradeOf(guard, r) === "half").length;
	const part = (n, cls) => {
		const span = el(`span.${cls}`);
		span.style.flexGrow = n;
		span.hidden = n === 0;
		return span;
	};
	return el("li", {}, el("span.label", {}, el("strong", {}, guard.label), " ", quiet(guard.about)),
		el("div.bar", { "aria-hidden": "true" }, part(good, "good"), part(half, "half"),
			part(subject.length - good - half, "bad")),
		el("span.quiet.n", {}, `${number.format(good)} of ${count(subject.length, "file")}${half > 0 ? `, ${number.format(half)} in part` : ""}`));
}));

const hardening = () => {
	const state = { lacking: false };
	const columns = [{ ...pathColumn, label: "Binary" }, { key: "machine", label: "Machine" }, { key: "role", label: "Role" },
		...GUARDS.map(guard => ({ key: guard.key, label: guard.label, cell: guardCell(guard),
			value: row => ["good", "half", "bad", "none"].indexOf(gradeOf(guard, row)) })),
		{ key: "rpath", label: "RPATH", cell: r => r.rpath && mono(r.rpath) },
		{ key: "else", label: "Also", value: r => [r.textrel && "text relocations", r.wx && "writable code",
			r.cfi].filter(Boolean).join(", ") }];
	if (D.elf.length === 0)
		return el("p.quiet", {}, "No programs or libraries were found.");
	const table = new DataTable(columns, D.elf, { caption: "Hardening by binary", filter: "Filter binaries",
		test: row => !state.lacking || GUARDS.some(g => gradeOf(g, row) === "bad") });
	const toggle = el("button", { type: "button", "aria-pressed": "false", onclick: () => {
		state.lacking = !state.lacking;
		toggle.setAttribute("aria-pressed", String(state.lacking));
		table.draw();
	} }, "Only those that lack something");
	return [lead("What the compiler and linker could have done against exploits, and for how many binaries they did."),
		guardBars(D.elf), el("div.tools", {}, toggle), table.node];
};

// How well programs are built: counts, and where they stand among a distribution's packages.
const rounded = v => `${v < 10 ? Math.round(v * 10) / 10 : Math.round(v)} %`;
const qualityColumns = [
	{ key: "name", label: "Measure" },
	{ key: "count", label: "Count", cell: r => `${r.numerator} of ${r.denominator}` },
	{ key: "share", label: "Share", num: true, cell: r => rounded(100 * r.share) },
	{ key: "worse_than", label: "Worse than", num: true, cell: r => (r.worse_than === null ? "" : rounded(r.worse_than)) },
	{ key: "packages", label: "of packages", num: true, cell: r => (r.worse_than === null ? "" : String(r.packages)) }];
const quality = () => (D.quality.length === 0 ? el("p.quiet", {}, "No machine code was read.") : [
	lead("Counts taken from the machine code, and how large a share of a distribution's source packages does better. A count is a habit, not a flaw."),
	el("h3", {}, "All programs together"),
	dataTable(qualityColumns, D.quality, { caption: "Measures of all programs" }),
	el("h3", {}, "Programs that do worse than three quarters of comparable packages"),
	dataTable([pathColumn, { key: "class", label: "Kind" }, ...qualityColumns], D.built,
		{ caption: "Programs that do worse than three quarters", filter: "Filter programs" })]);

const services = () => [
	lead("What listens on the network, and what starts by itself."),
	el("h3", {}, "Listens"),
	dataTable([{ key: "service", label: "Service", value: r => r.service ?? r.daemon }, { key: "daemon", label: "Program" },
		{ key: "port", label: "Port", num: true, cell: r => (r.port === null ? "" : `${r.port}/${r.protocol ?? ""}`) },
		{ key: "address", label: "Address" }, { key: "cleartext", label: "Clear text", value: r => yesNo(r.cleartext) },
		{ key: "runs", label: "Runs", value: r => (r.runs === null ? "not known" : yesNo(r.runs)) },
		{ key: "source", label: "Known from" }, pathColumn],
	D.listeners, { caption: "Services that listen", filter: "Filter services" }),
	el("h3", {}, "Starts"),
	dataTable([{ key: "name", label: "Name" }, { key: "command", label: "Command", cell: r => code(r.command) },
		{ key: "user", label: "User" }, { key: "trigger", label: "When" }, { key: "init", label: "By" },
		{ key: "runs", label: "Runs", value: r => (r.runs === null ? "not known" : yesNo(r.runs)) },
		pathColumn], D.starts, { caption: "What starts by itself", filter: "Filter" })];

const credentials = () => [
	lead("Accounts and secrets as they stand in the image. Handle this report like the secrets it quotes."),
	el("h3", {}, "Accounts"),
	dataTable([{ key: "user", label: "User" }, { key: "scheme", label: "Secret kept as" },
		{ key: "guessed", label: "Known password", cell: r => r.guessed !== null && el("strong.alarm", {}, r.guessed || "(empty)") },
		{ key: "secret", label: "Secret", cell: r => code(r.secret) }, { key: "uid", label: "User number", num: true,
			cell: r => (r.uid === null ? "" : String(r.uid)) },
		{ key: "shell", label: "Shell" }, { key: "source", label: "In" }, pathColumn],
	D.accounts, { caption: "Accounts", filter: "Filter accounts" }),
	el("h3", {}, "Secrets in configuration"),
	dataTable([{ key: "kind", label: "Kind" }, { key: "name", label: "Name" }, { key: "user", label: "User" },
		{ key: "value", label: "Value", cell: r => code(r.value) },
		{ key: "guessed", label: "Factory default", value: r => (r.guessed ? "yes" : "") },
		{ key: "placeholder", label: "Placeholder", value: r => (r.placeholder ? "yes" : "") },
		{ key: "format", label: "Format" }, pathColumn], D.secrets, { caption: "Secrets", filter: "Filter secrets" })];

const keys = () => {
	const today = D.meta.reviewed ?? "";
	const until = row => [(row.not_after ?? "").slice(0, 10), row.not_after && row.not_after < today && el("strong.alarm", {}, " expired")];
	return [
		lead("Keys by the fingerprint of their public half, and certificates, with the private key beside them marked."),
		el("h3", {}, "Keys"),
		dataTable([{ key: "part", label: "Part", cell: r => (r.part === "private" ? el("strong.alarm", {}, "private") : r.part) },
			{ key: "algorithm", label: "Algorithm" }, { key: "bits", label: "Bits", num: true, cell: r => String(r.bits ?? "") },
			{ key: "format", label: "Format" }, { key: "parse", label: "State" },
			{ key: "certificates", label: "Certificates", num: true }, pathColumn,
			{ key: "remark", label: "Remark", value: r => r.known ?? r.comment },
			{ key: "fingerprint", label: "Fingerprint", cell: r => r.fingerprint && mono(r.fingerprint.slice(0, 16)) }],
		D.keys, { caption: "Keys", filter: "Filter keys" }),
		el("h3", {}, "Certificates"),
		dataTable([{ key: "subject", label: "Subject" }, { key: "not_after", label: "Until", cell: until },
			{ key: "algorithm", label: "Key", value: r => `${r.algorithm ?? ""} ${r.bits ?? ""}` },
			{ key: "signature", label: "Signature" }, { key: "ca", label: "CA", value: r => yesNo(r.ca) },
			{ key: "private_key", label: "Private key here", cell: r => (r.private_key ? el("strong.alarm", {}, "yes") : "no") },
			pathColumn], D.certificates, { caption: "Certificates", filter: "Filter certificates" })];
};

const addresses = () => {
	const loud = D.addresses.filter(a => a.noise === null), noise = D.addresses.filter(a => a.noise !== null);
	const columns = [{ key: "value", label: "Address", cell: r => code(r.value) }, { key: "kind", label: "Kind" },
		{ key: "files", label: "Files", num: true }, { ...pathColumn, label: "First seen in" }];
	const rest = el("details", {}, el("summary", {}, `${count(noise.length, "more")} that mean little`));
	rest.addEventListener("toggle", () => rest.open && rest.childElementCount === 1 && rest.append(dataTable(
		[...columns, { key: "noise", label: "Why" }], noise, { caption: "Addresses that mean little", filter: "Filter" })));
	return [lead("Hosts, URLs and mail addresses written in files. Schema names, documentation and the like are kept apart."),
		dataTable(columns, loud, { caption: "Addresses", filter: "Filter addresses" }), noise.length > 0 && rest];
};

const unexamined = () => [
	lead("What could not be read, in whole or in part, and why. Nothing is skipped without standing here."),
	dataTable([{ key: "path", label: "What", cell: r => [mono(r.path ?? "the review"), r.container && el("span.quiet.chain", {}, " in ", r.container)] },
		{ key: "reason", label: "Reason" }, { key: "text", label: "In words" }, { key: "stage", label: "Stage" },
		{ key: "at", label: "At", num: true, cell: r => (r.at === null ? "" : mono(hexOf(r.at))) },
		{ key: "size", label: "Size", num: true, cell: r => (r.len ?? r.size) === null ? "" : bytes(r.len ?? r.size) }],
	D.unexamined, { caption: "Not examined", filter: "Filter", empty: "Everything was examined." })];

// A clause is never "met" by what an image does not show.
const STATES = { against: "evidence against", none: "not decidable from an image", open: "open" };
const stateOf = clause => (clause.state === "against" ? "against" : clause.coverage === "none" ? "none" : "open");

const clauseRows = clauses => dataTable([
	{ key: "clause", label: "Clause", cell: c => [el("strong", {}, c.clause), " ", c.title] },
	{ key: "state", label: "State", value: c => STATES[stateOf(c)],
		cell: c => el(`span.state.${stateOf(c)}`, {}, STATES[stateOf(c)]) },
	{ key: "against", label: "Evidence against", value: c => c.against.join(" "),
		cell: c => c.against.map((id, i) => [i > 0 && ", ", el("a", { href: `#finding-${id}` }, findingOf.get(id)?.title ?? id)]) },
	{ key: "undecided", label: "Undecided", value: c => c.undecided.join(" "),
		cell: c => c.undecided.map((id, i) => [i > 0 && ", ", el("a", { href: `#finding-${id}` }, findingOf.get(id)?.title ?? id)]) },
	{ key: "silent", label: "Looked for and not seen", value: c => c.silent.join("; ") },
], clauses, { caption: "Clauses", filter: "Filter clauses" });

const clauses = () => {
	const frameworks = Map.groupBy ? Map.groupBy(D.clauses, c => c.framework) : D.clauses.reduce(
		(map, c) => map.set(c.framework, [...(map.get(c.framework) ?? []), c]), new Map());
	return [lead("What the findings say about clauses of public frameworks. A finding stands at the clauses that " +
		"its rule speaks to: whether it breaks them is for the reader to weigh. An image can show that a clause is " +
		"missed, never that one is met; what was looked for and not seen supports a clause, no more."),
	D.clauses.length === 0 && el("p.quiet", {}, "This dossier carries no frameworks."),
	el("p.paper.quiet", {}, "On paper without what was looked for and not seen: this page on a screen and report.json have it."),
	[...frameworks].map(([name, rows]) => {
		const against = rows.filter(c => c.state === "against").length;
		const node = el("details.framework", {}, el("summary", {}, el("strong", {}, name), " ",
			quiet(`${count(rows.length, "clause")}, ${against} with evidence against`)));
		node.fill = () => node.childElementCount > 1 || node.append(clauseRows(rows));
		node.addEventListener("toggle", () => node.open && node.fill());
		return node;
	})];
};

const about = () => {
	const outcomes = D.rules.reduce((m, r) => m.set(r.outcome.split(":")[0], (m.get(r.outcome.split(":")[0]) ?? 0) + 1), new Map());
	return [lead("How this review was made. The same image, program and knowledge give the same facts and findings."),
		definitions([...Object.entries(D.meta).map(([name, value]) => [capital(name), value]),
			["Rules", [...outcomes].map(([name, n]) => `${number.format(n)} ${name}`).join(", ")]])];
};
