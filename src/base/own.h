/* SPDX-License-Identifier: Apache-2.0 */
/* How Assay knows its own word again: a machine's verdict is nobody's statement. */
#ifndef AS_OWN_H
#define AS_OWN_H

/* What stands in the documents of VEX that Assay writes before the status of a statement and, after ", ", its
 * justification: OpenVEX has it at the beginning of status_notes, with a full stop behind; CSAF as the title of a note
 * whose text is the product's id. Readers leave out what still is as it says. */
#define AS_OWN_MARK "As matched by Assay: "

#endif
