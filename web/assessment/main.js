// SPDX-License-Identifier: Apache-2.0
// Puts the paper together: its sections, and how it stands on paper.

const ALL = {
	ways: ["The ways to act", ways, () => D.scenario.length],
	frontier: FIGURES && ["What money buys", frontier],
	exceedance: FIGURES && D.curve.length > 0 && ["How bad a year can be", exceedance],
	timeline: FIGURES && ["From year to year", timeline],
	comparison: FIGURES && ["How they compare", comparison],
	concentration: ["Concentration", concentration],
	products: [FIGURES ? "The facts that carry it" : "Ways in, by product", products, () => D.product.length],
	unknown: ["What is not known", unknown],
	frameworks: ["Frameworks and law", frameworks],
	method: ["Method and sources", method],
};
// Without figures of money, what was found comes first.
const SECTIONS = (FIGURES ? Object.keys(ALL) : ["products", ...Object.keys(ALL).filter(id => id !== "products")])
	.filter(id => ALL[id]).map(id => [id, ...ALL[id]]);

// Charts as wide as paper, tables cut to what paper bears; afterwards all is as it was.
const openForPaper = () => {
	const widths = allCharts.map(c => c.width);
	onScreen = false;
	allCharts.forEach(c => c.draw(c.paper));
	const closing = allTables.map(t => t.openForPaper());
	return () => {
		onScreen = true;
		allCharts.forEach((c, i) => c.draw(widths[i]));
		closing.forEach(close => close());
	};
};

assemble("assessment", overview(), SECTIONS, () => {});
document.getElementById("frontier")?.classList.add("follows");
onPaper(openForPaper);
