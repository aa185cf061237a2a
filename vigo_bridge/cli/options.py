# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that several commands share, and the values that they give."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from vigo_bridge.ansible.password_source import PasswordSource
from vigo_bridge.app.options import HostOptions, ReportOptions, StackOptions
from vigo_bridge.cli.completion import complete_hosts, complete_parts
from vigo_bridge.cli.seconds import Seconds

Command = TypeVar("Command", bound=Callable[..., Any])


def stack_options(command: Command) -> Command:
    """Add ``--stacks`` and ``--set``; the command gets them as ``stack``."""
    return gathered(
        command,
        "stack",
        lambda stacks, settings: StackOptions(stacks, dict(map(_setting, settings))),
        click.option(
            "--stacks",
            type=click.Path(path_type=Path),
            default=Path("stacks"),
            envvar="VIGO_BRIDGE_STACKS",
            show_default=True,
            help="The folder with the .vgo files.",
        ),
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="KEY=VALUE",
            help="Set a variable; overrides all other sources. VALUE is YAML. Repeatable.",
        ),
    )


def host_options(command: Command) -> Command:
    """Add the options of commands that reach hosts; the command gets them as ``hosts``."""
    return gathered(command, "hosts", _host_options, *_host_decorators())


def fleet_options(command: Command) -> Command:
    """Add the same, and ``--mesh``."""
    return gathered(
        command,
        "hosts",
        _host_options,
        *_host_decorators(),
        click.option(
            "--mesh",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Divide the hosts among the nodes that this file lists.",
        ),
    )


def _host_decorators() -> Sequence[Callable[[Any], Any]]:
    return (
        click.option(
            "-i",
            "--inventory",
            multiple=True,
            metavar="SRC",
            help="An Ansible inventory; repeatable. Default: Ansible's own configuration.",
        ),
        click.option(
            "--limit",
            metavar="PATTERN",
            shell_complete=complete_hosts,
            help="Only hosts that match this pattern.",
        ),
        click.option("--local", is_flag=True, help="Run on this machine only, without SSH."),
        click.option(
            "--as",
            "name",
            metavar="NAME",
            help="The host name that --local uses for match entries.",
        ),
        click.option("--forks", type=click.IntRange(1), help="Number of hosts in parallel."),
        click.option("-b", "--become", is_flag=True, help="Use become: run as root on the hosts."),
        click.option("-k", "--ask-pass", is_flag=True, help="Prompt for the connection password."),
        click.option(
            "-K", "--ask-become-pass", is_flag=True, help="Prompt for the become password."
        ),
        _password_file("--connection-password-file", "the connection password"),
        _password_file("--become-password-file", "the become password"),
        click.option(
            "-v",
            "verbosity",
            count=True,
            help="Also show unchanged resources. -vv: also show Ansible's output. -vvv and more:"
            " also run Ansible with -v and more.",
        ),
    )


def output_option(command: Command) -> Command:
    """Add ``--output``."""
    option = click.option(
        "-o",
        "--output",
        type=click.Choice(["text", "json"]),
        default="text",
        help="Text for people, or one JSON document.",
    )
    return option(command)


def _host_options(**given: Any) -> HostOptions:
    if given["local"] and (given["inventory"] or given["limit"]):
        raise click.UsageError(
            "--local runs on this machine only; remove --inventory and --limit, or --local"
        )
    if given["name"] and not given["local"]:
        raise click.UsageError("--as sets the host name for --local; add --local")
    if given["local"] and given.get("mesh"):
        raise click.UsageError("--local runs on this machine only; remove --mesh, or --local")
    asks, file = given.pop("ask_pass"), given.pop("connection_password_file")
    if given["local"] and (asks or file):
        raise click.UsageError(
            "--local does not connect to a host; remove --ask-pass and --connection-password-file,"
            " or --local"
        )
    connection = _password(asks, file, "--ask-pass", "--connection-password-file")
    asks, file = given.pop("ask_become_pass"), given.pop("become_password_file")
    become = _password(asks, file, "--ask-become-pass", "--become-password-file")
    if given.get("mesh") and (connection.is_given or become.is_given):
        raise click.UsageError(
            "--mesh: passwords are not sent to nodes; let the nodes log in with keys, and remove"
            " the options for passwords"
        )
    return HostOptions(**given, connection_password=connection, become_password=become)


def _password(asks: bool, file: Path | None, ask: str, name: str) -> PasswordSource:
    if asks and file:
        raise click.UsageError(f"{ask} and {name} are mutually exclusive; remove one of them")
    return PasswordSource(asks, str(file.absolute()) if file else None)


def _password_file(option: str, password: str) -> Callable[[Command], Command]:
    return click.option(
        option,
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help=f"File with {password}, or program that prints it.",
    )


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise click.UsageError(f"--set {text}: write KEY=VALUE")
    import yaml

    try:
        return name.strip(), yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise click.UsageError(f"--set {text}: the value is not YAML: {error}") from error


def gathered(
    command: Command, name: str, gather: Callable[..., Any], *options: Callable[[Any], Any]
) -> Command:
    """Return the command with these options; it gets their values as one value of that name."""

    @wraps(command)
    def gathering(**given: Any) -> Any:
        mine = {parameter: given.pop(parameter) for parameter in parameters}
        return command(**{name: gather(**mine)}, **given)

    decorated: Any = gathering
    before = len(getattr(command, "__click_params__", []))
    for option in reversed(options):
        decorated = option(decorated)
    parameters = [parameter.name for parameter in decorated.__click_params__[before:]]
    return decorated  # type: ignore[no-any-return]


def inventory_option(help: str) -> Callable[[Command], Command]:
    """Return a decorator that adds ``--inventory`` to a command that reads it and reaches no
    host.
    """
    return click.option("-i", "--inventory", multiple=True, metavar="SRC", help=help)


only_option = click.option(
    "--only",
    multiple=True,
    metavar="CRATE[/RESOURCE]",
    shell_complete=complete_parts,
    help="Apply only this; its dependencies are checked. Repeatable.",
)


lock_timeout_option = click.option(
    "--lock-timeout",
    type=Seconds(),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="Seconds to wait for another run on a host to finish.",
)


def resources_argument(*, required: bool) -> Callable[[Command], Command]:
    """Return a decorator that adds ``RESOURCE...``; the command gets them as ``resources``."""
    return click.argument(
        "resources",
        nargs=-1,
        required=required,
        metavar="RESOURCE..." if required else "[RESOURCE]...",
        shell_complete=complete_parts,
    )


pull_option = click.option(
    "--pull",
    type=click.Choice(["always"]),
    help="Pull the images of all containers, and recreate containers whose image has changed.",
)


pull_limit_option = click.option(
    "--pull-limit",
    type=click.IntRange(1),
    metavar="N",
    help="At most N hosts pull images at the same time.",
)


def _writable(context: click.Context, parameter: click.Parameter, page: Path | None) -> Path | None:
    """Refuse a path that cannot be written before any host is contacted."""
    if page is None:
        return None
    folder = page.absolute().parent
    if not folder.is_dir():
        raise click.BadParameter(f"the folder {folder} does not exist; create it first")
    if not os.access(page if page.exists() else folder, os.W_OK):
        raise click.BadParameter(f"{page} cannot be written; use another path")
    return page


def report_options(command: Command) -> Command:
    """Add the options that control how a run is shown; the command gets them as ``shown``."""
    return gathered(
        command,
        "shown",
        ReportOptions,
        click.option(
            "--keep-artifacts",
            is_flag=True,
            help="Keep the folder with the Ansible project and its output. It contains no secrets.",
        ),
        click.option(
            "--report",
            "page",
            type=click.Path(path_type=Path, dir_okay=False),
            callback=_writable,
            metavar="FILE",
            help="Also write the result to an HTML page.",
        ),
        output_option,
    )
