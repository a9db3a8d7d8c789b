-- id: account-empty-password
-- title: Login account with an empty password
-- kind: default-credential
-- severity: high
-- confidence: 0.95
-- confidence-why: the field is empty in the account database; a login service may still refuse empty passwords
-- cwe: CWE-258
-- why: Anyone who reaches a login prompt gets this account's rights without a secret.
-- fix: Lock the account, or set a secret that differs from device to device.
SELECT a.object, a.at, a.len,
       a.user AS subject,
       CASE WHEN a.source = 'passwd' AND a.shell IS NULL THEN 'unknown' ELSE 'holds' END AS verdict
  FROM account AS a
 WHERE a.scheme = 'empty'
   AND COALESCE(a.shell, '') NOT LIKE '%/nologin'
   AND COALESCE(a.shell, '') NOT LIKE '%/false'
