-- SPDX-License-Identifier: Apache-2.0
-- The dossier: one SQLite file per review. See docs/dossier.md. Fact tables come from src/model/facts.sql.
-- Ids are given in the order of the tree, so the same bytes give the same ids.

-- What was reviewed and by what: 'tool', 'version', 'schema', 'knowledge', 'reviewed' (date), 'limits', ...
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;

-- Distinct bytes. state: 'examined', 'partial', 'unexamined'. entropy: thousandths of a bit per byte.
CREATE TABLE object (
	id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, sha1 TEXT, -- NULL: a folder, which has no bytes
	size INTEGER NOT NULL,
	type TEXT, entropy INTEGER, state TEXT NOT NULL
);
-- Where an object stands. The roots (parent NULL) are the inputs.
CREATE TABLE place (
	id INTEGER PRIMARY KEY,
	parent INTEGER REFERENCES place(id), -- the directory or container it stands in
	owner INTEGER REFERENCES place(id),  -- the place of the container (image, file system, archive) it was found in
	object INTEGER REFERENCES object(id), -- its bytes; NULL for directories, links, devices
	format TEXT,    -- how it was found: the container's format id ('squashfs', 'gzip', 'scan', 'input')
	kind TEXT NOT NULL, -- 'file', 'part', 'dir', 'symlink', 'block', 'char', 'fifo', 'socket', 'input'
	name TEXT NOT NULL, -- last component, escaped
	path TEXT NOT NULL, -- inside its container, with a leading slash
	container TEXT NOT NULL, -- the chain of containers from the input down
	mode INTEGER, uid INTEGER, gid INTEGER, mtime INTEGER, nsec INTEGER, -- as in the image; NULL where it has none
	major INTEGER, minor INTEGER, target TEXT, -- devices; symbolic links
	hardlink INTEGER REFERENCES place(id), -- the first place of the same inode
	at INTEGER, len INTEGER, -- where in the container's bytes, if they stand there as they are
	deleted INTEGER NOT NULL DEFAULT 0 -- 1: deleted or written over, found in what the container still holds
);
-- Objects that stand at too many places for each fact about them to be listed at all of these: rules and reports look
-- at places up to last. Empty in ordinary reviews; each row is recorded in unexamined, too.
CREATE TABLE crowd (object INTEGER PRIMARY KEY REFERENCES object(id), last INTEGER NOT NULL REFERENCES place(id));
CREATE TABLE xattr (place INTEGER NOT NULL REFERENCES place(id), name TEXT NOT NULL, value BLOB);
-- Account of every byte of a container. class: 'structure', 'object', 'padding', 'unknown'.
CREATE TABLE extent (
	object INTEGER NOT NULL REFERENCES object(id), at INTEGER NOT NULL, len INTEGER NOT NULL,
	class TEXT NOT NULL, label TEXT, child INTEGER REFERENCES object(id), entropy INTEGER
);
-- What could not be examined, and why. stage: a format or inspector id, or 'limits', 'input', 'examiner'.
CREATE TABLE unexamined (
	object INTEGER REFERENCES object(id), place INTEGER REFERENCES place(id),
	at INTEGER, len INTEGER, stage TEXT NOT NULL, reason TEXT NOT NULL, text TEXT
);

-- Rules as they were run, findings, their places, and the bytes cited.
CREATE TABLE rule (
	id TEXT PRIMARY KEY, title TEXT NOT NULL, kind TEXT NOT NULL, severity TEXT NOT NULL,
	confidence REAL NOT NULL, confidence_why TEXT, cwe TEXT, why TEXT, fix TEXT, sql TEXT NOT NULL,
	outcome TEXT NOT NULL -- 'holds', 'silent', 'undecided', 'failed: ...'
) WITHOUT ROWID;
CREATE TABLE finding (
	id TEXT PRIMARY KEY, -- rule id, or rule id and group: stable between reviews
	rule TEXT NOT NULL REFERENCES rule(id), kind TEXT NOT NULL, severity TEXT NOT NULL,
	confidence REAL NOT NULL, title TEXT NOT NULL, why TEXT, fix TEXT, cwe TEXT,
	verdict TEXT NOT NULL, -- 'holds' or 'unknown'
	n INTEGER NOT NULL, -- how many places
	explained INTEGER NOT NULL DEFAULT 0 -- how many of them a mark of the user's explains
) WITHOUT ROWID;
CREATE TABLE finding_place (
	finding TEXT NOT NULL REFERENCES finding(id), i INTEGER NOT NULL, -- order within the finding
	object INTEGER REFERENCES object(id), place INTEGER REFERENCES place(id),
	at INTEGER, len INTEGER, subject TEXT, note TEXT, verdict TEXT NOT NULL,
	mark INTEGER REFERENCES mark(id), -- what explains it; NULL: nothing does
	PRIMARY KEY (finding, i)
) WITHOUT ROWID;
-- Places that a user looked at and explained, as assay review --marks was given them (docs/backdoors.md). A place in code is known again
-- by its function's fingerprint, the signal, the trigger and the effect; any other by its rule, its file's SHA-256 and its subject.
CREATE TABLE mark (
	id INTEGER PRIMARY KEY, rule TEXT NOT NULL,
	fingerprint TEXT, signal TEXT, trigger TEXT, effect TEXT, sha256 TEXT, subject TEXT,
	reason TEXT NOT NULL, author TEXT, date TEXT,
	n INTEGER NOT NULL DEFAULT 0 -- how many places of this review it explains
);
CREATE TABLE exhibit (
	object INTEGER NOT NULL REFERENCES object(id), at INTEGER NOT NULL, len INTEGER NOT NULL,
	bytes BLOB NOT NULL, -- the first of them, at most 256
	PRIMARY KEY (object, at, len)
) WITHOUT ROWID;
-- Clauses of public frameworks, and which kinds of finding speak to them.
CREATE TABLE clause (
	framework TEXT NOT NULL, clause TEXT NOT NULL, title TEXT, coverage TEXT,
	evidence_pass TEXT, evidence_fail TEXT, source TEXT, PRIMARY KEY (framework, clause)
) WITHOUT ROWID;
CREATE TABLE clause_kind (
	framework TEXT NOT NULL, clause TEXT NOT NULL, kind TEXT NOT NULL, source TEXT, confidence TEXT,
	rules TEXT NOT NULL DEFAULT '*', -- which rules of that kind, as GLOB
	PRIMARY KEY (framework, clause, kind, rules)
) WITHOUT ROWID;
-- How to see an entry of a container with ordinary tools: a shell command per format, in which IN is the
-- container's file, PATH the entry's path without the leading slash, PATTERN the same for tools that take shell
-- patterns (* ? [ and \ have a backslash before them), OUT the file to write.
CREATE TABLE format_see (format TEXT PRIMARY KEY, title TEXT, see TEXT, gaps TEXT) WITHOUT ROWID; -- see NULL: cut it with dd; gaps: what of it is not read
-- Knowledge packs that rules may join: daemons and what they serve; support ends; address noise is applied earlier.
CREATE TABLE known_service (daemon TEXT, service TEXT, protocol TEXT, port INTEGER, exposure TEXT, cleartext INTEGER, source TEXT);
CREATE TABLE known_eol (component TEXT, branch TEXT, eol TEXT, source TEXT);
-- How well packages of a distribution are built: of so many source packages with programs of the class ('all': of any), how many have that
-- share of a measure, in thousandths, or less (upto).
CREATE TABLE known_measure (class TEXT, measure TEXT, share INTEGER, upto INTEGER, packages INTEGER, PRIMARY KEY (class, measure, share)) WITHOUT ROWID;
-- When the first release of a branch of a compiler came out.
CREATE TABLE known_compiler (compiler TEXT, branch TEXT, released TEXT, source TEXT);

-- How far each component can be reached, by the best of its ways (the farthest-reaching, of these the shortest), and the steps of that way. Not
-- there: components that only a package database names.
CREATE TABLE component_reach (
	component TEXT NOT NULL, version TEXT NOT NULL, -- as in vulnerability_match
	reach TEXT NOT NULL, -- 'network', 'started', 'setuid', 'used', 'present'
	chain TEXT NOT NULL, -- the steps in a sentence
	PRIMARY KEY (component, version)
) WITHOUT ROWID;
CREATE TABLE reach_step (
	component TEXT NOT NULL, version TEXT NOT NULL,
	step INTEGER NOT NULL, -- from 1
	kind TEXT NOT NULL,    -- 'start', 'program', 'port', 'user', 'library', 'component', 'kernel'
	text TEXT NOT NULL, note TEXT, -- what is there; more about it
	object INTEGER REFERENCES object(id), place INTEGER REFERENCES place(id), at INTEGER, len INTEGER, -- what says so; at NULL: the file itself
	PRIMARY KEY (component, version, step)
) WITHOUT ROWID;

-- Known vulnerabilities of the components, out of the index that the review was given (docs/vulnerabilities.md); all empty without one.
CREATE TABLE vulnerability (
	cve TEXT PRIMARY KEY, -- or another id where there is no CVE
	summary TEXT, cvss REAL, cvss_version TEXT, vector TEXT, severity TEXT, cwe TEXT,
	kev TEXT,              -- since when it is known to be exploited
	epss REAL, percentile REAL, -- probability that it is exploited within 30 days
	published TEXT, modified TEXT, status TEXT, disputed INTEGER NOT NULL,
	sources TEXT           -- kinds of feed that tell of it
) WITHOUT ROWID;
CREATE TABLE vulnerability_match (
	id INTEGER PRIMARY KEY,
	cve TEXT NOT NULL REFERENCES vulnerability(cve),
	component TEXT NOT NULL, version TEXT NOT NULL, -- id, or name in lower case; '' without a version
	object INTEGER REFERENCES object(id), at INTEGER, len INTEGER, -- the surest witness
	verdict TEXT NOT NULL,  -- 'affected', 'possibly', 'not' (its version is affected, but something else speaks against it)
	why TEXT, range TEXT,   -- the answer in a sentence; what is affected
	witness TEXT,           -- the version that was compared
	version_order TEXT,     -- and how: 'upstream', 'kernel', 'dpkg', ...
	source TEXT NOT NULL,   -- 'nvd', 'cve', 'osv', 'distribution', 'vex'
	reach TEXT, chain TEXT, -- 'network', 'started', 'setuid', 'used', 'present', NULL (not known); what leads there, in words
	priority TEXT, because TEXT -- 'urgent', 'high', 'medium', 'low'; the reasons in a sentence. NULL where the verdict is 'not'
);
CREATE INDEX vulnerability_of ON vulnerability_match (component, version, cve);
-- Components that are one software in one version, seen in different ways: in files, and as the packages that were built from one source
-- (src/vuln/same.c). head: the one of them that stands for all in reports. family: those that are called alike, in whatever version. A component
-- without a row is alone.
CREATE TABLE software (
	component TEXT NOT NULL, version TEXT NOT NULL, -- as in vulnerability_match
	head TEXT NOT NULL, head_version TEXT NOT NULL, family TEXT NOT NULL,
	purl TEXT, method TEXT NOT NULL, -- its own, by its best witness
	PRIMARY KEY (component, version)
) WITHOUT ROWID;
CREATE INDEX software_of ON software (head, head_version);
CREATE INDEX software_alike ON software (family, head, head_version);
-- What the index was made of: counts of records, and how new they are.
CREATE TABLE knowledge_source (
	kind TEXT NOT NULL, name TEXT NOT NULL, newest TEXT, imported TEXT,
	read INTEGER, stored INTEGER, unchanged INTEGER, refused INTEGER, PRIMARY KEY (kind, name)
) WITHOUT ROWID;

CREATE INDEX place_by_parent ON place (parent);
CREATE INDEX place_by_object ON place (object);
-- The links that start services: few among many places, and asked for again for each thing that starts.
CREATE INDEX place_started ON place (container) WHERE kind = 'symlink' AND path GLOB '*/rc*.d/S[0-9]*';
CREATE INDEX place_wanted ON place (container) WHERE kind = 'symlink' AND path LIKE '%.wants/%';
CREATE INDEX extent_by_object ON extent (object, at);

CREATE VIEW clause_rule AS
SELECT DISTINCT k.framework, k.clause, r.id AS rule
  FROM clause_kind AS k JOIN rule AS r ON r.kind = k.kind AND r.id GLOB k.rules;

-- Views for rules and readers. Objects that stand only in documentation, examples and tests.
CREATE VIEW sample_object AS
SELECT object FROM place WHERE object IS NOT NULL
 GROUP BY object
HAVING MIN(path LIKE '%/doc/%' OR path LIKE '%/docs/%' OR path LIKE '%/man/%' OR path LIKE '%/example%/%'
           OR path LIKE '%/sample%/%' OR path LIKE '%/test/%' OR path LIKE '%/tests/%'
           OR path LIKE '%/testdata/%' OR path LIKE '%/test_data/%' OR path LIKE '%.md' OR path LIKE '%.rst'
           OR path LIKE '%.example' OR path LIKE '%.sample') = 1;
-- Accounts of passwd and shadow joined: what shadow lacks (uid, home, shell) comes from the passwd file in
-- the same directory of the same container. place: where the row stands. live: 0 for copies (passwd-, *.bak).
CREATE VIEW login AS
SELECT a.object, a.at, a.len, p.id AS place, p.container, a.source, a.user, a.secret, a.scheme, a.guessed,
       a.guessed_from, COALESCE(a.uid, b.uid) AS uid, COALESCE(a.home, b.home) AS home,
       COALESCE(a.shell, b.shell) AS shell,
       a.source NOT IN ('passwd', 'shadow') OR p.name IN ('passwd', 'shadow') AS live
  FROM account AS a CROSS
  JOIN place AS p ON p.object = a.object AND p.hardlink IS NULL
   AND p.id <= coalesce((SELECT w.last FROM crowd AS w WHERE w.object = a.object), 9223372036854775807)
  LEFT JOIN (SELECT x.user, x.uid, x.home, x.shell, y.container, y.path
               FROM account AS x JOIN place AS y ON y.object = x.object WHERE x.source = 'passwd') AS b
    ON a.source = 'shadow' AND b.container = p.container AND b.user = a.user
   AND b.path = substr(p.path, 1, length(p.path) - length(p.name)) || replace(p.name, 'shadow', 'passwd');
-- Names under which a program can be started in what was reviewed. A daemon that is not among them may be elsewhere, or
-- nowhere: what its configuration says cannot be decided then.
CREATE VIEW program_name AS
SELECT DISTINCT p.name FROM place AS p
 WHERE p.object IN (SELECT object FROM elf WHERE role = 'program')
    OR (p.path LIKE '%bin/%' AND (p.kind = 'symlink' OR p.object IN (SELECT object FROM script)));
-- Private keys and the certificates in the same review that hold their public half.
CREATE VIEW key_certificate AS
SELECT DISTINCT k.object AS key_object, k.at AS key_at, k.len AS key_len, k.fingerprint,
       c.object AS certificate_object, c.at AS certificate_at, c.len AS certificate_len, c.subject
  FROM key AS k JOIN certificate AS c ON c.fingerprint = k.fingerprint
 WHERE k.part = 'private' AND k.fingerprint IS NOT NULL;
-- What starts by itself, at each place it is written. runs: 1 known to start, 0 known not to, NULL cannot be decided.
-- Scripts of init.d start by a link S.. in rc?.d (or, BusyBox, by a name S..); units by a link in a *.wants folder.
CREATE VIEW started AS
SELECT a.object, a.at, a.len, p.id AS place, p.container, p.path, p.mode, a.init, a.name, a.command, a.program,
       a.args, a.user, a.trigger,
       CASE
       WHEN a.enabled IS NOT NULL THEN a.enabled
       WHEN a.init IN ('rc', 'procd') AND p.path GLOB '*/rc[0-9S].d/S[0-9]*' THEN 1
       WHEN a.init = 'rc' AND p.path GLOB '*/init.d/S[0-9][0-9]*' THEN 1
       WHEN a.init IN ('rc', 'procd')
       THEN CASE WHEN EXISTS (SELECT 1 FROM place AS s WHERE s.kind = 'symlink' AND s.container = p.container
                                 AND s.path GLOB '*/rc*.d/S[0-9]*' AND s.target LIKE '%/' || p.name) THEN 1
                 WHEN EXISTS (SELECT 1 FROM place AS s WHERE s.kind = 'symlink' AND s.container = p.container
                                 AND s.path GLOB '*/rc*.d/S[0-9]*') THEN 0 END
       WHEN a.init = 'systemd'
       THEN CASE WHEN EXISTS (SELECT 1 FROM place AS s WHERE s.kind = 'symlink' AND s.container = p.container
                                 AND s.path LIKE '%.wants/%' AND s.target LIKE '%' || p.name) THEN 1
                 WHEN a.trigger IS NOT NULL
                  AND EXISTS (SELECT 1 FROM place AS s WHERE s.kind = 'symlink' AND s.container = p.container
                                 AND s.path LIKE '%.wants/%') THEN 0 END
       WHEN a.init = 'inetd' AND EXISTS (SELECT 1 FROM autostart AS i WHERE i.init IN ('rc', 'inittab', 'systemd')
                                            AND i.program LIKE '%inetd' AND i.enabled IS NOT 0) THEN 1
       END AS runs
  FROM autostart AS a CROSS -- in this order: what of a crowd is left out is not looked at
  JOIN place AS p ON p.object = a.object AND p.kind = 'file'
   AND p.id <= coalesce((SELECT w.last FROM crowd AS w WHERE w.object = a.object), 9223372036854775807)
 WHERE a.object NOT IN (SELECT object FROM sample_object)
   AND NOT (a.init = 'rc' AND p.path NOT LIKE '%/etc/%' AND p.path NOT IN ('/init', '/linuxrc', '/sbin/preinit'));
-- Listeners with whether they run: as what starts on the same line, else as what starts the same daemon.
-- Documentation and examples, and what is said again, are left out.
CREATE VIEW listening AS
WITH begun AS MATERIALIZED (SELECT object, at, name, program, MAX(runs) AS runs, COUNT(*) AS n, COUNT(runs) AS told
                              FROM started GROUP BY object, at, name, program)
SELECT l.object, l.at, l.len, l.daemon, l.service, l.protocol, l.port, l.address, l.source, l.cleartext,
       COALESCE(l.address, '') LIKE '127.%' OR COALESCE(l.address, '') IN ('::1', 'localhost', 'ip6-localhost')
           AS loopback,
       CASE
       WHEN l.enabled IS NOT NULL THEN l.enabled
       ELSE (SELECT CASE WHEN MAX(s.runs) = 1 THEN 1 WHEN SUM(s.n) = SUM(s.told) THEN MAX(s.runs) END
               FROM begun AS s
              WHERE (s.object = l.object AND s.at IS l.at)
                 OR (l.source IN ('config', 'default') AND l.at IS NULL AND s.program LIKE '%' || l.daemon)
                 OR (l.source = 'config' AND s.program LIKE '%' || l.daemon)
                 OR (l.source = 'config' AND s.name = l.daemon || '.socket'))
       END AS runs
  FROM listener AS l
 WHERE l.object NOT IN (SELECT object FROM sample_object)
   AND NOT EXISTS (SELECT 1 FROM listener AS x -- said once already in the same file: start, restart
                    WHERE x.object = l.object AND x.at < l.at AND x.daemon IS l.daemon AND x.protocol IS l.protocol
                      AND x.port IS l.port AND x.address IS l.address AND x.source IS l.source)
   AND NOT (l.at IS NULL -- a configuration that names no port, of a daemon whose start is known
            AND EXISTS (SELECT 1 FROM listener AS x WHERE x.at IS NOT NULL AND x.daemon IS l.daemon
                           AND x.protocol IS l.protocol AND x.port IS l.port));
-- Functions by how much there is to look at: for each signal the best of its alarms, weighted by how well that signal tells;
-- what several independent signals point at counts for more. evidence: 1.5 and more is worth reading. total, the order to read them
-- in: per cent of what table reading shares out among the functions of a program, which is no evidence, and firm ones first.
CREATE VIEW suspicion AS
WITH weight(signal, w) AS (VALUES ('gate', 1.0), ('listener', 1.0), ('oddity', 1.0), ('condition', 1.0), ('derived', 1.0),
                                  ('credential', 0.8), ('decoded', 0.6), ('command', 0.6), ('bypass', 0.4), ('computed', 0.6),
                                  ('capability', 0.5), ('relation', 0.5), ('automaton', 0.5)),
     best AS (SELECT s.*, COALESCE(w, 0.5) * s.score / 100 AS weighed,
                     ROW_NUMBER() OVER (PARTITION BY s.object, s.function, s.signal ORDER BY s.score DESC, s.addr) AS nth
                FROM signal AS s LEFT JOIN weight USING (signal)),
     ranked AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY object, function ORDER BY weighed DESC, signal) AS first,
                       SUM(weighed) OVER (PARTITION BY object, function) AS added,
                       SUM(score >= 80) OVER (PARTITION BY object, function) AS strong,
                       MAX(conclusive) OVER (PARTITION BY object, function) AS certain,
                       MAX(conclusive AND signal IN ('gate', 'listener', 'decoded', 'oddity', 'command', 'condition'))
                         OVER (PARTITION BY object, function) AS opens,
                       MAX(conclusive AND signal IN ('credential', 'derived')) OVER (PARTITION BY object, function) AS passes
                  FROM best WHERE nth = 1),
     evident AS (SELECT *, added * (1 + 0.35 * (MAX(strong, 1) - 1)) AS evidence FROM ranked WHERE first = 1),
     judged AS (SELECT *, (opens AND evidence >= 2) OR (passes AND evidence >= 4 AND strong >= 2) AS firm FROM evident)
SELECT j.object, j.at, j.len, j.function, j.name, 100 * j.firm + COALESCE(r.share, 0) / 10000.0 AS total, j.evidence, j.strong AS n, j.signal,
       j.trigger, j.effect, j.detail, j.certain AS conclusive, j.firm
  FROM judged AS j LEFT JOIN reading AS r ON r.object = j.object AND r.function = j.function
UNION ALL
SELECT r.object, r.at, r.len, r.function, r.name, r.share / 10000.0, 0, 0, 'none', NULL, NULL, r.why, 0, 0
  FROM reading AS r
 WHERE NOT EXISTS (SELECT 1 FROM signal AS s WHERE s.object = r.object AND s.function = r.function);
-- The calls between the files of an image: a program that calls a function of a library of the image which has effects ('import'), loads
-- a library by its name ('load'), or runs a program ('exec'). name: that function, library or path.
CREATE VIEW image_call AS
SELECT DISTINCT p.object, l.object AS other, 'import' AS how, r.name, r.kind
  FROM reach AS r JOIN elf AS l ON l.object = r.object AND l.soname IS NOT NULL
  JOIN elf_import AS i ON i.name = r.name
  JOIN elf AS p ON p.object = i.object AND ' ' || p.needed || ' ' LIKE '% ' || l.soname || ' %'
UNION
SELECT DISTINCT u.object, l.object, 'load', u.argument, u.kind
  FROM api_use AS u JOIN elf AS l ON l.soname = REPLACE(u.argument, RTRIM(u.argument, REPLACE(u.argument, '/', '')), '')
 WHERE u.kind = 'load' AND u.argument IS NOT NULL
UNION
SELECT DISTINCT u.object, p.object, 'exec', u.argument, u.kind
  FROM api_use AS u JOIN place AS p ON p.path = SUBSTR(u.argument, 1, INSTR(u.argument || ' ', ' ') - 1)
 WHERE u.kind IN ('run', 'exec') AND u.argument LIKE '/%' AND p.object IS NOT NULL AND p.kind = 'file';
-- What speaks against the signals: what the program itself tells (speaks_against), and what the rest of the image does.
CREATE VIEW counter_evidence AS
SELECT object, function, site, kind, n, text FROM speaks_against
UNION ALL
SELECT s.object, s.function, s.addr, 'configured', COUNT(*),
       'the image''s configuration has this word: ' || COALESCE(MIN(c.what), s.trigger)
  FROM (SELECT DISTINCT object, function, addr, trigger FROM signal WHERE LENGTH(trigger) >= 4) AS s
  JOIN (SELECT daemon || ' ' || name AS what, name AS word FROM setting
        UNION ALL SELECT daemon || ' ' || name, value FROM setting
        UNION ALL SELECT 'account ' || user, user FROM account
        UNION ALL SELECT kind || ' ' || name, name FROM secret
        UNION ALL SELECT init || ' ' || name, name FROM autostart
        UNION ALL SELECT 'listens: ' || daemon, daemon FROM listener) AS c ON c.word = s.trigger
 GROUP BY s.object, s.function, s.addr
UNION ALL
SELECT s.object, s.function, s.addr, 'declared', COUNT(*),
       'the image''s configuration declares this port: ' || MIN(COALESCE(l.daemon, l.service, l.source))
  FROM (SELECT DISTINCT object, function, addr, trigger FROM signal WHERE signal = 'listener') AS s
  JOIN listener AS l ON s.trigger = 'port ' || l.port
 GROUP BY s.object, s.function, s.addr
UNION ALL
SELECT f.object, f.addr, s.addr, 'copies', COUNT(DISTINCT g.object),
       'functions of the same shape stand in other programs of the image'
  FROM function AS f JOIN function AS g ON g.fingerprint = f.fingerprint AND g.object <> f.object
  JOIN (SELECT DISTINCT object, function, addr FROM signal) AS s ON s.object = f.object AND s.function = f.addr
 GROUP BY f.object, f.addr, s.addr;
-- With --reference: the program of the reference that each program was held against. how: 'same' (equal bytes), 'path', 'soname', 'name',
-- 'component', 'texts' (they have texts in common). shared, of: texts and library functions that the reference has too, of all.
-- prints, functions: functions whose fingerprint the reference has, of those that have one.
CREATE TABLE counterpart (
	object INTEGER PRIMARY KEY REFERENCES object(id), sha256 TEXT NOT NULL, path TEXT, how TEXT NOT NULL,
	shared INTEGER, of INTEGER, prints INTEGER, functions INTEGER
);
-- What a program has and its counterpart has not, by function (NULL: only its data has it). kind: 'alarm', 'test', 'text', 'built', 'table',
-- 'number', 'call', 'effect', 'effect-here' (the function's counterpart has it nowhere near), 'function' (fingerprint), 'import', 'export'.
CREATE TABLE difference (
	object INTEGER NOT NULL REFERENCES object(id), at INTEGER, len INTEGER,
	function INTEGER, name TEXT, kind TEXT NOT NULL, value TEXT, weight REAL NOT NULL
);
CREATE INDEX difference_by_function ON difference (object, function);
-- Functions by what they have and the reference has not. n: how many things. evidence: what these weigh. total, the order to read them in:
-- with what table reading shares out to the function, at most 1.
CREATE VIEW deviation AS
WITH ranked AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY object, function ORDER BY weight DESC, kind, value) AS nth FROM difference),
     added AS (SELECT object, MIN(at) AS at, MIN(len) AS len, function, MAX(name) AS name, SUM(weight / nth) AS evidence, COUNT(*) AS n,
                      group_concat(CASE WHEN nth <= 8 THEN kind || COALESCE(' ' || value, '') END, '; ') AS items
                 FROM ranked WHERE function IS NOT NULL GROUP BY object, function)
SELECT a.object, a.at, a.len, a.function, a.name, a.evidence + COALESCE(r.share, 0) / 1e6 AS total, a.evidence, a.n, a.items
  FROM added AS a LEFT JOIN reading AS r ON r.object = a.object AND r.function = a.function;
-- Shares against those of a distribution's packages (known_measure). worse_than: per cent of the packages whose share is smaller; NULL where
-- a denominator below 5 tells nothing, or fewer than 20 packages are known.
-- Of each program, against packages with programs of its class, or of any where these are fewer than 20.
CREATE VIEW measure_rank AS
SELECT m.object, m.at, m.len, c.class, m.name, m.numerator, m.denominator, 1.0 * m.numerator / m.denominator AS share,
       CASE WHEN m.denominator >= 5 AND k.packages >= 20
            THEN round(100.0 * COALESCE((SELECT MAX(x.upto) FROM known_measure AS x WHERE x.class = k.class AND x.measure = m.name
                       AND x.share < CAST(round(1000.0 * m.numerator / m.denominator) AS INTEGER)), 0) / k.packages, 1) END AS worse_than,
       k.class AS compared_with, k.packages
  FROM measure AS m LEFT JOIN code AS c ON c.object = m.object
  LEFT JOIN (SELECT class, measure, MAX(packages) AS packages FROM known_measure GROUP BY class, measure) AS k
    ON k.measure = m.name
   AND k.class = CASE WHEN (SELECT MAX(y.packages) FROM known_measure AS y WHERE y.class = c.class AND y.measure = m.name) >= 20
                      THEN c.class ELSE 'all' END
 WHERE m.denominator > 0;
-- The measures of all programs together, each distinct file once, against packages of any class. share: numerator / denominator.
CREATE VIEW measure_image AS
WITH added AS (SELECT name, SUM(numerator) AS numerator, SUM(denominator) AS denominator, COUNT(*) AS programs
                 FROM measure WHERE object NOT IN (SELECT object FROM sample_object) GROUP BY name HAVING SUM(denominator) > 0)
SELECT a.name, a.numerator, a.denominator, 1.0 * a.numerator / a.denominator AS share, a.programs,
       CASE WHEN a.denominator >= 5 AND k.packages >= 20
            THEN round(100.0 * COALESCE((SELECT MAX(x.upto) FROM known_measure AS x WHERE x.class = 'all' AND x.measure = a.name
                       AND x.share < CAST(round(1000.0 * a.numerator / a.denominator) AS INTEGER)), 0) / k.packages, 1) END AS worse_than,
       k.packages
  FROM added AS a
  LEFT JOIN (SELECT measure, MAX(packages) AS packages FROM known_measure WHERE class = 'all' GROUP BY measure) AS k ON k.measure = a.name;
-- The same for the files of one component. A file that holds several components counts for each of them.
CREATE VIEW measure_component AS
WITH added AS (SELECT c.id AS component, c.version, m.name, SUM(m.numerator) AS numerator, SUM(m.denominator) AS denominator,
                      COUNT(*) AS programs
                 FROM (SELECT DISTINCT object, id, version FROM component WHERE id IS NOT NULL) AS c
                 JOIN measure AS m USING (object)
                GROUP BY c.id, c.version, m.name HAVING SUM(m.denominator) > 0)
SELECT a.component, a.version, a.name, a.numerator, a.denominator, 1.0 * a.numerator / a.denominator AS share, a.programs,
       CASE WHEN a.denominator >= 5 AND k.packages >= 20
            THEN round(100.0 * COALESCE((SELECT MAX(x.upto) FROM known_measure AS x WHERE x.class = 'all' AND x.measure = a.name
                       AND x.share < CAST(round(1000.0 * a.numerator / a.denominator) AS INTEGER)), 0) / k.packages, 1) END AS worse_than,
       k.packages
  FROM added AS a
  LEFT JOIN (SELECT measure, MAX(packages) AS packages FROM known_measure WHERE class = 'all' GROUP BY measure) AS k ON k.measure = a.name;
-- Calls of safe and unsafe functions by family, of all programs together, each distinct file once. share: unsafe (with unchecked) of all.
CREATE VIEW family_image AS
SELECT family,
       SUM(CASE WHEN variant IN ('unsafe', 'unchecked') THEN calls ELSE 0 END) AS unsafe_calls,
       COUNT(DISTINCT CASE WHEN variant IN ('unsafe', 'unchecked') THEN api END) AS unsafe_functions,
       SUM(CASE WHEN variant = 'safe' THEN calls ELSE 0 END) AS safe_calls,
       COUNT(DISTINCT CASE WHEN variant = 'safe' THEN api END) AS safe_functions,
       SUM(CASE WHEN variant = 'fortified' THEN calls ELSE 0 END) AS fortified_calls,
       COUNT(DISTINCT CASE WHEN variant = 'fortified' THEN api END) AS fortified_functions,
       1.0 * SUM(CASE WHEN variant IN ('unsafe', 'unchecked') THEN calls ELSE 0 END) / SUM(calls) AS share,
       COUNT(DISTINCT object) AS programs
  FROM family_call WHERE object NOT IN (SELECT object FROM sample_object)
 GROUP BY family;
-- Copies of a library: files that share the fingerprints of its functions, sampled. share: of the library's, found in other.
CREATE VIEW library_copy AS
WITH sample AS MATERIALIZED (SELECT DISTINCT object, fingerprint FROM function_sample),
     size AS MATERIALIZED (SELECT object, COUNT(*) AS n FROM sample GROUP BY object)
SELECT l.object AS library, l.soname, b.object AS other, COUNT(*) AS shared, z.n AS sampled, 1.0 * COUNT(*) / z.n AS share,
       CASE WHEN COUNT(*) >= 0.9 * z.n THEN 'full' WHEN COUNT(*) >= 0.34 * z.n THEN 'partial' ELSE 'fragment' END AS extent
  FROM elf AS l
  JOIN size AS z ON z.object = l.object AND z.n >= 8
  JOIN sample AS a ON a.object = l.object
  JOIN sample AS b ON b.fingerprint = a.fingerprint AND b.object <> a.object
 WHERE l.role = 'library' AND l.soname IS NOT NULL
 GROUP BY l.object, b.object
HAVING COUNT(*) >= 4 AND COUNT(*) >= 0.1 * z.n;
-- Witnesses of a component that state no version: the one that others of the review state and that lies in their range (src/weigh.c).
-- witness: component.rowid.
CREATE TABLE weighed (witness INTEGER PRIMARY KEY, version TEXT NOT NULL);
-- The rows of component, brought together. what: the component; release: its version, '' where none is known: as stated, or, where only
-- one is possible, as the same file or the rest of the review states it. nth: 1 is the best witness of a component and release.
CREATE VIEW witness AS
WITH seen AS (SELECT c.rowid AS witness, c.*, COALESCE(c.id, LOWER(c.name)) AS what,
                     (SELECT MIN(p.id) FROM place AS p WHERE p.object = c.object) AS place FROM component AS c),
     named AS (SELECT s.*, COALESCE(s.version, w.version, '') AS release
                 FROM seen AS s LEFT JOIN weighed AS w ON w.witness = s.witness)
SELECT n.*, ROW_NUMBER() OVER (PARTITION BY what, release ORDER BY (version IS NULL), confidence DESC, place, at, witness) AS nth
  FROM named AS n;
-- The same, where what is one software is brought together under its head: what and release are the head's, member and member_release what
-- witness has; own_name, own_purl, own_cpe: of the head's best witness. nth: 1 is the best witness of the software, of a file before one of a package.
CREATE VIEW software_witness AS
WITH w AS (SELECT x.*, s.head IS NOT NULL AS grouped, COALESCE(s.head, x.what) AS head, COALESCE(s.head_version, x.release) AS head_version,
                  COALESCE(s.family, x.what) AS family
             FROM witness AS x LEFT JOIN software AS s ON s.component = x.what AND s.version = x.release)
SELECT witness, object, at, len, id, name, version, vendor, purl, cpe, newer_than, older_than, method, confidence, evidence, place,
       what AS member, release AS member_release, head AS what, head_version AS release, family,
       ROW_NUMBER() OVER (PARTITION BY head, head_version ORDER BY (version IS NULL), grouped AND method = 'package', confidence DESC, place, at, witness) AS nth,
       FIRST_VALUE(name) OVER own AS own_name, FIRST_VALUE(purl) OVER own AS own_purl, FIRST_VALUE(cpe) OVER own AS own_cpe,
       MAX(NULLIF(vendor, '')) OVER own AS any_vendor, MAX(cpe) OVER own AS any_cpe
  FROM w WINDOW own AS (PARTITION BY head, head_version ORDER BY (what = head AND release = head_version) DESC, nth, what, release
                        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING);
-- What is known to be wrong with each software: of the matches of its members the one that decides. What somebody has stated goes before what
-- the distribution has, that before what was matched; of these the worst. component, version: of the head.
CREATE VIEW fault AS
WITH m AS (SELECT v.*, COALESCE(s.head, v.component) AS head, COALESCE(s.head_version, v.version) AS head_version
             FROM vulnerability_match AS v LEFT JOIN software AS s ON s.component = v.component AND s.version = v.version),
     d AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY head, head_version, cve ORDER BY CASE source WHEN 'vex' THEN 0 WHEN 'distribution' THEN 1 ELSE 2 END,
                    CASE verdict WHEN 'affected' THEN 0 WHEN 'possibly' THEN 1 ELSE 2 END, at IS NULL, component, id) AS nth FROM m)
SELECT id, cve, head AS component, head_version AS version, component AS member, version AS member_version, object, at, len, verdict, why, range,
       witness, version_order, source, reach, chain, priority, because FROM d WHERE nth = 1;
-- What is inside: each component and version once. newer_than, older_than: without a version, known releases between which it lies, if all
-- its witnesses say the same. conflict: 1
-- where some file states another version of the same component as well: both are listed.
CREATE VIEW inventory AS
WITH w AS MATERIALIZED (SELECT * FROM witness),
     several AS MATERIALIZED (SELECT what, object FROM w WHERE release <> '' GROUP BY what, object HAVING COUNT(DISTINCT release) > 1),
     counted AS MATERIALIZED (
       SELECT a.what, a.release, COUNT(*) AS witnesses, COUNT(DISTINCT a.object) AS files, GROUP_CONCAT(DISTINCT a.method) AS methods,
              MAX(s.what IS NOT NULL) AS conflict,
              MIN(COALESCE(a.newer_than, '') || ' ' || COALESCE(a.older_than, '')) = MAX(COALESCE(a.newer_than, '') || ' ' || COALESCE(a.older_than, '')) AS one
         FROM w AS a LEFT JOIN several AS s ON s.what = a.what AND s.object = a.object GROUP BY a.what, a.release)
SELECT b.what AS id, b.name, b.version, CASE WHEN c.one THEN b.newer_than END AS newer_than, CASE WHEN c.one THEN b.older_than END AS older_than,
       b.vendor, b.purl, b.cpe, b.confidence, c.witnesses, c.files, c.methods, c.conflict, b.object, b.at, b.len, b.evidence
  FROM w AS b JOIN counted AS c ON c.what = b.what AND c.release = b.release
 WHERE b.nth = 1;
-- What is said of the licence of a component, and where: by its own description, or in the documents of a package that is called so or was
-- built from a source of that name. One file may be the copyright file of several packages.
CREATE VIEW component_licence AS
WITH named AS MATERIALIZED (SELECT DISTINCT COALESCE(id, LOWER(name)) AS what FROM component),
     built AS MATERIALIZED (SELECT DISTINCT name, substr(source, 1, instr(source || ' ', ' ') - 1) AS source FROM package),
     folder AS (SELECT DISTINCT p.object, substr(p.path, instr(p.path, '/doc/') + 5) AS rest FROM place AS p WHERE p.path LIKE '%/doc/%/%'
                   AND p.object IN (SELECT object FROM licence WHERE component IS NOT NULL AND method IN ('copyright', 'text'))),
     document AS (SELECT DISTINCT object, substr(rest, 1, instr(rest, '/') - 1) AS name FROM folder),
     said AS (SELECT component, object, 0 AS placed FROM licence WHERE component IS NOT NULL
              UNION SELECT name, object, 1 FROM document),
     meant AS MATERIALIZED (SELECT component, object, placed FROM said WHERE component IN (SELECT what FROM named)
              UNION SELECT b.source, s.object, 1 FROM said AS s JOIN built AS b ON b.name = s.component WHERE b.source IN (SELECT what FROM named))
SELECT m.component, l.spdx, l.text, l.method, l.object, MIN(l.at) AS at, l.len FROM meant AS m
  JOIN licence AS l ON l.object = m.object AND (l.component = m.component OR (m.placed AND l.component IS NOT NULL AND l.method IN ('copyright', 'text')))
 GROUP BY m.component, l.spdx, l.text, l.method, l.object;
-- In how many files and versions a component stands.
CREATE VIEW component_version AS
SELECT id AS component, COUNT(DISTINCT object) AS files, COUNT(DISTINCT version) AS versions, group_concat(DISTINCT version) AS which
  FROM component WHERE id IS NOT NULL AND object IN (SELECT object FROM elf) AND object NOT IN (SELECT object FROM sample_object)
 GROUP BY id;
-- What a program was compiled by, as far as it says so, and how old that is. years: from the branch's first release to the day that is
-- judged against.
CREATE VIEW compiled_by AS
SELECT e.object, e.compiler AS text, k.compiler, k.branch, k.released,
       round((julianday(substr((SELECT value FROM meta WHERE name = 'reference_date'), 1, 10)) - julianday(k.released)) / 365.25, 1) AS years
  FROM elf AS e JOIN known_compiler AS k ON k.compiler = 'gcc' AND e.compiler LIKE 'GCC: (%) ' || k.branch || '.%';
