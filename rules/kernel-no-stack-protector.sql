-- id: kernel-no-stack-protector
-- title: Kernel without stack protector
-- kind: missing-hardening
-- severity: low
-- confidence: 0.85
-- confidence-why: the configuration is the kernel's own or lies in the same image; another kernel may be started with it
-- cwe: CWE-693
-- why: Overflows on the kernel's stack are not noticed.
-- fix: Set CONFIG_STACKPROTECTOR_STRONG (before 4.18: CONFIG_CC_STACKPROTECTOR_STRONG).
SELECT o.object, o.at, o.len,
       o.name || '=' || o.value AS subject,
       'holds' AS verdict
  FROM kernel_option AS o
 WHERE (o.name IN ('CONFIG_STACKPROTECTOR', 'CONFIG_CC_STACKPROTECTOR') AND o.value = 'n')
    OR (o.name = 'CONFIG_CC_STACKPROTECTOR_NONE' AND o.value = 'y')
