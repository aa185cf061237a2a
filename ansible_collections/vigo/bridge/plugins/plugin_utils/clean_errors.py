# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of actions and lookups, whose messages Ansible prints as they are.

The errors that they come from are left out, as Ansible prints the messages of these, too.
"""

from __future__ import annotations

import contextlib
from typing import Iterator

from ansible.errors import AnsibleActionFail, AnsibleError, AnsibleLookupError

from ..module_utils.host.system_errors import explained
from .ansible_compat import without_cause
from .printable import clean


@contextlib.contextmanager
def clean_action_errors() -> Iterator[None]:
    """Raise errors as Ansible's own, with messages that are safe to print."""
    try:
        yield
    except AnsibleError as error:
        raise _cleaned(error) from None
    except OSError as error:
        raise AnsibleActionFail(clean(explained(error))) from None
    except Exception as error:
        raise AnsibleActionFail(clean(f"{type(error).__name__}: {error}")) from None


@contextlib.contextmanager
def clean_lookup_errors(*kinds: type[Exception]) -> Iterator[None]:
    """Raise errors of these kinds as Ansible's own, with messages that are safe to print."""
    try:
        yield
    except AnsibleError as error:
        raise _cleaned(error) from None
    except kinds as error:
        said = explained(error) if isinstance(error, OSError) else str(error)
        raise AnsibleLookupError(clean(said)) from None


def _cleaned(error: AnsibleError) -> AnsibleError:
    """Return the same error; its message includes those of its causes."""
    return without_cause(error, clean(str(error)))
