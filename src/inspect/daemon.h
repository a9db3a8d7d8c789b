/* SPDX-License-Identifier: Apache-2.0 */
/* Daemons: what a command line starts, and what it then listens on. */
#ifndef AS_DAEMON_H
#define AS_DAEMON_H

#include "facts.h"
#include "inspect/shell.h"

/* How something is started; the columns of table autostart that do not come from the command. */
typedef struct as_start {
	const char *init;
	as_span name, trigger, user; /* p NULL: not known */
	as_opt enabled;
	as_span where; /* the bytes that say so; p NULL: those of the command */
	bool always;   /* every command counts, not only known daemons and what launchers start */
} as_start;

/* A host and port as daemons write them. */
typedef struct as_endpoint {
	as_span address; /* p NULL: none given */
	as_opt port;
} as_endpoint;

/* Reads "80", "0.0.0.0:80", "[::]:80", ":80", "udp:161", "host". Never fails: what is not a port is
 * an address. Borrows; pure. */
as_endpoint as_endpoint_of(as_span text);

/* The port, cleartext and protocol of a service by its name in /etc/services; false if not known.
 * Protocol is kept if not NULL on entry. Pure. */
bool as_service_of(as_span service, as_listener *out);
/* The service of a daemon by its program's base name (default port, protocol, cleartext); false if
 * not known, or if it listens only as told. Pure. */
bool as_daemon_of(as_span program, as_listener *out);

/* Resolves launchers (start-stop-daemon -S -x PROGRAM -- ARGS, procd_set_param command, daemon,
 * service_start ...) into the command they start. False if cmd is no launcher, or only stops. out->user
 * is not touched; *user gets the account if the launcher changes to one. */
bool as_launched(const as_cmd *cmd, as_cmd *out, as_span *user) AS_MUST_USE;

/* Whether a command that carries this program's name starts it (and is not --version, -t and such).
 * Pure. */
bool as_is_daemon_start(const as_cmd *cmd);

/* Adds to table listener what cmd listens on, by its arguments or by default. AS_OK if nothing. */
as_status as_add_listeners(as_facts *out, const as_cmd *cmd, as_opt enabled) AS_MUST_USE;

/* Adds autostart (and listener) rows for cmd if it starts something. */
as_status as_add_start(
	as_facts *out, as_arena *arena, const as_start *start, const as_cmd *cmd) AS_MUST_USE;

/* Reads text, cut from the file, as a command line that start describes, and adds autostart, listener,
 * script_call and fetch rows for it. line is its line number. */
as_status as_add_start_line(as_facts *out, as_arena *arena, const as_start *start, as_span text,
	uint32_t line) AS_MUST_USE;

/* The words of cmd from the i-th, joined by blanks, in the arena. */
as_span as_cmd_join(as_arena *arena, const as_cmd *cmd, size_t i);

#endif
