/* SPDX-License-Identifier: Apache-2.0 */
/* The scanner is made together with the rules, so that examiners inherit both and share what they do not
 * write to. YARA's own handling of bad memory is off: a signal ends the examiner, as with everything else. */
#include "knowledge/yara.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yara.h>

#include "base/buf.h"
#include "base/hash.h"

enum {
	FILE_MAX = 64 << 20 /* bytes */,
	DEPTH_MAX = 16 /* folders in folders */,
	PATH_LEN = 4096,
	STAMP_LEN = 160
};

struct as_yara {
	YR_RULES *rules;
	YR_SCANNER *scanner;
	char stamp[STAMP_LEN];
};

/* Compiling. */
typedef struct loader {
	YR_COMPILER *compiler;
	const char *file; /* in hand */
	char *problem;
	size_t n; /* bytes of problem */
	as_hasher *hasher;
	unsigned n_files;
} loader;

static bool refuse(loader *l, const char *path, const char *why)
{
	(void)snprintf(l->problem, l->n, "%s: %s", path, why);
	return false;
}

/* The first error is the one to tell. */
static void on_error(
	int level, const char *file, int line, const YR_RULE *rule, const char *text, void *ctx)
{
	loader *l = ctx;
	(void)file, (void)rule;
	if (level == YARA_ERROR_LEVEL_ERROR && l->problem[0] == 0)
		(void)snprintf(l->problem, l->n, "%s:%d: %s", l->file, line, text);
}

static bool read_file(loader *l, const char *path, as_buf *b)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_MAX) {
		const char *why = fd < 0 ? strerror(errno) : "is no file of YARA rules";
		if (fd >= 0)
			close(fd);
		return refuse(l, path, why);
	}
	ssize_t got = 1;
	for (uint8_t *to; got > 0 && b->n <= FILE_MAX && (to = as_buf_room(b, 65536));
		b->n += got > 0 ? (size_t)got : 0)
		got = read(fd, to, 65536);
	close(fd);
	as_buf_u8(b, 0);
	if (got != 0 || b->bad)
		return refuse(l, path, b->bad ? "memory ran out" : "cannot be read");
	if (memchr(b->p, 0, b->n - 1))
		return refuse(l, path, "is not text; compiled rules are not taken");
	return true;
}

static void without_ending(char *name)
{
	char *dot = strrchr(name, '.'), *slash = strrchr(name, '/');
	if (dot && dot != name && (!slash || dot > slash + 1))
		*dot = 0;
}

static bool add_file(loader *l, const char *path, const char *name)
{
	char space[PATH_LEN];
	as_buf b = { 0 };
	(void)snprintf(space, sizeof(space), "%s", name);
	without_ending(space);
	bool ok = read_file(l, path, &b);
	if (ok) {
		as_hasher_add(l->hasher, as_bytes(space, strlen(space) + 1));
		as_hasher_add(l->hasher, as_buf_span_of(&b));
		l->file = path;
		l->n_files++;
		ok = yr_compiler_add_string(l->compiler, (const char *)b.p, space) == 0;
	}
	as_buf_free(&b);
	return ok || (l->problem[0] ? false : refuse(l, path, "cannot be compiled"));
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_shown(const struct dirent *d) { return d->d_name[0] != '.'; }

static bool is_rules(const char *name)
{
	return as_ends(as_lit(name), ".yar") || as_ends(as_lit(name), ".yara");
}

static bool add_folder(loader *l, const char *path, const char *below, unsigned depth);

static bool add_entry(
	loader *l, const char *path, const char *below, unsigned depth, const char *name)
{
	char whole[PATH_LEN], under[PATH_LEN];
	struct stat st;
	int n = snprintf(whole, sizeof(whole), "%s/%s", path, name);
	(void)snprintf(under, sizeof(under), "%s%s%s", below, below[0] ? "/" : "", name);
	if (n < 0 || (size_t)n >= sizeof(whole) || stat(whole, &st) != 0)
		return refuse(l, path, "an entry of it cannot be read");
	if (S_ISDIR(st.st_mode))
		return depth >= DEPTH_MAX ? refuse(l, whole, "folders are nested too deep")
					  : add_folder(l, whole, under, depth + 1);
	return !is_rules(name) || add_file(l, whole, under);
}

static bool add_folder(loader *l, const char *path, const char *below, unsigned depth)
{
	struct dirent **names = NULL;
	int n = scandir(path, &names, is_shown, by_bytes);
	if (n < 0)
		return refuse(l, path, strerror(errno));
	bool ok = true;
	for (int i = 0; i < n; i++) {
		ok = ok && add_entry(l, path, below, depth, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return ok;
}

static bool add_path(loader *l, const char *path)
{
	struct stat st;
	unsigned before = l->n_files;
	const char *slash = strrchr(path, '/');
	if (stat(path, &st) != 0)
		return refuse(l, path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return add_file(l, path, slash ? slash + 1 : path);
	return add_folder(l, path, "", 0) &&
	       (l->n_files > before || refuse(l, path, "holds no *.yar and no *.yara"));
}

static int see_import(YR_SCAN_CONTEXT *c, int message, void *data, void *ctx)
{
	(void)c;
	if (message == CALLBACK_MSG_IMPORT_MODULE)
		*(bool *)ctx |=
			as_is(as_lit(((const YR_MODULE_IMPORT *)data)->module_name), "magic");
	return CALLBACK_CONTINUE;
}

/* The module "magic" reads the system's file of file types when a rule first asks for a type. Examiners may
 * open nothing, so it is asked here. */
static void preload(YR_RULES *rules)
{
	static const char text[] = "import \"magic\" rule any { condition: magic.type() == \"\" }";
	bool wanted = false;
	YR_COMPILER *compiler = NULL;
	YR_RULES *asking = NULL;
	(void)yr_rules_scan_mem(rules, (const uint8_t *)"-", 1, 0, see_import, &wanted, 1);
	if (!wanted || yr_compiler_create(&compiler) != ERROR_SUCCESS)
		return;
	if (yr_compiler_add_string(compiler, text, NULL) == 0 &&
		yr_compiler_get_rules(compiler, &asking) == ERROR_SUCCESS) {
		(void)yr_rules_scan_mem(asking, (const uint8_t *)"-", 1, 0, see_import, &wanted, 1);
		(void)yr_rules_destroy(asking);
	}
	yr_compiler_destroy(compiler);
}

static bool finish(loader *l, as_yara *y)
{
	char hex[65];
	as_sha256 sum = as_hasher_end(l->hasher);
	if (yr_compiler_get_rules(l->compiler, &y->rules) != ERROR_SUCCESS ||
		yr_scanner_create(y->rules, &y->scanner) != ERROR_SUCCESS)
		return refuse(l, l->file, "memory ran out");
	preload(y->rules);
	as_sha256_hex(&sum, hex);
	(void)snprintf(y->stamp, sizeof(y->stamp), "%u rules in %u files, SHA-256 %s",
		(unsigned)y->rules->num_rules, l->n_files, hex);
	yr_scanner_set_timeout(y->scanner, AS_YARA_SECONDS);
	yr_scanner_set_flags(y->scanner, SCAN_FLAGS_NO_TRYCATCH | SCAN_FLAGS_REPORT_RULES_MATCHING);
	return true;
}

as_yara *as_yara_new(const char *const *paths, char *problem, size_t n)
{
	loader l = { .problem = problem, .n = n, .hasher = as_hasher_new(), .file = "YARA" };
	as_yara *y = calloc(1, sizeof(*y));
	problem[0] = 0;
	bool begun = yr_initialize() == ERROR_SUCCESS;
	bool ok = begun && y && l.hasher && yr_compiler_create(&l.compiler) == ERROR_SUCCESS;
	/* Matched bytes are cut from the object: no copies. */
	ok = ok && yr_set_configuration_uint32(YR_CONFIG_MAX_MATCH_DATA, 0) == ERROR_SUCCESS;
	if (!ok)
		(void)refuse(&l, l.file, "memory ran out");
	if (l.compiler) {
		yr_compiler_set_callback(l.compiler, on_error, &l);
		yr_compiler_set_include_callback(l.compiler, NULL, NULL, NULL);
	}
	for (; ok && *paths; paths++)
		ok = add_path(&l, *paths);
	ok = ok && finish(&l, y);
	if (l.compiler)
		yr_compiler_destroy(l.compiler);
	as_hasher_free(l.hasher);
	if (ok)
		return y;
	if (y && begun)
		as_yara_free(y);
	else
		free(y);
	return NULL;
}

void as_yara_free(as_yara *y)
{
	if (!y)
		return;
	if (y->scanner)
		yr_scanner_destroy(y->scanner);
	if (y->rules)
		(void)yr_rules_destroy(y->rules);
	(void)yr_finalize(); /* counted by the library */
	free(y);
}

as_span as_yara_stamp(const as_yara *y) { return as_lit(y->stamp); }

/* Matching one object. */
typedef struct scan {
	as_span data;
	as_yara_found found;
	void *ctx;
	as_status status;
	size_t n;
	const char *unread;
} scan;

static as_status tell(scan *s, const as_yara_hit *hit)
{
	if (s->n == AS_YARA_HITS) {
		s->unread = "more YARA rules match than are listed";
		return AS_OK;
	}
	s->n++;
	return s->found(s->ctx, hit);
}

static as_status tell_string(scan *s, YR_SCAN_CONTEXT *c, const YR_STRING *string, as_yara_hit *hit)
{
	as_status st = AS_OK;
	size_t n = 0;
	hit->string = as_lit(string->identifier);
	for (const YR_MATCH *m = c->matches[string->idx].head; m && st == AS_OK; m = m->next) {
		if (m->is_private)
			continue;
		if (n++ == AS_YARA_PLACES) {
			s->unread = "a string of a YARA rule stands at more places than are listed";
			break;
		}
		hit->where =
			as_cut(s->data, (uint64_t)(m->base + m->offset), (uint64_t)m->match_length);
		st = tell(s, hit);
	}
	return st;
}

static void read_meta(YR_RULE *rule, as_yara_hit *hit)
{
	const YR_META *meta;
	yr_rule_metas_foreach(rule, meta)
	{
		if (meta->type != META_TYPE_STRING)
			continue;
		as_span name = as_lit(meta->identifier);
		if (as_is_nocase(name, "description"))
			hit->description = as_lit(meta->string);
		else if (as_is_nocase(name, "severity"))
			hit->severity = as_lit(meta->string);
	}
}

static as_status tell_rule(scan *s, YR_SCAN_CONTEXT *c, YR_RULE *rule)
{
	as_buf tags = { 0 };
	const char *tag;
	yr_rule_tags_foreach(rule, tag) as_buf_print(&tags, "%s%s", tags.n > 0 ? " " : "", tag);
	as_yara_hit hit = { .rule = as_lit(rule->identifier),
		.space = as_lit(rule->ns->name),
		.tags = as_buf_span_of(&tags) };
	read_meta(rule, &hit);
	size_t before = s->n;
	const YR_STRING *string;
	as_status st = tags.bad ? AS_NOMEM : AS_OK;
	yr_rule_strings_foreach(rule, string) st =
		st == AS_OK ? tell_string(s, c, string, &hit) : st;
	if (st == AS_OK && s->n == before) {
		hit.string = hit.where = (as_span){ 0 };
		st = tell(s, &hit);
	}
	as_buf_free(&tags);
	return st;
}

static int on_message(YR_SCAN_CONTEXT *c, int message, void *data, void *ctx)
{
	scan *s = ctx;
	if (message == CALLBACK_MSG_TOO_MANY_MATCHES)
		s->unread = "a string of a YARA rule matches too often to count";
	if (message == CALLBACK_MSG_RULE_MATCHING)
		s->status = tell_rule(s, c, data);
	return s->status == AS_OK ? CALLBACK_CONTINUE : CALLBACK_ABORT;
}

as_status as_yara_scan(
	as_yara *y, as_span data, as_yara_found found, void *ctx, const char **unread)
{
	scan s = { .data = data, .found = found, .ctx = ctx };
	yr_scanner_set_callback(y->scanner, on_message, &s);
	int rc = yr_scanner_scan_mem(y->scanner, data.p, data.n);
	if (rc == ERROR_SCAN_TIMEOUT)
		s.unread = "YARA rules took too long";
	else if (rc == ERROR_INSUFFICIENT_MEMORY)
		s.unread = "YARA rules took too much memory";
	else if (rc != ERROR_SUCCESS && s.status == AS_OK)
		s.unread = "YARA rules could not be matched to the end";
	*unread = s.unread;
	return s.status;
}
