-- id: kernel-memory-device
-- title: Kernel memory can be read and written through a device file
-- kind: missing-hardening
-- severity: medium
-- confidence: 0.8
-- confidence-why: the configuration is the kernel's own or lies in the same image; another kernel may be started with it
-- cwe: CWE-732
-- why: With /dev/mem unrestricted, or with /dev/kmem, root can change the running kernel, and with it every check the kernel makes, module signatures included.
-- fix: Clear CONFIG_DEVKMEM and CONFIG_DEVMEM, or set CONFIG_STRICT_DEVMEM.
SELECT o.object, o.at, o.len,
       o.name || '=' || o.value AS subject,
       'holds' AS verdict,
       CASE WHEN o.name = 'CONFIG_DEVMEM' THEN 'CONFIG_STRICT_DEVMEM is not set' END AS note
  FROM kernel_option AS o
 WHERE (o.name = 'CONFIG_DEVKMEM' AND o.value = 'y')
    OR (o.name = 'CONFIG_DEVMEM' AND o.value = 'y'
        AND EXISTS (SELECT 1 FROM kernel_option AS s
                     WHERE s.object = o.object
                       AND s.name = 'CONFIG_STRICT_DEVMEM' AND s.value = 'n'))
