# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules of Ansible that resources of a call need, which the action plugin sends."""

from __future__ import annotations

from ..delivery.called_module import MODULES, MODULES_ARCHIVE, CalledModule
from ..types.target import Target

ADDED = (MODULES, MODULES_ARCHIVE)


def require_modules(module: CalledModule, target: Target) -> None:
    """End the call, with nothing done, where the controller has to send modules first."""
    offer, archive = (module.taken.get(name) for name in ADDED)
    if not offer:
        return
    from ..delivery import module_archive  # slow to load

    path = module_archive.provide(offer, archive, keep=not module.check_mode)
    if path is None:
        # They are returned by the second call.
        module.params = {}
        module.exit_json(changed=False, **{module_archive.MISSING: True})
        return
    library = module_archive.Library(path, offer["modules"], module.told)
    target.service(module_archive.LIBRARY, lambda: library)
