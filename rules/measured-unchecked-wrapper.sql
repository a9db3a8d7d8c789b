-- id: measured-unchecked-wrapper
-- title: Function named like a safe one that checks nothing
-- kind: unsafe-function-use
-- severity: low
-- confidence: 0.8
-- confidence-why: the function calls the unsafe variant, and compares no argument with anything but 0
-- cwe: CWE-676
-- why: Who calls it, and who counts safe calls, believes in a check that is not there.
-- fix: Check the size in it, or give it an honest name.
SELECT s.object, s.at, s.len,
       COALESCE((SELECT p.path FROM place AS p WHERE p.object = s.object ORDER BY p.id LIMIT 1), 'program')
           || ': ' || COALESCE(s.name, s.argument) AS subject,
       'holds' AS verdict,
       (SELECT f.calls || ' calls' FROM family_call AS f
         WHERE f.object = s.object AND f.variant = 'unchecked' AND f.api = s.argument) AS note
  FROM measure_site AS s
 WHERE s.measure = 'unchecked-wrapper'
