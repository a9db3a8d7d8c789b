/* SPDX-License-Identifier: Apache-2.0 */
/* crontab(5): five fields of time or @word, in system tables a user, then a shell command; and the
 * scripts in cron.daily and its sisters, run by root. */
#include "base/ascii.h"
#include "inspect/daemon.h"
#include "inspect/inspector.h"

static bool has_user(const as_file *f)
{
	return as_path_is(f, "*/etc/crontab") || as_path_is(f, "*/etc/cron.d/*");
}

/* Offset of the i-th word of line, or line.n. */
static size_t word_at(as_span line, size_t i)
{
	uint64_t at = line.n;
	as_span w = as_word(line, i);
	return w.p && as_within(line, w, &at) ? (size_t)at : line.n;
}

static bool is_schedule(as_span line)
{
	if (as_starts(line, "@"))
		return true;
	for (size_t i = 0; i < 5; i++) {
		uint8_t c = as_at(as_word(line, i), 0);
		bool name = i >= 3 && as_word(line, i).n >= 3; /* jan, mon */
		if (!as_is_digit(c) && c != '*' && !name)
			return false;
	}
	return true;
}

static as_status one(as_facts *out, const as_file *f, as_span line, uint32_t number)
{
	if (line.p[0] == '#' || !is_schedule(line))
		return AS_OK;
	size_t fields = as_starts(line, "@") ? 1 : 5, user = has_user(f);
	size_t time_end = word_at(line, fields), from = word_at(line, fields + user);
	as_start start = { .init = "cron",
		.name = as_base_name(f->path),
		.trigger = as_trim(as_cut(line, 0, time_end)),
		.user = user ? as_word(line, fields) : as_base_name(f->path),
		.enabled = as_some(1),
		.always = true };
	as_span command = as_from(line, from);
	return command.n > 0 ? as_add_start_line(out, f->arena, &start, command, number) : AS_OK;
}

static as_status table(as_facts *out, const as_file *f)
{
	as_cur c = as_cur_le(f->data, 0);
	as_status s = AS_OK;
	uint32_t number = 0;
	for (as_span line; s == AS_OK && as_line(&c, &line);) {
		number++;
		line = as_trim(line);
		if (line.n > 0)
			s = one(out, f, line, number);
	}
	return s;
}

static as_status inspect(as_facts *out, const as_file *f)
{
	static const struct {
		const char *glob, *when;
	} folders[] = {
		{ "*/etc/cron.hourly/*", "hourly" },
		{ "*/etc/cron.daily/*", "daily" },
		{ "*/etc/cron.weekly/*", "weekly" },
		{ "*/etc/cron.monthly/*", "monthly" },
		{ "*/etc/periodic/*", "periodic" },
	};
	if (as_is(as_base_name(f->path), ".placeholder"))
		return AS_OK;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (as_path_is(f, folders[i].glob))
			return as_add_autostart(out, (as_autostart){ .init = as_lit("cron"),
							     .name = as_base_name(f->path),
							     .command = f->path,
							     .program = f->path,
							     .user = as_lit("root"),
							     .trigger = as_lit(folders[i].when) });
	return table(out, f);
}

const as_inspector as_inspector_cron = {
	.id = "cron",
	.title = "Scheduled commands (cron)",
	.paths = (const char *const[]){ "*/etc/crontab", "*/etc/cron.d/*", "*/var/spool/cron/*",
		"*/etc/crontabs/*", "*/etc/cron.hourly/*", "*/etc/cron.daily/*",
		"*/etc/cron.weekly/*", "*/etc/cron.monthly/*", "*/etc/periodic/*", NULL },
	.cares = as_file_is_text,
	.inspect = inspect,
	.tables = (const char *const[]){ "autostart", "listener", "script_call", "fetch", NULL },
};
