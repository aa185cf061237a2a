# SPDX-License-Identifier: GPL-3.0-or-later
"""Roll a stack back to an earlier rollout, on hosts of this machine."""

from __future__ import annotations

from pathlib import Path

from tests.integration.program import Finished, vigo_bridge

FILES = {
    "stack.vgo": 'name: shop\nid: "0123456789abcdef"\n',
    "envoys/envoys.vgo": """\
envoys:
  - match: "*.example.com"
    configcrates: [site]
""",
    "configcrates/site.vgo": """\
name: site
vars:
  tag: none
resources:
  - name: page
    type: file
    target_path: HERE/page
    source: templates/page
  - name: greeting
    type: custom
    executor: greet
""",
    "templates/page": "one {{ .Vars.tag }}\n",
    "executors/greet": """\
#!/bin/sh
grep -q '"dry_run": true' || echo one > HERE/greeting
echo '{"changed": true}'
""",
}


class Desk:
    """A stack, its history, and one host: this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stack = folder / "shop"
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        path = self.stack / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("HERE", str(self.folder)))

    def on_host(self, *arguments: str) -> Finished:
        host = ("--stacks", "shop", "--local", "--as", "a.example.com", "-o", "json")
        return self(*arguments, *host)

    def __call__(self, *arguments: str) -> Finished:
        environment = {"XDG_STATE_HOME": str(self.folder / "state")}
        return vigo_bridge(*arguments, environment=environment, cwd=self.folder)

    def result(self) -> tuple[str, str]:
        """Return the files that the host has."""
        return (self.folder / "page").read_text(), (self.folder / "greeting").read_text()


def test_there_and_back(tmp_path: Path) -> None:
    """Templates, programs, variables and whole crates come back; the files of today stay."""
    desk = Desk(tmp_path)
    assert desk.on_host("run", "--set", "tag=v1").status == 0
    first = desk.result()
    assert first == ("one v1\n", "one\n")

    desk.write("templates/page", "two {{ .Vars.tag }}\n")
    desk.write("executors/greet", FILES["executors/greet"].replace("one", "two"))
    desk.write("configcrates/more.vgo", "name: more\nresources: []\n")
    password = "hunter2-hunter2"
    assert desk.on_host("run", "--set", "tag=v2", "--set", f"password={password}").status == 0
    second = desk.result()
    assert second == ("two v2\n", "two\n")

    difference = desk("history", "diff", "1", "2", "-o", "json").document
    changed = {file["path"]: file["change"] for file in difference["files"]}
    assert changed == {
        "configcrates/more.vgo": "added",
        "executors/greet": "changed",
        "templates/page": "changed",
    }
    assert difference["set"].splitlines()[1:] == [
        "-tag: v1",
        "+tag: v2",
        "+password: (a secret, not kept)",
    ]

    desk.write("configcrates/broken.vgo", "[")
    planned = desk.on_host("rollback", "--dry-run")
    assert (planned.status, planned.actions("a.example.com")) == (
        2,
        {"site/page": "updated", "site/greeting": "unknown"},
    )
    assert desk.result() == second

    back = desk.on_host("rollback", "--batch-size", "1", "--health-check", "true")
    assert back.status == 0, back.err
    assert back.document["batches"][0]["gate"] == "passed"
    assert desk.result() == first
    assert "rolling back to rollout 1 (run, " in back.err
    assert ": 3 files different from rollout 2, and other values of --set" in back.err
    assert (desk.stack / "templates/page").read_text() == "two {{ .Vars.tag }}\n"

    known = desk("history", "-o", "json").document
    assert [(record["command"], record["files"]) for record in known] == [
        ("run", 5),
        ("run", 6),
        ("rollback 1", 5),
    ]
    # It is one stack, so the last two hold the files of today and those of the first.
    again = desk.on_host("rollback", "2")
    assert (again.status, desk.result()) == (1, first)
    assert "add it: --set password=VALUE" in again.err
    state = tmp_path / "state"
    assert not [
        path for path in state.rglob("*") if path.is_file() and password in path.read_text()
    ]
