-- id: hardening-no-relro
-- title: Relocation tables stay writable (no RELRO)
-- kind: missing-hardening
-- severity: low
-- confidence: 0.9
-- confidence-why: the header that protects them is absent
-- cwe: CWE-693
-- why: A memory error can redirect calls by overwriting the table that holds their addresses.
-- fix: Link with -z relro -z now.
SELECT e.object, e.at, e.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict
  FROM elf AS e
 WHERE e.role IN ('program', 'library')
   AND e.linkage = 'dynamic'
   AND e.relro = 'none'
   AND e.object NOT IN (SELECT k.object FROM kernel AS k)
