-- id: unsafe-function-strings
-- title: Programs that copy strings without a limit
-- kind: unsafe-function-use
-- severity: info
-- confidence: 0.5
-- confidence-why: the functions are imported unchecked; whether input reaches them is not known
-- cwe: CWE-676
-- why: strcpy, strcat and sprintf write as much as they are given; each use has to be right.
-- fix: Use functions that know the size of the target, and build with FORTIFY.
SELECT e.object, i.at, i.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict,
       group_concat(DISTINCT i.name) AS note
  FROM elf AS e
  JOIN elf_import AS i ON i.object = e.object
 WHERE e.role IN ('program', 'library')
   AND i.name IN ('strcpy', 'strcat', 'sprintf', 'vsprintf', 'stpcpy', 'wcscpy', 'wcscat')
 GROUP BY e.object
