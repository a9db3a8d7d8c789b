/* SPDX-License-Identifier: Apache-2.0 */
/* What Android's init starts: files of sections, each of which begins with one of
 *    service NAME PATH [ARGUMENT...]   on TRIGGER   import FILE
 * Below a service stand its options (class NAME, user NAME, disabled, ...), below a trigger its commands, of which
 * "exec [LABEL [USER [GROUP...]]] -- PATH [ARGUMENT...]" runs a program. */
#include "inspect/daemon.h"
#include "inspect/inspector.h"

enum { LARGEST = 1 << 20 /* bytes; those of devices have some tens of thousands */ };

typedef struct reading {
	as_facts *out;
	const as_file *f;
	as_start start; /* of the service whose options are being read */
	as_span command;
	uint32_t number; /* its line */
	as_span trigger; /* of the section, if it is one of commands */
} reading;

/* What follows the n-th word of a line. */
static as_span behind(as_span line, size_t n)
{
	as_span word = as_word(line, n);
	uint64_t at = 0;
	return as_within(line, word, &at) && word.n > 0 ? as_trim(as_from(line, at + word.n))
							: (as_span){ 0 };
}

/* The service is whole: its options ended. */
static as_status finish(reading *r)
{
	as_span command = r->command;
	r->command = (as_span){ 0 };
	if (command.n == 0)
		return AS_OK;
	return as_add_start_line(r->out, r->f->arena, &r->start, command, r->number);
}

static as_status section(reading *r, as_span line, uint32_t number)
{
	as_status s = finish(r);
	r->trigger = as_is(as_word(line, 0), "on") ? behind(line, 0) : (as_span){ 0 };
	if (!as_is(as_word(line, 0), "service"))
		return s;
	r->command = behind(line, 1);
	r->number = number;
	r->start = (as_start){ .init = "android",
		.name = as_word(line, 1),
		.trigger = as_lit("class default"),
		.user = as_lit("root"),
		.enabled = as_some(1),
		.where = line,
		.always = true };
	return s;
}

static void option(reading *r, as_span line)
{
	as_span name = as_word(line, 0);
	if (as_is(name, "class"))
		r->start.trigger = line;
	else if (as_is(name, "user"))
		r->start.user = as_word(line, 1);
	else if (as_is(name, "disabled"))
		r->start.enabled = as_some(0);
}

static as_status command(reading *r, as_span line, uint32_t number)
{
	size_t dashes = 1;
	while (as_word(line, dashes).p && !as_is(as_word(line, dashes), "--") && dashes < 8)
		dashes++;
	as_span what = behind(line, dashes);
	if (!as_is(as_word(line, 0), "exec") || !as_is(as_word(line, dashes), "--") || what.n == 0)
		return AS_OK;
	as_start start = { .init = "android",
		.name = as_base_name(as_word(what, 0)),
		.trigger = r->trigger,
		.user = dashes > 2 ? as_word(line, 2) : as_lit("root"),
		.enabled = as_some(1),
		.where = line,
		.always = true };
	return as_add_start_line(r->out, r->f->arena, &start, what, number);
}

static bool begins_section(as_span line)
{
	as_span first = as_word(line, 0);
	return as_is(first, "service") || as_is(first, "on") || as_is(first, "import");
}

static as_status inspect(as_facts *out, const as_file *f)
{
	reading r = { .out = out, .f = f };
	as_cur c = as_cur_le(f->data, 0);
	as_status s = AS_OK;
	uint32_t number = 0;
	for (as_span line; s <= AS_PARTIAL && as_line(&c, &line);) {
		number++;
		line = as_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (begins_section(line))
			s = as_worse(s, section(&r, line, number));
		else if (r.command.n > 0)
			option(&r, line);
		else if (r.trigger.n > 0)
			s = as_worse(s, command(&r, line, number));
	}
	return s <= AS_PARTIAL ? as_worse(s, finish(&r)) : s;
}

const as_inspector as_inspector_android_init = {
	.id = "android_init",
	.title = "What Android's init starts",
	.paths = (const char *const[]){ "*/etc/init/*.rc", "*/init.rc", "*/init.*.rc", NULL },
	.cares = as_file_is_text,
	.most = LARGEST,
	.inspect = inspect,
	.tables = (const char *const[]){ "autostart", "listener", "script_call", "fetch", NULL },
};
