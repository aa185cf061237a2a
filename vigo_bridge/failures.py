# SPDX-License-Identifier: GPL-3.0-or-later
"""The exception for what keeps a command from starting."""


class Refusal(Exception):
    """The command cannot start. The message says why and what to do; nothing was touched."""
