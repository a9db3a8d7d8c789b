/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/network.h"

#include "assess/near.h"
#include "assess/network_internal.h"

typedef as_network_reading reading;

bool as_among(const as_texts *texts, as_span name)
{
	for (size_t i = 0; i < texts->n; i++)
		if (as_names_same(texts->p[i], name))
			return true;
	return texts->n == 0;
}

static void on_toml(void *ctx, unsigned line, const char *message, as_span about)
{
	reading *r = ctx;
	if (about.n)
		as_fault_add(r->f, r->file, line, "this line %s: '%s'", message,
			as_network_shown(r, about));
	else
		as_fault_add(r->f, r->file, line, "this line %s", message);
}

static void read_one(reading *r, const as_form *form, const as_toml *top, const char *key,
	void *row, bool needed)
{
	as_rows rows = as_form_rows(form, top, key, r->file, r->f);
	if (form->begin)
		form->begin(row);
	if (rows.n == 1)
		memcpy(row, rows.p, form->size);
	else if (rows.n > 1)
		as_fault_add(r->f, r->file,
			((const as_written *)(const void *)((uint8_t *)rows.p + form->size))->line,
			"there is more than one [%s]", key);
	else if (needed && !as_toml_get(top, key))
		as_fault_add(r->f, r->file, 0,
			"[%s] is missing: assay assess init writes a file to start from", key);
}

/* What stands at the top of the file besides [assessment] and [loss]. */
#define TABLES(R)                                                                                  \
	R(supplier, suppliers)                                                                     \
	R(segment, segments)                                                                       \
	R(threat, threats) R(control, controls) R(class, classes) R(scenario, scenarios)

static void read_tables(reading *r, const as_toml *top)
{
	as_rows rows;
	size_t before = 0;
#define READ(key, member)                                                                          \
	before = r->f->n;                                                                          \
	rows = as_form_rows(&as_##key##_form, top, #key, r->file, r->f);                           \
	r->n.member = rows.p;                                                                      \
	r->n.n_##member = rows.n;                                                                  \
	r->classes_spoiled |= rows.p && rows.p == (void *)r->n.classes && r->f->n > before;
	TABLES(READ)
#undef READ
	for (const as_toml *c = top->first; c; c = c->next) {
		static const char *const names[] = { "assessment", "loss",
#define NAME(title, member) #title,
			TABLES(NAME)
#undef NAME
		};
		as_near near = { .given = c->key };
		bool known = false;
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			known |= as_is(c->key, names[i]);
			as_near_try(&near, as_lit(names[i]));
		}
		if (!known)
			as_fault_add(r->f, r->file, c->line,
				"there is no %s '%s'%s (there are: assessment, loss, supplier, "
				"segment, threat, control, class, scenario)",
				c->kind == AS_TOML_TABLE || c->kind == AS_TOML_ARRAY
					? "table"
					: "field outside a table",
				as_network_shown(r, c->key), as_near_text(&near, r->f->arena));
	}
}

static void read_inventories(reading *r, const as_network_files *files)
{
	as_rows rows = { .p = r->n.classes, .n = r->n.n_classes };
	for (size_t i = 0; i < r->n.question.inventory.n; i++) {
		as_span name = r->n.question.inventory.p[i];
		size_t before = r->f->n;
		as_span text = files->read(files->ctx, name,
			as_form_line_of(&r->n.question.written, "inventory", name), r->f);
		if (text.p)
			as_form_csv(&as_class_form, text, name, &rows, r->f);
		r->classes_spoiled |= r->f->n > before;
	}
	r->n.classes = rows.p;
	r->n.n_classes = rows.n;
}

/* Controls that ship stand where the user has written nothing of them. */
static void fill_control(as_control *c, const as_control *from)
{
	const as_quantity *const shipped[] = { &from->effect, &from->hours_left, &from->cost,
		&from->unit_cost, &from->yearly, &from->months };
	as_quantity *const own[] = { &c->effect, &c->hours_left, &c->cost, &c->unit_cost,
		&c->yearly, &c->months };
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (own[i]->line)
			continue;
		*own[i] = *shipped[i];
		own[i]->origin = AS_DEFAULT;
	}
	if (!c->what.p)
		c->what = from->what;
	if (!c->measure.p)
		c->measure = from->measure;
	if (!c->threats.n)
		c->threats = from->threats;
	c->shipped = true;
}

static void read_shipped(reading *r, as_span text)
{
	as_span own = r->file;
	r->file = as_lit("controls.toml");
	const as_toml *top = as_toml_read(text, r->f->arena, on_toml, r);
	as_rows rows = { 0 };
	if (top)
		rows = as_form_rows(&as_control_form, top, "control", r->file, r->f);
	r->file = own;
	for (size_t i = 0; i < rows.n; i++) /* it is not the user's */
		((as_control *)rows.p)[i].written.table = NULL;
	as_control *all = as_alloc_array(r->f->arena, r->n.n_controls + rows.n + 1, sizeof(*all));
	if (!top || !all) {
		r->f->no_memory = true;
		return;
	}
	if (r->n.n_controls)
		memcpy(all, r->n.controls, r->n.n_controls * sizeof(*all));
	size_t n = r->n.n_controls;
	for (size_t i = 0; i < rows.n; i++) {
		const as_control *c = (const as_control *)rows.p + i;
		as_control *to = NULL;
		for (size_t k = 0; k < r->n.n_controls && !to; k++)
			to = as_names_same(all[k].name, c->name) ? &all[k] : NULL;
		if (!to) {
			to = &all[n++];
			*to = (as_control){ .written = c->written, .name = c->name };
		}
		fill_control(to, c);
	}
	r->n.controls = all;
	r->n.n_controls = n;
}

/* "accept", the first of all scenarios, unless the user tells of it. */
static void add_accept(reading *r)
{
	as_scenario *all = as_alloc_array(r->f->arena, r->n.n_scenarios + 1, sizeof(*all));
	if (!all) {
		r->f->no_memory = true;
		return;
	}
	size_t n = 1;
	all[0] = (as_scenario){ .name = as_lit("accept"),
		.what = as_lit("Everything stays as it is.") };
	for (size_t i = 0; i < r->n.n_scenarios; i++) {
		if (!as_is_nocase(r->n.scenarios[i].name, "accept"))
			all[n++] = r->n.scenarios[i];
		else if (r->n.scenarios[i].replace.n + r->n.scenarios[i].cap.n +
				 r->n.scenarios[i].freeze.n + r->n.scenarios[i].apply.n ==
			 0)
			all[0] = r->n.scenarios[i];
		else
			as_fault_add(r->f, r->n.scenarios[i].written.file,
				r->n.scenarios[i].written.line,
				"scenario: 'accept' is the one in which nothing changes: call this "
				"one otherwise");
	}
	r->n.scenarios = all;
	r->n.n_scenarios = n;
}

/* Suppliers that only classes and changes name get tables of their own. */
static void keep_suppliers(reading *r)
{
	as_supplier *all = as_alloc_array(r->f->arena, r->suppliers.n + 1, sizeof(*all));
	if (!all) {
		r->f->no_memory = true;
		return;
	}
	for (size_t i = 0; i < r->suppliers.n; i++) {
		if (i < r->n.n_suppliers)
			all[i] = r->n.suppliers[i];
		else
			all[i] = (as_supplier){ .name = r->suppliers.p[i] };
	}
	r->n.suppliers = all;
	r->n.n_suppliers = r->suppliers.n;
}

as_network as_network_read(
	as_span text, as_span file, as_span shipped, const as_network_files *files, as_faults *f)
{
	reading r = { .f = f, .file = file };
	as_names *const all[] = { &r.suppliers, &r.segments, &r.controls, &r.threats, &r.regions,
		&r.products };
	enum { ALL = sizeof(all) / sizeof(all[0]) };
	for (size_t i = 0; i < ALL; i++)
		all[i]->arena = f->arena;
	r.n.notes.arena = f->arena;
	const as_toml *top = as_toml_read(text, f->arena, on_toml, &r);
	if (!top) {
		f->no_memory = true;
		return r.n;
	}
	read_one(&r, &as_question_form, top, "assessment", &r.n.question, true);
	read_one(&r, &as_loss_form, top, "loss", &r.n.loss, false);
	read_tables(&r, top);
	read_inventories(&r, files);
	read_shipped(&r, shipped);
	as_network_check(&r);
	add_accept(&r);
	keep_suppliers(&r);
	for (size_t i = 0; i < ALL; i++)
		as_names_free(all[i]);
	return r.n;
}

void as_network_schema(as_buf *out)
{
	static const as_form *const forms[] = { &as_question_form, &as_loss_form,
#define FORM(title, member) &as_##title##_form,
		TABLES(FORM)
#undef FORM
			& as_change_form,
		&as_apply_form };
	as_buf_text(out, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
			 "\"title\":\"Network file of Assay\",\"type\":\"object\","
			 "\"additionalProperties\":false,\"required\":[\"assessment\"],"
			 "\"$defs\":{\"quantity\":");
	as_quantity_schema(out);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		as_buf_print(out, ",\"%s\":", forms[i]->title);
		as_form_schema(forms[i], out);
	}
	as_buf_text(out, "},\"properties\":{\"assessment\":{\"$ref\":\"#/$defs/assessment\"},"
			 "\"loss\":{\"$ref\":\"#/$defs/loss\"}");
#define LIST(title, member)                                                                        \
	as_buf_text(out, ",\"" #title "\":{\"anyOf\":[{\"$ref\":\"#/$defs/" #title "\"},{"         \
			 "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/" #title "\"}}]}");
	TABLES(LIST)
#undef LIST
	as_buf_text(out, "}}\n");
}
