# SPDX-License-Identifier: Apache-2.0
"""Runs commands and says what they cost: time on the wall, processor time, memory.

Processor time (user and system, of a process and all that it waited for) hardly depends on what else the machine
does; wall time does. Memory is given twice: of the largest process, and of all processes added up (sampled, with
the pages that they share counted for each of them).
"""
import dataclasses
import datetime
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import threading
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("ASSAY_CACHE") or TOP / ".cache").resolve()
ASSAY = TOP / "build" / "assay"
TICK = 0.02  # seconds between two samples of memory


@dataclasses.dataclass
class Cost:
    wall: float = 0.0
    cpu: float = 0.0
    largest: int = 0  # KiB: the largest process
    together: int = 0  # KiB: all processes, and what waits in the spool's memory
    disk: int = 0  # KiB: what waits in the spool's file
    said: str = ""
    stages: list = dataclasses.field(default_factory=list)  # of a review: name, seconds and processor seconds till then

    def __add__(self, other):
        return Cost(self.wall + other.wall, self.cpu + other.cpu, max(self.largest, other.largest),
                    max(self.together, other.together), max(self.disk, other.disk))


def resident(pid):
    """Resident KiB of a process and its children, each page counted once per process."""
    total = 0
    try:
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for p in [pid, *children]:
            status = pathlib.Path(f"/proc/{p}/status").read_text()
            total += int(re.search(r"VmRSS:\s+(\d+)", status)[1])
    except (OSError, TypeError):
        pass
    return total


def spooled(pid, files):
    """KiB in the spool's memory and in its file, which has no name. files: which descriptors these are."""
    out = {"memory": 0, "disk": 0}
    try:
        if not files:
            for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir():
                to = os.readlink(fd)
                if "memfd:assay-spool" in to:
                    files.setdefault("memory", fd)
                elif to.endswith("(deleted)") and not to.startswith("/memfd"):
                    files.setdefault("disk", fd)
        for kind, fd in files.items():
            out[kind] = os.stat(fd).st_blocks // 2
    except OSError:
        pass
    return out["memory"], out["disk"]


def busy(pid):
    """Processor seconds of a process, its children, and all that it has waited for."""
    ticks = 0
    try:
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for p in [pid, *children]:
            fields = pathlib.Path(f"/proc/{p}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(t) for t in fields[11:15])
    except OSError:
        pass
    return ticks / os.sysconf("SC_CLK_TCK")


def listen(p, cost, start):
    """Keeps what a command says on standard error, and when a review says that it is at its next stage."""
    for line in p.stderr:
        cost.said += line
        stage = re.match(r"assay: (\w+), after \d+\.\d+ s$", line)
        if stage:
            cost.stages.append((stage[1], time.monotonic() - start, busy(p.pid)))


def sample(pid, cost, stop):
    files = {}
    while not stop.wait(TICK):
        memory, disk = spooled(pid, files)
        cost.together = max(cost.together, resident(pid) + memory)
        cost.disk = max(cost.disk, disk)


def run(argv, watch=False, log=None):
    """Runs a command to its end; watch: sample its memory. What it says on standard error is kept."""
    cost, stop = Cost(), threading.Event()
    start = time.monotonic()
    p = subprocess.Popen([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=log or subprocess.DEVNULL,
                         stderr=subprocess.PIPE, text=True, errors="replace")
    sampler = threading.Thread(target=sample, args=(p.pid, cost, stop))
    if watch:
        sampler.start()
    listen(p, cost, start)
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    cost.wall = time.monotonic() - start
    stop.set()
    if watch:
        sampler.join()
    cost.cpu = usage.ru_utime + usage.ru_stime
    cost.largest = usage.ru_maxrss
    return p.returncode, cost


def must(argv, **more):
    status, cost = run(argv, **more)
    if status != 0:
        sys.exit(f"{' '.join(map(str, argv))}: exit {status}\n{cost.said[-2000:]}")
    return cost


def review(image, out, *options):
    shutil.rmtree(out, ignore_errors=True)
    return must([ASSAY, "review", image, "-o", out, *options], watch=True)


def spent(cost):
    """What each stage of a review took: name to seconds and processor seconds."""
    marks = [("", 0.0, 0.0), *cost.stages[1:], ("", cost.wall, cost.cpu)]
    names = [name for name, _, _ in cost.stages]
    return {name: (b[1] - a[1], b[2] - a[2]) for name, a, b in zip(names, marks, marks[1:])}


def hashing(folder):
    """The cost of sha256sum of every file."""
    return must(["sh", "-c", f"find '{folder}' -type f -print0 | xargs -0 -r sha256sum"])


def unsquash(image, folder):
    """unsquashfs into a folder, then sha256sum of every file. Who is not root cannot make devices: no matter."""
    shutil.rmtree(folder, ignore_errors=True)
    status, cost = run(["unsquashfs", "-q", "-n", "-d", folder, image])
    if not folder.exists() or (status != 0 and os.getuid() == 0):
        sys.exit(f"unsquashfs failed: {cost.said}")
    cost += hashing(folder)
    shutil.rmtree(folder)
    return cost


def undump(image, folder):
    """debugfs of an ext file system into a folder, then sha256sum of every file."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    cost = must(["debugfs", "-R", f"rdump / {folder}", image]) + hashing(folder)
    shutil.rmtree(folder)
    return cost


def memory_folder(room=2 << 30):
    """A folder in memory with room bytes for what is written; None (the usual one) if there is none."""
    folder = "/dev/shm"
    return folder if os.path.isdir(folder) and shutil.disk_usage(folder).free >= room else None


def settle():
    """Lets what was written reach the disk, so that the next one does not pay for it."""
    os.sync()


def shape():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}"


def write_document(name, command, lines):
    """Puts lines between the marks of name in docs/performance.md."""
    path = TOP / "docs" / "performance.md"
    today = datetime.date.today().isoformat()
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    block = "\n".join([begin, f"Measured {today} on {shape()} by `{command}`:", "", "```", *lines, "```", end])
    text, n = re.subn(re.escape(begin) + ".*" + re.escape(end), lambda _: block, path.read_text(), flags=re.S)
    if n != 1:
        sys.exit(f"{path} has no place for {name}")
    path.write_text(text)
