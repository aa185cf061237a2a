# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one of Ansible's programs in this Python, sooner, and no longer than its caller.

It gets SIGINT when that one dies, however that happens. And Python does not look for garbage among
what is only just being loaded and stays: that takes a tenth of a second, and each of Ansible's
workers would look through it again.
"""

import gc
import importlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

#: From <sys/prctl.h>. Other systems than Linux have nothing like it, and go without.
PR_SET_PDEATHSIG = 1


#: Environment variables that name files with passwords.
CONNECTION_ANSWER = "VIGO_BRIDGE_CONNECTION_PASSWORD"
BECOME_ANSWER = "VIGO_BRIDGE_BECOME_PASSWORD"
#: How the questions begin that they answer. Ansible opens its own password files by their real
#: path, and a file in memory has none.
_ANSWERS = {"SSH password": CONNECTION_ANSWER, "BECOME password": BECOME_ANSWER}


def command(name: str, *arguments: str) -> list[str]:
    """The command for ``ansible-NAME``."""
    return [sys.executable, "-P", __file__, name, *arguments]


def main() -> None:
    """What such a command does."""
    gc.disable()
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGINT))
    name = sys.argv[1]
    sys.argv = [f"ansible-{name}", *sys.argv[2:]]
    program = importlib.import_module(f"ansible.cli.{name}")
    _answer_questions()
    _prefer_own_collection()
    gc.freeze()
    gc.enable()
    sys.exit(program.main())


def _prefer_own_collection() -> None:
    """Have Ansible use the vigo.bridge beside this program, whatever other one is installed.

    Ansible would take the first on its collections path. Other collections are found as ever.
    """
    from ansible import cli, constants

    begin = cli.init_plugin_loader
    root = str(Path(__file__).parents[2])

    def begin_with_own(*arguments: Any, **options: Any) -> None:
        constants.COLLECTIONS_PATHS.append(root)
        begin(*arguments, **options)
        namespace = importlib.import_module("ansible_collections.vigo")
        namespace.__path__.insert(0, str(Path(root, "ansible_collections", "vigo")))

    cli.init_plugin_loader = begin_with_own


def _answer_questions() -> None:
    """Answer Ansible's questions for passwords, and have it fail with the text of any other.

    It runs without a terminal, and would take some questions as answered then.
    """
    import builtins
    import getpass

    from ansible.errors import AnsibleError
    from ansible.utils.display import Display

    def answer(prompt: str = "", *_: Any, **__: Any) -> Any:
        for beginning, name in _ANSWERS.items():
            if prompt.startswith(beginning) and name in os.environ:
                return Path(os.environ[name]).read_bytes().decode(errors="surrogateescape")
        return refuse(prompt)

    def refuse(prompt: object = "", *_: Any, **__: Any) -> Any:
        text = " ".join(str(prompt).split()).rstrip(":")
        raise AnsibleError(
            f'Ansible asks "{text}", and vigo-bridge runs it without a terminal; give the answer'
            " beforehand, in a setting, a variable or a file"
        )

    def ask_variable(
        display: Any, varname: str, private: bool = True, prompt: str = "", *_: Any, **__: Any
    ) -> Any:
        return refuse(prompt or varname)

    wait_for_answer = Display.prompt_until

    def ask_in_task(display: Any, msg: str, *arguments: Any, **options: Any) -> Any:
        # In a worker it hands the question to the main process. With a time it is only a pause.
        if display._final_q or options.get("seconds") is not None:
            return wait_for_answer(display, msg, *arguments, **options)
        return refuse(msg)

    builtins.input = refuse
    getpass.getpass = answer
    Display.do_var_prompt = ask_variable
    Display.prompt_until = ask_in_task


if __name__ == "__main__":
    main()
