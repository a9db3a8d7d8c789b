-- id: account-without-home
-- title: Account with a password and no home of its own
-- kind: undocumented-access
-- severity: medium
-- confidence: 0.6
-- confidence-why: people and services have a home directory of their own; a working login that has none was often put in by hand for somebody else than the user
-- cwe: CWE-912
-- why: A login that belongs to no person and no service is a candidate for a manufacturer's own way in.
-- fix: Remove it, or document it, with a password that differs from device to device.
SELECT a.object, a.at, a.len,
       a.user || ' (uid ' || a.uid || ')' AS subject,
       'holds' AS verdict,
       a.place,
       'home ' || COALESCE(NULLIF(a.home, ''), '(none)') AS note
  FROM login AS a
 WHERE a.source IN ('passwd', 'shadow') AND a.live
   AND a.scheme NOT IN ('empty', 'locked', 'none', 'shadow', 'unknown')
   AND a.user <> 'root' AND a.uid IS NOT NULL
   AND COALESCE(a.home, '') IN ('', '/', '/nonexistent', '/tmp', '/dev/null')
   AND a.object NOT IN (SELECT object FROM sample_object)
   AND COALESCE(a.shell, '') NOT LIKE '%/nologin'
   AND COALESCE(a.shell, '') NOT LIKE '%/false'
   AND COALESCE(a.shell, '') NOT LIKE '%/true'
   AND COALESCE(a.shell, '') NOT LIKE '%/sync'
