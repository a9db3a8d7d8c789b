/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/abi.h"

typedef struct number_name {
	uint32_t number;
	const char *name;
} number_name;

static const number_name machines[] = { { 2, "sparc" }, { AS_EM_386, "i386" }, { 4, "m68k" },
	{ 6, "iamcu" }, { AS_EM_MIPS, "mips" }, { 10, "mips" }, { 15, "parisc" }, { 18, "sparc" },
	{ AS_EM_PPC, "powerpc" }, { AS_EM_PPC64, "powerpc64" }, { AS_EM_S390, "s390" },
	{ AS_EM_ARM, "arm" }, { 42, "sh" }, { 43, "sparc64" }, { 44, "tricore" }, { 45, "arc" },
	{ 50, "ia64" }, { AS_EM_X86_64, "x86_64" }, { 83, "avr" }, { 87, "v850" },
	{ 92, "openrisc" }, { 93, "arc" }, { 94, "xtensa" }, { 105, "msp430" }, { 106, "blackfin" },
	{ 113, "nios2" }, { 140, "c6000" }, { 164, "hexagon" }, { AS_EM_AARCH64, "aarch64" },
	{ 189, "microblaze" }, { 195, "arc" }, { AS_EM_RISCV, "riscv" }, { 247, "bpf" },
	{ 252, "csky" }, { 258, "loongarch" }, { 0, NULL } };

static const number_name os_abis[] = { { 0, "sysv" }, { 1, "hpux" }, { 2, "netbsd" }, { 3, "gnu" },
	{ 6, "solaris" }, { 9, "freebsd" }, { 12, "openbsd" }, { 64, "arm-eabi" }, { 65, "fdpic" },
	{ 97, "arm" }, { 255, "standalone" }, { 0, NULL } };

static const number_name mips_abis[] = { { 0x1000, "o32" }, { 0x2000, "o64" }, { 0x3000, "eabi32" },
	{ 0x4000, "eabi64" }, { 0, NULL } };

static const char *const mips_isas[16] = { "mips1", "mips2", "mips3", "mips4", "mips5", "mips32",
	"mips64", "mips32r2", "mips64r2", "mips32r6", "mips64r6" };

static const char *look_up(const number_name *table, uint32_t number)
{
	for (; table->name; table++)
		if (table->number == number)
			return table->name;
	return NULL;
}

as_span as_elf_machine(const as_elf_view *e, as_arena *arena)
{
	const char *name = look_up(machines, e->machine);
	return name ? as_lit(name) : as_print(arena, "e%u", (unsigned)e->machine);
}

/* The float flags of e_flags are set in programs and libraries only (ELF for the Arm
 * Architecture). */
static as_span arm_abi(const as_elf_view *e, as_arena *arena)
{
	enum { SOFT = 0x200, HARD = 0x400 };
	unsigned version = e->flags >> 24;
	if (version == 0)
		return as_lit("arm-old");
	bool hard = version == 5 && (e->flags & HARD), soft = version == 5 && (e->flags & SOFT);
	return as_print(arena, "eabi%u%s", version, hard ? "-hard" : soft ? "-soft" : "");
}

static as_span mips_abi(const as_elf_view *e, as_arena *arena)
{
	enum { ABI2 = 0x20, ABI = 0xf000 };
	const char *abi = look_up(mips_abis, e->flags & ABI);
	const char *isa = mips_isas[e->flags >> 28];
	if (!abi)
		abi = e->wide ? "n64" : e->flags & ABI2 ? "n32" : "o32";
	return as_print(arena, "%s%s%s", abi, isa ? "-" : "", isa ? isa : "");
}

static as_span power_abi(const as_elf_view *e)
{
	static const char *const names[4] = { NULL, "elfv1", "elfv2", "elfv3" };
	const char *name = names[e->flags & 3];
	/* 0 means "not stated": every little-endian system is ELFv2, the big-endian default is
	 * v1. */
	return as_lit(name ? name : e->big ? "elfv1" : "elfv2");
}

static as_span riscv_abi(const as_elf_view *e, as_arena *arena)
{
	static const char *const floats[4] = { "", "f", "d", "q" };
	enum { EMBEDDED = 8 };
	return as_print(arena, "%s%s%s", e->wide ? "lp64" : "ilp32", floats[e->flags >> 1 & 3],
		e->flags & EMBEDDED ? "e" : "");
}

as_span as_elf_abi(const as_elf_view *e, as_arena *arena)
{
	if (e->machine == AS_EM_ARM)
		return arm_abi(e, arena);
	if (e->machine == AS_EM_MIPS)
		return mips_abi(e, arena);
	if (e->machine == AS_EM_PPC64)
		return power_abi(e);
	if (e->machine == AS_EM_RISCV)
		return riscv_abi(e, arena);
	if (e->machine == AS_EM_X86_64 && !e->wide)
		return as_lit("x32");
	const char *name = look_up(os_abis, e->os_abi);
	return name ? as_lit(name) : as_print(arena, "osabi%u", (unsigned)e->os_abi);
}

bool as_elf_default_nx(const as_elf_view *e, bool *nx)
{
	/* Linux since 2.6.11: i386 without the header runs with every readable page executable.
	 * 64-bit PowerPC never had executable stacks, because its function pointers point to
	 * descriptors (and ELFv2 kept that). Elsewhere kernel versions and C libraries differ. */
	*nx = e->machine == AS_EM_PPC64;
	return e->machine == AS_EM_PPC64 || e->machine == AS_EM_386;
}
