# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which modules of Ansible can be resources, and why others cannot."""

from __future__ import annotations

import importlib.util
import os
import re
from dataclasses import dataclass
from typing import Iterator, Mapping

from ..module_utils.common.suggest import did_you_mean
from .ansible_compat import find_module, has_action, import_name, modules_folder

_BUILTIN = "ansible.builtin"
_OURS = "vigo.bridge"
_FILE = "use 'type: file', with 'source' or 'content'"
_EXEC = "use 'type: exec'"
_NOT_NEEDED = "resources have 'when', variables and templates of their own"
_PLAYBOOK = "do it in a playbook, before or after vigo-bridge"
#: Modules of ansible.builtin that do their work on the controller, and what to use instead.
_ON_CONTROLLER: Mapping[str, str] = {
    **dict.fromkeys(("copy", "template"), _FILE),
    "assemble": "use 'type: file' with the whole content",
    "unarchive": "use 'type: exec' with tar or unzip, and 'creates'",
    "package": "use 'type: package', or a module such as ansible.builtin.apt",
    "service": "use 'type: service', or a module such as ansible.builtin.systemd_service",
    **dict.fromkeys(("raw", "script"), _EXEC),
    **dict.fromkeys(("assert", "debug", "fail", "group_by", "include_vars"), _NOT_NEEDED),
    **dict.fromkeys(("set_fact", "set_stats", "validate_argument_spec"), _NOT_NEEDED),
    "gather_facts": "name traits in templates, such as {{ .Traits.os.family }}",
    "async_status": "set 'timeout' if the command takes longer",
    "async_wrapper": "set 'timeout' if the command takes longer",
    "pause": _PLAYBOOK,
    "reboot": _PLAYBOOK,
    "fetch": _PLAYBOOK,
    "add_host": "add the host to your inventory",
    "wait_for_connection": _PLAYBOOK,
    "meta": _PLAYBOOK,
}
#: Modules whose actions only do what we do, too, or choose between modules.
_USABLE = frozenset({"command", "shell", "dnf", "uri"})
_NEW_STYLE = re.compile(
    rb"(?:from|import)\s+(?:ansible\.module_utils|ansible_collections\.\w+\.\w+\.plugins"
    rb"\.module_utils|\.\.module_utils|\.+\w*module_utils)"
)


class Refused(Exception):
    """A module that cannot be a resource. advice: what to do, or an empty text."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(f"{message}; {advice}" if advice else message)
        self.message = message
        self.advice = advice


@dataclass(frozen=True)
class ForeignModule:
    """A module that can be a resource. path: its file. imported: what Python imports."""

    name: str
    path: str
    imported: str


def module_for_choice(name: str) -> ForeignModule | None:
    """Return one of the modules between which hosts choose; None if it is not installed.

    It may have an action plugin that chooses between modules, which is not needed here.
    """
    found = find_module(name) if _folders(name.rpartition(".")[0]) else None
    return ForeignModule(name, found.path, _imported(name, found.path)) if found else None


def module_named(name: str) -> ForeignModule:
    """Return the module that a full name stands for. Raise Refused."""
    collection, short = name.rpartition(".")[::2]
    if collection == _BUILTIN and (short in _ON_CONTROLLER or _is_keyword(short)):
        raise _on_controller(name, _ON_CONTROLLER.get(short, _PLAYBOOK))
    if collection == _OURS:
        raise Refused(f"{name} is only for playbooks", f"write 'type: {short}'")
    if collection == "ansible.legacy":
        raise Refused(f"{name} depends on folders of the controller", f"write {_BUILTIN}.{short}")
    found = find_module(name) if _folders(collection) else None
    if found is None:
        raise _unknown(name, collection)
    own = found.name.rpartition(".")[2]
    is_builtin = found.name.startswith((f"{_BUILTIN}.", "ansible.legacy."))
    if is_builtin and own in _ON_CONTROLLER:
        raise _on_controller(name, _ON_CONTROLLER[own])
    if has_action(name) and not (is_builtin and own in _USABLE):
        raise _on_controller(name, _PLAYBOOK)
    if is_builtin and own == "shell":
        found = find_module(f"{_BUILTIN}.command") or found
    return ForeignModule(name, found.path, _imported(name, found.path))


def _is_keyword(short: str) -> bool:
    return short.startswith(("include_", "import_"))


def _on_controller(name: str, advice: str) -> Refused:
    return Refused(f"{name} runs on the controller, and cannot be a resource", advice)


def _imported(name: str, path: str) -> str:
    try:
        with open(path, "rb") as stream:
            source = stream.read()
        if path.endswith(".py") and b"WANT_JSON" not in source and _NEW_STYLE.search(source):
            return import_name(path)
    except (OSError, ValueError):
        pass
    raise Refused(f"{name} does not use Ansible's class AnsibleModule", "run it in a playbook")


def _unknown(name: str, collection: str) -> Refused:
    known = list(_names_in(collection))
    if not known:
        return Refused(
            f"the collection {collection} is not installed",
            f"install it: ansible-galaxy collection install {collection}",
        )
    return Refused(
        f"{collection} has no module {name.rpartition('.')[2]!r}",
        did_you_mean(name, known) or f"`ansible-doc -t module -l {collection}` lists its modules",
    )


def _names_in(collection: str) -> Iterator[str]:
    """Yield the full names of a collection's modules; none where it is not installed."""
    for folder in _folders(collection):
        for entry in sorted(os.listdir(folder)):
            short, ending = os.path.splitext(entry)
            if ending in (".py", "") and not short.startswith("_"):
                yield f"{collection}.{short}"


def _folders(collection: str) -> list[str]:
    """Return the folders with a collection's modules; none where it is not installed."""
    if collection == _BUILTIN:
        return [modules_folder()]
    try:
        spec = importlib.util.find_spec(f"ansible_collections.{collection}")
    except (ImportError, ValueError):
        return []
    places = (spec and spec.submodule_search_locations) or ()
    folders = [os.path.join(place, "plugins", "modules") for place in places]
    return [folder for folder in folders if os.path.isdir(folder)]
