/* SPDX-License-Identifier: Apache-2.0 */
/* What the handlers of Linux kernels share. */
#ifndef AS_UNPACK_KERNEL_H
#define AS_UNPACK_KERNEL_H

#include "unpack/format.h"

/* The text "Linux version 5.10.0-..." that every kernel carries, from body, up to its end; empty if
 * there is none. Borrows; pure. */
as_span as_kernel_banner(as_span body);

/* The configuration embedded between IKCFG_ST and IKCFG_ED: the gzip stream in it; empty if there
 * is none. Borrows; pure. */
as_span as_kernel_config(as_span body);

/* Puts what a decompressed kernel carries: its configuration ("config.gz"), its initial file system
 * ("initramfs") and its symbols ("kallsyms.txt"), tells its banner, and marks the rest of body as
 * structure with a constant label. A kernel without them is fine. Statuses as as_put. */
as_status as_kernel_parts(as_unpack *u, as_span body, const char *label) AS_MUST_USE;

/* Looks in [from, to) of body for a compressed kernel (the longest stream that decodes) and puts
 * it as "payload"; the rest of body is structure with a constant label. AS_PARTIAL and a note if
 * there is none. */
as_status as_kernel_payload(
	as_unpack *u, as_span body, uint64_t from, uint64_t to, const char *label) AS_MUST_USE;

/* The same for a program that may be a wrapper around a kernel: puts the payload only if it makes
 * up three quarters of body. AS_OK if it does not. */
as_status as_kernel_wrapped(as_unpack *u, as_span body, const char *label) AS_MUST_USE;

/* The end of a PE program in bytes from the start of image, by its sections and its appended
 * signature, its PE header standing at offset at; 0 if there is none. Pure. */
uint64_t as_kernel_pe_end(as_span image, uint64_t at);

#endif
