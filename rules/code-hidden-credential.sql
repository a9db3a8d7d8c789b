-- id: code-hidden-credential
-- title: Code that lets a constant or a fixed port pass
-- kind: undocumented-access
-- severity: medium
-- confidence: 0.3
-- confidence-why: share of such places that are real is not known outside our own programs: docs/backdoors.md has the figures; a place to read, not a verdict
-- cwe: CWE-798
-- why: A password, user name or port that stands in the code and in no configuration cannot be changed or closed by the operator, and is the same on every device.
-- fix: Ask the maker what the constant is for. If it is a credential, have it taken out of the code; until then keep the service away from networks that others reach.
SELECT s.object, s.at, s.len,
       COALESCE(s.name, 'function at ' || printf('0x%x', s.function)) || ': ' ||
       COALESCE('''' || s.trigger || ''' -> ', '') || COALESCE(s.effect, s.signal) AS subject,
       'holds' AS verdict,
       s.detail || printf(' (%s, weight %.1f)', s.signal, s.evidence) AS note,
       s.evidence AS weight
  FROM suspicion AS s
 WHERE s.signal IN ('credential', 'derived', 'listener') AND s.firm = 1
