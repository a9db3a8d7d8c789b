-- id: kernel-no-address-randomisation
-- title: Kernel at a fixed address
-- kind: missing-hardening
-- severity: low
-- confidence: 0.85
-- confidence-why: the configuration is the kernel's own or lies in the same image; another kernel may be started with it
-- cwe: CWE-693
-- why: Kernel code stands at the same address in every device and after every start.
-- fix: Set CONFIG_RANDOMIZE_BASE.
SELECT o.object, o.at, o.len,
       o.name || '=' || o.value AS subject,
       'holds' AS verdict
  FROM kernel_option AS o
 WHERE o.name = 'CONFIG_RANDOMIZE_BASE'
   AND o.value = 'n'
