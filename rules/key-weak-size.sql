-- id: key-weak-size
-- title: Key too short
-- kind: weak-crypto
-- severity: medium
-- confidence: 0.95
-- confidence-why: the size was read from the key or certificate; lists of authorities and compiled-in test keys are left out
-- cwe: CWE-326
-- why: RSA and DSA below 2048 bit and curves below 224 bit can be broken with means that are within reach, and are refused by current software.
-- fix: Use RSA with 3072 bit, or a curve of 256 bit.
SELECT k.object, k.at, k.len,
       k.part || ' key, ' || k.algorithm || ' ' || k.bits AS subject,
       'holds' AS verdict
  FROM key AS k
  JOIN object AS o ON o.id = k.object
 WHERE k.known IS NULL AND o.type <> 'elf'
   AND ((k.algorithm IN ('rsa', 'dsa', 'dh', 'rsa-pss') AND k.bits < 2048) OR (k.algorithm = 'ec' AND k.bits < 224))
   AND k.object NOT IN (SELECT object FROM sample_object)
UNION ALL
SELECT c.object, c.at, c.len,
       'certificate ' || COALESCE(c.subject, '') || ', ' || c.algorithm || ' ' || c.bits,
       'holds'
  FROM certificate AS c
  JOIN object AS o ON o.id = c.object
 WHERE ((c.algorithm IN ('rsa', 'dsa', 'rsa-pss') AND c.bits < 2048) OR (c.algorithm = 'ec' AND c.bits < 224))
   AND NOT (c.bundle > 20
            OR EXISTS (SELECT 1 FROM place AS p
                        WHERE p.object = c.object
                          AND (p.path LIKE '%/ca-certificates/%' OR p.path LIKE '%/etc/ssl/certs/%')))
   AND NOT (o.type = 'elf' AND c.bundle > 1)
   AND c.object NOT IN (SELECT object FROM sample_object)
