-- id: private-key
-- title: Private key in the image
-- kind: private-key
-- severity: high
-- confidence: 0.85
-- confidence-why: the key was read in full and is not protected; no certificate of the image tells what it is for
-- cwe: CWE-321
-- why: A private key that everyone with the image has proves nothing any more; what it signs, opens or logs in to is open to all.
-- fix: Make keys on the device, or keep them where they are used; withdraw this one.
SELECT k.object, k.at, k.len,
       k.format || ' ' || COALESCE(k.algorithm, '') || ' ' || COALESCE(k.bits, '') AS subject,
       CASE WHEN k.parse = 'ok' THEN 'holds' ELSE 'unknown' END AS verdict,
       CASE WHEN k.parse = 'unsupported' THEN 'well-formed, of an algorithm that is not computed here'
            WHEN o.type = 'elf' THEN 'inside a program or library' ELSE k.comment END AS note
  FROM key AS k
  JOIN object AS o ON o.id = k.object
 WHERE k.part = 'private' AND k.parse IN ('ok', 'unsupported') AND k.known IS NULL AND k.format <> 'pkcs12'
   AND COALESCE(k.fingerprint, '') NOT IN (SELECT fingerprint FROM key_certificate)
   AND NOT (k.format = 'dropbear'
        OR EXISTS (SELECT 1 FROM place AS h WHERE h.object = k.object AND h.name LIKE 'ssh_host_%key'))
   AND k.object NOT IN (SELECT object FROM sample_object)
