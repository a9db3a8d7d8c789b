// SPDX-License-Identifier: Apache-2.0
// The byte map: an image laid out in lines like text, first byte at the upper left, coloured by what stands there.

const MAX_LINES = 24, LINE = 20, GAP = 4, MARGIN = 86, STRIP = 14, TOP = STRIP + 14;
const MIN_WINDOW = 256; // bytes: closer than this there is nothing to see

class ByteMap {
	constructor(map) {
		this.size = map.size;
		this.extents = D.extents.get(map.id);
		this.selected = -1;
		this.window(0, map.size);
		this.hues = this.chooseHues();
		this.canvas = el("canvas");
		this.probe = el("span", { hidden: true });
		this.frame = el("div.map", { tabindex: "0", role: "application", "aria-label": this.summary(),
			"aria-describedby": "map-keys" }, this.canvas, this.probe);
		this.told = el("div.told", { role: "status" });
		this.listen();
		new ResizeObserver(() => this.draw()).observe(this.frame);
	}

	summary() {
		return `Byte map of ${bytes(this.size)} in ${count(this.extents.length, "stretch", "stretches")}. ` +
			"Left and right go from stretch to stretch, Enter zooms in, minus zooms out.";
	}

	// The types that hold most bytes get a colour of their own, in that order.
	chooseHues() {
		const sums = new Map();
		for (const e of this.extents)
			if (e.cls === "object")
				sums.set(e.type, (sums.get(e.type) ?? 0) + e.len);
		return new Map([...sums].sort((a, b) => b[1] - a[1]).map(([type], i) => [type, Math.min(i, 7)]));
	}

	variable(e) { return e.cls === "object" ? `--hue-${this.hues.get(e.type)}` : `--${e.cls}`; }

	colour(e) {
		if (this.byEntropy)
			return `hsl(${230 - 0.025 * (e.entropy ?? 0)} ${this.dark ? "38% 56%" : "45% 52%"})`;
		return this.paint(this.variable(e));
	}

	// What a colour of the style sheet is in the present theme.
	paint(variable) {
		if (!this.paints.has(variable)) {
			this.probe.style.color = `var(${variable})`;
			this.paints.set(variable, getComputedStyle(this.probe).color);
		}
		return this.paints.get(variable);
	}

	draw() {
		const width = this.frame.clientWidth, ratio = devicePixelRatio || 1;
		const height = TOP + this.lines * (LINE + GAP);
		if (width === 0)
			return;
		this.paints = new Map();
		this.dark = isDark();
		this.margin = width > 560 ? MARGIN : 0;
		this.width = width - this.margin;
		this.canvas.width = width * ratio;
		this.canvas.height = height * ratio;
		this.canvas.style.height = `${height}px`;
		this.pen = this.canvas.getContext("2d");
		this.pen.scale(ratio, ratio);
		this.pen.font = `11px ${getComputedStyle(this.frame).getPropertyValue("--sans")}`;
		this.pen.textBaseline = "middle";
		this.drawStrip();
		this.drawLines();
		this.tell();
	}

	// The whole image in one line, with the window on it.
	drawStrip() {
		const scale = this.width / this.size;
		for (const e of this.extents)
			this.box(e, this.margin + e.at * scale, 0, Math.max(e.len * scale, 0.5), STRIP);
		if (this.to - this.from < this.size) {
			this.pen.lineWidth = 2;
			this.pen.strokeStyle = this.paint("--ink");
			this.pen.strokeRect(this.margin + this.from * scale + 1, 1,
				Math.max((this.to - this.from) * scale, 4) - 2, STRIP - 2);
		}
	}

	yOf(line) { return TOP + line * (LINE + GAP); }

	drawLines() {
		if (this.margin)
			for (let line = 0; line < this.lines; line++) {
				this.pen.fillStyle = this.paint("--soft");
				this.pen.fillText(hexOf(this.from + line * this.per), 0, this.yOf(line) + LINE / 2);
			}
		this.extents.forEach((e, i) => {
			if (e.at < this.to && e.at + e.len > this.from)
				this.drawExtent(e, i === this.selected);
		});
		if (this.selected >= 0)
			this.drawExtent(this.extents[this.selected], true);
	}

	drawExtent(e, marked) {
		const per = this.per, start = Math.max(e.at, this.from), end = Math.min(e.at + e.len, this.to);
		let labelled = false;
		for (let line = Math.floor((start - this.from) / per); line < this.lines; line++) {
			const left = this.from + line * per, a = Math.max(start, left), b = Math.min(end, left + per);
			if (b <= a)
				break;
			const x = this.margin + ((a - left) / per) * this.width, w = Math.max(((b - a) / per) * this.width, e.cls === "padding" ? 1 : 2);
			this.box(e, x, this.yOf(line), w, LINE);
			if (marked)
				this.mark(x, this.yOf(line), w);
			labelled ||= this.label(e, x, this.yOf(line), w);
		}
	}

	box(e, x, y, w, h) {
		this.pen.fillStyle = this.colour(e);
		this.pen.fillRect(x, y, w > 4 ? w - 1 : w, h);
		if (e.cls === "unknown" && !this.byEntropy)
			this.hatch(x, y, w, h);
	}

	hatch(x, y, w, h) {
		this.pen.save();
		this.pen.beginPath();
		this.pen.rect(x, y, w, h);
		this.pen.clip();
		this.pen.strokeStyle = this.paint("--paper");
		this.pen.lineWidth = 1;
		this.pen.beginPath();
		for (let i = x - h - (x % 6); i < x + w; i += 6) {
			this.pen.moveTo(i, y + h);
			this.pen.lineTo(i + h, y);
		}
		this.pen.stroke();
		this.pen.restore();
	}

	mark(x, y, w) {
		this.pen.lineWidth = 2;
		this.pen.strokeStyle = this.paint("--ink");
		this.pen.strokeRect(x + 1, y - 1, Math.max(w - 3, 1), LINE + 2);
	}

	label(e, x, y, w) {
		const text = nameOfExtent(e);
		if (e.cls === "padding" || this.pen.measureText(text).width + 14 > w)
			return false;
		if (e.cls === "unknown") { // words on hatching need quiet ground
			this.pen.fillStyle = this.colour(e);
			this.pen.fillRect(x, y, this.pen.measureText(text).width + 14, LINE);
		}
		this.pen.fillStyle = this.paint(e.cls === "object" || this.byEntropy ? "--on-hue" : "--on-unknown");
		this.pen.fillText(text, x + 7, y + LINE / 2 + 1);
		return true;
	}

	hit(event) {
		const box = this.canvas.getBoundingClientRect(), x = event.clientX - box.left - this.margin;
		const y = event.clientY - box.top, line = Math.floor((y - TOP) / (LINE + GAP));
		if (x < 0)
			return -1;
		const at = y <= STRIP ? (x / this.width) * this.size
			: line >= 0 && line < this.lines ? this.from + (line + x / this.width) * this.per : -1;
		return this.extents.findIndex(e => at >= e.at && at < e.at + e.len);
	}

	select(i, scroll) {
		if (i === this.selected || i < -1 || i >= this.extents.length)
			return;
		this.selected = i;
		const e = this.extents[i];
		if (scroll && e && (e.at + e.len <= this.from || e.at >= this.to)) {
			const span = this.to - this.from;
			this.window(e.at + e.len / 2 - span / 2, span);
		}
		this.draw();
	}

	// A line holds a power of two of bytes and begins at a multiple of it: offsets stay readable.
	window(from, span) {
		span = Math.min(Math.max(span, Math.min(MIN_WINDOW, this.size)), this.size);
		this.per = 2 ** Math.max(0, Math.ceil(Math.log2(span / MAX_LINES)));
		this.from = Math.floor(Math.min(Math.max(from, 0), this.size - span) / this.per) * this.per;
		this.lines = Math.min(MAX_LINES, Math.ceil((Math.min(from + span, this.size) - this.from) / this.per));
		this.to = Math.min(this.from + this.lines * this.per, this.size);
	}

	zoom(factor) {
		const e = this.extents[this.selected], span = (this.to - this.from) * factor;
		const middle = e && factor < 1 ? e.at + e.len / 2 : (this.from + this.to) / 2;
		this.window(middle - span / 2, span);
		this.draw();
	}

	zoomTo() {
		const e = this.extents[this.selected];
		if (!e)
			return this.zoom(0.5);
		this.window(e.at - e.len * 0.05, e.len * 1.1);
		this.draw();
	}

	whole() {
		this.window(0, this.size);
		this.draw();
	}

	listen() {
		this.frame.addEventListener("pointermove", event => this.select(this.hit(event)));
		this.frame.addEventListener("dblclick", () => this.zoomTo());
		this.frame.addEventListener("keydown", event => {
			const last = this.extents.length - 1;
			const keys = { ArrowRight: () => this.select(Math.min(this.selected + 1, last), true),
				ArrowLeft: () => this.select(Math.max(this.selected - 1, 0), true),
				Home: () => this.select(0, true), End: () => this.select(last, true),
				Enter: () => this.zoomTo(), "+": () => this.zoom(0.5), "=": () => this.zoom(0.5),
				"-": () => this.zoom(2), "0": () => this.whole(), Escape: () => this.whole() };
			if (keys[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) {
				event.preventDefault();
				keys[event.key]();
			}
		});
	}

	tell() {
		const e = this.extents[this.selected];
		const what = e && [el("strong", {}, nameOfExtent(e)), e.cls === "object" && nameOfExtent(e) !== titleOf(e.type) && ` ${titleOf(e.type)}`,
			e.cls !== "object" && nameOfExtent(e) !== CLASSES[e.cls] && ` ${CLASSES[e.cls]}`, ", ",
			`${bytes(e.len)} (${number.format(e.len)}) at ${hexOf(e.at)}, ${percent(e.len, this.size)} of these bytes`,
			e.entropy !== null && `, entropy ${(e.entropy / 1000).toFixed(2)} of 8 bits a byte`];
		replace(this.told, what ?? `${hexOf(this.from)} to ${hexOf(this.to)}: ${bytes(this.to - this.from)} in view. ` +
			"Point at a stretch, or go to it with the arrow keys.");
	}
}

const nameOfExtent = e => (e.label && e.label !== e.cls ? e.label : null) ?? (e.cls === "object" ? titleOf(e.type) : CLASSES[e.cls]);

const mapLegend = map => {
	const sums = new Map();
	for (const e of map.extents) {
		const name = e.cls === "object" ? titleOf(e.type) : CLASSES[e.cls];
		const entry = sums.get(name) ?? { len: 0, e };
		entry.len += e.len;
		sums.set(name, entry);
	}
	return el("ul.legend", {}, [...sums].sort((a, b) => b[1].len - a[1].len).slice(0, 12).map(([name, { len, e }]) => {
		const swatch = el(`span.swatch.${e.cls}`, { "aria-hidden": "true" });
		swatch.style.setProperty("--swatch", `var(${map.variable(e)})`);
		return el("li", {}, swatch, `${name} `, quiet(percent(len, map.size)));
	}));
};

const extentTable = map => dataTable([
	{ key: "at", label: "Offset", cell: e => mono(hexOf(e.at)) },
	{ key: "len", label: "Bytes", num: true },
	{ key: "cls", label: "Is", value: e => CLASSES[e.cls] ?? e.cls },
	{ key: "label", label: "What", value: nameOfExtent },
	{ key: "entropy", label: "Entropy", num: true, cell: e => (e.entropy === null ? "" : (e.entropy / 1000).toFixed(2)) },
], map.extents, { caption: "Stretches of bytes", filter: "Filter stretches" });

const mapPart = chosen => {
	const map = new ByteMap(chosen);
	allMaps.push(map);
	const button = (text, action) => el("button", { type: "button", onclick: action }, text);
	const entropy = el("button", { type: "button", "aria-pressed": "false", onclick: () => {
		map.byEntropy = !map.byEntropy;
		entropy.setAttribute("aria-pressed", String(map.byEntropy));
		map.draw();
	} }, "Colour by entropy");
	const table = el("details", {}, el("summary", {}, "The same as a table"));
	table.addEventListener("toggle", () => table.open && table.childElementCount === 1 && table.append(extentTable(map)));
	return el("div", {},
		el("div.tools", {}, button("Zoom in", () => map.zoom(0.5)), button("Zoom out", () => map.zoom(2)),
			button("Whole", () => map.whole()), entropy),
		map.frame, map.told, mapLegend(map),
		el("p.quiet.hidden", { id: "map-keys" }, "Plus and minus zoom, 0 shows the whole, Home and End go to the ends."),
		table);
};

const allMaps = [];

const mapSection = () => {
	const maps = D.maps.filter(m => D.extents.get(m.id).length > 0);
	if (maps.length === 0)
		return el("p.quiet", {}, "The inputs are folders: there is no image whose bytes could be mapped.");
	const holder = el("div", {}, mapPart(maps[0]));
	const select = el("select", { id: "map-of" }, maps.map((m, i) => el("option", { value: i },
		`${m.place === null ? "?" : P.path(P.index.get(m.place))} (${bytes(m.size)})`)));
	select.addEventListener("change", () => {
		allMaps.length = 0;
		replace(holder, mapPart(maps[select.value]));
	});
	return [el("p.lead", {}, "Every byte of the image in its place: the first at the upper left, line by line."),
		maps.length > 1 && el("p.tools", {}, el("label", { for: "map-of" }, "Map of "), select), holder];
};
