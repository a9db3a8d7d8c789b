/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/network.h"

#include "assess/names.h"

typedef struct reading {
	as_network n;
	as_faults *f;
	as_span file;
	as_names suppliers, segments, controls, threats;
	bool suppliers_told, segments_told; /* all are to be among those that have tables */
} reading;

static const char *shown(reading *r, as_span s) { return as_shown_text(r->f->arena, s); }

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
	as_fault_add(r->f, r->file, line, "%s: '%s'", message, shown(r, about));
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
		as_fault_add(r->f, r->file, 0, "there is more than one [%s]", key);
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
#define READ(key, member)                                                                          \
	rows = as_form_rows(&as_##key##_form, top, #key, r->file, r->f);                           \
	r->n.member = rows.p;                                                                      \
	r->n.n_##member = rows.n;
	TABLES(READ)
#undef READ
	for (const as_toml *c = top->first; c; c = c->next) {
		bool known = as_is(c->key, "assessment") || as_is(c->key, "loss");
#define KNOWN(title, member) known |= as_is(c->key, #title);
		TABLES(KNOWN)
#undef KNOWN
		if (!known)
			as_fault_add(r->f, r->file, c->line,
				"there is no table '%s': assessment, loss, supplier, segment, "
				"threat, control, class, scenario",
				shown(r, c->key));
	}
}

static void read_inventories(reading *r, const as_network_files *files)
{
	as_rows rows = { .p = r->n.classes, .n = r->n.n_classes };
	for (size_t i = 0; i < r->n.question.inventory.n; i++) {
		as_span name = r->n.question.inventory.p[i];
		as_span text = files->read(files->ctx, name, r->n.question.written.line, r->f);
		if (text.p)
			as_form_csv(&as_class_form, text, name, &rows, r->f);
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

static void once(reading *r, as_names *names, const as_written *w, const char *title, as_span name)
{
	size_t before = names->n, at = as_names_add(names, name);
	r->f->no_memory |= at == SIZE_MAX;
	if (at != SIZE_MAX && at < before)
		as_fault_add(r->f, w->file, w->line, "there are two of the name '%s' (%s)",
			shown(r, name), title);
}

static void name_suppliers(reading *r)
{
	r->suppliers_told = r->n.n_suppliers > 0;
	for (size_t i = 0; i < r->n.n_suppliers; i++)
		once(r, &r->suppliers, &r->n.suppliers[i].written, "supplier",
			r->n.suppliers[i].name);
	for (size_t i = 0; i < r->n.n_suppliers && r->suppliers.n == r->n.n_suppliers; i++) {
		const as_supplier *s = &r->n.suppliers[i];
		for (size_t a = 0; a < s->aliases.n; a++)
			if (!as_names_also(&r->suppliers, s->aliases.p[a], i))
				as_fault_add(r->f, s->written.file, s->written.line,
					"supplier: the alias '%s' of '%s' stands for another "
					"supplier, too",
					shown(r, s->aliases.p[a]), shown(r, s->name));
	}
}

/* The number of a supplier that a row names; one without a table is taken as it is only where none has a table. */
static size_t supplier_at(reading *r, const as_written *w, const char *title, as_span name)
{
	size_t at = as_names_find(&r->suppliers, name);
	if (at != SIZE_MAX || !name.n)
		return at;
	if (r->suppliers_told)
		as_fault_add(r->f, w->file, w->line,
			"%s: there is no [[supplier]] called '%s', nor an alias", title,
			shown(r, name));
	at = as_names_add(&r->suppliers, name); /* told once */
	r->f->no_memory |= at == SIZE_MAX;
	return at;
}

static void check_owners(reading *r)
{
	for (size_t i = 0; i < r->n.n_suppliers; i++) {
		const as_supplier *s = &r->n.suppliers[i];
		size_t at = i;
		for (size_t steps = 0; at < r->n.n_suppliers && r->n.suppliers[at].parent.n;
			steps++) {
			if (steps > r->n.n_suppliers) {
				as_fault_add(r->f, s->written.file, s->written.line,
					"supplier: who owns '%s' leads back to where it began: "
					"parents must not form a circle",
					shown(r, s->name));
				break;
			}
			at = supplier_at(r, &s->written, "parent", r->n.suppliers[at].parent);
		}
	}
}

static void check_texts(
	reading *r, const as_names *names, const as_written *w, const char *what, const as_texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (as_names_find(names, t->p[i]) == SIZE_MAX)
			as_fault_add(r->f, w->file, w->line, "there is no %s called '%s'", what,
				shown(r, t->p[i]));
}

static void check_class(reading *r, as_class *c)
{
	const as_written *w = &c->written;
	c->supplier_at = supplier_at(r, w, "class", c->supplier);
	if (!r->segments_told)
		r->f->no_memory |= as_names_add(&r->segments, c->segment) == SIZE_MAX;
	else if (c->segment.n && as_names_find(&r->segments, c->segment) == SIZE_MAX)
		as_fault_add(r->f, w->file, w->line, "class: there is no [[segment]] called '%s'",
			shown(r, c->segment));
	if (c->admin.n)
		(void)supplier_at(r, w, "class: admin", c->admin);
	if (r->n.question.subscribers > 0 && c->subscribers > r->n.question.subscribers)
		as_fault_add(r->f, w->file, w->line,
			"class: '%s' serves %.15g subscribers, but the operator has %.15g in all",
			shown(r, c->name), c->subscribers, r->n.question.subscribers);
	if (c->dossier.n && c->image.n)
		as_fault_add(r->f, w->file, w->line,
			"class: '%s' names a dossier and an image: one of them", shown(r, c->name));
	check_texts(r, &r->controls, w, "control", &c->controls);
}

static void check_threat(reading *r, const as_threat *t)
{
	const as_written *w = &t->written;
	const char *name = shown(r, t->name);
	bool compared = t->capability.line && t->resistance.line;
	if (t->susceptibility.line ? t->capability.line || t->resistance.line
				   : t->capability.line != 0 && !compared)
		as_fault_add(r->f, w->file, w->line,
			"threat: '%s' takes susceptibility, or capability and resistance together",
			name);
	if (!t->susceptibility.line && !compared && t->evidence)
		as_fault_add(r->f, w->file, w->line,
			"threat: '%s' says no susceptibility: without a range of yours there is no "
			"figure (evidence = false "
			"for what always succeeds)",
			name);
	if ((t->hours.line && !r->n.loss.subscriber_hour.line) ||
		(t->records.line && !r->n.loss.record.line))
		as_fault_add(r->f, w->file, w->line, "threat: '%s' needs %s of [loss]", name,
			t->hours.line && !r->n.loss.subscriber_hour.line ? "subscriber_hour"
									 : "record");
	if (t->secondary.line && !t->secondary_chance.line)
		as_fault_add(r->f, w->file, w->line, "threat: '%s' needs secondary_chance", name);
	if (!t->hours.line && !t->response.line && !t->secondary.line && !t->records.line &&
		!t->replace.line)
		as_fault_add(r->f, w->file, w->line,
			"threat: '%s' costs nothing: hours, response, secondary, records or "
			"replace",
			name);
	for (size_t i = 0; i < t->suppliers.n; i++)
		(void)supplier_at(r, w, "threat", t->suppliers.p[i]);
	check_texts(r, &r->segments, w, "segment", &t->segments);
}

static void check_change(reading *r, const as_change *c, const char *kind)
{
	const as_written *w = &c->written;
	size_t out = supplier_at(r, w, kind, c->supplier), in = supplier_at(r, w, kind, c->with);
	if (out == in && out != SIZE_MAX)
		as_fault_add(r->f, w->file, w->line, "%s: '%s' is to be replaced by itself", kind,
			shown(r, c->supplier));
	check_texts(r, &r->segments, w, "segment", &c->segments);
	bool freeze = strcmp(kind, "freeze") == 0, cap = strcmp(kind, "cap") == 0;
	if (!freeze && c->sites_month == 0 && !c->months.line && c->by == 0)
		as_fault_add(r->f, w->file, w->line,
			"%s: how fast it goes is not told: sites_month, months, or by", kind);
	if (c->by > 0 && c->by <= r->n.question.start)
		as_fault_add(r->f, w->file, w->line,
			"%s: by %.15g lies before the first year, %.15g", kind, c->by,
			r->n.question.start);
	if (c->share >= 1)
		as_fault_add(r->f, w->file, w->line, "%s: a share of 1 changes nothing", kind);
	if (!cap && c->share > 0)
		as_fault_add(r->f, w->file, w->line, "%s: share belongs to cap", kind);
}

/* The most that a supplier may have of a segment. */
static double most_of(const as_scenario *s, as_span supplier, as_span segment)
{
	const as_change *caps = s->cap.p;
	double most = 1;
	for (size_t i = 0; i < s->cap.n; i++)
		if (as_names_same(caps[i].supplier, supplier) &&
			as_among(&caps[i].segments, segment))
			most = caps[i].share;
	return most;
}

static void list_suppliers(reading *r, as_span segment, as_names *there)
{
	for (size_t i = 0; i < r->n.n_classes; i++) {
		const as_class *c = &r->n.classes[i];
		if (as_names_same(c->segment, segment) && c->supplier.n)
			r->f->no_memory |= as_names_add(there, c->supplier) == SIZE_MAX;
	}
}

/* Caps of all suppliers of a segment must leave room for all of it. */
static void check_share(reading *r, const as_scenario *s, as_span segment)
{
	const as_change *caps = s->cap.p;
	as_names there = { .arena = r->f->arena };
	double room = 0;
	list_suppliers(r, segment, &there);
	for (size_t k = 0; k < there.n; k++)
		room += most_of(s, there.p[k], segment);
	for (size_t i = 0; i < s->cap.n; i++)
		room += as_names_find(&there, caps[i].with) == SIZE_MAX &&
			as_among(&caps[i].segments, segment);
	if (there.n && room < 1)
		as_fault_add(r->f, s->written.file, s->written.line,
			"scenario: '%s': the caps leave only %.15g %% of segment '%s' to anybody",
			shown(r, s->name), 100 * room, shown(r, segment));
	as_names_free(&there);
}

static void check_apply(reading *r, const as_apply *a)
{
	size_t at = as_names_find(&r->controls, a->control);
	const as_written *w = &a->written;
	if (at == SIZE_MAX) {
		as_fault_add(r->f, w->file, w->line, "apply: there is no control called '%s'",
			shown(r, a->control));
		return;
	}
	const as_control *c = &r->n.controls[at];
	if (!c->cost.line && !c->unit_cost.line && !c->yearly.line)
		as_fault_add(r->f, w->file, w->line,
			"apply: what '%s' costs is not told: add [[control]] name = \"%s\" with "
			"cost, unit_cost or yearly",
			shown(r, a->control), shown(r, a->control));
	check_texts(r, &r->segments, w, "segment", &a->segments);
}

static void check_scenario(reading *r, const as_scenario *s)
{
	const struct {
		const as_rows *rows;
		const char *kind;
	} kinds[] = { { &s->replace, "replace" }, { &s->cap, "cap" }, { &s->freeze, "freeze" } };
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		for (size_t i = 0; i < kinds[k].rows->n; i++)
			check_change(r, (const as_change *)kinds[k].rows->p + i, kinds[k].kind);
	for (size_t i = 0; i < s->apply.n; i++)
		check_apply(r, (const as_apply *)s->apply.p + i);
	for (size_t g = 0; g < r->segments.n && s->cap.n; g++)
		check_share(r, s, r->segments.p[g]);
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

static void check_counts(reading *r)
{
	if (r->n.n_classes == 0)
		as_fault_add(r->f, r->file, 0,
			"there is no equipment: [[class]], or an inventory in [assessment]");
	if (r->n.n_scenarios > AS_SCENARIOS_MOST || r->n.n_threats > AS_THREATS_MOST)
		as_fault_add(r->f, r->file, 0, "at most %d scenarios and %d threats are compared",
			AS_SCENARIOS_MOST, AS_THREATS_MOST);
}

static void check(reading *r)
{
	r->segments_told = r->n.n_segments > 0;
	name_suppliers(r);
	for (size_t i = 0; i < r->n.n_segments; i++)
		once(r, &r->segments, &r->n.segments[i].written, "segment", r->n.segments[i].name);
	for (size_t i = 0; i < r->n.n_controls; i++)
		once(r, &r->controls, &r->n.controls[i].written, "control", r->n.controls[i].name);
	for (size_t i = 0; i < r->n.n_threats; i++)
		once(r, &r->threats, &r->n.threats[i].written, "threat", r->n.threats[i].name);
	check_owners(r);
	for (size_t i = 0; i < r->n.n_classes; i++)
		check_class(r, &r->n.classes[i]);
	for (size_t i = 0; i < r->n.n_threats; i++)
		check_threat(r, &r->n.threats[i]);
	for (size_t i = 0; i < r->n.n_controls; i++)
		check_texts(r, &r->threats, &r->n.controls[i].written, "threat",
			r->n.controls[i].shipped ? &(as_texts){ 0 } : &r->n.controls[i].threats);
	as_names scenarios = { .arena = r->f->arena };
	for (size_t i = 0; i < r->n.n_scenarios; i++) {
		once(r, &scenarios, &r->n.scenarios[i].written, "scenario", r->n.scenarios[i].name);
		check_scenario(r, &r->n.scenarios[i]);
	}
	as_names_free(&scenarios);
	check_counts(r);
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
	r.suppliers.arena = r.segments.arena = r.controls.arena = r.threats.arena = f->arena;
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
	check(&r);
	add_accept(&r);
	keep_suppliers(&r);
	as_names_free(&r.suppliers);
	as_names_free(&r.segments);
	as_names_free(&r.controls);
	as_names_free(&r.threats);
	return r.n;
}

void as_network_schema(as_buf *out)
{
	static const struct {
		const char *key;
		const as_form *form;
	} tables[] = { { "supplier", &as_supplier_form }, { "segment", &as_segment_form },
		{ "threat", &as_threat_form }, { "control", &as_control_form },
		{ "class", &as_class_form }, { "scenario", &as_scenario_form } };
	as_buf_text(out,
		"{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":\"Network "
		"file of Assay\","
		"\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"assessment\"],"
		"\"$defs\":{\"quantity\":{\"oneOf\":[{\"type\":\"number\"},{\"type\":\"object\","
		"\"additionalProperties\":false,\"properties\":{");
	static const char *const parts[] = { "value", "low", "likely", "high", "min", "max",
		"events", "years", "cap" };
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		as_buf_print(out, "\"%s\":{\"type\":\"number\"},", parts[i]);
	as_buf_text(out, "\"source\":{\"type\":\"string\"}}}]}},\"properties\":{\"assessment\":");
	as_form_schema(&as_question_form, out);
	as_buf_text(out, ",\"loss\":");
	as_form_schema(&as_loss_form, out);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		as_buf_print(out, ",\"%s\":{\"type\":\"array\",\"items\":", tables[i].key);
		as_form_schema(tables[i].form, out);
		as_buf_text(out, "}");
	}
	as_buf_text(out, "}}\n");
}
