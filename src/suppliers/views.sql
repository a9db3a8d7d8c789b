-- SPDX-License-Identifier: Apache-2.0
-- How the directory is shown: temporary views of whoever has it open.

-- One supplier as a row of an export: lists with semicolons between.
CREATE TEMP VIEW IF NOT EXISTS flat AS SELECT s.id, s.origin, s.edited, s.name, s.country, s.place, s.role, s.field, s.url, s.note,
	(SELECT group_concat(name, '; ') FROM supplier_name WHERE supplier = s.id AND kind = 'alias') AS aliases,
	(SELECT group_concat(name, '; ') FROM supplier_name WHERE supplier = s.id AND kind = 'former') AS former,
	(SELECT group_concat(name, '; ') FROM supplier_name WHERE supplier = s.id AND kind = 'brand') AS brands,
	(SELECT group_concat(o.name, '; ') FROM owner AS w JOIN supplier AS o ON o.id = w.owner WHERE w.owned = s.id) AS parents,
	(SELECT group_concat(o.name, '; ') FROM owner AS w JOIN supplier AS o ON o.id = w.owned WHERE w.owner = s.id) AS subsidiaries,
	(SELECT group_concat(value, '; ') FROM supplies WHERE supplier = s.id AND kind = 'segment') AS segments,
	(SELECT group_concat(value, '; ') FROM supplies WHERE supplier = s.id AND kind = 'product') AS products,
	(SELECT group_concat(kind || ':' || value, '; ') FROM identifier WHERE supplier = s.id) AS identifiers
	FROM supplier AS s;

-- One supplier as an object of JSON.
CREATE TEMP VIEW IF NOT EXISTS object AS SELECT s.id, s.origin, s.edited, s.name, json_object('id', s.id, 'name', s.name, 'country', s.country,
	'place', s.place, 'role', s.role, 'field', s.field, 'url', s.url, 'note', s.note, 'origin', s.origin,
	'aliases', json((SELECT json_group_array(name) FROM supplier_name WHERE supplier = s.id AND kind = 'alias')),
	'former', json((SELECT json_group_array(name) FROM supplier_name WHERE supplier = s.id AND kind = 'former')),
	'brands', json((SELECT json_group_array(name) FROM supplier_name WHERE supplier = s.id AND kind = 'brand')),
	'parents', json((SELECT json_group_array(o.name) FROM owner AS w JOIN supplier AS o ON o.id = w.owner WHERE w.owned = s.id)),
	'subsidiaries', json((SELECT json_group_array(o.name) FROM owner AS w JOIN supplier AS o ON o.id = w.owned WHERE w.owner = s.id)),
	'segments', json((SELECT json_group_array(value) FROM supplies WHERE supplier = s.id AND kind = 'segment')),
	'products', json((SELECT json_group_array(value) FROM supplies WHERE supplier = s.id AND kind = 'product')),
	'identifiers', json((SELECT json_group_array(kind || ':' || value) FROM identifier WHERE supplier = s.id)),
	'seen', json((SELECT json_group_array(json_object('product', product, 'image', image, 'role', role, 'part', part,
		'confidence', confidence / 1000.0, 'places', n)) FROM seen WHERE supplier = s.id)),
	'sources', json((SELECT json_group_array(source) FROM (SELECT source FROM supplier_name WHERE supplier = s.id
		UNION SELECT source FROM identifier WHERE supplier = s.id UNION SELECT source FROM supplies WHERE supplier = s.id
		UNION SELECT source FROM owner WHERE owner = s.id OR owned = s.id)))) AS json
	FROM supplier AS s;

-- One supplier as a sheet: what is known, and who says so.
CREATE TEMP VIEW IF NOT EXISTS sheet AS SELECT id, rank, what, value, source FROM (
	SELECT id, 0 AS rank, 'id' AS what, '#' || id AS value, '' AS source FROM supplier
	UNION ALL SELECT id, 1, 'name', name, origin FROM supplier
	UNION ALL SELECT id, 2, 'country', country, '' FROM supplier
	UNION ALL SELECT id, 3, 'place', place, '' FROM supplier
	UNION ALL SELECT id, 4, 'role', role, '' FROM supplier
	UNION ALL SELECT id, 5, 'field', field, '' FROM supplier
	UNION ALL SELECT id, 6, 'url', url, '' FROM supplier
	UNION ALL SELECT id, 7, 'note', note, '' FROM supplier
	UNION ALL SELECT supplier, 8, kind, name, source FROM supplier_name WHERE kind <> 'name'
	UNION ALL SELECT w.owned, 9, 'parent', o.name, w.source FROM owner AS w JOIN supplier AS o ON o.id = w.owner
	UNION ALL SELECT w.owner, 10, 'subsidiary', o.name, w.source FROM owner AS w JOIN supplier AS o ON o.id = w.owned
	UNION ALL SELECT supplier, 11, kind, value, source FROM supplies
	UNION ALL SELECT supplier, 12, kind, value, source FROM identifier
	UNION ALL SELECT supplier, 13, 'seen', role || coalesce(' (' || nullif(part, '') || ')', ''), 'dossier of ' || product FROM seen)
	WHERE value IS NOT NULL;

-- How many identifiers of which kinds.
CREATE TEMP VIEW IF NOT EXISTS registered AS SELECT supplier, group_concat(kind || ' ' || c, ', ') AS identifiers
	FROM (SELECT supplier, kind, count(*) AS c FROM identifier GROUP BY supplier, kind) GROUP BY supplier;
CREATE TEMP TABLE IF NOT EXISTS alike (first INTEGER, id INTEGER, score REAL, reason TEXT);
CREATE TEMP TABLE IF NOT EXISTS shipped_list (id TEXT, title TEXT, jurisdiction TEXT, as_of TEXT, entries INTEGER, source TEXT);
CREATE TEMP TABLE IF NOT EXISTS hit (supplier TEXT, "where" TEXT, certain TEXT, score REAL, reason TEXT, relation TEXT, compared TEXT,
	listed_as TEXT, list TEXT, title TEXT, jurisdiction TEXT, entity TEXT, date TEXT, until TEXT, words TEXT, source TEXT);
