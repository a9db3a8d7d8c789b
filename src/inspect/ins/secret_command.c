/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords on the command lines of shell scripts: options that take one (sshpass -p, curl -u,
 * mysql -p, openssl -passin pass:...), and account passwords set by chpasswd or passwd from
 * echo, printf or a here-document. What the script puts in from elsewhere is no secret of the
 * file; what it assigns to a variable is the secret_script inspector's. */
#include <string.h>

#include "inspect/secret.h"
#include "inspect/shell.h"

enum { FILE_MAX = 1 << 20, LOGINS_MAX = 64 };

typedef enum form { PLAIN, USER_COLON, USER_PERCENT, AFTER_PASS } form;

static const struct option {
	const char *program;
	char letter;      /* 0: none */
	const char *word; /* NULL: none */
	form form;
	const char *kind;
} options[] = {
	{ "sshpass", 'p', NULL, PLAIN, "password" },
	{ "curl", 'u', "user", USER_COLON, "password" },
	{ "curl", 'U', "proxy-user", USER_COLON, "password" },
	{ "wget", 0, "password", PLAIN, "password" },
	{ "wget", 0, "http-password", PLAIN, "password" },
	{ "wget", 0, "ftp-password", PLAIN, "password" },
	{ "wget", 0, "http-passwd", PLAIN, "password" },
	{ "ftpget", 'p', NULL, PLAIN, "password" },
	{ "ftpput", 'p', NULL, PLAIN, "password" },
	{ "mysql", 0, "password", PLAIN, "database" },
	{ "mysqldump", 0, "password", PLAIN, "database" },
	{ "mysqladmin", 0, "password", PLAIN, "database" },
	{ "openssl", 0, "passin", AFTER_PASS, "password" },
	{ "smbclient", 'U', "user", USER_PERCENT, "password" },
	{ "mosquitto_pub", 'P', "pw", PLAIN, "password" },
	{ "mosquitto_sub", 'P', "pw", PLAIN, "password" },
	{ "ldapsearch", 'w', NULL, PLAIN, "ldap" },
	{ "ipmitool", 'P', NULL, PLAIN, "password" },
};

typedef struct reader {
	as_facts *out;
	const as_guesser *g;
	as_arena *arena;
} reader;

/* A value counts only as far as it is written in the command itself: variables that the shell
 * reader has filled in stand elsewhere. */
static as_status add(
	reader *r, const as_cmd *cmd, const char *kind, as_span name, as_span user, as_span value)
{
	if (value.n == 0 || as_find(cmd->where, value, 0) == SIZE_MAX)
		return AS_OK;
	as_pair p = { .where = cmd->where,
		.name = name,
		.value = value,
		.user = user,
		.context = cmd->word[0],
		.code = true,
		.quoted = true };
	return as_add_pair(r->out, r->g, &p, kind, "shell");
}

static as_status split(
	reader *r, const as_cmd *cmd, const struct option *o, as_span name, as_span value)
{
	as_span user = { 0 };
	uint8_t mark = o->form == USER_COLON ? ':' : '%';
	if (o->form == AFTER_PASS && !as_starts(value, "pass:"))
		return AS_OK;
	if (o->form == AFTER_PASS)
		value = as_from(value, strlen("pass:"));
	if (o->form == USER_COLON || o->form == USER_PERCENT) {
		size_t at = as_find_byte(value, mark, 0);
		if (at == SIZE_MAX)
			return AS_OK;
		user = as_cut(value, 0, at);
		value = as_from(value, at + 1);
	}
	return add(r, cmd, o->kind, name, user, value);
}

/* "user:password" lines, as chpasswd reads them. */
static as_status logins(reader *r, const as_cmd *cmd, as_span text)
{
	as_cur c = as_cur_le(text, 0);
	as_status s = AS_OK;
	size_t n = 0;
	for (as_span line; s == AS_OK && n < LOGINS_MAX && as_line(&c, &line); n++) {
		size_t at = as_find_byte(line, ':', 0);
		if (at != SIZE_MAX)
			s = add(r, cmd, "password", as_lit("chpasswd"), as_cut(line, 0, at),
				as_from(line, at + 1));
	}
	return s;
}

/* What echo or printf would write: the last word, up to a "\n". */
static as_span echoed(const as_cmd *cmd)
{
	if (!cmd || cmd->n < 2 || (!as_cmd_is(cmd, "echo") && !as_cmd_is(cmd, "printf")))
		return (as_span){ 0 };
	as_span text = cmd->word[cmd->n - 1];
	size_t end = as_find(text, as_lit("\\n"), 0);
	return end == SIZE_MAX ? text : as_cut(text, 0, end);
}

static as_status accounts(reader *r, const as_cmd *cmd)
{
	as_span text = echoed(cmd->before);
	if (as_cmd_is(cmd, "chpasswd")) {
		as_status s = text.n > 0 ? logins(r, cmd->before, text) : AS_OK;
		return s == AS_OK && cmd->input.p ? logins(r, cmd, cmd->input) : s;
	}
	if (!as_cmd_is(cmd, "passwd") && !as_cmd_is(cmd, "smbpasswd"))
		return AS_OK;
	as_span user = cmd->n > 1 ? cmd->word[cmd->n - 1] : as_lit("root");
	return text.n > 0 ? add(r, cmd->before, "password", cmd->word[0], user, text) : AS_OK;
}

static as_status command(void *ctx, const as_cmd *cmd)
{
	reader *r = ctx;
	as_status s = cmd->n > 0 ? accounts(r, cmd) : AS_OK;
	for (size_t i = 0; s == AS_OK && cmd->n > 1 && i < sizeof(options) / sizeof(options[0]);
		i++) {
		const struct option *o = &options[i];
		if (!as_cmd_is(cmd, o->program))
			continue;
		as_span value = as_cmd_option(cmd, o->letter, o->word);
		as_span name = as_print(r->arena, "%s %s%s", o->program, o->word ? "--" : "-",
			o->word ? o->word : (const char[]){ o->letter, 0 });
		if (value.p)
			s = split(r, cmd, o, name, value);
	}
	return s;
}

static bool cares(const as_file *f)
{
	return as_starts(f->data, "#!") && as_is_shell_script(f->data);
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_guesser g = as_guesser_of(f->arena);
	reader r = { .out = out, .g = &g, .arena = f->arena };
	return as_shell_each(f->arena, f->data, command, &r);
}

const as_inspector as_inspector_secret_command = {
	.id = "secret_command",
	.title = "Passwords on command lines of shell scripts",
	.cares = cares,
	.most = FILE_MAX,
	.inspect = inspect,
	.tables = (const char *const[]){ "secret", NULL },
};
