/* SPDX-License-Identifier: Apache-2.0 */
#include "code/disassemble.h"

#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct as_disassembler {
	const as_program *program;
	csh plain, thumb;
	bool has_plain, has_thumb;
};

/* How Capstone calls an architecture. */
static const struct {
	const char *id;
	cs_arch arch;
	unsigned mode;
} known[] = {
	{ "x86_64", CS_ARCH_X86, CS_MODE_64 },
	{ "i386", CS_ARCH_X86, CS_MODE_32 },
	{ "arm", CS_ARCH_ARM, CS_MODE_ARM },
	{ "aarch64", CS_ARCH_ARM64, CS_MODE_ARM },
	{ "mips", CS_ARCH_MIPS, CS_MODE_MIPS32 },
	{ "mips64", CS_ARCH_MIPS, CS_MODE_MIPS64 },
	{ "powerpc", CS_ARCH_PPC, CS_MODE_32 },
	{ "powerpc64", CS_ARCH_PPC, CS_MODE_64 },
#if CS_API_MAJOR >= 5
	{ "riscv32", CS_ARCH_RISCV, CS_MODE_RISCV32 | CS_MODE_RISCVC },
	{ "riscv64", CS_ARCH_RISCV, CS_MODE_RISCV64 | CS_MODE_RISCVC },
#endif
};

static bool open_one(csh *out, cs_arch arch, unsigned mode)
{
	return cs_support((int)arch) && cs_open(arch, (cs_mode)mode, out) == CS_ERR_OK;
}

as_disassembler *as_disassembler_new(const as_program *p)
{
	as_disassembler *d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	d->program = p;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].id, p->arch->id) != 0)
			continue;
		unsigned big = p->mode.big ? (unsigned)CS_MODE_BIG_ENDIAN : 0, mode = known[i].mode;
		if (p->mode.r6 && known[i].arch == CS_ARCH_MIPS && !p->mode.wide)
			mode = CS_MODE_MIPS32R6;
		d->has_plain = open_one(&d->plain, known[i].arch, mode | big);
		if (known[i].arch == CS_ARCH_ARM)
			d->has_thumb = open_one(&d->thumb, CS_ARCH_ARM, CS_MODE_THUMB | big);
	}
	return d;
}

void as_disassembler_name(char *out, size_t n)
{
	int major = 0, minor = 0;
	(void)cs_version(&major, &minor);
	(void)snprintf(out, n, "capstone %d.%d", major, minor);
}

void as_disassembler_free(as_disassembler *d)
{
	if (d && d->has_plain)
		(void)cs_close(&d->plain);
	if (d && d->has_thumb)
		(void)cs_close(&d->thumb);
	free(d);
}

static size_t by_capstone(csh handle, as_span code, uint64_t at, as_instruction *out)
{
	cs_insn *insn = NULL;
	size_t n = cs_disasm(handle, code.p, code.n, at, AS_INSTRUCTIONS_MAX, &insn), bytes = 0;
	for (size_t i = 0; i < n; i++) {
		out[i] = (as_instruction){ .at = insn[i].address,
			.bytes = as_cut(code, insn[i].address - at, insn[i].size),
			.reader = "capstone" };
		bytes += insn[i].size;
		(void)snprintf(out[i].text, sizeof(out[i].text), "%s%s%s", insn[i].mnemonic,
			insn[i].op_str[0] ? " " : "", insn[i].op_str);
	}
	if (n > 0)
		cs_free(insn, n);
	return bytes == code.n ? n : 0; /* half of it would be no more than a guess */
}

/* Copies an operation's words without the operands that it has not. Answers how many bytes. */
static size_t add_words(char *out, size_t room, const char *words)
{
	size_t n = 0;
	bool first = true;
	for (const char *p = words; *p && n + 1 < room;) {
		size_t len = strcspn(p, ",");
		const char *end = p + len;
		size_t shown = len > 3 && memcmp(end - 3, "<<0", 3) == 0 ? len - 3 : len;
		bool none = (shown == 1 && *p == '_') ||
			    (shown > 2 && memcmp(p + shown - 2, " _", 2) == 0);
		shown -= shown > 2 && none ? 2
					   : 0; /* the operation's name stands before the first */
		if (!none || shown > 1) {
			int more = snprintf(out + n, room - n, "%s%.*s",
				first || out[n - 1] == ' ' ? "" : ", ", (int)shown, p);
			n += more > 0 ? (size_t)more : 0;
			n = n < room ? n : room - 1;
			if (none && n + 1 < room)
				out[n++] = ' ';
			out[n] = 0;
			first = false;
		}
		p = end + strspn(end, ", ");
	}
	return n;
}

/* The operations in our own words. */
static void by_lifter(const as_flow *f, uint32_t first, as_span code, as_instruction *out)
{
	*out = (as_instruction){ .at = f->ops[first].at, .bytes = code, .reader = "lifted" };
	size_t n = 0;
	for (uint32_t i = first; i < f->n_ops && f->ops[i].at == out->at; i++) {
		char one[128];
		as_op_print(one, sizeof(one), &f->ops[i]);
		const char *words = strchr(one, ' '); /* behind the address */
		if (n + 2 >= sizeof(out->text))
			return;
		if (n > 0)
			memcpy(out->text + n, "; ", 3);
		n += n > 0 ? 2 : 0;
		n += add_words(out->text + n, sizeof(out->text) - n, words ? words + 1 : one);
	}
}

size_t as_disassemble(
	as_disassembler *d, const as_flow *f, uint32_t op, as_instruction out[AS_INSTRUCTIONS_MAX])
{
	const as_op *first = &f->ops[op];
	as_span code = as_cut(as_program_from(d->program, first->at), 0, first->len);
	size_t n = 0;
	if (f->thumb ? d->has_thumb : d->has_plain)
		n = by_capstone(f->thumb ? d->thumb : d->plain, code, first->at, out);
	if (n == 0)
		by_lifter(f, op, code, out);
	n = n > 0 ? n : 1;
	for (size_t i = 0; i < n; i++) /* as they stand in the file */
		out[i].bytes = as_cut(as_program_file(d->program, out[i].at), 0, out[i].bytes.n);
	return n;
}
