# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one of Ansible's programs in this Python, sooner, and no longer than whoever started it.

It gets SIGINT when that one dies, however that happens. And Python does not look for garbage among
what is only just being loaded and stays: that takes a tenth of a second, and each of Ansible's
workers would look through it again.
"""

import gc
import importlib
import signal
import sys

#: From <sys/prctl.h>. Other systems than Linux have nothing like it, and go without.
PR_SET_PDEATHSIG = 1


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
    gc.freeze()
    gc.enable()
    sys.exit(program.main())


if __name__ == "__main__":
    main()
