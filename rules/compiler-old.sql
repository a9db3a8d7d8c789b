-- id: compiler-old
-- title: Programs made by a compiler that is more than ten years old
-- kind: missing-hardening
-- severity: info
-- confidence: 0.9
-- confidence-why: by the text that the compiler left in the program; which of its branch's releases it was is not looked at, and a vendor may have patched it
-- cwe: CWE-1104
-- why: Such a compiler lacks protections and warnings that came since, and nobody mends its faults.
-- fix: Build with a compiler that is maintained, and turn its hardening on.
SELECT c.object, NULL AS at, NULL AS len,
       COALESCE((SELECT p.path FROM place AS p WHERE p.object = c.object ORDER BY p.id LIMIT 1), 'program') AS subject,
       'holds' AS verdict,
       c.text || printf(': GCC %s came out on %s, %.0f years before', c.branch, c.released, c.years) AS note
  FROM compiled_by AS c
 WHERE c.years > 10 AND c.object NOT IN (SELECT object FROM sample_object)
