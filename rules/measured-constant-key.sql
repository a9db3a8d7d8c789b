-- id: measured-constant-key
-- title: Key that stands in the program
-- kind: hardcoded-credential
-- severity: medium
-- confidence: 0.75
-- confidence-why: the argument that is the key points to constant bytes of the program; what is encrypted with it is not known
-- cwe: CWE-321
-- why: Everyone who has the firmware has the key, and it is the same on every device.
-- fix: Make a key for each device, when it is first started.
SELECT s.object, s.at, s.len,
       COALESCE((SELECT p.path FROM place AS p WHERE p.object = s.object ORDER BY p.id LIMIT 1), 'program')
           || ': ' || COALESCE(s.api, 'call') || ' at ' || printf('0x%x', s.addr) AS subject,
       'holds' AS verdict,
       s.argument AS note
  FROM measure_site AS s
  JOIN elf AS e ON e.object = s.object
 WHERE s.measure = 'constant-key'
   AND COALESCE(e.soname, '') NOT LIKE 'libcrypto%' AND COALESCE(e.soname, '') NOT LIKE 'libssl%'
