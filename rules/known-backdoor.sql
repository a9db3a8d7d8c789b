-- id: known-backdoor
-- title: Back door that is publicly known
-- kind: backdoor-indicator
-- severity: high
-- confidence: 0.9
-- confidence-why: the bytes are those that were published, and nothing else is known to have them; a scanner that looks for the back door has them, too
-- cwe: CWE-912
-- why: How to use it is public, so everybody who can reach the device can. Makers have repaired the products that were named, or no longer support them.
-- fix: Take a release in which the maker has removed it, and check with this rule again. If there is none, replace the device.
SELECT k.object, k.at, k.len, k.name AS subject, 'holds' AS verdict,
       k.means || ' (published: ' || k.source || ')' AS note
  FROM known_backdoor AS k
 WHERE k.object NOT IN (SELECT object FROM sample_object)
