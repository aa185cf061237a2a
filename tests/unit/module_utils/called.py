# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that takes its arguments from a test, and ends with an exception."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Ended(BaseException):
    """The module has printed its result. failed: whether as a failure."""

    def __init__(self, failed: bool, result: dict[str, Any]) -> None:
        super().__init__(failed, result)
        self.failed, self.result = failed, result


class FakeModule:
    """Replaces a `CalledModule`.

    taken: what its action plugin has added. told: what Ansible gives each module. warned: its
    warnings.
    """

    def __init__(
        self,
        params: Mapping[str, Any],
        argument_spec: Mapping[str, Any],
        taken: Mapping[str, Any] | None = None,
        check_mode: bool = True,
    ) -> None:
        self.params = dict(params)
        self.argument_spec = argument_spec
        self.taken: Mapping[str, Any] = dict(taken or {})
        self.check_mode = check_mode
        self.told: Mapping[str, Any] = {"_ansible_debug": False}
        self.warned: list[str] = []

    def warn(self, warning: str) -> None:
        self.warned.append(warning)

    def fail_json(self, msg: str, **kwargs: Any) -> None:
        raise Ended(True, {"msg": msg, **kwargs})

    def exit_json(self, **kwargs: Any) -> None:
        raise Ended(False, kwargs)
