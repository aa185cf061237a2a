# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of docker; the cases are in calls.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from tests.yaml_files import read_yaml
from vigo_bridge.builds.command import build_call, needs_buildx, push_call
from vigo_bridge.language import load
from vigo_bridge.language.model import Build

CASES = read_yaml(Path(__file__).parent / "calls.yaml")
IMAGE = "h.example.com/web:1"
SECRETS = Secrets({"app/token": "geheim-4711", "app/other": "two\nlines"})


def read(keys: dict[str, Any], folder: Path) -> Build:
    """Return the build of a file with these keys, which is valid."""
    content = {"name": "web", "image": "web", "variable": "web_image", "context": "../web", **keys}
    (folder / "builds").mkdir(parents=True)
    text = yaml.safe_dump(content, sort_keys=False).replace("1.1\n", "1.10\n")
    (folder / "builds/web.vgo").write_text(text)
    (folder / "common.vgo").write_text("vars: {web_image: web}\n")
    stack = load(folder)
    assert [item for item in stack.diagnostics if item.severity == "error"] == []
    return stack.builds["web"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_call(case: dict[str, Any], tmp_path: Path) -> None:
    stack, scratch = tmp_path / "stack", tmp_path / "scratch"
    build = read(case["build"], stack)
    call = build_call(
        build, stack, IMAGE, SECRETS, buildx=case.get("buildx", True), scratch=scratch
    )
    places = {str(stack): "STACK", str(scratch): "SCRATCH", str(tmp_path): "ABOVE"}
    words = list(call.words)
    for path, name in places.items():
        words = [word.replace(path, name) for word in words]
    kept = [word for word in words if word in case.get("has", ())]
    assert kept == case.get("has", [])
    assert not [word for word in words for text in case.get("never", ()) if text in word]
    always = {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1", "TMPDIR": str(scratch)}
    assert call.environment == {**case.get("environment", {}), **always}
    assert call.stdin == case.get("stdin", "")
    assert needs_buildx(build) == case.get("needs", "")


def test_the_context_is_the_last_word_and_no_option(tmp_path: Path) -> None:
    """A folder whose name begins with a hyphen is not an option of docker."""
    build = read({"context": "--push"}, tmp_path / "stack")
    call = build_call(build, tmp_path / "stack", IMAGE, Secrets(), buildx=True, scratch=tmp_path)
    assert call.words[-1] == f"{tmp_path}/stack/--push"


def test_a_call_does_not_print_its_secrets(tmp_path: Path) -> None:
    build = read({"secrets": {"key": "secret:app/token"}}, tmp_path / "stack")
    call = build_call(build, tmp_path, IMAGE, SECRETS, buildx=True, scratch=tmp_path)
    assert "geheim-4711" not in repr(call)


def test_push() -> None:
    assert push_call(IMAGE).words == ("docker", "push", IMAGE)
