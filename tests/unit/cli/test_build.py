# SPDX-License-Identifier: GPL-3.0-or-later
"""What `build` refuses before it starts docker."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from vigo_bridge.cli.program import program

BUILD = "name: web\nimage: web\nvariable: web_image\ncontext: ../web\n"
CRATE = 'name: web\nvars: {web_image: "web:latest"}\nresources: []\n'


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a stack with one build, beside its context. Its docker must not be called to build."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "stacks/builds/web.vgo", BUILD)
    write(tmp_path, "stacks/configcrates/web.vgo", CRATE)
    write(tmp_path, "stacks/stack.vgo", "name: web\nid: '0123456789abcdef0123456789abcdef'\n")
    write(tmp_path, "web/Dockerfile", "FROM scratch\n")
    docker(tmp_path, monkeypatch, 'test "$1 $2" = "buildx version" || touch built')
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def docker(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    write(folder, "bin/docker", f"#!/bin/sh\n{script}\n")
    (folder / "bin/docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}/bin:/usr/bin:/bin")


def refused(stack: Path, *arguments: str) -> str:
    """Return the message of a call that must start nothing and change nothing."""
    before = (stack / "stacks/configcrates/web.vgo").read_text()
    result = CliRunner().invoke(program, ["build", *arguments])
    assert result.exit_code == 1, result.output
    assert not (stack / "built").exists()
    assert (stack / "stacks/configcrates/web.vgo").read_text() == before
    return result.output


PUSHED = ("--registry", "r.example.com", "--tag", "1")


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        ("", (), "stacks/builds/web.vgo:2:8: web has no registry to push to; add it to image:"),
        ("", ("--registry", "r.example.com"), "cannot use a commit as the tag for"),
        ("", ("wbe", *PUSHED), "no build is called 'wbe'; did you mean 'web'?"),
        ("", ("--registry", "http://r", "--tag", "1"), "--registry http://r: image: invalid"),
        ("", ("--no-push", "--tag", "a b"), "--tag a b: image: invalid image reference"),
        ("context: ../wbe", PUSHED, "wbe is not a folder; correct the path."),
        ("dockerfile: Dockerfile.dev", PUSHED, "web/Dockerfile.dev does not exist; correct"),
        (
            "platforms: [linux/amd64, linux/arm64]",
            ("--no-push", "--tag", "1"),
            "5:1: an image for several platforms cannot stay in the local engine",
        ),
        (
            "context: https://git.example.com/x.git",
            ("--no-push",),
            "web.vgo:4:10: the context is not a folder; choose a tag with --tag.",
        ),
        ("secrets: {key: secret:a/b}", PUSHED, "web.vgo:5:16: uses secret:a/b"),
        ("contxt: .", PUSHED, "a build has no key 'contxt'"),
    ],
)
def test_refused(stack: Path, change: str, arguments: tuple[str, ...], message: str) -> None:
    replaces = change.startswith("context:")
    text = BUILD.replace("context: ../web", change) if replaces else f"{BUILD}{change}\n"
    write(stack, "stacks/builds/web.vgo", text)
    assert message in refused(stack, *arguments)


def test_a_variable_with_different_values(stack: Path) -> None:
    write(stack, "stacks/common.vgo", "vars: {web_image: other}\n")
    message = refused(stack, *PUSHED)
    assert (
        "web_image has different values in common.vgo:1:19 and configcrates/web.vgo:2:19" in message
    )
    assert "--no-set" in message


def test_a_stack_without_builds(stack: Path) -> None:
    (stack / "stacks/builds/web.vgo").unlink()
    assert "stacks has no builds: `vigo-bridge import compose` writes one" in refused(stack)


def test_without_docker(stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(stack))
    assert "the docker program is not installed" in refused(stack, *PUSHED)


@pytest.mark.parametrize("key", ["ssh: [default]", "cache_to: [type=inline]"])
def test_without_buildx(stack: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    docker(stack, monkeypatch, 'test "$1" != buildx || exit 1; touch built')
    write(stack, "stacks/builds/web.vgo", f"{BUILD}{key}\n")
    message = refused(stack, *PUSHED)
    assert f"builds/web.vgo:5:1: {key.partition(':')[0]} requires docker's plugin buildx" in message
