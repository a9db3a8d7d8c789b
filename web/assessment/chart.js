// SPDX-License-Identifier: Apache-2.0
// Figures: a chart, what it says in words, its numbers as a table and as CSV. Without the chart library the table stands alone.

const CHARTS = typeof Charts !== "undefined";
const PAPER = 670; // pixels that A4 leaves between its margins
const allCharts = [], allTables = [];
let onScreen = true; // not being printed

// A table that paper shows the beginning of.
const facts = (columns, rows, options) => {
	if (rows.length === 0)
		return el("p.quiet", {}, options.empty ?? "None.");
	const table = new DataTable(columns, rows, { first: options.most ?? 30, most: 30, left: `in ${PAGED}`, ...options });
	allTables.push(table);
	return table.node;
};

// As the program writes CSV: what a spreadsheet would take for a formula is text.
const csvCell = v => {
	if (v === null || v === undefined)
		return "";
	const text = isNumber(v) ? String(v) : String(v).replace(/^[=+\-@\t\r\n]/, "'$&");
	return /[",;\r\n]|^ | $/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
const csvOf = (columns, rows) => [columns.map(c => c.key), ...rows.map(row => columns.map(c => row[c.key]))]
	.map(cells => cells.map(csvCell).join(",") + "\r\n").join("");

const download = (name, text) => {
	const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
	el("a", { href: url, download: name }).click();
	setTimeout(() => URL.revokeObjectURL(url), 10000);
};

const csvButton = (id, title, columns, rows) => el("button", { type: "button", "aria-label": `Download as CSV: ${title}`,
	onclick: () => download(`${id}.csv`, csvOf(columns, rows)) }, "CSV");

// An SVG of the library. Its own style element goes (paper.css has what it says): the page's policy knows it not.
const drawn = (label, options) => {
	const svg = Charts.plot({ className: "plot", ...options });
	svg.querySelectorAll("style").forEach(style => style.remove());
	svg.setAttribute("role", "img");
	svg.setAttribute("aria-label", label);
	return svg;
};

// What is drawn anew when it is given another width. make(width): a node; paper: pixels wide there.
class Chart {
	constructor(make, paper) {
		Object.assign(this, { make, paper });
		this.node = el("div.drawing");
		allCharts.push(this);
		new ResizeObserver(([entry]) => onScreen && this.draw(Math.floor(entry.contentRect.width))).observe(this.node);
	}

	draw(width) {
		if (width < 40 || width === this.width)
			return;
		this.width = width;
		this.node.replaceChildren(this.make(width));
	}
}

// figure({ id, title, says, columns, rows, panels: [{ title, label, make(width), below: another }], legend, note })
const figure = ({ id, title, says, columns, rows, panels, legend, note }) => {
	const table = facts(columns, rows, { caption: title, first: 60, most: 60 });
	const paper = panels.length > 1 ? Math.floor(PAPER * 0.48) : PAPER;
	const one = panel => panel && new Chart(width => drawn(panel.label, { width, ...panel.make(width) }), paper).node;
	const drawings = CHARTS && panels.map(panel => el("div.panel-chart", {}, panel.title && el("p.panel-title", {}, panel.title), one(panel), one(panel.below)));
	const tools = csvButton(id, title, columns, rows);
	return el("figure.chart", { id },
		el("figcaption", {}, el("h3", {}, title), says && el("p", {}, says)),
		CHARTS && [legend, el(panels.length > 1 ? "div.panels" : "div", {}, drawings)],
		note && el("p.note", {}, note),
		CHARTS ? el("details.numbers", {}, el("summary", {}, "Numbers of this figure"), tools, table) : [tools, table]);
};

// One scale for all figures of a chart: its unit stands on the axis.
const unitOf = most => {
	const [size, word] = sizeOf(most || 1);
	return { size, name: [CURRENCY, word].filter(Boolean).join(" ") };
};

// Lines and fills that differ in grey, too.
const DASHES = [null, "7 3", "2 2", "9 3 2 3", "1 4", "14 4"];
const lineOf = i => ({ stroke: `var(--line-${i % 6})`, strokeDasharray: DASHES[i % 6] });
const svgNode = (name, attributes) => {
	const node = document.createElementNS("http://www.w3.org/2000/svg", name);
	Object.entries(attributes).forEach(([key, value]) => value !== null && node.setAttribute(key, value));
	return node;
};
const lineKey = look => {
	const svg = svgNode("svg", { width: 34, height: 10, "aria-hidden": "true", class: "swatch-line" });
	svg.append(svgNode("line", { x1: 1, x2: 33, y1: 5, y2: 5, stroke: look.stroke, "stroke-dasharray": look.strokeDasharray, "stroke-width": 2.5 }));
	return svg;
};
const fillKey = (i, text) => {
	const svg = svgNode("svg", { width: 20, height: 14, "aria-hidden": "true", class: "swatch-fill" });
	svg.append(svgNode("rect", { width: 20, height: 14, fill: `var(--fill-${i})`, stroke: "var(--ink)", "stroke-width": 0.6 }));
	if (text) {
		const label = svgNode("text", { x: 10, y: 11, "text-anchor": "middle", fill: `var(--on-${i})`, "font-size": 10 });
		label.textContent = text;
		svg.append(label);
	}
	return svg;
};
const legendOf = items => el("ul.legend", {}, items.map(([key, words]) => el("li", {}, key, " ", words)));

const BASE = { marginLeft: 64, marginRight: 24, marginTop: 26, marginBottom: 42, style: { fontSize: "12px" } };
