# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The undocumented names of Ansible that code on targets uses.

Each docstring says why a name is needed ("Why"), and what happens if a version of ansible-core does
not have it ("Missing"). This file is separate from ``plugin_utils/ansible_compat.py``, because
``plugin_utils`` is not sent to targets. The tested versions of ansible-core are listed there.
"""

from __future__ import annotations

import contextlib
import inspect
import json
from typing import Any, Mapping, Sequence

#: The serialization profile for data between modules and Ansible.
PROFILE = "legacy"


def give_arguments(basic: Any, arguments: bytes) -> None:
    """Make the next AnsibleModule of this process read these arguments.

    basic: the module ``ansible.module_utils.basic``. Why: it would read them from the standard
    input or from a wrapper of Ansible's. Missing: raises AttributeError, before the module has
    begun; the controller then has Ansible run it.
    """
    for name, value in (("_ANSIBLE_ARGS", arguments), ("_ANSIBLE_PROFILE", PROFILE)):
        getattr(basic, name)
        setattr(basic, name, value)


class TakesArguments:
    """A class in front of AnsibleModule that takes some arguments before Ansible checks them.

    Why: arguments that an action plugin adds are not options that a user can set, and must not be
    documented or suggested. Missing: ``_load_params`` is then not called, and Ansible
    refuses these arguments as unsupported.
    """

    #: The names of these arguments.
    names_to_take: Sequence[str] = ()
    #: Those that were given.
    taken: Mapping[str, Any] = {}
    params: dict[str, Any]

    def _load_params(self) -> None:
        super()._load_params()  # type: ignore[misc]
        given = [name for name in self.names_to_take if name in self.params]
        self.taken = {name: self.params.pop(name) for name in given}


def own_arguments(basic: Any) -> dict[str, Any]:
    """Return the arguments that Ansible gave this process's module in addition to its options.

    basic: the module ``ansible.module_utils.basic``. Why: a module that we run must get the same
    arguments. Missing: raises AttributeError.
    """
    given = json.loads(basic._ANSIBLE_ARGS)["ANSIBLE_MODULE_ARGS"]
    return {name: value for name, value in given.items() if name.startswith("_ansible_")}


def import_what_modules_need() -> None:
    """Import what each module and its wrapper import, so that forked children do not have to.

    Why: a module that has nothing to do spends a fifth of its time on that. Missing: each child
    imports it, or what its version of Ansible has instead.
    """
    with contextlib.suppress(ImportError, AttributeError):
        import runpy  # noqa: F401

        from ansible.module_utils._internal._ansiballz import _loader  # noqa: F401
        from ansible.module_utils.common import json as coding

        for direction in coding.Direction:
            coding.get_module_encoder(PROFILE, direction)
            coding.get_module_decoder(PROFILE, direction)


def run_as_module(name: str, library: str, arguments: Mapping[str, Any]) -> None:
    """Run a module as Ansible's own wrapper does; it prints its result and ends the process.

    name: as Python imports it. library: the archive that holds it and all that it imports. Why:
    modules that start themselves with another Python ask for what the wrapper sets. Missing:
    raises ImportError.
    """
    from ansible.module_utils._internal._ansiballz import _loader

    given = {
        "json_params": json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode(),
        "profile": PROFILE,
        "module_fqn": name,
        "modlib_path": library,
        "extensions": {},
        "secrets": frozenset(),  # ansible-core 2.22; it knows those in options with no_log.
    }
    known = inspect.signature(_loader.run_module).parameters
    _loader.run_module(**{key: value for key, value in given.items() if key in known})


def answer_in(output: str) -> tuple[str, list[str]]:
    """Return the JSON that a module has printed, and warnings about text after it.

    Raise ValueError if there is none. Why: the result must be the same as for a task. Missing:
    raises ImportError.
    """
    from ansible.module_utils.json_utils import _filter_non_json_lines

    answer, warnings = _filter_non_json_lines(output, objects_only=True)
    return answer, list(warnings)
