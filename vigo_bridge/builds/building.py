# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds and pushes one image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from vigo_bridge.builds import docker
from vigo_bridge.builds.command import Call, build_call, push_call
from vigo_bridge.builds.names import login_call, pinned
from vigo_bridge.builds.results import BuildResult
from vigo_bridge.language.model import Build
from vigo_bridge.private_folder import private_folder


@dataclass(frozen=True)
class Work:
    """One build, ready to start. image: with its tag. current: the value of its variable."""

    build: Build
    image: str
    current: str

    def result(self) -> BuildResult:
        """Return the result of a build that is not started."""
        return BuildResult(self.build.name, self.image, self.build.variable.text, "skipped")


@dataclass(frozen=True)
class Builder:
    """What all builds of a call have in common. folder: of the stack.

    has_buildx: whether BuildKit's client is there. say: called with each line for people.
    """

    folder: Path
    secrets: Secrets
    has_buildx: bool
    pushes: bool
    say: Callable[[str], None]

    def built(self, work: Work) -> BuildResult:
        """Build one image, and push it."""
        with private_folder() as scratch:
            call = build_call(
                work.build,
                self.folder,
                work.image,
                self.secrets,
                buildx=self.has_buildx,
                scratch=scratch,
            )
            result = self._run(call, work.result(), "building", "docker build failed")
            if not self.pushes or result.status == "failed":
                return _with_value(result, work)
            if call.metadata is None:
                call = push_call(work.image)
                advice = (
                    f"check that the registry responds, and log in with `{login_call(work.image)}`"
                )
                result = self._run(call, result, "pushing", "docker push failed", advice)
            if result.status == "built":
                result = _with_digest(result, docker.digest_of(call, result.log))
        return _with_value(result, work)

    def _run(
        self, call: Call, result: BuildResult, doing: str, problem: str, advice: str = ""
    ) -> BuildResult:
        self.say(f"{result.name}: {doing} {result.image}")
        finished = docker.run(call, self.folder, self.secrets, lambda line: self.say(f"  {line}"))
        if not finished.status:
            return replace(result, status="built", log=finished.log)
        error = f"{problem} with exit status {finished.status}"
        error = f"{error}; {advice}" if advice else error
        return replace(result, status="failed", error=error, log=finished.log)


def _with_digest(result: BuildResult, digest: str) -> BuildResult:
    if digest:
        return replace(result, digest=digest)
    error = "docker did not report the digest of the pushed image; update docker"
    return replace(result, status="failed", error=error)


def _with_value(result: BuildResult, work: Work) -> BuildResult:
    if result.status == "failed":
        return result
    return replace(result, value=pinned(work.image, result.digest, work.current))
