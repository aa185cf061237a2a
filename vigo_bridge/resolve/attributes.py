# SPDX-License-Identifier: GPL-3.0-or-later
"""Computes the attributes of a resource for the target: `case` and template files are replaced."""

from __future__ import annotations

import json
import re
from base64 import encodebytes
from collections.abc import Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import StackFile
from ansible_collections.vigo.bridge.plugins.module_utils.types.file.spec import is_path
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.language.attributes import attribute_data
from vigo_bridge.language.diagnostics import Diagnostics, did_you_mean
from vigo_bridge.language.model import Case, TemplateFile
from vigo_bridge.language.template_files import path_in_stack, report_unreadable
from vigo_bridge.language.templates import is_template, uses
from vigo_bridge.language.values import Scalar, Value
from vigo_bridge.resolve.instances import Instance

_SINGLE_ACTION = re.compile(r"\s*\{\{-?((?:(?!\{\{|\}\}).)+?)-?\}\}\s*", re.DOTALL)


def attributes_of(
    instance: Instance, files: Mapping[str, TemplateFile], diagnostics: Diagnostics
) -> dict[str, Any]:
    """Return unrendered values by attribute, with texts as written."""
    resource = instance.resource
    case = resource.case
    if case is None:
        return _data(instance, resource.attributes, files, diagnostics)
    if not any(use.chain[0] != "Item" for use in uses(case.subject, instance.item is not None)):
        value = instance.known.render(case.subject, "case")
        chosen = case.arms.get(value or "", case.default)
        return _data(instance, resource.with_arm(chosen), files, diagnostics)
    return _chosen_on_target(instance, case, files, diagnostics)


def _data(
    instance: Instance,
    attributes: Mapping[str, Value],
    files: Mapping[str, TemplateFile],
    diagnostics: Diagnostics,
) -> dict[str, Any]:
    kind = instance.resource.type
    data = {name: attribute_data(kind, name, value) for name, value in attributes.items()}
    stack_file = TYPES[kind].stack_file
    named = attributes.get(stack_file.attribute) if stack_file else None
    if stack_file and isinstance(named, Scalar):
        file = _file(instance, stack_file, named, files, diagnostics)
        if file is not None and stack_file.is_template:
            del data[stack_file.attribute]
        if file is not None and stack_file.is_template and file.text is not None:
            data[stack_file.text] = file.text.text
        elif file is not None:
            data[stack_file.data] = encodebytes(file.content).decode()
    return data


def _file(
    instance: Instance,
    kind: StackFile,
    named: Scalar,
    files: Mapping[str, TemplateFile],
    diagnostics: Diagnostics,
) -> TemplateFile | None:
    """Return the stack's file that an attribute names; None for a file on the target."""
    if kind.is_template and is_path(named.text):
        return None
    is_ours = not kind.is_template or not is_template(named.text)
    is_ours = is_ours or named.text.startswith(kind.folder)
    written = instance.known.render(named, kind.attribute) if is_ours else None
    if not written:  # Reported elsewhere as required, but empty.
        return None
    path = path_in_stack(kind, written)
    prefix = "" if kind.is_template else kind.folder
    known = [name.removeprefix(prefix) for name in files if name.startswith(kind.folder)]
    if not kind.is_template and (".." in written.split("/") or is_path(written)):
        diagnostics.error(
            "VB501",
            named.position,
            f"{kind.attribute} {written!r} is not a file below {kind.folder}",
            f"move the file to the stack's {kind.folder} and write its name",
        )
    elif not path.startswith(kind.folder):
        diagnostics.error(
            "VB501",
            named.position,
            f"{kind.attribute} {path!r} is neither a file of the stack nor an absolute path",
            f"move the file to the stack's {kind.folder} and write {kind.folder}{path}",
        )
    elif path not in files:
        diagnostics.error(
            "VB202",
            named.position,
            f"the stack has no file {path!r}",
            did_you_mean(written, known) or "create it, or correct the path",
        )
    elif files[path].problem:
        report_unreadable(named, files[path], diagnostics)
    elif files[path].text is None and kind.is_template and instance.resource.template:
        diagnostics.error(
            "VB501",
            named.position,
            f"the file {path!r} is not UTF-8 text, so it cannot be a template",
            "add 'template: false' to write it as it is",
        )
    else:
        try:
            kind.check(files[path].content)
        except ResourceError as error:
            message = f"the file {path!r} {error.problem}"
            diagnostics.error("VB501", named.position, message, error.advice)
        else:
            return files[path]
    return None


def _chosen_on_target(
    instance: Instance,
    case: Case,
    files: Mapping[str, TemplateFile],
    diagnostics: Diagnostics,
) -> dict[str, Any]:
    """Return attributes as templates that select a text on the target by the case."""
    resource = instance.resource
    subject = _SINGLE_ACTION.fullmatch(case.subject.text)
    if subject is None or not resource.template:
        diagnostics.error(
            "VB308",
            case.subject.position,
            "'case' with a value that is known only on the target requires a single template,"
            " such as"
            " \"{{ .Traits.os.family }}\", without 'template: false'",
        )
        return _data(instance, resource.attributes, files, diagnostics)
    default = _data(instance, resource.with_arm(case.default), files, diagnostics)
    arms = {
        value: _data(instance, resource.with_arm(arm), files, diagnostics)
        for value, arm in case.arms.items()
    }
    names = dict.fromkeys(name for data in (default, *arms.values()) for name in data)
    chosen: dict[str, Any] = {}
    for name in names:
        choices = {value: data.get(name) for value, data in arms.items()}
        try:
            chosen[name] = _chosen(subject[1].strip(), choices, default.get(name))
        except _NotAlike:
            diagnostics.error(
                "VB308",
                case.subject.position,
                f"{name!r} is selected on the target, so its structure must be the same in all"
                " cases",
                "write the same options, or as many items, in all cases and in 'default'; a list"
                " can also be a comma-separated string",
            )
    return chosen


class _NotAlike(Exception):
    """The values cannot be combined in one template: they differ in more than their texts."""


def _chosen(subject: str, choices: Mapping[str, Any], otherwise: Any) -> Any:
    """Return a value with a template for each text that differs. Raise _NotAlike."""
    values = [otherwise, *choices.values()]
    if all(value == otherwise for value in values):
        return otherwise
    if not any(isinstance(value, (dict, list)) for value in values):
        return _choice(subject, choices, otherwise)

    def part(key: Any) -> Any:
        return _chosen(subject, {one: data[key] for one, data in choices.items()}, otherwise[key])

    if isinstance(otherwise, dict) and all(
        isinstance(value, dict) and value.keys() == otherwise.keys() for value in values
    ):
        return {key: part(key) for key in otherwise}
    if isinstance(otherwise, list) and all(
        isinstance(value, list) and len(value) == len(otherwise) for value in values
    ):
        return [part(number) for number in range(len(otherwise))]
    raise _NotAlike


def _choice(subject: str, choices: Mapping[str, Any], otherwise: Any) -> str:
    branches = [
        f"if eq (print ({subject})) {json.dumps(value, ensure_ascii=False)} }}}}{_text(choice)}"
        for value, choice in choices.items()
    ]
    return "{{ " + "{{ else ".join([*branches, f"}}}}{_text(otherwise)}"]) + "{{ end }}"


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
