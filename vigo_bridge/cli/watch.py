# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge watch``: compares the hosts with the stack at an interval."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from vigo_bridge.ansible.inventory_sources import is_host_list
from vigo_bridge.app.options import HostOptions, Rollout, StackOptions
from vigo_bridge.cli.options import Command, fleet_options, gathered, output_option, stack_options
from vigo_bridge.cli.rollout_flags import rollout_options
from vigo_bridge.cli.run import Changes, change_options
from vigo_bridge.cli.seconds import duration, every_option
from vigo_bridge.cli.watch_git import VARIABLE, GitCall, git_options, git_source
from vigo_bridge.report.printing import echo

#: Seconds between two turns: starting Ansible takes about one.
_SHORTEST = 1.0
#: Variables of a call that a unit keeps.
_VARIABLES = ("ANSIBLE_CONFIG", "VIGO_BRIDGE_HISTORY", "VIGO_BRIDGE_HISTORY_MIB")
#: By option that can have secret values: the variable from which a unit reads them instead.
_SECRET_OPTIONS: Mapping[str, str] = {"notify": "VIGO_BRIDGE_NOTIFY"}


def _watch_options(command: Command) -> Command:
    """Add the options of the watcher itself; the command gets them as ``wanted``."""
    return gathered(
        command,
        "wanted",
        _wanted,
        every_option(
            _SHORTEST,
            "From the beginning of a turn to that of the next one, such as 30s, 5m or 1h.",
        ),
        click.option(
            "--repair",
            is_flag=True,
            help="Converge the hosts that differ. Without it, they are only reported.",
        ),
        click.option(
            "--splay",
            default="0",
            metavar="DURATION",
            callback=duration(0),
            help="Spread the hosts of a turn over this time.",
        ),
        click.option(
            "--turns",
            type=click.IntRange(1),
            metavar="N",
            help="End after N turns. Default: run until a signal comes.",
        ),
        click.option(
            "--diverged-after",
            type=click.IntRange(2, 1000),
            default=3,
            show_default=True,
            metavar="N",
            help="Call a host Diverged if a resource changes in N turns in a row.",
        ),
    )


def _output_options(command: Command) -> Command:
    """Add the options of notifications and the server; the command gets them as ``told``."""
    return gathered(
        command,
        "told",
        _told,
        click.option(
            "--notify",
            multiple=True,
            metavar="URL|CMD|@FILE",
            help="Send a message when the state changes, to a service of apprise or to a command."
            " A file has one on each line. Repeatable.",
        ),
        click.option(
            "--listen",
            metavar="ADDR:PORT",
            help="Serve metrics, the state as JSON, and a page of the fleet.",
        ),
        click.option(
            "--token-file",
            metavar="FILE",
            type=click.Path(path_type=Path, dir_okay=False),
            help="File with the token that requests to --listen must have.",
        ),
    )


def _told(**given: Any) -> Any:
    from vigo_bridge.app.watch_outputs import OutputOptions

    if given["token_file"] and given["listen"] is None:
        raise click.UsageError("--token-file protects --listen; add --listen, or remove it")
    return OutputOptions(**given)


def _wanted(**given: Any) -> Any:
    from vigo_bridge.app.watch_turn import WatchOptions

    return WatchOptions(**given)


class _Watch(click.Command):
    """A command that also knows its arguments as they were written, for a unit."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        context.meta[__name__] = list(args)
        return super().parse_args(context, args)


@click.command(cls=_Watch)
@_watch_options
@_output_options
@click.option(
    "--print-unit",
    "recipe",
    is_flag=False,
    flag_value="systemd",
    type=click.Choice(["systemd", "container"]),
    help="Print a systemd unit, or a recipe for a container, that watches with these options.",
)
@change_options
@rollout_options
@output_option
@fleet_options
@stack_options
@git_options
@click.pass_context
def watch(
    context: click.Context,
    git: GitCall,
    stack: StackOptions,
    hosts: HostOptions,
    output: str,
    rollout: Rollout,
    changes: Changes,
    wanted: Any,
    told: Any,
    recipe: str | None,
) -> None:
    """Compare the hosts with the stack in each turn, and report or repair what differs.

    SIGUSR1 asks for a turn now. SIGTERM and Ctrl-C end the watcher, after the running batch of a
    repair.
    """
    from vigo_bridge.app.watch import refuse_wrong_options
    from vigo_bridge.app.watch import watch as keep_watching
    from vigo_bridge.watch.sources.folder import FolderSource

    refuse_wrong_options(rollout, changes, wanted)
    source = FolderSource(stack.folder) if git.url is None else git_source(git)
    if git.accept is not None:
        echo(git_source(git).accept(git.accept))
        return
    if recipe is not None:
        _print_recipe(recipe, context, stack, hosts, git)
        return
    context.exit(keep_watching(source, stack, hosts, rollout, changes, wanted, output, told))


def _print_recipe(
    recipe: str, context: click.Context, stack: StackOptions, hosts: HostOptions, git: GitCall
) -> None:
    from vigo_bridge.run.state import controller_folder, private
    from vigo_bridge.watch.unit import Call, container_recipe, systemd_unit

    if hosts.connection_password.typed or hosts.become_password.typed:
        raise click.UsageError(
            "--print-unit: a service cannot prompt for passwords; use --connection-password-file"
            " and --become-password-file"
        )
    written = dict(_written_options(context))
    secret = {
        variable: f"the values of --{name} that are not in this unit, one on each line"
        for name, variable in _SECRET_OPTIONS.items()
        if any(map(_is_secret, context.params[name]))
    }
    paths = [stack.folder.absolute()]
    if git.url is None:
        written.setdefault("stacks", ["--stacks", str(paths[0])])
    else:
        paths = []
        written.update(_repository(git, secret))
    options = [word for words in written.values() for word in words]
    call = Call(
        program=[*_program()],
        options=options,
        folder=Path.cwd(),
        user=getpass.getuser(),
        # The unit can only write to a folder that exists.
        state=private(controller_folder()).parents[1],
        environment={name: os.environ[name] for name in _VARIABLES if name in os.environ},
        secret=secret,
        paths=[
            *paths,
            *(path for word in options if (path := Path(word.removeprefix("@"))).is_absolute()),
        ],
        is_local=hosts.local,
    )
    text = container_recipe(call) if recipe == "container" else systemd_unit(call)
    echo(text, nl=False)


def _repository(git: GitCall, secret: dict[str, str]) -> Mapping[str, list[str]]:
    """Return the words that set the repository. secret: gets the variable for its credentials."""
    from vigo_bridge.watch.sources.git.location import location

    found = location(git.url or "")
    if found.credentials is not None:
        secret[VARIABLE] = f"the URL with the credentials for {found.url}"
        return {"url": []}
    return {"url": ["--git", found.url.removeprefix("file://")]}


def _program() -> Iterator[str]:
    """Yield the words that start this program, independent of the search path."""
    script = Path(sys.argv[0]).absolute()
    if script.name == "vigo-bridge" and script.is_file():
        yield str(script)
    else:
        yield from (sys.executable, "-m", "vigo_bridge")


def _written_options(context: click.Context) -> Iterator[tuple[str, list[str]]]:
    """Yield the options of the call by name, as words with absolute paths."""
    command = context.command
    given, _, _ = command.make_parser(context).parse_args(list(context.meta[__name__]))
    for parameter in command.params:
        name, option = parameter.name or "", parameter.opts[-1]
        if name not in given or name == "recipe" or not isinstance(parameter, click.Option):
            continue
        if parameter.count:
            yield name, [option] * int(given[name])
        elif parameter.is_flag:
            yield name, [option]
        else:
            values = given[name] if parameter.multiple else [given[name]]
            if name in _SECRET_OPTIONS:
                values = [value for value in values if not _is_secret(value)]
            words = [_absolute(str(value), parameter) for value in values]
            yield name, [word for value in words for word in (option, value)]


def _is_secret(value: str) -> bool:
    """Return whether a value, such as a URL or a command, can hold a password."""
    return not value.startswith("@")


def _absolute(value: str, parameter: click.Option) -> str:
    if parameter.name in _SECRET_OPTIONS:
        return f"@{Path(value[1:]).absolute()}"
    is_path = isinstance(parameter.type, click.Path)
    is_inventory = parameter.name == "inventory" and not is_host_list(value)
    return str(Path(value).absolute()) if is_path or is_inventory else value
