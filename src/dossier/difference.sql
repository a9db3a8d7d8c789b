-- SPDX-License-Identifier: Apache-2.0
-- Holds each program against its counterpart in a reference (assay review --reference). Before this, difference.c has filled
-- temp.ref_program, temp.ref_trait, temp.ref_signal and temp.ref_symbol with what the reference's dossier says; all temporary
-- tables are dropped with the connection. Weights are by experience with programs of our own: docs/quality.md.

-- 1. Which program of the reference is meant.
CREATE TEMP TABLE own_program AS
SELECT e.object, o.sha256, e.machine, e.soname,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS path,
       (SELECT p.name FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS name,
       (SELECT MIN(c.id) FROM component AS c WHERE c.object = e.object AND c.method NOT IN ('signature', 'copy', 'note') HAVING COUNT(DISTINCT c.id) = 1) AS component
  FROM elf AS e JOIN object AS o ON o.id = e.object JOIN code AS c ON c.object = e.object;
CREATE TEMP TABLE own_word AS
SELECT DISTINCT object, value FROM function_trait WHERE kind IN ('text', 'test', 'table') AND length(value) >= 6;
CREATE TEMP TABLE ref_word AS
SELECT DISTINCT object, value FROM temp.ref_trait WHERE kind IN ('text', 'test', 'table') AND length(value) >= 6;
CREATE INDEX temp.ref_word_by_value ON ref_word (value);
CREATE TEMP TABLE rare AS SELECT value FROM temp.ref_word GROUP BY value HAVING COUNT(*) <= 16;
CREATE TEMP TABLE likeness AS
SELECT o.object, r.object AS other, COUNT(*) AS n
  FROM temp.own_word AS o JOIN temp.ref_word AS r ON r.value = o.value
 WHERE o.value IN (SELECT value FROM temp.rare)
 GROUP BY o.object, r.object;
CREATE INDEX temp.likeness_by_object ON likeness (object, other);
CREATE TEMP TABLE candidate AS
SELECT o.object, r.object AS other, 5 AS how FROM temp.own_program AS o JOIN temp.ref_program AS r ON r.sha256 = o.sha256
UNION ALL
SELECT o.object, r.object, 4 FROM temp.own_program AS o JOIN temp.ref_program AS r ON r.path = o.path AND r.machine = o.machine
UNION ALL
SELECT o.object, r.object, 3 FROM temp.own_program AS o JOIN temp.ref_program AS r ON r.soname = o.soname AND r.machine = o.machine
UNION ALL
SELECT o.object, r.object, 2 FROM temp.own_program AS o JOIN temp.ref_program AS r ON r.name = o.name AND r.machine = o.machine
UNION ALL
SELECT o.object, r.object, 1 FROM temp.own_program AS o JOIN temp.ref_program AS r ON r.component = o.component
UNION ALL
SELECT l.object, l.other, 0 FROM temp.likeness AS l
 WHERE l.n >= 8 OR 2 * l.n >= (SELECT COUNT(*) FROM temp.own_word AS w WHERE w.object = l.object);
CREATE TEMP TABLE pair AS
SELECT object, other, how
  FROM (SELECT c.object, c.other, c.how,
               ROW_NUMBER() OVER (PARTITION BY c.object ORDER BY c.how DESC, COALESCE(l.n, 0) DESC, c.other) AS nth
          FROM temp.candidate AS c LEFT JOIN temp.likeness AS l ON l.object = c.object AND l.other = c.other)
 WHERE nth = 1;
CREATE UNIQUE INDEX temp.pair_by_object ON pair (object);

-- 2. What both have.
CREATE TEMP TABLE has AS
SELECT DISTINCT p.object, CASE WHEN r.kind IN ('text', 'test', 'built', 'table', 'data') THEN 'text' ELSE r.kind END AS kind, r.value
  FROM temp.pair AS p JOIN temp.ref_trait AS r ON r.object = p.other WHERE p.how < 5;
CREATE INDEX temp.has_by_value ON has (object, kind, value);
CREATE TEMP TABLE has_texts AS
SELECT object, char(10) || group_concat(value, char(10)) || char(10) AS texts FROM temp.has WHERE kind = 'text' GROUP BY object;
CREATE UNIQUE INDEX temp.has_texts_by_object ON has_texts (object);
CREATE TEMP TABLE own AS
SELECT t.object, t.at, t.len, t.function, t.kind,
       CASE WHEN t.kind IN ('text', 'test', 'built', 'table') THEN 'text' ELSE t.kind END AS class, t.value
  FROM function_trait AS t JOIN temp.pair AS p ON p.object = t.object
 WHERE p.how < 5 AND EXISTS (SELECT 1 FROM temp.ref_trait AS r WHERE r.object = p.other);
CREATE INDEX temp.own_by_object ON own (object, class, value);
CREATE TEMP TABLE own_name AS
SELECT object, function, MIN(value) AS name FROM function_trait WHERE kind = 'name' AND function IS NOT NULL GROUP BY object, function;
CREATE UNIQUE INDEX temp.own_name_by_function ON own_name (object, function);
CREATE TEMP TABLE own_known AS
SELECT o.object, o.class, o.value, EXISTS (SELECT 1 FROM temp.has AS h WHERE h.object = o.object AND h.kind = o.class AND h.value = o.value) AS known
  FROM (SELECT DISTINCT object, class, value FROM temp.own WHERE class IN ('text', 'call', 'print')) AS o;
CREATE INDEX temp.own_known_by_object ON own_known (object, class, value);
INSERT INTO counterpart
SELECT p.object, r.sha256, r.path,
       CASE p.how WHEN 5 THEN 'same' WHEN 4 THEN 'path' WHEN 3 THEN 'soname' WHEN 2 THEN 'name' WHEN 1 THEN 'component' ELSE 'texts' END,
       (SELECT SUM(known) FROM temp.own_known AS k WHERE k.object = p.object AND class IN ('text', 'call')),
       (SELECT COUNT(*) FROM temp.own_known AS k WHERE k.object = p.object AND class IN ('text', 'call')),
       (SELECT SUM(known) FROM temp.own_known AS k WHERE k.object = p.object AND class = 'print'),
       (SELECT COUNT(*) FROM temp.own_known AS k WHERE k.object = p.object AND class = 'print')
  FROM temp.pair AS p JOIN temp.ref_program AS r ON r.object = p.other
 ORDER BY p.object;

-- 3. What only this program has. Fragments of the reference's texts are no news: linkers share the ends of texts, and compilers
-- compare piece by piece.
CREATE TEMP TABLE news AS
SELECT o.object, o.at, o.len, o.function, o.kind, o.value
  FROM temp.own AS o
 WHERE o.class IN ('text', 'effect', 'call', 'number')
   AND NOT (o.class = 'call' AND (o.value LIKE '\_Z%' ESCAPE '\' OR o.value LIKE 'cxa%' OR o.value LIKE 'ctype%' OR o.value LIKE '%Unwind%'
                                  OR o.value LIKE '%gmon%' OR o.value LIKE 'aeabi%' OR o.value LIKE '%tls_get%'))
   AND NOT (o.class = 'effect' AND o.value LIKE '% ' AND EXISTS (SELECT 1 FROM temp.has AS h WHERE h.object = o.object AND h.kind = 'effect'
                                                                    AND h.value >= o.value AND h.value < o.value || char(0x10ffff)))
   AND NOT EXISTS (SELECT 1 FROM temp.has AS h WHERE h.object = o.object AND h.kind = o.class AND h.value = o.value)
   AND (o.class <> 'text' OR COALESCE(instr((SELECT texts FROM temp.has_texts AS x WHERE x.object = o.object), o.value), 0) = 0)
   AND (o.class <> 'number' OR NOT EXISTS (SELECT 1 FROM temp.has AS h WHERE h.object = o.object AND h.kind = 'number'
                                              AND h.value IN (CAST(o.value + 1 AS TEXT), CAST(o.value - 1 AS TEXT))));
INSERT INTO difference
SELECT n.object, MIN(n.at), MIN(n.len), n.function,
       (SELECT m.name FROM temp.own_name AS m WHERE m.object = n.object AND m.function = n.function),
       n.kind, n.value,
       CASE n.kind WHEN 'test' THEN 1.5 WHEN 'built' THEN 1.0
                   WHEN 'effect' -- the same text in another place, where the same is done with others, may only not have been followed
                   THEN CASE WHEN n.value NOT LIKE '% ' AND instr(x.texts, substr(n.value, instr(n.value, ' ') + 1)) > 0
                                  AND EXISTS (SELECT 1 FROM temp.has AS h WHERE h.object = n.object AND h.kind = 'effect'
                                                 AND h.value >= substr(n.value, 1, instr(n.value, ' '))
                                                 AND h.value < substr(n.value, 1, instr(n.value, ' ')) || char(0x10ffff)) THEN 0.4 ELSE 1.5 END
                   WHEN 'table' THEN 1.2 WHEN 'text' THEN 1.0
                   WHEN 'number' THEN 0.6 ELSE 0.6 END
  FROM temp.news AS n LEFT JOIN temp.has_texts AS x ON x.object = n.object
 WHERE n.kind <> 'call'
    OR n.value NOT IN ('memcpy', 'memmove', 'memset', 'strlen', 'strcpy', 'strcat', 'stpcpy', 'mempcpy', 'puts', 'putchar', 'putc', 'fputc',
                       'fputs', 'fwrite', 'printf', 'fprintf', 'sprintf', 'snprintf', 'vsnprintf', 'vfprintf', 'strchr', 'strrchr', 'memchr',
                       'rawmemchr', 'stack_chk_fail', 'stack_chk_fail_local', 'bzero', 'bcmp', 'memcmp', 'strcmp', 'strncmp', 'aeabi_memcpy',
                       'aeabi_memset', 'aeabi_memclr', 'strnlen', 'strtol', 'strtoul', 'atoi', 'errno_location', 'ctype_b_loc')
 GROUP BY n.object, n.function, n.kind, n.value
 ORDER BY n.object, n.function, n.kind, n.value;
INSERT INTO difference
SELECT s.object, s.at, s.len, s.function, s.name, 'alarm', s.signal || COALESCE(' ''' || s.trigger || '''', '') || COALESCE(' -> ' || s.effect, ''),
       MIN(MAX(s.score), 400) / 100.0
           * CASE WHEN s.trigger IS NOT NULL AND instr(x.texts, s.trigger) > 0 AND s.signal <> 'decoded' THEN 0.25 ELSE 1 END
  FROM signal AS s JOIN temp.pair AS p ON p.object = s.object LEFT JOIN temp.has_texts AS x ON x.object = s.object
 WHERE p.how < 5
   AND NOT EXISTS (SELECT 1 FROM temp.ref_signal AS r WHERE r.object = p.other AND r.signal = s.signal
                      AND (r.trigger = s.trigger OR (s.trigger IS NULL AND r.trigger IS NULL AND r.effect IS s.effect)))
 GROUP BY s.object, s.function, s.signal, s.trigger, s.effect
 ORDER BY s.object, s.function, s.signal, s.trigger, s.effect;

-- 4. Functions. The more of the larger ones around it have their like in the reference, the more one that has none says: code of
-- the same origin stands together, and a library that was linked in may be the same where the program is built otherwise. Where
-- there is none around, the program as a whole tells.
CREATE TEMP TABLE shape AS
SELECT o.object, o.at, o.len, o.function, o.value, k.known, CAST(b.value AS INTEGER) > 1 AS large, CAST(b.value AS INTEGER) > 5 AS larger
  FROM temp.own AS o
  JOIN temp.own_known AS k ON k.object = o.object AND k.class = 'print' AND k.value = o.value
  JOIN temp.own AS b ON b.object = o.object AND b.function = o.function AND b.class = 'blocks'
 WHERE o.class = 'print';
CREATE TEMP TABLE shape_all AS SELECT object, 1.0 * SUM(known * larger) / SUM(larger) AS share FROM temp.shape GROUP BY object;
CREATE UNIQUE INDEX temp.shape_all_by_object ON shape_all (object);
INSERT INTO difference
SELECT f.object, f.at, f.len, f.function, (SELECT m.name FROM temp.own_name AS m WHERE m.object = f.object AND m.function = f.function),
       'function', f.value,
       2.0 * MAX(0.05, f.around * f.around * f.around)
           * CASE WHEN EXISTS (SELECT 1 FROM temp.own AS l WHERE l.object = f.object AND l.class = 'library' AND l.value = 'inside'
                                  AND l.function = f.function) THEN 0.2 ELSE 1 END
  FROM (SELECT s.*, COALESCE(1.0 * SUM(s.known * s.larger) OVER w / SUM(s.larger) OVER w, MAX(a.share, 0.7), 0.7) AS around
          FROM temp.shape AS s JOIN temp.shape_all AS a ON a.object = s.object
        WINDOW w AS (PARTITION BY s.object ORDER BY s.function ROWS BETWEEN 5 PRECEDING AND 5 FOLLOWING EXCLUDE CURRENT ROW)) AS f
 WHERE f.known = 0 AND f.large = 1
 ORDER BY f.object, f.function;
-- Mates: functions that share a text, effect, name or fingerprint which both programs have in one function only. Inlining gives a
-- function several.
CREATE TEMP TABLE own_single AS
SELECT object, class, value, MIN(function) AS function FROM temp.own
 WHERE class IN ('text', 'name', 'print', 'effect', 'number') AND function IS NOT NULL
 GROUP BY object, class, value HAVING COUNT(DISTINCT function) = 1;
CREATE TEMP TABLE ref_single AS
SELECT p.object, CASE WHEN r.kind IN ('text', 'test', 'built', 'table') THEN 'text' ELSE r.kind END AS class, r.value, MIN(r.function) AS function
  FROM temp.pair AS p JOIN temp.ref_trait AS r ON r.object = p.other
 WHERE p.how < 5 AND r.function IS NOT NULL AND r.kind IN ('text', 'test', 'built', 'table', 'name', 'print', 'effect', 'number')
 GROUP BY p.object, 2, r.value HAVING COUNT(DISTINCT r.function) = 1;
CREATE INDEX temp.ref_single_by_value ON ref_single (object, class, value);
CREATE TEMP TABLE own_effect AS SELECT DISTINCT object, function FROM temp.own WHERE class = 'effect';
CREATE UNIQUE INDEX temp.own_effect_by_function ON own_effect (object, function);
CREATE TEMP TABLE mate AS
SELECT DISTINCT o.object, o.function, r.function AS other
  FROM temp.own_single AS o JOIN temp.ref_single AS r ON r.object = o.object AND r.class = o.class AND r.value = o.value
 WHERE EXISTS (SELECT 1 FROM temp.own_effect AS e WHERE e.object = o.object AND e.function = o.function);
CREATE INDEX temp.mate_by_function ON mate (object, function);
-- What a reference's function does itself, or two calls deep.
CREATE TEMP TABLE edge AS
SELECT p.object, r.function, CAST(r.value AS INTEGER) AS callee
  FROM temp.pair AS p JOIN temp.ref_trait AS r ON r.object = p.other AND r.kind = 'own' WHERE p.how < 5;
CREATE INDEX temp.edge_by_function ON edge (object, function);
CREATE TEMP TABLE near AS
WITH one AS (SELECT m.object, m.function, m.other FROM temp.mate AS m
             UNION SELECT m.object, m.function, e.callee FROM temp.mate AS m JOIN temp.edge AS e ON e.object = m.object AND e.function = m.other)
SELECT object, function, other FROM one
UNION SELECT o.object, o.function, e.callee FROM one AS o JOIN temp.edge AS e ON e.object = o.object AND e.function = o.other;
CREATE INDEX temp.near_by_function ON near (object, function);
CREATE TEMP TABLE ref_effect AS
SELECT p.object, r.function, r.value FROM temp.pair AS p JOIN temp.ref_trait AS r ON r.object = p.other AND r.kind = 'effect' WHERE p.how < 5;
CREATE INDEX temp.ref_effect_by_function ON ref_effect (object, function, value);
INSERT INTO difference
SELECT o.object, o.at, o.len, o.function,
       (SELECT m.name FROM temp.own_name AS m WHERE m.object = o.object AND m.function = o.function),
       'effect-here', o.value, 0.8
  FROM temp.own AS o
 WHERE o.class = 'effect' AND EXISTS (SELECT 1 FROM temp.mate AS m WHERE m.object = o.object AND m.function = o.function)
   AND EXISTS (SELECT 1 FROM temp.has AS h WHERE h.object = o.object AND h.kind = 'effect' AND h.value = o.value)
   AND NOT EXISTS (SELECT 1 FROM temp.near AS n JOIN temp.ref_effect AS r ON r.object = n.object AND r.function = n.other
                    WHERE n.object = o.object AND n.function = o.function AND r.value = o.value)
 ORDER BY o.object, o.function, o.value;
INSERT INTO difference
SELECT i.object, NULL, NULL, NULL, NULL, 'import', i.name, 0.5
  FROM elf_import AS i JOIN temp.pair AS p ON p.object = i.object
 WHERE p.how < 5 AND EXISTS (SELECT 1 FROM temp.ref_symbol AS r WHERE r.object = p.other)
   AND NOT EXISTS (SELECT 1 FROM temp.ref_symbol AS r WHERE r.object = p.other AND r.kind = 'import' AND r.name = i.name)
 GROUP BY i.object, i.name ORDER BY i.object, i.name;
INSERT INTO difference
SELECT i.object, NULL, NULL, NULL, NULL, 'export', i.name, 0.5
  FROM elf_export AS i JOIN temp.pair AS p ON p.object = i.object
 WHERE p.how < 5 AND EXISTS (SELECT 1 FROM temp.ref_symbol AS r WHERE r.object = p.other)
   AND NOT EXISTS (SELECT 1 FROM temp.ref_symbol AS r WHERE r.object = p.other AND r.kind = 'export' AND r.name = i.name)
 GROUP BY i.object, i.name ORDER BY i.object, i.name;

-- What was only needed for this.
DROP TABLE temp.own_program;
DROP TABLE temp.own_word;
DROP TABLE temp.ref_word;
DROP TABLE temp.rare;
DROP TABLE temp.likeness;
DROP TABLE temp.candidate;
DROP TABLE temp.pair;
DROP TABLE temp.has;
DROP TABLE temp.has_texts;
DROP TABLE temp.own;
DROP TABLE temp.own_name;
DROP TABLE temp.own_known;
DROP TABLE temp.news;
DROP TABLE temp.shape;
DROP TABLE temp.shape_all;
DROP TABLE temp.own_single;
DROP TABLE temp.ref_single;
DROP TABLE temp.own_effect;
DROP TABLE temp.mate;
DROP TABLE temp.edge;
DROP TABLE temp.near;
DROP TABLE temp.ref_effect;
DROP TABLE temp.ref_program;
DROP TABLE temp.ref_trait;
DROP TABLE temp.ref_signal;
DROP TABLE temp.ref_symbol;
