# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one of Ansible's programs in this Python, so that it starts sooner and ends with its caller.

It gets SIGINT when its caller ends for any reason. Garbage collection is off while it loads,
because it would take a tenth of a second, and again in each of Ansible's workers.

`PREPARED` loads Ansible once for two programs: a child process lists the inventory, and meanwhile
this one gets ready to run a playbook (see prepared.py).
"""

import atexit
import gc
import importlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from vigo_bridge.ansible import ansible_compat
from vigo_bridge.ansible.parsed_metadata import VARIABLE
from vigo_bridge.failures import Refusal
from vigo_bridge.parent_process import request_signal_at_its_end

#: The program that changes nothing. It is killed together with the inventory scripts that it runs.
_ONLY_READS = "inventory"
_PLAYBOOK = "playbook"
PREPARED = "prepared"
#: Environment variables that name files with passwords.
CONNECTION_ANSWER = "VIGO_BRIDGE_CONNECTION_PASSWORD"
BECOME_ANSWER = "VIGO_BRIDGE_BECOME_PASSWORD"
#: The beginnings of the prompts that these files answer. Ansible's own options for password files
#: cannot be used: Ansible opens such a file by its real path, and a file in memory has none.
_ANSWERS = {"SSH password": CONNECTION_ANSWER, "BECOME password": BECOME_ANSWER}
#: The plugins that a playbook of ours loads: all plugins of these kinds, as ansible-playbook does,
#: and of other kinds those that most of our playbooks use, by kind and name.
_KINDS = ("connection", "shell", "become")
_PLUGINS = (
    ("action", "vigo.bridge.converge"),
    ("strategy", "linear"),
    *(("inventory", name) for name in ("host_list", "script", "auto", "yaml", "ini", "toml")),
)


def command(name: str, *arguments: str) -> list[str]:
    """Return the command for ``ansible-NAME``."""
    return [sys.executable, "-P", __file__, name, *arguments]


def main() -> None:
    """Run such a command."""
    gc.disable()
    request_signal_at_its_end(signal.SIGINT)
    name, *arguments = sys.argv[1:]
    if name == PREPARED:
        arguments = _prepared(**json.loads(arguments[0]))
        name = _PLAYBOOK
    else:
        if name == _ONLY_READS and os.getpid() == os.getpgrp():
            signal.signal(signal.SIGINT, _kill_group)
        _load(name)
    _run(name, arguments)


def _load(name: str) -> None:
    """Load Ansible with one of its programs, and change what vigo-bridge needs to be different."""
    importlib.import_module(f"ansible.cli.{name}")
    ansible_compat.answer_questions(_answer, _refuse)
    if VARIABLE in os.environ:
        ansible_compat.keep_metadata(Path(os.environ[VARIABLE]))
    try:
        ansible_compat.prefer_collection(str(Path(__file__).parents[2]))
    except Refusal as error:
        sys.exit(str(error))


def _run(name: str, arguments: Sequence[str]) -> NoReturn:
    """Run a program of Ansible that has been loaded, and end."""
    program = importlib.import_module(f"ansible.cli.{name}")
    gc.freeze()
    gc.enable()
    sys.argv = [f"ansible-{name}", *arguments]
    sys.exit(program.main())


def _prepared(
    listing: Sequence[str] | None,
    settings: dict[str, str],
    output: int,
    status: int,
    orders: int,
) -> list[str]:
    """List the inventory in a child process, load what a playbook needs, wait for the order to run
    one, and return its arguments.

    listing: the arguments of the listing, or None for no listing. settings: environment variables
    that only the playbook has. output, status: file descriptors for what the listing prints, and
    for its exit status. orders: a file descriptor from which the order is read: a line of JSON,
    with the playbook's `arguments` and its whole `environment`. End the process if there is none.
    """
    signal.signal(signal.SIGINT, lambda *_: sys.exit(1))
    own = dict(os.environ)
    os.environ.update(settings)  # Ansible reads most of its settings when it is loaded.
    _load(_ONLY_READS)
    gc.freeze()
    child = None if listing is None else os.fork()
    if child == 0:
        os.close(orders)
        os.environ.clear()
        os.environ.update(own)
        _list(listing or (), output, status)
    os.dup2(1, 2)
    os.close(output)
    os.close(status)
    importlib.import_module(f"ansible.cli.{_PLAYBOOK}")
    ansible_compat.load_plugins(_KINDS, _PLUGINS)
    with os.fdopen(orders, "rb") as stream:
        order = json.loads(stream.readline() or "null")
    if order is None:
        sys.exit()
    if child is not None:
        os.waitpid(child, 0)
    os.environ.clear()
    os.environ.update(order["environment"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return list(order["arguments"])


def _list(arguments: Sequence[str], output: int, status: int) -> NoReturn:
    """List the inventory, write the exit status, and end this child process."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, _kill_group)
    request_signal_at_its_end(signal.SIGINT)
    atexit._clear()  # The parent process removes Ansible's temporary folder, which it created.
    os.dup2(output, 1)
    number = 1
    try:
        _run(_ONLY_READS, arguments)
    except SystemExit as end:
        number = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(status, str(number).encode())
        os._exit(number)


def _kill_group(*_: object) -> None:
    """Kill this process and all processes of its group: a signal handler."""
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _answer(prompt: str) -> str:
    """Return the password that Ansible asks for. Raise AnsibleError."""
    for beginning, name in _ANSWERS.items():
        if prompt.startswith(beginning) and name in os.environ:
            return Path(os.environ[name]).read_bytes().decode(errors="surrogateescape")
    return _refuse(prompt)


def _refuse(prompt: str) -> NoReturn:
    """Raise AnsibleError with Ansible's question, as it runs without a terminal."""
    from ansible.errors import AnsibleError

    text = " ".join(prompt.split()).rstrip(":")
    raise AnsibleError(
        f'Ansible prompts for "{text}", but vigo-bridge runs it without a terminal; set the answer'
        " in advance, in a setting, a variable or a file"
    )


if __name__ == "__main__":
    main()
