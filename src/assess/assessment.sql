-- SPDX-License-Identifier: Apache-2.0
-- An assessment: one SQLite file, of which assessment.html, .json and decision.csv are projections. See docs/risk-model.md.
-- Money is in the currency of meta, discounted to the first year unless a column says otherwise. Figures are rounded to two
-- significant digits, but those of curve, which are for drawing.

-- What was asked, by what it was answered: question, operator, currency, start, years, discount, seed, outer, inner, paths,
-- tool, version, assumptions, network (SHA-256 of the network file), figures ('yes', or why there are none), answer_1 to 3.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;

-- Ways to act. low and high: 5 % of the draws of what is not known lie below, 5 % above; of loss_p*, of all paths.
CREATE TABLE scenario (
	id INTEGER PRIMARY KEY, name TEXT NOT NULL, what TEXT,
	cost REAL, cost_low REAL, cost_high REAL,             -- of the horizon, with what is renewed anyway
	changes REAL, changes_low REAL, changes_high REAL,    -- of that: changes and controls
	loss REAL, loss_low REAL, loss_high REAL,             -- expected, of the horizon
	loss_error REAL,                                      -- standard error of loss that comes from simulating alone
	loss_p5 REAL, loss_p50 REAL, loss_p95 REAL, loss_p99 REAL, -- of the horizon
	no_loss REAL,                                         -- probability of a horizon without any
	year_mean REAL, year_none REAL, year_var95 REAL, year_tvar95 REAL, year_var99 REAL, year_tvar99 REAL, -- of any year of it, undiscounted
	total REAL, total_low REAL, total_high REAL,          -- cost and loss
	best REAL,                                            -- probability that no other has a lower total, whatever chance brings
	regret REAL,                                          -- expected: how much more it comes to than the best would have
	efficient INTEGER NOT NULL DEFAULT 0,                 -- no other costs less and loses less
	finished REAL, finished_low REAL, finished_high REAL, -- year in which its last change is done; NULL: it has none
	deadline REAL, in_time REAL                           -- the last year asked for; probability that it is met
);
-- By year; money undiscounted. replaced: share of the elements that the scenario changes.
CREATE TABLE scenario_year (
	scenario INTEGER NOT NULL REFERENCES scenario(id), year INTEGER NOT NULL,
	cost REAL, loss REAL, loss_p95 REAL, loss_p99 REAL, cumulative_cost REAL, cumulative_loss REAL, replaced REAL,
	PRIMARY KEY (scenario, year)
) WITHOUT ROWID;
-- Loss exceedance: probability that a year of the horizon brings more than loss; low and high: over what is not known.
CREATE TABLE curve (
	scenario INTEGER NOT NULL REFERENCES scenario(id), loss REAL NOT NULL, probability REAL NOT NULL, low REAL, high REAL,
	PRIMARY KEY (scenario, loss)
) WITHOUT ROWID;
-- Two scenarios under the same events. better: probability that a has the lower total. less: by how much, expected.
CREATE TABLE comparison (
	a INTEGER NOT NULL REFERENCES scenario(id), b INTEGER NOT NULL REFERENCES scenario(id),
	better REAL NOT NULL, less REAL, less_low REAL, less_high REAL,
	apart INTEGER NOT NULL, -- 0: cannot be told apart
	PRIMARY KEY (a, b)
) WITHOUT ROWID;
-- Where expected loss comes from. kind: 'threat', 'supplier' (or its owner), 'segment'.
CREATE TABLE loss_by (
	scenario INTEGER NOT NULL REFERENCES scenario(id), kind TEXT NOT NULL, name TEXT NOT NULL, loss REAL NOT NULL,
	PRIMARY KEY (scenario, kind, name)
) WITHOUT ROWID;

-- Everything that is not known exactly. origin: 'fact' (counted), 'estimate' (the user's), 'default' (this program's), 'missing'.
CREATE TABLE parameter (
	id INTEGER PRIMARY KEY, name TEXT NOT NULL, origin TEXT NOT NULL, source TEXT, distribution TEXT NOT NULL,
	low REAL, middle REAL, high REAL, mean REAL -- 5 %, 50 %, 95 %
);
-- What drives the result: expected loss under 'accept' where a parameter is in the lowest and in the highest tenth of its range.
CREATE TABLE driver (
	parameter INTEGER PRIMARY KEY REFERENCES parameter(id), loss_low REAL, loss_high REAL, correlation REAL NOT NULL
);
-- How much of the variance of expected loss, or of the advantage of the best over 'accept', rests on what.
CREATE TABLE variance_share (output TEXT NOT NULL, origin TEXT NOT NULL, share REAL NOT NULL, PRIMARY KEY (output, origin)) WITHOUT ROWID;
-- What it would be worth to know a parameter exactly before deciding: the expected gain.
CREATE TABLE information (parameter INTEGER PRIMARY KEY REFERENCES parameter(id), value REAL NOT NULL, demand TEXT);

-- Products and what is known of them. seen: share of the bytes that was examined; NULL: no dossier.
CREATE TABLE product (
	id INTEGER PRIMARY KEY, supplier TEXT NOT NULL, owner TEXT, product TEXT NOT NULL, version TEXT,
	dossier TEXT, sha256 TEXT, reviewed TEXT, seen REAL, elements INTEGER NOT NULL, subscribers REAL,
	shift_low REAL, shift REAL, shift_high REAL, -- log-odds that all ways in add together, at most
	parts TEXT -- makers of parts, as the dossier names them
);
CREATE TABLE way_in (
	product INTEGER NOT NULL REFERENCES product(id), class TEXT NOT NULL, finding TEXT NOT NULL, text TEXT,
	severity TEXT, confidence REAL, sha256 TEXT, path TEXT, at INTEGER, len INTEGER
);
CREATE TABLE finding_class (
	id TEXT PRIMARY KEY, title TEXT NOT NULL, doors TEXT NOT NULL, low REAL NOT NULL, likely REAL NOT NULL, high REAL NOT NULL
) WITHOUT ROWID;
-- Components with known vulnerabilities that several products carry.
CREATE TABLE shared_component (component TEXT NOT NULL, product INTEGER NOT NULL REFERENCES product(id), PRIMARY KEY (component, product)) WITHOUT ROWID;
-- Clauses of frameworks that findings of a product speak against.
CREATE TABLE product_clause (
	product INTEGER NOT NULL REFERENCES product(id), framework TEXT NOT NULL, clause TEXT NOT NULL, title TEXT,
	findings INTEGER NOT NULL, example TEXT, PRIMARY KEY (product, framework, clause)
) WITHOUT ROWID;

-- Who has which share of a segment ('(all)': of the network), at the start and at the end of each scenario. hhi: Herfindahl-Hirschman index
-- of shares of elements, 0 to 1.
CREATE TABLE concentration (
	scenario INTEGER NOT NULL REFERENCES scenario(id), moment TEXT NOT NULL, segment TEXT NOT NULL, supplier TEXT NOT NULL,
	elements REAL NOT NULL, share REAL NOT NULL, subscribers REAL NOT NULL,
	PRIMARY KEY (scenario, moment, segment, supplier)
) WITHOUT ROWID;
CREATE TABLE concentration_index (
	scenario INTEGER NOT NULL REFERENCES scenario(id), moment TEXT NOT NULL, segment TEXT NOT NULL,
	hhi REAL NOT NULL, largest TEXT NOT NULL, largest_share REAL NOT NULL,
	common_mode REAL NOT NULL, -- largest share of the segment's subscribers behind one supplier's equipment
	PRIMARY KEY (scenario, moment, segment)
) WITHOUT ROWID;

CREATE TABLE threat (
	id INTEGER PRIMARY KEY, name TEXT NOT NULL, what TEXT, per TEXT NOT NULL, hits TEXT NOT NULL, via TEXT NOT NULL, risks TEXT,
	source TEXT
);
-- What scenarios put in place. measure: of the EU toolbox.
CREATE TABLE scenario_control (
	scenario INTEGER NOT NULL REFERENCES scenario(id), control TEXT NOT NULL, what TEXT, measure TEXT, elements REAL NOT NULL
);
CREATE TABLE scenario_change (
	scenario INTEGER NOT NULL REFERENCES scenario(id), kind TEXT NOT NULL, supplier TEXT NOT NULL, new TEXT NOT NULL,
	segments TEXT, -- NULL: everywhere
	elements REAL NOT NULL, goal REAL NOT NULL
);
-- The EU toolbox: risks, and measures.
CREATE TABLE toolbox (id TEXT PRIMARY KEY, title TEXT NOT NULL, kind TEXT NOT NULL, source TEXT) WITHOUT ROWID;
-- Legal facts about suppliers and makers of parts: they move no figure.
CREATE TABLE restriction (
	supplier TEXT NOT NULL, role TEXT NOT NULL, list TEXT NOT NULL, jurisdiction TEXT, date TEXT, words TEXT, entity TEXT, score REAL,
	certain TEXT, -- 'yes', 'to be confirmed'
	source TEXT
);
-- The best set of measures under a budget, if one was asked for; how close to the best it is: proposal in meta. cost: what a measure
-- adds as the last of the set; gain: what it takes off the expected loss then.
CREATE TABLE proposal (rank INTEGER PRIMARY KEY, measure TEXT NOT NULL, cost REAL, gain REAL);
-- What is not known, and what the method leaves out, in sentences.
CREATE TABLE caveat (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
