-- id: sudo-without-password
-- title: Account may do everything as root without a password
-- kind: excessive-privilege
-- severity: high
-- confidence: 0.9
-- confidence-why: the line stands in a file that sudo reads; a later line may take the right back
-- cwe: CWE-250
-- why: Whoever gets hold of the account, by its password, its key or a hole in what it runs, is root at once.
-- fix: Name the few commands that the account needs, and ask for the password.
SELECT s.object, s.at, s.len, s.section || ' ' || s.name || ' = ' || s.value AS subject, 'holds' AS verdict, p.id AS place
  FROM setting AS s
  JOIN place AS p ON p.object = s.object
   AND (p.path LIKE '%/etc/sudoers' OR (p.path LIKE '%/etc/sudoers.d/%' AND instr(p.name, '.') = 0 AND p.name NOT LIKE '%~'))
 WHERE s.daemon = 'sudo' AND s.section NOT LIKE 'Defaults%' AND s.section NOT LIKE '%!_Alias' ESCAPE '!'
   AND s.section NOT IN ('root', '#0')
   AND s.value LIKE '%NOPASSWD:%'
   AND rtrim(s.value, ' ') GLOB '*NOPASSWD:*ALL'
   AND (s.value NOT LIKE '(%' OR s.value LIKE '(%ALL%)%' OR s.value LIKE '(%root%)%')
 UNION
SELECT s.object, s.at, s.len, s.section || ' !authenticate', 'holds', p.id
  FROM setting AS s
  JOIN place AS p ON p.object = s.object AND p.path LIKE '%/etc/sudoers%'
 WHERE s.daemon = 'sudo' AND s.section LIKE 'Defaults%' AND s.name = 'authenticate' AND s.value = 'off'
   AND s.section NOT IN ('Defaults:root', 'Defaults>root')
