/* SPDX-License-Identifier: Apache-2.0 */
/* authorized_keys(5): [options] type base64 [comment]. Options may hold blanks inside quotes. The
 * account is told by the path: a home directory, /etc/dropbear (root), or a file per user. */
#include <string.h>

#include "inspect/inspector.h"
#include "inspect/sshkey.h"

static bool is_type(as_span word)
{
	return as_starts(word, "ssh-") || as_starts(word, "ecdsa-sha2-") ||
	       as_starts(word, "sk-ssh-") || as_starts(word, "sk-ecdsa-");
}

/* Where the options at the start of the line end, bytes: the first blank outside quotes. */
static size_t options_end(as_span line)
{
	bool quoted = false;
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '"' && !(i > 0 && line.p[i - 1] == '\\'))
			quoted = !quoted;
		if (!quoted && (line.p[i] == ' ' || line.p[i] == '\t'))
			return i;
	}
	return line.n;
}

/* /root/.ssh/x -> root; /home/NAME/.ssh/x -> NAME; /etc/ssh/authorized_keys/NAME -> NAME. */
static as_span user_of(as_span path)
{
	size_t home = as_find(path, as_lit("/.ssh/"), 0);
	as_span dir = as_cut(path, 0, home == SIZE_MAX ? 0 : home);
	size_t slash = 0;
	for (size_t at = 0; (at = as_find_byte(dir, '/', at)) != SIZE_MAX; at++)
		slash = at + 1;
	if (dir.n > slash)
		return as_from(dir, slash);
	size_t per_user = as_find(path, as_lit("/authorized_keys/"), 0);
	if (per_user != SIZE_MAX)
		return as_from(path, per_user + strlen("/authorized_keys/"));
	return as_has(path, "/dropbear/") || dir.p ? as_lit("root") : (as_span){ 0 };
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_cur c = as_cur_le(f->data, 0);
	as_status s = AS_OK;
	for (as_span line; s == AS_OK && as_line(&c, &line);) {
		as_span text = as_trim(line), rest = text;
		if (text.n == 0 || text.p[0] == '#')
			continue;
		size_t skip = is_type(text) ? 0 : options_end(text);
		rest = as_trim(as_from(text, skip));
		as_span type = as_word(rest, 0), blob = as_word(rest, 1), tail = as_word(rest, 2);
		as_pubkey key;
		uint64_t at = 0;
		if (!is_type(type) || !as_ssh_public_text(blob, f->arena, &key))
			continue;
		s = as_add_authorized_key(
			out, (as_authorized_key){ .where = line,
				     .user = user_of(f->path),
				     .type = type,
				     .bits = as_some(key.bits),
				     .fingerprint = as_copy(f->arena, as_lit(key.fingerprint)),
				     .options = skip > 0 ? as_cut(text, 0, skip) : (as_span){ 0 },
				     .comment = as_within(rest, tail, &at) ? as_from(rest, at)
									   : (as_span){ 0 } });
	}
	return s;
}

const as_inspector as_inspector_authorized_keys = {
	.id = "authorized_keys",
	.title = "Keys that may log in over SSH",
	.paths = (const char *const[]){ "*/authorized_keys", "*/authorized_keys2",
		"*/authorized_keys/*", NULL },
	.cares = as_file_is_text,
	.inspect = inspect,
	.tables = (const char *const[]){ "authorized_key", NULL },
};
