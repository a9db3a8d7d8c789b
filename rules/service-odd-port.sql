-- id: service-odd-port
-- title: Remote shell on an unusual port
-- kind: undocumented-access
-- severity: medium
-- confidence: 0.75
-- confidence-why: a start script, init table or unit names it; where the link that enables it cannot be seen the verdict stays open; the maker may have documented the port
-- cwe: CWE-912
-- why: A login service where nobody looks for one is how service access for the maker, or for others, is usually hidden.
-- fix: Remove the second service, or document it and let the operator switch it off.
SELECT l.object, l.at, l.len, l.daemon || ' on port ' || l.port AS subject,
       CASE WHEN l.runs = 1 AND l.source = 'arguments' THEN 'holds' ELSE 'unknown' END AS verdict
  FROM listening AS l
 WHERE ((l.service = 'telnet' AND l.port <> 23) OR (l.service = 'ssh' AND l.port <> 22))
   AND NOT l.loopback AND l.runs IS NOT 0
   AND l.object NOT IN (SELECT object FROM sample_object)
