// SPDX-License-Identifier: Apache-2.0
// The assessment as this page carries it (src/decide_publish.c: the tables of src/assess/assessment.sql), and its figures as words.

const raw = JSON.parse(document.getElementById("data").textContent);
const D = Object.fromEntries(Object.entries(raw).map(([name, table]) => [name, rowsOf(table)]));
D.meta = Object.fromEntries(raw.meta.rows);

const FIGURES = D.meta.figures === "yes"; // else: why there are none
const CURRENCY = D.meta.currency ?? "";
const START = Number(D.meta.start), YEARS = Number(D.meta.years);
const PAGED = "assessment.assay"; // what has all of it

const digits = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });
const isNumber = v => typeof v === "number";
const minus = text => text.replace(/^-/, "\u2212");
const two = v => (isNumber(v) ? minus(digits.format(v)) : "");

const SIZES = [[1e12, "trillion"], [1e9, "billion"], [1e6, "million"]];
const sizeOf = v => SIZES.find(([size]) => Math.abs(Number(v.toPrecision(2))) >= size) ?? [1, ""];
const amount = v => {
	if (!isNumber(v))
		return "";
	const [size, word] = sizeOf(v);
	return `${two(v / size)}${word && ` ${word}`}`;
};
const money = v => (isNumber(v) ? `${CURRENCY} ${amount(v)}` : "");
const amounts = (low, high) => {
	if (!isNumber(low) || !isNumber(high))
		return "";
	const [size, word] = sizeOf(high);
	return size === sizeOf(low)[0] || low === 0 ? `${two(low / size)} to ${two(high / size)}${word && ` ${word}`}`
		: `${amount(low)} to ${amount(high)}`;
};

// A probability or a share; what is little but not nothing does not become 0, nor what is nearly all 100.
const chance = p => {
	if (!isNumber(p))
		return "";
	if (p > 0 && p < 0.001)
		return "< 0.1\u00a0%";
	return p < 1 && p > 0.995 ? "> 99\u00a0%" : `${two(100 * p)}\u00a0%`;
};

// A moment as a quarter of a year: 2029.5 is known no better.
const quarter = t => (isNumber(t) ? `Q${Math.min(4, Math.floor((t - Math.floor(t)) * 4 + 1e-6) + 1)} ${Math.floor(t)}` : "");
const before = t => (isNumber(t) ? (Number.isInteger(t) ? `before ${t}` : `by ${quarter(t)}`) : "");

// Letters for scenarios: charts have no room for names.
const letters = i => (i >= 26 ? letters(Math.floor(i / 26) - 1) : "") + String.fromCharCode(65 + (i % 26));
D.scenario.sort((a, b) => a.id - b.id);
D.scenario.forEach((s, i) => { s.key = letters(i); s.at = i; });
const scenarioOf = new Map(D.scenario.map(s => [s.id, s]));
const BEST = scenarioOf.get(Number(D.meta.best)) ?? D.scenario[0];
const ACCEPT = D.scenario[0];

// Those that charts of several scenarios show: what is accepted, then what comes to least.
const chosen = most => {
	const others = D.scenario.slice(1).sort((a, b) => a.total - b.total).slice(0, most - 1);
	return [ACCEPT, ...others].sort((a, b) => a.at - b.at);
};

// A name in a line of letters of another direction.
const isolated = text => `\u2068${text}\u2069`;
const tag = (s, most = 28) => `${s.key} ${isolated(short(s.name, most))}`;
const named = s => [el("strong.key", {}, s.key), " ", el("span", {}, s.name)];

const byId = rows => new Map(rows.map(r => [r.id, r]));
const parameterOf = byId(D.parameter), productOf = byId(D.product);
const classOf = byId(D.finding_class);
const grouped = (rows, key) => {
	const groups = new Map();
	for (const row of rows) {
		if (!groups.has(row[key]))
			groups.set(row[key], []);
		groups.get(row[key]).push(row);
	}
	return groups;
};
const SEVERITIES = ["critical", "high", "medium", "low", "info"];
const graveness = w => SEVERITIES.indexOf(w.severity);
D.way_in.sort((a, b) => graveness(a) - graveness(b) || b.confidence - a.confidence);
const waysOf = grouped(D.way_in, "product");
const productName = p => [p.supplier, p.product, p.version].filter(Boolean).join(" ");
