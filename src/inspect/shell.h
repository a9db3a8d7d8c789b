/* SPDX-License-Identifier: Apache-2.0 */
/* Shell text cut into simple commands, as far as bytes alone can tell: comments, quotes, continuation
 * lines, here-documents, case patterns and substitutions are understood; nothing is executed. Variables
 * that the same text sets to a constant are filled in, others stay as "$NAME". */
#ifndef AS_SHELL_H
#define AS_SHELL_H

#include "base/arena.h"
#include "base/cur.h"

enum {
	AS_CMD_WORDS = 64,  /* words kept of one command */
	AS_SHELL_DEPTH = 4, /* substitutions within substitutions */
	AS_WORD_MAX = 4096, /* bytes kept of one word */
};

typedef struct as_cmd {
	as_span where; /* the command as written, cut from the file */
	uint32_t line; /* of its first word, from 1 */
	size_t n; /* words; word[0] is the program, without wrappers such as exec, nohup, busybox */
	as_span word[AS_CMD_WORDS];  /* without quotes; in the file or the arena */
	as_span to;                  /* what > or >> writes to; p NULL if nothing */
	as_span input;               /* the text of a here-document; p NULL without */
	bool background;             /* ends with & */
	bool pipes;                  /* its output goes to the next command */
	const struct as_cmd *before; /* the command whose output it reads, or NULL */
	bool truncated;              /* had more words than are kept */
} as_cmd;

/* Answers AS_OK to go on; anything else ends the walk and is passed on. cmd lives for the call only. */
typedef as_status as_cmd_fn(void *ctx, const as_cmd *cmd);

/* Calls each for every simple command in text, in order; the commands of a substitution come before
 * the command they stand in. text is cut from the file. Words borrow from text or the arena. Returns
 * what each returned, AS_NOMEM without memory, else AS_OK: shell text is never damaged. */
as_status as_shell_each(as_arena *arena, as_span text, as_cmd_fn *each, void *ctx) AS_MUST_USE;

/* As as_shell_each, for text that does not stand in the file as it is (or is one field of a line):
 * every command gets where and line. */
as_status as_shell_each_at(as_arena *arena, as_span text, as_span where, uint32_t line,
	as_cmd_fn *each, void *ctx) AS_MUST_USE;

/* The part of a path after its last slash. Borrows; pure. */
as_span as_base_name(as_span path);
/* Whether the program of cmd has this base name. Pure. */
bool as_cmd_is(const as_cmd *cmd, const char *program);
/* Whether the base name of program stands in a list that ends with NULL. Pure. */
bool as_name_in(as_span program, const char *const *list);
/* Whether word names a command interpreter that reads commands (sh, ash, bash, ...). Pure. */
bool as_is_shell(as_span word);
/* The value of option -c (or --word, either may be 0/NULL): the rest of the word, what follows '=',
 * or the next word. p NULL if absent. Letters may be bundled before c (-lp 23). Borrows; pure. */
as_span as_cmd_option(const as_cmd *cmd, char c, const char *word);
/* The same, for options given several times: searches from word *i (begin with 1) and moves *i past. */
as_span as_cmd_next_option(const as_cmd *cmd, size_t *i, char c, const char *word);
/* Whether option -c (also within a bundle such as -lp) or --word is given. Pure. */
bool as_cmd_has(const as_cmd *cmd, char c, const char *word);
/* Whether text holds an unresolved variable or substitution. Pure. */
bool as_is_variable(as_span text);
/* Whether a file is a shell script by its first line (sh, ash, bash, dash, ksh, rc.common). Pure. */
bool as_is_shell_script(as_span data);

#endif
