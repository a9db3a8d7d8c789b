-- id: unsafe-function-gets
-- title: Program reads lines without a limit (gets)
-- kind: unsafe-function-use
-- severity: medium
-- confidence: 0.9
-- confidence-why: the program asks for the function; that the call can be reached is not shown
-- cwe: CWE-242
-- why: gets cannot be used safely: a line longer than its buffer overwrites what stands behind it.
-- fix: Use fgets or getline.
SELECT e.object, i.at, i.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict,
       group_concat(DISTINCT i.name) AS note
  FROM elf AS e
  JOIN elf_import AS i ON i.object = e.object
 WHERE e.role IN ('program', 'library')
   AND i.name IN ('gets', '_IO_gets')
 GROUP BY e.object
