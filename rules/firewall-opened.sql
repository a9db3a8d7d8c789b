-- id: firewall-opened
-- title: Packet filter is switched off by a script
-- kind: excessive-privilege
-- severity: low
-- confidence: 0.7
-- confidence-why: the command empties the filter or accepts by default; a later command may fill it again
-- cwe: CWE-284
-- why: Until something else fills the filter, every service answers every address.
-- fix: Load the complete filter in one step, with a default of DROP.
SELECT c.object, c.at, c.len, c.text AS subject, 'unknown' AS verdict
  FROM script_call AS c
 WHERE c.pattern IN ('firewall-flush', 'firewall-accept')
   AND EXISTS (SELECT 1 FROM started AS s WHERE s.object = c.object AND s.runs IS NOT 0)
