-- id: hardening-partial-relro
-- title: Call table stays writable (partial RELRO)
-- kind: missing-hardening
-- severity: info
-- confidence: 0.9
-- confidence-why: RELRO is there, immediate binding is not
-- cwe: CWE-693
-- why: Lazy binding keeps the table of called functions writable while the program runs.
-- fix: Link with -z now besides -z relro.
SELECT e.object, e.at, e.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict
  FROM elf AS e
 WHERE e.role IN ('program', 'library')
   AND e.linkage = 'dynamic'
   AND e.relro = 'partial'
   AND e.object NOT IN (SELECT k.object FROM kernel AS k)
