# SPDX-License-Identifier: GPL-3.0-or-later
"""With become, nothing is imported from folders that the login user can write to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.integration.module_call import call
from tests.testbed import Fleet, Host

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

USER = "planter"
MARK = "/var/tmp/planted-modules"
PLANT = f"""
import os
text = "open({MARK!r}, 'a').write(__name__ + ' ' + __file__ + chr(10))\\n"
names = '''tempfile shlex json os zipfile zlib importlib marshal hashlib threading subprocess
    typing grp pwd stat errno selinux systemd sitecustomize usercustomize docker requests
    ansible ansible_collections bundled_module'''.split()
home = "/home/{USER}"
site = f"{{home}}/.local/lib/python3.{{os.sys.version_info.minor}}/site-packages"
os.makedirs(site)
for folder in (home, site, "/tmp"):
    for name in names:
        with open(f"{{folder}}/{{name}}.py", "w") as stream:
            stream.write(text)
    with open(f"{{folder}}/planted.pth", "w") as stream:
        stream.write("import os; " + text)
"""
#: What other tests have stored, too.
FORGET = "rm -rf /var/lib/vigo-bridge/modules /var/lib/vigo-bridge/sdk"
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "exec": ("exec", {"command": "true", "onlyif": "true"}),
    "condition": ("condition", {"that": "is_container || !is_container"}),
    "converge": (
        "converge",
        {"resources": [{"type": "exec", "command": "true", "unless": "false"}]},
    ),
    "container": (
        "container",
        {"container": "no-such", "state": "absent", "docker_host": "tcp://127.0.0.1:1"},
    ),
}


@pytest.fixture
def host(fleet3: Fleet) -> Iterator[Host]:
    """Yield a host whose user has sudo, and has put modules of his own wherever he may write."""
    host = fleet3.hosts[0]
    host.run(f"useradd --create-home --shell /bin/bash {USER}")
    host.run(f"echo '{USER} ALL=(ALL) NOPASSWD: SETENV: ALL' > /etc/sudoers.d/{USER}")
    host.run(f"cp -r ~root/.ssh /home/{USER}/ && touch {MARK} && chmod 666 {MARK}")
    program = host.start_program("python3", "-I", "-")
    program.communicate(PLANT)
    host.run(f"chown -R {USER}: /home/{USER} /tmp/*.py /tmp/*.pth")
    host.run(FORGET)
    try:
        yield host
    finally:
        host.run(f"rm -f /tmp/*.py /tmp/*.pth {MARK} /etc/sudoers.d/{USER}; userdel -rf {USER}")
        host.run(FORGET)


@pytest.mark.parametrize("flags", [(), ("--extra-vars", "ansible_become_flags='-H -S -n -E'")])
def test_nothing_of_theirs_is_imported(host: Host, tmp_path: Path, flags: Sequence[str]) -> None:
    assert "json" in host.run(f"cd /home/{USER}; python3 -c 'import json'; cat {MARK}")
    host.run(f"truncate --size 0 {MARK}")
    line = host.inventory_line().replace("ansible_user=root", f"ansible_user={USER}")
    inventory = tmp_path / "hosts.ini"
    inventory.write_text(f"{line} ansible_python_interpreter=/usr/bin/python3\n")
    for module, arguments in CALLS.values():
        for expected in (1, 0):
            answer = call(module, arguments, str(inventory), "--become", *flags)
            assert answer.sent >= expected, answer.printed
            assert host.run(f"cat {MARK}") == "", answer.printed
    assert host.run("ls /var/lib/vigo-bridge/modules | wc -l").strip() == str(len(CALLS))
