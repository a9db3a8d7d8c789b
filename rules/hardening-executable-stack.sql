-- id: hardening-executable-stack
-- title: Program or library with an executable stack
-- kind: missing-hardening
-- severity: medium
-- confidence: 0.95
-- confidence-why: the stack header of the file asks for it; kernels that refuse executable stacks are the exception
-- cwe: CWE-693
-- why: A memory error on the stack can be turned into code execution directly; a library does this to every program that loads it.
-- fix: Link with -z noexecstack and give assembly sources a .note.GNU-stack section.
SELECT e.object, COALESCE(h.at, e.at) AS at, COALESCE(h.len, e.len) AS len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       CASE WHEN e.nx = 0 AND (e.linkage = 'dynamic' OR e.os IS NOT NULL) THEN 'holds'
            ELSE 'unknown' END AS verdict,
       CASE WHEN e.nx IS NULL THEN 'no stack header: kernel and C library decide'
            WHEN e.linkage = 'dynamic' OR e.os IS NOT NULL THEN 'asks for an executable stack'
            ELSE 'asks for an executable stack; may be firmware without an operating system'
       END AS note
  FROM elf AS e
  LEFT JOIN property AS h ON h.object = e.object AND h.format = 'elf' AND h.name = 'executable stack'
 WHERE e.role IN ('program', 'library')
   AND (e.nx = 0 OR (e.nx IS NULL AND e.interp IS NOT NULL))
   AND e.relro IS NOT NULL
   AND e.machine != 'mips' -- has a rule of its own
   AND e.object NOT IN (SELECT c.object FROM component AS c WHERE c.id = 'u-boot')
   AND e.object NOT IN (SELECT k.object FROM kernel AS k)
