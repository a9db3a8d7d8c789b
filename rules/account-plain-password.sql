-- id: account-plain-password
-- title: Password of an account stored as it is
-- kind: hardcoded-credential
-- severity: high
-- confidence: 0.9
-- confidence-why: the file is a list of users for a web server or a management interface, and the field is no hash
-- cwe: CWE-256
-- why: Whoever reads the image or the file has the password, on every device of the series.
-- fix: Store a hash, and a password that differs from device to device.
SELECT a.object, a.at, a.len,
       a.user || ' (' || a.source || ')' AS subject,
       'holds' AS verdict
  FROM account AS a
 WHERE a.scheme = 'plain'
   AND a.object NOT IN (SELECT object FROM sample_object)
