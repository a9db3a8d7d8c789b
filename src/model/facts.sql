-- SPDX-License-Identifier: Apache-2.0
-- Facts: what inspectors state about an object, never whether it is bad.
--
-- Every table begins with the same provenance, added by the generator:
--   object INTEGER NOT NULL  the object the fact is about (object.id)
--   at INTEGER, len INTEGER  the bytes of the object it rests on (offset, length); NULL: the whole object
-- Column types: TEXT (image bytes, stored escaped as UTF-8; NULL where absent), INTEGER (NULL where
-- absent), INTEGER NOT NULL (0 where absent). A table marked "no exhibit" does not have its bytes copied
-- into the dossier, because its columns already are those bytes.

-- One row per ELF file.
CREATE TABLE elf (
	type TEXT,              -- 'exec', 'dyn', 'rel', 'core', 'other'
	role TEXT,              -- 'program', 'library', 'module', 'object', 'core', 'debug' (symbols split off)
	machine TEXT,           -- 'x86_64', 'i386', 'arm', 'aarch64', 'mips', 'powerpc', 'powerpc64', 'riscv', 's390', 'e<number>'
	bits INTEGER NOT NULL,  -- 32 or 64
	endian TEXT,            -- 'little' or 'big'
	abi TEXT,               -- 'eabi5-hard', 'o32-mips32r2', 'n64-mips64r2', 'elfv2', 'lp64d', ... or the OS ABI
	os TEXT,                -- 'linux', 'freebsd', ...: where the file says what it runs on; NULL for boot loaders, firmware, some static programs
	linkage TEXT,           -- 'dynamic', 'static', 'static-pie', 'relocatable'
	interp TEXT,            -- program interpreter
	soname TEXT,
	needed TEXT,            -- DT_NEEDED, separated by spaces
	build_id TEXT,          -- GNU build-id, hexadecimal
	compiler TEXT,          -- first line of .comment
	stripped INTEGER,       -- 1 without .symtab
	pie INTEGER,            -- 1 position-independent program, 0 not; NULL for what is not a program
	nx INTEGER,             -- 1 stack not executable, 0 executable; NULL: no stack header and no known default (i386: 0, powerpc64: 1)
	relro TEXT,             -- 'none', 'partial', 'full'; NULL where it does not apply
	canary INTEGER,         -- 1 names the stack protector, 0 not; NULL where it cannot be told
	fortified INTEGER,      -- calls (imports) that are FORTIFY variants
	fortifiable INTEGER,    -- imports that have a FORTIFY variant and are not it
	rpath TEXT,
	runpath TEXT,
	textrel INTEGER NOT NULL,     -- 1 with text relocations
	wx INTEGER NOT NULL,          -- segments both writable and executable
	cfi TEXT,               -- control-flow notes: 'ibt', 'shstk', 'bti', 'pac', separated by spaces
	entry INTEGER,
	sections INTEGER NOT NULL     -- number of section headers
);
-- no exhibit
CREATE TABLE elf_import (name TEXT, version TEXT);
-- no exhibit
CREATE TABLE elf_export (name TEXT, version TEXT);

-- One row per Linux kernel, its options when embedded, and one per kernel module.
CREATE TABLE kernel (version TEXT, banner TEXT, compiler TEXT, built TEXT, configured INTEGER NOT NULL);
-- no exhibit
CREATE TABLE kernel_option (name TEXT, value TEXT);
CREATE TABLE kernel_module (name TEXT, version TEXT, vermagic TEXT, author TEXT, license TEXT,
	description TEXT, depends TEXT, srcversion TEXT, has_signature INTEGER NOT NULL);

-- Accounts in any user database. scheme: 'empty', 'locked', 'none' (no secret field here), 'shadow' (elsewhere),
-- 'plain', 'des', 'md5', 'apr1', 'sha1', 'sha256', 'sha512', 'bcrypt', 'yescrypt', 'scrypt', 'nt', 'unknown'.
CREATE TABLE account (
	source TEXT,            -- 'passwd', 'shadow', 'htpasswd', 'htdigest', 'uci-rpcd', 'dropbear', ...
	user TEXT, secret TEXT, scheme TEXT, uid INTEGER, gid INTEGER, home TEXT, shell TEXT,
	guessed TEXT,           -- the password, when hashing a factory default gave this secret
	guessed_from TEXT,      -- which list entry that was
	tried INTEGER           -- factory defaults compared with the hash; 0: it costs too much; NULL: no hash
);
-- Secrets in configuration. kind: 'wifi-psk', 'wep-key', 'snmp-community', 'snmp-user', 'ppp', 'radius', 'ipsec-psk', 'vpn',
-- 'tr069-acs', 'tr069-cpe', 'url-credential', 'password', 'token', 'htpasswd', 'tls-psk', 'ldap', 'database', 'mail', 'nvram'.
CREATE TABLE secret (
	kind TEXT, name TEXT, value TEXT, user TEXT,
	format TEXT,            -- 'uci', 'xml', 'ini', 'nvram', 'json', 'shell', 'hostapd', 'text', ...
	context TEXT,           -- section, host or element it stands in
	placeholder INTEGER NOT NULL, -- 1 if the value is a variable, template or documentation example
	guessed TEXT            -- set when the value is a known factory default
);
-- Keys, private and public. fingerprint: SHA-256 of the SubjectPublicKeyInfo (DER), hexadecimal, so that
-- the halves of a pair and its certificate share it. parse: 'ok', 'encrypted', 'damaged',
-- 'unsupported' (well-formed, of an algorithm that is not computed here; then without fingerprint).
CREATE TABLE key (
	part TEXT,              -- 'private' or 'public'
	format TEXT,            -- 'pem-pkcs1', 'pem-pkcs8', 'der-pkcs1', 'der-pkcs8', 'pkcs12', 'openssh', 'dropbear', 'sec1', 'spki', ...
	algorithm TEXT, bits INTEGER, fingerprint TEXT, parse TEXT, comment TEXT,
	known TEXT              -- which published key this is, if it is one
);
CREATE TABLE certificate (
	subject TEXT, issuer TEXT, serial TEXT,
	not_before TEXT, not_after TEXT, -- ISO 8601, UTC
	signature TEXT,         -- 'sha256WithRSAEncryption', ...
	algorithm TEXT, bits INTEGER, ca INTEGER NOT NULL, self_signed INTEGER NOT NULL,
	fingerprint TEXT,       -- of its public key, as in key
	sha256 TEXT,            -- of the certificate's DER
	names TEXT,             -- subjectAltName, separated by spaces
	bundle INTEGER NOT NULL -- how many certificates stand in the same object
);
CREATE TABLE authorized_key (user TEXT, type TEXT, bits INTEGER, fingerprint TEXT, options TEXT, comment TEXT);

-- What starts by itself. init: 'sysvinit', 'inittab', 'procd', 'systemd', 'rc', 'runit', 'cron', 'inetd', 'xinetd', 'udev', 'modules', 'android'.
CREATE TABLE autostart (
	init TEXT, name TEXT,   -- unit, script or line name
	command TEXT, program TEXT, -- command line and its program (path or name)
	args TEXT, user TEXT, trigger TEXT, -- runlevel, target, schedule, event
	enabled INTEGER         -- 1 known to be enabled, 0 known to be disabled, NULL not decidable here
);
-- What listens, by configuration or arguments.
CREATE TABLE listener (
	daemon TEXT, service TEXT, protocol TEXT, -- 'tcp', 'udp'
	port INTEGER, address TEXT, source TEXT,  -- 'inetd', 'config', 'arguments', 'default'
	cleartext INTEGER NOT NULL, enabled INTEGER
);
-- Settings of daemons that matter for security, as written (sshd PermitRootLogin, lighttpd server.port, ...).
CREATE TABLE setting (daemon TEXT, section TEXT, name TEXT, value TEXT);
CREATE TABLE firewall_rule (tool TEXT, chain TEXT, action TEXT, protocol TEXT, port TEXT, source TEXT, text TEXT);
-- Things that fetch or flash. verify: 'on', 'off', 'unknown'.
CREATE TABLE fetch (
	tool TEXT,              -- 'wget', 'curl', 'opkg', 'apt', 'tftp', 'ftpget', 'uclient-fetch', ...
	url TEXT, scheme TEXT, verify TEXT,
	flashes INTEGER NOT NULL, -- 1 if the same file also writes flash or installs what it fetched
	purpose TEXT            -- 'firmware', 'package-feed', 'configuration', 'other'
);
-- Script lines that call programs of interest. pattern: short name of what was recognised.
CREATE TABLE script_call (pattern TEXT, program TEXT, text TEXT, line INTEGER NOT NULL);
-- One row per script. interpreter as written; lines in the file.
CREATE TABLE script (interpreter TEXT, lines INTEGER NOT NULL);

-- Package databases, and components recognised by any witness.
CREATE TABLE package (manager TEXT, name TEXT, version TEXT, arch TEXT, source TEXT, status TEXT, maintainer TEXT, license TEXT);
CREATE TABLE component (
	id TEXT, name TEXT, version TEXT, vendor TEXT, purl TEXT, cpe TEXT,
	newer_than TEXT, older_than TEXT, -- without a version: known releases between which it lies, themselves outside; NULL: open
	method TEXT,            -- 'banner', 'signature' (what only it holds), 'copy' (the same, inside a file that is something else), 'package', 'kernel', 'module', 'build-info', 'note' (of the package it was built for), 'metadata', 'web', 'font'
	confidence INTEGER NOT NULL, -- thousandths
	evidence TEXT           -- the text it rests on
);
-- What the changelog of a Debian package says of a vulnerability. source, version: of the entry. newest: the version of the file's newest entry;
-- NULL: that entry is of another source. says: 'fixed', 'open' (a fix that is taken back or missing), 'mentioned' (neither plainly).
CREATE TABLE changelog (source TEXT, version TEXT, newest TEXT, cve TEXT, says TEXT);
-- Licences: of a component that says so, or of what stands beside a licence's text.
CREATE TABLE licence (
	component TEXT,         -- component.id; NULL: of the object itself, or of what stands beside it
	spdx TEXT,              -- as an SPDX expression; NULL: not known to be one
	text TEXT,              -- as written
	method TEXT             -- 'metadata', 'package', 'module', 'copyright', 'text', 'font'
);
-- Who made a part. role: 'chip-sdk' (its SDK left marks), 'certificate' (subject), 'author' (of a kernel module from elsewhere), 'path' (where
-- it was built), 'manufacturer' (the system says so), 'mac' (to whom the IEEE assigned a MAC address in its configuration).
CREATE TABLE supplier (
	name TEXT, role TEXT,
	part TEXT,              -- which SDK
	belongs_to TEXT,        -- the company it belongs to
	confidence INTEGER NOT NULL, -- thousandths
	evidence TEXT           -- the text it rests on
);
-- no exhibit
-- The applets that a BusyBox has, by its own list.
CREATE TABLE applet (name TEXT);
-- no exhibit
CREATE TABLE address (
	kind TEXT,              -- 'url', 'host', 'ipv4', 'ipv6', 'email'
	value TEXT, scheme TEXT, host TEXT,
	noise TEXT              -- why it means little ('schema', 'documentation', 'licence', ...); NULL if it may matter
);
-- Traces of the build: 'build-path', 'date', 'user-host', 'debug', 'time-macro'.
CREATE TABLE build_trace (kind TEXT, value TEXT);
-- What a format handler read in a header ('name', 'load', 'compression', 'crc', 'signature', ...).
CREATE TABLE property (format TEXT, name TEXT, value TEXT);
-- What the user's own YARA rules match (assay review --yara), one row per place of a string; bytes in containers are
-- matched unpacked.
CREATE TABLE yara_match (
	rule TEXT, namespace TEXT,  -- namespace: the rule file's name without its ending
	tags TEXT,                  -- separated by spaces
	string TEXT,                -- which string of the rule stands here, such as $a; NULL: the rule matches without one
	description TEXT, severity TEXT -- the rule's meta of these names, as written
);

-- Public back doors, found by exact bytes (knowledge/known.tsv).
CREATE TABLE known_backdoor (
	id TEXT, name TEXT,         -- of the pack's row
	means TEXT,                 -- what it does, in words
	source TEXT                 -- where that is published
);

-- One row per object of bare machine code: what it was taken for, and how sure that is. at and len: from the first to the last byte
-- that is taken for code.
-- C name: blob_row
CREATE TABLE blob (
	machine TEXT, bits INTEGER NOT NULL, endian TEXT, -- as in table elf
	thumb INTEGER NOT NULL,     -- 1: of ARM's two sets, most of it is Thumb
	calls INTEGER NOT NULL,     -- different places inside that direct calls lead to
	arrived INTEGER NOT NULL,   -- of those, where a function begins: the more of them, the more certain the instruction set
	base INTEGER,               -- address of the object's first byte, NULL: not known
	sure INTEGER NOT NULL,      -- how sure of that, hundredths, 0: not known
	how TEXT,                   -- 'constants' (that fit texts and functions), 'vectors' (table of interrupts), NULL: not known
	inside INTEGER NOT NULL,    -- different constants that would be addresses inside the object, with that base
	votes INTEGER NOT NULL,     -- of those, which lead to the begin of a text or a function
	next_base INTEGER, next_votes INTEGER NOT NULL, -- the next best base
	evidence TEXT               -- some constants that fit: offset in the object -> value
);
-- One row per program, library or module whose machine code was read. Addresses in this and the following tables are those the
-- program is linked for; at and len are bytes of the file.
CREATE TABLE code (
	class TEXT,                  -- 'daemon' (waits for others: listens, or runs in the background), 'tool', 'library', 'module', 'object', 'blob'
	functions INTEGER NOT NULL, instructions INTEGER NOT NULL,
	bytes INTEGER NOT NULL,      -- of the instructions read
	code_bytes INTEGER NOT NULL, -- of what is executable
	unresolved INTEGER NOT NULL, -- computed jumps whose goals are not known
	partial INTEGER NOT NULL,    -- functions of which a part was not looked at
	sectionless INTEGER NOT NULL -- 1: the file has no section headers, so that disassemblers must be told where code is
);
-- Functions that another of these tables tells something about. found: how it was found, words separated by spaces: 'symbol',
-- 'unwind', 'entry', 'call', 'pointer', 'gap'. fingerprint: of what it does, without addresses: it survives relinking.
-- C name: function_row
CREATE TABLE function (
	addr INTEGER, size INTEGER, name TEXT, found TEXT, exported INTEGER NOT NULL,
	blocks INTEGER NOT NULL, callers INTEGER NOT NULL, fingerprint TEXT
);
-- Calls of library functions that can do something to a device or judge a secret. kind: 'run', 'exec', 'listen', 'bind', 'connect',
-- 'privilege', 'open', 'remove', 'memory', 'load', 'trace', 'authentication', 'nvram', 'eval', ...
CREATE TABLE api_use (
	function INTEGER,       -- address of the function that calls
	addr INTEGER, api TEXT, kind TEXT,
	argument TEXT,          -- the command, program or path, where it is constant
	constant INTEGER NOT NULL
);
-- The calls that these functions make, in the order of the code, at most 64 of a function.
-- C name: call_row
-- no exhibit
CREATE TABLE call (
	function INTEGER, n INTEGER NOT NULL, addr INTEGER, -- the caller's address; which of its calls; the instruction
	goal INTEGER,           -- address of what is called, where it is in the program
	name TEXT,              -- its name: an import, or a function of the program's own
	text TEXT               -- the call with its arguments, as far as they are known: strcmp(param_1, "letmein")
);
-- Texts of four bytes and more that these functions refer to, at most 32 of a function.
-- no exhibit
CREATE TABLE string_ref (function INTEGER, addr INTEGER, text_addr INTEGER, text TEXT);
-- Constants that these functions hold input against, at most 32 of a function. kind: 'string', 'memory', 'search' (it stands somewhere
-- in the input), 'chain' (byte by byte), 'number'.
-- C name: gate_row
CREATE TABLE gate (
	function INTEGER, addr INTEGER, kind TEXT,
	text TEXT, number INTEGER, -- the constant
	built INTEGER NOT NULL, -- 1: it is put together on the stack
	gated INTEGER NOT NULL  -- calls that are made only where it is equal
);
-- Effects that are reached, through calls inside the program, from what it offers: exported functions, and where it is entered. kind: as
-- in api_use.
-- C name: reach_row
-- no exhibit
CREATE TABLE reach (function INTEGER, name TEXT, kind TEXT);
-- Texts that the program makes of constants when it runs, and that its file does not hold; found by trying what its loops do.
-- C name: decoded_string
CREATE TABLE decoded_string (
	function INTEGER, addr INTEGER, -- the function's address; the loop, or the call of the function that decodes
	text TEXT,
	how TEXT                -- 'loop', 'function' (one that is called there), 'compared' (input is held against it, byte by byte)
);
-- In which order to read the functions of a program where signals do not say more: the first five, and all that signals name.
-- How much each is like those in which somebody hid something in programs made to learn from; no reason to suspect anything.
-- C name: reading_row
CREATE TABLE reading (
	function INTEGER, name TEXT, -- its address; its name
	share INTEGER NOT NULL,      -- of a million: how likely it is this one, if the program hides something in one function
	why TEXT                     -- what speaks most for it
);
-- Reasons to look at a place in a program, each by itself; what they amount to is for rules. signal: 'gate', 'listener', 'decoded',
-- 'credential', 'command', 'oddity', 'capability'. score: hundredths; 150 and more is worth reading.
-- C name: signal_row
CREATE TABLE signal (
	function INTEGER, addr INTEGER, name TEXT, -- the function's address, the place, the function's name
	signal TEXT, score INTEGER NOT NULL,
	trigger TEXT,           -- the constant or condition
	effect TEXT, effect_addr INTEGER, -- what it opens, and where
	detail TEXT,            -- how it hangs together
	conclusive INTEGER NOT NULL -- 1: a pattern that ordinary programs do not have
);
-- How the signals that weigh most come about, for whoever reads the place: up to 24 functions of a program, of each the best alarm of
-- every signal. function and site are those of the signal (signal.function, signal.addr); several signals at one place share rows.
-- The way in steps. kind: 'entry' (how control comes to the first function), 'call', 'test', 'site' (the place, where nothing is
-- compared), 'answer' (what the function answers then), 'effect'.
-- C name: path_step_row
-- no exhibit
CREATE TABLE path_step (
	function INTEGER, site INTEGER, step INTEGER NOT NULL, kind TEXT,
	inside INTEGER, name TEXT, addr INTEGER, -- the function it stands in, and its name; the place
	text TEXT
);
-- The same as pseudo-code, made of what the analysis knows: conditions that hold and calls that are made on every way to the effect.
-- depth: how far the line is indented.
-- no exhibit
CREATE TABLE pseudo_code (
	function INTEGER, site INTEGER, line INTEGER NOT NULL, addr INTEGER, depth INTEGER NOT NULL, text TEXT
);
-- The instructions on the way. A row without addr stands for instructions that are left out. reader: 'capstone', or 'lifted' (our own
-- operations in words, where the disassembler does not know the architecture). mode: of ARM, 'arm' or 'thumb'.
-- C name: listing_row
-- no exhibit
CREATE TABLE listing (
	function INTEGER, site INTEGER, line INTEGER NOT NULL,
	inside INTEGER, addr INTEGER, mode TEXT, bytes TEXT, text TEXT, note TEXT, reader TEXT
);
-- What speaks against a signal, of the program itself and the reference population. kind: 'common' (n other packages compare with the
-- constant; 0: the text is in three or more), 'siblings' (n other constants are told apart in the function), 'mentioned' (n texts of
-- the program tell of it), 'elsewhere' (n other functions use it), 'library', 'unsure', 'partial', 'unreached'.
-- no exhibit
CREATE TABLE speaks_against (function INTEGER, site INTEGER, kind TEXT, n INTEGER, text TEXT);
-- How well a program is built, in counts: numerator of denominator, in its machine code; each name is told in docs/quality.md. What
-- does not occur at all (denominator 0) has no row.
-- C name: measure_row
-- no exhibit
CREATE TABLE measure (name TEXT, numerator INTEGER NOT NULL, denominator INTEGER NOT NULL, detail TEXT);
-- Direct calls of functions that copy, print or read into a buffer, one row per function called. family: 'memcpy', 'strcpy',
-- 'strcat', 'sprintf', 'scanf', 'gets'. variant: 'unsafe', 'safe' (it is told the size), 'fortified' (the compiler put the check in),
-- 'unchecked' (a function of the program's own that is named like a safe one and checks nothing).
-- no exhibit
CREATE TABLE family_call (
	family TEXT, variant TEXT, api TEXT, calls INTEGER NOT NULL,
	addr INTEGER            -- of the first call
);
-- Places that measures count, at most 256 of one measure in one program.
CREATE TABLE measure_site (
	measure TEXT,           -- measure.name
	function INTEGER, name TEXT, addr INTEGER, -- the function's address and name; the place
	api TEXT,               -- what is called there
	argument TEXT,          -- constant text that belongs to it: a path, a format, an algorithm
	source TEXT,            -- where what is not constant comes from: 'number', 'unknown', 'memory', 'argument', 'configuration',
	                        -- 'environment', 'input', 'network'
	origin TEXT             -- the function that brought it, and the name it asked for: 'getenv QUERY_STRING'
);
-- What functions refer to, for a comparison with another build of the program: only in reviews with --reference or --as-reference. kind:
-- 'name', 'print' (fingerprint), 'blocks', 'text', 'built' (text put together in the code), 'test' (text that input is compared with),
-- 'table' (text that a table in the data points to), 'number' (compared), 'call' (library function), 'own' (function called, address),
-- 'effect' (what a call does, and with which constant), 'data' (text that stands in the data, whoever uses it),
-- 'library' (it belongs to the C library inside: no more is told of it).
-- no exhibit
CREATE TABLE function_trait (
	function INTEGER,       -- its address; NULL: only the program's data has it
	kind TEXT, value TEXT, n INTEGER NOT NULL -- n: how often
);
-- One in eight fingerprints of functions with eight blocks or more, chosen by value: copies of code share them.
-- no exhibit
CREATE TABLE function_sample (addr INTEGER, fingerprint TEXT);
