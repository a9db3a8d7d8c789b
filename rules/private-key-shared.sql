-- id: private-key-shared
-- title: The same private key in several files
-- kind: private-key
-- severity: info
-- confidence: 0.95
-- confidence-why: the files hold keys with the same public half
-- cwe: CWE-321
-- why: One key in several places has several owners, and what opens one place opens all.
-- fix: One key for one purpose, made on the device.
SELECT k.object, k.at, k.len,
       k.algorithm || ' ' || k.bits AS subject,
       'holds' AS verdict,
       'fingerprint ' || substr(k.fingerprint, 1, 16) AS note
  FROM key AS k
 WHERE k.part = 'private' AND k.fingerprint IS NOT NULL AND k.known IS NULL
   AND (SELECT COUNT(*) FROM (SELECT DISTINCT p.container, p.path
                                FROM key AS o JOIN place AS p ON p.object = o.object AND p.hardlink IS NULL
                               WHERE o.part = 'private' AND o.fingerprint = k.fingerprint)) > 1
   AND k.object NOT IN (SELECT object FROM sample_object)
