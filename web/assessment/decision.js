// SPDX-License-Identifier: Apache-2.0
// What the paper decides on: the question, the answer, the ways to act, and the figures that compare them.

const lead = (...words) => el("p.lead", {}, ...words);
const withRange = (v, low, high) => [amount(v), el("span.range", {}, amounts(low, high))];
// A column of money in one unit, which the words before the table name.
const inUnit = (unit, key, label, low, high) => ({ key, label, num: true, cell: r => [isNumber(r[key]) ? two(r[key] / unit.size) : "",
	low && isNumber(r[low]) && r[low] !== r[high] && el("span.range", {}, `${two(r[low] / unit.size)} to ${two(r[high] / unit.size)}`)] });
const WAYS_UNIT = unitOf(most(D.scenario, "total"));
const YEAR_UNIT = unitOf(most(D.scenario, "year_tvar95"));
const scenarioColumn = { key: "name", label: "Way to act", path: true, cell: r => named(scenarioOf.get(r.scenario ?? r.id)) };
const known = D.product.filter(p => p.dossier !== null);

const masthead = () => {
	document.title = `${D.meta.question || "Assessment"}: Assay`;
	return [el("h1", { id: "title" }, D.meta.question || "What comes of the ways to act?"),
		definitions([["Operator", D.meta.operator], ["Years", `${START} to ${START + YEARS - 1}`],
			["Money", `${CURRENCY}, discounted by ${chance(Number(D.meta.discount))} a year`],
			["Ways compared", D.scenario.length], ["Products examined", `${known.length} of ${D.product.length}`],
			["By", `Assay ${D.meta.version ?? ""}`]])];
};

const severe = ways => SEVERITIES.map(s => [s, ways.filter(w => w.severity === s).length]).filter(([, n]) => n > 0)
	.map(([s, n]) => `${number.format(n)} ${s}`).join(", ");

const noFigure = () => el("div.answer", {},
	el("p", {}, `No figure of money is given: ${D.meta.figures}.`),
	el("p", {}, `Of ${count(D.product.length, "product")}, ${number.format(known.length)} ${known.length === 1 ? "has" : "have"} been examined. `,
		D.way_in.length > 0 ? `In them ${count(D.way_in.length, "way", "ways")} in ${D.way_in.length === 1 ? "was" : "were"} found: ${severe(D.way_in)}.`
			: "No way in was found in them; that is no proof that none is there."),
	el("p", {}, "Below stand the ways in, the gravest first, product by product. For figures, tell the network file how often threats act (",
		mono("[[threat]]"), ": a history, or an estimate with its range)."));

const answer = () => (FIGURES ? el("div.answer", {}, ["answer_1", "answer_2", "answer_3"].map(k => D.meta[k] && el("p", {}, D.meta[k]))) : noFigure());

const overview = () => el("section.overview", { id: "overview", "aria-labelledby": "title" }, masthead(), el("h2.small", {}, "The answer"), answer(),
	el("h2.small", {}, "What limits it"), el("ul.limits", {}, D.caveat.map(c => el("li", {}, c.text))));

const WORDS_OF_CHANGE = { cap: "Cap", replace: "Replace", freeze: "Buy no more from" };
const changeWords = c => [`${WORDS_OF_CHANGE[c.kind] ?? c.kind} `, el("span", {}, c.supplier), c.segments ? [" in ", el("span", {}, c.segments)] : " everywhere", ": ",
	`${chance(c.goal)} of ${count(Math.round(c.elements), "element")} `, c.kind === "freeze" ? "are renewed, when their time comes, from " : "go to ", el("span", {}, c.new)];
const controlWords = c => [el("span", {}, c.what || c.control), ` (${[c.control, c.measure && `EU toolbox ${c.measure}`].filter(Boolean).join(", ")}): `,
	`at ${count(Math.round(c.elements), "element")}`];
const acts = () => {
	const changes = grouped(D.scenario_change, "scenario"), controls = grouped(D.scenario_control, "scenario");
	return [el("h3", {}, "What each of them does"), el("div.acts", {}, D.scenario.map(s => {
		const list = [...(changes.get(s.id) ?? []).map(changeWords), ...(controls.get(s.id) ?? []).map(controlWords)];
		return el("div", { id: `way-${s.key}` }, el("p", {}, named(s), s.what && [": ", el("span", {}, s.what)]),
			list.length > 0 && el("ul", {}, list.slice(0, 40).map(words => el("li", {}, words))),
			list.length > 40 && el("p.quiet", {}, `and ${count(list.length - 40, "change")} more, in ${PAGED}`));
	}))];
};

const wayColumns = () => [
	{ key: "name", label: "Way to act", path: true, cell: s => [named(s), s === BEST && el("span.mark", {}, "expected to come to least")] },
	inUnit(WAYS_UNIT, "cost", "Cost", "cost_low", "cost_high"), inUnit(WAYS_UNIT, "changes", "Changes", "changes_low", "changes_high"),
	inUnit(WAYS_UNIT, "loss", "Expected loss", "loss_low", "loss_high"),
	inUnit(WAYS_UNIT, "total", "Both", "total_low", "total_high"),
	{ key: "best", label: "Is best", num: true, cell: s => chance(s.best) },
	{ key: "finished", label: "Done", path: true, cell: s => [quarter(s.finished), isNumber(s.finished) && s.finished_low !== s.finished_high &&
		el("span.range", {}, `${quarter(s.finished_low)} to ${quarter(s.finished_high)}`)] },
	{ key: "in_time", label: "In time", num: true, cell: s => [chance(s.in_time), isNumber(s.deadline) && el("span.range", {}, before(s.deadline))] },
];
const CSV_OF_WAYS = ["name", "cost", "cost_low", "cost_high", "changes", "changes_low", "changes_high", "loss", "loss_low", "loss_high", "total", "total_low", "total_high", "best", "regret",
	"efficient", "finished", "finished_low", "finished_high", "deadline", "in_time"].map(key => ({ key }));

const proposals = () => (D.meta.proposal || D.proposal.length > 0) && [el("h3", {}, "The best set of measures under the budget"), D.meta.proposal && el("p", {}, D.meta.proposal),
	facts([{ key: "rank", label: "Rank", num: true }, { key: "measure", label: "Measure", path: true }, { key: "cost", label: `Cost, ${CURRENCY}`, num: true, cell: r => amount(r.cost) },
		{ key: "gain", label: `Loss avoided, ${CURRENCY}`, num: true, cell: r => amount(r.gain) }], D.proposal, { caption: "Proposed measures", empty: "None." })];

const ways = () => [FIGURES && [
	lead(`${WAYS_UNIT.name}, of the ${YEARS} years from ${START}, discounted to the first; below each figure the range that holds it with 90 %. The cost holds what is renewed anyway; “changes” is the part of it that changes and controls cost; what they replace early is not renewed as well. “Is best”: the share of draws of what is not known in which no other way comes to less. Figures have two significant digits: they are known no better.`),
	el("div.ways", {}, facts(wayColumns(), D.scenario, { caption: "The ways to act" })), csvButton("ways", "The ways to act", CSV_OF_WAYS, D.scenario)],
proposals(), acts()];

const keyLegend = () => el("ul.legend", {}, D.scenario.map(s => el("li", {}, named(s))));

const frontier = () => {
	const beaten = D.scenario.filter(s => !s.efficient);
	return figure({ id: "figure-frontier", title: "Cost against the loss that is left",
		says: `Each point is a way to act; the lines through it hold 90 % of what its cost and its expected loss may be. Filled points are efficient: no other way costs less and loses less. ${
			beaten.length ? `${beaten.map(s => s.key).join(", ")} ${beaten.length === 1 ? "is" : "are"} not.` : "All of them are."}`,
		columns: [scenarioColumn, ...["cost", "cost_low", "cost_high", "loss", "loss_low", "loss_high"].map(key => ({ key, num: true, cell: r => amount(r[key]),
			label: { cost: "Cost", cost_low: "5 %", cost_high: "95 %", loss: "Loss", loss_low: "5 %", loss_high: "95 %" }[key] })),
		{ key: "efficient", label: "Efficient", cell: r => (r.efficient ? "yes" : "no") }],
		rows: D.scenario, legend: keyLegend(),
		note: (costCut() ? "The axis of cost does not begin at 0. " : "") + "The dashed steps are the least loss that each budget buys. Ranges of different ways overlap because they share what is not known: section “How they compare” takes that out.",
		panels: [{ label: `Cost and expected loss: ${D.scenario.map(s => `${s.key} ${money(s.cost)}, ${money(s.loss)}`).join("; ")}`, make: frontierPlot }] });
};

const curveColumns = [scenarioColumn, { key: "loss", label: `Loss of a year, ${CURRENCY}`, num: true, cell: r => amount(r.loss) },
	...[["probability", "Chance of more"], ["low", "5 %"], ["high", "95 %"]].map(([key, label]) => ({ key, label, num: true, cell: r => chance(r[key]) }))];
const badYears = () => facts([scenarioColumn,
	...[["year_mean", "Mean"], ["year_var95", "1 in 20"], ["year_tvar95", "Mean of those"], ["year_var99", "1 in 100"], ["year_tvar99", "Mean of those"]]
		.map(([key, label]) => inUnit(YEAR_UNIT, key, label)),
	{ key: "year_none", label: "No loss", num: true, cell: r => chance(r.year_none) }], D.scenario, { caption: "Bad years" });
const yearLabel = s => `${tag(s, 60)}: a year brings no loss with ${chance(s.year_none)}, more than ${money(s.year_var95)} with 5 %, more than ${money(s.year_var99)} with 1 %`;
const exceedance = () => {
	const few = chosen(6);
	const quietYears = D.scenario.slice(0, 12).map(s => `${s.key} ${chance(s.year_none)}`).join(", ");
	return [lead("How likely a year of the horizon brings a loss larger than a given one, undiscounted. Most loss comes from few years: the mean says little of them."),
		figure({ id: "figure-exceedance", title: "Loss exceedance, side by side",
			says: `The chance that a year brings no loss at all: ${quietYears}${D.scenario.length > 12 ? ", …" : ""}.`,
			columns: curveColumns, rows: D.curve, legend: legendOf(few.map((s, i) => [lineKey(lineOf(i)), named(s)])),
			note: D.scenario.length > few.length ? `Drawn are '${ACCEPT.name}' and the ${few.length - 1} that come to least; the others stand below.` : null,
			panels: [{ label: few.map(yearLabel).join(". "), make: exceedancePlot }] }),
		figure({ id: "figure-bands", title: "Loss exceedance of each, with what is not known",
			says: `The band holds the curve with 90 %. Dotted: '${short(ACCEPT.name, 60)}'. Where bands overlap, curves alone tell ways apart as little as the bands do.`,
			columns: curveColumns, rows: D.curve,
			panels: D.scenario.map(s => ({ title: named(s), label: yearLabel(s), make: () => bandPlot(s) })) }),
		el("h3", {}, `Bad years, ${YEAR_UNIT.name}, undiscounted`), badYears(),
		el("p.note", {}, "1 in 20: the least that the worst twentieth of years brings (value at risk at 95 %); beside it their mean (tail value at risk). So for 1 in 100.")];
};

const timeline = () => {
	const columns = [{ ...scenarioColumn }, { key: "year", label: "Year", num: true, cell: r => String(r.year) },
		...[["cost", "Cost"], ["loss", "Loss"], ["loss_p95", "Loss, 1 in 20"], ["loss_p99", "Loss, 1 in 100"], ["cumulative_cost", "Cost so far"], ["cumulative_loss", "Loss so far"]]
			.map(([key, label]) => ({ key, label, num: true, cell: r => amount(r[key]) })),
		{ key: "replaced", label: "Replaced", num: true, cell: r => chance(r.replaced) }];
	const says = s => `${tag(s, 60)}: after ${YEARS} years ${money(yearsOf.get(s.id)?.at(-1)?.cumulative_cost)} of cost and ${
		money(yearsOf.get(s.id)?.at(-1)?.cumulative_loss)} of expected loss${isNumber(s.finished) ? `; done ${quarter(s.finished)}` : ""}${
		isNumber(s.deadline) ? `; deadline ${before(s.deadline)}, met with ${chance(s.in_time)}` : ""}`;
	return [lead("What has been paid and what is expected to have been lost by the end of each year, undiscounted; below it the share that has been replaced of all elements that the way changes. A full line stands where the last change is done, a dashed one at the deadline."),
		figure({ id: "figure-timeline", title: "Cost, loss and replacement", columns, rows: D.scenario_year,
			legend: legendOf([[fillKey(0), "cost"], [fillKey(1), "expected loss, on top of it"]]),
			panels: D.scenario.flatMap(s => [{ title: named(s), label: says(s), make: timePlot(s), below: tracks(s).some(t => t.replaced > 0) &&
				{ label: `${tag(s, 60)}: share replaced, up to ${chance(Math.max(...tracks(s).map(t => t.replaced)) / 100)}`, make: replacedPlot(s) } }]) })];
};

const pairs = () => D.comparison.filter(c => isNumber(c.less) && (c.less > 0 || (c.less === 0 && c.a < c.b)))
	.map(c => ({ ...c, a: scenarioOf.get(c.a), b: scenarioOf.get(c.b) }))
	.sort((x, y) => x.a.total - y.a.total || x.b.total - y.b.total);
const verdict = c => (c.apart ? [named(c.a), " comes to less than ", named(c.b)] : [named(c.a), " and ", named(c.b), " cannot be told apart"]);
const LOSS_KINDS = [["threat", "By threat"], ["supplier", "By supplier, or its owner"], ["segment", "By segment"]];
const lossRows = kind => {
	const of = s => new Map(D.loss_by.filter(l => l.kind === kind && l.scenario === s.id).map(l => [l.name, l.loss]));
	const accept = of(ACCEPT), best = of(BEST);
	return [...new Set([...accept.keys(), ...best.keys()])].map(name => ({ kind, name, accept: accept.get(name) ?? 0, best: best.get(name) ?? 0 }))
		.sort((a, b) => b.accept - a.accept);
};
const comparison = () => {
	const parts = LOSS_KINDS.map(([kind, title]) => [title, lossRows(kind)]).filter(([, rows]) => rows.length > 0);
	return [lead("Two ways under the same events and the same draws of what is not known. “Cannot be told apart”: the range of the difference holds 0."),
		facts([{ key: "apart", label: "Verdict", path: true, value: c => `${c.a.name} ${c.apart ? "less than" : "not apart from"} ${c.b.name}`, cell: verdict },
			{ key: "less", label: `Difference, ${CURRENCY}`, num: true, cell: c => withRange(c.less, c.less_low, c.less_high) },
			{ key: "better", label: "Comes to less", num: true, cell: c => chance(c.better) }], pairs(),
		{ caption: "How the ways compare", empty: "There is nothing to compare: one way was simulated.", most: 24 }),
		el("p.note", {}, "Difference: of cost and expected loss, with its 90 % range. “Comes to less”: in this share of the futures simulated, chance included."),
		parts.length > 0 && figure({ id: "figure-origins", title: "Where the loss comes from",
			says: `Bars: expected loss under '${short(ACCEPT.name, 60)}'.${BEST === ACCEPT ? "" : ` Thick ticks: under '${short(BEST.name, 60)}'.`}`,
			columns: [{ key: "kind", label: "By" }, { key: "name", label: "Name", path: true }, { key: "accept", label: short(ACCEPT.name), num: true, cell: r => amount(r.accept) },
				{ key: "best", label: short(BEST.name), num: true, cell: r => amount(r.best) }], rows: parts.flatMap(([, rows]) => rows),
			panels: parts.map(([title, rows]) => ({ title, label: `${title}: ${rows.slice(0, 8).map(r => `${r.name} ${money(r.accept)}`).join("; ")}`,
				make: lossByPlot(rows.slice(0, 8)) })) })];
};

// Concentration: the segments with most elements; the suppliers that have most anywhere, the others together.
const SUPPLIERS_DRAWN = 6;
const concentration = () => {
	const start = D.concentration.filter(c => c.moment === "start" && c.scenario === ACCEPT.id);
	const weight = new Map();
	for (const c of D.concentration)
		if (c.segment === "(all)")
			weight.set(c.supplier, Math.max(weight.get(c.supplier) ?? 0, c.elements));
	const suppliers = [...weight].sort((a, b) => b[1] - a[1]).map(([name]) => name), drawn = suppliers.slice(0, SUPPLIERS_DRAWN);
	const size = new Map();
	for (const c of start)
		size.set(c.segment, (size.get(c.segment) ?? 0) + c.elements);
	const segments = [...size].sort((a, b) => (a[0] === "(all)" ? -1 : b[0] === "(all)" ? 1 : b[1] - a[1])).map(([name]) => name);
	const few = chosen(8);
	const of = grouped(D.concentration, "segment");
	const barsOf = segment => ["now", ...few.map(s => tag(s, 20))].flatMap((moment, i) => {
		const rows = (of.get(segment) ?? []).filter(c => (i === 0 ? c.moment === "start" && c.scenario === ACCEPT.id : c.moment === "end" && c.scenario === few[i - 1].id));
		let from = 0;
		return [...drawn.map((name, rank) => ({ rank, mark: String(rank + 1), share: rows.find(r => r.supplier === name)?.share ?? 0 })),
			{ rank: 7, mark: "+", share: rows.filter(r => !drawn.includes(r.supplier)).reduce((sum, r) => sum + r.share, 0) }]
			.filter(r => r.share > 0).map(r => {
				const bar = { ...r, moment, share: 100 * r.share, from, middle: from + 50 * r.share };
				from += bar.share;
				return bar;
			});
	});
	const moments = ["now", ...few.map(s => tag(s, 20))];
	const index = D.concentration_index.filter(c => c.moment === "end" || c.scenario === ACCEPT.id);
	return [lead("Who has which share of what stands, now and at the end of the horizon. HHI: sum of the squares of the shares, 1 for a single supplier. Largest outage: the share of the segment's subscribers that stand behind one supplier's equipment."),
		figure({ id: "figure-concentration", title: "Shares of suppliers", columns: [{ key: "segment", label: "Segment", path: true },
			{ key: "moment", label: "When", cell: r => (r.moment === "start" ? "now" : "end") }, scenarioColumn, { key: "supplier", label: "Supplier", path: true },
			{ key: "elements", label: "Elements", num: true, cell: r => two(r.elements) }, { key: "share", label: "Share", num: true, cell: r => chance(r.share) }],
		rows: D.concentration.filter(c => c.moment === "end" || c.scenario === ACCEPT.id),
		legend: legendOf([...drawn.map((name, i) => [fillKey(i, String(i + 1)), el("span", {}, short(name, 80))]),
			...(suppliers.length > drawn.length ? [[fillKey(7, "+"), `${count(suppliers.length - drawn.length, "other")}`]] : [])]),
		note: segments.length > 8 ? `Drawn are the ${8} largest of ${segments.length} segments.` : null,
		panels: segments.slice(0, 8).map(segment => { const bars = barsOf(segment); return { title: segment === "(all)" ? "The whole network" : segment,
			label: `${segment}: ${bars.map(b => `${b.moment}: ${b.mark === "+" ? "others" : drawn[b.rank]} ${chance(b.share / 100)}`).join("; ")}`, make: sharesPlot(bars, moments) }; }) }),
		el("h3", {}, "How concentrated"),
		facts([{ key: "segment", label: "Segment", path: true, cell: r => (r.segment === "(all)" ? "The whole network" : r.segment) },
			{ key: "moment", label: "When", value: r => (r.moment === "start" ? "" : scenarioOf.get(r.scenario)?.key), cell: r => (r.moment === "start" ? "now" : ["end of ", named(scenarioOf.get(r.scenario))]) },
			{ key: "largest", label: "Largest", path: true }, { key: "largest_share", label: "Its share", num: true, cell: r => chance(r.largest_share) },
			{ key: "hhi", label: "HHI", num: true, cell: r => two(r.hhi) }, { key: "common_mode", label: "Largest outage", num: true, cell: r => chance(r.common_mode) }],
		index.sort((a, b) => segments.indexOf(a.segment) - segments.indexOf(b.segment) || (a.moment === "start" ? -1 : b.moment === "start" ? 1 : a.scenario - b.scenario)),
		{ caption: "Concentration", most: 24 })];
};
