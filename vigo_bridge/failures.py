# SPDX-License-Identifier: GPL-3.0-or-later
"""The exceptions that end a command early, which the command line turns into a message.

Every package may raise them; `cli/program.py` alone catches them.
"""

from __future__ import annotations


class Failure(Exception):
    """The command cannot do what was asked. The message says why and what to do."""


class Refusal(Failure):
    """The command cannot start: nothing was changed, which the command line adds to the message."""


class WrongUsage(Failure):
    """The command line itself is wrong; its usage is shown before the message."""


class Interrupted(Exception):
    """The user has ended the command."""


class Ended(Exception):
    """Everything has been shown already.

    status: the exit status.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status
