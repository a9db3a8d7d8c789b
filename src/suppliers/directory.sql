-- SPDX-License-Identifier: Apache-2.0
-- The directory of suppliers. Texts are UTF-8 without control characters.

-- role: 'equipment-maker', 'chip-vendor', 'software', 'assessor', 'service-provider', 'operator'; NULL: not known. origin: who added it: 'registry' (a
-- registry's file), 'shipped' (comes with the program), 'user', 'dossier' (an image named it).
CREATE TABLE supplier (
	id INTEGER PRIMARY KEY, name TEXT NOT NULL, -- no two have the same (supplier_name sees to that)
	country TEXT,           -- ISO 3166-1, two letters
	place TEXT,             -- address, as the registry has it
	role TEXT, field TEXT,  -- field: of an assessor or a service provider
	url TEXT, note TEXT, origin TEXT NOT NULL,
	edited INTEGER NOT NULL DEFAULT 0 -- 1: a person has stated something of it
);
-- Under what names: its own ('name'), 'alias', 'former', 'brand'. core: as names are compared (suppliers/name.h), forms its legal forms; words:
-- the name in Latin letters, where it is not written in those.
CREATE TABLE supplier_name (
	supplier INTEGER NOT NULL REFERENCES supplier(id), name TEXT NOT NULL, kind TEXT NOT NULL,
	core TEXT NOT NULL, forms TEXT NOT NULL, words TEXT, source TEXT NOT NULL,
	PRIMARY KEY (name, supplier)
) WITHOUT ROWID;
CREATE INDEX name_of_supplier ON supplier_name(supplier);
CREATE INDEX name_by_core ON supplier_name(core);
-- What they supply: kind 'segment' ('radio', 'transport', 'core', ...) or 'product'.
CREATE TABLE supplies (
	supplier INTEGER NOT NULL REFERENCES supplier(id), kind TEXT NOT NULL, value TEXT NOT NULL, source TEXT NOT NULL,
	PRIMARY KEY (supplier, kind, value)
) WITHOUT ROWID;
-- Who owns whom; there is no circle.
CREATE TABLE owner (
	owner INTEGER NOT NULL REFERENCES supplier(id), owned INTEGER NOT NULL REFERENCES supplier(id), source TEXT NOT NULL,
	PRIMARY KEY (owner, owned)
) WITHOUT ROWID;
CREATE INDEX owner_of ON owner(owned);
-- kind: 'mac' (hexadecimal digits of a block), 'pci', 'usb' (vendor, 4 digits), 'pen' (enterprise number), 'cpe' (vendor), 'lei', 'duns', 'registration'.
CREATE TABLE identifier (
	kind TEXT NOT NULL, value TEXT NOT NULL, supplier INTEGER NOT NULL REFERENCES supplier(id), source TEXT NOT NULL,
	PRIMARY KEY (kind, value, supplier)
) WITHOUT ROWID;
CREATE INDEX identifier_of ON identifier(supplier);
-- Where dossiers name them: image: SHA-256 of the input; role and part as in a dossier's table supplier.
CREATE TABLE seen (
	supplier INTEGER NOT NULL REFERENCES supplier(id), image TEXT NOT NULL, product TEXT NOT NULL, role TEXT NOT NULL, part TEXT NOT NULL,
	confidence INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (supplier, image, role, part)
) WITHOUT ROWID;
-- Pairs that a person has said are two.
CREATE TABLE apart (a INTEGER NOT NULL, b INTEGER NOT NULL, PRIMARY KEY (a, b)) WITHOUT ROWID;
-- What was read, when, and how much it gave.
CREATE TABLE source (
	id TEXT PRIMARY KEY, title TEXT NOT NULL, file TEXT NOT NULL, date TEXT, read TEXT NOT NULL, n INTEGER NOT NULL
) WITHOUT ROWID;

-- Lists of restrictions that were imported; those that ship are read from the program.
CREATE TABLE list (
	id TEXT PRIMARY KEY, title TEXT NOT NULL, jurisdiction TEXT, authority TEXT, as_of TEXT, url TEXT,
	source TEXT NOT NULL, imported TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE listing (
	id INTEGER PRIMARY KEY, list TEXT NOT NULL REFERENCES list(id), entity TEXT NOT NULL, kind TEXT NOT NULL,
	date TEXT, until TEXT, words TEXT, source TEXT,
	ref TEXT -- its id in the list
);
CREATE TABLE listing_name (listing INTEGER NOT NULL REFERENCES listing(id), name TEXT NOT NULL, PRIMARY KEY (listing, name)) WITHOUT ROWID;
CREATE TABLE listing_identifier (
	listing INTEGER NOT NULL REFERENCES listing(id), kind TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (listing, kind, value)
) WITHOUT ROWID;
CREATE INDEX listing_of ON listing(list, ref);

-- Full text: names (also in Latin letters), and all else that is said.
CREATE VIRTUAL TABLE supplier_text USING fts5(names, about, tokenize = 'unicode61 remove_diacritics 2');
