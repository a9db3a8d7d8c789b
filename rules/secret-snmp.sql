-- id: secret-snmp
-- title: SNMP community or user key in the image
-- kind: secret-in-config
-- severity: low
-- confidence: 0.85
-- confidence-why: the name of the setting tells what the value is; whether the service that uses it is enabled is not decided here
-- cwe: CWE-798
-- why: It opens the monitoring of the device to whoever has the image: the same value is in every device of the series, and in every copy of the image.
-- fix: Provision it per device.
SELECT s.object, s.at, s.len,
       s.name || CASE WHEN s.user IS NULL THEN '' ELSE ' of ' || s.user END AS subject,
       'holds' AS verdict,
       CASE WHEN s.guessed IS NOT NULL THEN 'a published default: ' || s.guessed ELSE s.context END AS note
  FROM secret AS s
 WHERE s.kind IN ('snmp-community', 'snmp-user')
   AND s.placeholder = 0
   AND s.object NOT IN (SELECT object FROM sample_object)
