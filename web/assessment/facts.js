// SPDX-License-Identifier: Apache-2.0
// On what the answer rests: products and ways in, what is not known, frameworks, method and sources.

const shellWord = text => (/^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
// What a component with known vulnerabilities counts as: its "finding" is the component's name.
const OF_COMPONENTS = ["inside", "reachable", "exploited"];
const explain = (p, w) => !p?.dossier || !w.finding ? "" : OF_COMPONENTS.includes(w.class)
	? `assay show ${shellWord(p.dossier)} vulnerabilities` : `assay explain ${shellWord(p.dossier)} ${shellWord(w.finding)}`;
const at = w => [w.path && mono(w.path), isNumber(w.at) && ` at ${hexOf(w.at)}`, isNumber(w.len) && `, ${count(w.len, "byte")}`];
const wayNode = (p, w) => el("li", {}, el("p", {}, el("strong", {}, w.text || w.finding), ` (${w.severity}; certain to ${chance(w.confidence)}; `,
	el("span", {}, w.classes.map(c => classOf.get(c)?.title ?? c).join("; ")), ")"),
	el("p", {}, at(w), w.sha256 && [" of object ", digest(w.sha256)]),
	el("p", {}, code(explain(p, w))));

// One finding that counts in several classes is one way in.
const mergedWays = p => [...grouped(waysOf.get(p.id) ?? [], "finding").values()].map(list => ({ ...list[0], classes: list.map(w => w.class) }));
const waysIn = new Map(D.product.map(p => [p.id, mergedWays(p)]));
const WAYS_SHOWN = 50;
const productDetail = p => {
	const list = waysIn.get(p.id);
	return el("div.body", {}, definitions([["Dossier", p.dossier && mono(p.dossier)], ["Image, SHA-256", p.sha256 && digest(p.sha256)], ["Reviewed", (p.reviewed ?? "").slice(0, 10)],
		["Owner", p.owner], ["Parts by", p.parts]]),
	p.dossier === null ? el("p", {}, "Nobody has examined it: it is uncertain, not safe. Its odds keep their whole range.")
		: list.length === 0 ? el("p", {}, "No way in was found in what was examined.")
			: el("ol.places", {}, list.slice(0, WAYS_SHOWN).map(w => wayNode(p, w))),
	list.length > WAYS_SHOWN && el("p.quiet", {}, `and ${count(list.length - WAYS_SHOWN, "more way", "more ways")} in, in ${PAGED}`));
};

const gravest = p => waysIn.get(p.id)[0];
const productRows = () => [...D.product].sort((a, b) => (b.shift ?? 0) - (a.shift ?? 0) || b.elements - a.elements);
const products = () => [
	lead("What is known of each product, and each way in with the place that shows it. The commands print the bytes and how to see them with ordinary tools; names of dossiers are as the network file has them."),
	facts([{ key: "product", label: "Product", path: true, value: productName }, { key: "elements", label: "Elements", num: true },
		{ key: "seen", label: "Examined", num: true, cell: p => (p.dossier === null ? "not at all" : chance(p.seen)) },
		{ key: "ways", label: "Ways in", num: true, value: p => (p.dossier === null ? null : waysIn.get(p.id).length), cell: p => (p.dossier === null ? "not known" : number.format(waysIn.get(p.id).length)) },
		{ key: "gravest", label: "Gravest", path: true, value: p => gravest(p)?.text ?? "", cell: p => (gravest(p) ? [el("span", {}, gravest(p).text || gravest(p).finding), el("span.range", {}, gravest(p).severity)] : "") },
		{ key: "shift", label: "Odds, log", num: true, cell: p => [`${p.shift > 0 ? "+" : ""}${two(p.shift)}`, el("span.range", {}, `${two(p.shift_low)} to ${two(p.shift_high)}`)] }],
	productRows(), { caption: "Products and what is known of them", filter: "Filter products", detail: productDetail, most: 20, text: p => waysIn.get(p.id).slice(0, 200).map(w => `${w.finding} ${w.text} ${w.path}`).join(" "),
		paper: rows => rows.filter(p => waysIn.get(p.id).length > 0).slice(0, 5) }),
	el("p.note", {}, "Odds, log: what all ways in together add at most to the log-odds that an attempt succeeds, with the range of published judgement; of a product that nobody examined, the whole range of what an examination might show."),
	D.shared_component.length > 0 && sharedComponents()];

const sharedComponents = () => {
	const rows = [...grouped(D.shared_component, "component")].map(([component, list]) => ({ component, n: list.length,
		products: list.slice(0, 30).map(s => productOf.get(s.product)).filter(Boolean).map(productName).join("; ") + (list.length > 30 ? "; …" : "") })).sort((a, b) => b.n - a.n);
	return [el("h3", {}, "One flaw, many products"), lead("Components with known vulnerabilities that several products carry: whoever can exploit one can exploit it in all of these at once."),
		facts([{ key: "component", label: "Component", path: true }, { key: "n", label: "Products", num: true }, { key: "products", label: "Which", path: true }], rows, { caption: "Shared components" })];
};

const ORIGINS = { fact: "counted", estimate: "the operator's estimate", default: "published judgement of this program", missing: "not examined" };
const originCell = { key: "origin", label: "Rests on", cell: p => ORIGINS[p.origin] ?? p.origin };
const parameterName = id => parameterOf.get(id)?.name ?? String(id);

const worth = () => {
	const rows = D.information.map(i => ({ ...i, ...{ name: parameterName(i.parameter), origin: parameterOf.get(i.parameter)?.origin } })).sort((a, b) => b.value - a.value);
	const asked = rows.filter(r => r.demand !== null);
	return [el("h3", {}, "Demand this first"),
		asked.length > 0 && el("ol.limits", {}, asked.slice(0, 5).map(r => el("li", {}, el("span", {}, r.demand), `: worth up to ${money(r.value)} before deciding`))),
		rows.length === 0 ? el("p", {}, "No single fact is worth waiting for: whatever any one of them turned out to be, the same way would be expected to come to least.")
			: [el("p", {}, asked.length === 0 && "Nothing that evidence could show is worth waiting for. ", "What it would be worth to know each of these exactly before deciding:"),
				facts([{ key: "name", label: "What is not known", path: true }, originCell, { key: "value", label: `Worth up to, ${CURRENCY}`, num: true, cell: r => amount(r.value) }], rows, { caption: "Value of information", most: 12 })]];
};

const drivers = () => {
	const rows = D.driver.map(d => ({ ...d, name: parameterName(d.parameter), origin: parameterOf.get(d.parameter)?.origin }))
		.filter(d => isNumber(d.loss_low) && isNumber(d.loss_high)).sort((a, b) => Math.abs(b.loss_high - b.loss_low) - Math.abs(a.loss_high - a.loss_low));
	const seen = new Map();
	for (const r of rows) { // an axis needs names that differ
		seen.set(r.name, (seen.get(r.name) ?? 0) + 1);
		r.name = seen.get(r.name) > 1 ? `${r.name} (${seen.get(r.name)})` : r.name;
	}
	const top = rows.slice(0, 12);
	return rows.length > 0 && figure({ id: "figure-drivers", title: "What drives the result",
		says: `The expected loss under '${short(ACCEPT.name, 60)}' where a parameter lies in the lowest tenth of its range (hollow) and in the highest (filled). Dashed: over all draws, ${money(ACCEPT.loss)}.`,
		columns: [{ key: "name", label: "Parameter", path: true }, originCell, { key: "loss_low", label: "Lowest tenth", num: true, cell: r => amount(r.loss_low) },
			{ key: "loss_high", label: "Highest tenth", num: true, cell: r => amount(r.loss_high) }, { key: "correlation", label: "Rank correlation", num: true, cell: r => two(r.correlation) }],
		rows, note: rows.length > top.length ? `Drawn are the ${top.length} widest of ${rows.length}.` : null,
		panels: [{ label: top.map(r => `${r.name}: ${money(r.loss_low)} to ${money(r.loss_high)}`).join("; "), make: tornadoPlot(top) }] });
};

const rests = () => {
	const order = Object.keys(ORIGINS), rows = [];
	for (const [, list] of grouped(D.variance_share, "output")) {
		let from = 0;
		for (const r of list.sort((a, b) => order.indexOf(a.origin) - order.indexOf(b.origin))) {
			rows.push({ ...r, rank: order.indexOf(r.origin), from, to: from + 100 * r.share });
			from += 100 * r.share;
		}
	}
	return rows.length > 0 && figure({ id: "figure-rests", title: "On what the uncertainty rests",
		says: [...grouped(rows, "output")].map(([output, list]) => `Of ${output}: ${list.map(r => `${chance(r.share)} ${ORIGINS[r.origin]}`).join(", ")}.`).join(" "),
		columns: [{ key: "output", label: "Of" }, originCell, { key: "share", label: "Share", num: true, cell: r => chance(r.share) }], rows,
		legend: legendOf(order.map((o, i) => [fillKey(i), ORIGINS[o]])),
		panels: [{ label: rows.map(r => `${r.output}: ${ORIGINS[r.origin]} ${chance(r.share)}`).join("; "), make: restsPlot(rows) }] });
};

const unknown = () => {
	const blind = D.product.filter(p => p.dossier === null).sort((a, b) => b.elements - a.elements);
	return [FIGURES && [worth(), drivers(), rests()],
		el("h3", {}, "Products that nobody has examined"),
		facts([{ key: "product", label: "Product", path: true, value: productName }, { key: "elements", label: "Elements", num: true }, { key: "subscribers", label: "Subscribers behind", num: true, cell: p => two(p.subscribers) }],
			blind, { caption: "Products without a dossier", empty: "Every product has a dossier.", most: 15 })];
};

const split = text => (text ?? "").split(/,\s*/).filter(Boolean);
const TOOLBOX = "EU 5G toolbox"; // as findings name it
const againstToolbox = id => D.product_clause.filter(c => c.framework === TOOLBOX && c.clause === id);
const toolboxTitle = id => D.toolbox.find(t => t.id === id)?.title ?? againstToolbox(id)[0]?.title ?? "";
const clauseRows = () => [...grouped(D.product_clause.map(c => ({ ...c, name: `${c.framework} ${c.clause}` })), "name")].map(([clause, list]) => ({
	clause, list, framework: list[0].framework, title: list[0].title, findings: list.reduce((sum, c) => sum + c.findings, 0) })).sort((a, b) => collator.compare(a.clause, b.clause));
const clauseDetail = c => el("ul.places", {}, c.list.slice(0, 50).map(l => {
	const product = productOf.get(l.product) ?? {};
	return el("li", {}, el("p", {}, el("strong", {}, productName(product)), `: ${count(l.findings, "finding")}, such as `, code(explain(product, { finding: l.example }))));
}), c.list.length > 50 && el("li.quiet", {}, `and ${count(c.list.length - 50, "product")} more, in ${PAGED}`));
const under = (text, note) => [el("span", {}, text), note && el("span.range", {}, note)];
const frameworks = () => {
	const risks = [...new Set([...D.toolbox.filter(t => t.kind === "risk").map(t => t.id), ...D.threat.flatMap(t => split(t.risks)),
		...D.product_clause.filter(c => c.framework === TOOLBOX && c.clause.startsWith("R")).map(c => c.clause)])].sort(collator.compare);
	const measures = [...new Set(D.scenario_control.map(c => c.measure).filter(Boolean))].sort(collator.compare);
	return [el("h3", {}, "Risks of the EU toolbox on 5G cybersecurity, by threat"),
		facts([{ key: "id", label: "Risk" }, { key: "title", label: "Title", path: true }, { key: "threats", label: "Threats of this network", path: true },
			{ key: "products", label: "Products with findings", num: true }],
			risks.map(id => ({ id, title: toolboxTitle(id), threats: D.threat.filter(t => split(t.risks).includes(id)).map(t => t.name).join("; ") || "none",
				products: new Set(againstToolbox(id).map(c => c.product)).size })),
			{ caption: "Risks by threat", empty: "The network file names none." }),
		el("h3", {}, "Measures, by way to act"),
		facts([{ key: "id", label: "Measure", path: true }, { key: "title", label: "Title", path: true }, { key: "ways", label: "Put in place by", path: true, cell: r => r.list.map((s, i) => [i ? ", " : "", named(s)]), value: r => r.list.map(s => s.name).join("; ") },
			{ key: "products", label: "Products with findings", num: true }],
			measures.map(id => ({ id, title: toolboxTitle(id) || D.scenario_control.find(c => c.measure === id)?.what || "", products: new Set(againstToolbox(id).map(c => c.product)).size,
				list: [...new Set(D.scenario_control.filter(c => c.measure === id).map(c => scenarioOf.get(c.scenario)))] })), { caption: "Measures by way to act", empty: "No way to act puts one in place." }),
		el("h3", {}, "Clauses that findings speak against"),
		facts([{ key: "clause", label: "Clause" }, { key: "title", label: "Title", path: true }, { key: "products", label: "Products", num: true, value: c => c.list.length },
			{ key: "findings", label: "Findings", num: true }], clauseRows(),
		{ caption: "Clauses that findings speak against", filter: "Filter clauses and products", choices: [{ label: "Framework", value: c => c.framework }], detail: clauseDetail,
			text: c => c.list.map(l => productName(productOf.get(l.product) ?? {})).join(" "), empty: "No finding of a dossier speaks against a clause of a framework.", most: 60 }),
		el("h3", { id: "restrictions" }, "Restrictions by law"),
		el("p", {}, "That a supplier stands on a list of restrictions is a legal fact and no evidence of a flaw: it moves no figure of this paper."),
		facts([{ key: "supplier", label: "Supplier", path: true, cell: r => under(r.supplier, r.role) },
			{ key: "list", label: "List", path: true, cell: r => under(r.list, [r.jurisdiction, r.date].filter(Boolean).join(", ")) },
			{ key: "words", label: "Its words", words: true, cell: r => under(r.words, [r.entity && `names ${r.entity}`, r.source].filter(Boolean).join("; ")) },
			{ key: "score", label: "Match", num: true, cell: r => under(chance(r.score), r.certain === "yes" ? "certain" : r.certain) }], D.restriction,
		{ caption: "Restrictions", empty: "No supplier and no maker of parts was found on a list of restrictions." })];
};

const method = () => [
	FIGURES && el("p", {}, `How often a threat acts comes from the network file; findings of dossiers move the odds that it succeeds, by ranges that are published below. What is not known exactly was drawn ${
		number.format(Number(D.meta.outer))} times; within each draw chance ran ${number.format(Number(D.meta.inner))} times through ${YEARS} years, under the same events for every way to act. The error of the simulation itself is given below. docs/risk-model.md of the program derives every formula.`),
	el("dl.run", {}, [["Network file, SHA-256", digest(D.meta.network ?? "")], ["Seed", D.meta.seed], ["Paths", FIGURES && number.format(Number(D.meta.paths))],
		["Assumptions", D.meta.assumptions], ["Program", `${D.meta.tool ?? ""} ${D.meta.version ?? ""}`],
		["Error of simulating", FIGURES && D.scenario.slice(0, 20).map(s => `${s.key} \u00b1${amount(s.loss_error)}`).join(", ")]]
		.filter(([, v]) => v).map(([k, v]) => [el("dt", {}, k), el("dd", {}, v)])),
	el("h3", {}, "Threats"),
	facts([{ key: "name", label: "Threat", path: true, cell: t => [el("strong", {}, t.name), t.what && el("span.range", {}, t.what)] }, { key: "per", label: "Counted per" }, { key: "hits", label: "Hits" }, { key: "via", label: "Comes by" },
		{ key: "risks", label: "Risks" }, { key: "source", label: "Source of its rate", path: true }], D.threat, { caption: "Threats", empty: "The network file tells of none." }),
	el("h3", {}, "Everything that is not known exactly"),
	facts([{ key: "name", label: "Parameter", path: true }, originCell, { key: "distribution", label: "Distribution", path: true }, { key: "low", label: "5 %", num: true, cell: p => two(p.low) },
		{ key: "middle", label: "50 %", num: true, cell: p => two(p.middle) }, { key: "high", label: "95 %", num: true, cell: p => two(p.high) }, { key: "source", label: "Source", path: true }], D.parameter,
	{ caption: "Parameters", filter: "Filter parameters", choices: [{ label: "Rests on", value: p => ORIGINS[p.origin] ?? p.origin }], most: 40, empty: "Nothing was drawn." }),
	el("h3", {}, "How findings move the odds"),
	facts([{ key: "title", label: "Class of findings" }, { key: "doors", label: "Reached by" }, { key: "low", label: "Least", num: true, cell: two }, { key: "likely", label: "Likely", num: true },
		{ key: "high", label: "Most", num: true }].map(c => (c.num ? { ...c, cell: r => two(r[c.key]) } : c)), D.finding_class, { caption: "Classes of findings, log-odds" })];
