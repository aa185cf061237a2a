# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module whose arguments already have the types of its options.

It does the same as Ansible's AnsibleModule; tests compare both. `read` returns None if an argument
must be converted or is invalid.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Mapping, Sequence

from .bundled_module import CALL

_OF_ANSIBLE = "_ansible_"
#: The keys of an option that are supported here. Ansible reads options with other keys, such as
#: ``fallback``.
_KNOWN = frozenset(
    {"type", "required", "default", "choices", "elements", "options", "no_log", "aliases"}
)
#: The Python types of values that Ansible leaves as they are, by the type of an option.
_TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "path": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
    "list": (list,),
    "dict": (dict,),
    "raw": (object,),
}
#: The most characters of a value in the system's log.
_LOGGED = 200


class PlainModule:
    """A module that was called; see ``CalledModule``."""

    def __init__(
        self,
        options: Mapping[str, Mapping[str, Any]],
        params: dict[str, Any],
        taken: Mapping[str, Any],
        told: Mapping[str, Any],
    ) -> None:
        self.argument_spec = options
        self.params = params
        self.taken = taken
        self.told = told
        self.check_mode = bool(told.get(f"{_OF_ANSIBLE}check_mode"))
        self._warnings: list[str] = []

    def warn(self, warning: str) -> None:
        if warning not in self._warnings:
            self._warnings.append(warning)

    def exit_json(self, **kwargs: Any) -> None:
        self._end(kwargs, 0)

    def fail_json(self, msg: str, **kwargs: Any) -> None:
        self._end({**kwargs, "failed": True, "msg": msg}, 1)

    def _end(self, result: Mapping[str, Any], status: int) -> None:
        answer = with_arguments(result, self.params, self.taken)
        if self._warnings:
            answer["warnings"] = self._warnings
        sys.stdout.write(f"\n{json.dumps(answer)}\n")
        raise SystemExit(status)


def with_arguments(
    result: Mapping[str, Any], params: Mapping[str, Any], taken: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a result with the module's arguments and what identifies the call."""
    call = {CALL: taken[CALL]} if CALL in taken else {}
    return {"invocation": {"module_args": {**params, **call}}, **result}


def read(
    line: bytes,
    options: Mapping[str, Mapping[str, Any]],
    names_to_take: Sequence[str],
    relations: Mapping[str, Any],
) -> PlainModule | None:
    """Return the module, or None if Ansible has to convert or to refuse an argument.

    options, relations: as AnsibleModule takes them.
    """
    given = json.loads(line)["ANSIBLE_MODULE_ARGS"]
    told = {name: given.pop(name) for name in list(given) if name.startswith(_OF_ANSIBLE)}
    taken = {name: given.pop(name) for name in names_to_take if name in given}
    params = fitting(given, options) if hold(relations, given) else None
    if params is None:
        return None
    module = PlainModule(options, params, taken, told)
    _use_valid_locale()
    _log(given, options, told)
    _use_readable_folder()
    return module


def fitting(
    given: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any] | None:
    """Return the values of all options; None if Ansible has to convert or refuse one."""
    values = {name: given[name] for name in given if name in options}
    if len(values) < len(given):
        return None
    for name, option in options.items():
        is_given = name in given
        if not option.keys() <= _KNOWN or (option.get("required") and not is_given):
            return None
        if not is_given:
            values[name] = option.get("default")
        elif given[name] is None:
            # Ansible keeps null only for an option without these; otherwise it converts or refuses.
            if option.get("required") or option.get("choices") or option.get("default") is not None:
                return None
        else:
            try:
                values[name] = _fitting_value(given[name], option)
            except _Unfit:
                return None
    return values


class _Unfit(Exception):
    """A value that Ansible has to convert or to refuse."""


def _fitting_value(value: Any, option: Mapping[str, Any]) -> Any:
    kind = option.get("type", "str")
    value = _of_type(value, kind)
    entries = value if kind == "list" else [value]
    if "elements" in option:
        value = entries = [_of_type(entry, option["elements"]) for entry in value]
    if "choices" in option and not all(entry in option["choices"] for entry in entries):
        raise _Unfit
    if "options" not in option:
        return value
    found = [fitting(entry, option["options"]) for entry in entries]
    if None in found:
        raise _Unfit
    return found if kind == "list" else found[0]


def _of_type(value: Any, kind: str) -> Any:
    is_of_type = kind in _TYPES and isinstance(value, _TYPES[kind])
    if not is_of_type:
        raise _Unfit
    if isinstance(value, bool) and kind in ("int", "float"):
        raise _Unfit
    if kind == "float":
        return float(value)
    return os.path.expanduser(os.path.expandvars(value)) if kind == "path" else value


def hold(relations: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Return whether the arguments are allowed together; False if that is not known."""
    for relation, groups in relations.items():
        if relation == "mutually_exclusive":
            holds = all(_count(group, given) <= 1 for group in groups)
        elif relation == "required_together":
            holds = all(_count(group, given) in (0, len(group)) for group in groups)
        else:
            holds = relation == "required_by" and not any(name in given for name in groups)
        if not holds:
            return False
    return True


def _count(names: Sequence[str], given: Mapping[str, Any]) -> int:
    return sum(name in given for name in names)


def _log(
    given: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]], told: Mapping[str, Any]
) -> None:
    """Write the call to the system's log, as each module of Ansible does."""
    if told.get(f"{_OF_ANSIBLE}no_log"):
        return
    try:
        import syslog
    except ImportError:
        return
    facility = told.get(f"{_OF_ANSIBLE}syslog_facility") or "LOG_USER"
    shown = [f"{name}={_logged(given[name], options[name])}" for name in given]
    words = [told.get(f"{_OF_ANSIBLE}target_log_info"), "Invoked with", *shown]
    name = told.get(f"{_OF_ANSIBLE}module_name", "")
    syslog.openlog(f"ansible-{name}", 0, getattr(syslog, str(facility), syslog.LOG_USER))
    text = " ".join(str(word) for word in words if word)
    syslog.syslog(syslog.LOG_INFO, text.replace("\0", "").encode("utf-8", "replace").decode())


def _logged(value: Any, option: Mapping[str, Any]) -> str:
    """Return what is logged of a value.

    Only numbers, required texts and choices are logged: a list, an address or another text may
    contain a password.
    """
    is_shown = isinstance(value, (int, float)) or (
        isinstance(value, str)
        and "://" not in value
        and bool(option.get("required") or "choices" in option)
    )
    return str(value)[:_LOGGED] if is_shown and not option.get("no_log") else "NOT_LOGGED"


def _use_valid_locale() -> None:
    """Make programs that this process starts use a plain locale if theirs is not installed."""
    chosen = [os.environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    if all(name in (None, "", "C", "POSIX", "C.UTF-8", "C.utf8") for name in chosen):
        return
    import locale

    for found in ("", "C.UTF-8", "C"):
        try:
            locale.setlocale(locale.LC_ALL, found)
        except locale.Error:
            continue
        if found:
            os.environ.update(dict.fromkeys(("LANG", "LC_ALL", "LC_MESSAGES"), found))
        return


def _use_readable_folder() -> None:
    """Leave a current folder that this user cannot read, as after ``become``."""
    try:
        is_readable = os.access(os.getcwd(), os.F_OK | os.R_OK)
    except OSError:
        is_readable = False
    if not is_readable:
        for folder in (os.path.expanduser("~"), "/"):
            if os.access(folder, os.F_OK | os.R_OK):
                os.chdir(folder)
                return
