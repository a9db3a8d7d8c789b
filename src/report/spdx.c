/* SPDX-License-Identifier: Apache-2.0 */
/* sbom.spdx.json: SPDX 2.3. The inputs and the components are packages; the files of all file
 * systems and archives are files, each expanded from its input, with the SHA-1 that the specification
 * asks for and SHA-256. */
#include <stdio.h>

#include "report/common.h"
#include "report/sql.h"
#include "report/views.h"
#include "report/write_json.h"

static void checksum(as_json *j, const char *algorithm, as_span value)
{
	if (value.n == 0)
		return;
	as_json_open(j, NULL, '{');
	as_json_str(j, "algorithm", algorithm);
	as_json_text(j, "checksumValue", value);
	as_json_close(j, '}');
}

/* From the columns i (SHA-1) and i + 1 (SHA-256). */
static void checksums(as_json *j, sqlite3_stmt *st, int i)
{
	as_span sha1 = as_sql_span(st, i), sha256 = as_sql_span(st, i + 1);
	if (sha1.n + sha256.n == 0)
		return;
	as_json_open(j, "checksums", '[');
	checksum(j, "SHA1", sha1);
	checksum(j, "SHA256", sha256);
	as_json_close(j, ']');
}

static void reference(as_json *j, const char *category, const char *type, as_span locator)
{
	if (locator.n == 0)
		return;
	as_json_open(j, NULL, '{');
	as_json_str(j, "referenceCategory", category);
	as_json_str(j, "referenceType", type);
	as_json_text(j, "referenceLocator", locator);
	as_json_close(j, '}');
}

/* declared: column of an SPDX expression, or -1. */
static void unknowns(as_json *j, sqlite3_stmt *st, int declared)
{
	bool said = declared >= 0 && sqlite3_column_type(st, declared) != SQLITE_NULL;
	as_json_str(j, "downloadLocation", "NOASSERTION");
	as_json_bool(j, "filesAnalyzed", false);
	as_json_str(j, "licenseConcluded", "NOASSERTION");
	if (said)
		as_json_column(j, "licenseDeclared", st, declared);
	else
		as_json_str(j, "licenseDeclared", "NOASSERTION");
	as_json_str(j, "copyrightText", "NOASSERTION");
}

static const char inputs_sql[] = "SELECT 'SPDXRef-Image-' || p.id, p.name, o.sha1, o.sha256 FROM "
				 "place AS p LEFT JOIN object AS o"
				 " ON o.id = p.object WHERE p.parent IS NULL ORDER BY p.id";

static bool input_row(void *ctx, sqlite3_stmt *st)
{
	as_json *j = ctx;
	as_json_open(j, NULL, '{');
	as_json_column(j, "SPDXID", st, 0);
	as_json_column(j, "name", st, 1);
	unknowns(j, st, -1);
	as_json_str(j, "primaryPackagePurpose", "FIRMWARE");
	checksums(j, st, 2);
	as_json_close(j, '}');
	return !j->out->failed;
}

#define RANKED                                                                                     \
	AS_SQL_WITNESSES                                                                           \
	" , numbered AS (SELECT row_number() OVER (ORDER BY what, release) AS i, *"                \
	" FROM ranked WHERE nth = 1)"

static const char components_sql[] = RANKED AS_SQL_DECLARED
	" SELECT 'SPDXRef-Component-' || i, coalesce(own_name, id, ''), nullif(release, ''), "
	"coalesce(cpe, any_cpe), own_purl,"
	" 'Recognised by ' || method || coalesce(': ' || evidence, ''), d.expression, "
	"json_array(what, release) FROM numbered"
	" LEFT JOIN declared AS d ON d.component = what ORDER BY i";

/* The package URLs of what is the same software as the component. */
static const char members_sql[] =
	"SELECT DISTINCT purl FROM software WHERE head = json_extract(?1, '$[0]') AND "
	"head_version = json_extract(?1, '$[1]') AND (component, version) <> (head, head_version) "
	"ORDER BY purl";

static bool member_row(void *ctx, sqlite3_stmt *st)
{
	reference(ctx, "PACKAGE-MANAGER", "purl", as_sql_span(st, 0));
	return true;
}

static bool component_row(void *ctx, sqlite3_stmt *st)
{
	as_json *j = ctx;
	as_json_open(j, NULL, '{');
	as_json_column(j, "SPDXID", st, 0);
	as_json_column(j, "name", st, 1);
	as_json_column(j, "versionInfo", st, 2);
	unknowns(j, st, 6);
	as_json_column(j, "sourceInfo", st, 5);
	as_json_open(j, "externalRefs", '[');
	if (as_is_cpe(as_sql_span(st, 3)))
		reference(j, "SECURITY", "cpe23Type", as_sql_span(st, 3));
	reference(j, "PACKAGE-MANAGER", "purl", as_sql_span(st, 4));
	as_status s = as_sql_each_of(
		sqlite3_db_handle(st), members_sql, as_sql_span(st, 7), member_row, j);
	as_json_close(j, ']');
	as_json_close(j, '}');
	j->out->failed = j->out->failed || s != AS_OK;
	return !j->out->failed;
}

static const char files_sql[] =
	"SELECT 'SPDXRef-File-' || p.id, p.container, p.path, o.sha1, o.sha256 FROM place AS p"
	" JOIN object AS o ON o.id = p.object WHERE p.kind = 'file' ORDER BY p.id";

static bool file_row(void *ctx, sqlite3_stmt *st)
{
	as_json *j = ctx;
	as_buf name = { 0 };
	as_buf_text(&name, "./");
	as_place_uri(&name, as_sql_span(st, 1), as_sql_span(st, 2));
	as_json_open(j, NULL, '{');
	as_json_column(j, "SPDXID", st, 0);
	as_json_text(j, "fileName", as_buf_span_of(&name));
	checksums(j, st, 3);
	as_json_str(j, "licenseConcluded", "NOASSERTION");
	as_json_str(j, "copyrightText", "NOASSERTION");
	as_json_close(j, '}');
	as_buf_free(&name);
	return !j->out->failed;
}

/* The input that a place lies in: ids are given in the order of the tree. */
#define INPUT "(SELECT max(r.id) FROM place AS r WHERE r.parent IS NULL AND r.id <= p.id)"

/* A component belongs to every input that holds a witness of it; files come from their input. There may be
 * millions of files: no sorting of what comes sorted. */
static const char *const relations_sql[] = {
	"SELECT 'SPDXRef-DOCUMENT', 'DESCRIBES', 'SPDXRef-Image-' || id FROM place"
	" WHERE parent IS NULL ORDER BY id",
	RANKED " SELECT 'SPDXRef-Image-' || input, 'CONTAINS', 'SPDXRef-Component-' || i FROM"
	       " (SELECT DISTINCT " INPUT " AS input, n.i FROM numbered AS n JOIN ranked AS w"
	       " ON w.what = n.what AND w.release = n.release JOIN place AS p ON p.object ="
	       " w.object) ORDER BY input, i",
	"SELECT 'SPDXRef-File-' || p.id, 'EXPANDED_FROM_ARCHIVE', 'SPDXRef-Image-' || " INPUT
	" FROM place AS p JOIN object AS o ON o.id = p.object WHERE p.kind = 'file' ORDER BY p.id",
	RANKED " SELECT 'SPDXRef-File-' || id, 'GENERATED_FROM', 'SPDXRef-Component-' || i FROM"
	       " (SELECT DISTINCT p.id, n.i FROM numbered AS n JOIN ranked AS w ON w.what ="
	       " n.what AND w.release = n.release AND w.method <> 'package' JOIN place AS p"
	       " ON p.object = w.object AND p.kind = 'file') ORDER BY id, i",
};

static bool relation_row(void *ctx, sqlite3_stmt *st)
{
	as_json *j = ctx;
	as_json_open(j, NULL, '{');
	as_json_column(j, "spdxElementId", st, 0);
	as_json_column(j, "relationshipType", st, 1);
	as_json_column(j, "relatedSpdxElement", st, 2);
	as_json_close(j, '}');
	return !j->out->failed;
}

static void creation(as_json *j, sqlite3 *db)
{
	char version[AS_META_LEN], reviewed[AS_META_LEN], creator[AS_META_LEN + 16];
	as_meta(db, "version", version);
	as_reviewed(db, reviewed);
	snprintf(creator, sizeof(creator), "Tool: assay-%s", version);
	as_json_open(j, "creationInfo", '{');
	as_json_str(j, "created", reviewed);
	as_json_open(j, "creators", '[');
	as_json_str(j, NULL, creator);
	as_json_close(j, ']');
	as_json_close(j, '}');
}

static as_status write(sqlite3 *db, as_out *out)
{
	char uuid[AS_UUID_LEN + 1] = "", space[128], name[AS_META_LEN];
	as_json j = { .out = out };
	as_status s = as_uuid(db, "spdx", uuid);
	snprintf(space, sizeof(space), "https://spdx.org/spdxdocs/assay-%s", uuid);
	as_sql_text(db, "SELECT name FROM place WHERE parent IS NULL ORDER BY id LIMIT 1", name,
		sizeof(name));
	as_json_open(&j, NULL, '{');
	as_json_str(&j, "SPDXID", "SPDXRef-DOCUMENT");
	as_json_str(&j, "spdxVersion", "SPDX-2.3");
	as_json_str(&j, "dataLicense", "CC0-1.0");
	as_json_str(&j, "name", name[0] ? name : "review");
	as_json_str(&j, "documentNamespace", space);
	creation(&j, db);
	as_json_open(&j, "packages", '[');
	s = as_worse(s, as_sql_each(db, inputs_sql, input_row, &j));
	s = as_worse(s, as_sql_each(db, components_sql, component_row, &j));
	as_json_close(&j, ']');
	as_json_open(&j, "files", '[');
	s = as_worse(s, as_sql_each(db, files_sql, file_row, &j));
	as_json_close(&j, ']');
	as_json_open(&j, "relationships", '[');
	for (size_t i = 0; i < sizeof(relations_sql) / sizeof(relations_sql[0]); i++)
		s = as_worse(s, as_sql_each(db, relations_sql[i], relation_row, &j));
	as_json_close(&j, ']');
	as_json_close(&j, '}');
	return s;
}

const as_report as_report_spdx = {
	.id = "spdx", .title = "components and files, SPDX 2.3", .write = write
};
