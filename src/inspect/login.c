/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/login.h"

#include <string.h>

#include "base/ascii.h"

as_status as_add_login(as_facts *out, as_guesser *g, as_account row, as_span realm)
{
	const char *scheme = as_hash_scheme(row.secret);
	if (!row.scheme.p)
		row.scheme = as_lit(scheme);
	if (as_is(row.scheme, "plain")) {
		const as_default *d = as_default_password(g, row.user, row.secret);
		row.guessed = d ? row.secret : (as_span){ 0 };
		row.guessed_from = d ? d->from : (as_span){ 0 };
		return as_add_account(out, row);
	}
	if (!as_scheme_is_hash(scheme))
		return as_add_account(out, row);
	as_guess guess = as_guess_hash(g, row.user, realm, row.secret);
	row.tried = as_some(guess.tried);
	row.guessed = guess.found ? guess.password : (as_span){ 0 };
	row.guessed_from = guess.from;
	as_status s = as_add_account(out, row);
	if (s == AS_OK && guess.tried == 0)
		return as_unread(out, row.where,
			"a password hash was not compared with factory defaults: "
			"unusual parameters, or too many hashes in one file");
	return s;
}

bool as_is_user_name(as_span s)
{
	if (s.n == 0 || s.n > 64 || strchr("-+@$.", s.p[0]))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t b = s.p[i];
		bool letter = as_is_alnum(b);
		if (!letter && (b == 0 || !strchr("._-@$+", b)))
			return false;
	}
	return true;
}

as_opt as_id_number(as_span s)
{
	uint64_t v = 0;
	return as_number(s, 10, &v) && v <= UINT32_MAX ? as_some((int64_t)v) : (as_opt){ 0 };
}
