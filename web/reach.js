// SPDX-License-Identifier: Apache-2.0
// How a component is reached, drawn: what starts, which program, where it listens, as whom, through which libraries.

const STATIONS = { start: "Started by", program: "Program", port: "Listens on", user: "Runs as", library: "Links with",
	component: "Component", kernel: "Kernel", fault: "Fault" };
const REACHES = { network: "network", started: "started", setuid: "setuid", used: "used by a program", present: "present" };
const reachWord = reach => REACHES[reach] ?? "not known";

const releaseKey = (component, version) => `${component}\n${version ?? ""}`;
const spotOf = new Map(raw.spots.map(spot => [`${spot.object} ${spot.at} ${spot.len}`, spot]));
const waysOf = new Map();
for (const step of D.steps) {
	const key = releaseKey(step.component, step.version);
	waysOf.set(key, [...(waysOf.get(key) ?? []), step]);
}

// A path that leads to its place in the contents.
const placeLink = (place, path) => {
	if (!path || !P.index.has(place))
		return mono(path ?? "");
	return el("a.place", { href: "#tree", onclick: event => {
		event.preventDefault();
		contentsTree.reveal(P.index.get(place));
	} }, mono(path));
};

const stationOf = step => {
	const spot = step.at === null ? null : spotOf.get(`${step.object} ${step.at} ${step.len}`);
	return el(`li.station.${step.kind in STATIONS ? step.kind : "component"}`, {},
		el("span.what", {}, STATIONS[step.kind] ?? step.kind), " ", el("strong.words", {}, step.text),
		step.note && [" ", el("span.quiet.note", {}, short(step.note, 200))],
		step.path && [" ", el("span.spot", {}, placeLink(step.place, step.path))],
		spot && evidenceOf(spot));
};

// The stations of a component; fault: what it is reached by, where a vulnerability is told of.
const wayOf = (component, version, fault) => {
	const steps = waysOf.get(releaseKey(component, version));
	if (!steps)
		return el("p.quiet", {}, "How it is reached is not known: no file was seen to hold it.");
	return el("ol.reach", { "aria-label": `How ${component} is reached` }, steps.map(stationOf),
		fault && el("li.station.fault", {}, el("span.what", {}, STATIONS.fault), " ", el("strong.words", {}, fault.text), " ",
			el("span.quiet.note", {}, fault.note)));
};
