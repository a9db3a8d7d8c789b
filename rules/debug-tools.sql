-- id: debug-tools
-- title: Debugger or tracer in the image
-- kind: debug-interface
-- severity: low
-- confidence: 0.7
-- confidence-why: the name is that of the tool and the file is a program; the tool may be meant for service
-- cwe: CWE-489
-- why: Whoever gets a shell can look into every process and connection at once, and some of these tools listen on the network.
-- fix: Leave them out of production images.
SELECT p.object, NULL AS at, NULL AS len, p.path AS subject, 'holds' AS verdict, p.id AS place
  FROM place AS p
  JOIN elf AS e ON e.object = p.object
 WHERE p.kind = 'file'
   AND e.role = 'program'
   AND p.name IN ('gdb', 'gdbserver', 'strace', 'ltrace', 'tcpdump', 'tshark', 'dumpcap', 'lldb',
                  'lldb-server', 'perf', 'bpftrace', 'valgrind', 'radare2', 'frida-server',
                  'socat', 'nmap')
