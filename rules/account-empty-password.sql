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
       a.user || CASE WHEN a.uid = 0 THEN ' (uid 0)' ELSE '' END AS subject,
       CASE WHEN a.shell IS NULL AND a.source = 'passwd' THEN 'unknown' ELSE 'holds' END AS verdict,
       a.place
  FROM login AS a
 WHERE a.scheme = 'empty' AND a.live
   AND COALESCE(a.shell, '') NOT LIKE '%/nologin'
   AND COALESCE(a.shell, '') NOT LIKE '%/false'
   AND COALESCE(a.shell, '') NOT LIKE '%/true'
   AND COALESCE(a.shell, '') NOT LIKE '%/sync'
   -- With a line in shadow, the empty field of passwd still wins: login asks shadow only for an "x".
