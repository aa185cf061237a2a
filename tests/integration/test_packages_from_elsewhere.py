# SPDX-License-Identifier: GPL-3.0-or-later
"""A repository with a key, a package from a file and an archive, on a Debian host.

The host serves all of them to itself by HTTP. What it was asked for is in its log.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.stack_on_host import StackOnHost
from tests.testbed import Host

pytestmark = [
    pytest.mark.integration,
    pytest.mark.sweep,
    pytest.mark.skipif(not shutil.which("gpg"), reason="signs with GnuPG"),
]

FOLDER, PORT = "/srv/elsewhere", 8765
HERE = f"http://127.0.0.1:{PORT}"
PROGRAM = "#!/bin/sh\necho 1\n"

#: Builds two versions of two packages, a repository with the first, and an archive.
BUILD = rf"""
set -e
python3 -c 'import apt' 2>/dev/null || {{
    apt-get -qq update && apt-get -qq install -y --no-install-recommends python3-apt
}} >/dev/null
mkdir -p {FOLDER} && cd {FOLDER}
for file in tool_1.0 tool_2.0 agent_1.0 agent_2.0; do
    mkdir -p p/DEBIAN "p/usr/share/vigo-${{file%_*}}"
    echo "$file" > "p/usr/share/vigo-${{file%_*}}/version"
    printf 'Package: %s
Version: %s
Architecture: all
Maintainer: T <t@example.com>
'         "${{file%_*}}" "${{file#*_}}" > p/DEBIAN/control
    printf 'Description: nothing
' >> p/DEBIAN/control
    dpkg-deb --build p "${{file}}_all.deb" >/dev/null
    rm -r p
done
for file in tool_*.deb; do
    dpkg-deb --field "$file"
    printf 'Filename: ./%s
Size: %s
SHA256: %s

'         "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d' ' -f1)"
done > Packages
printf 'Date: %s
SHA256:
 %s %s Packages
' "$(date -Ru)"     "$(sha256sum Packages | cut -d' ' -f1)" "$(stat -c %s Packages)" > Release
mkdir -p a/bin && printf '#!/bin/sh
echo 1
' > a/bin/app && tar -czf app.tgz -C a . && rm -r a
chmod -R a+rX .
setsid nohup python3 -u -m http.server --bind 127.0.0.1 {PORT} >/dev/null 2>log &
echo $! > pid
"""
REMOVE = """
apt-mark unhold agent tool; dpkg --purge tool agent
rm -rf /opt/app /opt/app.vigo-version /etc/apt/keyrings/elsewhere.*
rm -f /etc/apt/sources.list.d/elsewhere.* /var/lib/apt/lists/127.0.0.1*
"""
CLEAN = f"kill $(cat {FOLDER}/pid); rm -rf {FOLDER}"
STACK = {
    "stack.vgo": "name: elsewhere\nid: 0123456789abcdef0123456789abcded\n",
    "configcrates/it.vgo": """\
name: it
vars:
  {state: present, print: PRINT, agent: "1.0", older: false, hold: false, sum: SUM, format: auto}
resources:
  - name: repository
    type: repository
    repository: elsewhere
    repo: "deb HERE/ ./"
    state: "{{ .Vars.state }}"
    key_url: "HERE/key"
    key_fingerprint: "{{ .Vars.print }}"
    format: "{{ .Vars.format }}"
  - {name: tool, type: package, package: tool, state: "{{ .Vars.state }}", depends_on: repository}
  - name: agent
    type: nonrepo_package
    package: agent
    version: "{{ .Vars.agent }}"
    url: "HERE/agent_{{ .Vars.agent }}_all.deb"
    state: "{{ .Vars.state }}"
    allow_downgrade: "{{ .Vars.older }}"
    lock_version: "{{ .Vars.hold }}"
  - name: app
    type: source_package
    url: "HERE/app.tgz"
    version: "1"
    target_path: /opt/app
    binary_path: bin/app
    sha256: "{{ .Vars.sum }}"
    state: "{{ .Vars.state }}"
    notify: follow
  - {name: follow, type: exec, command: "/opt/app/bin/app > /run/elsewhere || true", when: changed}
""",
    "envoys.vgo": 'envoys: [{match: "*", configcrates: [it]}]\n',
}
IDS = ("repository", "tool", "agent", "app", "follow")
UNCHANGED = {**dict.fromkeys(IDS, "none"), "follow": "skipped"}


class Keys:
    """A key of GnuPG. print: its fingerprint."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        self._folder = folder
        protection = ("--passphrase", "")
        self.gpg(*protection, "--quick-generate-key", "t@example.com", "ed25519", "sign", "never")
        shown = self.gpg("--with-colons", "--list-keys")
        self.print = re.findall("^fpr:+([0-9A-F]+)", shown, re.MULTILINE)[0]

    def gpg(self, *arguments: str, content: str = "") -> str:
        return subprocess.run(
            ["gpg", "--batch", "--quiet", "--homedir", self._folder, *arguments],
            input=content,
            capture_output=True,
            text=True,
            check=True,
        ).stdout


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("gpg") / "home")


@pytest.fixture(scope="module")
def host(
    systemd_host: Host, keys: Keys, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    """Yield the host, which serves a repository that is signed with the key."""
    systemd_host.run(BUILD)
    folder = tmp_path_factory.mktemp("signed")
    release = systemd_host.run(f"cat {FOLDER}/Release")
    (folder / "InRelease").write_text(keys.gpg("--clear-sign", content=release))
    (folder / "key").write_text(keys.gpg("--armor", "--export"))
    for path in folder.iterdir():
        path.chmod(0o644)
        systemd_host.copy(path, f"{FOLDER}/{path.name}")
    yield systemd_host
    systemd_host.run(f"({REMOVE} {CLEAN}) 2>&1; true")


@pytest.fixture
def machine(host: Host, keys: Keys, tmp_path: Path) -> StackOnHost:
    """Return the host without any of it."""
    host.run(f"({REMOVE}) 2>&1; true")
    values = {
        "HERE": HERE,
        "PRINT": keys.print,
        "SUM": hashlib.sha256(PROGRAM.encode()).hexdigest(),
    }
    files = dict(STACK)
    for name, value in values.items():
        files = {path: text.replace(name, value) for path, text in files.items()}
    return StackOnHost(host, tmp_path, files)


def _requests(machine: StackOnHost) -> int:
    return int(machine.ask(f"grep -c GET {FOLDER}/log || true"))


def _installed(machine: StackOnHost, *names: str) -> str:
    return machine.ask("dpkg-query -W -f '${Package} ${Version} ' " + " ".join(names) + "; true")


def _state(machine: StackOnHost) -> str:
    """Return all that the stack leaves."""
    return machine.ask(
        "dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\\n' tool agent 2>&1;"
        " find /etc/apt/keyrings /etc/apt/sources.list.d /opt -type f -exec sha256sum {} +;"
        " find /etc/apt/keyrings /etc/apt/sources.list.d /opt -printf '%p %m %u\\n' | sort"
    )


def test_from_nothing_again_and_gone(machine: StackOnHost) -> None:
    before = _state(machine)
    planned = machine.actions("plan")
    # What a package brings is not known before.
    assert planned == {**dict.fromkeys(IDS, "unknown"), "repository": "created"}
    assert _state(machine) == before
    done = machine.actions("run")
    assert {*done.values()} <= {"created", "updated", "ran"}, done
    assert _installed(machine, "tool", "agent") == "agent 1.0 tool 2.0"
    assert machine.ask("cat /run/elsewhere") == "1"
    assert machine.ask("ls -A /opt /etc/apt/keyrings").count("vigo-") == 1  # the mark

    asked = _requests(machine)
    assert machine.actions("plan") == UNCHANGED
    assert machine.actions("run") == UNCHANGED
    assert _requests(machine) == asked
    # Another style finds what this one has left.
    assert machine.play_roles("--check") == 0
    assert machine.play_roles() == 0
    assert _requests(machine) == asked

    gone = machine.run_as_planned('state="absent"')
    assert (gone["repository"], gone["app"], gone["agent"]) == ("deleted",) * 3
    assert _installed(machine, "tool", "agent") == ""
    assert _state(machine) == before
    again = machine.run_as_planned('state="absent"')
    assert {*again.values()} == {"none", "skipped"}


def test_as_roles(machine: StackOnHost) -> None:
    assert machine.play_roles() == len(IDS)
    assert machine.play_roles() == 0
    assert _installed(machine, "tool", "agent") == "agent 1.0 tool 2.0"
    assert machine.actions("plan") == machine.actions("run") == UNCHANGED


def test_a_key_with_another_fingerprint_changes_nothing(machine: StackOnHost) -> None:
    before = _state(machine)
    for command in ("plan", "run"):
        reason = machine.reason(command, "it/repository", f"print={'A' * 40}")
        assert reason.startswith("key_url: the file contains the key ")
    assert "elsewhere" not in machine.ask("ls -R /etc/apt")
    assert _installed(machine, "tool") == ""
    assert before.split("\n")[0] == _state(machine).split("\n")[0]


def test_a_repository_with_a_wrong_signature_is_not_added(machine: StackOnHost) -> None:
    machine.host.run(f"cd {FOLDER} && cp InRelease kept && sed -i 's/^Date: /Date:  /' InRelease")
    try:
        assert machine.reason("run", "it/repository").startswith("apt cannot read this repository")
    finally:
        machine.host.run(f"cd {FOLDER} && mv kept InRelease")
    assert "elsewhere" not in machine.ask("ls -R /etc/apt")
    assert machine.actions("run")["repository"] == "created"


def test_a_repository_that_another_file_contradicts(machine: StackOnHost) -> None:
    """apt would read no source at all then."""
    other = "/etc/apt/sources.list.d/elsewhere.other.list"
    machine.host.run(f"echo 'deb [signed-by=/other.gpg] {HERE}/ ./' > {other}")
    reason = machine.reason("run", "it/repository")
    assert reason.startswith("apt cannot read this repository together with the others")
    assert machine.ask("ls /etc/apt/sources.list.d/elsewhere.*") == other


def test_the_form_of_a_repository(machine: StackOnHost) -> None:
    machine.actions("run")
    changed = {**UNCHANGED, "repository": "created"}
    assert machine.actions("plan", 'format="list"') == changed  # Installed packages are known.
    assert machine.actions("run", 'format="list"') == changed
    listed = machine.ask("cat /etc/apt/sources.list.d/elsewhere.*")
    assert listed.endswith(f"deb [signed-by=/etc/apt/keyrings/elsewhere.gpg] {HERE}/ ./")
    machine.ask("apt-get -qq update && apt-cache policy tool")
    assert machine.run_as_planned() == {**UNCHANGED, "repository": "created"}


def test_versions_of_a_package_from_a_file(machine: StackOnHost) -> None:
    machine.actions("run")
    newer = 'agent="2.0"'
    assert machine.run_as_planned(newer, "hold=true") == {**UNCHANGED, "agent": "updated"}
    assert machine.run_as_planned(newer, "hold=true") == UNCHANGED
    assert _installed(machine, "agent") == "agent 2.0"
    assert machine.ask("apt-mark showhold") == "agent"
    for command in ("plan", "run"):
        assert "1.0 is older" in machine.reason(command, "it/agent")
    assert machine.run_as_planned("older=true", "hold=true") == {**UNCHANGED, "agent": "updated"}
    assert _installed(machine, "agent") == "agent 1.0"
    gone = machine.run_as_planned("state=absent", "hold=true")
    assert gone["agent"] == "deleted"


def test_what_is_not_there(machine: StackOnHost) -> None:
    machine.actions("run")
    reason = machine.reason("run", "it/agent", 'agent="9.9"')
    assert reason == "url: 127.0.0.1 answered 404 File not found; correct the URL" or (
        reason == "url: 127.0.0.1 answered 404 Not Found; correct the URL"
    )
    wrong = machine.reason("run", "it/app", f'sum="{"0" * 64}"')
    assert "has the checksum" in wrong
    assert machine.ask("/opt/app/bin/app") == "1"


def test_a_spoiled_program_is_repaired(machine: StackOnHost) -> None:
    machine.actions("run")
    machine.host.run("echo evil > /opt/app/bin/app")
    changed = {**UNCHANGED, "app": "updated", "follow": "ran"}
    assert machine.run_as_planned() == changed
    assert machine.ask("/opt/app/bin/app") == "1"
