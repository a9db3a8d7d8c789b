#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes man pages and shell completion from what the program's commands say in --help, so that they agree.

usage: gen_pages.py PROGRAM TEMPLATE FOLDER     TEMPLATE: docs/man/assay.1.in
"""
import pathlib
import re
import subprocess
import sys

SECTION = re.compile(r"^(\w[\w ]*)( \(.*\))?:$")
ROW = re.compile(r"^  (?! {8})\s*(\S.*?)(?:  +(\S.*))?$")
OPTION = re.compile(r"(?<![\w-])(--?[a-z][a-z-]*)(?:[ =]([A-Z]+))?")
SEVERITIES = "info low medium high critical"


def said(program, *args):
	return subprocess.run([program, *args], check=True, stdout=subprocess.PIPE, text=True).stdout


def commands(program):
	"""(name, summary) in the order of --help."""
	return re.findall(r"^  (\w+) +(\S.*)$", said(program, "--help"), re.M)


def roff(text):
	return re.sub(r"^([.'])", r"\\&\1", text.replace("\\", "\\e").replace("-", "\\-"))


def literal(lines):
	return [".Bd -literal -offset indent", *map(roff, lines), ".Ed"]


def blocks(text):
	"""The help text as paragraphs, each a list of lines."""
	return [block.split("\n") for block in text.strip("\n").split("\n\n")]


def page_block(lines):
	"""One paragraph of help as mdoc: words, or a heading and what stands under it literally."""
	out = [".Pp"]
	head = SECTION.match(lines[0])
	if head and head.group(1).startswith("Example"):
		return [".Sh EXAMPLES", *literal(line[2:] for line in lines[1:])]
	if head:
		out += [".Sy " + roff(head.group(1)), *([roff(head.group(2).strip()) + ":"] if head.group(2) else [])]
		lines = lines[1:]
	words = []
	while lines and not lines[0].startswith("  "):
		words.append(lines.pop(0))
	out += roff(re.sub(r"(?<=[a-z)'])([.:]) (?=[A-Z])", r"\1\n", " ".join(words))).split("\n") if words else []
	return out + (literal(lines) if lines else [])


def page(name, summary, text):
	parts = blocks(text)
	usage = [line[len("usage: "):] if line.startswith("usage: ") else line.strip() for line in parts[0]]
	out = ['.\\" SPDX-License-Identifier: Apache-2.0', ".Dd November 23, 2026", ".Dt ASSAY-%s 1" % name.upper(), ".Os",
		".Sh NAME", ".Nm assay-" + name, ".Nd " + roff(summary), ".Sh SYNOPSIS", ".Bd -literal", *map(roff, usage),
		".Ed", ".Sh DESCRIPTION"]
	body = [line for part in parts[1:] for line in page_block(part)]
	if body and body[0] == ".Pp":
		del body[0]
	examples = body.index(".Sh EXAMPLES") if ".Sh EXAMPLES" in body else len(body)
	out += body[:examples] + [".Sh EXIT STATUS", "See", ".Xr assay 1 ."] + body[examples:]
	text = "\n".join(out + [".Sh SEE ALSO", ".Xr assay 1"])
	return re.sub(r"\.Pp\n(?=\.(Sh|Bd))", "", text) + "\n"


def overview(template, listed):
	items = "\n".join(".It Cm %s\n%s" % (name, roff(summary)) for name, summary in listed)
	see = " ,\n".join(".Xr assay-%s 1" % name for name in sorted(name for name, _ in listed))
	return template.replace("@COMMANDS@", items).replace("@SEE@", see)


def options(text):
	"""{option: what it takes, or nothing}, from usage and the lines that describe options."""
	found = {}
	for line in text.split("\n"):
		if line.startswith("usage:") or re.match(r"^\s+\[?-", line):
			for name, takes in OPTION.findall(re.split(" {2,}", line.strip())[0] if not line.startswith("usage:") else line):
				found[name] = takes or found.get(name, "")
	short = re.findall(r"^\s+(-\w), (--[a-z-]+) ([A-Z]+)", text, re.M) # both spellings take the same
	for one, long, takes in short:
		found[one] = found[long] = takes
	return found


def words_of(text, heading):
	"""The words a section or an option lists, one a line."""
	if heading == "Views":
		part = text.partition("Views:\n")[2].partition("\n\n")[0]
		return re.findall(r"^  (\w+)  ", part, re.M)
	part = text[text.find("  --format "):].partition("\n  -")[0] if "  --format " in text else ""
	return re.findall(r"^\s+(?:--format )?(\w+)  +\S", part, re.M)


BASH = r'''# SPDX-License-Identifier: Apache-2.0
# bash completion for assay; made by tools/gen_pages.py
_assay()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]:-}
	local options='' words='' n=0 i
	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "@NAMES@ help --help --version" -- "$word")
		return
	fi
	case $command in
@CASES@
	help) words='@NAMES@' ;;
	esac
	case $before in
	--fail-on) mapfile -t COMPREPLY < <(compgen -W '@SEVERITIES@' -- "$word"); return ;;
	--format) mapfile -t COMPREPLY < <(compgen -W '@FORMATS@' -- "$word"); return ;;
	-C | --directory | --rules) compopt -o dirnames; return ;;
	@NUMBERS@) return ;;
	esac
	for ((i = 2; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == -* ]] || n=$((n + 1))
	done
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options --help" -- "$word")
	elif [ -n "$words" ] && { [ "$command" = help ] || [ $n = 1 ]; }; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	else
		compopt -o default 2>/dev/null
	fi
}
complete -F _assay assay
'''

ZSH = r'''#compdef assay
# SPDX-License-Identifier: Apache-2.0
# zsh completion for assay; made by tools/gen_pages.py
_assay() {
	local -a commands=(
@LIST@
	)
	if (( CURRENT == 2 )); then
		_describe command commands
		return
	fi
	case $words[2] in
@CASES@
	help) _describe command commands ;;
	esac
}
_assay "$@"
'''


def bash(listed, helps):
	cases = "\n".join("\t%s) options='%s'%s ;;" % (name, " ".join(sorted(options(helps[name]))),
		" words='%s'" % " ".join(words_of(helps[name], "Views")) if words_of(helps[name], "Views") else "")
		for name, _ in listed)
	numbers = sorted({o for t in helps.values() for o, takes in options(t).items() if takes in ("N", "PATTERN")})
	return BASH.replace("@NAMES@", " ".join(n for n, _ in listed)).replace("@CASES@", cases).replace(
		"@SEVERITIES@", SEVERITIES).replace("@NUMBERS@", " | ".join(numbers)).replace(
		"@FORMATS@", " ".join(words_of(helps["report"], "format")))


def zsh_option(name, takes, formats):
	action = {"": "", "DIR": ":folder:_files -/", "FILE": ":file:_files", "SEVERITY": ":severity:(%s)" % SEVERITIES,
		"NAME": ":format:(%s)" % " ".join(formats) if name == "--format" else ":name: "}.get(takes, ":%s: " % takes.lower())
	return "'%s%s'" % (name, action)


def zsh(listed, helps):
	cases = []
	for name, _ in listed:
		formats = words_of(helps[name], "format")
		views = words_of(helps[name], "Views")
		specs = [zsh_option(o, t, formats) for o, t in sorted(options(helps[name]).items())]
		specs += ["'2:dossier:_files'", "'3:view:(%s)'" % " ".join(views)] if views else ["'*:file:_files'"]
		cases.append("\t%s) _arguments '1:command:' %s ;;" % (name, " ".join(specs)))
	items = "\n".join("\t\t'%s:%s'" % (name, summary.replace(":", "\\:").replace("'", "'\\''")) for name, summary in listed)
	return ZSH.replace("@LIST@", items).replace("@CASES@", "\n".join(cases))


def main(program, template, folder):
	folder = pathlib.Path(folder)
	listed = commands(program)
	helps = {name: said(program, name, "--help") for name, _ in listed}
	(folder / "assay.1").write_text(overview(pathlib.Path(template).read_text(encoding="utf-8"), listed))
	for name, summary in listed:
		(folder / ("assay-%s.1" % name)).write_text(page(name, summary, helps[name]))
	(folder / "assay.bash").write_text(bash(listed, helps))
	(folder / "_assay").write_text(zsh(listed, helps))


if __name__ == "__main__":
	main(*sys.argv[1:])
