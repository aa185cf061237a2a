# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of roles, tasks and variables, as Ansible and ansible-lint require them."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Container

from vigo_bridge.resolve.plan import PlannedResource

_LONGEST_TITLE = 60


def slug(text: str) -> str:
    """Return a name of lower-case letters, digits and underscores that begins with a letter."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "crate"
    return name if name[0].isalpha() else f"crate_{name}"


def role_name(crate: str) -> str:
    """Return the name of a crate's role: `app-stack` is app_stack, and `site[shop]` is
    site_shop.
    """
    return slug(crate)


def title(resource: PlannedResource) -> str:
    """Return the name of a resource's task: `redis-container` is "Redis container"."""
    name = resource.id.partition("/")[2]
    unnamed = f"{resource.type}:"
    if name.startswith(unnamed):
        text = f"{resource.type} {name.removeprefix(unnamed)}"
    else:
        text = re.sub(r"[-_]+", " ", name)
    # Ansible would render braces, and a line break would end the name.
    text = re.sub(r"[{}\s]+", " ", text).strip()[:_LONGEST_TITLE].strip()
    return (text[:1].upper() + text[1:]) or f"Resource at line {resource.position.line}"


def prefixed(role: str, text: str) -> str:
    """Return a name for a variable of the role: it begins with the role's name, once."""
    name = slug(text)
    return name if name.startswith(f"{role}_") else f"{role}_{name}"


def unique(wanted: str, taken: Container[str], form: str = "{} {}") -> str:
    """Return the wanted name, with a number if it is in use."""
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = form.format(wanted, number)
    return name


def is_variable(name: str, is_reserved: Callable[[str], bool]) -> bool:
    """Return whether a variable of the stack can be an Ansible variable of the same name."""
    return (
        re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) is not None
        and not keyword.iskeyword(name)
        and not name.startswith("vigo_")
        and not is_reserved(name)
    )


def chain(start: str, names: tuple[str, ...]) -> str:
    """Return a Jinja2 expression for a value inside another."""
    return start + "".join(map(_step, names))


def _step(name: str) -> str:
    is_plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) is not None
    if is_plain and not hasattr(dict, name) and not keyword.iskeyword(name):
        return f".{name}"
    return f"[{name!r}]"
