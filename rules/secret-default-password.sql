-- id: secret-default-password
-- title: Setting holds a factory password
-- kind: default-credential
-- severity: high
-- confidence: 0.85
-- confidence-why: the value is in the published lists of factory passwords and the setting is a password of the device
-- cwe: CWE-1392
-- why: The password stands in public lists; if the interface is on, everyone who reaches it is let in.
-- fix: Give every device its own password, and make the user change it.
SELECT s.object, s.at, s.len,
       s.name || CASE WHEN s.user IS NULL THEN '' ELSE ' of ' || s.user END AS subject,
       'holds' AS verdict,
       CASE WHEN s.guessed IS NOT NULL THEN 'a published default: ' || s.guessed ELSE s.context END AS note
  FROM secret AS s
 WHERE s.kind = 'password' AND s.guessed IS NOT NULL
   AND s.placeholder = 0
   AND s.object NOT IN (SELECT object FROM sample_object)
