/* SPDX-License-Identifier: Apache-2.0 */
/* report.html: web/page.html with the style, the script and the data put in. */
#include "report/page.h"
#include "report/page_data.h"

static const char *const scripts[] = { "dom.js", "data.js", "table.js", "frame.js", "overview.js",
	"story.js", "findings.js", "map.js", "tree.js", "sections.js", "reach.js", "components.js",
	"main.js", NULL };
static const char *const styles[] = { "page.css", NULL };

static as_status write(sqlite3 *db, as_out *out)
{
	const as_page page = {
		.frame = "page.html", .scripts = scripts, .styles = styles, .data = as_page_data
	};
	return as_page_write(&page, db, out);
}

const as_report as_report_html = { .id = "html", .title = "page for people", .write = write };
