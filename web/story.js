// SPDX-License-Identifier: Apache-2.0
// How a place in machine code comes about: the path drawn from entry to effect, pseudo-code, what speaks against it, the
// instructions.

const STEPS = { entry: "Entered", call: "Calls", test: "Tests", site: "Does", answer: "Answers", effect: "Effect" };

const stepBox = step => el(`li.step.${step.kind in STEPS ? step.kind : "site"}`, {},
	el("span.what", {}, STEPS[step.kind] ?? step.kind), " ",
	el("span.words", {}, step.kind === "entry" || step.kind === "call" || step.kind === "answer" ? step.text : mono(step.text)), " ",
	el("span.quiet.spot", {}, `${step.name} at ${hexOf(step.at ?? 0)}`));

const pathOf = story => el("ol.way", { "aria-label": "The path, from where the program is entered to the effect" },
	story.steps.map(stepBox));

const lineRow = line => (line.at === undefined
	? el("tr.left", {}, el("td.quiet", { colspan: "4" }, `${line.text} ${line.note ?? ""}`))
	: el("tr", {}, el("th.num", { scope: "row" }, mono(line.at.toString(16))), el("td", {}, mono(line.bytes ?? "")),
		el("td", {}, mono(line.text)), el("td", {}, line.note ?? "")));

const listingOf = story => el("div.scroll", { tabindex: "0", role: "group", "aria-label": "Instructions" },
	el("table.listing", {}, el("thead", {}, el("tr", {}, ["Address", "Bytes", "Instruction", "What is known of it"].map(
		title => el("th", { scope: "col" }, title)))),
	el("tbody", {}, story.listing.map(lineRow))),
	story.listing.some(line => line.reader === "lifted") && el("p.quiet", {},
		"The disassembler does not know all of these instructions: where it does not, our own operations stand instead."));

// Made when it is opened: a page may have very many.
const folded = (title, make, kind = "lines") => {
	const node = el(`details.more.${kind}`, {}, el("summary", {}, title));
	node.fill = () => node.childElementCount > 1 || node.append(make());
	node.addEventListener("toggle", () => node.open && node.fill());
	return node;
};

const storyOf = story => story && el("div.story", {},
	story.words && el("p", {}, el("strong", {}, "In words. "), story.words),
	pathOf(story),
	el("p.against", {}, el("strong", {}, "What speaks against it. "), story.against.length === 0 && "Nothing that was found."),
	story.against.length > 0 && el("ul.against", {}, story.against.map(text => el("li", {}, text))),
	story.pseudo && folded("Pseudo-code of the path", () => codeBlock("… stands for what is not known, or left out",
		story.pseudo.trimEnd(), true), "pseudo"),
	story.listing.length > 0 && folded(`The instructions, ${count(story.listing.length, "line")}`, () => listingOf(story)));
