/* SPDX-License-Identifier: Apache-2.0 */
/* CISA's catalogue of vulnerabilities known to be exploited. */
#include "vuln/feed.h"

void as_feed_kev(as_feed *f, const as_value *v)
{
	as_span cve = as_need_text(f, v, "cveID"), added = as_need_text(f, v, "dateAdded");
	if (!f->wrong && !as_is_cve(cve))
		as_feed_wrong(f, "it is no name of a CVE", "cveID");
	as_record_begin(f, AS_KIND_kev, cve, added);
	as_row_of(f, AS_INDEX_kev);
	as_cell_text(f, cve);
	as_cell_text(f, as_take_text(f, v, "vendorProject"));
	as_cell_text(f, as_take_text(f, v, "product"));
	as_cell_text(f, as_take_text(f, v, "vulnerabilityName"));
	as_cell_text(f, added);
	as_cell_text(f, as_take_text(f, v, "dueDate"));
	as_cell_text(f, as_feed_summary(f, as_take_text(f, v, "requiredAction")));
	as_cell_int(f, as_is_nocase(as_take_text(f, v, "knownRansomwareCampaignUse"), "Known"));
	as_record_end(f);
}
