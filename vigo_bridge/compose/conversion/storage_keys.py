# SPDX-License-Identifier: GPL-3.0-or-later
"""What is mounted into a container: folders, volumes, configs and secrets."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.secrets import (
    references as secret_references,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.file.descriptor import TYPE as FILE
from vigo_bridge.compose.conversion import mounted_files
from vigo_bridge.compose.conversion.config_files import Mounted
from vigo_bridge.compose.conversion.engine_objects import add_volume
from vigo_bridge.compose.conversion.job import Job
from vigo_bridge.compose.conversion.network_keys import existing
from vigo_bridge.compose.conversion.rendering import NotAllowed
from vigo_bridge.compose.findings import ComposeError
from vigo_bridge.compose.loading.interpolation import Variable
from vigo_bridge.compose.model import Grant, Mount, Pairs, Source
from vigo_bridge.compose.stack.content import Resource
from vigo_bridge.compose.text import Text, Use
from vigo_bridge.language.diagnostics import did_you_mean_or_known


def volumes(job: Job, mounts: tuple[Mount, ...]) -> None:
    for mount in mounts:
        target = job.plain("volumes", mount.target)
        if target is None:
            continue
        if mount.kind == "tmpfs":
            entry = f"{target}:{mount.tmpfs}" if mount.tmpfs else target
            job.attributes.setdefault("tmpfs", []).append(entry)
            continue
        source = _SOURCES[mount.kind](job, mount)
        if source is None:
            continue
        if mount.details or mount.kind == "image":
            job.volumes.append(_long_form(job, mount, source, target))
            continue
        if mount.kind == "bind":
            source = _unlike_reference(source, str(mount.source))
        if mount.options:
            target = _unlike_reference(target, str(mount.target))
        parts = [part for part in (source, target, ",".join(mount.options)) if part]
        job.volumes.append(":".join(parts))


def _unlike_reference(source: str, value: str) -> str:
    """Return a path; with a slash at its end if `secret:` would follow from it.

    value: the path with the values of its variables.
    """
    return f"{source}/" if secret_references.find(f"{value}:/x") else source


def _bind(job: Job, mount: Mount) -> str | None:
    assert mount.source is not None
    path = job.path("volumes", mount.source)
    real = job.real_path(mount.source)
    if path is None:
        return None
    mounted = Mounted(Path(os.path.normpath(real)), str(mount.target), "ro" in mount.options)
    has_files = mounted_files.add(job, "volumes", mount.source, path, mounted)
    if not has_files and mount.creates_source and (real.is_dir() or not real.exists()):
        mounted_files.add_folder(job, mount.source, path, real)
    return path


def _volume(job: Job, mount: Mount) -> str | None:
    """Return the real name of a volume; empty for one without a name."""
    if mount.source is None:
        return ""
    key = str(mount.source)
    volume = job.project.volumes.get(key)
    if volume is None:
        raise ComposeError(
            mount.source.position,
            f"the project has no volume {key!r}",
            did_you_mean_or_known(key, list(job.project.volumes)) or "add it under volumes:",
        )
    if volume.external:
        job.needs(existing("volume", volume.name))
    else:
        add_volume(job, volume)
    return volume.name


def _image(job: Job, mount: Mount) -> str | None:
    assert mount.source is not None
    return job.plain("volumes", mount.source)


_SOURCES = {"bind": _bind, "volume": _volume, "image": _image}


def _long_form(job: Job, mount: Mount, source: str, target: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for word in mount.options:
        if word == "nocopy":
            options[word] = True
        elif word != "ro":
            options["selinux" if word in ("z", "Z") else "propagation"] = word
    for name, value in mount.details:
        options[name] = (
            job.plain("volumes", value) if isinstance(value, Text) else _pairs(job, value)
        )
    return {
        "type": mount.kind,
        **({"source": source} if source else {}),
        "target": target,
        **({"read_only": True} if "ro" in mount.options else {}),
        **({mount.kind: options} if options else {}),
    }


def _pairs(job: Job, pairs: Pairs) -> dict[str, str | None]:
    return {name: job.plain("volumes", text) if text else "" for name, text in pairs}


def tmpfs(job: Job, texts: tuple[Text, ...]) -> None:
    rendered = [job.plain("tmpfs", text) for text in texts]
    job.attributes.setdefault("tmpfs", []).extend(text for text in rendered if text is not None)


def configs(job: Job, grants: tuple[Grant, ...]) -> None:
    for grant in grants:
        _mount(job, "configs", grant, job.project.configs, f"/{grant.source}")


def secrets(job: Job, grants: tuple[Grant, ...]) -> None:
    for grant in grants:
        _mount(job, "secrets", grant, job.project.secrets, f"/run/secrets/{grant.source}")


def _mount(
    job: Job, key: str, grant: Grant, sources: dict[str, Source] | object, default: str
) -> None:
    assert isinstance(sources, dict)
    source = sources.get(grant.source)
    if source is None:
        raise ComposeError(
            grant.position,
            f"the project does not define {grant.source!r} under {key}",
            did_you_mean_or_known(grant.source, list(sources)) or f"add it under {key}:",
        )
    target = default
    if grant.target is not None:
        target = str(grant.target)
        if key == "secrets" and not target.startswith("/"):
            target = f"/run/secrets/{target}"
    path = _source_path(job, key, grant, source, target)
    if path is not None:
        value = path if source.file is None else str(source.file)
        source_path, target = _unlike_reference(path, value), _unlike_reference(target, target)
        job.volumes.append(f"{source_path}:{target}:ro")


def _source_path(job: Job, key: str, grant: Grant, source: Source, target: str) -> str | None:
    """Return the file of the host that is mounted; where it does not exist yet, a resource
    creates it.
    """
    if source.file is not None:
        if grant.uid or grant.gid or grant.mode:
            job.note(key, f"{grant.source}: uid, gid and mode are those of the file, as in Compose")
        path = job.path(key, source.file)
        if key == "configs" and path is not None:
            real = Path(os.path.normpath(job.real_path(source.file)))
            mounted_files.add(job, key, source.file, path, Mounted(real, target, is_read_only=True))
        if key == "secrets" and path is not None and job.renderer.secrets.are_stored:
            _secret_file(job, grant, source.file, path)
        return path
    text = source.content
    if source.environment is not None:
        known = job.project.environment.get(source.environment, Variable("", "not set anywhere"))
        is_set = source.environment in job.project.environment
        use = Use(source.environment, known.value, known.origin, is_set)
        text = Text((use,), source.position)
    if text is None:
        return None
    return _file(job, key, grant, source, text)


def _secret_file(job: Job, grant: Grant, file: Text, path: str) -> None:
    """Add a resource for the file of a secret, with the permissions that it has.

    One that does not exist here, or is not text, is only mounted.
    """
    real = job.real_path(file)
    if not real.exists():
        return
    try:
        value = job.project.files.read(real, file.position).decode("utf-8")
        mode = stat.S_IMODE(real.stat().st_mode)
    except (ComposeError, OSError, UnicodeDecodeError):
        value = ""
    if not value or "\0" in value:
        job.note(
            "secrets",
            f"{grant.source}: {file} is not stored, so it must exist on each host of the match"
            " entry: it is empty, not text, or cannot be read",
        )
        return
    content = job.renderer.secret(f"{job.project.name}/{grant.source}", str(real), value)
    attributes = {"target_path": path, "content": content, "mode": f"0{mode:o}"}
    name = f"secret-{grant.source}"
    job.needs(Resource(name, FILE.name, attributes, ["The file that the container mounts."]))
    job.subscribes.append(name)


def _file(job: Job, key: str, grant: Grant, source: Source, text: Text) -> str | None:
    path = job.path(key, Text((f"./.{key}/{grant.source}",), source.position))
    try:
        if key == "secrets":
            name = source.environment or grant.source
            content = job.renderer.secret(
                f"{job.project.name}/{name}",
                text.uses[0].origin if text.uses else str(source.position),
                str(text),
            )
        else:
            content = job.renderer.with_references(text)
    except NotAllowed as error:
        job.lost(key, f"{grant.source}: {error}", "use your own variable")
        return None
    assert path is not None
    default = "400" if key == "secrets" else "444"
    attributes: dict[str, object] = {"target_path": path, "content": content}
    attributes["mode"] = f"0{grant.mode or default}"
    if grant.uid:
        attributes["owner"] = grant.uid
    if grant.gid:
        attributes["group"] = grant.gid
    if key == "secrets" and not (grant.uid or grant.mode):
        job.note(
            key,
            f"{grant.source} becomes a file on the host that only root can read",
            "for a container that runs as another user, set owner: to its uid",
        )
    job.needs(
        Resource(
            f"{key.removesuffix('s')}-{grant.source}",
            "file",
            attributes,
            ["Compose copies this into the container; here, a file of the host is mounted."],
        )
    )
    return path
