// SPDX-License-Identifier: Apache-2.0
// Tables that sort, filter and show their rows in helpings.

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

class DataTable {
	// columns: { key, label, num, value(row), cell(row) }; options: caption, filter (its label), test(row)
	constructor(columns, rows, options) {
		this.columns = columns;
		this.rows = rows;
		this.options = options;
		this.sorted = { column: null, down: false };
		this.shown = HELPING;
		this.words = [];
		this.body = el("tbody");
		this.status = el("p.quiet.status", { "aria-live": "polite" });
		this.more = el("button", { type: "button", onclick: () => this.helpAgain() });
		this.node = el("div.table", {}, this.tools(), this.scroller(), el("div.after", {}, this.more));
		this.draw();
	}

	tools() {
		if (this.rows.length <= 12)
			return null;
		const label = this.options.filter ?? "Filter";
		const input = el("input", { type: "search", "aria-label": `${label}: ${this.options.caption}`,
			placeholder: label, autocomplete: "off", spellcheck: "false" });
		input.addEventListener("input", () => {
			this.words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
			this.shown = HELPING;
			this.draw();
		});
		return el("div.tools", {}, input, this.status);
	}

	scroller() {
		this.heads = this.columns.map(column => this.head(column));
		return el("div.scroll", { role: "region", tabindex: "0", "aria-label": this.options.caption },
			el("table", {}, el("caption.hidden", {}, this.options.caption),
				el("thead", {}, el("tr", {}, this.heads)), this.body));
	}

	head(column) {
		const button = el("button", { type: "button", onclick: () => this.sortBy(column) }, column.label);
		return el(column.num ? "th.num" : "th", { scope: "col", "aria-sort": "none" }, button);
	}

	sortBy(column) {
		const again = this.sorted.column === column;
		this.sorted = { column, down: again && !this.sorted.down };
		this.columns.forEach((c, i) => this.heads[i].setAttribute("aria-sort",
			c !== column ? "none" : this.sorted.down ? "descending" : "ascending"));
		this.draw();
	}

	valueOf(column, row) { return column.value ? column.value(row) : row[column.key]; }

	matches(row) {
		if (this.options.test && !this.options.test(row))
			return false;
		if (this.words.length === 0)
			return true;
		const text = this.columns.map(c => this.valueOf(c, row) ?? "").join(" ").toLowerCase();
		return this.words.every(word => text.includes(word));
	}

	select() {
		const rows = this.rows.filter(row => this.matches(row));
		const { column, down } = this.sorted;
		if (column)
			rows.sort((a, b) => compare(this.valueOf(column, a), this.valueOf(column, b)) * (down ? -1 : 1));
		return rows;
	}

	rowOf(row) {
		return el("tr", {}, this.columns.map((column, i) => {
			const value = column.cell ? column.cell(row) : this.valueOf(column, row);
			const what = `${i === 0 ? "th" : "td"}${column.num ? ".num" : ""}${column.path ? ".path" : ""}`;
			return el(what, i === 0 ? { scope: "row" } : {}, typeof value === "number" ? number.format(value) : value);
		}));
	}

	draw() {
		const rows = this.select();
		this.left = rows.length - this.shown;
		this.body.replaceChildren(...rows.slice(0, this.shown).map(row => this.rowOf(row)));
		this.status.textContent = rows.length === this.rows.length
			? number.format(rows.length) : `${number.format(rows.length)} of ${number.format(this.rows.length)}`;
		this.more.hidden = this.left <= 0;
		this.more.textContent = `Show ${number.format(Math.min(this.left, HELPING))} more of ${number.format(this.left)}`;
	}

	helpAgain() {
		const first = this.shown;
		this.shown += HELPING;
		this.draw();
		const row = this.body.rows[first]; // the reader goes on where the new rows begin
		row?.setAttribute("tabindex", "-1");
		row?.focus();
	}
}

const dataTable = (columns, rows, options) => rows.length === 0
	? el("p.quiet", {}, options.empty ?? "None found.") : new DataTable(columns, rows, options).node;
