-- id: hardening-executable-stack-mips
-- title: MIPS programs and libraries with an executable stack
-- kind: missing-hardening
-- severity: low
-- confidence: 0.6
-- confidence-why: the stack header asks for it; MIPS cores before release 3 cannot protect a stack at all, so there it changes nothing
-- cwe: CWE-693
-- why: MIPS toolchains asked for executable stacks because old kernels needed them to emulate floating point; on cores that could protect the stack, a memory error there can be turned into code execution directly.
-- fix: With Linux 4.8 or later and a C library built for it, link with -z noexecstack.
SELECT e.object, COALESCE(h.at, e.at) AS at, COALESCE(h.len, e.len) AS len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict
  FROM elf AS e
  LEFT JOIN property AS h ON h.object = e.object AND h.format = 'elf' AND h.name = 'executable stack'
 WHERE e.role IN ('program', 'library')
   AND e.nx = 0
   AND e.machine = 'mips'
   AND (e.linkage = 'dynamic' OR e.os IS NOT NULL) -- boot loaders have no protected stack anyway
   AND e.object NOT IN (SELECT k.object FROM kernel AS k)
