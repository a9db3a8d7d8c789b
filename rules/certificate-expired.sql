-- id: certificate-expired
-- title: Certificate out of date
-- kind: expired-certificate
-- severity: medium
-- confidence: 0.9
-- confidence-why: compared with the review's reference date, or without one with the newest file time in the image, so that the answer does not depend on the day of the review
-- cwe: CWE-298
-- why: Whoever checks it refuses the connection; where it works all the same, nobody checks, and anyone can sit in between.
-- fix: Renew it, and plan the renewal of certificates on devices in the field.
SELECT c.object, c.at, c.len,
       COALESCE(c.subject, '(no subject)') AS subject,
       'holds' AS verdict,
       'ended ' || substr(c.not_after, 1, 10) || ', compared with ' || substr(r.date, 1, 10) AS note
  FROM certificate AS c
  JOIN object AS o ON o.id = c.object
  JOIN (SELECT COALESCE((SELECT value FROM meta WHERE name = 'reference_date'),
                         (SELECT strftime('%Y-%m-%dT%H:%M:%SZ', MAX(mtime), 'unixepoch')
                            FROM place WHERE mtime < 4102444800)) AS date) AS r
 WHERE c.not_after < r.date
   AND NOT (c.bundle > 20
            OR EXISTS (SELECT 1 FROM place AS p
                        WHERE p.object = c.object
                          AND (p.path LIKE '%/ca-certificates/%' OR p.path LIKE '%/etc/ssl/certs/%')))
   AND NOT (o.type = 'elf' AND c.bundle > 1)
   AND c.object NOT IN (SELECT object FROM sample_object)
