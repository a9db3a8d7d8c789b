-- id: script-password
-- title: Password on a command line in a script
-- kind: hardcoded-credential
-- severity: medium
-- confidence: 0.8
-- confidence-why: a constant stands where the program expects a password; test scripts use throw-away ones
-- cwe: CWE-798
-- why: Everyone with the image has the password, and while the command runs every local user sees it.
-- fix: Read the secret from a file that only its user may read, made per device.
SELECT c.object, c.at, c.len, c.text AS subject, 'holds' AS verdict
  FROM script_call AS c
 WHERE c.pattern = 'password-argument'
   AND c.object NOT IN (SELECT object FROM sample_object)
