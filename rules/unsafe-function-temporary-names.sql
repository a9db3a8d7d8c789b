-- id: unsafe-function-temporary-names
-- title: Temporary files with names that can be guessed
-- kind: unsafe-function-use
-- severity: low
-- confidence: 0.7
-- confidence-why: the functions are imported; the file may be opened safely afterwards
-- cwe: CWE-377
-- why: Between the choice of the name and the opening of the file, another account can put its own file or link there.
-- fix: Use mkstemp or tmpfile.
SELECT e.object, i.at, i.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict,
       group_concat(DISTINCT i.name) AS note
  FROM elf AS e
  JOIN elf_import AS i ON i.object = e.object
 WHERE e.role IN ('program', 'library')
   AND i.name IN ('mktemp', 'tmpnam', 'tmpnam_r', 'tempnam')
 GROUP BY e.object
