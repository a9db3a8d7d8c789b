-- id: measured-weak-crypto
-- title: Programs that use weak cryptographic algorithms
-- kind: weak-crypto
-- severity: info
-- confidence: 0.6
-- confidence-why: told by the names of library functions, or by constants of the algorithm in the code; whether it protects anything is not known
-- cwe: CWE-327
-- why: MD5, SHA-1, DES and RC4 no longer protect passwords, signatures or traffic; as checksums they do no harm.
-- fix: Look where they are used; replace them where something rests on them.
SELECT s.object, s.at, s.len,
       COALESCE((SELECT p.path FROM place AS p WHERE p.object = s.object ORDER BY p.id LIMIT 1), 'program') AS subject,
       'holds' AS verdict,
       group_concat(DISTINCT COALESCE(s.api, 'own ' || s.argument)) AS note
  FROM measure_site AS s
  JOIN elf AS e ON e.object = s.object
 WHERE s.measure IN ('weak-crypto-call', 'ecb-mode', 'own-weak-crypto')
   AND e.role IN ('program', 'library')
 GROUP BY s.object
