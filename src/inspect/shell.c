/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/shell.h"

#include <string.h>

#include "base/ascii.h"
#include "inspect/shellscan.h"

enum { VARIABLES = 128, HEREDOCS = 4 };

typedef struct variable {
	as_span name, value;
} variable;

typedef struct variables {
	variable v[VARIABLES];
	size_t n;
} variables;

typedef struct heredoc {
	as_span end; /* the line that ends it */
	bool strip;  /* <<-: leading tabs do not count */
} heredoc;

typedef struct shell {
	as_arena *arena;
	as_cmd_fn *each;
	void *ctx;
	variables *vars;
	as_span text;
	size_t at;
	uint32_t line;
	unsigned depth;
	as_span where; /* if set, cited instead of the command's own bytes */
	heredoc doc[HEREDOCS];
	size_t docs;
	unsigned cases; /* open case ... esac */
	bool pattern;   /* before the ) of a case branch */
	unsigned parens;
	as_cmd *cmd, *spare; /* being read; the one before */
	size_t from, to;     /* extent of the command being read, in text */
	bool first;          /* nothing read of it yet */
	bool quoted;         /* the word last read had quotes */
	as_status status;
} shell;

static as_status walk(shell *sh);

static uint8_t peek(const shell *sh, size_t ahead) { return as_at(sh->text, sh->at + ahead); }

static bool more(const shell *sh) { return sh->at < sh->text.n; }

static as_span lookup(const shell *sh, as_span name)
{
	for (size_t i = sh->vars->n; i > 0; i--)
		if (as_same(sh->vars->v[i - 1].name, name))
			return sh->vars->v[i - 1].value;
	return (as_span){ 0 };
}

static void assign(shell *sh, as_span name, as_span value)
{
	for (size_t i = 0; i < sh->vars->n; i++) {
		if (!as_same(sh->vars->v[i].name, name))
			continue;
		sh->vars->v[i].value = value;
		return;
	}
	if (sh->vars->n < VARIABLES)
		sh->vars->v[sh->vars->n++] = (variable){ name, value };
}

/* Length of the NAME= at the start of w, or 0. */
static size_t assignment(as_span w)
{
	size_t i = 0;
	while (i < w.n && as_sh_is_name(w.p[i]))
		i++;
	return i > 0 && as_at(w, i) == '=' && !as_is_digit(w.p[0]) ? i + 1 : 0;
}

typedef struct word_buf {
	uint8_t p[AS_WORD_MAX];
	size_t n;
} word_buf;

static void put(word_buf *b, as_span s)
{
	size_t n = (size_t)as_min(s.n, AS_WORD_MAX - b->n);
	if (n > 0)
		memcpy(&b->p[b->n], s.p, n);
	b->n += n;
}

/* Walks the commands of a substitution. */
static void nested(shell *sh, as_span inner, as_span where)
{
	if (sh->depth + 1 >= AS_SHELL_DEPTH || sh->status != AS_OK || inner.n == 0)
		return;
	shell sub = { .arena = sh->arena,
		.each = sh->each,
		.ctx = sh->ctx,
		.vars = sh->vars,
		.text = inner,
		.line = sh->line,
		.depth = sh->depth + 1,
		.where = where };
	sh->status = walk(&sub);
}

/* A $ at raw[at]: fills in what is known, walks what is a command. Answers the offset past it. */
static size_t dollar(shell *sh, word_buf *b, as_span raw, size_t at)
{
	uint8_t next = as_at(raw, at + 1);
	if (next == '(') {
		size_t end = as_sh_past_close(raw, at + 2, '(', ')');
		if (as_at(raw, at + 2) != '(' && end > at + 3)
			nested(sh, as_cut(raw, at + 2, end - at - 3), sh->where);
		put(b, as_cut(raw, at, end - at));
		return end;
	}
	size_t from = at + (next == '{' ? 2 : 1), to = from;
	while (to < raw.n && as_sh_is_name(raw.p[to]))
		to++;
	size_t end = next == '{' ? as_sh_past_close(raw, from, '{', '}') : to;
	as_span value = lookup(sh, as_cut(raw, from, to - from));
	if (!value.p && next == '{' && as_at(raw, to) == ':' && as_at(raw, to + 1) == '-' &&
		end > to + 2)
		value = as_cut(raw, to + 2, end - to - 3);
	bool whole = next != '{' || to + 1 == end || !lookup(sh, as_cut(raw, from, to - from)).p ||
		     as_at(raw, to) == ':';
	put(b, value.p && whole ? value : as_cut(raw, at, (end > at ? end : at + 1) - at));
	return end > at ? end : at + 1;
}

static size_t back_quoted(shell *sh, word_buf *b, as_span raw, size_t at)
{
	size_t end = as_sh_past_close(raw, at + 1, 0, '`');
	if (end > at + 2)
		nested(sh, as_cut(raw, at + 1, end - at - 2), sh->where);
	put(b, as_cut(raw, at, end - at));
	return end;
}

static size_t in_double(shell *sh, word_buf *b, as_span raw, size_t at)
{
	while (at < raw.n && raw.p[at] != '"') {
		uint8_t c = raw.p[at], next = as_at(raw, at + 1);
		if (c == '\\' && at + 1 < raw.n) {
			bool drops = next == '"' || next == '\\' || next == '$' || next == '`';
			put(b, next == '\n' ? (as_span){ 0 }
					    : as_cut(raw, drops ? at + 1 : at, drops ? 1 : 2));
			at += 2;
		} else if (c == '$') {
			at = dollar(sh, b, raw, at);
		} else if (c == '`') {
			at = back_quoted(sh, b, raw, at);
		} else {
			put(b, as_cut(raw, at++, 1));
		}
	}
	return at + 1;
}

/* Removes quotes from raw and fills in variables. */
static as_span cook(shell *sh, as_span raw)
{
	word_buf b = { .n = 0 };
	sh->quoted = false;
	for (size_t at = 0; at < raw.n;) {
		uint8_t c = raw.p[at];
		sh->quoted = sh->quoted || c == '\'' || c == '"';
		if (c == '\'') {
			size_t end = as_find_byte(raw, '\'', at + 1);
			end = end == SIZE_MAX ? raw.n : end;
			put(&b, as_cut(raw, at + 1, end - at - 1));
			at = end + 1;
		} else if (c == '"') {
			at = in_double(sh, &b, raw, at + 1);
		} else if (c == '\\') {
			put(&b, as_at(raw, at + 1) == '\n' ? (as_span){ 0 }
							   : as_cut(raw, at + 1, 1));
			at += 2;
		} else if (c == '$') {
			at = dollar(sh, &b, raw, at);
		} else if (c == '`') {
			at = back_quoted(sh, &b, raw, at);
		} else {
			put(&b, as_cut(raw, at++, 1));
		}
	}
	as_span copy = as_copy(sh->arena, as_bytes(b.p, b.n));
	if (!copy.p && b.n > 0)
		sh->status = as_worse(sh->status, AS_NOMEM);
	return copy.p ? copy : as_lit("");
}

static bool is_plain(as_span raw)
{
	for (size_t i = 0; i < raw.n; i++)
		if (raw.p[i] == '\'' || raw.p[i] == '"' || raw.p[i] == '\\' || raw.p[i] == '$' ||
			raw.p[i] == '`')
			return false;
	return true;
}

static void count_lines(shell *sh, size_t from, size_t to)
{
	for (size_t at = from; (at = as_find_byte(sh->text, '\n', at)) < to; at++)
		sh->line++;
}

static as_span read_word(shell *sh)
{
	size_t from = sh->at, end = as_sh_past_word(sh->text, from);
	as_span raw = as_cut(sh->text, from, end - from);
	sh->quoted = false;
	as_span word = is_plain(raw) ? raw : cook(sh, raw);
	count_lines(sh, from, end);
	sh->at = end;
	return word;
}

static void add(as_cmd *cmd, as_span word)
{
	if (cmd->n < AS_CMD_WORDS)
		cmd->word[cmd->n++] = word;
	else
		cmd->truncated = true;
}

/* An unquoted variable that holds several words becomes several words. */
static void add_split(as_cmd *cmd, as_span word)
{
	as_span w;
	for (size_t i = 0; (w = as_word(word, i)).p; i++)
		add(cmd, w);
}

static bool is_reserved(as_span w)
{
	static const char *const words[] = { "if", "then", "else", "elif", "do", "while", "until",
		"!", "{", "}", "fi", "done", "esac", "time", NULL };
	for (size_t i = 0; words[i]; i++)
		if (as_is(w, words[i]))
			return true;
	return false;
}

static void take_word(shell *sh)
{
	size_t from = sh->at;
	uint32_t line = sh->line;
	bool var = peek(sh, 0) == '$' && peek(sh, 1) != '(';
	as_span word = read_word(sh);
	bool descriptor = word.n == 1 && as_is_digit(word.p[0]) && !sh->quoted;
	if (descriptor && (peek(sh, 0) == '<' || peek(sh, 0) == '>'))
		return; /* 2>&1: not an argument */
	if (sh->pattern) {
		if (as_is(word, "esac") && sh->cases > 0) {
			sh->cases--;
			sh->pattern = false;
		}
		return;
	}
	if (sh->first && is_reserved(word) && !sh->quoted) {
		sh->cases -= as_is(word, "esac") && sh->cases > 0;
		return;
	}
	if (sh->first) {
		sh->from = from;
		sh->cmd->line = line;
		sh->first = false;
	}
	sh->to = sh->at;
	if (var && !sh->quoted && !as_is_variable(word))
		add_split(sh->cmd, word);
	else
		add(sh->cmd, word);
	if (as_is(sh->cmd->word[0], "case") && sh->cmd->n >= 3 && as_is(word, "in")) {
		sh->cases++;
		sh->pattern = true;
		sh->cmd->n = 0;
		sh->first = true;
	}
}

/* Takes the leading NAME=value words off; without a command after them they set variables. */
static void assignments(shell *sh, as_cmd *cmd)
{
	static const char *const setters[] = { "export", "local", "readonly", "declare", "typeset",
		NULL };
	size_t n = 0;
	if (cmd->n > 0 && as_name_in(cmd->word[0], setters))
		n = 1;
	size_t first = n;
	while (n < cmd->n && assignment(cmd->word[n]))
		n++;
	for (size_t i = first; i < n && n == cmd->n; i++) {
		size_t eq = assignment(cmd->word[i]);
		assign(sh, as_cut(cmd->word[i], 0, eq - 1), as_from(cmd->word[i], eq));
	}
	if (first == 1 && n < cmd->n)
		return;
	memmove(cmd->word, cmd->word + n, (cmd->n - n) * sizeof(cmd->word[0]));
	cmd->n -= n;
}

static void shift(as_cmd *cmd, size_t n)
{
	n = (size_t)as_min(n, cmd->n);
	memmove(cmd->word, cmd->word + n, (cmd->n - n) * sizeof(cmd->word[0]));
	cmd->n -= n;
}

/* Takes programs off that only run another one. */
static void unwrap(as_cmd *cmd)
{
	static const char *const wrappers[] = { "exec", "nohup", "command", "busybox", "setsid",
		"sudo", "env", "nice", "ionice", "stdbuf", "builtin", "busybox.static", "softlimit",
		"respawn", NULL };
	for (unsigned rounds = 0; rounds < 4 && cmd->n > 1; rounds++) {
		if (!as_name_in(cmd->word[0], wrappers))
			return;
		bool takes_value = as_cmd_is(cmd, "nice") || as_cmd_is(cmd, "sudo") ||
				   as_cmd_is(cmd, "ionice");
		size_t i = 1;
		for (; i < cmd->n && (as_starts(cmd->word[i], "-") || assignment(cmd->word[i]));
			i++)
			i += takes_value &&
			     (as_is(cmd->word[i], "-n") || as_is(cmd->word[i], "-u") ||
				     as_is(cmd->word[i], "-c"));
		if (i >= cmd->n)
			return;
		shift(cmd, i);
	}
}

/* sh -c TEXT, su -c TEXT and eval TEXT run their text. */
static void run_text(shell *sh, const as_cmd *cmd)
{
	as_span text = { 0 };
	if (cmd->n > 1 && as_cmd_is(cmd, "eval"))
		text = cmd->word[1];
	else if (cmd->n > 2 && (as_is_shell(cmd->word[0]) || as_cmd_is(cmd, "su")))
		text = as_cmd_option(cmd, 'c', NULL);
	uint32_t line = sh->line;
	sh->line = cmd->line;
	if (text.n > 0)
		nested(sh, text, cmd->where);
	sh->line = line;
}

/* The command is complete: hands it on and starts the next. */
static void finish(shell *sh, bool pipes, bool background)
{
	as_cmd *cmd = sh->cmd;
	static const char *const not_run[] = { "for", "select", "function", NULL };
	bool drop = cmd->n > 0 && as_name_in(cmd->word[0], not_run);
	if (cmd->n > 0 && !drop) {
		cmd->where =
			sh->where.p ? sh->where : as_cut(sh->text, sh->from, sh->to - sh->from);
		cmd->pipes = pipes;
		cmd->background = background;
		assignments(sh, cmd);
		unwrap(cmd);
		if (sh->status == AS_OK && (cmd->n > 0 || cmd->to.p))
			sh->status = sh->each(sh->ctx, cmd);
		if (sh->status == AS_OK)
			run_text(sh, cmd);
	}
	as_cmd *next = sh->spare;
	bool linked = pipes && cmd->n > 0 && !drop;
	memset(next, 0, sizeof(*next));
	next->before = linked ? cmd : NULL;
	sh->spare = cmd;
	sh->cmd = next;
	sh->first = true;
}

static void skip_documents(shell *sh)
{
	for (size_t i = 0; i < sh->docs; i++) {
		as_cur c = as_cur_le(sh->text, sh->at);
		as_span line = { 0 };
		while (as_line(&c, &line)) {
			sh->line++;
			while (sh->doc[i].strip && line.n > 0 && line.p[0] == '\t')
				line = as_from(line, 1);
			if (as_same(line, sh->doc[i].end))
				break;
		}
		sh->at = as_pos(&c);
	}
	sh->docs = 0;
}

static void skip_blanks(shell *sh)
{
	for (;; sh->at++) {
		uint8_t c = peek(sh, 0);
		if (c == '\\' && peek(sh, 1) == '\n') {
			sh->at++;
			sh->line++;
		} else if (c == '\\' && peek(sh, 1) == '\r' && peek(sh, 2) == '\n') {
			sh->at += 2;
			sh->line++;
		} else if (!more(sh) || (c != ' ' && c != '\t' && c != '\r')) {
			return;
		}
	}
}

/* The text of a here-document that begins after this line, for commands that read it. */
static as_span document(const shell *sh, as_span end)
{
	size_t from = as_find_byte(sh->text, '\n', sh->at);
	if (from == SIZE_MAX)
		return (as_span){ 0 };
	as_cur c = as_cur_le(sh->text, from + 1);
	as_span line;
	size_t at = as_pos(&c);
	while (as_line(&c, &line)) {
		if (as_same(as_trim(line), end))
			break;
		at = as_pos(&c);
	}
	return as_cut(sh->text, from + 1, at - from - 1);
}

static void redirect(shell *sh)
{
	uint8_t c = peek(sh, 0);
	size_t n = 1;
	while (n < 3 &&
		(peek(sh, n) == c || peek(sh, n) == '&' || peek(sh, n) == '|' ||
			peek(sh, n) == '>' || (n == 2 && peek(sh, n) == '-' && peek(sh, 1) == '<')))
		n++;
	bool here = c == '<' && peek(sh, 1) == '<' && peek(sh, 2) != '<';
	bool strip = here && peek(sh, 2) == '-';
	sh->at += here ? (strip ? 3 : 2) : n;
	skip_blanks(sh);
	as_cmd *cmd = sh->cmd;
	if (!more(sh) || as_sh_is_meta(peek(sh, 0)))
		return;
	as_span target = read_word(sh);
	sh->to = sh->at;
	if (here && sh->docs < HEREDOCS) {
		sh->doc[sh->docs++] = (heredoc){ target, strip };
		cmd->input = document(sh, target);
	} else if (c == '>' && !as_is(target, "1") && !as_is(target, "2")) {
		cmd->to = target;
	} else if (as_starts(target, "/dev/tcp/") || as_starts(target, "/dev/udp/")) {
		cmd->to = target;
	}
}

static void control(shell *sh)
{
	uint8_t c = peek(sh, 0), next = peek(sh, 1);
	bool twice = next == c;
	if (c == '&' && next == '>') {
		sh->at++;
		redirect(sh);
		return;
	}
	sh->at += twice || (c == '|' && next == '&') ? 2 : 1;
	if (c == ';' && twice && sh->cases > 0) {
		finish(sh, false, false);
		sh->pattern = true;
		return;
	}
	if (sh->pattern)
		return;
	finish(sh, c == '|' && !twice, c == '&' && !twice);
}

static void paren(shell *sh)
{
	bool open = peek(sh, 0) == '(';
	sh->at++;
	if (sh->pattern) {
		sh->pattern = open; /* a branch may be written (pattern) */
		return;
	}
	if (open && sh->cmd->n == 1 && peek(sh, 0) == ')') { /* NAME(): a function begins */
		sh->at++;
		sh->cmd->n = 0;
		sh->first = true;
		return;
	}
	sh->parens += open;
	if (!open && sh->parens == 0) { /* the pattern of a case whose "case" was not seen */
		sh->cmd->n = 0;
		sh->first = true;
		return;
	}
	sh->parens -= !open;
	finish(sh, false, false);
}

static as_status walk_text(shell *sh)
{
	while (sh->status == AS_OK) {
		skip_blanks(sh);
		if (!more(sh))
			break;
		uint8_t c = peek(sh, 0);
		if (c == '#') {
			size_t end = as_find_byte(sh->text, '\n', sh->at);
			sh->at = end == SIZE_MAX ? sh->text.n : end;
		} else if (c == '\n') {
			sh->at++;
			sh->line++;
			if (sh->cmd->n > 0 || sh->cmd->to.p || sh->cmd->input.p)
				finish(sh, false, false);
			skip_documents(sh);
		} else if (c == ';' || c == '&' || c == '|') {
			control(sh);
		} else if (c == '(' || c == ')') {
			paren(sh);
		} else if (c == '<' || c == '>') {
			redirect(sh);
		} else {
			take_word(sh);
		}
	}
	finish(sh, false, false);
	return sh->status;
}

static as_status walk(shell *sh)
{
	sh->cmd = as_alloc(sh->arena, sizeof(as_cmd));
	sh->spare = as_alloc(sh->arena, sizeof(as_cmd));
	sh->first = true;
	if (!sh->cmd || !sh->spare)
		return AS_NOMEM;
	return walk_text(sh);
}

as_status as_shell_each_at(
	as_arena *arena, as_span text, as_span where, uint32_t line, as_cmd_fn *each, void *ctx)
{
	variables *vars = as_alloc(arena, sizeof(*vars));
	if (!vars)
		return AS_NOMEM;
	shell sh = { .arena = arena,
		.each = each,
		.ctx = ctx,
		.vars = vars,
		.text = text,
		.line = line,
		.where = where };
	return walk(&sh);
}

as_status as_shell_each(as_arena *arena, as_span text, as_cmd_fn *each, void *ctx)
{
	return as_shell_each_at(arena, text, (as_span){ 0 }, 1, each, ctx);
}
