# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of actions and lookups cannot steer the terminal of ansible-playbook."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from ansible.errors import (
    AnsibleActionFail,
    AnsibleActionSkip,
    AnsibleConnectionFailure,
    AnsibleError,
    AnsibleLookupError,
    AnsibleUndefinedVariable,
)
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.vigo.bridge.plugins.lookup import gotemplate, secret
from ansible_collections.vigo.bridge.plugins.plugin_utils.clean_errors import (
    clean_action_errors,
    clean_lookup_errors,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError

EVIL = "\x1b]0;t\x07 \x9b2J \u202e\rx"
CLEAN = "\\x1b]0;t\\x07 \\x9b2J \\u202e\\x0dx"

#: what an action raises -> what Ansible gets: the class, and the message
OF_ACTIONS: list[tuple[Exception, type[Exception], str]] = [
    (AnsibleActionFail(EVIL), AnsibleActionFail, CLEAN),
    (AnsibleActionSkip(EVIL), AnsibleActionSkip, CLEAN),
    (AnsibleConnectionFailure(EVIL), AnsibleConnectionFailure, CLEAN),
    (AnsibleError("a", orig_exc=ValueError(EVIL)), AnsibleError, f"a: {CLEAN}"),
    (KeyError(EVIL), AnsibleActionFail, f"KeyError: {EVIL!r}"),
    (ValueError(EVIL), AnsibleActionFail, f"ValueError: {CLEAN}"),
    (
        OSError(errno.EACCES, "Permission denied", EVIL),
        AnsibleActionFail,
        f"{CLEAN}: permission denied; use an account with this permission",
    ),
]


@pytest.mark.parametrize(("error", "kind", "message"), OF_ACTIONS)
def test_errors_of_actions(error: Exception, kind: type[Exception], message: str) -> None:
    raised = cleaned(clean_action_errors, error)
    assert type(raised) is kind
    assert str(raised).lower() == message.lower()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (StoreError(EVIL), AnsibleLookupError),
        (AnsibleUndefinedVariable(EVIL), AnsibleUndefinedVariable),
    ],
)
def test_errors_of_lookups(error: Exception, kind: type[Exception]) -> None:
    raised = cleaned(lambda: clean_lookup_errors(StoreError), error)
    assert type(raised) is kind
    assert str(raised) == CLEAN


@pytest.mark.parametrize("around", [clean_action_errors, lambda: clean_lookup_errors(StoreError)])
def test_causes_are_not_shown(around: Callable[[], AbstractContextManager[None]]) -> None:
    error = AnsibleError("a")
    error.__cause__ = StoreError(EVIL)
    raised = cleaned(around, error)
    assert str(raised) == f"a: {CLEAN}"
    assert not set("\x1b\x07\x9b\u202e") & set("".join(traceback.format_exception(raised)))


#: plugin, term, variables
LOOKUPS: list[tuple[Any, str, dict[str, Any]]] = [
    (gotemplate, "{{ .Vars.x." + EVIL, {}),
    (gotemplate, "{{ .Vars.x | " + EVIL + " }}", {}),
    (gotemplate, "{{ index .Vars.x 7 }}", {"x": {EVIL: 1}}),
    (gotemplate, "{{ .Vars.x.y }}", {"vigo_vars": {"x": EVIL}}),
    (secret, EVIL, {}),
    (secret, "a/b", {"vigo_secrets_folder": "/nowhere" + EVIL}),
]


@pytest.mark.parametrize(("plugin", "term", "variables"), LOOKUPS)
def test_lookups(plugin: Any, term: str, variables: dict[str, Any]) -> None:
    loader = DataLoader()
    lookup = plugin.LookupModule(loader=loader, templar=Templar(loader, variables))
    lookup.set_options = lambda **_: None
    lookup.get_option = {"traits": {}, "vars": None, "item": None}.get
    with pytest.raises(AnsibleError) as raised:
        lookup.run([term], variables)
    assert not set("\x1b\x07\x9b\u202e\r") & set(str(raised.value))


def cleaned(around: Callable[[], AbstractContextManager[None]], error: Exception) -> BaseException:
    expected: type[BaseException] = type(error) if isinstance(error, AnsibleError) else AnsibleError
    with pytest.raises(expected) as raised, around():
        raise error
    return raised.value
