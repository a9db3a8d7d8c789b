-- id: service-telnet
-- title: Telnet server
-- kind: insecure-service
-- severity: high
-- confidence: 0.9
-- confidence-why: a start script, init table or unit names it; where the link that enables it cannot be seen the verdict stays open
-- cwe: CWE-319
-- why: Passwords and everything typed cross the network readable and changeable, and whoever listens can take the session over.
-- fix: Remove the telnet server; use SSH with keys.
SELECT l.object, l.at, l.len,
       l.daemon || COALESCE(' on ' || l.protocol || ' port ' || l.port, '') AS subject,
       CASE WHEN l.runs = 1 THEN 'holds' ELSE 'unknown' END AS verdict
  FROM listening AS l
 WHERE l.service = 'telnet'
   AND NOT l.loopback AND l.runs IS NOT 0
   AND l.object NOT IN (SELECT object FROM sample_object)
