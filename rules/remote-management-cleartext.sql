-- id: remote-management-cleartext
-- title: Remote management server is reached without TLS
-- kind: insecure-update
-- severity: high
-- confidence: 0.85
-- confidence-why: the address of the configuration server begins with http:
-- cwe: CWE-319
-- why: The server may change every setting and the software of the device; whoever sits on the path can be that server.
-- fix: Use an https address and check the certificate.
SELECT s.object, s.at, s.len, s.value AS subject, 'holds' AS verdict
  FROM setting AS s
 WHERE s.daemon IN ('easycwmp', 'easycwmpd', 'cwmp', 'cwmpd', 'icwmp', 'freecwmp', 'tr069')
   AND (lower(s.name) LIKE '%url%' OR lower(s.name) LIKE '%acs%') AND s.value LIKE 'http://%'
   AND s.object NOT IN (SELECT object FROM sample_object)
