/* SPDX-License-Identifier: Apache-2.0 */
/* Temporary files, checks of a name before it is opened, and memory that is mapped writable and executable. */
#include "code/quality.h"

#include <string.h>

enum {
	PROT_WRITE_EXEC = 6,
	O_CREAT_USUAL = 0x40,
	O_EXCL_USUAL = 0x80,
	O_CREAT_MIPS = 0x100,
	O_EXCL_MIPS = 0x400
};

static bool one_of(const as_api *api, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(api->name, *names) == 0)
			return true;
	return false;
}

static const char *const guessable[] = { "mktemp", "tempnam", "tmpnam", "tmpnam_r", NULL };
static const char *const makers[] = { "mktemp", "tempnam", "tmpnam", "tmpnam_r", "mkstemp",
	"mkstemp64", "mkdtemp", "mkostemp", "mkstemps", "tmpfile", "tmpfile64", NULL };
static const char *const checks[] = { "access", "access64", "euidaccess", "faccessat", "stat",
	"stat64", "lstat", "lstat64", "__xstat", "__xstat64", "__lxstat", "__lxstat64", NULL };
static const char *const later[] = { "open", "open64", "__open_2", "__open64_2", "openat",
	"openat64", "fopen", "fopen64", "creat", "creat64", "chmod", "chown", NULL };

static void site(as_quality *q, as_measure_id m, size_t number, const as_call *c, as_span argument)
{
	as_quality_site(q, (as_site){ .measure = m,
				   .function = number,
				   .at = c->at,
				   .api = c->name,
				   .argument = argument });
}

/* Whether a call creates its file, if it is not there, without insisting on being the one that does. */
static bool creates_openly(
	const as_quality *q, const as_kept *k, const as_call *c, const as_api *api)
{
	as_span mode = as_argument_text(k, c, api->text + 1);
	uint64_t flags = 0;
	uint16_t machine = q->profile->program->elf.machine;
	uint64_t creat = machine == AS_EM_MIPS ? O_CREAT_MIPS : O_CREAT_USUAL;
	uint64_t excl = machine == AS_EM_MIPS ? O_EXCL_MIPS : O_EXCL_USUAL;
	if (strstr(api->name, "creat"))
		return true;
	if (strncmp(api->name, "fopen", 5) == 0 || strncmp(api->name, "freopen", 7) == 0)
		return (as_has(mode, "w") || as_has(mode, "a")) && !as_has(mode, "x");
	return as_value_const(&k->values, c->arg[api->text + 1], &flags) && (flags & creat) &&
	       !(flags & excl);
}

static void look_at_open(as_quality *q, size_t number, const as_call *c, const as_api *api)
{
	const as_kept *k = q->profile->kept[number];
	as_span path = as_argument_text(k, c, api->text);
	if (api->kind != AS_API_OPEN || api->text < 0 || api->text + 1 >= AS_ARGS_MAX)
		return;
	if (!as_starts(path, "/tmp/") && !as_starts(path, "/var/tmp/"))
		return;
	q->count[AS_M_TEMPORARY_OPEN].of++;
	if (creates_openly(q, k, c, api))
		site(q, AS_M_TEMPORARY_OPEN, number, c, path);
}

/* The opening of the name that call c has checked: one that is only reached through the check. */
static void look_at_check(as_quality *q, size_t number, const as_call *c, const as_api *api)
{
	const as_kept *k = q->profile->kept[number];
	as_value name = c->arg[api->text < 0 ? 0 : api->text];
	q->count[AS_M_CHECK_THEN_OPEN].of++;
	for (uint32_t i = 0; name != AS_NOT_KNOWN && i < k->values.n_calls; i++) {
		const as_call *o = &k->values.calls[i];
		const as_api *opens = o->api;
		bool after = o->block == c->block
				     ? o->op > c->op
				     : as_dominates(&k->dominators, c->block, o->block);
		q->steps++;
		if (!opens || !after || opens->text < 0 || !one_of(opens, later) ||
			o->arg[opens->text] != name)
			continue;
		site(q, AS_M_CHECK_THEN_OPEN, number, o, as_argument_text(k, o, opens->text));
		return;
	}
}

static void look_at_mapping(as_quality *q, size_t number, const as_call *c)
{
	const as_kept *k = q->profile->kept[number];
	uint64_t prot = 0;
	q->count[AS_M_WRITABLE_CODE].of++;
	if (as_value_const(&k->values, c->arg[2], &prot) &&
		(prot & PROT_WRITE_EXEC) == PROT_WRITE_EXEC && prot < 8)
		site(q, AS_M_WRITABLE_CODE, number, c, (as_span){ 0 });
}

static void look(as_quality *q, size_t number, const as_call *c)
{
	const as_api *api = c->api;
	if (!api)
		return;
	if (one_of(api, makers)) {
		q->count[AS_M_TEMPORARY_NAME].of++;
		if (one_of(api, guessable))
			site(q, AS_M_TEMPORARY_NAME, number, c,
				as_argument_text(q->profile->kept[number], c, 0));
	} else if (api->kind == AS_API_OPEN) {
		look_at_open(q, number, c, api);
	} else if (one_of(api, checks)) {
		look_at_check(q, number, c, api);
	} else if (api->kind == AS_API_MEMORY) {
		look_at_mapping(q, number, c);
	}
}

void as_quality_files(as_quality *q)
{
	for (size_t i = 0; i < q->profile->functions.n; i++) {
		const as_kept *k = q->profile->kept[i];
		for (uint32_t c = 0; k && c < k->values.n_calls; c++)
			look(q, i, &k->values.calls[c]);
	}
}
