-- id: wifi-weak-protection
-- title: Wi-Fi protected by WEP, WPA version 1 or TKIP
-- kind: weak-crypto
-- severity: medium
-- confidence: 0.85
-- confidence-why: the access point's configuration names it; where WPA2 is offered beside it, a client may still choose the better one. Where no access point program is in what was reviewed, it is not decided
-- cwe: CWE-327
-- why: WEP is broken in minutes by listening. TKIP, the cipher of WPA version 1, was a stopgap for old hardware: frames can be forged and parts of them read, and the standard has withdrawn it.
-- fix: Use WPA2 with CCMP alone, or WPA3 (hostapd: wpa=2, rsn_pairwise=CCMP; OpenWrt: encryption 'psk2+ccmp' or 'sae').
SELECT s.object, s.at, s.len, s.name || ' ' || s.value AS subject,
       CASE WHEN EXISTS (SELECT 1 FROM program_name WHERE name IN ('hostapd', 'wpad', 'nas')) THEN 'holds'
            ELSE 'unknown' END AS verdict
  FROM setting AS s
 WHERE (s.daemon = 'hostapd'
        AND (s.name = 'wpa' AND s.value IN ('1', '3')
             OR s.name = 'rsn_pairwise' AND upper(s.value) LIKE '%TKIP%'
             -- the ciphers of version 1, and of version 2 unless it has its own
             OR s.name = 'wpa_pairwise' AND upper(s.value) LIKE '%TKIP%'
                AND (EXISTS (SELECT 1 FROM setting AS w WHERE w.object = s.object AND w.name = 'wpa' AND w.value IN ('1', '3'))
                     OR EXISTS (SELECT 1 FROM setting AS w WHERE w.object = s.object AND w.name = 'wpa' AND w.value = '2')
                        AND NOT EXISTS (SELECT 1 FROM setting AS r WHERE r.object = s.object AND r.name = 'rsn_pairwise'))
             OR s.name GLOB 'wep_key[0-3]'
                AND NOT EXISTS (SELECT 1 FROM setting AS w WHERE w.object = s.object AND w.name = 'wpa' AND w.value IN ('1', '2', '3')))
        OR s.daemon = 'wireless' AND s.name = 'encryption'
           AND (lower(s.value) IN ('psk', 'wpa') OR lower(s.value) LIKE 'wep%' OR lower(s.value) LIKE '%tkip%'
                OR lower(s.value) LIKE 'psk+%' OR lower(s.value) LIKE 'wpa+%'
                OR lower(s.value) LIKE 'psk-mixed%' OR lower(s.value) LIKE 'wpa-mixed%'))
   AND s.object NOT IN (SELECT object FROM sample_object)
