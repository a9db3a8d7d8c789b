/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/rule.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/cur.h"

static const char *const kinds[] = { "hardcoded-credential", "default-credential", "private-key",
	"secret-in-config", "weak-crypto", "expired-certificate", "insecure-service",
	"debug-interface", "insecure-update", "missing-hardening", "unsafe-function-use",
	"excessive-privilege", "known-vulnerability", "unsupported-component", "backdoor-indicator",
	"undocumented-access", "non-reproducible-build", "unexamined", NULL };
static const char *const severities[] = { "info", "low", "medium", "high", "critical", NULL };

static const struct {
	const char *key;
	size_t at; /* in as_rule */
} keys[] = {
	{ "id", offsetof(as_rule, id) },
	{ "title", offsetof(as_rule, title) },
	{ "kind", offsetof(as_rule, kind) },
	{ "severity", offsetof(as_rule, severity) },
	{ "confidence-why", offsetof(as_rule, confidence_why) },
	{ "cwe", offsetof(as_rule, cwe) },
	{ "why", offsetof(as_rule, why) },
	{ "fix", offsetof(as_rule, fix) },
};

static bool is_one_of(const char *const *words, const char *word)
{
	while (word && *words && strcmp(*words, word) != 0)
		words++;
	return word && *words;
}

static const char *keep(as_arena *a, as_span s)
{
	as_span copy = as_copy(a, s);
	return (const char *)copy.p;
}

static void set(as_arena *a, as_rule *rule, as_span key, as_span value)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		void *field = (char *)rule + keys[i].at;
		const char **text = field;
		if (as_is(key, keys[i].key))
			*text = keep(a, value);
	}
	const char *number = as_is(key, "confidence") ? keep(a, value) : NULL;
	if (number)
		rule->confidence = strtod(number, NULL);
}

/* Header lines are "-- key: value"; a line "--   more" continues the last value. */
static void read_header(as_arena *a, as_cur *c, as_rule *rule, as_span text)
{
	as_span key = { 0 }, value = { 0 };
	size_t at = 0;
	for (as_span line; at = as_pos(c), as_line(c, &line) && as_starts(line, "--");) {
		as_span rest = as_trim(as_from(line, 2));
		size_t colon = as_find_byte(rest, ':', 0);
		bool indented = as_starts(line, "--  ");
		if (indented && key.n > 0) {
			value = as_print(a, "%.*s %.*s", (int)value.n, (const char *)value.p,
				(int)rest.n, (const char *)rest.p);
		} else if (colon != SIZE_MAX) {
			set(a, rule, key, value);
			key = as_cut(rest, 0, colon);
			value = as_trim(as_from(rest, colon + 1));
		}
	}
	set(a, rule, key, value);
	rule->sql = keep(a, as_trim(as_from(text, at)));
}

as_status as_rule_parse(as_arena *a, as_span text, as_rule *rule, const char **problem)
{
	*rule = (as_rule){ .confidence = -1 };
	as_cur c = as_cur_le(text, 0);
	read_header(a, &c, rule, text);
	*problem = !rule->id || !*rule->id         ? "it has no id"
		   : !rule->title                  ? "it has no title"
		   : !is_one_of(kinds, rule->kind) ? "its kind is not of the vocabulary"
		   : !is_one_of(severities, rule->severity)
			   ? "its severity is not of the vocabulary"
		   : !(rule->confidence >= 0 && rule->confidence <= 1)
			   ? "its confidence is not between 0 and 1"
		   : !rule->confidence_why
			   ? "it does not say where its confidence comes from (confidence-why)"
		   : !rule->why || !rule->fix
			   ? "it does not say why it matters or what to do (why, fix)"
		   : !rule->sql || !*rule->sql ? "it has no query"
					       : NULL;
	return *problem ? AS_NOT_THIS : AS_OK;
}
