/* SPDX-License-Identifier: Apache-2.0 */
/* The orders themselves; version.h says which is for what. */
#ifndef AS_VULN_ORDER_H
#define AS_VULN_ORDER_H

#include "base/ascii.h"
#include "base/span.h"

/* As makers number releases: numbers between dots; after them words that come before the release (dev,
 * alpha, test, beta, pre,
 * rc) or after it (p1, patch, letters: 1.0.2 < 1.0.2a < 1.0.2z < 1.0.2za). 1.0 and 1.0.0 are the same;
 * +build and unknown
 * words after a dash (-fips) are not looked at; a number after a dash counts (6.9.10-23). */
int as_order_upstream(as_span a, as_span b);
/* The same, where b05 is a build and no beta (3.02b05 is after 3.02). */
int as_order_firmware(as_span a, as_span b);
/* The same, where only -rc says something after a dash: 6.1-rc3 < 6.1 = 6.1.0-50-armmp < 6.1.1. */
int as_order_kernel(as_span a, as_span b);
/* Debian policy 5.6.12: [epoch:]upstream[-revision]; ~ comes before everything. */
int as_order_dpkg(as_span a, as_span b);
/* [epoch:]version[-release] with rpm's segments, ~ and ^; a version without release comes before its releases. */
int as_order_rpm(as_span a, as_span b);
/* 1.2.3a_rc1-r4: Alpine's and OpenWrt's package manager. */
int as_order_apk(as_span a, as_span b);
/* semver.org 2.0: what follows a dash comes before the release; +build is not looked at. */
int as_order_semver(as_span a, as_span b);
/* Python's [epoch!]release[a|b|rc N][.postN][.devN][+local]; anything else comes before these, as upstream. */
int as_order_pep440(as_span a, as_span b);

/* Numbers of any length as text: negative, 0 or positive. Leading zeros do not count. Pure. */
int as_order_digits(as_span a, as_span b);
/* The longest run of ASCII digits at offset at; empty if there is none. Borrows; pure. */
as_span as_order_run(as_span s, size_t at);

#endif
