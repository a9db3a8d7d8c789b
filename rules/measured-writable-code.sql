-- id: measured-writable-code
-- title: Program that asks for memory both writable and executable
-- kind: missing-hardening
-- severity: info
-- confidence: 0.8
-- confidence-why: the protection is a constant in the call; interpreters that compile do so by design
-- cwe: CWE-732
-- why: Code that an attacker writes there can be run.
-- fix: Write first, then take the right to write away, then run.
SELECT s.object, s.at, s.len,
       COALESCE((SELECT p.path FROM place AS p WHERE p.object = s.object ORDER BY p.id LIMIT 1), 'program') AS subject,
       'holds' AS verdict,
       COUNT(*) || ' calls: ' || group_concat(DISTINCT s.api) AS note
  FROM measure_site AS s
 WHERE s.measure = 'writable-code'
 GROUP BY s.object
