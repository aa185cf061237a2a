# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources for the files and folders of a project that its containers mount."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from ansible_collections.vigo.bridge.plugins.module_utils.types.file.descriptor import TYPE as FILE
from vigo_bridge.compose import secret_names
from vigo_bridge.compose.conversion import config_files, names
from vigo_bridge.compose.conversion.config_files import Copy, Left, Mounted
from vigo_bridge.compose.conversion.job import Job
from vigo_bridge.compose.conversion.rendering import NotAllowed, literal
from vigo_bridge.compose.stack.content import Resource
from vigo_bridge.compose.text import Text
from vigo_bridge.language.folder import TEMPLATES

_EVERYWHERE = "must exist on each host of the match entry"


def add(job: Job, key: str, source: Text, path: str, mounted: Mounted) -> bool:
    """Add resources for the configuration files at a mounted path, or report why not.

    key: of the service. path: the path on the host, rendered. Return whether there are some.
    """
    if not _is_of_project(job, source, mounted.source):
        return False
    try:
        copies = config_files.read(mounted, job.project.files, job.place(key), _known_secrets(job))
        texts = [literal(copy.text) for copy in copies]
    except Left as error:
        _leave(job, key, source, error.reason, error.advice)
        return False
    except NotAllowed as error:
        _leave(job, key, source, str(error), "copy it in another way")
        return False
    for copy, text in zip(copies, texts, strict=True):
        _add_copy(job, path, mounted, copy, text)
    return bool(copies)


def _is_of_project(job: Job, source: Text, real: Path) -> bool:
    """Return whether a path is on this machine, and written for this project."""
    if not (job.project.is_here and os.path.lexists(real)):
        return False
    folder = job.project.folder
    is_relative = not str(source).startswith(("/", "~"))
    return is_relative or (folder in real.parents and folder != Path(folder.anchor))


def _known_secrets(job: Job) -> set[str]:
    return {
        variable.value
        for name, variable in job.project.environment.items()
        if secret_names.is_secret(name, variable.value)
    }


def _leave(job: Job, key: str, source: Text, reason: str, advice: str) -> None:
    job.note(key, f"{source} {_EVERYWHERE}: {reason}", advice)


def _add_copy(job: Job, path: str, mounted: Mounted, copy: Copy, text: str) -> None:
    inner = f"/{copy.path}" if copy.path else ""
    real = f"{mounted.source}{inner}"
    place = _place(job, real)
    in_stack = PurePosixPath(TEMPLATES, job.project.name, *place.parts)
    job.shared.copies[in_stack] = text
    attributes = {"target_path": f"{path.rstrip('/')}{inner}", "source": str(in_stack)}
    if copy.mode:
        attributes["mode"] = copy.mode
    name = job.shared.name_of(f"file-{names.slug(str(place))}", real)
    job.needs(Resource(name, FILE.name, attributes))
    if not mounted.is_read_once:
        job.subscribes.append(name)


def _place(job: Job, real: str) -> PurePosixPath:
    """Return the path of a copy below the project's folder of copies."""
    relative = PurePosixPath(os.path.relpath(real, job.project.folder))
    return PurePosixPath(*map(_in_stack, relative.parts))


def _in_stack(part: str) -> str:
    """Return a part of a path as the stack can have it: names with a dot in front are ignored."""
    if part == "..":
        return "parent"
    return f"dot{part}" if part.startswith(".") else part


def add_folder(job: Job, source: Text, path: str, real: Path) -> None:
    """Add a resource for a folder that the engine requires.

    A path that does not exist here may be a file elsewhere, which must stay.
    """
    if _is_missing_file(job, source, real):
        job.findings.warn(
            job.place("volumes"),
            f"{source} does not exist, so Compose mounts an empty folder",
            "create the file, and import again",
        )
    name = job.shared.name_of(f"folder-{names.slug(real.name)}", str(real))
    comments = ["Compose creates missing folders; engines cannot mount them."]
    if job.project.is_here and real.is_dir():
        resource = Resource(name, "directory", {"target_path": path, "mode": "u+rwx"}, comments)
    else:
        attributes = {"command": ["mkdir", "-p", "--", path], "creates": path}
        resource = Resource(name, "exec", attributes, comments)
    job.needs(resource)


def _is_missing_file(job: Job, source: Text, real: Path) -> bool:
    is_relative = not str(source).startswith(("/", "~"))
    is_missing = job.project.is_here and is_relative and not os.path.lexists(real)
    return is_missing and config_files.is_configuration(PurePosixPath(real.name))
