# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian packages: installed on this machine (root), or unpacked into a folder (anyone)."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.testbed.common import TestbedError, cache_folder, run, say, state_folder

#: Names a mirror of Debian's packages, instead of the one that this machine uses.
MIRROR_VARIABLE = "VIGO_BRIDGE_TESTBED_DEBIAN"
_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"

# Written while packages are installed: their services must not start.
_POLICY = Path("/usr/sbin/policy-rc.d")


def provide(programs: Mapping[str, str]) -> None:
    """Install missing programs on this machine: `programs` maps each to the package that has it.

    Raises:
        TestbedError: one is missing, and `install` cannot install it.
    """
    missing = {package for program, package in programs.items() if not shutil.which(program)}
    if missing:
        install(*sorted(missing))


def install(*packages: str) -> None:
    """Install packages on this machine without starting their services.

    Raises:
        TestbedError: not root, not a Debian, or apt-get failed.
    """
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise TestbedError(
            f"this needs {', '.join(packages)}, and only root on a Debian machine can install it"
            f" from here; install it by hand"
        )
    say(f"installing {' '.join(packages)} ...")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    with (state_folder() / "apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # apt-get update waits for nobody.
        run(["apt-get", "update", "-q"], env=quiet)
        with _services_stay_down():
            run(["apt-get", "install", "-qy", "--no-install-recommends", *packages], env=quiet)


@contextmanager
def _services_stay_down() -> Iterator[None]:
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()


def unpack(packages: Iterable[str], target: Path) -> None:
    """Unpack packages, and the libraries they depend on, into a folder; needs no root.

    Nothing is configured: good for programs that run from their files alone.

    Raises:
        TestbedError: no Debian, or apt-get cannot download them.
    """
    if not shutil.which("apt-get"):
        raise TestbedError("the stand-in images are made from Debian packages: run this on Debian")
    try:
        _download_and_unpack(packages, target)
    except TestbedError as error:
        if os.geteuid() != 0:
            raise TestbedError(
                f"{error}\nIf the package lists are missing or old, let root run apt-get update"
            ) from error
        say("the package lists may be missing or old: apt-get update ...")
        run(["apt-get", "update", "-q"])
        _download_and_unpack(packages, target)


def _download_and_unpack(packages: Iterable[str], target: Path) -> None:
    names = _with_libraries(packages)
    say(f"downloading {' '.join(packages)} ({len(names)} packages with their libraries) ...")
    with tempfile.TemporaryDirectory(dir=cache_folder()) as downloads:
        # apt-get download writes to the current folder and has no option for another.
        run(["sh", "-c", f'cd "{downloads}" && exec apt-get download -qq "$@"', "sh", *names])
        for package in sorted(Path(downloads).glob("*.deb")):
            run(["dpkg-deb", "--extract", str(package), str(target)])


def _with_libraries(packages: Iterable[str]) -> list[str]:
    """Return the packages and, through all levels, the libraries and Pythons that they depend
    on.
    """
    found: set[str] = set()
    new = set(packages)
    while new:
        found |= new
        listing = run(["apt-cache", "depends", "--important", *sorted(new)])
        depends = {
            line.split("Depends:")[1].strip() for line in listing.splitlines() if "Depends:" in line
        }
        new = {
            name for name in depends if name.startswith(("lib", "lua", "python3", "zlib"))
        } - found
    return sorted(found)


def unpack_from(suite: str, package: str, target: Path) -> None:
    """Unpack one package of another Debian release into a folder; the machine keeps its own.

    Raises:
        TestbedError: no Debian, or apt-get cannot download it.
    """
    say(f"downloading {package} from Debian {suite} ...")
    mirror = os.environ.get(MIRROR_VARIABLE) or _mirror_of_machine()
    with tempfile.TemporaryDirectory(dir=cache_folder()) as scratch:
        (Path(scratch) / "lists/partial").mkdir(parents=True)
        sources = Path(scratch) / "sources.list"
        sources.write_text(f"deb [signed-by={_KEYS}] {mirror} {suite} main\n")
        settings = {
            "Dir::Etc::sourcelist": str(sources),
            "Dir::Etc::sourceparts": "-",
            "Dir::State::Lists": f"{scratch}/lists",
            "Dir::Cache::pkgcache": "",
            "Dir::Cache::srcpkgcache": "",
            "APT::Sandbox::User": "root",
        }
        apt = ["apt-get", "-q", *(f"-o{name}={value}" for name, value in settings.items())]
        run([*apt, "update"])
        run(["sh", "-c", f'cd "{scratch}" && exec "$@"', "sh", *apt, "download", package])
        run(["dpkg-deb", "--extract", str(next(Path(scratch).glob("*.deb"))), str(target)])


def _mirror_of_machine() -> str:
    """Return the mirror from which this machine gets the packages of its release.

    Raises:
        TestbedError: no Debian, or apt-get knows no mirror.
    """
    ask = ["apt-get", "indextargets", "--format", "$(RELEASE) $(REPO_URI)", "Created-By: Packages"]
    targets = run(ask)
    if not targets and os.geteuid() == 0:  # It lists only those whose package lists exist.
        run(["apt-get", "update", "-q"])
        targets = run(ask)
    for line in targets.splitlines():
        release, _, mirror = line.partition(" ")
        if "-" not in release:  # Not bookworm-security, nor bookworm-updates.
            return mirror
    raise TestbedError(f"apt-get knows no mirror; run apt-get update, or set {MIRROR_VARIABLE}")
