-- id: ftp-anonymous
-- title: FTP server lets anyone in
-- kind: insecure-service
-- severity: medium
-- confidence: 0.9
-- confidence-why: the option stands in the server's configuration
-- cwe: CWE-306
-- why: Files can be read, and where writing is on, put there, without an account.
-- fix: Set anonymous_enable to NO.
SELECT s.object, s.at, s.len, s.name || '=' || s.value AS subject, 'holds' AS verdict
  FROM setting AS s
 WHERE s.daemon = 'vsftpd' AND s.name = 'anonymous_enable' AND upper(s.value) = 'YES'
   AND s.object NOT IN (SELECT object FROM sample_object)
