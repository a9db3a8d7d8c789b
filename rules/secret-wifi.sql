-- id: secret-wifi
-- title: Wi-Fi key in the image
-- kind: secret-in-config
-- severity: medium
-- confidence: 0.85
-- confidence-why: the name of the setting tells what the value is; whether the service that uses it is enabled is not decided here
-- cwe: CWE-798
-- why: Whoever has the image can join the network or read along: the same value is in every device of the series, and in every copy of the image.
-- fix: Generate the key per device, and print it on the label.
SELECT s.object, s.at, s.len,
       s.name || CASE WHEN s.user IS NULL THEN '' ELSE ' of ' || s.user END AS subject,
       'holds' AS verdict,
       CASE WHEN s.guessed IS NOT NULL THEN 'a published default: ' || s.guessed ELSE s.context END AS note
  FROM secret AS s
 WHERE s.kind IN ('wifi-psk', 'wep-key')
   AND s.placeholder = 0
   AND s.object NOT IN (SELECT object FROM sample_object)
