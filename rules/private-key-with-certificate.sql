-- id: private-key-with-certificate
-- title: Private key of a certificate that is in the image too
-- kind: private-key
-- severity: high
-- confidence: 0.95
-- confidence-why: key and certificate have the same public half, computed from both
-- cwe: CWE-321
-- why: Whoever has the image can pass for every device that shows this certificate, and sit in between; the certificate beside the key says the pair is in use.
-- fix: Make the key on the device at first start, or in the factory per device, in protected storage.
SELECT k.object, k.at, k.len,
       k.algorithm || ' ' || k.bits AS subject,
       'holds' AS verdict,
       'certificate: ' || (SELECT MIN(c.subject) FROM key_certificate AS c WHERE c.fingerprint = k.fingerprint)
           || ' in ' || COALESCE(substr((SELECT MIN((p.parent IS NOT q.parent) || p.path) -- the one beside the key
                                     FROM key_certificate AS c
                                     JOIN place AS p ON p.object = c.certificate_object
                                     JOIN place AS q ON q.object = k.object
                                    WHERE c.fingerprint = k.fingerprint), 2), '?') AS note
  FROM key AS k
 WHERE k.part = 'private' AND k.parse = 'ok' AND k.known IS NULL AND k.format <> 'pkcs12'
   AND k.fingerprint IN (SELECT fingerprint FROM key_certificate)
   AND k.object NOT IN (SELECT object FROM sample_object)
