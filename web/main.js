// SPDX-License-Identifier: Apache-2.0
// Puts the report together: its sections, and how it stands on paper.

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

const redraw = () => allMaps.forEach(map => map.draw());

// Paper shows findings and frameworks opened, of each finding's first places the pseudo-code, and how the most urgent vulnerabilities
// are reached; afterwards all is as it was.
const openForPaper = () => {
	const opened = [];
	for (const which of ["details.finding, details.framework", ".places > li:nth-child(-n+3) .pseudo"])
		for (const details of document.querySelectorAll(`:is(${which}):not([open])`)) {
			details.fill();
			details.open = true;
			opened.push(details);
		}
	const closing = faultTable ? [faultTable.openForPaper()] : [];
	redraw();
	return () => {
		opened.forEach(details => { details.open = false; });
		closing.forEach(close => close());
		redraw();
	};
};

assemble("firmware review", overview(), SECTIONS, redraw);
onPaper(openForPaper);
