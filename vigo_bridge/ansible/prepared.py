# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts Ansible once for a command that lists the inventory and then runs playbooks.

Ansible needs a third of a second to load. `listing_before_a_playbook` starts a process that loads
it, lists the inventory in a child process, and then waits. The first playbook of the command runs
in this process. Later playbooks, and those that need other settings, get a process of their own.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import selectors
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import IO, NamedTuple

from vigo_bridge.ansible import program
from vigo_bridge.ansible.configuration_files import may_set
from vigo_bridge.ansible.environment import ansible_environment
from vigo_bridge.ansible.login_passwords import NO_PASSWORDS

#: The beginnings of variables that are read when they are needed, and not when Ansible is loaded.
_READ_LATER = ("AWX_", "RUNNER_", "VIGO_BRIDGE_", "ORIGINAL_STDOUT_CALLBACK")
#: The listing must not print debug messages, which would be mixed with its JSON.
_DEBUG = "ANSIBLE_DEBUG"
_DEBUG_SETTING = re.compile(rb"^\s*debug\s*[=:]", re.MULTILINE)


class Answer(NamedTuple):
    """What ``ansible-inventory`` printed, and its exit status; 1 if it has none."""

    stdout: str
    stderr: str
    status: int


#: Waits for a listing.
Answered = Callable[[], Answer]


class _Waiting(NamedTuple):
    """A process that waits for a playbook. environment: what it has loaded Ansible with. orders:
    where it gets the order to run one.
    """

    process: subprocess.Popen[bytes]
    environment: Mapping[str, str]
    orders: IO[bytes]


#: The processes that wait, the newest last. They are global, because few functions of a command
#: know whether it will run a playbook.
_waiting: list[_Waiting] = []


@contextlib.contextmanager
def listing(arguments: Sequence[str]) -> Iterator[Answered]:
    """List the inventory in the background, with arguments of ``ansible-inventory``.

    It is interrupted if the block ends early.
    """
    with subprocess.Popen(
        program.command("inventory", *arguments),
        env={**ansible_environment(), _DEBUG: "false"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        # No terminal, because the run, which asks the same questions, has none either.
        start_new_session=True,
    ) as process:
        try:
            yield lambda: Answer(*process.communicate(), process.returncode)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)


@contextlib.contextmanager
def listing_before_a_playbook(arguments: Sequence[str] | None) -> Iterator[Answered]:
    """Do the same, and let the process get ready for a playbook: `playing` uses it in the block.

    arguments: None if there is nothing to list; then the answer is empty.
    """
    if may_set((_DEBUG,), _DEBUG_SETTING):
        with contextlib.nullcontext() if arguments is None else listing(arguments) as answered:
            yield answered or (lambda: Answer("", "", 0))
        return
    environment = ansible_environment()
    settings = {**NO_PASSWORDS, **_settings_of_runner(environment)}
    with contextlib.ExitStack() as ends:
        output, written = _pipe(ends)
        complaints, complained = _pipe(ends)
        status, told = _pipe(ends)
        ordered, orders = _pipe(ends)
        passed = {"output": written, "status": told, "orders": ordered}
        numbers = {name: end.fileno() for name, end in passed.items()}
        task = {"listing": arguments, "settings": settings, **numbers}
        process = subprocess.Popen(
            program.command(program.PREPARED, json.dumps(task)),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complained,
            pass_fds=tuple(numbers.values()),
            start_new_session=True,
        )
        for end in (written, complained, told, ordered):
            end.close()
        waiting = _Waiting(process, {**environment, **settings}, orders)
        _waiting.append(waiting)

        def answered() -> Answer:
            printed, said, code = _contents(output, complaints, status)
            return Answer(printed, said, int(code) if code else 1)

        try:
            yield answered
        finally:
            if waiting in _waiting:
                _waiting.remove(waiting)
                _end(waiting)


def playing(
    arguments: Sequence[str], environment: Mapping[str, str], folder: str
) -> subprocess.Popen[bytes]:
    """Start ``ansible-playbook`` in a folder, in a process that is ready for it or in a new one.

    Its errors come with its output.
    """
    while _waiting:
        waiting = _waiting.pop()
        order = {"arguments": list(arguments), "environment": dict(environment)}
        if folder == str(Path.cwd()) and _suits(waiting.environment, environment):
            # It may have been interrupted.
            with contextlib.suppress(BrokenPipeError):
                waiting.orders.write(json.dumps(order).encode() + b"\n")
                waiting.orders.close()
                return waiting.process
        _end(waiting)
    return subprocess.Popen(
        program.command("playbook", *arguments),
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _suits(loaded: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Return whether Ansible reads the same settings from both environments when it is loaded."""
    names = {name for name in {*loaded, *wanted} if not name.startswith(_READ_LATER)}
    return all(loaded.get(name) == wanted.get(name) for name in names)


def _settings_of_runner(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that ansible-runner adds, and Ansible reads when it is loaded.

    If another version adds others, each playbook gets a process of its own.
    """
    folder = environment.get("AWX_LIB_DIRECTORY")
    runner = find_spec("ansible_runner")
    if not folder and runner and runner.origin:
        folder = str(Path(runner.origin).parent / "display_callback" / "callback")
    folders = filter(None, [environment.get("ANSIBLE_CALLBACK_PLUGINS"), folder])
    return {
        "ANSIBLE_CALLBACK_PLUGINS": ":".join(folders),
        "ANSIBLE_STDOUT_CALLBACK": "awx_display",
        "ANSIBLE_RETRY_FILES_ENABLED": "False",
    }


def _pipe(ends: contextlib.ExitStack) -> tuple[IO[bytes], IO[bytes]]:
    """Return both ends of a pipe; they are closed with the stack."""
    source, sink = os.pipe()
    return ends.enter_context(os.fdopen(source, "rb")), ends.enter_context(os.fdopen(sink, "wb"))


def _contents(*pipes: IO[bytes]) -> tuple[str, ...]:
    """Return all that comes from these pipes."""
    found = {pipe.fileno(): bytearray() for pipe in pipes}
    with selectors.DefaultSelector() as ready:
        for number in found:
            ready.register(number, selectors.EVENT_READ)
        while ready.get_map():
            for key, _ in ready.select():
                chunk = os.read(key.fd, 1 << 16)
                found[key.fd] += chunk
                if not chunk:
                    ready.unregister(key.fd)
    return tuple(content.decode(errors="replace") for content in found.values())


def _end(waiting: _Waiting) -> None:
    """End a process that no playbook needs, with a listing that may still run.

    It ends when it gets no order; the signal ends it while it is still loading.
    """
    with waiting.process, contextlib.suppress(BrokenPipeError):
        waiting.orders.close()
        waiting.process.send_signal(signal.SIGINT)
