/* SPDX-License-Identifier: Apache-2.0 */
/* Linux kernel modules: relocatable ELF files with a section .modinfo of NUL-terminated
 * "name=value" texts; a signed one has the signature, its lengths and a closing text after the
 * ELF file. */
#include "base/ascii.h"
#include "inspect/inspector.h"

#include "elf/read.h"
#include "inspect/naming.h"
#include "inspect/part.h"
#include "inspect/supplier.h"

enum {
	CONFIDENCE = 900, /* the module names itself; its version follows no rule */
	VERSION_MAX_LEN = 64
};

static const char signed_text[] = "~Module signature appended~\n";

static bool cares(const as_file *f)
{
	return as_starts(f->data, "\x7f"
				  "ELF");
}

/* The first value of a name in .modinfo; empty with p NULL without it. */
static as_span value_of(as_span info, const char *name)
{
	as_cur c = as_cur_le(info, 0);
	while (as_left(&c) > 0) {
		as_span entry = as_str(&c, 1);
		size_t n = as_lit(name).n;
		if (!as_ok(&c))
			break;
		if (as_starts(entry, name) && as_at(entry, n) == '=')
			return as_from(entry, n + 1);
	}
	return (as_span){ 0 };
}

/* Kernels before 4.13 do not write the name into .modinfo; it stands in the module structure,
 * after its state (an int, padded) and two pointers. */
static as_span name_in_structure(const as_elf_view *e)
{
	const as_elf_section *s = as_elf_section_named(e, ".gnu.linkonce.this_module");
	as_span name = s ? as_elf_string(s->data, e->wide ? 24 : 12) : (as_span){ 0 };
	return name.n > 0 && name.n < 64 && as_is_text(name) ? name : (as_span){ 0 };
}

static uint64_t leading_number(as_span s, char separator, size_t i)
{
	uint64_t v = 0;
	as_span part = as_field(s, separator, i);
	size_t n = 0;
	while (n < part.n && as_is_digit(part.p[n]))
		n++;
	(void)as_number(as_cut(part, 0, n), 10, &v);
	return v;
}

/* Since 3.3 the build marks what comes from the kernel's own source; before, nothing tells. */
static bool out_of_tree(as_span info, as_span vermagic)
{
	uint64_t major = leading_number(vermagic, '.', 0), minor = leading_number(vermagic, '.', 1);
	bool marked = major > 3 || (major == 3 && minor >= 3);
	return marked && !value_of(info, "intree").p;
}

static as_status state_component(as_facts *out, const as_file *f, const as_kernel_module *m)
{
	as_component row = { .where = m->where,
		.id = m->name,
		.name = m->name,
		.version = m->version,
		.method = as_lit("module"),
		.confidence = CONFIDENCE,
		.evidence = m->vermagic };
	bool plausible = m->version.n < VERSION_MAX_LEN;
	row.purl = as_purl_generic(f->arena, m->name, plausible ? m->version : (as_span){ 0 });
	return as_add_component(out, row);
}

/* The kernel takes "GPL" for version 2 (include/linux/module.h). */
static as_status state_licence(as_facts *out, const as_file *f, const as_kernel_module *m, bool own)
{
	as_span text = m->license, component = own ? m->name : (as_span){ 0 };
	if (!as_is(text, "GPL"))
		return as_add_licence_of(out, f->arena, m->where, component, text, "module");
	return as_add_licence(out, (as_licence){ .where = m->where,
					   .component = component,
					   .spdx = as_lit("GPL-2.0-only"),
					   .text = text,
					   .method = as_lit("module") });
}

/* What a module that the kernel does not have says of its makers. */
static as_status state_makers(as_facts *out, const as_file *f, const as_kernel_module *m)
{
	as_status s = as_add_named_suppliers(out, f->arena, m->where, m->author, "author");
	if (s > AS_PARTIAL || m->author.n > 0)
		return s;
	return as_worse(
		s, as_add_named_suppliers(out, f->arena, m->where, m->description, "author"));
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_elf_view e;
	as_status s = as_elf_open(&e, f->data, f->arena);
	if (s > AS_NOT_THIS)
		return s;
	if (s != AS_OK || e.type != AS_ET_REL)
		return AS_OK; /* the elf inspector says what is wrong with it */
	const as_elf_section *info = as_elf_section_named(&e, ".modinfo");
	if (!info || info->data.n == 0)
		return AS_OK;
	as_span d = info->data;
	as_kernel_module row = { .where = d,
		.name = value_of(d, "name"),
		.version = value_of(d, "version"),
		.vermagic = value_of(d, "vermagic"),
		.author = value_of(d, "author"),
		.license = value_of(d, "license"),
		.description = value_of(d, "description"),
		.depends = value_of(d, "depends"),
		.srcversion = value_of(d, "srcversion"),
		.has_signature = as_ends(f->data, signed_text) };
	if (!row.name.p)
		row.name = name_in_structure(&e);
	s = as_add_kernel_module(out, row);
	bool own = row.name.n > 0 && row.name.n < 64 && out_of_tree(d, row.vermagic);
	if (s == AS_OK && own)
		s = state_component(out, f, &row);
	if (s == AS_OK && own)
		s = state_makers(out, f, &row);
	return s <= AS_PARTIAL ? as_worse(s, state_licence(out, f, &row, own)) : s;
}

const as_inspector as_inspector_kernel_module = {
	.id = "kernel_module",
	.title = "Linux kernel modules",
	.cares = cares,
	.inspect = inspect,
	.tables =
		(const char *const[]){ "kernel_module", "component", "licence", "supplier", NULL },
};
