-- id: code-hidden-effect
-- title: Code that opens an effect to those who know a constant
-- kind: backdoor-indicator
-- severity: medium
-- confidence: 0.3
-- confidence-why: share of such places that are real is not known outside our own programs: docs/backdoors.md has the figures; a place to read, not a verdict
-- cwe: CWE-912
-- why: A way in that only its author knows looks like this: input that equals a constant, or text that had to be decoded first, and only then a command, a shell, a listener or a privilege. Ordinary programs have such places too, rarely.
-- fix: Read the function with the maker: what is the constant for, where is it documented, who may know it. 'assay explain' shows the bytes and the ordinary commands to look at them.
SELECT s.object, s.at, s.len,
       COALESCE(s.name, 'function at ' || printf('0x%x', s.function)) || ': ' ||
       COALESCE('''' || s.trigger || ''' -> ', '') || COALESCE(s.effect, s.signal) AS subject,
       'holds' AS verdict,
       s.detail || printf(' (%s, weight %.1f)', s.signal, s.evidence) AS note,
       s.evidence AS weight
  FROM suspicion AS s
 WHERE s.signal NOT IN ('credential', 'derived', 'listener') AND s.firm = 1
