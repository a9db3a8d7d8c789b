-- id: account-default-password-root
-- title: Factory password on an account with all rights
-- kind: default-credential
-- severity: critical
-- confidence: 0.99
-- confidence-why: the published password was hashed and gave the stored hash; for uid 0 nothing is left to guess
-- cwe: CWE-1392
-- why: The password stands in public lists that worms try first. Whoever reaches a login service owns the device.
-- fix: Ship the account locked, or give every device its own password and make the user change it.
SELECT a.object, a.at, a.len,
       a.user AS subject,
       CASE WHEN a.live THEN 'holds' ELSE 'unknown' END AS verdict,
       a.place,
       'password: ' || CASE a.guessed WHEN '' THEN '(empty)' ELSE '"' || a.guessed || '"' END || ', from '
           || a.guessed_from || CASE WHEN a.live THEN '' ELSE '; a copy of the account file' END AS note
  FROM login AS a
 WHERE a.guessed IS NOT NULL
   AND (a.uid = 0 OR (a.uid IS NULL AND a.user = 'root'))
   AND a.source IN ('passwd', 'shadow', 'smbpasswd')
   AND COALESCE(a.shell, '') NOT LIKE '%/nologin'
   AND COALESCE(a.shell, '') NOT LIKE '%/false'
   AND COALESCE(a.shell, '') NOT LIKE '%/true'
   AND COALESCE(a.shell, '') NOT LIKE '%/sync'
