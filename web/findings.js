// SPDX-License-Identifier: Apache-2.0
// Each finding with its evidence. A finding's body is made when it is opened first.

const PLACES = 20;

const hexDump = (hex, at) => {
	const lines = [];
	for (let i = 0; i < hex.length; i += 32) {
		const line = hex.slice(i, i + 32);
		const pairs = line.match(/../g) ?? [];
		const text = pairs.map(p => parseInt(p, 16)).map(b => (b >= 32 && b < 127 ? String.fromCharCode(b) : "."));
		const grouped = (line.match(/.{1,4}/g) ?? []).join(" ").padEnd(39);
		lines.push(`${(at + i / 2).toString(16).padStart(8, "0")}  ${grouped}  ${text.join("")}`);
	}
	return lines.join("\n");
};

const copyButton = text => {
	const button = el("button.copy", { type: "button" }, "Copy");
	button.addEventListener("click", async () => {
		try {
			await navigator.clipboard.writeText(text);
			button.textContent = "Copied";
		} catch {
			getSelection().selectAllChildren(button.parentElement.querySelector("pre"));
			button.textContent = "Selected: press Ctrl+C";
		}
	});
	return button;
};

const codeBlock = (label, text, copy) => el("figure.code", {}, el("figcaption", {}, label),
	el("pre", { tabindex: "0", "aria-label": label }, text), copy && copyButton(text));

const evidenceOf = place => {
	if (!place.hex && !place.see)
		return null;
	return el("details.evidence", {}, el("summary", {}, "Evidence"),
		place.hex && codeBlock("The bytes", hexDump(place.hex, place.at ?? 0)),
		place.see && codeBlock("See it yourself, in a new folder that holds the input", place.see.trimEnd(), true),
		place.sha256 && definitions([["SHA-256 of the file", digest(place.sha256)]]));
};

const rangeOf = place => (place.at === undefined ? "" : `${count(place.len ?? 0, "byte")} at ${hexOf(place.at)}`);

const placeItem = place => el("li", {},
	el("p.path", {}, mono(place.path ?? "the review as a whole"), " ", quiet(rangeOf(place))),
	(place.subject || place.note) && el("p", {}, place.subject && el("strong", {}, place.subject),
		place.subject && place.note && ": ", place.note),
	place.reason && el("p.explained", {}, el("strong", {}, "Explained: "), place.reason,
		(place.author || place.date) && quiet(` (${[place.author, place.date].filter(Boolean).join(", ")})`)),
	place.verdict !== "holds" && el("p.quiet", {}, "Could not be decided here."),
	place.container && el("p.quiet.chain", {}, "in ", place.container),
	storyOf(place.story),
	evidenceOf(place));

const placesOf = finding => {
	const list = el("ol.places", {}, finding.evidence.slice(0, PLACES).map(placeItem));
	const left = finding.evidence.length - PLACES;
	const more = left > 0 && el("button", { type: "button" }, `Show ${number.format(left)} more places`);
	more && more.addEventListener("click", () => {
		const rest = finding.evidence.slice(PLACES).map(placeItem);
		list.append(...rest);
		more.remove();
		rest[0].setAttribute("tabindex", "-1");
		rest[0].focus();
	});
	return [list, more];
};

const clausesFor = finding => D.clauses.filter(
	c => c.against.includes(finding.id) || c.undecided.includes(finding.id));

const confidence = finding => `${Math.round(finding.confidence * 100)} %` +
	(finding.confidence_why ? `: ${finding.confidence_why}` : "");

const findingBody = finding => {
	const clauses = clausesFor(finding);
	return el("div.body", {},
		finding.why && el("p.why", {}, finding.why),
		finding.fix && el("p", {}, el("strong", {}, "What to do. "), finding.fix),
		definitions([["Kind", finding.kind], ["Weakness", finding.cwe], ["Confidence", confidence(finding)],
			["Speaks to", clauses.length > 0 && clauses.map(c => `${c.framework} ${c.clause}`).join(", ")],
			["Rule", mono(finding.rule)]]),
		el("h4", {}, finding.evidence.length === 1 ? "Where it was seen" : `Where it was seen: ${
			count(finding.evidence.length, "place")}`),
		placesOf(finding),
		el("details.query", {}, el("summary", {}, "The query that accused"),
			codeBlock("SQL over the dossier's tables", finding.sql ?? "", true)));
};

const findingCard = finding => {
	const kind = finding.verdict === "holds" ? finding.severity : "open";
	const node = el(`details.finding.${kind}`, { id: `finding-${finding.id}` },
		el("summary", {}, el("span.title", {}, el("span.hidden", {}, `${kind === "open" ? "Undecided" : capital(kind)}: `), finding.title),
			el("span.quiet.n", {}, finding.explained > 0 && `${number.format(finding.explained)} explained, `,
				count(finding.evidence.length, "place"))));
	const fill = () => node.childElementCount > 1 || node.append(findingBody(finding));
	node.addEventListener("toggle", () => node.open && fill());
	node.fill = fill;
	return node;
};

const group = (id, title, findings) => findings.length > 0 && el("div.group", { id: `severity-${id}` },
	el("h3", {}, `${title} `, quiet(number.format(findings.length))), findings.map(findingCard));

const findingsSection = () => [
	el("p.lead", {}, "Rules are questions in SQL to the facts of the dossier. Each finding shows the bytes it rests on, ",
		"the commands that show them with ordinary tools, and the very query that accused."),
	D.findings.length === 0 && el("p.quiet", {}, "No rule raised anything."),
	SEVERITIES.map(s => group(s, capital(s), D.holding.filter(f => f.severity === s))),
	group("open", "Could not be decided", D.undecided),
	group("explained", "Explained before", D.explained)];
