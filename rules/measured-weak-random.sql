-- id: measured-weak-random
-- title: Numbers that can be guessed, where keys or tokens are made
-- kind: weak-crypto
-- severity: low
-- confidence: 0.5
-- confidence-why: the function calls cryptography or speaks of keys, tokens or passwords; that the number becomes one is not shown
-- cwe: CWE-338
-- why: rand and random give the same numbers for the same seed, and the seed is often the time.
-- fix: Use getrandom, or the random numbers of the cryptographic library.
SELECT s.object, s.at, s.len,
       COALESCE((SELECT p.path FROM place AS p WHERE p.object = s.object ORDER BY p.id LIMIT 1), 'program') AS subject,
       'holds' AS verdict,
       COUNT(*) || ' of ' || m.denominator || ' calls: ' || group_concat(DISTINCT s.api) AS note
  FROM measure_site AS s
  JOIN measure AS m ON m.object = s.object AND m.name = s.measure
 WHERE s.measure = 'weak-random-key'
 GROUP BY s.object
