# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command that runs if its guards permit it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from ..descriptor import RERUN, Attribute, ResourceType

if TYPE_CHECKING:
    from .behaviour import Exec
    from .spec import ExecSpec


def _behaviour() -> Exec:
    from .behaviour import Exec

    return Exec()


def _parse(attributes: Mapping[str, Any]) -> ExecSpec:
    from .spec import parse

    return parse(attributes)


TYPE = ResourceType(
    name="exec",
    key="command",
    attributes=lambda: (
        Attribute("command", required=True, secrets=True, words=True),
        Attribute("onlyif", "str"),
        Attribute("unless", "str"),
        Attribute("creates", "str"),
        Attribute("removes", "str"),
        Attribute("stdin", "str", secrets=True, data=True),
        Attribute("secret_file", "str", secrets=True, data=True),
        Attribute("cwd", "str"),
        Attribute("user", "str", plain=True),
        Attribute("environment", secrets=True),
        Attribute("returns"),
        Attribute("logoutput"),
        Attribute("background", "bool", default=False),
        Attribute("nice", "int", default=0),
        Attribute("timeout"),
    ),
    behaviour=_behaviour,
    parse=_parse,
    module="vigo.bridge.exec",
    guards=("creates", "removes", "onlyif", "unless"),
    unchecked_when_triggered=("unless", "creates", "removes"),
    on_trigger=RERUN,
)
