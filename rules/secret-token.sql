-- id: secret-token
-- title: Access token of a service in the image
-- kind: hardcoded-credential
-- severity: high
-- confidence: 0.8
-- confidence-why: the value has the published form of that service, or the name says token and the value is random; whether it is still valid is not tried
-- cwe: CWE-798
-- why: With it anyone uses the service in the name of its owner: the same value is in every device of the series, and in every copy of the image.
-- fix: Withdraw the token; let devices enrol for one of their own.
SELECT s.object, s.at, s.len,
       s.name || CASE WHEN s.user IS NULL THEN '' ELSE ' of ' || s.user END AS subject,
       'holds' AS verdict,
       CASE WHEN s.guessed IS NOT NULL THEN 'a published default: ' || s.guessed ELSE s.context END AS note
  FROM secret AS s
 WHERE s.kind = 'token'
   AND s.placeholder = 0
   AND s.object NOT IN (SELECT object FROM sample_object)
