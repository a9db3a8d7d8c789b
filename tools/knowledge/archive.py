# SPDX-License-Identifier: Apache-2.0
"""The packages that a knowledge pack is verified against.

A private apt configuration lives under ${ASSAY_CACHE:-.cache}/packages/knowledge, so that foreign
architectures and a second suite are available without touching the system's own package lists.
Everything is fetched by the package client, which checks signatures; nothing is installed.
"""
import os
import pathlib
import re
import subprocess

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# Three suites and five architectures, so that a banner is seen in several versions and layouts.
SUITES = {"amd64": "bookworm", "armhf": "bookworm", "arm64": "trixie", "mipsel": "bookworm",
          "i386": "bullseye"}


class Archive:
    def __init__(self):
        top = pathlib.Path(os.environ.get("ASSAY_CACHE", ".cache")).resolve()
        self.root = top / "packages" / "knowledge"
        self.debs = self.root / "deb"
        self.trees = self.root / "tree"
        for sub in ("etc/apt.conf.d", "etc/preferences.d", "state/lists/partial",
                    "cache/archives/partial", "deb", "tree"):
            (self.root / sub).mkdir(parents=True, exist_ok=True)
        (self.root / "state/status").touch()
        self.conf = self.root / "etc/apt.conf"
        self.conf.write_text("".join(f'{k} "{v}";\n' for k, v in {
            "Dir::Etc": self.root / "etc",
            "Dir::State": self.root / "state",
            "Dir::State::status": self.root / "state/status",
            "Dir::Cache": self.root / "cache",
            "APT::Architecture": "amd64",
            "APT::Architectures": ",".join(SUITES),
            "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
            "Acquire::Languages": "none",
            "Acquire::Check-Valid-Until": "false",
        }.items()))

    def apt(self, *args, cwd=None):
        env = dict(os.environ, APT_CONFIG=str(self.conf), LC_ALL="C")
        return subprocess.run(args, env=env, cwd=cwd, text=True, capture_output=True)

    def mirror(self):
        """The mirror the machine itself uses, or the distribution's usual address."""
        for path in [*pathlib.Path("/etc/apt/sources.list.d").glob("*.sources"),
                     pathlib.Path("/etc/apt/sources.list")]:
            if path.is_file():
                m = re.search(r"https?://\S*/debian/?(?=\s)", path.read_text())
                if m:
                    return m.group(0)
        return "http://deb.debian.org/debian"

    def update(self):
        lines = [f"deb [arch={arch} signed-by={KEYRING}] {self.mirror()} {suite} main\n"
                 for arch, suite in SUITES.items()]
        sources = self.root / "etc/sources.list"
        before = sources.read_text() if sources.exists() else ""
        sources.write_text("".join(lines))
        if before != "".join(lines) or not list((self.root / "state/lists").glob("*_Packages*")):
            done = self.apt("apt-get", "update")
            if done.returncode != 0:
                raise SystemExit("apt-get update failed:\n" + done.stderr)

    def versions(self, names):
        """{(package, arch): (version, bytes)} of what the private lists offer."""
        out = {}
        for arch in SUITES:
            done = self.apt("apt-cache", "show", "--no-all-versions",
                            *[f"{n}:{arch}" for n in names])
            for para in done.stdout.split("\n\n"):
                f = dict(re.findall(r"^(Package|Version|Size|Architecture): (.*)$", para, re.M))
                if "Package" in f:
                    if f["Architecture"] in (arch, "all"):
                        out[f["Package"], arch] = (f["Version"], int(f["Size"]))
        return out

    def fetch(self, wanted):
        """Downloads and unpacks what is missing; returns {(package, arch): directory}."""
        out = {k: self.trees / f"{k[0]}_{v.replace(':', '%3a')}_{k[1]}"
               for k, (v, _) in wanted.items()}
        missing = sorted(k for k, tree in out.items() if not tree.is_dir())
        for at in range(0, len(missing), 64):
            batch = missing[at:at + 64]
            done = self.apt("apt-get", "download",
                            *[f"{n}:{arch}={wanted[n, arch][0]}" for n, arch in batch],
                            cwd=self.debs)
            if done.returncode != 0:
                raise SystemExit("apt-get download failed:\n" + done.stderr)
            for key in batch:
                self.unpack(key, out[key])
        return out

    def unpack(self, key, tree):
        stem = tree.name.rsplit("_", 1)[0]
        debs = [d for a in (key[1], "all") if (d := self.debs / f"{stem}_{a}.deb").exists()]
        part = tree.with_name(tree.name + ".part")
        subprocess.run(["dpkg-deb", "-x", debs[0], part], check=True)
        part.rename(tree)
        if debs[0].name.endswith(f"_{key[1]}.deb"):
            debs[0].unlink()
