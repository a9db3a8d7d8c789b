// SPDX-License-Identifier: Apache-2.0
// Puts the page together: head, contents, sections, theme, paper.

const SECTIONS = [
	["findings", "Findings", findingsSection, () => D.findings.length],
	["map", "Byte map", mapSection],
	["tree", "Contents", treeSection, () => P.id.length],
	["hardening", "Hardening", hardening, () => D.elf.length],
	["quality", "Engineering", quality, () => D.quality.length],
	["components", "Components", components, () => D.components.length],
	["vulnerabilities", "Vulnerabilities", vulnerabilities, () => D.vulnerable[0].cves],
	["services", "Services", services, () => D.listeners.length + D.starts.length],
	["credentials", "Credentials", credentials, () => D.accounts.length + D.secrets.length],
	["keys", "Keys and certificates", keys, () => D.keys.length + D.certificates.length],
	["addresses", "Addresses", addresses, () => D.addresses.length],
	["unexamined", "Not examined", unexamined, () => D.unexamined.length],
	["clauses", "Frameworks", clauses, () => D.clauses.length],
	["about", "This review", about],
];

// Theme: as the system has it until the reader chooses. Storage may be refused to a file: then it is not kept.
const systemDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme
	? document.documentElement.dataset.theme === "dark" : systemDark.matches);

const stored = {
	get: () => { try { return localStorage.getItem("assay-theme"); } catch { return null; } },
	set: value => { try { localStorage.setItem("assay-theme", value); } catch { /* not kept */ } },
};

const redraw = () => allMaps.forEach(map => map.draw());

const themeButton = () => {
	const button = el("button.theme", { type: "button" });
	const say = () => {
		button.textContent = isDark() ? "Light" : "Dark";
		button.setAttribute("aria-label", `Use the ${isDark() ? "light" : "dark"} theme`);
		redraw();
	};
	button.addEventListener("click", () => {
		document.documentElement.dataset.theme = isDark() ? "light" : "dark";
		stored.set(document.documentElement.dataset.theme);
		say();
	});
	systemDark.addEventListener("change", say);
	say();
	return button;
};

const contents = () => el("ul", {}, el("li", {}, el("a", { href: "#overview", "aria-current": "true" }, "Overview")),
	SECTIONS.map(([id, title, , n]) => el("li", {}, el("a", { href: `#${id}` }, title,
		n && el("span.n", {}, " ", number.format(n()))))));

// Marks in the contents what is being read.
const follow = nav => {
	const links = new Map([...nav.querySelectorAll("a")].map(a => [a.hash.slice(1), a]));
	const watch = new IntersectionObserver(entries => {
		for (const entry of entries) {
			if (!entry.isIntersecting)
				continue;
			links.forEach(a => a.removeAttribute("aria-current"));
			links.get(entry.target.id)?.setAttribute("aria-current", "true");
		}
	}, { rootMargin: "-10% 0px -80% 0px" });
	links.forEach((_, id) => watch.observe(document.getElementById(id)));
};

// A link to a finding opens it and puts the reader there.
const arrive = () => {
	const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
	if (!target)
		return;
	if (target instanceof HTMLDetailsElement) {
		target.open = true;
		target.fill?.();
		target.querySelector("summary").focus({ preventScroll: true });
	}
	target.scrollIntoView();
};

// Paper is light and shows findings and frameworks opened, of each finding's first places the pseudo-code, and how the most urgent
// vulnerabilities are reached; afterwards all is as it was.
const paper = () => {
	const root = document.documentElement;
	let opened = [], closing = [], theme;
	addEventListener("beforeprint", () => {
		theme = root.dataset.theme;
		root.dataset.theme = "light";
		opened = [];
		for (const which of ["details.finding, details.framework", ".places > li:nth-child(-n+3) .pseudo"])
			for (const details of document.querySelectorAll(`:is(${which}):not([open])`)) {
				details.fill();
				details.open = true;
				opened.push(details);
			}
		closing = faultTable ? [faultTable.openForPaper()] : [];
		redraw();
	});
	addEventListener("afterprint", () => {
		if (theme === undefined)
			delete root.dataset.theme;
		else
			root.dataset.theme = theme;
		opened.forEach(details => { details.open = false; });
		closing.forEach(close => close());
		redraw();
	});
};

const start = () => {
	const theme = stored.get();
	if (theme === "dark" || theme === "light")
		document.documentElement.dataset.theme = theme;
	const main = document.getElementById("main"), nav = document.getElementById("contents");
	replace(main, overview(), SECTIONS.map(([id, title, make]) => el("section", { id, "aria-labelledby": `${id}-title` },
		el("h2", { id: `${id}-title` }, title), make())));
	replace(document.getElementById("top"), el("p.brand", {}, "Assay", quiet(" firmware review")), themeButton());
	replace(nav, contents());
	follow(nav);
	paper();
	addEventListener("hashchange", arrive);
	if (location.hash)
		arrive();
};

start();
