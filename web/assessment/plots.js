// SPDX-License-Identifier: Apache-2.0
// What each figure draws.

const most = (rows, ...keys) => Math.max(0, ...rows.flatMap(r => keys.map(k => r[k] ?? 0)));
const axisLabel = { labelAnchor: "center", labelArrow: "none" };
const amountAxis = (label, unit, top) => ({ ...axisLabel, label: `${label}, ${unit.name}`, domain: [0, top / unit.size], nice: true, zero: true, tickFormat: v => number.format(v) });

const grid = { stroke: "var(--line)", strokeOpacity: 1 };
const grids = () => [Charts.gridX(grid), Charts.gridY(grid)];

// Cost against what is still to be lost: the further down and left, the better. A letter in each point says which it is.
const frontierPlot = () => {
	const rows = D.scenario, x = unitOf(most(rows, "cost_high")), y = unitOf(most(rows, "loss_high"));
	const least = Math.min(...rows.map(s => s.cost_low));
	const cost = key => r => r[key] / x.size, loss = key => r => r[key] / y.size;
	const steps = rows.filter(s => s.efficient).sort((p, q) => p.cost - q.cost);
	const range = { stroke: "var(--soft)", strokeWidth: 1.5 };
	return { ...BASE, height: 380, x: { ...amountAxis("Cost of the horizon", x, most(rows, "cost_high")), domain: [costFrom(least, x), most(rows, "cost_high") / x.size], zero: false },
		y: amountAxis("Expected loss of the horizon", y, most(rows, "loss_high")),
		marks: [grids(),
			Charts.line(steps, { x: cost("cost"), y: loss("loss"), curve: "step-after", stroke: "var(--accent)", strokeDasharray: "5 3", strokeWidth: 1.5 }),
			Charts.link(rows, { x1: cost("cost_low"), x2: cost("cost_high"), y1: loss("loss"), y2: loss("loss"), ...range }),
			Charts.link(rows, { x1: cost("cost"), x2: cost("cost"), y1: loss("loss_low"), y2: loss("loss_high"), ...range }),
			Charts.dot(rows, { x: cost("cost"), y: loss("loss"), r: 9, fill: r => (r.efficient ? "var(--accent)" : "var(--paper)"), stroke: "var(--accent)", strokeWidth: 2 }),
			Charts.text(rows, { x: cost("cost"), y: loss("loss"), text: "key", fontWeight: 700, fontSize: 11, fill: r => (r.efficient ? "var(--paper)" : "var(--ink)") })] };
};
// Points need no zero; where all is dear, an axis from 0 would push them together.
const costFrom = (least, unit) => (least > most(D.scenario, "cost_high") / 4 ? 0.95 * least / unit.size : 0);
const costCut = () => costFrom(Math.min(...D.scenario.map(s => s.cost_low)), unitOf(1)) > 0;

// Loss exceedance. Both axes are logarithmic: a band that reaches 0 goes on below the edge.
const curveOf = grouped(D.curve, "scenario");
const paths = Number(D.meta.paths) * YEARS;
const FLOOR = 10 ** Math.max(-4, Math.min(-2, -Math.floor(Math.log10(Math.max(paths, 100) / 50))));
const lossUnit = unitOf(most(D.curve.filter(p => p.probability >= FLOOR), "loss"));
const decades = (low, high) => {
	const from = Math.ceil(Math.log10(low) - 1e-9), to = Math.floor(Math.log10(high) + 1e-9);
	return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => Number(`1e${from + i}`));
};
const exceedanceAxes = () => {
	const seen = D.curve.filter(p => p.high >= FLOOR || p.probability >= FLOOR);
	const low = Math.min(...seen.map(p => p.loss)), high = most(seen, "loss");
	return {
		x: { ...axisLabel, type: "log", domain: [low / lossUnit.size, high / lossUnit.size], label: `Loss of one year, ${lossUnit.name} (log)`,
			ticks: decades(low / lossUnit.size, high / lossUnit.size), tickFormat: two },
		y: { ...axisLabel, type: "log", domain: [FLOOR, 1], label: "Chance of more (log)", ticks: decades(FLOOR, 1), tickFormat: v => `${two(100 * v)} %` },
	};
};
const lossX = p => p.loss / lossUnit.size;
const atLeast = key => p => Math.max(p[key], FLOOR);
const curveLine = (s, look) => Charts.line((curveOf.get(s.id) ?? []).filter(p => p.probability >= FLOOR), { x: lossX, y: "probability", strokeWidth: 2, ...look });
// marks(): what stands on the grid.
const exceeding = (height, marks) => {
	const { x, y } = exceedanceAxes();
	return { ...BASE, height, x, y, clip: true, marks: [Charts.gridX(x.ticks, grid), Charts.gridY(y.ticks, grid), ...marks].filter(Boolean) };
};
const exceedancePlot = () => exceeding(320, chosen(6).map((s, i) => curveLine(s, lineOf(i))));
const bandPlot = s => exceeding(230, [
	Charts.areaY((curveOf.get(s.id) ?? []).filter(p => p.high >= FLOOR), { x: lossX, y1: atLeast("low"), y2: atLeast("high"), fill: "var(--line-1)", fillOpacity: 0.22 }),
	s !== ACCEPT && curveLine(ACCEPT, { stroke: "var(--ink)", strokeDasharray: "2 3", strokeWidth: 1.4 }),
	curveLine(s, { stroke: "var(--line-1)" })]);

// Cumulative cost and loss, at the end of each year.
const yearsOf = grouped(D.scenario_year, "scenario");
const timeUnit = unitOf(Math.max(0, ...D.scenario_year.map(y => y.cumulative_cost + y.cumulative_loss)));
const timeTop = Math.max(1, ...D.scenario_year.map(y => y.cumulative_cost + y.cumulative_loss)) / timeUnit.size;
const tracks = s => [{ at: START, cost: 0, sum: 0, replaced: 0 }, ...(yearsOf.get(s.id) ?? []).map(y => ({ at: y.year + 1,
	cost: y.cumulative_cost / timeUnit.size, sum: (y.cumulative_cost + y.cumulative_loss) / timeUnit.size, replaced: 100 * y.replaced }))];
const timeAxis = width => {
	const step = Math.ceil(YEARS / Math.max(1, Math.floor((width - 88) / 42)));
	return { ...axisLabel, domain: [START, START + YEARS], ticks: Array.from({ length: Math.floor(YEARS / step) + 1 }, (_, i) => START + i * step), tickFormat: "d" };
};
const deadlines = (s, top) => [
	isNumber(s.deadline) && s.deadline > START && s.deadline <= START + YEARS && [Charts.ruleX([s.deadline], { stroke: "var(--ink)", strokeDasharray: "6 3" }),
		isNumber(top) && Charts.text([s], { x: "deadline", y: () => top, text: () => "deadline", dy: -10, textAnchor: s.deadline > START + YEARS / 2 ? "end" : "start", fill: "var(--ink)" })],
	isNumber(s.finished) && s.finished <= START + YEARS && Charts.ruleX([s.finished], { stroke: "var(--ink)", strokeWidth: 2 })].flat().filter(Boolean);
const timePlot = s => width => ({ ...BASE, height: 210, marginBottom: 24, x: { ...timeAxis(width), label: null }, y: { ...amountAxis("So far", timeUnit, timeTop * timeUnit.size), ticks: 5 },
	marks: [grids(), Charts.areaY(tracks(s), { x: "at", y1: 0, y2: "cost", fill: "var(--fill-0)" }),
		Charts.areaY(tracks(s), { x: "at", y1: "cost", y2: "sum", fill: "var(--fill-1)" }),
		Charts.line(tracks(s), { x: "at", y: "sum", stroke: "var(--ink)", strokeWidth: 1 }), deadlines(s, timeTop), Charts.ruleY([0])] });
const replacedPlot = s => width => ({ ...BASE, height: 106, marginTop: 10, marginBottom: 24, x: { ...timeAxis(width), label: null }, y: { ...axisLabel, domain: [0, 100], ticks: 3, label: "New, %" },
	marks: [grids(), Charts.areaY(tracks(s), { x: "at", y: "replaced", fill: "var(--line-3)", fillOpacity: 0.25 }),
		Charts.line(tracks(s), { x: "at", y: "replaced", stroke: "var(--line-3)", strokeWidth: 2 }), deadlines(s), Charts.ruleY([0])] });

// Bars of names: the names may be long and in any direction.
const nameRoom = width => Math.min(280, Math.floor(width * 0.38));
const nameAxis = (names, width) => ({ domain: names, label: null, tickFormat: n => isolated(short(n, Math.floor(nameRoom(width) / 8))), tickSize: 0 });

const sharesPlot = (rows, moments) => width => ({ ...BASE, marginLeft: Math.min(200, nameRoom(width)), height: 70 + 26 * moments.length,
	x: { ...axisLabel, domain: [0, 100], label: "Share of elements, %" }, y: nameAxis(moments, width),
	marks: [Charts.barX(rows, { x: "share", y: "moment", fill: r => `var(--fill-${r.rank})`, stroke: "var(--ink)", strokeWidth: 0.6, insetTop: 1, insetBottom: 1, order: "rank" }),
		Charts.text(rows, { x: "middle", y: "moment", text: r => (r.share > 7 ? r.mark : ""), fill: r => `var(--on-${r.rank})` })] });

const lossByPlot = rows => width => {
	const unit = unitOf(most(rows, "accept", "best"));
	return { ...BASE, marginLeft: nameRoom(width), marginRight: 40, height: 74 + 24 * rows.length, x: amountAxis("Expected loss of the horizon", unit, most(rows, "accept", "best")),
		y: nameAxis(rows.map(r => r.name), width),
		marks: [Charts.gridX(grid),
			Charts.barX(rows, { x: r => r.accept / unit.size, y: "name", fill: "var(--fill-5)", stroke: "var(--ink)", strokeWidth: 0.6, insetTop: 3, insetBottom: 3 }),
			BEST !== ACCEPT && Charts.tickX(rows, { x: r => r.best / unit.size, y: "name", stroke: "var(--ink)", strokeWidth: 3 }), Charts.ruleX([0])].filter(Boolean) };
};

const tornadoPlot = rows => width => {
	const unit = unitOf(most(rows, "loss_low", "loss_high")), at = key => r => r[key] / unit.size;
	return { ...BASE, marginLeft: nameRoom(width), height: 74 + 24 * rows.length,
		x: amountAxis(`Expected loss under '${ACCEPT.name}'`, unit, most(rows, "loss_low", "loss_high")), y: nameAxis(rows.map(r => r.name), width),
		marks: [Charts.gridX(grid),
			Charts.link(rows, { x1: at("loss_low"), x2: at("loss_high"), y1: "name", y2: "name", stroke: "var(--accent)", strokeWidth: 3 }),
			Charts.dot(rows, { x: at("loss_low"), y: "name", r: 5, fill: "var(--paper)", stroke: "var(--accent)", strokeWidth: 2 }),
			Charts.dot(rows, { x: at("loss_high"), y: "name", r: 5, fill: "var(--accent)", stroke: "var(--accent)", strokeWidth: 2 }),
			Charts.ruleX([ACCEPT.loss / unit.size], { stroke: "var(--ink)", strokeDasharray: "4 3" }), Charts.ruleX([0])] };
};

const restsPlot = rows => width => ({ ...BASE, marginLeft: nameRoom(width), height: 70 + 34 * new Set(rows.map(r => r.output)).size,
	x: { ...axisLabel, domain: [0, 100], label: "Share of the variance, %" }, y: nameAxis([...new Set(rows.map(r => r.output))], width),
	marks: [Charts.barX(rows, { x1: "from", x2: "to", y: "output", fill: r => `var(--fill-${r.rank})`, stroke: "var(--ink)", strokeWidth: 0.6, insetTop: 2, insetBottom: 2 }),
		Charts.text(rows, { x: r => (r.from + r.to) / 2, y: "output", text: r => (r.to - r.from > 6 ? chance(r.share) : ""), fill: r => `var(--on-${r.rank})` })] });
