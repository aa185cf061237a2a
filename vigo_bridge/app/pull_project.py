# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the repository from which hosts converge themselves with ansible-pull."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import paths
from vigo_bridge.ansible.user_variables import reserved_names
from vigo_bridge.app.generated_files import generating
from vigo_bridge.app.hosts import Hosts, find_hosts
from vigo_bridge.app.options import HostOptions, StackOptions
from vigo_bridge.app.plan_and_run import refuse_unnamed
from vigo_bridge.app.run_setup import uses_of
from vigo_bridge.app.stack_loading import load_valid, planned
from vigo_bridge.app.writing import writing
from vigo_bridge.emit.pull.project import write_pull_project
from vigo_bridge.emit.pull.units import Repository, Settings
from vigo_bridge.emit.yaml_text import is_template
from vigo_bridge.failures import Refusal, WrongUsage
from vigo_bridge.language.model import Stack
from vigo_bridge.report.printing import echo
from vigo_bridge.resolve.plan import Plan
from vigo_bridge.resolve.secret_uses import secret_uses, secrets_of
from vigo_bridge.watch.sources.git.location import location, reference
from vigo_bridge.wording import counted, some

#: Names that are the same in a path, in a unit, in a shell and as a pattern of Ansible.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_PATH = re.compile(r"(/[A-Za-z0-9_.-]+)+")
#: ansible-pull puts the URL and the branch into a command line without quotes.
_WORD = re.compile(r"[A-Za-z0-9@:/._~%+\[\]-]+")


@dataclass(frozen=True)
class PullOptions:
    """What the command line says about pulling. every: seconds; secrets: a folder on the hosts."""

    url: str
    ref: str | None
    require_signed: bool
    secrets: str | None
    every: float
    prune: bool


def generate_pull_project(
    folder: Path, options: PullOptions, stack: StackOptions, hosts: HostOptions
) -> None:
    """Write the repository into a folder that is new, empty, or from an earlier call."""
    settings = _settings(options)
    loaded = load_valid(stack, "text")
    if options.prune:
        refuse_unnamed(loaded, stack, "--prune")
    found = find_hosts(hosts)
    plan = planned(loaded, stack, found.names, "text")
    _refuse_names(plan)
    overriding = _overriding(plan, found, stack.settings)
    secrets = _secrets(plan, loaded, settings, overriding)
    with writing("use another folder"), generating(folder) as new:
        version = metadata.version("vigo-bridge")
        write_pull_project(plan, new, settings, version, overriding, secrets)
    if plan.unmatched:
        echo(f"No match entry matches {some(plan.unmatched)}, so it gets no folder.")
    count = sum(len(group.hosts) for group in plan.groups)
    echo(f"Wrote {folder} for {counted(count, 'host')}. Next step: see {folder / 'README.md'}")


def _settings(options: PullOptions) -> Settings:
    """Return the checked options. Raise WrongUsage."""
    repository = location(options.url)
    if repository.credentials is not None:
        raise WrongUsage(
            f"--git: the URL of {repository.url} contains credentials, which would be in the"
            " repository; remove them, and set up a key or a credential helper on the hosts"
        )
    if repository.is_unprotected and not options.require_signed:
        raise WrongUsage(
            f"--git {repository.url}: anyone on the network could change what hosts run as root;"
            " use https:// or SSH, or add --require-signed"
        )
    ref = reference(options.ref)
    for name, word in (("git", repository.url), ("ref", ref)):
        if word is not None and not _WORD.fullmatch(word):
            raise WrongUsage(
                f"--{name} {word!r}: ansible-pull supports only letters, digits and"
                " @ : / . _ ~ % + [ ] -; encode other characters of a URL as %XX"
            )
    secrets = options.secrets
    if secrets is not None and (
        not _PATH.fullmatch(secrets) or ".." in PurePosixPath(secrets).parts
    ):
        raise WrongUsage(
            f"--secrets {secrets!r}: expected the absolute path of a folder on the hosts, such as"
            " /etc/vigo-bridge"
        )
    used = Repository(repository.url, ref, options.require_signed)
    return Settings(used, options.every, secrets, options.prune)


def _refuse_names(plan: Plan) -> None:
    hosts = [host for group in plan.groups for host in group.hosts]
    wrong = [host for host in hosts if not _NAME.fullmatch(host)]
    if wrong:
        raise Refusal(
            f"{some([repr(host) for host in wrong])}: with --pull, the name of a host may contain"
            " only letters, digits and . _ -; rename it in the inventory, or exclude it with"
            " --limit"
        )


def _overriding(
    plan: Plan, found: Hosts, settings: Mapping[str, Any]
) -> Mapping[str, Mapping[str, Any]]:
    """Return the variables of the user's inventory that override some of the stack, by host.

    Raise Refusal for one that the host could not read.
    """
    if not found.given:
        return {}
    is_reserved = reserved_names()
    overriding: dict[str, dict[str, Any]] = {}
    for group in plan.groups:
        names = {variable.name for variable in group.variables}.difference(settings)
        for host in group.hosts:
            given = found.given.get(host, {})
            chosen = {name: given[name] for name in sorted(names & set(given))}
            overriding[host] = {
                name: value for name, value in chosen.items() if not is_reserved(name)
            }
    wrong = [
        f"{name} of {host}"
        for host, variables in overriding.items()
        for name, value in variables.items()
        if _needs_ansible(value)
    ]
    if wrong:
        raise Refusal(
            f"the Ansible inventory sets variables of the stack to encrypted values or templates,"
            f" which hosts that pull cannot read: {some(wrong)}; set them in the stack, or with"
            " --set"
        )
    return overriding


def _needs_ansible(value: Any) -> bool:
    """Return whether a value is encrypted, or a template of Ansible."""
    if isinstance(value, Mapping) and any(str(key).startswith("__ansible") for key in value):
        return True
    inner = value.values() if isinstance(value, Mapping) else value
    if isinstance(inner, str) or not isinstance(inner, Iterable):
        return is_template(value)
    return any(map(_needs_ansible, inner))


def _secrets(
    plan: Plan,
    stack: Stack,
    settings: Settings,
    overriding: Mapping[str, Mapping[str, Any]],
) -> Mapping[str, Sequence[str]]:
    """Return the secrets by path, with the hosts that need them. Raise Refusal without a folder
    for them.
    """
    users: dict[str, list[str]] = {}
    for group in plan.groups:
        for host in group.hosts:
            for path in sorted({*secrets_of(group), *paths(overriding.get(host, {}))}):
                users.setdefault(path, []).append(host)
    if users and settings.secrets is None:
        uses = secret_uses(plan, stack)
        others = {path: () for path in users if path not in uses}
        raise Refusal(
            "\n".join(
                [
                    "hosts that pull cannot use the secret stores of this machine; add --secrets"
                    " with the folder on the hosts that has their own, such as --secrets"
                    " /etc/vigo-bridge. These secrets are used:",
                    *uses_of(uses, stack.folder),
                    *(f"the Ansible inventory: uses secret:{path}" for path in others),
                ]
            )
        )
    return dict(sorted(users.items()))
