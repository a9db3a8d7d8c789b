-- id: secret-password
-- title: Password in a configuration or a script
-- kind: hardcoded-credential
-- severity: high
-- confidence: 0.8
-- confidence-why: the name says password and the value is literal; it may be a value that the first start replaces
-- cwe: CWE-798
-- why: Whoever has the image has the password: the same value is in every device of the series, and in every copy of the image.
-- fix: Provision it per device, keep it out of the image.
SELECT s.object, s.at, s.len,
       s.name || CASE WHEN s.user IS NULL THEN '' ELSE ' of ' || s.user END AS subject,
       'holds' AS verdict,
       CASE WHEN s.guessed IS NOT NULL THEN 'a published default: ' || s.guessed ELSE s.context END AS note
  FROM secret AS s
 WHERE s.kind IN ('password', 'database', 'ldap', 'mail') AND (s.guessed IS NULL OR s.kind <> 'password')
   AND s.placeholder = 0
   AND s.object NOT IN (SELECT object FROM sample_object)
