-- id: osmocom-terminal-open
-- title: Operator terminal of a mobile network element open to the network
-- kind: insecure-service
-- severity: high
-- confidence: 0.85
-- confidence-why: the terminal is bound to an address that is not the device itself; it asks for no password unless one is configured
-- cwe: CWE-306
-- why: The terminal changes every setting of the base station or controller, readable on the network and usually without a password.
-- fix: Bind it to 127.0.0.1 and reach it through SSH.
SELECT s.object, s.at, s.len, s.name || ' ' || s.value AS subject, 'holds' AS verdict
  FROM setting AS s
 WHERE s.daemon = 'osmocom' AND s.section LIKE 'line vty%' AND s.name = 'bind' AND s.value NOT LIKE '127.%'
   AND s.value NOT LIKE '::1%'
   AND s.object NOT IN (SELECT object FROM sample_object)
