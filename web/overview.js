// SPDX-License-Identifier: Apache-2.0
// The first screen: what was looked at, how much of it could be read, what matters most.

const CLASSES = { object: "objects that were read", structure: "containers that were read", padding: "padding", unknown: "unknown" };
const MEANING = {
	object: "belong to something that was opened or recognised",
	structure: "are headers, tables and packed data of containers",
	padding: "are filler (one byte repeated)",
	unknown: "are of no known format",
};

const inputFacts = input => definitions([
	["Size", input.size !== null && (input.files === null ? `${bytes(input.size)} (${number.format(input.size)} bytes)`
		: `${bytes(input.size)} in ${count(input.files, "file")}, a folder`)],
	["SHA-256", input.sha256 && digest(input.sha256)],
]);

// How much there is inside, and for which machines.
const insideFacts = () => {
	const files = P.kind.filter(kind => kind === "file").length;
	const binaries = D.elf.filter(e => e.role === "program" || e.role === "library");
	const machines = [...new Set(binaries.map(e => e.machine))];
	return [files > 0 && count(files, "file"), machines.length > 0 &&
		`${number.format(binaries.length)} of them programs and libraries for ${machines.slice(0, 3).join(", ")}${
			machines.length > 3 ? " and other machines" : ""}`].filter(Boolean).join(", ");
};

const masthead = () => {
	const date = (D.meta.reviewed ?? "").slice(0, 10);
	const names = D.inputs.map(input => input.name);
	const title = names.length > 1 ? `${names[0]} and ${count(names.length - 1, "other")}` : names[0] ?? "Nothing";
	document.title = `${title}: Assay report`;
	return el("section.masthead", { "aria-labelledby": "title" },
		el("h1", { id: "title" }, title),
		D.inputs.slice(0, 6).map(input => el("div.input", {}, names.length > 1 && el("h2.small", {}, input.name),
			inputFacts(input))),
		definitions([["Reviewed", date], ["By", `Assay ${D.meta.version ?? ""}`],
			["Inside", insideFacts()], ["Kernel", D.kernels.map(k => k.version).join(", ")]]));
};

const shareBar = (sums, total) => el("div.bar", { "aria-hidden": "true" }, Object.keys(CLASSES).map(cls => {
	const part = el(`span.${cls}`);
	part.style.flexGrow = sums[cls] / total;
	part.hidden = sums[cls] === 0;
	return part;
}));

const reading = () => {
	const sums = D.shares;
	const total = Object.values(sums).reduce((a, b) => a + b, 0);
	const partial = D.states.partial ?? 0, missed = D.states.unexamined ?? 0;
	const objects = Object.values(D.states).reduce((a, b) => a + b, 0);
	return el("section.panel", { "aria-labelledby": "read" },
		el("h2", { id: "read" }, "How much could be read"),
		total > 0 && [
			el("p.figure", {}, el("strong", {}, percent(total - sums.unknown, total)), " of the bytes are accounted for"),
			shareBar(sums, total),
			el("ul.legend", {}, Object.entries(CLASSES).map(([cls, name]) => el("li", { title: MEANING[cls] },
				el(`span.swatch.${cls}`, { "aria-hidden": "true" }), `${percent(sums[cls], total)} ${name}`)))],
		el("p", {}, `Of ${count(objects, "distinct object")}, ${number.format(D.states.examined ?? 0)} were examined, `,
			`${number.format(partial)} in part, ${number.format(missed)} not at all. `,
			D.unexamined.length > 0 && el("a", { href: "#unexamined" }, "What is missing")));
};

const severities = () => el("section.panel", { "aria-labelledby": "found" },
	el("h2", { id: "found" }, "What was found"),
	el("ul.severities", {}, SEVERITIES.map(severity => {
		const n = D.holding.filter(f => f.severity === severity).length;
		return el(`li.${severity}${n ? "" : ".zero"}`, {}, el("a", { href: n ? `#severity-${severity}` : null },
			el("strong", {}, number.format(n)), el("span", {}, severity)));
	})),
	el("p", {}, D.undecided.length > 0
		? [`${count(D.undecided.length, "more question")} could `, el("a", { href: "#severity-open" }, "not be decided"),
			" from the image alone."]
		: "A finding is one weakness with all the places it was seen at."),
	D.feeds.length > 0 && [el("p", {}, el("a", { href: "#vulnerabilities" }, "Known vulnerabilities"),
		`: ${D.known.map(row => row.text).join(", ") || "none"}.`), lookedAt()]);

const whereOf = finding => {
	const first = finding.evidence[0];
	if (!first)
		return null;
	const rest = finding.evidence.length - 1;
	const path = first.path ?? "";
	return el("p.where", {}, mono(path), rest > 0 && ` and ${count(rest, "more place")}`,
		first.subject && first.subject !== path && el("span.subject", { title: first.subject }, first.subject));
};

const matters = () => {
	const top = D.holding.filter(f => f.severity !== "info").slice(0, 5);
	return el("section.matters", { "aria-labelledby": "matters" },
		el("h2", { id: "matters" }, top.length > 1 ? "What matters most" : "What matters"),
		top.length === 0 && el("p", {}, "Nothing above “info” was found. That is no proof that nothing is there: ",
			el("a", { href: "#unexamined" }, "see what could not be examined"), "."),
		el("ol", {}, top.map(f => el(`li.${f.severity}`, {},
			el("h3", {}, el("a", { href: `#finding-${f.id}` }, f.title), " ", el("span.severity", {}, f.severity)),
			el("p", {}, f.why), whereOf(f)))));
};

const overview = () => el("div.overview", { id: "overview" }, masthead(),
	el("div.two", {}, severities(), reading()), matters());
