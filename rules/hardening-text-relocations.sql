-- id: hardening-text-relocations
-- title: Code that is rewritten when it is loaded (text relocations)
-- kind: missing-hardening
-- severity: low
-- confidence: 0.95
-- confidence-why: the dynamic segment says so
-- cwe: CWE-693
-- why: The loader has to make code writable; pages are no longer shared, and hardened kernels refuse to load it.
-- fix: Compile everything that goes into the file with -fPIC, assembly included.
SELECT e.object, e.at, e.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict
  FROM elf AS e
 WHERE e.textrel = 1
   AND e.role IN ('program', 'library')
   AND (e.linkage = 'dynamic' OR e.os IS NOT NULL)
   AND e.object NOT IN (SELECT k.object FROM kernel AS k)
