-- id: hardening-executable-stack
-- title: Program or library with an executable stack
-- kind: missing-hardening
-- severity: medium
-- confidence: 0.95
-- confidence-why: the stack header of the file asks for it; kernels that refuse executable stacks are the exception
-- cwe: CWE-693
-- why: A memory error on the stack can be turned into code execution directly; a library does this to every program that loads it.
-- fix: Link with -z noexecstack and give assembly sources a .note.GNU-stack section.
SELECT e.object, e.at, e.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       CASE WHEN e.nx = 0 THEN 'holds' ELSE 'unknown' END AS verdict,
       CASE WHEN e.nx = 0 THEN 'asks for an executable stack'
            ELSE 'no stack header: kernel and C library decide' END AS note
  FROM elf AS e
 WHERE e.role IN ('program', 'library')
   AND (e.nx = 0 OR (e.nx IS NULL AND e.interp IS NOT NULL))
   AND e.relro IS NOT NULL
   AND e.machine != 'mips' -- has a rule of its own
   AND e.object NOT IN (SELECT k.object FROM kernel AS k)
