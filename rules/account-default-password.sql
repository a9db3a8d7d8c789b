-- id: account-default-password
-- title: Factory password on an account
-- kind: default-credential
-- severity: high
-- confidence: 0.97
-- confidence-why: the published password was hashed and gave the stored hash; whether a service offers this login is not decided here
-- cwe: CWE-1392
-- why: The password stands in public lists. The account is the way in for everyone who can reach its service, and often one step from all rights.
-- fix: Ship the account locked, or give every device its own password and make the user change it.
SELECT a.object, a.at, a.len,
       a.user || ' (' || a.source || ')' AS subject,
       CASE WHEN a.live THEN 'holds' ELSE 'unknown' END AS verdict,
       a.place,
       'password: ' || CASE a.guessed WHEN '' THEN '(empty)' ELSE '"' || a.guessed || '"' END || ', from '
           || a.guessed_from || CASE WHEN a.live THEN '' ELSE '; a copy of the account file' END AS note
  FROM login AS a
 WHERE a.guessed IS NOT NULL
   AND a.object NOT IN (SELECT object FROM sample_object)
   AND NOT (a.source IN ('passwd', 'shadow', 'smbpasswd')
            AND (a.uid = 0 OR (a.uid IS NULL AND a.user = 'root')))
   AND COALESCE(a.shell, '') NOT LIKE '%/nologin'
   AND COALESCE(a.shell, '') NOT LIKE '%/false'
   AND COALESCE(a.shell, '') NOT LIKE '%/true'
   AND COALESCE(a.shell, '') NOT LIKE '%/sync'
