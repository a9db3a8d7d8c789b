-- id: certificate-expired-roots
-- title: Authorities out of date in a list of trusted ones
-- kind: expired-certificate
-- severity: info
-- confidence: 0.9
-- confidence-why: compared with the review's reference date, or without one with the newest file time in the image
-- cwe: CWE-298
-- why: They do no harm by themselves; they tell how old the list is, and that authorities removed since are still trusted.
-- fix: Update the list of authorities.
SELECT c.object, c.at, c.len,
       COALESCE(c.subject, '(no subject)') AS subject,
       'holds' AS verdict,
       'ended ' || substr(c.not_after, 1, 10) AS note
  FROM certificate AS c
  JOIN object AS o ON o.id = c.object
  JOIN (SELECT COALESCE((SELECT value FROM meta WHERE name = 'reference_date'),
                         (SELECT strftime('%Y-%m-%dT%H:%M:%SZ', MAX(mtime), 'unixepoch')
                            FROM place WHERE mtime < 4102444800)) AS date) AS r
 WHERE c.not_after < r.date AND c.bundle > 20 AND o.type <> 'elf'
   AND c.object NOT IN (SELECT object FROM sample_object)
