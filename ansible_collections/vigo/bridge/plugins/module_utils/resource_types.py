# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attributes of every resource type: the one list that all others are made from.

Modules take their argument specs from here, and the translator its checks of ``.vgo`` files.
"""

from __future__ import annotations

from .container.attributes import ATTRIBUTES as CONTAINER
from .exec.attributes import ATTRIBUTES as EXEC
from .file.attributes import ATTRIBUTES as FILE

ATTRIBUTES = {"container": CONTAINER, "file": FILE, "exec": EXEC}

#: The attribute that stands for a resource without a name: ``file:/etc/motd``.
KEY_ATTRIBUTES = {"container": "container", "file": "target_path", "exec": "command"}
