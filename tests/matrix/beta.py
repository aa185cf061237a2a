# SPDX-License-Identifier: GPL-3.0-or-later
"""A host with an ansible-core that is not released yet, and its Python, to run tests on.

Both are packages of Debian. The host installs everything else with `pip`.
"""

from __future__ import annotations

import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.matrix.controllers import ROOT, Controller, write_constraints
from tests.matrix.parts import BETA, BETA_PYTHON, BETA_SUITE
from tests.matrix.pythons import full_version
from tests.testbed import Host, TestbedError, use_testbed
from tests.testbed.common import run, say

_PROJECT = "/srv/project"
_PROGRAMS = "/srv/venv/bin"
_PYTHON = f"{_PROGRAMS}/python"

# The archive of packages can be so old that its lists of packages have expired.
_INSTALL = f"""\
set -e
export DEBIAN_FRONTEND=noninteractive
apt="apt-get -q -o Acquire::Check-Valid-Until=false"
$apt update
$apt install -y --no-install-recommends ansible-core busybox e2fsprogs git gpg python3-venv
python3 -m venv --system-site-packages /srv/venv
# Beside its Python, as pip installs them; they start that Python.
for program in /usr/bin/ansible*; do
    sed "1s|.*|#!{_PYTHON}|" "$program" > "{_PROGRAMS}/${{program##*/}}"
done
chmod +x {_PROGRAMS}/ansible*
mkdir {_PROJECT}
tar -xf /srv/parts/project.tar -C {_PROJECT}
cd {_PROJECT}
git init -q
git add --all
export PIP_CERT=/srv/parts/authorities.pem PIP_DISABLE_PIP_VERSION_CHECK=1
{_PYTHON} -m pip install -q --constraint /srv/parts/constraints.txt --editable '.[dev]'
"""
_ASK = "import ansible.release; print(ansible.release.__version__)"


@contextmanager
def beta_controller() -> Iterator[tuple[Controller, str]]:
    """Yield the controller on its host, and its versions in words.

    Raises:
        TestbedError: the host cannot be started, or Debian has other versions.
    """
    with use_testbed() as testbed:
        name = "controller.example.com"
        host = testbed.fleet([name], suite=BETA_SUITE, engine=False).hosts[0]
        say(f"installing ansible-core {BETA} on {name} ...")
        with tempfile.TemporaryDirectory() as scratch:
            _write_parts(Path(scratch))
            host.copy(Path(scratch), "/srv/parts")
        host.run(_INSTALL)
        yield _controller(host)


def _write_parts(folder: Path) -> None:
    """Write what the host gets: the project, the versions of tools, and the certificates of
    authorities that this machine trusts.
    """
    write_constraints(folder)
    authorities = Path(ssl.get_default_verify_paths().cafile or "")
    (folder / "authorities.pem").write_bytes(authorities.read_bytes())
    listing = run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    )
    files = "\0".join(name for name in listing.split("\0") if (ROOT / name).is_file())
    pack = ["tar", "-C", str(ROOT), "--null", "-T", "-", "-cf", str(folder / "project.tar")]
    subprocess.run(pack, input=files, text=True, check=True)


def _controller(host: Host) -> tuple[Controller, str]:
    core = host.run(f"{_PYTHON} -c '{_ASK}'").strip()
    command = tuple(host.program(_PYTHON, folder=_PROJECT))
    python = full_version(*command)
    if not (python.startswith(f"{BETA_PYTHON}.") and core.startswith(f"{BETA}.")):
        raise TestbedError(f"Debian {BETA_SUITE} has ansible-core {core} and Python {python}")
    return Controller(BETA, BETA_PYTHON, command), f"{python}, ansible-core {core}"
