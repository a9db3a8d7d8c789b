-- id: service-file-transfer-cleartext
-- title: FTP or TFTP server
-- kind: insecure-service
-- severity: medium
-- confidence: 0.85
-- confidence-why: a start script, init table or unit names it; where the link that enables it cannot be seen the verdict stays open
-- cwe: CWE-319
-- why: Files and, with FTP, passwords cross the network readable; TFTP asks for no password at all.
-- fix: Serve files over SFTP or HTTPS, or start the service only for the moment it is needed.
SELECT l.object, l.at, l.len,
       l.daemon || COALESCE(' on ' || l.protocol || ' port ' || l.port, '') AS subject,
       CASE WHEN l.runs = 1 THEN 'holds' ELSE 'unknown' END AS verdict
  FROM listening AS l
 WHERE l.service IN ('ftp', 'tftp')
   AND NOT l.loopback AND l.runs IS NOT 0
   AND l.object NOT IN (SELECT object FROM sample_object)
