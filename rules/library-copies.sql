-- id: library-copies
-- title: Code of a library that stands in other files as well
-- kind: unsupported-component
-- severity: info
-- confidence: 0.7
-- confidence-why: different files share at least a third of the library's sampled functions; both may have them from a third source
-- cwe: CWE-1104
-- why: A flaw in code that was copied or linked in has to be mended in each file; those that nobody remembers keep it.
-- fix: Keep one copy of the library, and link everything with it.
SELECT c.library AS object, NULL AS at, NULL AS len,
       c.soname AS subject,
       'holds' AS verdict,
       COUNT(*) || ' other files: ' || group_concat((SELECT p.path FROM place AS p WHERE p.object = c.other ORDER BY p.id LIMIT 1)
           || ' (' || c.shared || ' of ' || c.sampled || ', ' || c.extent || ')', ', ') AS note
  FROM library_copy AS c
 WHERE c.share >= 0.34
   AND c.library NOT IN (SELECT object FROM sample_object)
   AND c.other NOT IN (SELECT object FROM sample_object)
 GROUP BY c.library
