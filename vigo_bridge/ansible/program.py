# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one of Ansible's programs in this Python, so that it starts sooner and ends with its caller.

It gets SIGINT when its caller ends for any reason. Garbage collection is off while it loads,
because it would take a tenth of a second, and again in each of Ansible's workers.
"""

import gc
import importlib
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from vigo_bridge.ansible import ansible_compat
from vigo_bridge.ansible.parsed_metadata import VARIABLE
from vigo_bridge.failures import Refusal
from vigo_bridge.parent_process import request_signal_at_its_end

#: The program that changes nothing: it is killed with the scripts of inventories that it runs.
_ONLY_READS = "inventory"
#: Environment variables that name files with passwords.
CONNECTION_ANSWER = "VIGO_BRIDGE_CONNECTION_PASSWORD"
BECOME_ANSWER = "VIGO_BRIDGE_BECOME_PASSWORD"
#: The beginnings of the prompts that these files answer. Ansible opens its own password files by
#: their real path, and a file in memory has none.
_ANSWERS = {"SSH password": CONNECTION_ANSWER, "BECOME password": BECOME_ANSWER}


def command(name: str, *arguments: str) -> list[str]:
    """Return the command for ``ansible-NAME``."""
    return [sys.executable, "-P", __file__, name, *arguments]


def main() -> None:
    """Run such a command."""
    gc.disable()
    request_signal_at_its_end(signal.SIGINT)
    name = sys.argv[1]
    if name == _ONLY_READS and os.getpid() == os.getpgrp():
        signal.signal(signal.SIGINT, lambda *_: os.killpg(os.getpgrp(), signal.SIGKILL))
    sys.argv = [f"ansible-{name}", *sys.argv[2:]]
    program = importlib.import_module(f"ansible.cli.{name}")
    ansible_compat.answer_questions(_answer, _refuse)
    if VARIABLE in os.environ:
        ansible_compat.keep_metadata(Path(os.environ[VARIABLE]))
    try:
        ansible_compat.prefer_collection(str(Path(__file__).parents[2]))
    except Refusal as error:
        sys.exit(str(error))
    gc.freeze()
    gc.enable()
    sys.exit(program.main())


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
