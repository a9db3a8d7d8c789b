// SPDX-License-Identifier: Apache-2.0
// Elements and words. Text from the dossier becomes text nodes here and nothing else, ever.

const add = (node, kids) => {
	for (const kid of kids.flat(Infinity))
		if (kid !== null && kid !== undefined && kid !== false)
			node.append(kid instanceof Node ? kid : document.createTextNode(String(kid)));
	return node;
};

// el("p.lead", { id: "x", onclick: f, "aria-label": "..." }, "text", child)
const el = (what, props = {}, ...kids) => {
	const [tag, ...classes] = what.split(".");
	const node = document.createElement(tag);
	if (classes.length)
		node.className = classes.join(" ");
	for (const [name, value] of Object.entries(props)) {
		if (value === null || value === undefined || value === false)
			continue;
		if (name.startsWith("on"))
			node.addEventListener(name.slice(2), value);
		else
			node.setAttribute(name, value === true ? "" : value);
	}
	return add(node, kids);
};

const replace = (node, ...kids) => {
	node.replaceChildren();
	return add(node, kids);
};

const number = new Intl.NumberFormat("en");
const count = (n, one, many = one + "s") => `${number.format(n)} ${n === 1 ? one : many}`;
const hexOf = n => "0x" + n.toString(16);

const bytes = n => {
	const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
	let u = 0;
	for (; n >= 1024 && u < units.length - 1; u++)
		n /= 1024;
	return `${u && n < 10 ? n.toFixed(1) : Math.round(n)} ${units[u]}`;
};

// A share as people say it; what is little but not nothing does not become 0.
const percent = (part, whole) => {
	const p = whole > 0 ? (100 * part) / whole : 0;
	if (p > 0 && p < 0.1)
		return "< 0.1 %";
	if (p < 100 && p > 99.9)
		return "> 99.9 %";
	return `${p === 0 || p === 100 ? p : p.toFixed(1)} %`;
};

const octal = mode => (mode === null ? "" : mode.toString(8).padStart(4, "0"));
const capital = text => text.charAt(0).toUpperCase() + text.slice(1);
const quiet = text => el("span.quiet", {}, text);
const mono = text => el("code", {}, text);

// Code that may be long: its beginning, and the whole when it is asked for.
const LONG = 140;
const code = text => {
	if (text === null || text === undefined || text === "")
		return null;
	return text.length <= LONG ? mono(text) : el("details.long", {},
		el("summary", {}, mono(text.slice(0, LONG - 20)), quiet(" … all")), mono(text));
};

// Long hexadecimal that may break anywhere.
const digest = text => el("code.digest", {}, text);

const definitions = pairs => el("dl.facts", {}, pairs
	.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false)
	.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));

// A table as the page's data holds it ({ columns, rows }), as objects.
const rowsOf = table => table.rows.map(
	row => Object.fromEntries(table.columns.map((name, i) => [name, row[i]])));
