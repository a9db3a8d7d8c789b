/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue of library functions that mean something to the analysis. One table, by name. */
#ifndef AS_CODE_API_H
#define AS_CODE_API_H

#include "code/program.h"

/* What a call does, as far as signals and measures ask. */
typedef enum as_api_kind {
	AS_API_OTHER,
	AS_API_RUN,     /* runs a command line through a shell: system, popen */
	AS_API_EXEC,    /* runs a program */
	AS_API_COMPARE, /* compares strings or memory */
	AS_API_COPY,    /* copies a string or memory */
	AS_API_FORMAT,  /* prints */
	AS_API_SCAN,
	AS_API_LISTEN, /* listen, accept */
	AS_API_BIND,
	AS_API_CONNECT,
	AS_API_SOCKET,
	AS_API_PRIVILEGE, /* setuid and its kin, chroot, capset */
	AS_API_OPEN,      /* opens a file */
	AS_API_REMOVE,    /* unlink, rename, chmod */
	AS_API_MEMORY,    /* mmap, mprotect */
	AS_API_LOAD,      /* dlopen, dlsym */
	AS_API_TRACE,     /* ptrace, prctl */
	AS_API_CRYPT,     /* crypt, PAM, hash checks */
	AS_API_INPUT,     /* read, recv, fgets, getenv */
	AS_API_NUMBER,    /* atoi, strtol, inet_addr: makes a number of a text */
	AS_API_TIME,
	AS_API_RANDOM,
	AS_API_ALLOCATE,
	AS_API_NVRAM, /* nvram_set, mtd writes */
	AS_API_EVAL,  /* luaL_loadstring, PyRun_SimpleString, duk_eval */
	AS_API_LOG,
	AS_API_DUP,  /* dup2: wires up file descriptors */
	AS_API_WIPE, /* explicit_bzero, OPENSSL_cleanse */
	AS_API_EXIT  /* never returns */
} as_api_kind;

typedef struct as_api {
	const char *name;
	as_api_kind kind;
	uint8_t writes;     /* bit i: writes through argument i */
	int8_t size;        /* argument that bounds what is written, in bytes; -1 none */
	int8_t text;        /* argument that is a command, path, format, or string; -1 none */
	uint8_t weight;     /* tenths: how much it matters that this is reached; 0 not a sink */
	const char *family; /* of unsafe and safe variants: "strcpy", ...; NULL none */
} as_api;

/* The entry of a name, or NULL. Logarithmic. Pure. */
const as_api *as_api_named(as_span name);
/* The two arguments that a comparison holds against each other. C++ strings come first, then perhaps where. Pure. */
void as_api_sides(const as_api *api, unsigned *first, unsigned *second);
/* Whether a comparison looks for a text in a C++ string: it answers with the place, or -1. Pure. */
bool as_api_finds(const as_api *api);
/* Finds the entries of the program's imports. False without memory. */
bool as_api_prepare(as_program *p) AS_MUST_USE;
/* The entry of what a call arrives at: an import, or a function of the program with a known name; or NULL. Pure. */
const as_api *as_api_of(const as_program *p, uint64_t goal);
/* The name of what a call arrives at: import or label; p NULL if it has none. Pure. */
as_span as_api_name(const as_program *p, uint64_t goal);

#endif
