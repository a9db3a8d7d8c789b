-- id: private-key-encrypted
-- title: Private key in the image, encrypted
-- kind: private-key
-- severity: info
-- confidence: 0.9
-- confidence-why: the form tells that the key is encrypted; no password was tried, except for common ones on PKCS#12
-- cwe: CWE-321
-- why: It is as safe as its password; if the device opens it by itself, the password is in the image too.
-- fix: Check where the password comes from.
SELECT k.object, k.at, k.len,
       k.format AS subject,
       'holds' AS verdict
  FROM key AS k
 WHERE k.part = 'private' AND k.parse = 'encrypted' AND k.known IS NULL
   AND k.object NOT IN (SELECT object FROM sample_object)
