/* SPDX-License-Identifier: Apache-2.0 */
/* What is fuzzed, by name: one target per format (its id), "scan" (everything, recursively), one per
 * inspector ("ins-" and its id), "inspect" (all of them), "wire" and "dossier" (a hostile examiner),
 * "journal", "rule"; "feed" and "store" (feeds of vulnerabilities); "toml", "network" and "inventory"
 * (of assessments), "suppliers" (files of users); one per lifter of machine code ("lift-" and its architecture). The
 * fuzzer and the replay of crashes share them. */
#ifndef TARGETS_H
#define TARGETS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct target target;

/* The target of that name, or NULL. Valid for ever; its databases are prepared on the first call. */
const target *target_by_name(const char *name);
/* Runs it over an exact-size copy of the bytes. Aborts if what is said about them is malformed or
 * points outside them, or if a small input costs more than the budget. */
void target_run(const target *t, const uint8_t *data, size_t n);
/* Prints every target's name, one a line; a target's dictionary in libFuzzer's format. */
void targets_print(FILE *out);
void target_dictionary(const target *t, FILE *out);

/* The targets that are no format and no inspector, in hostile.c. */
void run_wire(const uint8_t *data, size_t n);
void run_dossier(const uint8_t *data, size_t n);
void run_journal(const uint8_t *data, size_t n);
void run_rule(const uint8_t *data, size_t n);
/* Those in feeds.c: a feed of vulnerabilities, and what a process says that reads one. */
void run_feed(const uint8_t *data, size_t n);
void run_store(const uint8_t *data, size_t n);
/* In toml.c: a text that is to be TOML. */
void run_toml(const uint8_t *data, size_t n);
/* Those in network.c: a network file, and an inventory. */
void run_network(const uint8_t *data, size_t n);
void run_inventory(const uint8_t *data, size_t n);
/* That in suppliers.c: a file of suppliers, a list of restrictions, a file of names. */
void run_suppliers(const uint8_t *data, size_t n);

#endif
