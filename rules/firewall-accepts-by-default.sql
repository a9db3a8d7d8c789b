-- id: firewall-accepts-by-default
-- title: Packet filter accepts what no rule names
-- kind: missing-hardening
-- severity: info
-- confidence: 0.8
-- confidence-why: the policy of the input chain is accept; a last rule of the chain may still drop
-- cwe: CWE-284
-- why: A service that is started by mistake or by an attacker can be reached at once.
-- fix: Set the policy of the input chain to drop.
SELECT f.object, f.at, f.len, f.tool || ' ' || f.chain || ' ' || f.action AS subject, 'holds' AS verdict
  FROM firewall_rule AS f
 WHERE lower(f.action) = 'accept'
   AND ((f.tool = 'iptables' AND f.chain = 'INPUT' AND f.text LIKE ':%')
        OR (f.tool = 'nft' AND f.chain = 'input' AND f.text LIKE '%hook%')
        OR (f.tool = 'uci' AND f.chain = 'defaults')
        OR (f.tool = 'uci' AND f.chain = 'zone' AND f.source = 'wan'))
   AND f.object NOT IN (SELECT object FROM sample_object)
