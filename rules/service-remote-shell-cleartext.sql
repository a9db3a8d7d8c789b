-- id: service-remote-shell-cleartext
-- title: Remote login or command service of the r family
-- kind: insecure-service
-- severity: high
-- confidence: 0.9
-- confidence-why: a start script, init table or unit names it; where the link that enables it cannot be seen the verdict stays open
-- cwe: CWE-319
-- why: These services trust the address of the caller and send everything readable; both can be forged by anyone on the path.
-- fix: Remove them; use SSH with keys.
SELECT l.object, l.at, l.len,
       l.daemon || COALESCE(' on ' || l.protocol || ' port ' || l.port, '') AS subject,
       CASE WHEN l.runs = 1 THEN 'holds' ELSE 'unknown' END AS verdict
  FROM listening AS l
 WHERE l.service IN ('login', 'shell', 'exec', 'rlogin', 'rsh', 'rexec')
   AND NOT l.loopback AND l.runs IS NOT 0
   AND l.object NOT IN (SELECT object FROM sample_object)
