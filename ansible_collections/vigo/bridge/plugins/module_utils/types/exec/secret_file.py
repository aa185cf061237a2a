# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret in a file that only the command's user can read, for as long as the command runs."""

from __future__ import annotations

import contextlib
import os
from typing import Iterator

from ...host.accounts import account_of
from ...host.temporary_files import clear, temporary

_IN_MEMORY = "/dev/shm"
_PREFIX = ".vigo-secret-"


@contextlib.contextmanager
def secret_file(content: str, user: str | None) -> Iterator[str]:
    """Yield the path of a file with this content, in memory if possible.

    Raise OSError and ResourceError.

    The file of a run that was killed is removed at the next use.
    """
    import tempfile  # Slow to load, and few commands need it.

    folder = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else tempfile.gettempdir()
    clear(folder, _PREFIX)
    with temporary(folder, _PREFIX) as file:
        file.stream.write(content.encode("utf-8", "surrogateescape"))
        file.stream.flush()
        if user:
            account = account_of(user)
            os.fchown(file.stream.fileno(), account.pw_uid, account.pw_gid)
        yield file.path
