-- id: hardening-no-stack-protector
-- title: Program without stack protector
-- kind: missing-hardening
-- severity: low
-- confidence: 0.3
-- confidence-why: a compiler leaves it out of functions without arrays, and the file does not tell whether there were any
-- cwe: CWE-693
-- why: An overflow of an array on the stack is not noticed before the function returns to an overwritten address.
-- fix: Compile with -fstack-protector-strong.
SELECT e.object, e.at, e.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict,
       'writes into buffers: ' || group_concat(DISTINCT i.name) AS note
  FROM elf AS e
  JOIN elf_import AS i ON i.object = e.object
 WHERE e.role IN ('program', 'library')
   AND e.canary = 0
   AND e.linkage = 'dynamic'
   AND i.name IN ('strcpy', 'strcat', 'sprintf', 'vsprintf', 'gets', 'memcpy', 'memmove', 'read', 'recv',
                       'recvfrom', 'fgets', 'fread', 'sscanf', '__isoc99_sscanf', 'snprintf', 'strncpy')
   AND e.object NOT IN (SELECT k.object FROM kernel AS k)
 GROUP BY e.object, e.at, e.len
