/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of interest to a reviewer, and what fetches or flashes, in shell text. */
#ifndef AS_CALLS_H
#define AS_CALLS_H

#include "facts.h"
#include "inspect/shell.h"

enum { AS_SCRIPT_MAX = 4 << 20 /* bytes of one script that are read */ };

/* Adds a script_call row for each pattern that cmd (or what it launches) shows. The
 * patterns: shell-listener, shell-connect, exec-listener, dev-tcp, telnetd, telnetd-shell, eval-decoded,
 * fetch-run, chmod-world, chmod-setuid, flash-write, flash-erase, env-write, module-from-tmp, account-add,
 * firewall-flush, firewall-accept, debug-server, packet-capture, interactive-shell, password-argument,
 * query-eval. */
as_status as_add_calls(as_facts *out, const as_cmd *cmd) AS_MUST_USE;

/* Whether cmd writes flash memory or installs what a file holds. Pure. */
bool as_cmd_flashes(const as_cmd *cmd);

/* Adds a fetch row for every command in text (shell) that fetches. where as in as_shell_each_at; p NULL:
 * each command cites its own bytes. */
as_status as_add_fetches(
	as_facts *out, as_arena *arena, as_span text, as_span where, uint32_t line) AS_MUST_USE;

/* Adds script_call and fetch rows for a whole shell script, cut from the file. */
as_status as_add_script_calls(as_facts *out, as_arena *arena, as_span text) AS_MUST_USE;

/* The scheme of a URL ("http"), p NULL if it has none. Borrows; pure. */
as_span as_url_scheme(as_span url);
/* What a URL seems to be fetched for: 'firmware', 'package-feed', 'configuration', 'other'. Pure. */
const char *as_fetch_purpose(as_span url, bool flashes);

#endif
