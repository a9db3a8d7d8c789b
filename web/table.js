// SPDX-License-Identifier: Apache-2.0
// Tables that sort, filter, group and show their rows in helpings.

const HELPING = 100;

// Numbers before text, nothing last; text as people order it.
const collator = new Intl.Collator("en", { numeric: true });
const compare = (a, b) => {
	if (a === null || a === undefined || a === "")
		return b === null || b === undefined || b === "" ? 0 : 1;
	if (b === null || b === undefined || b === "")
		return -1;
	return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
};

// How many rows have each value, in the order given, else the most frequent first.
const tallyOf = (rows, value, order) => {
	const counts = new Map();
	for (const row of rows)
		counts.set(value(row), (counts.get(value(row)) ?? 0) + 1);
	const place = v => (order?.includes(v) ? order.indexOf(v) : order?.length);
	return [...counts].sort(([v, n], [w, m]) => (order ? place(v) - place(w) : 0) || m - n || collator.compare(v, w));
};

// What fits on a choice: values may be as long as a maker of an image likes.
const short = (text, most = 60) => (text.length > most ? text.slice(0, most - 1) + "…" : text);

class DataTable {
	// columns: { key, label, num, value(row), cell(row) }, path, terms or words (how wide at least); options: caption, filter (its label), test(row), text(row) (words to be
	// found that are in no column), choices: [{ label, value(row), order }] (filters), groups: [{ label, value(row) }],
	// tally(rows) (words beside a group's name), detail(row) (what a row opens to), paper(rows) (which rows are open on paper),
	// first (rows to begin with), most (rows on paper), left (where the reader of paper finds the others)
	constructor(columns, rows, options) {
		this.columns = columns;
		this.rows = rows;
		this.options = options;
		this.sorted = { column: null, down: false };
		this.shown = this.first();
		this.words = [];
		this.texts = new Map();
		this.chosen = new Map(); // choice: its value
		this.group = null;
		this.unfolded = new Map(); // name of a group: how many of its rows are shown
		this.opened = new Set(); // rows
		this.body = el("tbody");
		this.status = el("p.quiet.status", { "aria-live": "polite" });
		this.rest = el("p.quiet.paper");
		this.more = el("button", { type: "button", onclick: () => this.helpAgain() });
		this.node = el("div.table", {}, this.tools(), this.scroller(), el("div.after", {}, this.more), this.rest);
		this.draw();
	}

	tools() {
		if (this.rows.length <= 12 && !this.options.choices)
			return null;
		this.clear = el("button", { type: "button", onclick: () => this.clearAll() }, "Clear");
		return el("div.tools", {}, this.filterInput(), (this.options.choices ?? []).map(choice => this.choiceOf(choice)),
			this.options.groups && this.grouping(), this.clear, this.status);
	}

	filterInput() {
		const label = this.options.filter ?? "Filter";
		this.input = el("input", { type: "search", "aria-label": `${label}: ${this.options.caption}`,
			placeholder: label, autocomplete: "off", spellcheck: "false" });
		this.input.addEventListener("input", () => this.find(this.input.value));
		return this.input;
	}

	select(label, options, change) {
		const select = el("select", { onchange: () => change(select) }, options.map((text, i) => el("option", { value: i }, text)));
		return el("label.choice", {}, quiet(label), " ", select);
	}

	choiceOf(choice) {
		const values = tallyOf(this.rows, choice.value, choice.order).slice(0, 200);
		if (values.length < 2)
			return null;
		return this.select(choice.label, ["all", ...values.map(([v, n]) => `${short(v)} (${number.format(n)})`)], select => {
			if (select.selectedIndex === 0)
				this.chosen.delete(choice);
			else
				this.chosen.set(choice, values[select.selectedIndex - 1][0]);
			this.start();
		});
	}

	grouping() {
		const { groups } = this.options;
		return this.select("Group by", ["nothing", ...groups.map(g => g.label)], select => {
			this.group = groups[select.selectedIndex - 1] ?? null;
			this.unfolded.clear();
			this.start();
		});
	}

	find(text) {
		this.words = text.toLowerCase().split(/\s+/).filter(Boolean);
		this.start();
	}

	clearAll() {
		this.chosen.clear();
		this.node.querySelectorAll("select").forEach(select => { select.selectedIndex = 0; });
		this.input.value = "";
		this.group = null;
		this.find("");
		this.input.focus();
	}

	// Only what holds these words, from elsewhere on the page.
	narrow(text) {
		this.clearAll();
		this.input.value = text;
		this.find(text);
	}

	first() { return this.options.first ?? HELPING; }

	start() {
		this.shown = this.first();
		this.draw();
	}

	scroller() {
		this.heads = this.columns.map(column => this.head(column));
		return el("div.scroll", { role: "region", tabindex: "0", "aria-label": this.options.caption },
			el("table", {}, el("caption.hidden", {}, this.options.caption),
				el("thead", {}, el("tr", {}, this.heads)), this.body));
	}

	head(column) {
		const button = el("button", { type: "button", onclick: () => this.sortBy(column) }, column.label);
		return el(column.num ? "th.num" : "th", { scope: "col", "aria-sort": "none" }, button,
			el("span.printed-head", { "aria-hidden": "true" }, column.label)); // a head that holds a button is not repeated on the next page
	}

	sortBy(column) {
		const again = this.sorted.column === column;
		this.sorted = { column, down: again && !this.sorted.down };
		this.columns.forEach((c, i) => this.heads[i].setAttribute("aria-sort",
			c !== column ? "none" : this.sorted.down ? "descending" : "ascending"));
		this.draw();
	}

	valueOf(column, row) { return column.value ? column.value(row) : row[column.key]; }

	textOf(row) {
		if (!this.texts.has(row))
			this.texts.set(row, [...this.columns.map(c => this.valueOf(c, row) ?? ""), this.options.text?.(row) ?? ""]
				.join(" ").toLowerCase());
		return this.texts.get(row);
	}

	matches(row) {
		if (this.options.test && !this.options.test(row))
			return false;
		for (const [choice, value] of this.chosen)
			if (choice.value(row) !== value)
				return false;
		return this.words.every(word => this.textOf(row).includes(word));
	}

	selected() {
		const rows = this.rows.filter(row => this.matches(row));
		const { column, down } = this.sorted;
		if (column)
			rows.sort((a, b) => compare(this.valueOf(column, a), this.valueOf(column, b)) * (down ? -1 : 1));
		return rows;
	}

	cellOf(column, row, i) {
		const value = column.cell ? column.cell(row) : this.valueOf(column, row);
		const shown = typeof value === "number" ? number.format(value) : value;
		const what = `${i === 0 ? "th" : "td"}${column.num ? ".num" : ""}${column.path ? ".path" : ""}${column.terms ? ".terms" : ""}${column.words ? ".words" : ""}`;
		if (i > 0 || !this.options.detail)
			return el(what, i === 0 ? { scope: "row" } : {}, shown);
		const open = this.opened.has(row);
		const button = el("button.opens", { type: "button", "aria-expanded": String(open) }, shown);
		button.addEventListener("click", () => this.toggle(row, button));
		return el(what, { scope: "row" }, button);
	}

	toggle(row, button) {
		const node = button.closest("tr"), open = !this.opened.has(row);
		button.setAttribute("aria-expanded", String(open));
		if (open) {
			this.opened.add(row);
			node.after(this.detailOf(row));
		} else {
			this.opened.delete(row);
			node.nextElementSibling.remove();
		}
	}

	detailOf(row) { return el("tr.detail", {}, el("td", { colspan: this.columns.length }, this.options.detail(row))); }

	rowsOf(row) {
		const node = el("tr", {}, this.columns.map((column, i) => this.cellOf(column, row, i)));
		return this.opened.has(row) ? [node, this.detailOf(row)] : [node];
	}

	groupRows([name, rows]) {
		const shown = this.unfolded.get(name) ?? 0;
		const button = el("button.opens", { type: "button", "aria-expanded": String(shown > 0) }, short(name, 120));
		const head = el("tr.group", {}, el("th", { scope: "rowgroup", colspan: this.columns.length }, button, " ",
			quiet(this.options.tally?.(rows) ?? number.format(rows.length))));
		const show = (n, nth) => {
			if (n > 0)
				this.unfolded.set(name, n);
			else
				this.unfolded.delete(name);
			this.draw();
			this.body.querySelectorAll("tr.group")[nth]?.querySelector("button").focus();
		};
		const nthOf = () => [...this.body.querySelectorAll("tr.group")].indexOf(head);
		button.addEventListener("click", () => show(shown > 0 ? 0 : HELPING, nthOf()));
		const left = rows.length - shown;
		const more = shown > 0 && left > 0 && el("tr", {}, el("td", { colspan: this.columns.length }, el("button", { type: "button",
			onclick: () => show(shown + HELPING, nthOf()) }, `Show ${number.format(Math.min(left, HELPING))} more of ${number.format(left)}`)));
		return [head, ...rows.slice(0, shown).flatMap(row => this.rowsOf(row)), more].filter(Boolean);
	}

	grouped(rows) {
		const groups = new Map();
		for (const row of rows) {
			const name = this.group.value(row);
			if (!groups.has(name))
				groups.set(name, []);
			groups.get(name).push(row);
		}
		return [...groups];
	}

	draw() {
		const rows = this.selected(), units = this.group ? this.grouped(rows) : rows;
		this.left = units.length - this.shown;
		this.body.replaceChildren(...units.slice(0, this.shown).flatMap(unit => (this.group ? this.groupRows(unit) : this.rowsOf(unit))));
		this.status.textContent = (rows.length === this.rows.length
			? number.format(rows.length) : `${number.format(rows.length)} of ${number.format(this.rows.length)}`) +
			(this.group ? ` in ${count(units.length, "group")}` : "");
		this.more.hidden = this.left <= 0;
		this.more.textContent = `Show ${number.format(Math.min(this.left, HELPING))} more of ${number.format(this.left)}`;
		if (this.clear)
			this.clear.hidden = this.words.length === 0 && this.chosen.size === 0 && !this.group;
	}

	helpAgain() {
		const first = [...this.body.querySelectorAll(this.group ? "tr.group" : "tr:not(.detail)")].length;
		this.shown += HELPING;
		this.draw();
		const row = this.body.querySelectorAll(this.group ? "tr.group" : "tr:not(.detail)")[first]; // the reader goes on where the new rows begin
		row?.setAttribute("tabindex", "-1");
		row?.focus();
	}

	// Opens what paper shows; answers what puts it back.
	openForPaper() {
		const { opened, shown } = this, { paper, most, left } = this.options;
		if (paper && !this.group)
			this.opened = new Set([...opened, ...paper(this.selected())]);
		this.shown = most ?? shown;
		this.draw();
		this.rest.textContent = most && this.left > 0
			? `${number.format(this.left)} more ${this.left === 1 ? "row stands" : "rows stand"} ${left}.` : "";
		return () => {
			Object.assign(this, { opened, shown });
			this.rest.textContent = "";
			this.draw();
		};
	}
}

const dataTable = (columns, rows, options) => rows.length === 0
	? el("p.quiet", {}, options.empty ?? "None found.") : new DataTable(columns, rows, options).node;
