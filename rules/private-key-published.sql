-- id: private-key-published
-- title: Published test key in use
-- kind: private-key
-- severity: high
-- confidence: 0.9
-- confidence-why: the key is one of the listed test and example keys, and stands in a file of its own outside documentation and tests
-- cwe: CWE-321
-- why: The key ships with public source code: everyone has it, and scanners look for it.
-- fix: Replace it by a key made on the device.
SELECT k.object, k.at, k.len,
       k.known AS subject,
       'holds' AS verdict
  FROM key AS k
  JOIN object AS o ON o.id = k.object
 WHERE k.part = 'private' AND k.known IS NOT NULL
   AND o.type <> 'elf'
   AND NOT EXISTS (SELECT 1 FROM place AS p
                    WHERE p.object = k.object
                      AND (p.path LIKE '%.pyc' OR p.path LIKE '%.py' OR p.path LIKE '%.go' OR p.path LIKE '%.a'
                           OR p.path LIKE '%.o' OR p.path LIKE '%/cmake%'))
   AND k.object NOT IN (SELECT object FROM sample_object)
