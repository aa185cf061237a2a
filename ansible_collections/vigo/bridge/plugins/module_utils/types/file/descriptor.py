# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file with this content, owner and mode, or no file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from ..descriptor import Attribute, ResourceType, StackFile

if TYPE_CHECKING:
    from .behaviour import File
    from .spec import FileSpec

#: The sources of content, of which at most one may be set.
CONTENTS = ("content", "content_base64", "source")

#: What the action plugin adds where a task has ``src``: the content of that file of the controller
#: as base64, and whether the file was encrypted.
CONTENT, VAULTED = "_content", "_vaulted"


def _behaviour() -> File:
    from .behaviour import File

    return File()


def _parse(attributes: Mapping[str, Any]) -> FileSpec:
    from .spec import parse

    return parse(attributes)


#: The state before the first change: the copy that ``backup`` made then, or no file.
REVERTED = "reverted"

TYPE = ResourceType(
    name="file",
    key="target_path",
    attributes=lambda: (
        Attribute("target_path", "str", required=True, plain=True),
        Attribute("content", "str", secrets=True, data=True),
        Attribute("content_base64", "str"),
        Attribute("source", "str"),
        Attribute("stream_edit"),
        Attribute("state", "str", default="present", choices=("present", "absent")),
        Attribute("mode"),
        Attribute("owner", "str"),
        Attribute("group", "str"),
        Attribute("secontext", "str"),
        Attribute("baseindent", "int", default=0),
        Attribute("backup"),
        Attribute("validate", "str"),
    ),
    behaviour=_behaviour,
    parse=_parse,
    module="vigo.bridge.file",
    task_options={"src": {"type": "str"}},
    added=(CONTENT, VAULTED),
    has_template_switch=True,
    stack_file=StackFile("source", "templates/", data="content_base64", text="content"),
    inverse={"state": REVERTED},
    is_predictable=True,
)
