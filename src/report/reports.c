/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "assay/assay.h"
#include "report/report.h"

#define REPORT(id, file) extern const as_report as_report_##id;
#include "report/reports.def"
#undef REPORT

const as_report *const as_report_list[] = {
#define REPORT(id, file) &as_report_##id,
#include "report/reports.def"
#undef REPORT
	NULL,
};

const char *const *assay_reports(void)
{
	static const char *const names[] = {
#define REPORT(id, file) #id, file,
#include "report/reports.def"
#undef REPORT
		NULL,
	};
	return names;
}
