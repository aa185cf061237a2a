# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of a compose file as texts of a stack: variables as templates, secrets as references."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.vigo.bridge.plugins.module_utils.secrets import (
    references as secret_references,
)
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import environment_name
from vigo_bridge.compose import secret_names
from vigo_bridge.compose.stack.content import NeededSecret
from vigo_bridge.compose.text import Text, Use
from vigo_bridge.language.position import Position


class NotAllowed(Exception):
    """The text is not possible in a stack. The message says why."""


@dataclass
class Secrets:
    """The secrets of a project: one for each origin, and one value for each path.

    are_stored: whether a store gets their values. Then a variable that is not set is an empty text,
    as in compose, and not a secret.
    """

    are_stored: bool = False
    needed: dict[str, NeededSecret] = field(default_factory=dict)
    _values: dict[str, str] = field(default_factory=dict, repr=False)
    _paths: dict[tuple[str, str, str], str] = field(default_factory=dict, repr=False)

    def path(self, wanted: str, origin: str, value: str) -> str:
        """Return the path of a secret, with a number if another value has the wanted path.

        Two paths also differ in the variable that the ``env`` store has for them.
        """
        wanted = wanted.lower()
        # Origins such as the environment are those of many variables.
        source = (wanted.rpartition("/")[2], origin, value)
        if source in self._paths:
            return self._paths[source]
        chosen, number = wanted, 1
        while self._values.get(environment_name(chosen), value) != value:
            number += 1
            chosen = f"{wanted}_{number}"
        self._values[environment_name(chosen)] = value
        self._paths[source] = chosen
        self.needed.setdefault(chosen, NeededSecret(chosen, origin, value))
        return chosen


@dataclass
class Renderer:
    """Renders the texts of one crate. vars: those that were needed so far."""

    project: str
    secrets: Secrets
    vars: dict[str, tuple[str, str]] = field(default_factory=dict)

    def variable(self, name: str, value: str, comment: str) -> str:
        """Return a template of a variable with this value, under another name if the name is in
        use.
        """
        name = f"service_{name.lower()}" if name[:1].isdigit() else name.lower()
        chosen, number = name, 1
        while chosen in self.vars and self.vars[chosen][0] != value:
            number += 1
            chosen = f"{name}_{number}"
        self.vars.setdefault(chosen, (value, comment))
        return f"{{{{ .Vars.{chosen} }}}}"

    def plain(self, text: Text) -> str:
        """Return the text where secrets are not allowed. Raise NotAllowed."""
        for use in text.uses:
            if self._is_secret(use):
                raise NotAllowed(f"a secret, {use.name}, is not allowed here")
        return "".join(
            literal(part) if isinstance(part, str) else self._variable(part) for part in text.parts
        )

    def data(self, name: str, text: Text) -> str:
        """Return the text as it is, for files without templates. Raise NotAllowed for a secret.

        name: of the setting.
        """
        value = str(text)
        if self._holds_secret(name, text) or secret_names.has_password(value):
            raise NotAllowed("a secret is not allowed here")
        if secret_references.find(value):
            raise NotAllowed(f"{value!r} looks like a reference to a secret")
        return value

    def build_argument(self, owner: str, name: str, text: Text) -> str:
        """Return the value of a build argument, as `data`, but a secret becomes a reference."""
        if not self._holds_secret(name, text):
            return self.data(name, text)
        if len(text.parts) == 1 and text.uses:
            use = text.uses[0]
            origin = self._origin(use, text.position)
            return self.secret(f"{self.project}/{use.name}", origin, use.value)
        return self.secret(f"{self.project}/{owner}/{name}", str(text.position), str(text))

    def _holds_secret(self, name: str, text: Text) -> bool:
        named = any(self._is_secret(use) and use.value for use in text.uses)
        return named or secret_names.is_secret(name, str(text))

    def with_references(self, text: Text) -> str:
        """Return the text where secrets are allowed: variables that look like secrets become
        references.
        """
        rendered = [
            (part, self._use(part, text.position)) if isinstance(part, Use) else (part, part)
            for part in text.parts
        ]
        if len(rendered) == 1 and rendered[0][1].startswith("secret:{"):
            return "secret:" + rendered[0][1][len("secret:{") : -1]
        return "".join(
            literal(part) if isinstance(part, str) else shown for part, shown in rendered
        )

    def setting(self, owner: str, name: str, text: Text) -> str:
        """Return the value of a variable of the environment.

        owner: for the secret's path; empty for a file that several services can have.
        """
        value = str(text)
        is_missing = len(text.uses) == len(text.parts) == 1 and self._is_missing(text.uses[0])
        if is_missing and secret_names.names_secret(name):
            return self.secret(f"{self.project}/{text.uses[0].name}", text.uses[0].origin, "")
        if not secret_names.is_secret(name, value):
            return self.with_references(text)
        if len(text.parts) == 1 and text.uses:
            use = text.uses[0]
            origin = self._origin(use, text.position)
            return self.secret(f"{self.project}/{use.name}", origin, use.value)
        named = [use for use in text.uses if self._is_secret(use) and use.value]
        if named and not secret_names.has_password(_without(text, named)):
            return self.with_references(text)
        path = "/".join(part for part in (self.project, owner, name) if part)
        return self.secret(path, str(text.position), value)

    def line(self, owner: str, text: Text) -> str:
        """Return a command line: the value of a password's option is a secret."""
        found = [] if text.uses else secret_names.option_values(str(text))
        if not found:
            return self.with_references(text)
        value, shown, at = str(text), "", 0
        for number, (start, end) in enumerate(found, 1):
            path = f"{self.project}/{owner}/password{number if number > 1 else ''}"
            reference = self.secret(path, str(text.position), value[start:end])
            shown += literal(value[at:start]) + _braced(reference)
            at = end
        return shown + literal(value[at:])

    def secret(self, path: str, origin: str, value: str) -> str:
        """Return a reference to a secret of this name."""
        return f"secret:{self.secrets.path(path, origin, value)}"

    def _use(self, use: Use, position: Position) -> str:
        if not (self._is_secret(use) or secret_names.has_password(use.value)):
            return self._variable(use)
        origin = self._origin(use, position)
        return _braced(self.secret(f"{self.project}/{use.name}", origin, use.value))

    def _is_secret(self, use: Use) -> bool:
        """Return whether a variable holds a secret, or would if it were set."""
        return secret_names.names_secret(use.name) and (
            self._is_missing(use) or secret_names.may_be_secret(use.value)
        )

    def _is_missing(self, use: Use) -> bool:
        """Return whether the value of a variable still has to be found."""
        return not use.is_set and (use.is_required or not self.secrets.are_stored)

    def _variable(self, use: Use) -> str:
        _refuse_reference(use.value)
        return self.variable(use.name, use.value, f"{use.name}: {use.origin}")

    @staticmethod
    def _origin(use: Use, position: Position) -> str:
        return str(position) if use.is_default else use.origin


def _braced(reference: str) -> str:
    return f"secret:{{{reference.removeprefix('secret:')}}}"


def _without(text: Text, uses: list[Use]) -> str:
    return "".join(
        part if isinstance(part, str) else ("" if part in uses else part.value)
        for part in text.parts
    )


def literal(text: str) -> str:
    """Return a text that must not be changed. Raise NotAllowed."""
    _refuse_reference(text)
    return text.replace("{{", '{{ "{{" }}')


def _refuse_reference(text: str) -> None:
    if secret_references.find(text):
        raise NotAllowed(f"{text!r} looks like a reference to a secret")
