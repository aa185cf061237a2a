# SPDX-License-Identifier: GPL-3.0-or-later
"""The images that compose builds: as builds of a stack, each with a variable that names it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import image_name
from vigo_bridge.compose.conversion.job import BuiltImage, Job
from vigo_bridge.compose.conversion.rendering import NotAllowed
from vigo_bridge.compose.findings import ComposeError
from vigo_bridge.compose.loading.project_files import root_of
from vigo_bridge.compose.model import Grant, Pairs, Project, Source
from vigo_bridge.compose.stack.content import Build
from vigo_bridge.compose.text import Text, Use, short
from vigo_bridge.language.builds import is_remote
from vigo_bridge.language.diagnostics import did_you_mean_or_known

_OTHER_SERVICE = "service:"


def built_images(project: Project) -> dict[str, BuiltImage]:
    """Return the images that a project builds, by their names. Services may share one."""
    found: dict[str, BuiltImage] = {}
    for service in project.services.values():
        if service.build is None:
            continue
        name = f"{project.name}-{service.name}"
        try:
            image = image_name.parse(name if service.image is None else str(service.image))
        except ResourceError:
            continue  # It is reported where the image is converted.
        reference = f"{image.repository}:{image.tag}"
        found.setdefault(reference, BuiltImage(name, reference, image.repository, service.name))
    return found


def set_built(job: Job, image: str) -> bool:
    """Set the image of a service to the variable of a build, and return whether one builds it."""
    try:
        name = image_name.parse(image)
    except ResourceError:
        return False
    built = job.shared.built.get(f"{name.repository}:{name.tag}")
    if built is None or name.digest:
        return False
    job.attributes["image"] = job.renderer.variable(
        built.variable, built.reference, f"set by `vigo-bridge build {built.name}`"
    )
    return True


def as_build(job: Job, built: BuiltImage, stack: Path) -> Build | None:
    """Return the build of a service, and report it as a to-do. stack: the stack's folder.

    None if its context contains a secret, which is reported.
    """
    build = job.service.build
    assert build is not None
    context = _context(job, build.texts.get("context"), stack)
    if context is None:
        return None
    job.findings.todo(
        job.place("build"),
        f"the image {built.repository} has to be built and pushed before other hosts can pull it",
        f"run `vigo-bridge build {built.name} --registry HOST`",
    )
    content: dict[str, Any] = {
        "name": built.name,
        "image": built.repository,
        "variable": built.variable,
        "context": context,
    }
    for key, text in build.texts.items():
        if key != "context":
            content[key] = _data(job, key, text)
    for key, texts in build.lists.items():
        content[key] = [item for text in texts if (item := _data(job, key, text)) is not None]
    content["labels"] = {
        name: item
        for name, text in build.maps.get("labels", ())
        if (item := _data(job, f"labels.{name}", text)) is not None
    }
    content["args"] = dict(_arguments(job, build.maps.get("args", ())))
    further = build.maps.get("additional_contexts", ())
    content["additional_contexts"] = dict(_contexts(job, further, stack))
    content["secrets"] = {grant.source: _secret(job, grant) for grant in build.secrets}
    content |= dict.fromkeys(sorted(build.switches), True)
    comment = f"services.{job.service.name}.build, {short(build.position)}"
    kept = {key: item for key, item in content.items() if item not in (None, [], {})}
    return Build(built.name, kept, comment)


def _data(job: Job, key: str, text: Text | None) -> str | None:
    """Return a text of a build; None if it cannot be written, which is reported."""
    if text is None:
        return ""
    try:
        return job.renderer.data(key.rpartition(".")[2], text)
    except NotAllowed as error:
        _lose(job, text, f"{key}: {error}", "use secrets: of the build")
        return None


def _lose(job: Job, text: Text, problem: str, advice: str) -> None:
    job.findings.lost(text.position, f"build.{problem}", advice)


def _context(job: Job, text: Text | None, stack: Path) -> str | None:
    """Return a context as the stack has it; None if it contains a secret, which is reported.

    A folder of the same repository is relative to the stack's folder, any other one absolute.
    """
    if text is None:
        file = job.place("build").file
        return _relative(job.project.bases.get(file, job.project.folder), job.project, stack)
    written = _data(job, "context", text)
    if written is None or is_remote(written):
        return written
    return _relative(job.real_path(text), job.project, stack)


def _relative(path: Path, project: Project, stack: Path) -> str:
    real, folder = os.path.realpath(path), os.path.realpath(stack)
    root = str(root_of(project.folder))
    if all(os.path.commonpath([place, root]) == root for place in (real, folder)):
        return os.path.relpath(real, folder)
    return real


def _arguments(job: Job, pairs: Pairs) -> Iterator[tuple[str, str | None]]:
    """Yield build arguments. One without a value is from the environment, as in compose."""
    for name, text in pairs:
        known = job.project.environment.get(name)
        if text is None and known is not None:
            use = Use(name, known.value, known.origin)
            text = Text((use,), job.place("build"))
        try:
            owner = job.service.name
            yield name, None if text is None else job.renderer.build_argument(owner, name, text)
        except NotAllowed as error:
            assert text is not None
            _lose(job, text, f"args.{name}: {error}", "use your own variable")


def _contexts(job: Job, pairs: Pairs, stack: Path) -> Iterator[tuple[str, str]]:
    for name, text in pairs:
        if text is None:
            continue
        if str(text).startswith(_OTHER_SERVICE):
            _lose(
                job,
                text,
                f"additional_contexts.{name}: images of other services are not supported",
                "write docker-image:// and the name of an image that is pushed",
            )
        elif (place := _context(job, text, stack)) is not None:
            yield name, place


def _secret(job: Job, grant: Grant) -> str:
    """Return the reference to a secret of the project."""
    sources: Mapping[str, Source] = job.project.secrets
    source = sources.get(grant.source)
    if source is None:
        raise ComposeError(
            grant.position,
            f"the project does not define {grant.source!r} under secrets",
            did_you_mean_or_known(grant.source, list(sources)) or "add it under secrets:",
        )
    origin, value = str(source.position), ""
    if source.environment is not None:
        known = job.project.environment.get(source.environment)
        origin, value = (known.origin, known.value) if known else ("not set anywhere", "")
    elif source.file is not None:
        origin, value = _content(job, source.file)
    elif source.content is not None:
        value = str(source.content)
    name = source.environment or grant.source
    return job.renderer.secret(f"{job.project.name}/{name}", origin, value)


def _content(job: Job, file: Text) -> tuple[str, str]:
    """Return the path of a secret's file, and its content, empty if it cannot be read."""
    path = job.real_path(file)
    try:
        return str(path), job.project.files.read(path, file.position).decode()
    except (ComposeError, UnicodeDecodeError):
        return str(path), ""
