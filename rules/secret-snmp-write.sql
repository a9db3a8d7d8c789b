-- id: secret-snmp-write
-- title: SNMP community that may write, in the image
-- kind: secret-in-config
-- severity: high
-- confidence: 0.9
-- confidence-why: the directive gives write access to whoever knows the word; an access list may narrow it
-- cwe: CWE-798
-- why: The community travels unprotected and is the same everywhere: with it the configuration of the device can be changed over the network.
-- fix: Use SNMPv3 with keys per device; give no write access.
SELECT s.object, s.at, s.len,
       s.name || ' ' || s.value AS subject,
       'holds' AS verdict,
       CASE WHEN s.guessed IS NOT NULL THEN 'a published default: ' || s.guessed ELSE s.context END AS note
  FROM secret AS s
 WHERE s.kind = 'snmp-community' AND (lower(s.name) LIKE 'rw%' OR lower(s.name) LIKE '%rwcommunity%' OR lower(s.name) LIKE '%write%' OR lower(s.name) LIKE 'set%' OR s.value = 'private')
   AND s.placeholder = 0
   AND s.object NOT IN (SELECT object FROM sample_object)
