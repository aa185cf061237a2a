# SPDX-License-Identifier: GPL-3.0-or-later
"""The custom resource, with real programs."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.host.overlay import Overlay
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import (
    NOT_YET_KNOWN,
    apply_resource,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.custom.behaviour import Custom
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.module_utils.applying import apply

CUSTOM = Custom()

#: Keeps a value in a file.
KEEPER = """\
#!/usr/bin/env python3
import json, os, sys
asked = json.load(sys.stdin)
path, value = asked["params"]["path"], asked["params"].get("value")
before = open(path).read() if os.path.exists(path) else None
action = "none" if before == value else "created" if before is None else "updated"
if value is None:
    action = "none" if before is None else "deleted"
if action != "none" and not asked["dry_run"]:
    if value is None:
        os.unlink(path)
    else:
        with open(path, "w") as stream:
            stream.write(value)
print("looked at", path, file=sys.stderr)
print(json.dumps({"action": action, "changed": action != "none" and not asked["dry_run"]}))
"""


def custom(program: str | bytes, **attributes: Any) -> dict[str, Any]:
    content = program.encode() if isinstance(program, str) else program
    encoded = base64.b64encode(content).decode()
    return {"executor": "keeper", "executor_base64": encoded, **attributes}


def test_it_looks_and_then_acts_once(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    for value, action in (("a", "created"), ("b", "updated"), (None, "deleted")):
        wanted = custom(KEEPER, params={"path": str(path), "value": value})
        before = path.exists() and path.read_text()
        assert apply(CUSTOM, wanted, check=True).action == action
        assert (path.exists() and path.read_text()) == before
        result = apply(CUSTOM, wanted)
        assert (result.action, result.output) == (action, f"looked at {path}\n")
        assert apply(CUSTOM, wanted).action == "none"
        assert apply(CUSTOM, wanted, check=True).action == "none"


def test_parameters_keep_their_types(tmp_path: Path) -> None:
    program = f"#!/bin/sh\ncat > {tmp_path}/asked; echo '{{\"changed\": false}}'\n"
    params = {"n": 3, "f": 1.5, "b": True, "x": None, "l": [1, {"a": "ä"}], "t": "{{ no }}"}
    assert apply(CUSTOM, custom(program, params=params), check=True).action == "none"
    assert (tmp_path / "asked").read_text() == (
        '{"params": {"n": 3, "f": 1.5, "b": true, "x": null, "l": [1, {"a": "\\u00e4"}],'
        ' "t": "{{ no }}"}, "dry_run": true}'
    )


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    wanted = custom(KEEPER, params={"path": str(path), "value": "secret:a/b"})
    assert apply(CUSTOM, wanted, secrets={"a/b": "hush-hush"}).action == "created"
    assert path.read_text() == "hush-hush"
    leak = custom(
        '#!/bin/sh\nread all; echo "$all" >&2; echo \'{"error": "wrong: \'"$all"\'"}\'; exit 3',
        params={"value": "secret:a/b"},
    )
    failed = apply(CUSTOM, leak, secrets={"a/b": "hush-hush"})
    assert failed.action == "failed"
    assert "hush" not in str(failed.as_dict())


def test_a_compiled_program_runs() -> None:
    program = Path(shutil.which("cat") or "").read_bytes()
    failed = apply(CUSTOM, custom(program))
    assert failed.reason.startswith(
        "executor keeper printed an invalid result: it has neither action"
    )


#: program -> the message
FAILURES: dict[str, tuple[str | bytes, str]] = {
    "no script": (
        "print(1)\n",
        "executor keeper is not a program; begin a script with a line such",
    ),
    "empty": ("\n", "executor keeper is not a program; begin a script with a line such as"),
    "an empty first line": ("#! \n", "executor keeper is not a program; begin a script with"),
    "line breaks of Windows": (
        "#!/bin/sh\r\necho\r\n",
        "executor keeper has a first line that ends with a carriage return; save it with Unix",
    ),
    "a relative interpreter": (
        "#!python3\n",
        "executor keeper has a first line without an absolute path; write a line such as #!/bin/sh",
    ),
    "no interpreter": (
        "#!/no/such/python -u\n",
        "executor keeper cannot be started: this host has no /no/such/python; install it first",
    ),
    "env does not find it": (
        "#!/usr/bin/env no-such-python\n",
        "executor keeper failed with exit code 127; see its output",
    ),
    "another architecture": (
        b"\x7fELF nothing of ours",
        "the command could not be started: 'keeper': Exec format error; use a program for this",
    ),
    "killed": ("#!/bin/sh\nkill -9 $$\n", "executor keeper was killed by signal 9"),
    "garbage": (
        b"#!/bin/sh\nprintf '\\377\\000'\n",
        "executor keeper printed an invalid result: ",
    ),
    "it does not read": ("#!/bin/sh\nexit 4\n", "executor keeper failed with exit code 4; it"),
}


@pytest.mark.parametrize(("program", "message"), FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("check", [True, False])
def test_failures(program: str | bytes, message: str, check: bool) -> None:
    failed = apply(CUSTOM, custom(program, params={"a": "b" * 100000}), check=check)
    assert failed.action == "failed"
    assert failed.reason.startswith(message)


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    program = f"#!/bin/sh\nsleep 98.76 & echo $! > {tmp_path}/child; wait\n"
    failed = apply(CUSTOM, custom(program, timeout="0.5"))
    assert failed.reason.startswith("executor keeper did not end within 0.5 s and was stopped")
    child = (tmp_path / "child").read_text().strip()
    status = Path(f"/proc/{child}/stat")
    assert not status.exists() or ") Z " in status.read_text()


#: attributes -> the message
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"executor": ""}, "executor is missing or empty; add the name of a file in executors/"),
    (
        {"executor_base64": ""},
        "executor_base64 is missing or empty; add the content of the program",
    ),
    (
        {"executor_base64": "!"},
        "executor_base64: invalid base64: expected the output of the filter",
    ),
    ({"params": "a=b"}, "params must be a mapping"),
    ({"timeout": "soon"}, "timeout: 'soon' is not a duration; write seconds (90) or 30s, 5m, 1h"),
]


@pytest.mark.parametrize(("attributes", "message"), REFUSED)
def test_what_is_refused(attributes: dict[str, Any], message: str) -> None:
    failed = apply(CUSTOM, {**custom(KEEPER), **attributes})
    assert failed.reason.startswith(message)


#: the program, what check mode predicts before -> the action and its reason in check mode
UNCERTAIN: list[tuple[str, bool, str, str]] = [
    ('echo \'{"action": "created"}\'', False, "created", ""),
    ('echo \'{"action": "skipped"}\'', False, "skipped", "its executor skipped it"),
    (
        'echo \'{"action": "created"}\'',
        *(True, "unknown", f"{NOT_YET_KNOWN}; currently, its action would be created"),
    ),
    ("echo no; exit 3", False, "failed", "executor keeper failed with exit code 3; see its output"),
    (
        "echo no; exit 3",
        True,
        "unknown",
        f"{NOT_YET_KNOWN}: executor keeper failed with exit code 3; see its output",
    ),
]


@pytest.mark.parametrize(("program", "uncertain", "action", "reason"), UNCERTAIN)
def test_after_predicted_changes(program: str, uncertain: bool, action: str, reason: str) -> None:
    target = Target(check_mode=True).with_overlay(Overlay(uncertain=uncertain))
    given = custom(f"#!/bin/sh\n{program}\n")
    result = apply_resource("it", CUSTOM, lambda: given, target)
    assert (result.action, result.reason) == (action, reason)
