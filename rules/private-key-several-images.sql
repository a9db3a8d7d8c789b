-- id: private-key-several-images
-- title: The same private key in more than one of the images
-- kind: private-key
-- severity: critical
-- confidence: 0.97
-- confidence-why: the keys of the images have the same public half, computed from each
-- cwe: CWE-321
-- why: Whoever takes the key out of one product can pass for, or read the traffic of, every device of the others too.
-- fix: Make keys on each device; take this one out of use everywhere.
WITH RECURSIVE
  up(object, place, parent, owner) AS (
    SELECT p.object, p.id, p.parent, p.id FROM place AS p
      JOIN key AS k ON k.object = p.object AND k.part = 'private'
    UNION
    SELECT u.object, q.id, q.parent, u.owner FROM up AS u JOIN place AS q ON q.id = u.parent
  ),
  root(object, owner, place, image) AS (
    SELECT DISTINCT u.object, u.owner, u.place, q.name FROM up AS u JOIN place AS q ON q.id = u.place
     WHERE u.parent IS NULL
  )
SELECT k.object, k.at, k.len, k.algorithm || ' ' || k.bits AS subject, 'holds' AS verdict, r.owner AS place,
       'in ' || r.image || '; fingerprint ' || substr(k.fingerprint, 1, 16) AS note
  FROM key AS k JOIN root AS r ON r.object = k.object
 WHERE k.part = 'private' AND k.fingerprint IS NOT NULL AND k.known IS NULL
   AND (SELECT COUNT(DISTINCT x.place) FROM key AS y JOIN root AS x ON x.object = y.object
         WHERE y.part = 'private' AND y.fingerprint = k.fingerprint) > 1
   AND k.object NOT IN (SELECT object FROM sample_object)
