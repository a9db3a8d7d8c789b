-- id: measured-temporary-files
-- title: Files of a fixed name created in /tmp
-- kind: unsafe-function-use
-- severity: low
-- confidence: 0.7
-- confidence-why: name and flags are constants in the code; the system may protect links in /tmp, and a device may have one account only
-- cwe: CWE-377
-- why: Another account can put a link of that name there first, and the program writes where the link leads.
-- fix: Use mkstemp, or O_EXCL, or a folder that only the program's account can write.
SELECT s.object, s.at, s.len,
       COALESCE((SELECT p.path FROM place AS p WHERE p.object = s.object ORDER BY p.id LIMIT 1), 'program') AS subject,
       'holds' AS verdict,
       COUNT(*) || ' places: ' || group_concat(DISTINCT s.argument) AS note
  FROM measure_site AS s
 WHERE s.measure = 'temporary-open'
 GROUP BY s.object
