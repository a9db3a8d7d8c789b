// SPDX-License-Identifier: Apache-2.0
// The tree of everything found. Only the rows in view are in the page, however many there are.

const ROW = 28, AHEAD = 6;

class Tree {
	constructor() {
		this.open = new Set();
		this.active = 0; // index into this.rows
		this.wanted = null; // places a filter keeps, or null
		this.layer = el("div.layer", { role: "none" });
		this.view = el("div.tree", { role: "tree", tabindex: "0", "aria-label": "Contents of the image" }, this.layer);
		this.told = el("div.told", { role: "status" });
		this.status = el("p.quiet.status", { "aria-live": "polite" });
		this.unfold();
		this.listen();
		this.lay();
	}

	// Opens from the top, level by level, while it stays easy to take in.
	unfold() {
		let level = P.roots, seen = level.length;
		while (level.length > 0) {
			const next = level.flatMap(i => P.children[i]);
			if (seen + next.length > 60)
				return;
			level.forEach(i => P.children[i].length && this.open.add(i));
			seen += next.length;
			level = next;
		}
	}

	childrenOf(i) { return this.wanted ? P.children[i].filter(c => this.wanted.has(c)) : P.children[i]; }
	isOpen(i) { return this.wanted !== null || this.open.has(i); }

	// The rows that are unfolded, in order: place, depth, position among its siblings and their number.
	lay() {
		const rows = [];
		const roots = this.wanted ? P.roots.filter(i => this.wanted.has(i)) : P.roots;
		const stack = roots.map((i, k) => ({ i, depth: 0, k, of: roots.length })).reverse();
		while (stack.length > 0) {
			const row = stack.pop();
			rows.push(row);
			if (!this.isOpen(row.i))
				continue;
			const kids = this.childrenOf(row.i);
			for (let k = kids.length - 1; k >= 0; k--)
				stack.push({ i: kids[k], depth: row.depth + 1, k, of: kids.length });
		}
		this.rows = rows;
		this.active = Math.min(this.active, Math.max(rows.length - 1, 0));
		this.layer.style.height = `${rows.length * ROW}px`;
		this.draw();
	}

	draw() {
		const first = Math.max(0, Math.floor(this.view.scrollTop / ROW) - AHEAD);
		const seen = Math.ceil((this.view.clientHeight || 560) / ROW) + 2 * AHEAD;
		this.layer.replaceChildren(...this.rows.slice(first, first + seen).map((row, n) => this.rowNode(row, first + n)));
		const active = this.rows[this.active];
		if (active && this.active >= first && this.active < first + seen)
			this.view.setAttribute("aria-activedescendant", `row-${active.i}`);
		else
			this.view.removeAttribute("aria-activedescendant");
	}

	rowNode({ i, depth, k, of }, n) {
		const folds = this.childrenOf(i).length > 0;
		const type = P.kind[i] === "dir" ? "" : P.type[i] ? titleOf(P.type[i]) : P.kind[i];
		const node = el(`div.row${P.state[i] ? ".lacking" : ""}`, { role: "treeitem", id: `row-${i}`,
			"aria-level": depth + 1, "aria-posinset": k + 1, "aria-setsize": of, "data-n": n,
			"aria-expanded": folds ? String(this.isOpen(i)) : null, "aria-selected": String(n === this.active) },
		el("span.fold", { "aria-hidden": "true" }, folds ? (this.isOpen(i) ? "▾" : "▸") : ""),
		el("span.name", {}, P.name[i], P.kind[i] === "dir" && "/", P.target[i] !== null && quiet(` → ${P.target[i]}`)),
		el("span.type", {}, type, P.state[i] && ` (${P.state[i]})`),
		el("span.size", {}, P.size[i] === null ? "" : bytes(P.size[i])),
		el("span.mode", {}, octal(P.mode[i])));
		node.style.transform = `translateY(${n * ROW}px)`;
		node.style.setProperty("--depth", depth);
		return node;
	}

	go(n) {
		this.active = Math.min(Math.max(n, 0), this.rows.length - 1);
		const top = this.active * ROW, height = this.view.clientHeight;
		if (top < this.view.scrollTop)
			this.view.scrollTop = top;
		else if (top + ROW > this.view.scrollTop + height)
			this.view.scrollTop = top + ROW - height;
		this.draw();
		this.tell();
	}

	fold(i, open) {
		if (this.wanted || P.children[i].length === 0 || this.open.has(i) === open)
			return false;
		if (open)
			this.open.add(i);
		else
			this.open.delete(i);
		this.lay();
		return true;
	}

	// Shows a place, from elsewhere on the page.
	reveal(i) {
		this.input.value = "";
		this.filter("");
		for (let up = P.up[i]; up >= 0; up = P.up[up])
			this.open.add(up);
		this.lay();
		this.go(this.rows.findIndex(row => row.i === i));
		this.view.focus({ preventScroll: true });
		this.view.scrollIntoView({ block: "center" });
	}

	inwards() {
		const row = this.rows[this.active];
		if (!this.fold(row.i, true) && this.childrenOf(row.i).length > 0)
			this.go(this.active + 1);
	}

	outwards() {
		const row = this.rows[this.active];
		if (!this.fold(row.i, false))
			this.go(Math.max(this.rows.findIndex(r => r.i === P.up[row.i]), 0));
	}

	key(event) {
		const page = Math.floor(this.view.clientHeight / ROW) - 1, row = this.rows[this.active];
		const keys = { ArrowDown: () => this.go(this.active + 1), ArrowUp: () => this.go(this.active - 1),
			PageDown: () => this.go(this.active + page), PageUp: () => this.go(this.active - page),
			Home: () => this.go(0), End: () => this.go(this.rows.length - 1),
			ArrowRight: () => this.inwards(), ArrowLeft: () => this.outwards(),
			Enter: () => row && this.fold(row.i, !this.open.has(row.i)),
			" ": () => row && this.fold(row.i, !this.open.has(row.i)) };
		if (this.rows.length === 0 || event.ctrlKey || event.metaKey || event.altKey)
			return;
		if (keys[event.key])
			keys[event.key]();
		else if (!/^[\w.-]$/.test(event.key) || !this.typed(event.key.toLowerCase()))
			return;
		event.preventDefault();
	}

	// A letter goes to the next row whose name begins with it.
	typed(letter) {
		const n = this.rows.length;
		for (let k = 1; k <= n; k++)
			if (P.name[this.rows[(this.active + k) % n].i].toLowerCase().startsWith(letter)) {
				this.go((this.active + k) % n);
				return true;
			}
		return false;
	}

	listen() {
		let waiting = false;
		this.view.addEventListener("scroll", () => {
			if (waiting)
				return;
			waiting = true;
			requestAnimationFrame(() => {
				waiting = false;
				this.draw();
			});
		});
		this.view.addEventListener("keydown", event => this.key(event));
		this.view.addEventListener("click", event => {
			const node = event.target.closest(".row");
			if (!node)
				return;
			const n = Number(node.dataset.n), row = this.rows[n];
			this.go(n);
			this.fold(row.i, !this.open.has(row.i));
		});
		new ResizeObserver(() => this.draw()).observe(this.view);
	}

	filter(text) {
		const words = text.toLowerCase().split(/\s+/).filter(Boolean);
		this.wanted = words.length === 0 ? null : new Set();
		let hits = 0;
		for (let i = 0; this.wanted && i < P.id.length; i++) {
			const path = P.path(i).toLowerCase();
			if (!words.every(word => path.includes(word)))
				continue;
			hits++;
			for (let up = i; up >= 0 && !this.wanted.has(up); up = P.up[up])
				this.wanted.add(up);
		}
		this.active = 0;
		this.view.scrollTop = 0;
		this.status.textContent = this.wanted ? count(hits, "match", "matches") : count(P.id.length, "entry", "entries");
		this.lay();
	}

	tell() {
		const row = this.rows[this.active];
		if (!row)
			return replace(this.told);
		const { i } = row;
		replace(this.told, el("strong", {}, P.path(i)), " ", P.type[i] ? titleOf(P.type[i]) : P.kind[i],
			P.size[i] !== null && `, ${number.format(P.size[i])} bytes`, P.mode[i] !== null && `, mode ${octal(P.mode[i])}`,
			P.sha256[i] !== null && [", SHA-256 ", digest(P.sha256[i])]);
	}
}

// On paper: what contains something, without the files.
const printedTree = () => {
	const depth = i => (P.up[i] < 0 ? 0 : 1 + depth(P.up[i]));
	const containers = P.id.map((_, i) => i).filter(i => P.kind[i] === "input" || P.kind[i] === "part").slice(0, 200);
	return el("ul.printed", {}, containers.map(i => {
		const item = el("li", {}, P.name[i], " ", quiet(`${P.type[i] ? titleOf(P.type[i]) : ""} ${
			P.size[i] === null ? "" : bytes(P.size[i])}`));
		item.style.setProperty("--depth", depth(i));
		return item;
	}));
};

let contentsTree = null;
const treeSection = () => {
	const tree = contentsTree = new Tree();
	const input = tree.input = el("input", { type: "search", placeholder: "Find by path", "aria-label": "Find in the contents by path",
		autocomplete: "off", spellcheck: "false" });
	input.addEventListener("input", () => tree.filter(input.value));
	tree.filter("");
	return [el("p.lead", {}, "Everything that was found, as it is nested: images in images, file systems, archives, files."),
		el("div.tools", {}, input, tree.status), tree.view, tree.told, printedTree()];
};
