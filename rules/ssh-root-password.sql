-- id: ssh-root-password
-- title: SSH lets root log in with a password
-- kind: insecure-service
-- severity: medium
-- confidence: 0.85
-- confidence-why: the option stands in the server's configuration; the account may still be locked. Where no program of the server's name is in what was reviewed, it is not decided: the file may be a left-over
-- cwe: CWE-307
-- why: The one account with all rights and a known name can be guessed from the network.
-- fix: Set PermitRootLogin to no or prohibit-password (dropbear: -s or -g); log in as a person and use sudo.
SELECT s.object, s.at, s.len, s.daemon || ' ' || s.name || ' ' || s.value AS subject,
       CASE WHEN s.daemon IN (SELECT name FROM program_name) THEN 'holds' ELSE 'unknown' END AS verdict
  FROM setting AS s
 WHERE ((s.daemon = 'sshd' AND s.section IS NULL AND lower(s.name) = 'permitrootlogin' AND lower(s.value) = 'yes'
         AND NOT EXISTS (SELECT 1 FROM setting AS t WHERE t.object = s.object AND t.section IS NULL
                            AND lower(t.name) = 'passwordauthentication' AND lower(t.value) = 'no'))
        OR (s.daemon = 'dropbear' AND s.name = 'RootPasswordAuth' AND s.value IN ('on', '1', 'yes', 'true')))
   AND s.object NOT IN (SELECT object FROM sample_object)
