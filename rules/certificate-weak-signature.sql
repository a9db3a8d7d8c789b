-- id: certificate-weak-signature
-- title: Certificate signed with MD5 or SHA-1
-- kind: weak-crypto
-- severity: medium
-- confidence: 0.9
-- confidence-why: the algorithm is written in the certificate; authorities in a list are trusted as they are, their own signature decides nothing
-- cwe: CWE-328
-- why: Two certificates with the same MD5 or SHA-1 sum can be made; current software refuses such signatures.
-- fix: Issue the certificate anew with SHA-256.
SELECT c.object, c.at, c.len,
       COALESCE(c.subject, '(no subject)') AS subject,
       'holds' AS verdict,
       c.signature || CASE WHEN c.self_signed = 1 THEN ', self-signed' ELSE '' END AS note
  FROM certificate AS c
  JOIN object AS o ON o.id = c.object
 WHERE (lower(c.signature) LIKE 'md5%' OR lower(c.signature) LIKE 'md2%' OR lower(c.signature) LIKE 'sha1%'
        OR lower(c.signature) LIKE '%with-sha1' OR lower(c.signature) LIKE '%withsha1')
   AND NOT (c.self_signed = 1 AND NOT NOT (c.bundle > 20
            OR EXISTS (SELECT 1 FROM place AS p
                        WHERE p.object = c.object
                          AND (p.path LIKE '%/ca-certificates/%' OR p.path LIKE '%/etc/ssl/certs/%'))))
   AND NOT (o.type = 'elf' AND c.bundle > 1)
   AND c.object NOT IN (SELECT object FROM sample_object)
