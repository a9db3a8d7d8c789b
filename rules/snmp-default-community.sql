-- id: snmp-default-community
-- title: SNMP with a community everybody knows
-- kind: insecure-service
-- severity: medium
-- confidence: 0.9
-- confidence-why: the word is one of the defaults that every scanner tries; whether the daemon starts is another fact
-- cwe: CWE-1392
-- why: SNMP v1 and v2c protect nothing but this word: with a default, everyone who reaches the port reads the state of the device, its addresses and its neighbours.
-- fix: Use SNMPv3 with keys per device, or close the port.
SELECT s.object, s.at, s.len,
       s.name || ' ' || s.value AS subject,
       'holds' AS verdict,
       CASE WHEN s.guessed IS NOT NULL THEN 'a published default: ' || s.guessed ELSE s.context END AS note
  FROM secret AS s
 WHERE s.kind = 'snmp-community' AND lower(s.value) IN ('public', 'private', 'community', 'admin', 'snmp', 'read', 'write', 'default', 'cisco', 'manager')
   AND s.placeholder = 0
   AND s.object NOT IN (SELECT object FROM sample_object)
