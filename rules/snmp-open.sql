-- id: snmp-open
-- title: SNMP version 1 or 2c answers any address
-- kind: insecure-service
-- severity: medium
-- confidence: 0.8
-- confidence-why: the community is configured without a source address; a firewall outside this file may still limit it
-- cwe: CWE-319
-- why: Version 1 and 2c send the community readable; whoever knows it reads the configuration of the device, or changes it.
-- fix: Use SNMPv3 with authentication and privacy, or limit communities to addresses of the management network.
SELECT s.object, s.at, s.len, s.name AS subject, 'holds' AS verdict
  FROM setting AS s
 WHERE s.daemon = 'snmpd'
   AND (s.name IN ('rocommunity', 'rwcommunity', 'rocommunity6', 'rwcommunity6')
        AND (trim(s.value) NOT LIKE '% %' OR s.value LIKE '% default' OR s.value LIKE '% 0.0.0.0/0')
        OR s.name = 'com2sec' AND s.value LIKE '% default %')
   AND NOT EXISTS (SELECT 1 FROM listener AS l WHERE l.object = s.object AND l.source = 'config'
                      AND (l.address LIKE '127.%' OR l.address = '::1'))
   AND s.object NOT IN (SELECT object FROM sample_object)
