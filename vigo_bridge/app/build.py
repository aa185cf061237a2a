# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds and pushes the images of a stack, and sets the variables that name them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from vigo_bridge.app.options import StackOptions
from vigo_bridge.app.run_setup import secrets_of
from vigo_bridge.app.stack_loading import load_stack, load_valid
from vigo_bridge.app.writing import writing
from vigo_bridge.builds import docker
from vigo_bridge.builds.building import Builder, Work
from vigo_bridge.builds.command import context, dockerfile, folders, has_platforms, needs_buildx
from vigo_bridge.builds.git_tag import commit_tag
from vigo_bridge.builds.names import has_owner, repository, tagged
from vigo_bridge.builds.pinning import NotPinned, Pinned, found, pin
from vigo_bridge.builds.results import BuildResult
from vigo_bridge.failures import Failure, Refusal, WrongUsage
from vigo_bridge.language.builds import is_remote
from vigo_bridge.language.diagnostics import did_you_mean_or_known
from vigo_bridge.language.model import Build, Stack
from vigo_bridge.language.position import Position
from vigo_bridge.language.secrets import build_secrets
from vigo_bridge.report import exit_status
from vigo_bridge.report.builds import builds_as_data, builds_as_text
from vigo_bridge.report.printing import echo, echo_json


@dataclass(frozen=True)
class BuildOptions:
    """tag: empty for the commit's. registry: for images without one. sets: whether to change the
    variables of the stack.
    """

    tag: str
    registry: str
    push: bool
    sets: bool


def build_images(
    names: Sequence[str], options: StackOptions, how: BuildOptions, output: str
) -> int:
    """Build these images of a stack, or all; return the exit status. Raise Refusal."""
    began = time.monotonic()
    stack = load_valid(options, output)
    chosen = _chosen(stack, names)
    has_buildx = _docker(stack, chosen)
    works = [_work(stack, build, how) for build in chosen]
    secrets = _secrets(stack, chosen)
    say = _say if output == "text" else _silence
    builder = Builder(stack.folder, secrets, has_buildx, how.push, say)
    results = list(_built(works, builder))
    failed = any(result.status == "failed" for result in results)
    if how.sets and not failed:
        results = _set(load_stack(options), works, results)
    if output == "json":
        echo_json(builds_as_data(results, time.monotonic() - began))
    else:
        for line in builds_as_text(results, sets=how.sets):
            echo(line)
    return exit_status.FAILED if failed else exit_status.OK


def _chosen(stack: Stack, names: Sequence[str]) -> list[Build]:
    if not stack.builds:
        raise Refusal(
            f"{stack.folder} has no builds: `vigo-bridge import compose` writes one to builds/ for"
            " each service with build:, or write one yourself."
        )
    for name in names:
        if name not in stack.builds:
            advice = did_you_mean_or_known(name, stack.builds)
            raise Refusal(f"no build is called {name!r}; {advice or 'see the folder builds/'}.")
    return [build for name, build in stack.builds.items() if not names or name in names]


def _docker(stack: Stack, chosen: Sequence[Build]) -> bool:
    """Return whether buildx is there. Raise Refusal if docker or buildx is missing."""
    if not docker.is_installed():
        raise Refusal("the docker program is not installed; install Docker's command line.")
    has_buildx = docker.has_buildx()
    for build in chosen:
        key = needs_buildx(build)
        if key and not has_buildx:
            raise Refusal(
                f"{_place(stack, build.keys[key])}: {key} requires docker's plugin buildx; install"
                " docker-buildx-plugin (Debian: docker-buildx), or remove the key."
            )
    return has_buildx


def _work(stack: Stack, build: Build, how: BuildOptions) -> Work:
    """Return a build with its image and variable. Raise Refusal if it cannot start."""
    try:
        name = repository(build.image.text, how.registry)
    except ResourceError as error:
        raise WrongUsage(f"--registry {how.registry}: {error}") from error
    if how.push and not has_owner(name):
        raise Refusal(
            f"{_place(stack, build.image.position)}: {name} has no registry to push to; add it to"
            " image:, set it with --registry, or use --no-push."
        )
    if has_platforms(build) and not how.push:
        raise Refusal(
            f"{_place(stack, build.keys['platforms'])}: an image for several platforms cannot stay"
            " in the local engine; remove --no-push, or write one platform."
        )
    _check_files(stack, build)
    current = _variable(stack, build).value if how.sets else ""
    tag = how.tag or _commit(stack, build)
    try:
        return Work(build, tagged(name, tag), current)
    except ResourceError as error:
        raise WrongUsage(f"--tag {tag}: {error}") from error


def _check_files(stack: Stack, build: Build) -> None:
    if is_remote(build.context.text):
        return
    folder = context(build, stack.folder)
    if not os.path.isdir(folder):  # noqa: PTH112
        place = _place(stack, build.context.position)
        raise Refusal(f"{place}: the context {folder} is not a folder; correct the path.")
    file = dockerfile(build, stack.folder)
    is_default = file is None and "dockerfile_inline" not in build.texts
    expected = f"{folder}/Dockerfile" if is_default else file
    if expected is not None and not os.path.isfile(expected):  # noqa: PTH113
        place = _place(stack, build.keys.get("dockerfile", build.context.position))
        raise Refusal(f"{place}: {expected} does not exist; correct dockerfile:.")


def _variable(stack: Stack, build: Build) -> Pinned:
    try:
        return found(stack, build.variable.text)
    except NotPinned as error:
        raise Refusal(
            f"{error}: `build` changes a variable only if all its definitions have the same value;"
            " add --no-set, and change it yourself."
        ) from error


def _commit(stack: Stack, build: Build) -> str:
    if is_remote(build.context.text):
        place = _place(stack, build.context.position)
        raise Refusal(f"{place}: the context is not a folder; choose a tag with --tag.")
    return commit_tag(folders(build, stack.folder), stack.folder)


def _secrets(stack: Stack, chosen: Sequence[Build]) -> Secrets:
    uses = build_secrets(chosen)
    return Secrets(secrets_of(uses, stack.folder, _say).known) if uses else Secrets()


def _built(works: Sequence[Work], builder: Builder) -> Iterator[BuildResult]:
    """Yield the result of each build; nothing more is built after a failure."""
    failed = False
    for work in works:
        result = work.result() if failed else builder.built(work)
        failed = failed or result.status == "failed"
        yield result


def _set(stack: Stack, works: Sequence[Work], results: Sequence[BuildResult]) -> list[BuildResult]:
    """Set the variables in the stack's files, which may have changed during the builds."""
    values = {
        result.variable: result.value
        for work, result in zip(works, results, strict=True)
        if result.value != work.current
    }
    try:
        places = {name: found(stack, name).positions for name in values}
        with writing("make it writable, and build again"):
            pin(stack, values)
    except NotPinned as error:
        settings = " ".join(f"--set {name}={value}" for name, value in values.items())
        raise Failure(f"{error}; the images are built: use {settings}") from error
    return [
        replace(
            result,
            changed_in=tuple(_place(stack, each) for each in places.get(result.variable, ())),
        )
        for result in results
    ]


def _place(stack: Stack, position: Position) -> str:
    return str(stack.folder / str(position))


def _say(text: str) -> None:
    echo(text, err=True)


def _silence(_text: str) -> None:
    """Print nothing: JSON is the only output."""
