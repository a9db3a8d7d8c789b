// SPDX-License-Identifier: Apache-2.0
// What frames a page, whatever it tells: theme, head, contents, sections, the way to what a link names.

// Theme: as the system has it until the reader chooses. Storage may be refused to a file: then it is not kept.
const systemDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme
	? document.documentElement.dataset.theme === "dark" : systemDark.matches);

const stored = {
	get: () => { try { return localStorage.getItem("assay-theme"); } catch { return null; } },
	set: value => { try { localStorage.setItem("assay-theme", value); } catch { /* not kept */ } },
};

// changed: called when the theme has changed.
const themeButton = changed => {
	const button = el("button.theme", { type: "button" });
	const say = () => {
		button.textContent = isDark() ? "Light" : "Dark";
		button.setAttribute("aria-label", `Use the ${isDark() ? "light" : "dark"} theme`);
		changed();
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

// sections: [id, title, what makes it, how many things are in it]
const contents = sections => el("ul", {}, el("li", {}, el("a", { href: "#overview", "aria-current": "true" }, "Overview")),
	sections.map(([id, title, , n]) => el("li", {}, el("a", { href: `#${id}` }, title,
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

// Puts the page together. What stands at its top is first; brand: words after the program's name.
const assemble = (brand, first, sections, changed) => {
	const theme = stored.get();
	if (theme === "dark" || theme === "light")
		document.documentElement.dataset.theme = theme;
	const main = document.getElementById("main"), nav = document.getElementById("contents");
	replace(main, first, sections.map(([id, title, make]) => el("section", { id, "aria-labelledby": `${id}-title` },
		el("h2", { id: `${id}-title` }, title), make())));
	replace(document.getElementById("top"), el("p.brand", {}, "Assay", quiet(` ${brand}`)), themeButton(changed));
	replace(nav, contents(sections));
	follow(nav);
	addEventListener("hashchange", arrive);
	if (location.hash)
		arrive();
};

// Paper is light. open(): makes the page ready for it, and answers what puts it back.
const onPaper = open => {
	const root = document.documentElement;
	let close, theme;
	addEventListener("beforeprint", () => {
		theme = root.dataset.theme;
		root.dataset.theme = "light";
		close = open();
	});
	addEventListener("afterprint", () => {
		if (theme === undefined)
			delete root.dataset.theme;
		else
			root.dataset.theme = theme;
		close();
	});
};
