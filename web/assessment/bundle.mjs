// SPDX-License-Identifier: Apache-2.0
// usage: node bundle.mjs IN OUT     One script of IN and all it imports, with the licences of those packages before it.
import { build } from "esbuild";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const [, , input, output] = process.argv;
const built = await build({ entryPoints: [input], bundle: true, minify: true, format: "iife", globalName: "Charts", charset: "ascii",
	legalComments: "none", metafile: true, write: false, target: "es2020" });

// The folder of each package that something was taken from.
const taken = new Set(Object.values(built.metafile.outputs)
	.flatMap(o => Object.entries(o.inputs)).filter(([, use]) => use.bytesInOutput > 0)
	.map(([path]) => path.match(/.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]).filter(Boolean));
const holders = new Map(); // licence text: packages
for (const folder of [...taken].sort()) {
	const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
	const file = readdirSync(folder).find(f => /^licen[cs]e/i.test(f));
	if (!file)
		throw new Error(`${name}: no licence`);
	const text = readFileSync(`${folder}/${file}`, "utf8").trim().replaceAll("*/", "* /").replaceAll("<", "(").replaceAll(">", ")");
	holders.set(text, [...holders.get(text) ?? [], `${name} ${version}`]);
}
const notices = [...holders].map(([text, names]) => `${names.join(", ")}:\n\n${text}`).join("\n\n");
const script = built.outputFiles[0].text;
if (/<\/script|<!--/i.test(script))
	throw new Error("what ends a script stands in it");
writeFileSync(output, `/*\n${notices}\n*/\n${script}`);
