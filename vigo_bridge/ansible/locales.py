# SPDX-License-Identifier: GPL-3.0-or-later
"""The locale of Ansible's programs, which do not run in a locale that is not UTF-8."""

from __future__ import annotations

import functools
import locale
from collections.abc import Mapping

from vigo_bridge.failures import Refusal

#: Locales that most systems have, in the order in which they are tried.
_USUAL = ("C.UTF-8", "C.utf8", "en_US.UTF-8")


@functools.cache
def utf8_locale() -> Mapping[str, str]:
    """Return the environment variable that sets a UTF-8 locale for Ansible.

    Empty if it has one already. Raise Refusal if the system has none.
    """
    if _is_utf8(""):
        return {}
    for name in _USUAL:
        if _is_utf8(name):
            return {"LC_ALL": name}
    raise Refusal(
        "Ansible needs a UTF-8 locale, and this system has none of"
        f" {', '.join(_USUAL)}; install one and set LC_ALL to its name (`locale -a` lists what is"
        " installed)"
    )


def _is_utf8(name: str) -> bool:
    """Return whether Ansible accepts a locale; the empty name is that of the environment."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
        # The same check as in ansible.cli.
        return (locale.getlocale()[1] or "").lower() in ("utf-8", "utf8")
    except (locale.Error, ValueError):
        return False
    finally:
        locale.setlocale(locale.LC_ALL, before)
