# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes each host's result to a folder, for the program that started Ansible.

Events and callbacks may come late or not at all; these files are authoritative.
"""

from __future__ import annotations

import json
import os
from urllib.parse import quote

from ..module_utils.host.temporary_files import write_atomically
from .host_result import HostResult

#: Names the folder. Without it, nothing is written.
FOLDER_VARIABLE = "VIGO_BRIDGE_RESULTS"


def file_name(host: str) -> str:
    """Return the name of one host's file; host names are any text."""
    return quote(host, safe="") + ".json"


def is_recording() -> bool:
    """Return whether something waits for the files."""
    return bool(os.environ.get(FOLDER_VARIABLE))


def record(host: str, result: HostResult) -> None:
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return
    path = os.path.join(folder, file_name(host))
    # It is not needed after a power cut.
    write_atomically(path, json.dumps(result.as_dict()).encode(), durable=False)


def record_unreachable(host: str, message: str) -> None:
    record(host, HostResult(unreachable=True, message=message))


def record_failure(host: str, message: str) -> None:
    record(host, HostResult(failed=True, message=message))
