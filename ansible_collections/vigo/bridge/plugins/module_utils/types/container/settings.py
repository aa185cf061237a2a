# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything a container is created with, one row for each setting.

From its row come a setting's attribute, and how it is read, sent, compared, changed in place and
documented; ``setting`` says what a row can hold. To add a setting, add its row to the file of its
subject in ``rows``, its option in the documentation of ``vigo.bridge.container``, and its test
cases; tests name what is missing.
"""

from __future__ import annotations

from typing import Any, Mapping

from ...common.dataclass import dataclass
from .rows.limits import Limits
from .rows.permissions import Permissions
from .rows.process import Process
from .rows.reach import Reach
from .setting import Limit, Setting, rows


# A data class has the fields of its last base class first.
@dataclass(frozen=True)
class Settings(Permissions, Limits, Reach, Process):
    """The settings of one container. None: not set, and left to the image or the engine.

    Sizes in bytes, cpus in billionths of a CPU, stop_timeout in seconds.
    """

    @property
    def has_limits(self) -> bool:
        return any(getattr(self, name) is not None for name in LIMITS)

    def chosen(self) -> dict[str, Any]:
        """Return the settings that are set, by name."""
        values = {name: getattr(self, name) for name in SETTINGS}
        return {name: value for name, value in values.items() if value is not None}


#: The row of each setting, by its name.
SETTINGS: Mapping[str, Setting] = {setting.name: setting for setting in rows(Settings)}
#: Limits of resources, which some hosts cannot set.
LIMITS: Mapping[str, Limit] = {
    name: setting.compare
    for name, setting in SETTINGS.items()
    if isinstance(setting.compare, Limit)
}
