-- id: private-key-pkcs12
-- title: PKCS#12 file that a common password opens
-- kind: private-key
-- severity: high
-- confidence: 0.97
-- confidence-why: the file was opened with the password named
-- cwe: CWE-521
-- why: The key in it is as good as unprotected, and the same in every device of the series.
-- fix: Make the key on the device, or keep it in protected storage.
SELECT k.object, k.at, k.len,
       COALESCE(k.algorithm || ' ' || k.bits, 'key') AS subject,
       'holds' AS verdict,
       k.comment AS note
  FROM key AS k
 WHERE k.part = 'private' AND k.format = 'pkcs12' AND k.parse = 'ok' AND k.known IS NULL
   AND k.object NOT IN (SELECT object FROM sample_object)
