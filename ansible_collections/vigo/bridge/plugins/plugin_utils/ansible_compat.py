# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection's plugins use of Ansible that Ansible does not document for plugins.

No other file of the collection uses such names on the controller. Each docstring says why a name is
needed ("Why"), and what happens if a version of ansible-core does not have it ("Missing"). Modules
have their own file for that, ``module_utils/delivery/ansible_compat.py``, since they cannot import
this one.

Ansible's developer guide documents ``_execute_module`` and ``_task`` of actions, and
``_read_config_data``, ``_cache`` and those for constructed groups of inventory plugins. They are
used where they are needed.
"""

from __future__ import annotations

import contextlib
import datetime
import inspect
import os
import shlex
import zipfile
from dataclasses import dataclass
from typing import Any, Mapping, MutableMapping, Sequence

from ansible import constants, module_utils
from ansible.errors import AnsibleActionFail, AnsibleError, AnsibleParserError
from ansible.plugins.action import ActionBase
from ansible.plugins.lookup import LookupBase
from ansible.release import __version__

from ..module_utils.delivery.ansible_compat import PROFILE

#: The versions of ansible-core that are tested and have all of this.
SEEN_ON = ("2.19", "2.20", "2.21")
_MISSING = object()
#: The argument that makes a module return its arguments.
_INJECT = "_ansible_inject_invocation"


class AnsibleAction(ActionBase):
    """An action with public names for what it uses of Ansible's own."""

    #: Whether a task with ``async`` may use it.
    in_background = False

    @property
    def _supports_async(self) -> bool:
        """Whether Ansible refuses ``async``. Missing: it refuses nothing, and modules run."""
        return self.in_background

    def template(self, value: Any) -> Any:
        """Return a value with its templates rendered.

        Why: variables that an action reads itself are not rendered. Missing: an error.
        """
        return _of(self, "_templar").template(value)

    @property
    def loader(self) -> Any:
        """The object that reads files, also vaulted ones. Missing: an error."""
        return _of(self, "_loader")

    def find_file(self, folder: str, name: str) -> str:
        """Return the path of a file beside the role or playbook, as ``copy`` finds its ``src``.

        Missing: an error.
        """
        path: str = _of(self, "_find_needle")(folder, name)
        return path

    def is_pipelining(self) -> bool:
        """Return whether the module's arguments stay off the target's disk.

        Why: secrets must not be written there, and kept modules need a standard input. Missing:
        it counts as off, so that secrets are refused, and modules are sent each time.
        """
        enabled = getattr(self, "_is_pipelining_enabled", None)
        return bool(enabled and enabled("new", bool(self._task.async_val)))

    def pipelining_obstacle(self) -> str:
        """Return the part of the connection that prevents pipelining; "" where a setting does.

        Missing: a setting counts as the reason.
        """
        connection: Any = getattr(self, "_connection", None)
        if not getattr(connection, "has_pipelining", True):
            return (
                f"the connection {connection.transport!r} does not support it; set"
                " ansible_connection to one that does, such as ssh"
            )
        become = getattr(connection, "become", None)
        if become and not become.pipelining:
            return (
                f"the become method {become.name!r} does not support it; set"
                " ansible_become_method to one that does, such as sudo"
            )
        return ""

    def needs_terminal(self) -> bool:
        """Return whether the become method needs a terminal. Missing: it needs none."""
        become = getattr(getattr(self, "_connection", None), "become", None)
        return bool(become and become.require_tty)

    def connection_timeout(self) -> int:
        """Return how many seconds a connection may take. Missing: the default of all connections.

        Why: a Python on the target that does not respond is given up after the same time.
        """
        try:
            return int(self._connection.get_option("timeout"))
        except (AnsibleError, AttributeError, KeyError, TypeError, ValueError):
            return int(constants.DEFAULT_TIMEOUT)

    def reset_connection(self) -> None:
        """End the connection to the target, so that the next call makes a new one.

        Why: ssh keeps connections open and uses them again, even a broken one. Missing: it is used.
        """
        with contextlib.suppress(Exception):
            self._connection.reset()

    def can_run_programs(self) -> bool:
        """Return whether `run_program` works here: the target has a POSIX shell.

        Missing: it does not, so that modules are sent each time.
        """
        shell = getattr(getattr(self, "_connection", None), "_shell", None)
        return (
            getattr(shell, "SHELL_FAMILY", "") == "sh"
            and all(hasattr(ActionBase, name) for name in _OF_PROGRAMS)
            and module_encoder() is not None
        )

    def module_arguments(
        self, module: str, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the arguments with those that Ansible gives every module.

        Why: a kept module is called without ``_execute_module``. Missing: see `can_run_programs`.
        """
        given = dict(arguments)
        self._update_module_args(module, given, task_vars)
        return given

    def run_program(self, command: str, given: bytes | None) -> dict[str, Any]:
        """Run a command on the target with the task's ``environment``.

        Why: it costs one command of the connection, where ``_execute_module`` costs up to three.
        Missing: see `can_run_programs`.
        """
        environment = self._compute_environment_string()
        answer: dict[str, Any] = self._low_level_execute_command(
            f"{environment} {command}", in_data=given
        )
        return answer

    def terminal_command(self, words: Sequence[str]) -> list[str]:
        """Return the program with arguments that runs a command on the target in a terminal here.

        Why: Ansible gives no command a terminal of the user's. Empty where the connection cannot.
        Missing: empty, too.
        """
        return self._command_here(shlex.join(words), "-tt")

    def piped_command(self, command: str) -> list[str]:
        """Return the program with arguments that runs a command as `run_program` does.

        Why: its output can be read while it runs. Nothing asks for a password: SSH uses the
        connection that an earlier command has opened, or a key. Empty where that cannot work.
        Missing: empty, too.
        """
        become = getattr(getattr(self, "_connection", None), "become", None)
        try:
            if become is not None and become.get_option("become_pass"):
                return []
        except KeyError:  # a plugin without passwords
            pass
        whole = f"{self._compute_environment_string()} {command}"
        return self._command_here(whole, "-o", "BatchMode=yes")

    def _command_here(self, command: str, *options: str) -> list[str]:
        """Return the program here that runs a command there; empty where the connection has none.

        options: of SSH.
        """
        connection: Any = getattr(self, "_connection", None)
        transport = getattr(connection, "transport", "")
        command = self._become_command(connection, command)
        if transport == "local":
            return ["/bin/sh", "-c", command]
        build = getattr(connection, "_build_command", None)
        if transport != "ssh" or build is None:
            return []
        program = connection.get_option("ssh_executable")
        built = build(program, "ssh", *options, connection.get_option("host"), command)
        for descriptor in getattr(connection, "sshpass_pipe", None) or ():
            os.close(descriptor)  # for the password, which is not passed here
        connection.sshpass_pipe = None
        found = [os.fsdecode(word) for word in built]
        # Without a program before it, such as sshpass, which gets no password here: ssh prompts.
        return found[found.index(program) :] if program in found else []

    def _become_command(self, connection: Any, command: str) -> str:
        """Return a command that runs another one as the user that the task becomes."""
        become = getattr(connection, "become", None)
        if become is None or self._is_user_already():
            return command
        built = str(become.build_become_command(command, getattr(connection, "_shell", None)))
        # Ansible waits for this line; a person needs none.
        return built.replace(f"echo {become.success} ; ", "", 1)

    def _is_user_already(self) -> bool:
        """Return whether the task becomes the user who logs in, where Ansible does nothing."""
        user, other = _of(self, "_get_remote_user")(), self.get_become_option("become_user")
        return bool(user or other) and user == other and not constants.BECOME_ALLOW_SAME_USER

    def result_of(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Return the result that a module has printed.

        Keys that only Ansible itself may set in a result are removed. Missing: an error.
        """
        return _as_result(_of(self, "_parse_returned_data")(answer, PROFILE))

    def execute_module(
        self, module: str, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the result of a module that is run in Ansible's own way.

        Raise AnsibleActionFail if its answer could not be distinguished from other output.
        """
        for name in ("_parse_returned_data", "_update_module_args"):
            if not hasattr(ActionBase, name):
                raise unsupported(f"ActionBase.{name}")
        result: dict[str, Any] = self._execute_module(
            module_name=module,
            module_args=dict(arguments),
            task_vars=task_vars,
            wrap_async=bool(self._task.async_val),
        )
        return result

    def own_output(self, output: str) -> str:
        """Return the part of a target's output that counts."""
        return output

    def _update_module_args(
        self, module_name: str, module_args: dict[str, Any], *more: Any, **options: Any
    ) -> None:
        """Do what Ansible's method does, and make the module return its arguments.

        Why: a module's answer is recognized by one of them. Since 2.21, modules do not return them,
        unless the user's setting says so (see `shows_arguments`).
        """
        super()._update_module_args(module_name, module_args, *more, **options)
        if not self._task.async_val and _INJECT in module_args:
            module_args[_INJECT] = True

    def _parse_returned_data(self, res: dict[str, Any], *more: Any, **options: Any) -> Any:
        """Do what Ansible's method does, with `own_output` alone.

        Why: ``_execute_module`` calls it, and other programs print text that looks like a result.
        """
        if not self._task.async_val:  # Otherwise it is the output of what starts the module.
            res = {**res, "stdout": self.own_output(res.get("stdout", ""))}
        return super()._parse_returned_data(res, *more, **options)


class AnsibleLookup(LookupBase):
    """A lookup with public names for what it uses of Ansible's own."""

    def template(self, value: Any) -> Any:
        """Return a value with its templates rendered. Missing: an error."""
        return _of(self, "_templar").template(value)

    @property
    def loader(self) -> Any:
        """The object that reads files, also vaulted ones. Missing: an error."""
        return _of(self, "_loader")


_OF_PROGRAMS = (
    "_compute_environment_string",
    "_low_level_execute_command",
    "_parse_returned_data",
    "_update_module_args",
)


def module_encoder() -> Any:
    """Return the class that writes a module's arguments as JSON.

    Why: values carry Ansible's tags, which the standard library cannot write. Missing: None, and
    modules are sent each time.
    """
    try:
        from ansible.module_utils.common.json import Direction, get_module_encoder

        return get_module_encoder(PROFILE, Direction.CONTROLLER_TO_MODULE)
    except (AttributeError, ImportError, LookupError, TypeError):
        return None


def setting(name: str, variables: Mapping[str, Any]) -> Any:
    """Return the value of one of Ansible's settings for a host with these variables.

    Why: ``ansible.constants`` does not know the host's variables. Missing: an error.
    """
    return _of(constants, "config").get_config_value(name, variables=variables)


def shows_arguments(variables: Mapping[str, Any]) -> bool:
    """Return whether results have the module's arguments. Missing: they have, as before 2.21."""
    try:
        return bool(setting("INJECT_INVOCATION", variables))
    except AnsibleError:
        return True


def use_for_polling(task_vars: Mapping[str, Any], variables: Mapping[str, Any]) -> None:
    """Set variables for what Ansible itself runs for this task on this host.

    Why: it asks for the result of a task with ``async`` and ``poll`` by a module of its own, which
    gets the same ``task_vars``. Missing: that module has the variables as they were.
    """
    if isinstance(task_vars, MutableMapping):
        task_vars.update(variables)


def names_of_ansibles_variables() -> frozenset[str]:
    """Return the names of variables that Ansible sets for each task.

    Missing: none, and a stack's variable of such a name gets Ansible's value.
    """
    return frozenset(getattr(constants, "INTERNAL_STATIC_VARS", ()))


def keywords() -> frozenset[str]:
    """Return the keywords of playbooks, which cannot be names of variables. Missing: an error."""
    try:
        from ansible.vars.reserved import get_reserved_names
    except ImportError:
        raise unsupported("ansible.vars.reserved.get_reserved_names") from None
    return frozenset(get_reserved_names(include_private=True))


def given_variables(task_vars: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the variables of the task's host that the inventory and ``-e`` define.

    Why: ``task_vars`` also contains Ansible's own. Missing: none, and no warning that the user's
    variable of a reserved name is not used.
    """
    hosts, host = task_vars.get("hostvars"), task_vars.get("inventory_hostname")
    raw_get = getattr(hosts, "raw_get", None)
    given = raw_get(host) if raw_get and host else {}
    return given if isinstance(given, Mapping) else {}


def inventory_variables(host: Any) -> dict[str, Any]:
    """Return the variables that a host of an inventory has itself and from its groups.

    Why: the groups that the plugin has just added count. Missing: an error.
    """
    try:
        from ansible.inventory.helpers import get_group_vars
        from ansible.utils.vars import combine_vars
    except ImportError as error:
        raise AnsibleParserError(unsupported(str(error)).message) from None
    variables: dict[str, Any] = combine_vars(get_group_vars(host.get_groups()), host.get_vars())
    return variables


def without_cause(error: AnsibleError, message: str) -> AnsibleError:
    """Return the same error with another message, and without the error that it wraps.

    Why: Ansible prints the messages of both. Missing: there is nothing to leave out.
    """
    error.message = message
    if hasattr(error, "orig_exc"):
        error.orig_exc = None
    return error


def unsupported(name: str) -> AnsibleActionFail:
    """Return an error for a name that this ansible-core does not have."""
    return AnsibleActionFail(
        f"ansible-core {__version__} is not supported: {name} is missing; install one of"
        f" {', '.join(SEEN_ON)}, or a newer vigo.bridge"
    )


def _of(owner: Any, name: str) -> Any:
    value = getattr(owner, name, _MISSING)
    if value is _MISSING:
        raise unsupported(f"{getattr(owner, '__name__', type(owner).__name__)}.{name}")
    return value


def _as_result(parsed: Any) -> dict[str, Any]:
    """Return a module's result, without keys that only Ansible itself may set."""
    if not isinstance(parsed, dict):
        # ansible-core has had a type of its own for results since 2.21.
        _of(parsed, "remove_internal_keys")()
        result: dict[str, Any] = _of(parsed, "as_result_dict")(for_round_trip=True)
        return result
    try:
        from ansible.vars.clean import remove_internal_keys
    except ImportError:
        raise unsupported("ansible.vars.clean.remove_internal_keys") from None
    remove_internal_keys(parsed)
    return parsed


@dataclass(frozen=True)
class FoundModule:
    """A module as Ansible finds it. name: its own full name; path: its file."""

    name: str
    path: str


def find_module(name: str) -> FoundModule | None:
    """Return the module of a full name, with redirects followed; None if there is none.

    Why: we send modules ourselves, and Ansible documents no way to find them. Missing: an error.
    """
    from ansible.plugins.loader import module_loader

    find = _of(module_loader, "find_plugin_with_context")
    try:
        found = find(name)
    except AnsibleError:  # such as one that was removed
        return None
    if not found.resolved or not found.plugin_resolved_path:
        return None
    return FoundModule(found.resolved_fqcn or name, found.plugin_resolved_path)


def modules_folder() -> str:
    """Return the folder with the modules of ansible.builtin.

    Why: to suggest the module that was meant. Missing: a folder that does not exist.
    """
    return os.path.join(os.path.dirname(os.path.abspath(module_utils.__file__)), "../modules")


def has_action(name: str) -> bool:
    """Return whether a plugin on the controller does a part of a module's work.

    Why: we can only run the module itself on a target. Missing: an error.
    """
    from ansible.plugins.loader import action_loader

    find = _of(action_loader, "find_plugin_with_context")
    try:
        return bool(find(name).resolved)
    except AnsibleError:
        return False


def import_name(path: str) -> str:
    """Return the name by which Python imports a module's file. Raise ValueError if it cannot.

    Why: modules import their neighbours by it. Missing: an error.
    """
    from ansible.executor import module_common

    name: str = _of(module_common, "_get_ansible_module_fqn")(path)
    return name


def add_imports(archive: zipfile.ZipFile, name: str, source: str) -> None:
    """Add all of ``module_utils`` that a program imports, directly and indirectly, to an archive.

    name: as Python imports the program. Raise AnsibleError if something is not found. Why:
    modules must find on a target what Ansible sends. Missing: an error.
    """
    from ansible.executor import module_common

    given: dict[str, Any] = {
        "name": name.rpartition(".")[2],
        "module_fqn": name,
        "module_data": source.encode(),
        "zf": archive,
        "date_time": datetime.datetime(1980, 1, 1),
    }
    finder = _of(module_common, "recursive_finder")
    if "extension_manager" in inspect.signature(finder).parameters:
        builder = _of(module_common, "_builder")
        given["extension_manager"] = _of(builder, "ExtensionManager")()
    finder(**given)
