# SPDX-License-Identifier: GPL-3.0-or-later
"""A compose project to configcrates: one for the project, one for each set of profiles."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.suggest import one_of
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.descriptor import (
    TYPE as CONTAINER,
)
from vigo_bridge.compose.conversion import names
from vigo_bridge.compose.conversion.builds import as_build, built_images, set_built
from vigo_bridge.compose.conversion.contradictions import check_limits
from vigo_bridge.compose.conversion.engine_objects import move_shared
from vigo_bridge.compose.conversion.job import Job, Shared
from vigo_bridge.compose.conversion.network_keys import attach
from vigo_bridge.compose.conversion.refusals import drop_refused
from vigo_bridge.compose.conversion.rendering import Renderer, Secrets
from vigo_bridge.compose.conversion.repeated_secrets import replace_repeated
from vigo_bridge.compose.conversion.service_keys import CONVERSIONS
from vigo_bridge.compose.findings import ComposeError, Findings
from vigo_bridge.compose.model import Project, Service
from vigo_bridge.compose.reading.reader import KEYS
from vigo_bridge.compose.stack.content import Build, Crate, ImportedStack, Resource
from vigo_bridge.compose.text import Text, short


def convert(
    project: Project,
    source: str,
    profiles: Collection[str],
    findings: Findings,
    *,
    folder: Path = Path("stacks"),
    are_stored: bool = False,
) -> ImportedStack:
    """Return the stack of a compose project.

    source: the compose file, for comments. profiles: those whose crates the role has. folder: of
    the stack. are_stored: whether a store gets the values of the secrets. Raise ComposeError if
    compose itself would refuse.
    """
    _report_others(project, findings)
    _check_profiles(project, profiles)
    check_limits(project)
    shared = Shared(project, findings, _one_shot(project), _aliases(project), built_images(project))
    builds: list[Build] = []
    crates: dict[tuple[str, ...], Crate] = {}
    renderers: dict[str, Renderer] = {}
    secrets = Secrets(are_stored)
    for service in project.services.values():
        chosen = _profiles_of(service)
        crate = crates.setdefault(chosen, _crate(project, source, chosen))
        renderer = renderers.setdefault(crate.name, Renderer(project.name, secrets, crate.vars))
        absent = frozenset(
            name
            for name, other in project.services.items()
            if not _goes_with(service, other, profiles)
        )
        job = Job(shared, service, renderer, absent)
        _convert_service(job, crate)
        builds += _builds(job, folder)
    _replace_repeated(crates.values(), secrets, project, findings)
    named = {crate.name: crate for crate in crates.values()}
    move_shared(named, lambda: crates.setdefault((), _crate(project, source, ())))
    for crate in crates.values():
        _name_crates(crate, list(crates.values()))
    included = [
        crate.name
        for chosen, crate in crates.items()
        if not chosen or set(chosen) & set(profiles) or "*" in profiles
    ]
    _note_left_out(project, included, crates, findings)
    return ImportedStack(
        project.name,
        source,
        tuple(crates.values()),
        tuple(included),
        tuple(secrets.needed[path] for path in sorted(secrets.needed)),
        shared.copies,
        tuple(builds),
    )


def _replace_repeated(
    crates: Collection[Crate], secrets: Secrets, project: Project, findings: Findings
) -> None:
    """Replace repeated values of secrets, and warn of those that stay in the files."""
    positions = {
        names.resource(service.name, number): service.position
        for service in project.services.values()
        for number in range(1, service.replicas + 1)
    }
    for left in replace_repeated(crates, secrets.needed.values(), _names(project)):
        where = f"{left.name} of {left.resource.name}" if left.resource else f"variable {left.name}"
        position = positions.get(left.resource.name) if left.resource else None
        findings.warn(
            position or next(iter(positions.values())),
            f"{where} contains the value of the secret {left.path}, so the secret is"
            " readable in the files of the stack",
            "use another value there, or remove it from the configcrate",
        )


def _names(project: Project) -> set[str]:
    """Return the names of a project, of its services with their images, networks and volumes."""
    images = (str(service.image or "") for service in project.services.values())
    words = {word for image in images for word in re.split(r"[/:@]", image)}
    named = {project.name, *project.services, *project.networks, *project.volumes, *words}
    return {name.lower() for name in named}


def _builds(job: Job, folder: Path) -> list[Build]:
    """Return the build of a service, if no earlier service builds the same image."""
    images = job.shared.built.values()
    built = next((image for image in images if image.service == job.service.name), None)
    build = as_build(job, built, folder) if built is not None else None
    return [] if build is None else [build]


def _note_left_out(
    project: Project,
    included: Collection[str],
    crates: Mapping[tuple[str, ...], Crate],
    findings: Findings,
) -> None:
    """Report the services of profiles that are not active."""
    for chosen, crate in crates.items():
        if crate.name in included:
            continue
        services = [each for each in project.services.values() if _profiles_of(each) == chosen]
        findings.note(
            services[0].position,
            f"{', '.join(service.name for service in services)}: the profile"
            f" {' or '.join(chosen)} is not active, so the role does not include the configcrate"
            f" {crate.name}",
            f"activate it with --profile {chosen[0]}, or in COMPOSE_PROFILES",
        )


def _profiles_of(service: Service) -> tuple[str, ...]:
    return tuple(sorted(service.profiles or ()))


def _crate(project: Project, source: str, profiles: tuple[str, ...]) -> Crate:
    comments = [f"Imported from {source}."]
    if profiles:
        comments.append(f"Services of compose's profile {' and '.join(profiles)}.")
    return Crate("-".join((project.name, *profiles)), comments)


def _convert_service(job: Job, crate: Crate) -> None:
    service = job.service
    for key in KEYS:
        value = getattr(service, key)
        if value is not None:
            CONVERSIONS[key](job, value)
    job.attributes.update(service.further)
    attach(job)
    _check_image(job)
    _check_command(job)
    _check_restart(job)
    drop_refused(job)
    known = {resource.name for resource in crate.resources}
    crate.resources += [item for name, item in job.extra.items() if name not in known]
    for number in range(1, service.replicas + 1):
        crate.resources.append(_resource(job, number))


def _check_command(job: Job) -> None:
    """Report an empty entrypoint without a command: engines then drop the image's command."""
    if job.attributes.get("entrypoint") == [] and not job.attributes.get("command"):
        job.lost(
            "entrypoint",
            "with an empty entrypoint, there is no command to run",
            "also set command:",
        )
        del job.attributes["entrypoint"]


def _check_restart(job: Job) -> None:
    """Make a service run once if others wait for it to end."""
    if job.service.name not in job.shared.one_shot or job.attributes.get("restart") == "no":
        return
    policy = job.attributes.pop("restart", None)
    if policy is not None:
        message = f"restart: {policy} is ignored: other services wait until this service exits"
        job.note("restart", message)


def _check_image(job: Job) -> None:
    """Set the image of a service that only has a build. Raise ComposeError without both."""
    if "image" in job.attributes or job.service.image is not None:
        return
    if job.service.build is None:
        raise ComposeError(
            job.service.position,
            f"service {job.service.name} has neither an image nor a build",
            "add image:",
        )
    set_built(job, f"{job.project.name}-{job.service.name}")


def _resource(job: Job, number: int) -> Resource:
    service = job.service
    name = names.resource(service.name, number)
    attributes: dict[str, Any] = {"container": names.container(job.project, service.name, number)}
    first = ("image",)  # Which is missing if it is invalid.
    attributes |= {key: job.attributes[key] for key in first if key in job.attributes}
    attributes |= {key: value for key, value in job.attributes.items() if key not in first}
    for key, value in (("env", job.env), ("labels", job.labels), ("volumes", job.volumes)):
        if value:
            attributes[key] = value
    if service.name in job.shared.one_shot:
        attributes["expect"] = "exited"
    for key, names_ in (("depends_on", job.depends_on), ("subscribes", job.subscribes)):
        if names_:
            attributes[key] = list(dict.fromkeys(names_))
    comment = f"services.{service.name}, {short(service.position)}"
    return Resource(name, CONTAINER.name, attributes, [comment, *job.comments])


def _one_shot(project: Project) -> frozenset[str]:
    """Return the services that others wait for to end successfully."""
    return frozenset(
        dependency.service
        for service in project.services.values()
        for dependency in service.depends_on or ()
        if dependency.condition == "completed_successfully"
    )


def _aliases(project: Project) -> dict[str, list[Text]]:
    found: dict[str, list[Text]] = {}
    for service in project.services.values():
        for text in service.links or ():
            other, alias = text.partition(":")
            if alias is not None and str(alias) != str(other):
                found.setdefault(str(other), []).append(alias)
    return found


def _report_others(project: Project, findings: Findings) -> None:
    for key, _ in project.others:
        if key.text == "version":
            findings.note(key.position, "version is ignored, as in Compose")
        elif key.text.startswith("x-"):
            findings.note(key.position, f"{key.text} is an extension that Compose ignores")
        elif key.text == "models":
            findings.lost(
                key.position,
                "models is not supported",
                "run the model server as a separate service",
            )
        else:
            raise ComposeError(
                key.position,
                f"unknown key {key.text!r} in a compose file",
                "correct it, or use x-...",
            )


def _check_profiles(project: Project, profiles: Collection[str]) -> None:
    """Raise ComposeError for a service that needs one which no active profile has, as compose
    does.
    """
    known = {name for service in project.services.values() for name in service.profiles or ()}
    for name in profiles:
        if name not in known and name != "*":
            raise ComposeError(
                next(iter(project.services.values())).position,
                f"no service has the profile {name!r}",
                one_of(sorted(known)) if known else "remove --profile",
            )
    for service in project.services.values():
        for dependency in service.depends_on or ():
            other = project.services.get(dependency.service)
            if other is None or not dependency.required or _goes_with(service, other, profiles):
                continue
            raise ComposeError(
                dependency.position,
                f"{service.name} needs {other.name}, which exists only with the profile"
                f" {' or '.join(other.profiles or ())}",
                f"add --profile {(other.profiles or ('',))[0]}",
            )


def _goes_with(service: Service, other: Service, profiles: Collection[str]) -> bool:
    """Return whether the other service is there whenever the service is."""
    theirs, ours = set(other.profiles or ()), set(service.profiles or ())
    is_active = bool(theirs & set(profiles)) or "*" in profiles
    return not theirs or is_active or bool(ours and ours <= theirs)


def _name_crates(crate: Crate, crates: list[Crate]) -> None:
    """Qualify references to resources of another crate by its name, and include that crate
    first.
    """
    homes = {
        resource.name: other.name
        for other in crates
        if other is not crate
        for resource in other.resources
    }
    own = {resource.name for resource in crate.resources}
    for resource in crate.resources:
        for key in ("depends_on", "subscribes"):
            references = resource.attributes.get(key, [])
            for number, name in enumerate(references):
                if name not in own and name in homes:
                    references[number] = f"{homes[name]}/{name}"
                    if homes[name] not in crate.depends_on:
                        crate.depends_on.append(homes[name])
