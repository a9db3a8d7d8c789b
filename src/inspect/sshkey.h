/* SPDX-License-Identifier: Apache-2.0 */
/* Keys in the SSH wire format (RFC 4253, RFC 5656, RFC 8709), and what wraps them: OpenSSH's
 * private key file, dropbear's host key file, PuTTY's. */
#ifndef AS_SSHKEY_H
#define AS_SSHKEY_H

#include "base/arena.h"
#include "base/cur.h"
#include "inspect/crypto.h"

/* Reads one public key from a big-endian cursor over a key blob: the type's name and its public
 * numbers, and leaves the cursor behind them. False if it is not a well-formed RSA, DSA, ECDSA or
 * Ed25519 key (the security-key forms of the last two too). */
bool as_ssh_public(as_cur *c, as_arena *arena, as_pubkey *out);

/* A public key blob as text: "AAAAB3NzaC1yc2E...". */
bool as_ssh_public_text(as_span base64, as_arena *arena, as_pubkey *out);

typedef struct as_ssh_private {
	as_pubkey key;
	bool encrypted;
	as_span comment; /* owned by the arena or borrowed; empty if it is encrypted */
} as_ssh_private;

/* Reads the decoded body of an OPENSSH PRIVATE KEY block. */
bool as_ssh_openssh(as_span body, as_arena *arena, as_ssh_private *out);

/* Reads a whole file as a dropbear private key: nothing may follow it. */
bool as_ssh_dropbear(as_span file, as_arena *arena, as_ssh_private *out);

/* Reads a PuTTY key file, version 2 or 3. */
bool as_ssh_putty(as_span file, as_arena *arena, as_ssh_private *out);

#endif
