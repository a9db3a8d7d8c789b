-- id: unsafe-function-shell
-- title: Program that builds strings without a limit and runs commands
-- kind: unsafe-function-use
-- severity: low
-- confidence: 0.5
-- confidence-why: both kinds of function are imported; that one feeds the other is not shown
-- cwe: CWE-78
-- why: Where a command line is put together from input by sprintf or strcat and given to a shell, both overflow and command injection are near.
-- fix: Start programs with execve and a list of arguments; check the size of what is put together.
SELECT e.object, i.at, i.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict,
       group_concat(DISTINCT i.name) AS note
  FROM elf AS e
  JOIN elf_import AS i ON i.object = e.object
 WHERE e.role IN ('program', 'library')
   AND i.name IN ('system', 'popen')
   AND e.object IN (SELECT s.object FROM elf_import AS s
                     WHERE s.name IN ('strcpy', 'strcat', 'sprintf', 'vsprintf'))
 GROUP BY e.object
