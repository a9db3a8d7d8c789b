/* SPDX-License-Identifier: Apache-2.0 */
#include "assay/assay.h"

int assay_version(void) { return ASSAY_VERSION; }

const char *assay_version_text(void) { return ASSAY_VERSION_TEXT; }
