-- id: account-second-root
-- title: Second account with all rights
-- kind: backdoor-indicator
-- severity: high
-- confidence: 0.9
-- confidence-why: uid 0 decides about rights whatever the name; some systems use a second name for root on purpose (toor)
-- cwe: CWE-912
-- why: An account that is root under another name escapes whoever looks after root: its password is not changed, its logins are not noticed.
-- fix: Remove it, or give it a uid of its own and the rights it needs.
SELECT a.object, a.at, a.len,
       a.user AS subject,
       'holds' AS verdict,
       a.place,
       'home ' || COALESCE(NULLIF(a.home, ''), '(none)') || ', shell ' || COALESCE(NULLIF(a.shell, ''), '(default)') AS note
  FROM login AS a
 WHERE a.source = 'passwd' AND a.live AND a.uid = 0 AND a.user <> 'root'
   AND a.scheme <> 'locked'
   AND a.object NOT IN (SELECT object FROM sample_object)
   AND EXISTS (SELECT 1 FROM account AS r WHERE r.object = a.object AND r.uid = 0 AND r.at <> a.at)
   AND COALESCE(a.shell, '') NOT LIKE '%/nologin'
   AND COALESCE(a.shell, '') NOT LIKE '%/false'
   AND COALESCE(a.shell, '') NOT LIKE '%/true'
   AND COALESCE(a.shell, '') NOT LIKE '%/sync'
   AND NOT EXISTS (SELECT 1 FROM login AS s
                    WHERE s.source = 'shadow' AND s.live AND s.user = a.user AND s.container = a.container
                      AND s.scheme = 'locked')
