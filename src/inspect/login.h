/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_LOGIN_H
#define AS_LOGIN_H

#include "inspect/guess.h"
#include "inspect/inspector.h"

/* Adds one account: names the scheme of row.secret unless row.scheme is set, and compares a hash
 * with the published defaults. realm: of a digest file, else empty. Status as as_add_account;
 * AS_PARTIAL, recorded, for a hash whose parameters make even one comparison too dear. */
as_status as_add_login(as_facts *out, as_guesser *g, as_account row, as_span realm) AS_MUST_USE;

/* Whether s can be the name of an account: 1 to 64 letters, digits and "._-@$+" not starting with
 * '-', '+' or '@' (those are NIS directives). Pure. */
bool as_is_user_name(as_span s);

/* s as a number of at most 32 bits, or absent. Pure. */
as_opt as_id_number(as_span s);

#endif
