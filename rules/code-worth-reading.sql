-- id: code-worth-reading
-- title: Code worth reading for a hidden way in
-- kind: backdoor-indicator
-- severity: low
-- confidence: 0.1
-- confidence-why: about one ordinary program in eight has such a place (docs/backdoors.md); at most five are named of each program
-- cwe: CWE-912
-- why: These are the places where a reader with little time should look first. Most of them are harmless.
-- fix: Read them in the order of their weight where a program matters; mark what is explained.
SELECT s.object, s.at, s.len,
       COALESCE(s.name, 'function at ' || printf('0x%x', s.function)) || ': ' ||
       COALESCE('''' || s.trigger || ''' -> ', '') || COALESCE(s.effect, s.signal) AS subject,
       'holds' AS verdict,
       s.detail || printf(' (%s, weight %.1f)', s.signal, s.evidence) AS note,
       s.evidence AS weight
  FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY object ORDER BY evidence DESC, function) AS nth
          FROM suspicion WHERE evidence >= 1 AND firm = 0) AS s
 WHERE s.nth <= 5
