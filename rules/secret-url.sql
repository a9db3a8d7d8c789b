-- id: secret-url
-- title: URL with a user name and a password
-- kind: hardcoded-credential
-- severity: high
-- confidence: 0.85
-- confidence-why: the address has the form scheme://user:password@host with a literal password and a host that is no example
-- cwe: CWE-798
-- why: Whoever has the image can log in at that server: the same value is in every device of the series, and in every copy of the image.
-- fix: Fetch with a credential per device, kept out of the address.
SELECT s.object, s.at, s.len,
       s.name || '://' || s.user || ':...@' || s.context AS subject,
       'holds' AS verdict,
       CASE WHEN s.guessed IS NOT NULL THEN 'a published default: ' || s.guessed ELSE s.context END AS note
  FROM secret AS s
 WHERE s.kind = 'url-credential'
   AND s.placeholder = 0
   AND s.object NOT IN (SELECT object FROM sample_object)
