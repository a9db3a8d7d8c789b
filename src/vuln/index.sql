-- SPDX-License-Identifier: Apache-2.0
-- The index of known vulnerabilities: one SQLite file, filled by `assay knowledge import`, read by reviews. See docs/vulnerabilities.md.
-- PRAGMA application_id is 0x41535655 ("ASVU"), user_version the version of this schema (AS_INDEX_SCHEMA in src/vuln/index.h).
-- Text is as the feeds have it; dates are ISO 8601 (UTC) and compare as text. NULL: the feed does not say.

-- What kinds of feed there are. rank: whose word on one CVE counts first (1) where several speak of it.
CREATE TABLE kind (id TEXT PRIMARY KEY, rank INTEGER NOT NULL, title TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO kind VALUES
	('nvd', 1, 'NVD, API 2.0'), ('cve', 2, 'CVE List, version 5'), ('osv', 3, 'OSV'), ('csaf', 4, 'CSAF 2.0'),
	('openvex', 5, 'OpenVEX'), ('kev', 6, 'CISA known exploited vulnerabilities'), ('epss', 7, 'EPSS'),
	('debian', 8, 'Debian security tracker'), ('alpine', 9, 'Alpine security database'), ('yocto', 10, 'Yocto cve-check');

-- What was imported: one row for each kind in each file or folder named; importing the same name again takes the row's place.
CREATE TABLE source (
	id INTEGER PRIMARY KEY, kind TEXT NOT NULL REFERENCES kind(id),
	name TEXT NOT NULL, -- last component of the path (more of them where others have that), or the name of a feed of `knowledge update`
	url TEXT, -- where it was loaded from, or its path
	etag TEXT, last_modified TEXT, -- of `knowledge update`
	newest TEXT,            -- date of its newest record, or of the feed itself where that says one
	imported TEXT NOT NULL, -- when
	sha256 TEXT,            -- of the bytes of its files, one after another; NULL: the import was not finished
	read INTEGER NOT NULL,      -- records met
	stored INTEGER NOT NULL,    -- of them: new here, or in place of an older one
	unchanged INTEGER NOT NULL, -- of them: here already, or older than what is here
	refused INTEGER NOT NULL,   -- of them: not usable; read = stored + unchanged + refused
	UNIQUE (kind, name)
);
-- Records that were refused: all of them counted by reason, the first 1000 of each source by name.
CREATE TABLE refusal_count (
	source INTEGER NOT NULL REFERENCES source(id), reason TEXT NOT NULL, n INTEGER NOT NULL,
	PRIMARY KEY (source, reason)
) WITHOUT ROWID;
CREATE TABLE refusal (
	source INTEGER NOT NULL REFERENCES source(id), i INTEGER NOT NULL,
	file TEXT NOT NULL, record TEXT, -- NULL: it has no name that could be read
	at INTEGER NOT NULL,             -- bytes from the beginning of the file, unpacked
	reason TEXT NOT NULL, detail TEXT,
	PRIMARY KEY (source, i)
) WITHOUT ROWID;

-- One statement of one feed; everything below hangs on it and goes with it when a newer one takes its place.
-- key: CVE id (nvd, cve, kev), OSV id, source package (debian), branch/repository/package (alpine), layer/recipe (yocto),
-- document and CVE (csaf, openvex). Ids are not kept between imports.
CREATE TABLE record (
	id INTEGER PRIMARY KEY, kind TEXT NOT NULL REFERENCES kind(id), key TEXT NOT NULL,
	source INTEGER NOT NULL REFERENCES source(id),
	modified TEXT,           -- by the feed's own word
	digest INTEGER NOT NULL, -- of what it says: equal for equal records
	UNIQUE (kind, key)
);

-- A vulnerability as one feed tells it (nvd, cve, osv, csaf). Views below choose between feeds.
CREATE TABLE vulnerability (
	record INTEGER PRIMARY KEY REFERENCES record(id),
	cve TEXT,               -- NULL: known by the record's own key and its aliases alone (OSV)
	status TEXT,            -- NVD's vulnStatus ('Analyzed', 'Modified', 'Deferred', ...), CVE List's state; OSV: 'withdrawn'
	disputed INTEGER NOT NULL, rejected INTEGER NOT NULL, -- 0 or 1; withdrawn counts as rejected
	published TEXT, modified TEXT, summary TEXT, -- summary: the first 400 characters of the English words
	cvss_version TEXT, cvss_vector TEXT, cvss_score REAL, -- the best there is: primary before secondary, then the newest version
	severity TEXT, -- 'none' to 'critical'; NULL: not said
	cwe TEXT,      -- 'CWE-119 CWE-787', without NVD-CWE-...
	kind TEXT NOT NULL -- the record's
);
CREATE INDEX vulnerability_cve ON vulnerability (cve);
-- Other names of a record: an OSV id's CVE, GHSA-..., and so on.
CREATE TABLE alias (
	record INTEGER NOT NULL REFERENCES record(id), alias TEXT NOT NULL,
	PRIMARY KEY (record, alias)
) WITHOUT ROWID;
CREATE INDEX alias_name ON alias (alias);

-- Products of CPE names. Quoting is undone here ('libstdc++'); lower case as NVD has it.
CREATE TABLE product (
	id INTEGER PRIMARY KEY, part TEXT NOT NULL, -- 'a', 'o', 'h', or '*'
	vendor TEXT NOT NULL, product TEXT NOT NULL,
	UNIQUE (product, vendor, part)
);
-- Configurations of a record as trees. A row with parent NULL is a configuration (several: any of them will do). A node holds where its
-- children, nodes and matches, hold by operator ('AND', 'OR'), turned round if negate is 1. A configuration of one node is that node.
CREATE TABLE cpe_node (
	record INTEGER NOT NULL REFERENCES record(id), node INTEGER NOT NULL, -- from 0, parents first
	parent INTEGER, operator TEXT NOT NULL, negate INTEGER NOT NULL,
	PRIMARY KEY (record, node)
) WITHOUT ROWID;
-- CPE names under a node. Attributes: NULL is ANY ('*'); '-' is NA; otherwise as the CPE name has it, still quoted with backslashes ('1.0\+dfsg'), so
-- that * and ? without one are wildcards. The four ends are as NVD has them, not quoted.
CREATE TABLE cpe_match (
	record INTEGER NOT NULL REFERENCES record(id), i INTEGER NOT NULL, node INTEGER NOT NULL,
	vulnerable INTEGER NOT NULL, -- 0: it runs on, or with, this
	product INTEGER NOT NULL REFERENCES product(id),
	version TEXT, update_ TEXT, edition TEXT, language TEXT, sw_edition TEXT, target_sw TEXT, target_hw TEXT, other TEXT,
	start_including TEXT, start_excluding TEXT, end_including TEXT, end_excluding TEXT,
	PRIMARY KEY (record, i)
) WITHOUT ROWID;
-- What a look-up needs of them: all names of a record that are vulnerable and of one product, packed into one value (src/vuln/pack.h), in their order.
-- plain: 1 if the record has neither AND nor negation, so that each name stands for itself.
CREATE TABLE cpe_pack (
	product INTEGER NOT NULL REFERENCES product(id), record INTEGER NOT NULL REFERENCES record(id),
	plain INTEGER NOT NULL, names BLOB NOT NULL,
	PRIMARY KEY (product, record)
) WITHOUT ROWID;

-- Packages that a record of OSV or of the CVE List names. osv: ecosystem as it stands ('Debian:12', 'PyPI', 'OSS-Fuzz'), name, purl. cve: vendor and
-- name (product), and where given the package (ecosystem is then its collection's URL, name the package's name, product its product).
CREATE TABLE affected (
	record INTEGER NOT NULL REFERENCES record(id), i INTEGER NOT NULL,
	ecosystem TEXT, vendor TEXT, name TEXT NOT NULL, product TEXT, purl TEXT,
	default_status TEXT, -- of versions that no range speaks of: 'affected', 'unaffected', 'unknown' (cve); NULL: 'unaffected' (osv)
	files TEXT,          -- programFiles of the CVE List, one a line: where in the source the fault is
	PRIMARY KEY (record, i)
) WITHOUT ROWID;
CREATE INDEX affected_name ON affected (name COLLATE NOCASE, ecosystem);
-- Ranges of versions: from introduced ('0': from the beginning) up to, without it, fixed, or up to, with it, last_affected; both NULL: no end.
-- A single version of the CVE List is a range whose introduced and last_affected are that version; of several rows the first that holds decides.
-- loose 1: the events of this OSV range do not take turns, or it has several limits; each row is then one event, to be put into order by version
-- (the algorithm of OSV). loose 2: introduced has words of the CVE List that are not understood: which versions they mean is open.
CREATE TABLE affected_range (
	record INTEGER NOT NULL, affected INTEGER NOT NULL, i INTEGER NOT NULL,
	list INTEGER NOT NULL, -- which list of events (osv) or entry (cve) it comes from
	type TEXT,             -- 'SEMVER', 'ECOSYSTEM', 'GIT' (osv); versionType (cve): 'semver', 'git', 'custom', 'rpm', ...
	repo TEXT,             -- of GIT
	status TEXT NOT NULL,  -- 'affected'; cve also 'unaffected', 'unknown'
	introduced TEXT, fixed TEXT, last_affected TEXT, until TEXT, -- until: OSV's limit
	loose INTEGER NOT NULL,
	PRIMARY KEY (record, affected, i)
) WITHOUT ROWID;
-- Versions that OSV lists one by one.
CREATE TABLE affected_version (
	record INTEGER NOT NULL, affected INTEGER NOT NULL, version TEXT NOT NULL,
	PRIMARY KEY (record, affected, version)
) WITHOUT ROWID;
-- CPE names that the CVE List puts beside a package.
CREATE TABLE affected_cpe (
	record INTEGER NOT NULL, affected INTEGER NOT NULL, cpe TEXT NOT NULL,
	PRIMARY KEY (record, affected, cpe)
) WITHOUT ROWID;

-- What a distribution says of its own packages. package: the source package (Debian, Yocto: recipe), the origin (Alpine).
CREATE TABLE distribution_fix (
	record INTEGER NOT NULL REFERENCES record(id), i INTEGER NOT NULL,
	distribution TEXT NOT NULL, -- 'debian', 'alpine', 'yocto', or as an Alpine-like database names itself ('wolfi')
	release TEXT,               -- 'bookworm', 'v3.20/main'; yocto: the layer
	package TEXT NOT NULL, cve TEXT NOT NULL, -- or TEMP-..., GHSA-...
	fixed TEXT,  -- the first version that does not have it; '0': never had it
	status TEXT NOT NULL, -- 'resolved', 'open', 'undetermined', 'not-affected', 'ignored'
	version TEXT, -- in the release now (debian), or as built (yocto)
	urgency TEXT, nodsa TEXT, -- why there was no advisory, in the tracker's words
	PRIMARY KEY (record, i)
) WITHOUT ROWID;
CREATE INDEX distribution_fix_package ON distribution_fix (package, distribution, cve);

-- Known to be exploited.
CREATE TABLE kev (
	record INTEGER PRIMARY KEY REFERENCES record(id), cve TEXT NOT NULL,
	vendor TEXT, product TEXT, name TEXT, added TEXT, due TEXT, action TEXT, ransomware INTEGER NOT NULL
);
CREATE INDEX kev_cve ON kev (cve);
-- Probability of exploitation in the 30 days after date, and the share of all CVEs with at most that. Has no row in record: the newest date counts.
CREATE TABLE epss (
	cve TEXT PRIMARY KEY, score REAL NOT NULL, percentile REAL NOT NULL, date TEXT NOT NULL,
	source INTEGER NOT NULL REFERENCES source(id)
) WITHOUT ROWID;

-- Statements of makers on their products. status: 'affected', 'not_affected', 'fixed', 'under_investigation'.
CREATE TABLE vex (
	record INTEGER NOT NULL REFERENCES record(id), i INTEGER NOT NULL,
	cve TEXT NOT NULL, -- or another id of the vulnerability
	status TEXT NOT NULL, justification TEXT, statement TEXT, -- statement: impact or action, the first 400 characters
	product TEXT NOT NULL, -- the id in the document (csaf: product_id; openvex: @id)
	name TEXT, vendor TEXT, version TEXT, version_range TEXT, cpe TEXT, purl TEXT, -- as far as the document tells;
	-- version '': Assay wrote it of a component of unknown version, which its purl means alone
	PRIMARY KEY (record, i)
) WITHOUT ROWID;
CREATE INDEX vex_cve ON vex (cve);

-- Each CVE once: of each column the first that a feed states, in the order of kind.rank; rejected if NVD or the CVE List says so.
CREATE VIEW known AS
	SELECT c.cve,
		(SELECT t.status FROM told AS t WHERE t.cve = c.cve AND t.status IS NOT NULL ORDER BY t.rank LIMIT 1) AS status,
		(SELECT max(t.disputed) FROM told AS t WHERE t.cve = c.cve) AS disputed,
		(SELECT max(t.rejected) FROM told AS t WHERE t.cve = c.cve AND t.kind IN ('nvd', 'cve')) AS rejected,
		(SELECT t.published FROM told AS t WHERE t.cve = c.cve AND t.published IS NOT NULL ORDER BY t.rank LIMIT 1) AS published,
		(SELECT max(t.modified) FROM told AS t WHERE t.cve = c.cve) AS modified,
		(SELECT t.summary FROM told AS t WHERE t.cve = c.cve AND t.summary IS NOT NULL ORDER BY t.rank LIMIT 1) AS summary,
		(SELECT t.cvss_version FROM told AS t WHERE t.cve = c.cve AND t.cvss_score IS NOT NULL ORDER BY t.rank LIMIT 1) AS cvss_version,
		(SELECT t.cvss_vector FROM told AS t WHERE t.cve = c.cve AND t.cvss_score IS NOT NULL ORDER BY t.rank LIMIT 1) AS cvss_vector,
		(SELECT t.cvss_score FROM told AS t WHERE t.cve = c.cve AND t.cvss_score IS NOT NULL ORDER BY t.rank LIMIT 1) AS cvss_score,
		(SELECT t.severity FROM told AS t WHERE t.cve = c.cve AND t.severity IS NOT NULL ORDER BY t.cvss_score IS NULL, t.rank LIMIT 1) AS severity,
		(SELECT t.cwe FROM told AS t WHERE t.cve = c.cve AND t.cwe IS NOT NULL ORDER BY t.rank LIMIT 1) AS cwe,
		(SELECT e.score FROM epss AS e WHERE e.cve = c.cve) AS epss,
		(SELECT k.added FROM kev AS k WHERE k.cve = c.cve) AS kev
	FROM (SELECT DISTINCT cve FROM vulnerability WHERE cve IS NOT NULL) AS c;
-- Vulnerabilities with the feed that tells them.
CREATE VIEW told AS
	SELECT v.*, r.key, k.rank FROM vulnerability AS v JOIN record AS r ON r.id = v.record JOIN kind AS k ON k.id = r.kind;
