-- id: measured-privilege-ignored
-- title: Rights given up without looking whether it worked
-- kind: excessive-privilege
-- severity: low
-- confidence: 0.75
-- confidence-why: nothing reads the result before it is overwritten; the new identity may still be asked about otherwise
-- cwe: CWE-252
-- why: setuid can fail, by a limit on processes for one; the program then goes on with the rights it wanted to give up.
-- fix: End the program when the call does not answer 0.
SELECT s.object, s.at, s.len,
       COALESCE((SELECT p.path FROM place AS p WHERE p.object = s.object ORDER BY p.id LIMIT 1), 'program') AS subject,
       'holds' AS verdict,
       COUNT(*) || ' of ' || m.denominator || ' calls: ' || group_concat(DISTINCT s.api) AS note
  FROM measure_site AS s
  JOIN measure AS m ON m.object = s.object AND m.name = s.measure
 WHERE s.measure = 'privilege-result-ignored'
 GROUP BY s.object
