-- id: service-web-cleartext
-- title: Web server without TLS
-- kind: insecure-service
-- severity: low
-- confidence: 0.6
-- confidence-why: the server listens on plain HTTP and no HTTPS listener is configured for it; whether it serves management cannot be told here
-- cwe: CWE-319
-- why: Passwords and session cookies of a management page cross the network readable.
-- fix: Serve management over HTTPS only and redirect plain HTTP to it.
SELECT l.object, l.at, l.len,
       l.daemon || COALESCE(' on port ' || l.port, '') AS subject,
       CASE WHEN l.runs = 1 THEN 'holds' ELSE 'unknown' END AS verdict
  FROM listening AS l
 WHERE l.service IN ('http', 'www')
   AND NOT l.loopback AND l.runs IS NOT 0
   AND NOT EXISTS (SELECT 1 FROM listener AS t WHERE t.daemon = l.daemon AND t.service = 'https')
   AND NOT EXISTS (SELECT 1 FROM setting AS s WHERE s.daemon = l.daemon
                      AND s.name IN ('ssl.engine', 'ssl.pemfile', 'ssl_certificate', 'certfile', 'ssl')
                      AND s.value NOT IN ('disable', '0', 'no', 'off'))
   AND l.object NOT IN (SELECT object FROM sample_object)
