-- id: mqtt-anonymous
-- title: Message broker without authentication
-- kind: insecure-service
-- severity: medium
-- confidence: 0.85
-- confidence-why: the option stands in the broker's configuration
-- cwe: CWE-306
-- why: Anyone who reaches the broker reads and sends every message.
-- fix: Set allow_anonymous to false and give each client an account.
SELECT s.object, s.at, s.len, s.name || ' ' || s.value AS subject, 'holds' AS verdict
  FROM setting AS s
 WHERE s.daemon = 'mosquitto' AND s.name = 'allow_anonymous' AND s.value = 'true'
   AND s.object NOT IN (SELECT object FROM sample_object)
