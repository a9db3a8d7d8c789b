-- id: secret-ppp
-- title: Password of a subscriber line in the image
-- kind: secret-in-config
-- severity: medium
-- confidence: 0.85
-- confidence-why: the name of the setting tells what the value is; whether the service that uses it is enabled is not decided here
-- cwe: CWE-798
-- why: It is a working login at a network operator: the same value is in every device of the series, and in every copy of the image.
-- fix: Provision it per subscriber, after delivery.
SELECT s.object, s.at, s.len,
       s.name || CASE WHEN s.user IS NULL THEN '' ELSE ' of ' || s.user END AS subject,
       'holds' AS verdict,
       CASE WHEN s.guessed IS NOT NULL THEN 'a published default: ' || s.guessed ELSE s.context END AS note
  FROM secret AS s
 WHERE s.kind = 'ppp'
   AND s.placeholder = 0
   AND s.object NOT IN (SELECT object FROM sample_object)
